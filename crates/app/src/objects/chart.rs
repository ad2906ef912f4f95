//! What is particular to visualisations.

use async_trait::async_trait;
use basalt_domain::{Chart, Document, ObjectId, Timestamp};
use basalt_ports::ChangeSet;

use super::Class;
use crate::{AppError, Caller, Context};

#[async_trait]
impl Class for Chart {
    fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            slug: String::new(),
            description: String::new(),
            private: false,
            owner: None,
            organization: None,
            x_axis: None,
            y_axis: None,
            series: Vec::new(),
            image: None,
            extras: Document::new(),
            metrics: Document::new(),
            created_at: now,
            last_modified: now,
            deleted_at: None,
            rest: Document::new(),
        }
    }

    /// What a chart draws may come and go: its resources are not looked for.
    async fn settle(
        _context: &Context,
        _caller: &Caller,
        _before: Option<&Self>,
        _after: &mut Self,
    ) -> Result<ChangeSet, AppError> {
        Ok(ChangeSet::new())
    }
}
