//! Which datasets a list shows.

use basalt_domain::{CatalogueObject, Owned};
use basalt_domain::{
    Dataset, Filter, Follow, ObjectId, TopicElement,
    dataset::{
        ACCESS_TYPE, ACCESS_TYPES, ACRONYM, ARCHIVED, BADGE, BADGES, COVERS_FROM, COVERS_TO, DELETED, FEATURED,
        GRANULARITY, LICENSE, PRIVATE, RESOURCE_FORMAT, RESOURCE_SCHEMA, TAG, TITLE, ZONE,
    },
    organization,
};

use crate::{
    context::Ctx,
    operation::QueryParam,
    problem::Problem,
    v1::narrowing,
    v2::search::{
        self, For,
        asked::{self, Asked},
    },
};

/// The keys lists of datasets are sorted by.
pub(crate) const SORTS: [&str; 12] = [
    "title",
    "created",
    "last_update",
    "reuses",
    "followers",
    "views",
    "-title",
    "-created",
    "-last_update",
    "-reuses",
    "-followers",
    "-views",
];
const BADGE_KINDS: [&str; 6] = ["pivotal-data", "spd", "inspire", "hvd", "sl", "sr"];
const ORGANIZATION_BADGES: [&str; 5] = ["public-service", "certified", "association", "company", "local-authority"];

/// The parameters of lists of datasets, besides those of pages.
pub(crate) const PARAMETERS: [QueryParam; 25] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &SORTS),
    QueryParam::texts("tag"),
    QueryParam::text("license"),
    QueryParam::flag("featured"),
    QueryParam::text("geozone"),
    QueryParam::text("granularity"),
    QueryParam::text("temporal_coverage"),
    QueryParam::choice("access_type", &ACCESS_TYPES),
    QueryParam::text("organization"),
    QueryParam::choice("badge", &BADGE_KINDS),
    QueryParam::choice("organization_badge", &ORGANIZATION_BADGES),
    QueryParam::text("owner"),
    QueryParam::text("followed_by"),
    QueryParam::text("format"),
    QueryParam::text("schema"),
    QueryParam::text("schema_version"),
    QueryParam::text("topic"),
    QueryParam::text("credit"),
    QueryParam::text("dataservice"),
    QueryParam::text("reuse"),
    QueryParam::flag("archived"),
    QueryParam::flag("deleted"),
    QueryParam::flag("private"),
    QueryParam::text("lang"),
];

/// What the search index knows nothing of.
const BEYOND_SEARCH: [&str; 8] =
    ["followed_by", "schema_version", "credit", "dataservice", "reuse", "archived", "deleted", "private"];

/// What no index of storage leads to.
const SLOW: [&str; 2] = ["temporal_coverage", "organization_badge"];

/// How a list finds what the query asks for.
pub(crate) enum Found {
    /// Storage narrows what the caller sees.
    ByStorage(Filter<Dataset>),
    /// The search index finds it.
    ByIndex(Asked),
}

/// What the query of a list asks for.
pub(crate) async fn listed(ctx: &Ctx) -> Result<Found, Problem> {
    let own = own(ctx)?;
    if search::may_answer(ctx, &BEYOND_SEARCH).await? || search::answers_faster(ctx, &SLOW, &BEYOND_SEARCH).await? {
        return Ok(Found::ByIndex(asked::datasets(ctx, For::List).await?));
    }
    Ok(Found::ByStorage(own.and(of_others(ctx).await?)))
}

/// What the query asks for, among what the caller sees.
pub(crate) async fn narrowed(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    Ok(own(ctx)?.and(of_others(ctx).await?))
}

/// What is asked of datasets themselves.
fn own(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    let mut filter = Filter::always();
    for narrower in [words(ctx), marks(ctx)?, coverage(ctx), states(ctx)?] {
        filter = filter.and(narrower);
    }
    if let Some(organization) = ctx.params.argument("organization", "Organization")? {
        filter = filter.and(Dataset::ORGANIZATION.eq(organization));
    }
    if let Some(owner) = ctx.params.argument("owner", "Owner")? {
        filter = filter.and(Dataset::OWNER.eq(owner));
    }
    Ok(filter)
}

/// What is asked of others than datasets.
async fn of_others(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    let filter = match narrowing::choice(ctx, "organization_badge", &ORGANIZATION_BADGES)? {
        Some(kind) => of_organizations_with(ctx, kind).await?,
        None => Filter::always(),
    };
    Ok(filter.and(referred_to(ctx).await?))
}

/// Those of organisations with a badge.
pub(crate) async fn of_organizations_with(ctx: &Ctx, kind: &str) -> Result<Filter<Dataset>, Problem> {
    let with_badge = organization::visible().and(organization::BADGE.eq(kind));
    let found = ctx.services().context.store.organizations.ids(with_badge).await?;
    Ok(Dataset::ORGANIZATION.among(found.iter().copied()))
}

/// Every word is in the title, the short name or a tag; every tag is there.
fn words(ctx: &Ctx) -> Filter<Dataset> {
    let mut filter = Filter::always();
    for word in ctx.params.filled("q").into_iter().flat_map(basalt_app::folding::typed_words) {
        let titled = narrowing::word_of(&TITLE, &Dataset::SLUG, word);
        filter = filter.and(titled.or(ACRONYM.contains(word)).or(TAG.eq(word.to_lowercase())));
    }
    for tag in ctx.params.all("tag") {
        filter = filter.and(TAG.eq(tag));
    }
    filter
}

/// Licence, badge, access, format, schema, first place.
fn marks(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    const FEATURED_HELP: &str =
        "If set to true, it will filter on featured datasets only. If set to false, it will exclude featured datasets.";
    let mut filter = Filter::always();
    for (name, field) in [("license", LICENSE), ("format", RESOURCE_FORMAT), ("schema", RESOURCE_SCHEMA)] {
        if let Some(value) = ctx.params.filled(name) {
            filter = filter.and(field.eq(value));
        }
    }
    if let Some(version) = ctx.params.filled("schema_version") {
        filter = filter.and(basalt_domain::dataset::RESOURCE_SCHEMA_VERSION.eq(version));
    }
    let kinds: Vec<&str> = BADGES.iter().map(|(kind, _label)| *kind).collect();
    if let Some(kind) = narrowing::choice(ctx, "badge", &kinds)? {
        filter = filter.and(BADGE.eq(kind));
    }
    match narrowing::choice(ctx, "access_type", &ACCESS_TYPES)? {
        None => {}
        // Open is whatever is not said to be something else.
        Some("open") => {
            let others = ACCESS_TYPES.iter().filter(|kind| **kind != "open").map(|kind| (*kind).to_owned());
            filter = filter.and(ACCESS_TYPE.among(others).not());
        }
        Some(kind) => filter = filter.and(ACCESS_TYPE.eq(kind)),
    }
    Ok(match ctx.params.boolean("featured", FEATURED_HELP)? {
        None => filter,
        Some(true) => filter.and(FEATURED.eq(true)),
        Some(false) => filter.and(FEATURED.eq(true).not()),
    })
}

/// Places by id; days: those that begin or end within the span that is asked for.
fn coverage(ctx: &Ctx) -> Filter<Dataset> {
    let mut filter = Filter::always();
    for (name, field) in [("geozone", ZONE), ("granularity", GRANULARITY)] {
        if let Some(value) = ctx.params.filled(name) {
            filter = filter.and(field.eq(value));
        }
    }
    let Some(span) = ctx.params.filled("temporal_coverage") else { return filter };
    let days = span.get(..10).zip(span.get(11..)).filter(|(_first, last)| last.len() == 10);
    let Some((first, last)) = days else { return filter.and(Dataset::SLUG.among([])) };
    let within = |field: &basalt_domain::Field<Dataset, String>| {
        field.below(first).not().and(field.above(last).not()).and(field.present())
    };
    filter.and(within(&COVERS_FROM).or(within(&COVERS_TO)))
}

/// Private, archived, deleted ones: whoever asks for them must say who they are.
fn states(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    let mut filter = Filter::always();
    let mut asked = false;
    for name in ["private", "archived", "deleted"] {
        let help = format!(
            "If set to true, it will filter on {name} datasets only. If set to false, it will exclude {name} datasets. User must be authenticated and results are limited to user visibility"
        );
        let Some(wanted) = ctx.params.boolean(name, &help)? else { continue };
        asked = true;
        let such = match name {
            "private" => PRIVATE.eq(true),
            "archived" => ARCHIVED.present(),
            _ => DELETED.present(),
        };
        filter = filter.and(if wanted { such } else { such.not() });
    }
    if asked {
        ctx.caller.id()?;
    }
    Ok(filter)
}

/// Those that a topic, a reuse, a dataservice or a follower refers to; none where there is no such
/// thing.
async fn referred_to(ctx: &Ctx) -> Result<Filter<Dataset>, Problem> {
    let store = &ctx.services().context.store;
    let mut filter = Filter::always();
    if let Some(topic) = ctx.params.argument("topic", "Topic")? {
        let elements = TopicElement::TOPIC.eq(topic).and(TopicElement::CLASS.eq("Dataset"));
        let elements = store.topic_elements.list(elements, &[], u64::MAX).await?;
        let ids = elements.iter().filter_map(|row| row.value.element.as_ref()).map(basalt_domain::GenericReference::id);
        filter = filter.and(among(ids));
    }
    if let Some(reuse) = ctx.params.argument("reuse", "Reuse")? {
        let found = store.reuses.get(&reuse).await?;
        filter = filter.and(among(found.iter().flat_map(|row| row.value.datasets.clone())));
    }
    if let Some(dataservice) = ctx.params.argument("dataservice", "Dataservice")? {
        let found = store.dataservices.get(&dataservice).await?;
        filter = filter.and(among(found.iter().flat_map(|row| row.value.datasets.clone())));
    }
    if let Some(follower) = ctx.params.argument("followed_by", "`followed_by`")? {
        let theirs = Follow::FOLLOWER.eq(follower).and(Follow::UNTIL.absent());
        let followed = store.follows.list(theirs, &[], u64::MAX).await?;
        let datasets = followed.iter().map(|row| &row.value.following).filter(|followed| followed.class == "Dataset");
        filter = filter.and(among(datasets.map(basalt_domain::GenericReference::id)));
    }
    Ok(filter)
}

fn among(ids: impl IntoIterator<Item = ObjectId>) -> Filter<Dataset> {
    let ids: Vec<ObjectId> = ids.into_iter().collect();
    Filter::ids(&ids)
}
