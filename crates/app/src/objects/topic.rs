//! What is particular to topics.

use async_trait::async_trait;
use basalt_domain::{CatalogueObject, Document, GeoZone, ObjectId, SlugFollow, Timestamp, Topic, TopicElement};
use basalt_ports::ChangeSet;

use super::{Class, references};
use crate::{AppError, Caller, Context};

#[async_trait]
impl Class for Topic {
    fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            slug: String::new(),
            description: None,
            tags: Vec::new(),
            color: None,
            featured: false,
            private: None,
            spatial: None,
            owner: None,
            organization: None,
            extras: Document::new(),
            created_at: now,
            last_modified: now,
            rest: Document::new(),
        }
    }

    async fn settle(
        context: &Context,
        _caller: &Caller,
        before: Option<&Self>,
        after: &mut Self,
    ) -> Result<ChangeSet, AppError> {
        references::known::<GeoZone>(context, "zones", before.map_or(&[], zones), zones(after)).await?;
        Ok(ChangeSet::new())
    }

    async fn removed(context: &Context, topic: &Self) -> Result<ChangeSet, AppError> {
        let elements = context.store.topic_elements.fresh_list(TopicElement::TOPIC.eq(topic.id), u64::MAX).await?;
        let changes = elements.iter().fold(ChangeSet::new(), ChangeSet::delete);
        let led_here = SlugFollow::to_new(Self::CLASS, topic.slug());
        let led_here = context.store.slug_follows.fresh_list(led_here, u64::MAX).await?;
        Ok(led_here.iter().fold(changes, ChangeSet::delete))
    }
}

fn zones(topic: &Topic) -> &[String] {
    topic.spatial.as_ref().map_or(&[], |spatial| &spatial.zones)
}
