//! Answers about topics and their elements.

use std::collections::HashMap;

use basalt_app::{Services, objects::Objects};
use basalt_domain::{ObjectId, SpatialCoverage, Topic, TopicElement};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        objects::Shown,
        owners::Owners,
        references::{GenericReference, Id, OrganizationReference, Plain, Subsection, Time, UserReference},
    },
};

/// A topic.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Topic")]
pub struct TopicView<'a> {
    id: Id,
    owner: Option<UserReference<'a>>,
    organization: Option<OrganizationReference<'a>>,
    created_at: Time,
    last_modified: Time,
    name: &'a str,
    slug: &'a str,
    description: Option<&'a str>,
    tags: &'a [String],
    color: Option<i64>,
    featured: bool,
    private: Option<bool>,
    extras: Plain<'a>,
    spatial: Option<SpatialView<'a>>,
    page: Option<String>,
    uri: String,
    elements: Subsection,
}

/// The places a topic is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TopicSpatialCoverage")]
pub struct SpatialView<'a> {
    geom: Option<Plain<'a>>,
    zones: &'a [String],
    granularity: &'a str,
}

impl<'a> From<&'a SpatialCoverage> for SpatialView<'a> {
    fn from(spatial: &'a SpatialCoverage) -> Self {
        Self {
            geom: spatial.geom.as_ref().map(Plain),
            zones: &spatial.zones,
            granularity: spatial.granularity.as_deref().unwrap_or("other"),
        }
    }
}

/// What is around topics.
pub struct Around {
    owners: Owners,
    elements: HashMap<ObjectId, u64>,
}

impl Shown for Topic {
    type Around = Around;
    type View<'a> = TopicView<'a>;

    fn objects(services: &Services) -> &Objects<Self> {
        &services.topics
    }

    async fn around(ctx: &Ctx, objects: &[&Self]) -> Result<Around, Problem> {
        let ids: Vec<ObjectId> = objects.iter().map(|topic| topic.id).collect();
        Ok(Around {
            owners: Owners::of_owned(ctx, objects.iter().copied()).await?,
            elements: ctx.services().topic_elements.counts(&ids).await?,
        })
    }

    fn view<'a>(ctx: &Ctx, topic: &'a Self, around: &'a Around) -> TopicView<'a> {
        let href = format!("{}/api/2/topics/{}/elements/?page=1&page_size=20", ctx.links.base(), topic.id);
        TopicView {
            id: Id(topic.id),
            owner: around.owners.owner(ctx, topic),
            organization: around.owners.organization(ctx, topic),
            created_at: topic.created_at.into(),
            last_modified: topic.last_modified.into(),
            name: &topic.name,
            slug: &topic.slug,
            description: topic.description.as_deref(),
            tags: &topic.tags,
            color: topic.color,
            featured: topic.featured,
            private: topic.private,
            extras: Plain(&topic.extras),
            spatial: topic.spatial.as_ref().map(SpatialView::from),
            page: ctx.links.page("topics", &topic.slug),
            uri: ctx.links.api(2, "topics", &topic.slug),
            elements: Subsection::new(href, around.elements.get(&topic.id).copied().unwrap_or(0)),
        }
    }
}

/// An element of a topic.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TopicElement")]
pub struct ElementView<'a> {
    id: Id,
    title: Option<&'a str>,
    description: Option<&'a str>,
    tags: &'a [String],
    extras: Plain<'a>,
    element: Option<GenericReference<'a>>,
}

impl<'a> From<&'a TopicElement> for ElementView<'a> {
    fn from(element: &'a TopicElement) -> Self {
        Self {
            id: Id(element.id),
            title: element.title.as_deref(),
            description: element.description.as_deref(),
            tags: &element.tags,
            extras: Plain(&element.extras),
            element: element.element.as_ref().map(GenericReference::from),
        }
    }
}
