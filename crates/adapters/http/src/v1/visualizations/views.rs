//! Answers about visualisations.

use basalt_app::{Services, objects::Objects};
use basalt_domain::{Chart, Document, Value};
use schemars::JsonSchema;
use serde::Serialize;

use super::IMAGE;
use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        objects::Shown,
        owners::{ObjectPermissions, Owners},
        references::{Id, Metrics, OrganizationReference, Plain, PlainValue, Time, UserReference, picture},
    },
};

/// A visualisation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Visualization")]
pub struct ChartView<'a> {
    created_at: Time,
    deleted_at: Option<Time>,
    description: &'a str,
    extras: Plain<'a>,
    id: Id,
    image: Option<String>,
    last_modified: Time,
    metrics: Metrics<'a>,
    organization: Option<OrganizationReference<'a>>,
    owner: Option<UserReference<'a>>,
    permissions: ObjectPermissions,
    private: bool,
    series: Vec<SeriesView<'a>>,
    slug: &'a str,
    title: &'a str,
    x_axis: XAxisView<'a>,
    y_axis: YAxisView<'a>,
}

/// The axis across.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "XAxis")]
pub struct XAxisView<'a> {
    column_x: Option<PlainValue<'a>>,
    sort_x_by: Option<PlainValue<'a>>,
    sort_x_direction: Option<PlainValue<'a>>,
    #[serde(rename = "type")]
    kind: Option<PlainValue<'a>>,
}

/// The axis up.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "YAxis")]
pub struct YAxisView<'a> {
    label: Option<PlainValue<'a>>,
    max: Option<PlainValue<'a>>,
    min: Option<PlainValue<'a>>,
    unit: Option<PlainValue<'a>>,
    unit_position: Option<PlainValue<'a>>,
}

/// One thing that is drawn.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataSeries")]
pub struct SeriesView<'a> {
    aggregate_y: Option<PlainValue<'a>>,
    column_x_name_override: Option<PlainValue<'a>>,
    column_y: Option<PlainValue<'a>>,
    filters: Option<FilterView<'a>>,
    resource_id: Option<PlainValue<'a>>,
    #[serde(rename = "type")]
    kind: Option<PlainValue<'a>>,
}

/// A condition on rows, or several of them joined.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Filters")]
pub enum FilterView<'a> {
    /// All or one of these.
    Joined {
        /// `AndFilters` or `OrFilters`.
        #[serde(rename = "_cls")]
        class: &'a str,
        /// The conditions.
        filters: Vec<FilterView<'a>>,
    },
    /// One condition.
    One {
        /// `Filter`.
        #[serde(rename = "_cls")]
        class: &'a str,
        /// Of which column.
        column: Option<PlainValue<'a>>,
        /// What is asked of it.
        condition: Option<PlainValue<'a>>,
        /// Compared with this.
        value: Option<PlainValue<'a>>,
    },
}

fn part<'a>(map: Option<&'a Document>, name: &str) -> Option<PlainValue<'a>> {
    map.and_then(|map| map.get(name)).map(PlainValue)
}

impl<'a> FilterView<'a> {
    fn new(stored: &'a Document) -> Self {
        let class = stored.get("_cls").and_then(Value::as_text).unwrap_or("Filter");
        if class == "Filter" {
            let part = |name| part(Some(stored), name);
            return Self::One { class, column: part("column"), condition: part("condition"), value: part("value") };
        }
        let inner = stored.get("filters").and_then(Value::as_list).unwrap_or_default();
        Self::Joined { class, filters: inner.iter().filter_map(Value::as_map).map(Self::new).collect() }
    }
}

impl<'a> SeriesView<'a> {
    fn new(stored: &'a Value) -> Self {
        let map = stored.as_map();
        let filters = map.and_then(|map| map.get("filters")).and_then(Value::as_map);
        Self {
            aggregate_y: part(map, "aggregate_y"),
            column_x_name_override: part(map, "column_x_name_override"),
            column_y: part(map, "column_y"),
            filters: filters.map(FilterView::new),
            resource_id: part(map, "resource_id"),
            kind: part(map, "type"),
        }
    }
}

impl Shown for Chart {
    type Around = Owners;
    type View<'a> = ChartView<'a>;

    fn objects(services: &Services) -> &Objects<Self> {
        &services.charts
    }

    async fn around(ctx: &Ctx, objects: &[&Self]) -> Result<Owners, Problem> {
        Owners::of_owned(ctx, objects.iter().copied()).await
    }

    fn view<'a>(ctx: &Ctx, chart: &'a Self, owners: &'a Owners) -> ChartView<'a> {
        let (x, y) = (chart.x_axis.as_ref(), chart.y_axis.as_ref());
        ChartView {
            created_at: chart.created_at.into(),
            deleted_at: chart.deleted_at.map(Time::from),
            description: &chart.description,
            extras: Plain(&chart.extras),
            id: Id(chart.id),
            image: picture(chart.image.as_ref(), &IMAGE, &ctx.links),
            last_modified: chart.last_modified.into(),
            metrics: Metrics::new(&chart.metrics, &["views"]),
            organization: owners.organization(ctx, chart),
            owner: owners.owner(ctx, chart),
            permissions: owners.permissions(ctx, chart),
            private: chart.private,
            series: chart.series.iter().map(SeriesView::new).collect(),
            slug: &chart.slug,
            title: &chart.title,
            x_axis: XAxisView {
                column_x: part(x, "column_x"),
                sort_x_by: part(x, "sort_x_by"),
                sort_x_direction: part(x, "sort_x_direction"),
                kind: part(x, "type"),
            },
            y_axis: YAxisView {
                label: part(y, "label"),
                max: part(y, "max"),
                min: part(y, "min"),
                unit: part(y, "unit"),
                unit_position: part(y, "unit_position"),
            },
        }
    }
}
