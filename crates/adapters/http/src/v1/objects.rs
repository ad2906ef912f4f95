//! What the families of the catalogue answer alike: lists, one object, changes, marks.
//!
//! A family says once how its objects are shown ([`Shown`]); its operations are then these
//! functions, e.g. `Operation::get("get_reuse", REUSE, objects::show::<Reuse>)`.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::{
    Form, Services, legal,
    objects::{Class, Objects},
};
use basalt_domain::{Filter, Path, Sort};
use basalt_ports::{Row, Version};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    context::{Ctx, no_content},
    paging::PageView,
    problem::Problem,
};

/// A class of objects as the interface shows it.
pub trait Shown: Class {
    /// What is loaded once for all objects of an answer: whom they belong to, what they refer to.
    type Around;
    /// The answer about one object.
    type View<'a>: Serialize;

    /// Its use cases.
    fn objects(services: &Services) -> &Objects<Self>;
    /// Loads what is around these objects: a fixed number of reads.
    fn around(ctx: &Ctx, objects: &[&Self]) -> impl Future<Output = Result<Self::Around, Problem>>;
    /// The answer about one of them.
    fn view<'a>(ctx: &Ctx, object: &'a Self, around: &'a Self::Around) -> Self::View<'a>;
}

/// Items on a page unless a client asks otherwise.
const PAGE_SIZE: u64 = 20;

/// A page of those the caller sees, narrowed.
pub async fn page<E: Shown>(
    ctx: &Ctx,
    narrowed: Option<Filter<E>>,
    sort_field: fn(&str) -> Option<Path>,
) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let sort = ctx.params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let page = E::objects(ctx.services()).page(&ctx.caller, narrowed, sort, at).await?;
    let rows = page.items.clone();
    let objects: Vec<&E> = rows.iter().map(|row| &row.value).collect();
    let around = E::around(ctx, &objects).await?;
    let mut shown = objects.iter().map(|object| E::view(ctx, object, &around));
    ctx.ok(&PageView::new(ctx, page.map(|_row| shown.next())))
}

/// A plain list of those the caller sees, narrowed.
pub async fn list<E: Shown>(ctx: &Ctx, narrowed: Filter<E>, limit: u64) -> Result<HttpResponse, Problem> {
    let rows = E::objects(ctx.services()).list(&ctx.caller, narrowed, limit).await?;
    answer_list(ctx, &rows).await
}

/// A plain list of those the caller sees, narrowed, in the order of their ids.
pub async fn natural<E: Shown>(ctx: &Ctx, narrowed: Filter<E>) -> Result<HttpResponse, Problem> {
    answer_list(ctx, &E::objects(ctx.services()).natural(&ctx.caller, narrowed).await?).await
}

async fn answer_list<E: Shown>(ctx: &Ctx, rows: &[Row<E>]) -> Result<HttpResponse, Problem> {
    let objects: Vec<&E> = rows.iter().map(|row| &row.value).collect();
    let around = E::around(ctx, &objects).await?;
    let shown: Vec<E::View<'_>> = objects.iter().map(|object| E::view(ctx, object, &around)).collect();
    ctx.ok(&shown)
}

/// The object in the path.
pub async fn show<E: Shown>(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let object = &ctx.target::<E>()?.value;
    E::objects(ctx.services()).readable(&ctx.caller, object).await?;
    answer(&ctx, StatusCode::OK, object).await
}

/// Creates an object as a form says.
pub async fn create<E: Shown>(ctx: &Ctx, form: &dyn Form<E>) -> Result<HttpResponse, Problem> {
    let object = E::objects(ctx.services()).create(&ctx.caller, form).await?;
    answer(ctx, StatusCode::CREATED, &object).await
}

/// Changes the object in the path as a form says.
pub async fn update<E: Shown>(ctx: &Ctx, form: &dyn Form<E>) -> Result<HttpResponse, Problem> {
    let expected = expected::<E>(ctx).await?;
    let id = *ctx.target::<E>()?.value.id();
    let object = E::objects(ctx.services()).update(&ctx.caller, id, form, expected).await?;
    answer(ctx, StatusCode::OK, &object).await
}

/// Deletes the object in the path.
pub async fn delete<E: Shown>(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let notice = legal_notice(&ctx)?;
    let expected = expected::<E>(&ctx).await?;
    let object = &ctx.target::<E>()?.value;
    E::objects(ctx.services()).delete(&ctx.caller, *object.id(), expected).await?;
    if notice {
        let context = &ctx.services().context;
        let owners = legal::owners_of(context, object).await?;
        legal::tell(context, &owners, E::CLASS, object.title()).await;
    }
    Ok(no_content())
}

/// Does an administrator of the portal wish the owners to be told of a deletion? Others cannot.
pub fn legal_notice(ctx: &Ctx) -> Result<bool, Problem> {
    let help = "Send formal legal notice with appeal information to owner (admin only)";
    Ok(ctx.params.boolean("send_legal_notice", help)?.unwrap_or(false) && ctx.caller.viewer.sysadmin)
}

/// Shows the object in the path first.
pub async fn feature<E: Shown>(ctx: Ctx) -> Result<HttpResponse, Problem> {
    set_featured::<E>(&ctx, true).await
}

/// Shows the object in the path first no longer.
pub async fn unfeature<E: Shown>(ctx: Ctx) -> Result<HttpResponse, Problem> {
    set_featured::<E>(&ctx, false).await
}

async fn set_featured<E: Shown>(ctx: &Ctx, featured: bool) -> Result<HttpResponse, Problem> {
    let id = *ctx.target::<E>()?.value.id();
    let object = E::objects(ctx.services()).feature(&ctx.caller, id, featured).await?;
    answer(ctx, StatusCode::OK, &object).await
}

/// The kinds of badges of a class.
pub fn available_badges(ctx: &Ctx, known: &[(&str, &str)]) -> Result<HttpResponse, Problem> {
    let kinds: Map<String, Value> = known.iter().map(|(kind, label)| ((*kind).to_owned(), json!(label))).collect();
    ctx.ok_whole(&kinds)
}

/// Gives the object in the path a badge.
pub async fn add_badge<E: Shown>(ctx: &Ctx, known: &[(&str, &str)]) -> Result<HttpResponse, Problem> {
    let body = ctx.object()?;
    let kind = match body.get("kind") {
        Some(Value::String(kind)) => Some(kind.clone()),
        None | Some(Value::Null) => None,
        Some(other) => Some(other.to_string()),
    };
    let id = *ctx.target::<E>()?.value.id();
    let (badge, new) = E::objects(ctx.services()).add_badge(&ctx.caller, id, kind.as_deref(), known).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    ctx.answer(status, &json!({"kind": badge.kind}))
}

/// Takes a badge from the object in the path.
pub async fn remove_badge<E: Shown>(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = *ctx.target::<E>()?.value.id();
    E::objects(ctx.services()).remove_badge(&ctx.caller, id, ctx.segment("badge_kind")).await?;
    Ok(no_content())
}

/// Answers with one object.
pub async fn answer<E: Shown>(ctx: &Ctx, status: StatusCode, object: &E) -> Result<HttpResponse, Problem> {
    let around = E::around(ctx, &[object]).await?;
    ctx.answer(status, &E::view(ctx, object, &around))
}

/// The version that the client's `If-Match` stands for.
pub async fn expected<E: Shown>(ctx: &Ctx) -> Result<Option<Version>, Problem> {
    if !ctx.request.headers().contains_key("if-match") {
        return Ok(None);
    }
    let row = ctx.target::<E>()?;
    let around = E::around(ctx, &[&row.value]).await?;
    let asked = ctx.if_match(&E::view(ctx, &row.value, &around))?;
    Ok(asked.then_some(row.version))
}

/// The body that gives a badge.
pub fn badge_schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}})
}

/// Whom a body wants an object to belong to: `owner` and `organization`, each an id or `{"id": …}`.
pub fn owner_schema() -> Map<String, Value> {
    let reference = json!({"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]});
    [("organization".to_owned(), reference.clone()), ("owner".to_owned(), reference)].into_iter().collect()
}
