//! `/api/2/topics/{topic}/elements/`.

use actix_web::HttpResponse;
use basalt_app::{AppError, Form, topics::ElementFilter};
use basalt_domain::{ObjectId, Topic, TopicElement, policy::object::Action, validation::ErrorKind};
use serde_json::{Value, json};

use super::{
    forms::{self, ElementForm},
    views::ElementView,
};
use crate::{
    Operation,
    context::{Ctx, no_content},
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::{PAYLOAD, Problem},
};

const ELEMENTS: &str = "/api/2/topics/{topic}/elements/";
const ELEMENT: &str = "/api/2/topics/{topic}/elements/{element_id}/";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("topic_elements", ELEMENTS, list)
            .query(&PAGING)
            .query(&[QueryParam::text("q"), QueryParam::text("class"), QueryParam::texts("tag")])
            .answers::<PageView<ElementView<'static>>>(200)
            .summary("Lists the elements of a topic, oldest first"),
        Operation::post("topic_elements_create", ELEMENTS, add)
            .reads_json(forms::elements_schema)
            .answers::<Vec<ElementView<'static>>>(201)
            .summary("Adds elements to a topic"),
        Operation::delete("topic_elements_delete", ELEMENTS, clear)
            .answers_plain(204)
            .summary("Removes all elements of a topic"),
        Operation::put("topic_element_update", ELEMENT, update)
            .reads(forms::element_schema)
            .answers::<ElementView<'static>>(200)
            .summary("Changes an element; absent fields stay"),
        Operation::delete("delete_topic_element_api_/topics/<topic:topic>/elements/<element_id>/", ELEMENT, remove)
            .answers_plain(204)
            .summary("Removes an element of a topic"),
    ]
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let topic = &ctx.target::<Topic>()?.value;
    ctx.services().topics.readable(&ctx.caller, topic).await?;
    let params = &ctx.params;
    let at = params.page(20, ctx.settings().page_size_max)?;
    let wanted = ElementFilter {
        class: params.filled("class").map(str::to_owned),
        tags: params.all("tag").filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        q: params.filled("q").map(str::to_owned),
    };
    let page = ctx.services().topic_elements.page(topic.id, &wanted, at).await?;
    let rows = page.items.clone();
    let mut shown = rows.iter().map(|row| ElementView::from(&row.value));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

/// The topic in the path, which the caller may change.
async fn editable(ctx: &Ctx) -> Result<ObjectId, Problem> {
    let topic = &ctx.target::<Topic>()?.value;
    ctx.services().topics.allow(&ctx.caller, topic, Action::Edit).await?;
    Ok(topic.id)
}

async fn add(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let topic = editable(&ctx).await?;
    let Value::Array(sent) = &ctx.body else { return Err(Problem::bad_request("Expecting a list")) };
    let sent = sent.iter().map(ElementForm::read).collect::<Result<Vec<_>, _>>()?;
    let sent: Vec<&dyn Form<TopicElement>> = sent.iter().map(|form| form as _).collect();
    let added = ctx.services().topic_elements.add(&ctx.caller, topic, &sent).await.map_err(listed)?;
    ctx.created(&added.iter().map(ElementView::from).collect::<Vec<_>>())
}

/// Failed checks of elements are told in lists here.
fn listed(error: AppError) -> Problem {
    if let AppError::Invalid(invalid) = &error
        && let Some(check) = invalid.errors.iter().find(|error| error.kind == ErrorKind::Check)
    {
        let (path, message) = (check.path.clone(), check.message.clone());
        return Problem::bad_request(PAYLOAD).with("errors", json!([{path: [message]}]));
    }
    error.into()
}

async fn clear(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let topic = editable(&ctx).await?;
    ctx.services().topic_elements.clear(&ctx.caller, topic).await?;
    Ok(no_content())
}

/// The id of the element in the path.
fn id(ctx: &Ctx) -> Result<ObjectId, Problem> {
    ObjectId::parse(ctx.segment("element_id")).map_err(|_error| Problem::not_found())
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let topic = editable(&ctx).await?;
    let form = ElementForm::new(ctx.object()?);
    let element = ctx.services().topic_elements.update(&ctx.caller, topic, id(&ctx)?, &form).await?;
    ctx.ok(&ElementView::from(&element))
}

async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let topic = editable(&ctx).await?;
    ctx.services().topic_elements.remove(&ctx.caller, topic, id(&ctx)?).await?;
    Ok(no_content())
}
