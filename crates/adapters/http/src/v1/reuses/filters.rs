//! Which reuses a list shows.

use basalt_domain::{
    Filter, Reuse,
    reuse::{DATASERVICE, DATASET, FEATURED, PRIVATE, TAG, TITLE, TOPIC, TYPE},
};

use super::forms::{TOPIC_IDS, TYPE_IDS};
use crate::{
    context::Ctx,
    operation::QueryParam,
    problem::Problem,
    v1::narrowing::{self, Narrowing},
};

/// The parameters besides those that all lists share.
pub(crate) const PARAMETERS: [QueryParam; 5] = [
    QueryParam::text("dataset"),
    QueryParam::text("dataservice"),
    QueryParam::flag("private"),
    QueryParam::choice("topic", &TOPIC_IDS),
    QueryParam::choice("type", &TYPE_IDS),
];

/// As the parameters of the query say.
pub(crate) async fn narrowed(ctx: &Ctx) -> Result<Filter<Reuse>, Problem> {
    let params = &ctx.params;
    let mut filter = narrowing::shared(ctx, &Narrowing { title: TITLE, tag: TAG, featured: FEATURED }).await?;
    if let Some(dataset) = params.id("dataset")? {
        filter = filter.and(DATASET.eq(dataset));
    }
    if let Some(dataservice) = params.id("dataservice")? {
        filter = filter.and(DATASERVICE.eq(dataservice));
    }
    if let Some(private) = narrowing::private(ctx, "", &PRIVATE)? {
        filter = filter.and(private);
    }
    if let Some(topic) = narrowing::choice(ctx, "topic", &TOPIC_IDS)? {
        filter = filter.and(TOPIC.eq(topic));
    }
    if let Some(kind) = narrowing::choice(ctx, "type", &TYPE_IDS)? {
        filter = filter.and(TYPE.eq(kind));
    }
    Ok(filter)
}
