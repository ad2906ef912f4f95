//! How lists of the catalogue are narrowed alike: by words, tags, owners, badges of owners.

use basalt_app::folding::{begins_words, folded, known_as, typed_words};
use basalt_domain::{CatalogueObject, Field, Filter, ObjectId, organization};
use basalt_ports::{Kept, Row};

use crate::{context::Ctx, operation::QueryParam, problem::Problem};

/// The parameters that [`shared`] reads.
pub const SHARED: [QueryParam; 6] = [
    QueryParam::text("q"),
    QueryParam::texts("tag"),
    QueryParam::flag("featured"),
    QueryParam::text("organization"),
    QueryParam::choice("organization_badge", &BADGE_KINDS),
    QueryParam::text("owner"),
];

const BADGE_KINDS: [&str; 5] = ["public-service", "certified", "association", "company", "local-authority"];

/// What is looked at of a class.
pub struct Narrowing<E> {
    /// Has every word of `q`.
    pub title: Field<E, String>,
    /// Has every `tag`.
    pub tag: Field<E, String>,
    /// Is `featured`.
    pub featured: Field<E, bool>,
}

/// Those of a title with every word, with every tag, first or not, of an owner, of an organisation,
/// of organisations with a badge.
pub async fn shared<E: CatalogueObject>(ctx: &Ctx, of: &Narrowing<E>) -> Result<Filter<E>, Problem> {
    let params = &ctx.params;
    let mut filter = Filter::always();
    for word in params.filled("q").into_iter().flat_map(typed_words) {
        filter = filter.and(word_of(&of.title, &E::SLUG, word));
    }
    for tag in params.all("tag").filter(|tag| !tag.is_empty()) {
        filter = filter.and(of.tag.eq(tag));
    }
    filter = match params.boolean("featured", "")? {
        None => filter,
        Some(true) => filter.and(of.featured.eq(true)),
        Some(false) => filter.and(of.featured.eq(true).not()),
    };
    if let Some(organization) = params.id("organization")? {
        filter = filter.and(E::ORGANIZATION.eq(organization));
    }
    if let Some(owner) = params.id("owner")? {
        filter = filter.and(E::OWNER.eq(owner));
    }
    if let Some(kind) = params.get("organization_badge") {
        if !organization::BADGES.iter().any(|(known, _label)| *known == kind) {
            return Err(Problem::parameter("organization_badge", "Unknown badge type"));
        }
        let with_badge = organization::visible().and(organization::BADGE.eq(kind));
        let found = ctx.services().context.store.organizations.list(with_badge, &[], u64::MAX).await?;
        filter = filter.and(E::ORGANIZATION.among(found.iter().map(|row| row.value.id)));
    }
    Ok(filter)
}

/// Those whose title has this word; or whose slug, which has no accents.
pub fn word_of<E>(title: &Field<E, String>, slug: &Field<E, String>, word: &str) -> Filter<E> {
    let folded = basalt_domain::slug::slugify(word);
    let titled = title.contains(word);
    if folded.is_empty() { titled } else { titled.or(slug.contains(folded)) }
}

/// Does this title hold each word of a text, or begin its words so, accents aside?
pub fn is_called(title: &str, text: &str) -> bool {
    let (title, words) = (title.to_lowercase(), known_as(title));
    typed_words(text).all(|word| {
        let typed = folded(word);
        title.contains(&word.to_lowercase()) || (!typed.is_empty() && begins_words(&words, &typed))
    })
}

/// Those that are private, or those that are not.
pub fn private<E>(ctx: &Ctx, help: &str, field: &Field<E, bool>) -> Result<Option<Filter<E>>, Problem> {
    let wanted = ctx.params.boolean("private", help)?;
    Ok(wanted.map(|private| if private { field.eq(true) } else { field.eq(true).not() }))
}

/// A text that must be one of these; 400 otherwise.
pub fn choice<'a>(ctx: &'a Ctx, name: &str, known: &[&str]) -> Result<Option<&'a str>, Problem> {
    match ctx.params.get(name) {
        None => Ok(None),
        Some(text) if known.contains(&text) => Ok(Some(text)),
        Some(text) => Err(Problem::parameter(name, format!("The value '{text}' is not a valid choice for '{name}'."))),
    }
}

/// Those of these ids of which the caller may know: all but the private ones of others. One read, and
/// one of the caller's organisations where one of them is private.
pub async fn known<E: CatalogueObject + Kept>(ctx: &Ctx, ids: &[ObjectId]) -> Result<Vec<Row<E>>, Problem> {
    let found = ctx.services().context.store.of::<E>().by_ids(ids).await?;
    known_of(ctx, found.into_values().collect()).await
}

/// Those of these of which the caller may know.
pub async fn known_of<E: CatalogueObject>(ctx: &Ctx, mut known: Vec<Row<E>>) -> Result<Vec<Row<E>>, Problem> {
    let viewer = &ctx.caller.viewer;
    if viewer.sysadmin || !known.iter().any(|row| row.value.is_private()) {
        return Ok(known);
    }
    let joined = match viewer.user {
        Some(user) => ctx.joined(user).await?,
        None => &[],
    };
    known.retain(|row| {
        let object = &row.value;
        let own = object.owner().is_some_and(|owner| viewer.is(owner));
        !object.is_private() || own || object.organization().is_some_and(|id| joined.contains(&id))
    });
    Ok(known)
}

/// Those of these ids that everybody sees so, or that belong to the caller or an organisation of
/// theirs: one read, and one of the caller's organisations.
pub async fn seen_or_own<E: CatalogueObject + Kept>(
    ctx: &Ctx,
    seen: Filter<E>,
    ids: &[ObjectId],
) -> Result<Vec<Row<E>>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let store = &ctx.services().context.store;
    let mut filter = Filter::ids(ids);
    let viewer = &ctx.caller.viewer;
    if !viewer.sysadmin {
        let mut seen = seen;
        if let Some(user) = viewer.user {
            seen = E::belonging_to(user, ctx.joined(user).await?).or(seen);
        }
        filter = filter.and(seen);
    }
    Ok(store.of::<E>().list(filter, &[], u64::MAX).await?)
}
