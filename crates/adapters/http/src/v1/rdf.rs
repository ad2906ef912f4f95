//! Datasets, dataservices and catalogues as linked data: `…/rdf`, `…/catalog`, `/api/1/site/context.jsonld`.
//! Catalogues show what everybody sees, whoever asks.

use actix_web::{HttpResponse, http::header};
use basalt_app::{AppError, Caller};
use basalt_domain::{
    CatalogueObject, Dataservice, Dataset, Filter, Organization, Owned, Sort,
    dataservice::CREATED_AT as SERVICE_CREATED, dataservice::DATASET, dataset::CREATED_AT, dataset::sort_field,
};

use super::{datasets::filters, objects::Shown};
use crate::{
    Operation,
    context::Ctx,
    dcat::{self, Around, Catalog, Format, Triples, View},
    etag,
    operation::PAGING,
    problem::Problem,
};

/// Datasets on a page of a catalogue unless a client asks otherwise.
const PAGE_SIZE: u64 = 100;

pub(super) fn operations() -> Vec<Operation> {
    const CATALOG: &str = "/api/1/site/catalog";
    const CATALOG_FORMAT: &str = "/api/1/site/catalog.{_format}";
    const ITS_CATALOG: &str = "/api/1/organizations/{org}/catalog";
    const ITS_CATALOG_FORMAT: &str = "/api/1/organizations/{org}/catalog.{_format}";
    let narrowed = |operation: Operation| operation.query(&PAGING).query(&filters::PARAMETERS);
    vec![
        Operation::get("rdf_dataset", "/api/1/datasets/{dataset}/rdf", to_dataset)
            .answers_plain(302)
            .summary("Leads to a dataset as linked data, in the format the client likes best"),
        Operation::get("rdf_dataset_format", "/api/1/datasets/{dataset}/rdf.{_format}", dataset)
            .answers_plain(200)
            .summary("Reads a dataset as linked data"),
        Operation::get("rdf_dataservice", "/api/1/dataservices/{dataservice}/rdf", to_dataservice)
            .answers_plain(302)
            .summary("Leads to a dataservice as linked data, in the format the client likes best"),
        Operation::get("rdf_dataservice_format", "/api/1/dataservices/{dataservice}/rdf.{_format}", dataservice)
            .answers_plain(200)
            .summary("Reads a dataservice as linked data"),
        narrowed(Operation::get("rdf_organization", ITS_CATALOG, to_its_catalog))
            .answers_plain(302)
            .summary("Leads to the catalogue of an organisation, in the format the client likes best"),
        narrowed(Operation::get("rdf_organization_format", ITS_CATALOG_FORMAT, its_catalog))
            .answers_plain(200)
            .summary("Reads a page of the catalogue of an organisation as linked data"),
        narrowed(Operation::get("get_site_rdf_catalog", CATALOG, to_catalog))
            .answers_plain(302)
            .summary("Leads to the catalogue of the portal, in the format the client likes best"),
        narrowed(Operation::get("get_site_rdf_catalog_format", CATALOG_FORMAT, catalog))
            .answers_plain(200)
            .summary("Reads a page of the catalogue of the portal as linked data"),
        Operation::get("get_site_json_ld_context", "/api/1/site/context.jsonld", context)
            .answers_plain(200)
            .summary("Reads the context of the catalogue's JSON-LD"),
        Operation::get("get_site_data_portal", "/api/1/site/data.{_format}", to_data)
            .answers_plain(302)
            .summary("Leads to the catalogue of the portal"),
    ]
}

fn to(location: String) -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, location)).finish()
}

/// The extension of the format the client likes best.
fn wanted(ctx: &Ctx) -> &'static str {
    let accept = ctx.request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    Format::wanted(accept.unwrap_or_default()).extension()
}

/// The format in the path; 404 for one that is not known.
fn asked(ctx: &Ctx) -> Result<Format, Problem> {
    Format::of_extension(ctx.segment("_format")).ok_or_else(Problem::not_found)
}

async fn to_dataset(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    Dataset::objects(ctx.services()).readable(&ctx.caller, dataset).await?;
    Ok(to(format!("/api/1/datasets/{}/rdf.{}", dataset.id, wanted(&ctx))))
}

async fn to_dataservice(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let service = &ctx.target::<Dataservice>()?.value;
    Dataservice::objects(ctx.services()).readable(&ctx.caller, service).await?;
    Ok(to(format!("/api/1/dataservices/{}/rdf.{}", service.id, wanted(&ctx))))
}

async fn to_its_catalog(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.readable(&ctx.caller, organization)?;
    to_page(&ctx, &format!("/api/1/organizations/{}", organization.id))
}

async fn to_catalog(ctx: Ctx) -> Result<HttpResponse, Problem> {
    to_page(&ctx, "/api/1/site")
}

/// To the page that was asked for, with all that narrows it.
fn to_page(ctx: &Ctx, below: &str) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("page", &at.page().to_string()).append_pair("page_size", &at.page_size().to_string());
    for (name, value) in ctx.params.iter().filter(|(name, _value)| !matches!(*name, "page" | "page_size")) {
        query.append_pair(name, value);
    }
    Ok(to(format!("{below}/catalog.{}?{}", wanted(ctx), query.finish())))
}

async fn to_data(ctx: Ctx) -> Result<HttpResponse, Problem> {
    asked(&ctx)?;
    let query = ctx.request.query_string();
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    Ok(to(format!("/api/1/site/catalog.{}{query}", ctx.segment("_format"))))
}

async fn context(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(dcat::context()).map_err(AppError::internal)?;
    Ok(send(&ctx, Format::JsonLd, body))
}

async fn dataset(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let format = asked(&ctx)?;
    let dataset = &ctx.target::<Dataset>()?.value;
    Dataset::objects(ctx.services()).readable(&ctx.caller, dataset).await?;
    let site = title(&ctx).await?;
    let around = Around::of(ctx.services(), &ctx.links, &site, &[dataset], &[]).await?;
    let mut told = Triples::default();
    dcat::dataset(&mut told, dataset, &around);
    write(&ctx, format, &told)
}

async fn dataservice(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let format = asked(&ctx)?;
    let service = &ctx.target::<Dataservice>()?.value;
    Dataservice::objects(ctx.services()).readable(&ctx.caller, service).await?;
    let site = title(&ctx).await?;
    let around = Around::of(ctx.services(), &ctx.links, &site, &[], &[service]).await?;
    let mut told = Triples::default();
    dcat::dataservice(&mut told, service, &around);
    write(&ctx, format, &told)
}

async fn catalog(ctx: Ctx) -> Result<HttpResponse, Problem> {
    page(&ctx, "/api/1/site/catalog", None).await
}

async fn its_catalog(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.readable(&ctx.caller, organization)?;
    page(&ctx, &format!("/api/1/organizations/{}/catalog", organization.id), Some(organization)).await
}

/// A page of datasets, of the dataservices that serve them, and of those that serve none: oldest
/// first, so that what is published while a client reads comes at the end.
async fn page(ctx: &Ctx, path: &str, organization: Option<&Organization>) -> Result<HttpResponse, Problem> {
    let format = asked(ctx)?;
    let (services, all) = (ctx.services(), &Caller::ANONYMOUS);
    let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
    let sort = ctx.params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let sort = sort.unwrap_or_else(|| Sort::by(CREATED_AT.path, false));
    let mut of_datasets = filters::narrowed(ctx).await?.and(Dataset::visible());
    let mut of_services: Filter<Dataservice> = Dataservice::visible();
    if let Some(organization) = organization {
        of_datasets = of_datasets.and(Dataset::ORGANIZATION.eq(organization.id));
        of_services = of_services.and(Dataservice::ORGANIZATION.eq(organization.id));
    }
    let datasets = services.datasets.page(all, Some(of_datasets), Some(sort), at).await?;
    let oldest = Some(Sort::by(SERVICE_CREATED.path, false));
    let alone = of_services.clone().and(DATASET.absent());
    let mut alone = services.dataservices.page(all, Some(alone), oldest, at).await?;
    if datasets.total == 0 && is_narrowed(ctx) {
        // What was asked for is not there: dataservices would be no answer to it.
        (alone.items, alone.total) = (Vec::new(), 0);
    }
    if at.page() > 1 && datasets.items.is_empty() && alone.items.is_empty() {
        return Err(Problem::not_found());
    }
    let shown: Vec<&Dataset> = datasets.items.iter().map(|row| &row.value).collect();
    let serving = if shown.is_empty() {
        Vec::new()
    } else {
        let serving = of_services.and(DATASET.among(shown.iter().map(|dataset| dataset.id)));
        services.dataservices.list(all, serving, ctx.settings().page_size_max).await?
    };
    let shown_services: Vec<&Dataservice> = serving.iter().chain(&alone.items).map(|row| &row.value).collect();
    let site = title(ctx).await?;
    let around = Around::of(services, &ctx.links, &site, &shown, &shown_services).await?;
    let last = datasets.total.max(alone.total).div_ceil(at.page_size()).max(1);
    let address = |number: u64| page_address(ctx, path, format, number);
    let catalog = Catalog {
        address: format!("{}{path}", ctx.links.base()),
        organization,
        language: &ctx.settings().language,
        homepage: ctx.settings().front_url.clone().unwrap_or_else(|| format!("{}/", ctx.links.base())),
        total: datasets.total,
        view: View {
            own: address(at.page()),
            first: address(1),
            last: address(last),
            next: (at.page() < last).then(|| address(at.page() + 1)),
            previous: (at.page() > 1).then(|| address(at.page() - 1)),
        },
    };
    let mut told = Triples::default();
    catalog.describe(&mut told, &shown, &shown_services, &around);
    write(ctx, format, &told)
}

/// Does the query narrow the catalogue?
fn is_narrowed(ctx: &Ctx) -> bool {
    let narrows = |name: &str| !matches!(name, "page" | "page_size" | "sort" | "lang");
    ctx.params.iter().any(|(name, value)| narrows(name) && !value.is_empty())
}

/// The address of a page, with its size told and all that narrows it.
fn page_address(ctx: &Ctx, path: &str, format: Format, number: u64) -> String {
    let address = ctx.links.neighbour(&format!("{path}.{}", format.extension()), &ctx.params, number);
    if ctx.params.get("page_size").is_some() { address } else { format!("{address}&page_size={PAGE_SIZE}") }
}

async fn title(ctx: &Ctx) -> Result<String, Problem> {
    let settings = ctx.settings();
    Ok(ctx.services().sites.get(&settings.site_id, &settings.site_title).await?.title.clone())
}

fn write(ctx: &Ctx, format: Format, told: &Triples) -> Result<HttpResponse, Problem> {
    let body = format.write(told).map_err(AppError::internal)?;
    Ok(send(ctx, format, body))
}

/// 200 with a tag; 304 where the client has it already.
fn send(ctx: &Ctx, format: Format, body: Vec<u8>) -> HttpResponse {
    let tag = etag::of(&body);
    if etag::listed(ctx.request.headers(), "if-none-match", &tag) == Some(true) {
        return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
    }
    HttpResponse::Ok().insert_header((header::ETAG, tag)).content_type(format.media_type()).body(body)
}
