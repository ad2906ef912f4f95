//! Suggestions to whoever is typing: datasets, reuses, dataservices, formats, media types, places, tags.

use actix_web::HttpResponse;
use basalt_app::{folding::typed_words, search::Searchable};
use basalt_domain::{
    CatalogueObject, Dataservice, Dataset, Field, ObjectId, Organization, Path, Reuse, Sort, dataservice, dataset,
    dataset::file_name::EXTENSIONS,
    policy::{Viewer, object::listed_for},
    reuse,
};
use basalt_ports::{Row, pictures::PictureSpec};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    narrowing,
    references::{Id, logo_thumbnail, thumbnail},
};
use crate::{Operation, context::Ctx, operation::QueryParam, problem::Problem};

const PARAMETERS: [QueryParam; 2] = [QueryParam::required("q"), QueryParam::number("size")];
const HELP: &str = "The string to autocomplete/suggest";
/// Suggestions unless a client asks otherwise, and of tags.
const SIZE: u64 = 10;
const TAGS: u64 = 8;

/// Media types of open data, the usual ones first.
const MEDIA_TYPES: [&str; 24] = [
    "text/csv",
    "application/json",
    "application/pdf",
    "application/zip",
    "application/xml",
    "text/xml",
    "text/plain",
    "text/html",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/geo+json",
    "application/geopackage+sqlite3",
    "application/gml+xml",
    "application/vnd.google-earth.kml+xml",
    "application/vnd.google-earth.kmz",
    "application/gpx+xml",
    "application/rdf+xml",
    "application/ld+json",
    "text/turtle",
    "application/vnd.apache.parquet",
    "application/gzip",
    "image/tiff",
];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("suggest_datasets", "/api/1/datasets/suggest/", datasets)
            .query(&PARAMETERS)
            .answers::<Vec<DatasetSuggestion<'static>>>(200)
            .summary("Completes titles of datasets, popular ones first"),
        Operation::get("suggest_formats", "/api/1/datasets/suggest/formats/", formats)
            .query(&PARAMETERS)
            .answers::<Vec<TextView>>(200)
            .summary("Completes formats of files"),
        Operation::get("suggest_mime", "/api/1/datasets/suggest/mime/", media_types)
            .query(&PARAMETERS)
            .answers::<Vec<TextView>>(200)
            .summary("Completes media types"),
        Operation::get("suggest_reuses", "/api/1/reuses/suggest/", reuses)
            .query(&PARAMETERS)
            .answers::<Vec<ReuseSuggestion<'static>>>(200)
            .summary("Completes titles of reuses, popular ones first"),
        Operation::get("suggest_dataservices", "/api/1/dataservices/suggest/", dataservices)
            .query(&PARAMETERS)
            .answers::<Vec<DataserviceSuggestion<'static>>>(200)
            .summary("Completes titles of dataservices, popular ones first"),
        Operation::get("suggest_zones", "/api/1/spatial/zones/suggest/", zones)
            .query(&PARAMETERS)
            .answers::<Vec<ZoneSuggestion<'static>>>(200)
            .summary("Completes names of places"),
        Operation::get("suggest_tags", "/api/1/tags/suggest/", tags)
            .query(&PARAMETERS)
            .answers::<Vec<TagSuggestion>>(200)
            .summary("Completes tags, the most used first"),
    ]
}

/// A text.
#[derive(Serialize, JsonSchema)]
struct TextView {
    text: &'static str,
}

/// A tag.
#[derive(Serialize, JsonSchema)]
struct TagSuggestion {
    text: String,
}

/// A dataset found by a part of its title.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DatasetSuggestion")]
struct DatasetSuggestion<'a> {
    acronym: Option<&'a str>,
    id: Id,
    image_url: Option<String>,
    page: Option<String>,
    slug: &'a str,
    title: &'a str,
}

/// A reuse found by a part of its title.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReuseSuggestion")]
struct ReuseSuggestion<'a> {
    id: Id,
    image_url: Option<String>,
    page: Option<String>,
    slug: &'a str,
    title: &'a str,
}

/// A dataservice found by a part of its title.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataserviceSuggestion")]
struct DataserviceSuggestion<'a> {
    acronym: Option<&'a str>,
    id: Id,
    page: Option<String>,
    slug: &'a str,
    title: &'a str,
}

/// A place found by a part of its name.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TerritorySuggestion")]
struct ZoneSuggestion<'a> {
    code: &'a str,
    id: &'a str,
    level: &'a str,
    name: &'a str,
    uri: Option<&'a str>,
}

/// What the index completes a text with; none while there is no index.
pub(super) async fn suggested<E: Searchable>(ctx: &Ctx, text: &str, size: u64) -> Result<Option<Vec<Row<E>>>, Problem> {
    let search = &ctx.services().search;
    if !search.is_ready().await? {
        return Ok(None);
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Some(search.suggest::<E>(text, size).await?))
}

/// The same, or those whose titles hold the text, by storage.
async fn objects<E: Searchable + CatalogueObject<Id = ObjectId>>(
    ctx: &Ctx,
    title: &Field<E, String>,
    followers: Path,
) -> Result<Vec<Row<E>>, Problem> {
    let text = ctx.params.required("q", HELP)?;
    let size = ctx.params.size(SIZE, ctx.settings().page_size_max)?;
    if let Some(found) = suggested::<E>(ctx, text, size).await? {
        return Ok(found);
    }
    let mut seen = listed_for::<E>(&Viewer::ANONYMOUS, &[]);
    for word in typed_words(text) {
        seen = seen.and(narrowing::word_of(title, &E::SLUG, word));
    }
    Ok(ctx.services().context.store.of::<E>().list(seen, &[Sort::by(followers, true)], size).await?)
}

async fn datasets(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let found = objects::<Dataset>(&ctx, &dataset::TITLE, dataset::FOLLOWERS.path).await?;
    let publishers: Vec<ObjectId> = found.iter().filter_map(|row| row.value.organization).collect();
    let publishers = ctx.services().context.store.organizations.by_ids(&publishers).await?;
    let logo = |dataset: &Dataset| {
        let publisher: &Organization = &publishers.get(&dataset.organization?)?.value;
        logo_thumbnail(publisher, &ctx.links)
    };
    let shown = found.iter().map(|row| &row.value).map(|dataset| DatasetSuggestion {
        acronym: dataset.acronym.as_deref(),
        id: Id(dataset.id),
        image_url: logo(dataset),
        page: ctx.links.page("datasets", &dataset.slug),
        slug: &dataset.slug,
        title: &dataset.title,
    });
    ctx.ok(&shown.collect::<Vec<_>>())
}

async fn reuses(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let found = objects::<Reuse>(&ctx, &reuse::TITLE, reuse::FOLLOWERS.path).await?;
    let shown = found.iter().map(|row| &row.value).map(|reuse| ReuseSuggestion {
        id: Id(reuse.id),
        image_url: thumbnail(reuse.image.as_ref(), &PictureSpec::REUSE_IMAGE, &ctx.links),
        page: ctx.links.page("reuses", &reuse.slug),
        slug: &reuse.slug,
        title: &reuse.title,
    });
    ctx.ok(&shown.collect::<Vec<_>>())
}

async fn dataservices(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let found = objects::<Dataservice>(&ctx, &dataservice::TITLE, dataservice::FOLLOWERS.path).await?;
    let shown = found.iter().map(|row| &row.value).map(|dataservice| DataserviceSuggestion {
        acronym: dataservice.acronym.as_deref(),
        id: Id(dataservice.id),
        page: ctx.links.page("dataservices", &dataservice.slug),
        slug: &dataservice.slug,
        title: &dataservice.title,
    });
    ctx.ok(&shown.collect::<Vec<_>>())
}

async fn formats(ctx: Ctx) -> Result<HttpResponse, Problem> {
    texts(&ctx, &EXTENSIONS)
}

async fn media_types(ctx: Ctx) -> Result<HttpResponse, Problem> {
    texts(&ctx, &MEDIA_TYPES)
}

/// Those of the texts that hold what was typed: what begins so before the others, short before long.
fn texts(ctx: &Ctx, known: &[&'static str]) -> Result<HttpResponse, Problem> {
    let typed = ctx.params.required("q", HELP)?.trim().to_lowercase();
    let size = ctx.params.size(SIZE, ctx.settings().page_size_max)?;
    let mut found: Vec<&'static str> = known.iter().copied().filter(|text| text.contains(&typed)).collect();
    found.sort_by_key(|text| (!text.starts_with(&typed), text.len()));
    found.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    ctx.ok_whole(&found.into_iter().map(|text| TextView { text }).collect::<Vec<_>>())
}

async fn zones(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", HELP)?;
    let size = ctx.params.size(SIZE, ctx.settings().page_size_max)?;
    let found = ctx.services().search.places(text, usize::try_from(size).unwrap_or(usize::MAX)).await?;
    let shown = found.iter().map(|row| &row.value).map(|zone| ZoneSuggestion {
        code: &zone.code,
        id: &zone.id,
        level: &zone.level,
        name: &zone.name,
        uri: zone.uri.as_deref(),
    });
    ctx.ok(&shown.collect::<Vec<_>>())
}

async fn tags(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let text = ctx.params.required("q", HELP)?;
    let size = ctx.params.size(TAGS, ctx.settings().page_size_max)?;
    let search = &ctx.services().search;
    if !search.is_ready().await? {
        // Whoever is typing is not to be disturbed.
        return ctx.ok::<[TagSuggestion; 0]>(&[]);
    }
    let found = search.tags(text, usize::try_from(size).unwrap_or(usize::MAX)).await?;
    ctx.ok_whole(&found.into_iter().map(|text| TagSuggestion { text }).collect::<Vec<_>>())
}
