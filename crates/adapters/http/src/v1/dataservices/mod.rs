//! `/api/1/dataservices/`.

mod atom;
mod datasets;
pub(crate) mod filters;
mod forms;
pub mod views;

use actix_web::HttpResponse;
use basalt_domain::{Dataservice, dataservice::sort_field, policy::portal::Access};

use self::{forms::DataserviceForm, views::DataserviceView};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::{followers, narrowing::SHARED, objects},
    v2::search,
};

const DATASERVICES: &str = "/api/1/dataservices/";
const DATASERVICE: &str = "/api/1/dataservices/{dataservice}/";
const FEATURED: &str = "/api/1/dataservices/{dataservice}/featured/";

const SORTS: [&str; 12] = [
    "followers",
    "views",
    "title",
    "base_api_url",
    "created",
    "last_modified",
    "-followers",
    "-views",
    "-title",
    "-base_api_url",
    "-created",
    "-last_modified",
];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("list_dataservices", DATASERVICES, list)
            .query(&PAGING)
            .query(&SHARED)
            .query(&[
                QueryParam::choice("sort", &SORTS),
                QueryParam::choice("access_type", &forms::ACCESS_TYPES),
                QueryParam::text("contact_point"),
                QueryParam::text("dataset"),
                QueryParam::text("reuse"),
                QueryParam::text("topic"),
            ])
            .answers::<PageView<DataserviceView<'static>>>(200)
            .summary("Lists dataservices, newest first"),
        Operation::post("create_dataservice", DATASERVICES, create)
            .reads(forms::schema)
            .answers::<DataserviceView<'static>>(201)
            .summary("Creates a dataservice, for oneself or for an organisation"),
        Operation::get("get_dataservice", DATASERVICE, objects::show::<Dataservice>)
            .answers::<DataserviceView<'static>>(200)
            .summary("Reads a dataservice"),
        Operation::patch("update_dataservice", DATASERVICE, update)
            .reads(forms::schema)
            .answers::<DataserviceView<'static>>(200)
            .summary("Changes a dataservice; absent fields stay"),
        Operation::delete("delete_dataservice", DATASERVICE, objects::delete::<Dataservice>)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Marks a dataservice as deleted"),
        Operation::post("feature_dataservice", FEATURED, objects::feature::<Dataservice>)
            .access(Access::Sysadmin)
            .answers::<DataserviceView<'static>>(200)
            .summary("Shows a dataservice first"),
        Operation::delete("unfeature_dataservice", FEATURED, objects::unfeature::<Dataservice>)
            .access(Access::Sysadmin)
            .answers::<DataserviceView<'static>>(200)
            .summary("Shows a dataservice first no longer"),
        Operation::get("recent_dataservices_atom_feed", "/api/1/dataservices/recent.atom", atom::recent)
            .answers_plain(200)
            .summary("Tells of the newest dataservices, as a feed"),
    ];
    all.extend(datasets::operations());
    all.extend(followers::operations(&followers::DATASERVICES));
    all
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let narrowed = filters::narrowed(&ctx).await?;
    let by_address = ctx.params.get("sort").is_some_and(|sort| sort.ends_with("base_api_url"));
    if !by_address && search::may_answer(&ctx, &["contact_point", "dataset", "reuse"]).await? {
        return search::listed::<Dataservice>(&ctx, search::asked::dataservices(&ctx, search::For::List).await?).await;
    }
    objects::page(&ctx, Some(narrowed), sort_field).await
}

async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::create(&ctx, &DataserviceForm::create(ctx.object()?)).await
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::update(&ctx, &DataserviceForm::update(ctx.object()?)).await
}
