//! `/api/1/visualizations/`: charts over the data of resources.

mod axes;
mod forms;
pub mod views;

use actix_web::HttpResponse;
use basalt_app::pictures;
use basalt_domain::{
    Chart, Filter, Owned,
    chart::{PRIVATE, sort_field},
    policy::object::Action,
};
use basalt_ports::{ChangeSet, pictures::PictureSpec};

use self::{forms::ChartForm, views::ChartView};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    upload::{self, UploadedImage},
    v1::{narrowing, objects, references::picture},
};

const CHARTS: &str = "/api/1/visualizations/";
const CHART: &str = "/api/1/visualizations/{visualization}/";
/// The picture of a chart is made as that of a reuse.
pub(crate) const IMAGE: PictureSpec = PictureSpec::REUSE_IMAGE;

const SORTS: [&str; 6] = ["created", "last_modified", "title", "-created", "-last_modified", "-title"];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("list_visualizations", CHARTS, list)
            .query(&PAGING)
            .query(&[
                QueryParam::choice("sort", &SORTS),
                QueryParam::text("organization"),
                QueryParam::text("owner"),
                QueryParam::flag("private"),
            ])
            .answers::<PageView<ChartView<'static>>>(200)
            .summary("Lists visualisations, newest first"),
        Operation::post("create_visualization", CHARTS, create)
            .reads(forms::schema)
            .answers::<ChartView<'static>>(201)
            .summary("Creates a visualisation, for oneself or for an organisation"),
        Operation::get("get_visualization", CHART, objects::show::<Chart>)
            .answers::<ChartView<'static>>(200)
            .summary("Reads a visualisation"),
        Operation::patch("update_visualization", CHART, update)
            .reads(forms::schema)
            .answers::<ChartView<'static>>(200)
            .summary("Changes a visualisation; absent fields stay"),
        Operation::delete("delete_visualization", CHART, objects::delete::<Chart>)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Marks a visualisation as deleted"),
        Operation::post("visualization_image", "/api/1/visualizations/{visualization}/image/", set_image)
            .reads_picture()
            .answers::<UploadedImage>(200)
            .summary("Replaces the picture"),
    ]
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let mut filter = Filter::always();
    if let Some(private) = narrowing::private(&ctx, "", &PRIVATE)? {
        filter = filter.and(private);
    }
    if let Some(organization) = ctx.params.id("organization")? {
        filter = filter.and(Chart::ORGANIZATION.eq(organization));
    }
    if let Some(owner) = ctx.params.id("owner")? {
        filter = filter.and(Chart::OWNER.eq(owner));
    }
    objects::page(&ctx, Some(filter), sort_field).await
}

async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::create(&ctx, &ChartForm::create(ctx.object()?)).await
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    objects::update(&ctx, &ChartForm::update(ctx.object()?)).await
}

async fn set_image(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let chart = &ctx.target::<Chart>()?.value;
    let services = ctx.services();
    services.charts.allow(&ctx.caller, chart, Action::Edit).await?;
    let limit = ctx.settings().upload_limit;
    let sent = upload::picture(&ctx.request, ctx.take_payload()?, limit, ctx.links.base()).await?;
    let context = services.charts.context();
    let made = pictures::keep(context, &IMAGE, sent.bytes, sent.bbox).await?;
    let changed = services.charts.change_with(&ctx.caller, chart.id, Action::Edit, None, async |chart| {
        chart.image = Some(made.clone());
        Ok(ChangeSet::new())
    });
    let changed = changed.await?;
    if let Some(former) = &chart.image {
        pictures::discard(context, IMAGE.folder, former).await;
    }
    let image = picture(changed.image.as_ref(), &IMAGE, &ctx.links).unwrap_or_default();
    ctx.ok(&UploadedImage { image, success: true })
}
