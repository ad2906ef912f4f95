//! `/api/1/spatial/`: places and their levels.

pub mod views;

use actix_web::{HttpResponse, http::StatusCode};
use basalt_domain::{CatalogueObject, Dataset, Filter, GeoLevel, GeoZone, dataset::ZONE, policy::object::listed_for};
use basalt_ports::Row;

use self::views::{CoverageView, DatasetReference, LevelView, ZoneView, Zones};
use crate::{Operation, context::Ctx, operation::QueryParam, problem::Problem};

/// How small places can be besides the levels: a point, or something else.
const OTHER_GRANULARITIES: [(&str, &str); 2] = [("poi", "POI"), ("other", "Other")];
/// Datasets of a place unless a client asks otherwise.
const DATASETS: u64 = 25;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("spatial_levels", "/api/1/spatial/levels/", levels)
            .answers::<Vec<LevelView<'static>>>(200)
            .summary("Lists the levels of places, the largest first"),
        Operation::get("spatial_granularities", "/api/1/spatial/granularities/", granularities)
            .answers::<Vec<LevelView<'static>>>(200)
            .summary("Lists how small places in data can be"),
        Operation::get("spatial_zone", "/api/1/spatial/zone/{id}/", zone)
            .answers::<ZoneView<'static>>(200)
            .summary("Reads a place"),
        Operation::get("spatial_zone_datasets", "/api/1/spatial/zone/{id}/datasets/", zone_datasets)
            .query(&[QueryParam::flag("dynamic"), QueryParam::number("size")])
            .answers::<Vec<DatasetReference<'static>>>(200)
            .summary("Lists datasets about a place"),
        Operation::get("spatial_zones", "/api/1/spatial/zones/{ids}/", zones)
            .answers::<Zones<ZoneView<'static>>>(200)
            .summary("Reads places, their ids with commas between them"),
        Operation::get("spatial_coverage", "/api/1/spatial/coverage/{level}/", coverage)
            .answers::<Zones<CoverageView<'static>>>(200)
            .summary("Lists the places of a level with their numbers of datasets"),
    ]
}

async fn all_levels(ctx: &Ctx) -> Result<Vec<Row<GeoLevel>>, Problem> {
    let store = &ctx.services().context.store;
    let mut levels = store.geo_levels.list(Filter::always(), &[], u64::MAX).await?;
    levels.sort_by_key(|row| row.value.admin_level.unwrap_or(100));
    Ok(levels)
}

async fn levels(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let levels = all_levels(&ctx).await?;
    ctx.ok(&levels.iter().map(|row| LevelView::from(&row.value)).collect::<Vec<_>>())
}

async fn granularities(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let levels = all_levels(&ctx).await?;
    let shown = levels.iter().map(|row| LevelView::from(&row.value));
    let others = OTHER_GRANULARITIES.iter().map(|(id, name)| LevelView { id, name });
    ctx.ok(&shown.chain(others).collect::<Vec<_>>())
}

/// The place in the path. 404 for an unknown one.
async fn in_path(ctx: &Ctx) -> Result<Row<GeoZone>, Problem> {
    let found = ctx.services().context.store.geo_zones.get(&ctx.segment("id").to_owned()).await?;
    found.ok_or_else(Problem::not_found)
}

async fn zone(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.ok(&ZoneView::alone(&in_path(&ctx).await?.value))
}

async fn zones(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let ids: Vec<String> = ctx.segment("ids").split(',').map(str::to_owned).collect();
    let found = ctx.services().context.store.geo_zones.by_ids(&ids).await?;
    let unknown: Vec<&str> = ids.iter().filter(|id| !found.contains_key(*id)).map(String::as_str).collect();
    if !unknown.is_empty() {
        let message = format!("Unknown zone identifiers: {}.", unknown.join(", "));
        return Err(Problem::new(StatusCode::NOT_FOUND, message));
    }
    let shown = ids.iter().filter_map(|id| found.get(id)).map(|row| ZoneView::among_others(&row.value));
    ctx.ok(&Zones::new(shown.collect()))
}

async fn zone_datasets(ctx: Ctx) -> Result<HttpResponse, Problem> {
    ctx.params.boolean("dynamic", "Append dynamic datasets")?;
    let limit = match ctx.params.get("size").map(|text| (text, text.trim().parse::<i64>())) {
        None => DATASETS,
        Some((_text, Ok(0))) => ctx.settings().page_size_max,
        Some((_text, Ok(size))) => size.unsigned_abs().min(ctx.settings().page_size_max),
        Some((text, Err(_not_a_number))) => {
            let said = "The amount of datasets to fetch invalid literal for int() with base 10:";
            return Err(Problem::parameter("size", format!("{said} '{text}'")));
        }
    };
    let zone = in_path(&ctx).await?;
    // What everybody sees, whoever asks.
    let seen = listed_for::<Dataset>(&basalt_domain::policy::Viewer::ANONYMOUS, &[]);
    let about = seen.and(ZONE.eq(zone.value.id.as_str()));
    let found = ctx.services().context.store.datasets.list(about, &[Dataset::NEWEST_FIRST], limit).await?;
    ctx.ok(&found.iter().map(|row| DatasetReference::new(&ctx, &row.value)).collect::<Vec<_>>())
}

async fn coverage(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let store = &ctx.services().context.store;
    let level = store.geo_levels.get(&ctx.segment("level").to_owned()).await?.ok_or_else(Problem::not_found)?;
    let of_level = GeoZone::LEVEL.eq(level.value.id.as_str());
    let found = store.geo_zones.list(of_level, &[GeoZone::NAME.ascending()], u64::MAX).await?;
    ctx.ok(&Zones::new(found.iter().map(|row| CoverageView::new(&row.value)).collect()))
}
