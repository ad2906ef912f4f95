//! `/api/1/site/`: the portal itself.

use actix_web::HttpResponse;
use basalt_app::Form;
use basalt_domain::{Document, FieldError, Site, Value as Stored, policy::portal::Access};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    Operation,
    blocs::{
        self,
        view::{Blocs, Cards},
    },
    context::Ctx,
    fields::{self, FormField},
    problem::Problem,
    v1::references::Metrics,
};

const SITE: &str = "/api/1/site/";
/// The version of udata whose interface this is: clients look at it.
const VERSION: &str = "17.18.0";
/// Entries of a feed unless the portal says otherwise.
const FEED_SIZE: i64 = 20;

/// Names of the numbers of a portal.
const METRICS: [&str; 25] = [
    "dataservices",
    "datasets",
    "datasets_by_months",
    "datasets_visits_by_months",
    "discussions",
    "discussions_by_months",
    "followers",
    "harvesters",
    "harvesters_by_months",
    "max_dataset_followers",
    "max_dataset_reuses",
    "max_org_datasets",
    "max_org_followers",
    "max_org_reuses",
    "max_reuse_datasets",
    "max_reuse_followers",
    "organizations",
    "organizations_by_months",
    "public-service",
    "resources",
    "resources_downloads_by_months",
    "reuses",
    "reuses_by_months",
    "users",
    "users_by_months",
];

const FIELDS: &[FormField<Site>] = &[
    FormField::required("title", |s| &mut s.title),
    FormField::texts("keywords", |s| &mut s.keywords),
    FormField::number("feed_size", |s| &mut s.feed_size, i64::MIN, i64::MAX),
];

/// Blocks of the portal's pages.
const BLOCS: [&str; 3] = ["datasets_blocs", "reuses_blocs", "dataservices_blocs"];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("get_site", SITE, show).answers::<SiteView<'static>>(200).summary("Reads about the portal"),
        Operation::patch("set_site", SITE, update)
            .access(Access::Sysadmin)
            .reads(schema)
            .answers::<SiteView<'static>>(200)
            .summary("Changes what is told about the portal; absent fields stay"),
    ]
}

/// The portal itself.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Site")]
pub struct SiteView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    dataservices_blocs: Option<Blocs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datasets_blocs: Option<Blocs>,
    feed_size: i64,
    id: &'a str,
    keywords: &'a [String],
    metrics: Metrics<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reuses_blocs: Option<Blocs>,
    title: &'a str,
    version: &'static str,
}

struct SiteForm {
    body: Map<String, Value>,
    blocs: [Option<Vec<Stored>>; 3],
}

impl Form<Site> for SiteForm {
    fn apply(&self, site: &mut Site) -> Result<(), Vec<FieldError>> {
        fields::applied(FIELDS, &self.body, site, false)?;
        let [datasets, reuses, dataservices] = &self.blocs;
        for (read, place) in [
            (datasets, &mut site.datasets_blocs),
            (reuses, &mut site.reuses_blocs),
            (dataservices, &mut site.dataservices_blocs),
        ] {
            if let Some(blocs) = read {
                place.clone_from(blocs);
            }
        }
        Ok(())
    }
}

fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut schema = fields::schema(FIELDS);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for name in BLOCS {
            properties.insert(name.into(), json!({"type": ["array", "null"], "items": {"type": "object"}}));
        }
    }
    schema
}

async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let settings = ctx.settings();
    let site = ctx.services().sites.get(&settings.site_id, &settings.site_title).await?;
    answer(&ctx, &site).await
}

async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let settings = ctx.settings();
    // Here null is an empty object.
    let body = ctx.object()?;
    let subject = ("Site", Some(settings.site_id.clone()));
    let mut read = [None, None, None];
    for (name, place) in BLOCS.iter().zip(&mut read) {
        if let Some(sent) = body.get(*name) {
            *place = Some(blocs::form::read(&ctx, &subject, name, sent).await?);
        }
    }
    let form = SiteForm { body, blocs: read };
    let site = ctx.services().sites.update(&settings.site_id, &settings.site_title, &form).await?;
    answer(&ctx, &site).await
}

async fn answer(ctx: &Ctx, site: &Site) -> Result<HttpResponse, Problem> {
    let metrics: Document = ctx.services().sites.metrics(site).await?;
    // Blocks are shown to those only who ask for them.
    let mask = ctx.mask()?;
    let wanted = |name: &str| mask.as_ref().is_some_and(|mask| mask.names(name));
    let shown = async |name: &str, blocs: &[Stored]| {
        if !wanted(name) {
            return Ok::<_, Problem>(None);
        }
        Ok(Some(Cards::of(ctx, blocs).await?.show(blocs)))
    };
    ctx.ok(&SiteView {
        dataservices_blocs: shown("dataservices_blocs", &site.dataservices_blocs).await?,
        datasets_blocs: shown("datasets_blocs", &site.datasets_blocs).await?,
        feed_size: site.feed_size.unwrap_or(FEED_SIZE),
        id: &site.id,
        keywords: &site.keywords,
        metrics: Metrics::new(&metrics, &METRICS),
        reuses_blocs: shown("reuses_blocs", &site.reuses_blocs).await?,
        title: &site.title,
        version: VERSION,
    })
}
