//! Which topics a list shows.

use basalt_domain::{
    CatalogueObject, Filter, Owned, Topic,
    topic::{FEATURED, GRANULARITY, NAME, PRIVATE, TAG, ZONE},
};

use crate::{context::Ctx, operation::QueryParam, problem::Problem, v1::narrowing, v2::search};

const PRIVATE_HELP: &str = "If set to true, it will filter on private topics only. If set to false, it will exclude private topics. User must be authenticated and results are limited to user visibility";

/// The parameters that narrow a list.
pub(super) const PARAMETERS: [QueryParam; 11] = [
    QueryParam::text("q"),
    QueryParam::texts("tag"),
    QueryParam::flag("featured"),
    QueryParam::flag("private"),
    QueryParam::text("dataset"),
    QueryParam::text("reuse"),
    QueryParam::text("dataservice"),
    QueryParam::text("organization"),
    QueryParam::text("owner"),
    QueryParam::text("geozone"),
    QueryParam::text("granularity"),
];

/// As the parameters of the query say.
pub(super) async fn narrowed(ctx: &Ctx) -> Result<Filter<Topic>, Problem> {
    let params = &ctx.params;
    let mut filter = search::matching(ctx, None, |word| narrowing::word_of(&NAME, &Topic::SLUG, word)).await?;
    for tag in params.all("tag").filter(|tag| !tag.is_empty()) {
        filter = filter.and(TAG.eq(tag));
    }
    filter = match params.boolean("featured", "")? {
        None => filter,
        Some(featured) => filter.and(FEATURED.eq(featured)),
    };
    if let Some(private) = narrowing::private(ctx, PRIVATE_HELP, &PRIVATE)? {
        if params.boolean("private", PRIVATE_HELP)? == Some(true) {
            ctx.caller.id()?;
        }
        filter = filter.and(private);
    }
    for name in ["dataset", "reuse", "dataservice"] {
        if let Some(object) = params.argument(name, name)? {
            let topics = ctx.services().topic_elements.topics_with(object).await?;
            filter = filter.and(Filter::ids(&topics));
        }
    }
    if let Some(organization) = params.argument("organization", "Organization")? {
        filter = filter.and(Topic::ORGANIZATION.eq(organization));
    }
    if let Some(owner) = params.argument("owner", "Owner")? {
        filter = filter.and(Topic::OWNER.eq(owner));
    }
    if let Some(zone) = params.filled("geozone") {
        filter = filter.and(ZONE.eq(zone));
    }
    if let Some(granularity) = params.filled("granularity") {
        filter = filter.and(GRANULARITY.eq(granularity));
    }
    Ok(filter)
}
