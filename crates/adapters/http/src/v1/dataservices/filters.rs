//! Which dataservices a list shows.

use basalt_app::slugs::Found;
use basalt_domain::{
    Dataservice, Filter,
    dataservice::{ACCESS_TYPE, CONTACT_POINT, DATASET, FEATURED, TAG, TITLE},
};

use super::forms::ACCESS_TYPES;
use crate::{
    context::Ctx,
    problem::Problem,
    v1::narrowing::{self, Narrowing},
};

/// As the parameters of the query say.
pub(crate) async fn narrowed(ctx: &Ctx) -> Result<Filter<Dataservice>, Problem> {
    let params = &ctx.params;
    let mut filter = narrowing::shared(ctx, &Narrowing { title: TITLE, tag: TAG, featured: FEATURED }).await?;
    filter = match narrowing::choice(ctx, "access_type", &ACCESS_TYPES)? {
        None => filter,
        Some("open") => filter.and(ACCESS_TYPE.eq("open").or(ACCESS_TYPE.absent())),
        Some(kind) => filter.and(ACCESS_TYPE.eq(kind)),
    };
    if let Some(contact) = params.id("contact_point")? {
        filter = filter.and(CONTACT_POINT.eq(contact));
    }
    if let Some(dataset) = params.id("dataset")? {
        filter = filter.and(DATASET.eq(dataset));
    }
    let services = ctx.services();
    if let Some(reuse) = params.id("reuse")? {
        let used = match services.reuses.find(&reuse.to_string()).await? {
            Found::Here(row) if services.reuses.readable(&ctx.caller, &row.value).await.is_ok() => {
                row.value.dataservices.clone()
            }
            _ => Vec::new(),
        };
        filter = filter.and(Filter::ids(&used));
    }
    if let Some(topic) = params.id("topic")? {
        let within = match services.topics.find(&topic.to_string()).await? {
            Found::Here(row) if services.topics.readable(&ctx.caller, &row.value).await.is_ok() => {
                services.topic_elements.standing_in(topic, "Dataservice").await?
            }
            _ => Vec::new(),
        };
        filter = filter.and(Filter::ids(&within));
    }
    Ok(filter)
}
