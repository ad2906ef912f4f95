//! Notices to users.

use std::sync::Arc;

use basalt_domain::{Document, Filter, Notification, ObjectId, Sort};
use basalt_ports::{ChangeSet, Page, PageRequest, Row};

use crate::{AppError, Caller, Context, error::retried};

/// Types of the notices that are listed: those about what this portal can show.
const SHOWN: [&str; 11] = [
    "dataservice.created",
    "reuse.created",
    "organization.membership.requested",
    "organization.membership.invited",
    "organization.membership.accepted",
    "organization.membership.refused",
    "organization.badge.certified",
    "organization.badge.public-service",
    "organization.badge.company",
    "organization.badge.association",
    "organization.badge.local-authority",
];

/// Notices to users.
#[derive(Clone)]
pub struct Notices(Arc<Context>);

/// Which of their notices a user wants to see.
#[derive(Clone, Debug, Default)]
pub struct NoticeFilter {
    /// Only those dealt with, or only those not.
    pub handled: Option<bool>,
    /// Only those of this type.
    pub kind: Option<String>,
    /// Only if this user is the caller: nobody sees another's.
    pub user: Option<ObjectId>,
}

impl Notices {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// A page of the caller's notices. Errors: `SignIn`, `NotFound` beyond the last page.
    pub async fn page(
        &self,
        caller: &Caller,
        wanted: &NoticeFilter,
        sort: Option<Sort<Notification>>,
        at: PageRequest,
    ) -> Result<Page<Row<Notification>>, AppError> {
        let mut filter = Notification::to(caller.id()?);
        if let Some(user) = wanted.user {
            filter = filter.and(Notification::to(user));
        }
        let kinds = SHOWN.into_iter().filter(|kind| wanted.kind.as_deref().is_none_or(|wish| wish == *kind));
        filter = filter.and(Notification::KIND.among(kinds.map(str::to_owned)));
        filter = match wanted.handled {
            None => filter,
            Some(true) => filter.and(Notification::HANDLED_AT.present()),
            Some(false) => filter.and(Notification::HANDLED_AT.absent()),
        };
        let sort = sort.unwrap_or(Notification::NEWEST_FIRST);
        let page = self.0.store.notifications.page(filter, &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Marks one of the caller's notices as dealt with. Errors: `SignIn`, `NotFound`, `Forbidden`
    /// for another's.
    pub async fn read(&self, caller: &Caller, id: &str) -> Result<Notification, AppError> {
        let user = caller.id()?;
        retried(|| async {
            let found = self.0.store.notifications.fresh(Filter::id(&id.to_owned())).await?;
            let mut notice = found.ok_or(AppError::NotFound("Notification"))?;
            if notice.value.user != Some(user) {
                return Err(AppError::Forbidden(None));
            }
            let now = self.0.now();
            notice.value.handled_at = Some(now);
            notice.value.last_modified = now;
            self.0.store.commit(ChangeSet::new().update(&notice)).await?;
            Ok(notice.value)
        })
        .await
    }
}

/// A new notice.
pub(crate) fn new(context: &Context, to: ObjectId, kind: &str, details: Document, reasons: &[&str]) -> Notification {
    let now = context.now();
    Notification {
        id: context.uuid().to_string(),
        user: Some(to),
        kind: kind.into(),
        details,
        reasons: reasons.iter().map(ToString::to_string).collect(),
        mail_pending: false,
        created_at: now,
        last_modified: now,
        handled_at: None,
        rest: Document::new(),
    }
}
