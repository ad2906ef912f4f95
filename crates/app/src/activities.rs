//! What happened.

use std::sync::Arc;

use basalt_domain::{Activity, ActivityKey, Filter, ObjectId, Sort};
use basalt_ports::{Page, PageRequest, Row};

use crate::{AppError, Context};

/// Classes of the objects whose activities are listed: those that this portal can show. What the
/// caller may not see of them is counted, and left out when it is shown, as udata does.
const SHOWN: [&str; 6] = ["Dataservice", "Dataset", "Organization", "Reuse", "Topic", "User"];

/// What happened.
#[derive(Clone)]
pub struct Activities(Arc<Context>);

/// Which activities a list shows.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// Done by this user.
    pub user: Option<ObjectId>,
    /// Done for, or to, this organisation.
    pub organization: Option<ObjectId>,
    /// Done to this object.
    pub related_to: Option<ObjectId>,
    /// What happened, any of these; none: everything.
    pub keys: Vec<ActivityKey>,
}

impl Activities {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// A page of what happened. Error: `NotFound` beyond the last page.
    pub async fn page(
        &self,
        wanted: &ActivityFilter,
        sort: Option<Sort<Activity>>,
        at: PageRequest,
    ) -> Result<Page<Row<Activity>>, AppError> {
        let mut filter = Filter::always();
        if let Some(user) = wanted.user {
            filter = filter.and(Activity::ACTOR.eq(user));
        }
        if let Some(organization) = wanted.organization {
            filter = filter.and(Activity::ORGANIZATION.eq(organization).or(Activity::RELATED_TO.eq(organization)));
        }
        if let Some(object) = wanted.related_to {
            filter = filter.and(Activity::RELATED_TO.eq(object));
        }
        let keys = if wanted.keys.is_empty() { ActivityKey::ALL.as_slice() } else { &wanted.keys };
        let shown = keys.iter().filter(|key| SHOWN.contains(&key.object()));
        filter = filter.and(Activity::CLASS.among(shown.map(|key| key.class().to_owned())));
        let sort = sort.unwrap_or(Activity::NEWEST_FIRST);
        let page = self.0.store.activities.page(filter, &[sort], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }
}
