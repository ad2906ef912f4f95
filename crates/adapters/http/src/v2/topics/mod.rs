//! `/api/2/topics/`.

mod elements;
mod filters;
mod forms;
pub mod views;

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::Form;
use basalt_domain::{Topic, TopicElement, policy::portal::Access, topic::sort_field};

use self::{
    forms::{ElementForm, TopicForm},
    views::TopicView,
};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::objects,
};

const TOPICS: &str = "/api/2/topics/";
const TOPIC: &str = "/api/2/topics/{topic}/";
const FEATURED: &str = "/api/2/topics/{topic}/featured/";

const SORTS: [&str; 6] = ["name", "created", "last_modified", "-name", "-created", "-last_modified"];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("get_topics_api", TOPICS, list)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .query(&[QueryParam::choice("sort", &SORTS)])
            .answers::<PageView<TopicView<'static>>>(200)
            .summary("Lists topics, newest first"),
        Operation::post("create_topic", TOPICS, create)
            .reads_json(forms::schema)
            .answers::<TopicView<'static>>(201)
            .summary("Creates a topic with its elements"),
        Operation::get("get_topic", TOPIC, objects::show::<Topic>)
            .answers::<TopicView<'static>>(200)
            .summary("Reads a topic"),
        Operation::put("update_topic", TOPIC, update)
            .reads_json(forms::schema)
            .answers::<TopicView<'static>>(200)
            .summary("Changes a topic; absent fields stay, elements replace those there were"),
        Operation::delete("delete_topic", TOPIC, objects::delete::<Topic>)
            .answers_plain(204)
            .summary("Removes a topic and its elements"),
        Operation::post("feature_topic", FEATURED, objects::feature::<Topic>)
            .access(Access::Sysadmin)
            .answers::<TopicView<'static>>(200)
            .summary("Shows a topic first"),
        Operation::delete("unfeature_topic", FEATURED, objects::unfeature::<Topic>)
            .access(Access::Sysadmin)
            .answers::<TopicView<'static>>(200)
            .summary("Shows a topic first no longer"),
        Operation::get("my_org_topics", "/api/2/me/org_topics/", of_mine)
            .access(Access::UserReads)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .query(&[QueryParam::choice("sort", &SORTS)])
            .answers::<PageView<TopicView<'static>>>(200)
            .summary("Lists topics of one's own and of one's organisations"),
    ];
    all.extend(elements::operations());
    all
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = filters::narrowed(&ctx).await?;
    objects::page(&ctx, Some(narrowed), sort_field).await
}

async fn of_mine(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = filters::narrowed(&ctx).await?;
    let user = ctx.caller.id()?;
    let joined = ctx.services().topics.organizations_of(user).await?;
    let mine = <Topic as basalt_domain::Owned>::belonging_to(user, &joined);
    objects::page(&ctx, Some(mine.and(narrowed)), sort_field).await
}

async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let body = forms::object(&ctx.body)?;
    let elements = ElementForm::all_in(&body)?.unwrap_or_default();
    let elements: Vec<&dyn Form<TopicElement>> = elements.iter().map(|form| form as _).collect();
    let form = TopicForm::create(body);
    let topic = ctx.services().topic_elements.create_topic(&ctx.caller, &form, &elements).await?;
    objects::answer(&ctx, StatusCode::CREATED, &topic).await
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let expected = objects::expected::<Topic>(&ctx).await?;
    let row = ctx.target::<Topic>()?;
    ctx.services().topics.allow(&ctx.caller, &row.value, basalt_domain::policy::object::Action::Edit).await?;
    let body = forms::object(&ctx.body)?;
    let elements = ElementForm::all_in(&body)?;
    let elements: Option<Vec<&dyn Form<TopicElement>>> =
        elements.as_ref().map(|forms| forms.iter().map(|form| form as _).collect());
    let form = TopicForm::update(body);
    let services = ctx.services();
    let changed =
        services.topic_elements.update_topic(&ctx.caller, row.value.id, &form, elements.as_deref(), expected).await?;
    objects::answer(&ctx, StatusCode::OK, &changed).await
}
