//! Contact points of users and organisations.

use std::sync::Arc;

use basalt_domain::{ContactPoint, ObjectId};
use basalt_ports::{Page, PageRequest, Row};

use crate::{AppError, Context};

/// Contact points of users and organisations.
#[derive(Clone)]
pub struct Contacts(Arc<Context>);

impl Contacts {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// A page of an organisation's, oldest first. Error: `NotFound` beyond the last page.
    pub async fn of_organization(
        &self,
        organization: ObjectId,
        at: PageRequest,
    ) -> Result<Page<Row<ContactPoint>>, AppError> {
        let page = self.0.store.contact_points.page(ContactPoint::of_organization(organization), &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// A page of a user's, oldest first. Error: `NotFound` beyond the last page.
    pub async fn of_user(&self, user: ObjectId, at: PageRequest) -> Result<Page<Row<ContactPoint>>, AppError> {
        let page = self.0.store.contact_points.page(ContactPoint::OWNER.eq(user), &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those of an organisation whose name or address holds this text; all for an empty text.
    pub async fn suggest(
        &self,
        organization: ObjectId,
        text: &str,
        size: u64,
    ) -> Result<Vec<Row<ContactPoint>>, AppError> {
        let mut filter = ContactPoint::of_organization(organization);
        if !text.is_empty() {
            filter = filter.and(ContactPoint::NAME.contains(text).or(ContactPoint::EMAIL.contains(text)));
        }
        Ok(self.0.store.contact_points.list(filter, &[], size).await?)
    }
}
