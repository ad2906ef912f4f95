//! What the parameters of searches mean.

use basalt_domain::{Timestamp, TopicElement};
use basalt_ports::{
    PageRequest,
    search::{Facet, Number, SearchFilter, SearchKind, SearchOrder, SearchQuery},
};

use crate::{context::Ctx, operation::QueryParam, problem::Problem, v1::narrowing::choice};

const DAY_MS: i64 = 24 * 3_600_000;
/// Items on a page unless a client asks otherwise.
const PAGE_SIZE: u64 = 20;

const RANGES: [&str; 3] = ["last_30_days", "last_12_months", "last_3_years"];
const RANGE_DAYS: [i64; 3] = [30, 365, 3 * 365];
const FAMILIES: [&str; 5] = ["tabular", "machine_readable", "geographical", "documents", "other"];
const PRODUCERS: [&str; 6] = ["association", "local-authority", "company", "public-service", "user", "not-specified"];
const ORGANIZATION_BADGES: [&str; 5] = ["public-service", "certified", "association", "company", "local-authority"];
const DATASET_BADGES: [&str; 6] = ["pivotal-data", "spd", "inspire", "hvd", "sl", "sr"];

const ORGANIZATION_PRODUCERS: [&str; 5] =
    ["local-authority", "association", "company", "public-service", "not-specified"];

const DATASET_SORTS: [&str; 10] = [
    "created",
    "last_update",
    "reuses",
    "followers",
    "views",
    "-created",
    "-last_update",
    "-reuses",
    "-followers",
    "-views",
];
const ORGANIZATION_SORTS: [&str; 10] =
    ["reuses", "datasets", "followers", "views", "created", "-reuses", "-datasets", "-followers", "-views", "-created"];
const REUSE_SORTS: [&str; 8] =
    ["created", "datasets", "followers", "views", "-created", "-datasets", "-followers", "-views"];
const DATASERVICE_SORTS: [&str; 6] = ["created", "views", "followers", "-created", "-views", "-followers"];
const TOPIC_SORTS: [&str; 6] = ["name", "created", "last_modified", "-name", "-created", "-last_modified"];
const POST_SORTS: [&str; 6] = ["created", "last_modified", "published", "-created", "-last_modified", "-published"];

pub(super) const DATASETS: [QueryParam; 21] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &DATASET_SORTS),
    QueryParam::text("access_type"),
    QueryParam::choice("badge", &DATASET_BADGES),
    QueryParam::flag("featured"),
    QueryParam::texts("format"),
    QueryParam::choice("format_family", &FAMILIES),
    QueryParam::text("geozone"),
    QueryParam::texts("granularity"),
    QueryParam::flag("include_geozone_ancestors"),
    QueryParam::choice("last_update_range", &RANGES),
    QueryParam::text("license"),
    QueryParam::text("organization"),
    QueryParam::choice("organization_badge", &ORGANIZATION_BADGES),
    QueryParam::text("organization_name"),
    QueryParam::text("owner"),
    QueryParam::choice("producer_type", &PRODUCERS),
    QueryParam::texts("schema"),
    QueryParam::texts("tag"),
    QueryParam::text("temporal_coverage"),
    QueryParam::text("topic"),
];

pub(super) const ORGANIZATIONS: [QueryParam; 4] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &ORGANIZATION_SORTS),
    QueryParam::choice("badge", &ORGANIZATION_BADGES),
    QueryParam::choice("producer_type", &ORGANIZATION_PRODUCERS),
];

pub(super) const REUSES: [QueryParam; 13] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &REUSE_SORTS),
    QueryParam::flag("archived"),
    QueryParam::text("badge"),
    QueryParam::flag("featured"),
    QueryParam::choice("last_update_range", &RANGES),
    QueryParam::text("organization"),
    QueryParam::choice("organization_badge", &ORGANIZATION_BADGES),
    QueryParam::text("owner"),
    QueryParam::choice("producer_type", &PRODUCERS),
    QueryParam::texts("tag"),
    QueryParam::text("topic"),
    QueryParam::text("type"),
];

pub(super) const DATASERVICES: [QueryParam; 11] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &DATASERVICE_SORTS),
    QueryParam::text("access_type"),
    QueryParam::flag("archived"),
    QueryParam::flag("featured"),
    QueryParam::flag("is_restricted"),
    QueryParam::choice("last_update_range", &RANGES),
    QueryParam::text("organization"),
    QueryParam::choice("producer_type", &PRODUCERS),
    QueryParam::texts("tag"),
    QueryParam::text("topic"),
];

pub(super) const TOPICS: [QueryParam; 7] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &TOPIC_SORTS),
    QueryParam::flag("featured"),
    QueryParam::choice("last_update_range", &RANGES),
    QueryParam::text("organization"),
    QueryParam::choice("producer_type", &PRODUCERS),
    QueryParam::texts("tag"),
];

pub(super) const POSTS: [QueryParam; 4] = [
    QueryParam::text("q"),
    QueryParam::choice("sort", &POST_SORTS),
    QueryParam::choice("last_update_range", &RANGES),
    QueryParam::texts("tag"),
];

/// Who asks the index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A search: the best first, and facets.
    Search,
    /// A list: it has orders of its own, and no facets.
    List,
}

/// What was asked for.
pub(crate) struct Asked {
    pub(crate) query: SearchQuery,
    pub(crate) at: PageRequest,
}

/// What results can be sorted by: a number, or the title.
type Sorts = &'static [(&'static str, Option<Number>)];

/// What lists are sorted by besides.
const LIST_SORTS: Sorts = &[("title", None), ("name", None), ("last_modified", Some(Number::Updated))];

/// Reads parameters into a query.
struct Reading<'a> {
    ctx: &'a Ctx,
    purpose: For,
    asked: Asked,
}

impl<'a> Reading<'a> {
    fn new(ctx: &'a Ctx, purpose: For, kind: SearchKind, sorts: Sorts) -> Result<Self, Problem> {
        let at = ctx.params.page(PAGE_SIZE, ctx.settings().page_size_max)?;
        let more = if purpose == For::List { LIST_SORTS } else { &[] };
        let text = ctx.params.get("q").unwrap_or_default();
        let sort = ctx.params.sort(|name| sorts.iter().chain(more).find(|(known, _number)| *known == name))?;
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let query = SearchQuery {
            order: match sort {
                None if purpose == For::List && text.is_empty() => SearchOrder::By(Number::Entered, true),
                None => SearchOrder::Best,
                Some(((_name, Some(number)), descending)) => SearchOrder::By(*number, descending),
                Some(((_name, None), descending)) => SearchOrder::ByTitle(descending),
            },
            offset: number(at.offset()),
            limit: number(at.page_size()),
            ..SearchQuery::new(kind, text, ctx.services().context.now())
        };
        Ok(Self { ctx, purpose, asked: Asked { query, at } })
    }

    fn filter(&mut self, filter: SearchFilter) {
        self.asked.query.filters.push(filter);
    }

    /// Has the value that is given, if one is.
    fn one(mut self, name: &'static str) -> Self {
        if let Some(value) = self.ctx.params.filled(name) {
            let value = value.to_owned();
            self.filter(SearchFilter::Any(name, vec![value]));
        }
        self
    }

    /// Has one of the values that are given.
    fn any(mut self, name: &'static str) -> Self {
        let lower = name == "format";
        let values = self.ctx.params.all(name).filter(|value| !value.is_empty());
        let values: Vec<String> =
            values.map(|value| if lower { value.to_lowercase() } else { value.to_owned() }).collect();
        if !values.is_empty() {
            self.filter(SearchFilter::Any(name, values));
        }
        self
    }

    /// Has all of the values that are given.
    fn all(mut self, name: &'static str) -> Self {
        let values: Vec<String> =
            self.ctx.params.all(name).filter(|value| !value.is_empty()).map(ToOwned::to_owned).collect();
        for value in values {
            self.filter(SearchFilter::Any(name, vec![value]));
        }
        self
    }

    /// Has the value that is given; 400 for one that is not known.
    fn chosen(mut self, name: &'static str, known: &[&str]) -> Result<Self, Problem> {
        if let Some(value) = choice(self.ctx, name, known)? {
            let value = value.to_owned();
            self.filter(SearchFilter::Any(name, vec![value]));
        }
        Ok(self)
    }

    fn flag(mut self, name: &'static str) -> Result<Self, Problem> {
        if let Some(value) = self.ctx.params.boolean(name, "")? {
            self.filter(SearchFilter::Any(name, vec![value.to_string()]));
        }
        Ok(self)
    }

    /// Belongs to what is given; 400 for what is no id.
    fn id(mut self, name: &'static str, told: &str) -> Result<Self, Problem> {
        if let Some(id) = self.ctx.params.argument(name, told)? {
            self.filter(SearchFilter::Any(name, vec![id.to_string()]));
        }
        Ok(self)
    }

    /// Is about the place that is given, or about one that it is in where the client wants that.
    async fn about_place(mut self) -> Result<Self, Problem> {
        let wider = self.ctx.params.boolean("include_geozone_ancestors", "")?.unwrap_or(false);
        let Some(place) = self.ctx.params.filled("geozone") else { return Ok(self) };
        let places =
            if wider { self.ctx.services().search.with_ancestors(place).await? } else { vec![place.to_owned()] };
        self.filter(SearchFilter::Any("geozone", places));
        Ok(self)
    }

    fn updated_since(mut self) -> Result<Self, Problem> {
        if let Some(range) = choice(self.ctx, "last_update_range", &RANGES)? {
            let days =
                RANGES.iter().zip(RANGE_DAYS).find(|(name, _days)| **name == range).map_or(0, |(_name, days)| days);
            let least = self.asked.query.now.millis().saturating_sub(days * DAY_MS);
            self.filter(SearchFilter::AtLeast(Number::Updated, least));
        }
        Ok(self)
    }

    /// Is about some of the days that are given, `2020-01-01-2020-12-31`; in lists, begins or ends on one of them.
    fn about_days(mut self) -> Result<Self, Problem> {
        let Some(span) = self.ctx.params.filled("temporal_coverage") else { return Ok(self) };
        let day = |text: Option<&str>| text.and_then(|text| Timestamp::parse(text).ok());
        let (Some(first), Some(last)) = (day(span.get(..10)), day(span.get(11..))) else {
            if self.purpose == For::List {
                self.filter(SearchFilter::Any("id", Vec::new()));
                return Ok(self);
            }
            let help =
                "A date range expressed as start-end where both dates are in iso format (ie. YYYY-MM-DD-YYYY-MM-DD)";
            let message = format!("{help} \"{span}\" does not match YYYY-MM-DD-YYYY-MM-DD");
            return Err(Problem::parameter("temporal_coverage", message));
        };
        let (first, last) = (first.millis(), last.millis());
        if self.purpose == For::List {
            self.filter(SearchFilter::OneWithin(&[Number::CoversFrom, Number::CoversTo], first, last));
        } else {
            self.filter(SearchFilter::AtMost(Number::CoversFrom, last));
            self.filter(SearchFilter::AtLeast(Number::CoversTo, first));
        }
        Ok(self)
    }

    /// Is among the elements of the topic that is given.
    async fn in_topic(mut self, class: &str) -> Result<Self, Problem> {
        if let Some(topic) = self.ctx.params.argument("topic", "Topic")? {
            let elements = TopicElement::TOPIC.eq(topic).and(TopicElement::CLASS.eq(class));
            let found = self.ctx.services().context.store.topic_elements.list(elements, &[], u64::MAX).await?;
            let ids = found.iter().filter_map(|row| row.value.element.as_ref()).map(|element| element.id().to_string());
            let ids = ids.collect();
            self.filter(SearchFilter::Any("id", ids));
        }
        Ok(self)
    }

    fn counting(mut self, facets: &[&'static str]) -> Asked {
        let now = self.asked.query.now.millis();
        let facets = if self.purpose == For::List { &[] } else { facets };
        for name in facets {
            self.asked.query.facets.push(if *name == "last_update_range" {
                let labels = RANGES.into_iter().zip(RANGE_DAYS).map(|(label, days)| (label, now - days * DAY_MS));
                Facet::Since(name, Number::Updated, labels.collect())
            } else {
                Facet::Values(name)
            });
        }
        self.asked
    }
}

pub(crate) async fn datasets(ctx: &Ctx, purpose: For) -> Result<Asked, Problem> {
    const SORTS: Sorts = &[
        ("created", Some(Number::Created)),
        ("last_update", Some(Number::Updated)),
        ("reuses", Some(Number::Reuses)),
        ("followers", Some(Number::Followers)),
        ("views", Some(Number::Views)),
    ];
    let reading = Reading::new(ctx, purpose, SearchKind::Dataset, SORTS)?
        .one("access_type")
        .chosen("badge", &DATASET_BADGES)?
        .flag("featured")?
        .any("format")
        .chosen("format_family", &FAMILIES)?
        .about_place()
        .await?
        .any("granularity")
        .updated_since()?
        .one("license")
        .id("organization", "Organization")?
        .chosen("organization_badge", &ORGANIZATION_BADGES)?
        .one("organization_name")
        .id("owner", "Owner")?
        .chosen("producer_type", &PRODUCERS)?
        .any("schema")
        .all("tag")
        .about_days()?
        .in_topic("Dataset")
        .await?;
    Ok(reading.counting(&["access_type", "badge", "format_family", "last_update_range", "producer_type"]))
}

pub(crate) fn organizations(ctx: &Ctx, purpose: For) -> Result<Asked, Problem> {
    const SORTS: Sorts = &[
        ("created", Some(Number::Created)),
        ("reuses", Some(Number::Reuses)),
        ("datasets", Some(Number::Datasets)),
        ("followers", Some(Number::Followers)),
        ("views", Some(Number::Views)),
    ];
    let reading = Reading::new(ctx, purpose, SearchKind::Organization, SORTS)?
        .chosen("badge", &ORGANIZATION_BADGES)?
        .chosen("producer_type", &ORGANIZATION_PRODUCERS)?;
    Ok(reading.counting(&["badge", "producer_type"]))
}

pub(crate) fn reuses(ctx: &Ctx, purpose: For) -> Result<Asked, Problem> {
    const SORTS: Sorts = &[
        ("created", Some(Number::Created)),
        ("datasets", Some(Number::Datasets)),
        ("followers", Some(Number::Followers)),
        ("views", Some(Number::Views)),
    ];
    let reading = Reading::new(ctx, purpose, SearchKind::Reuse, SORTS)?
        .flag("archived")?
        .one("badge")
        .flag("featured")?
        .updated_since()?
        .id("organization", "Organization")?
        .chosen("organization_badge", &ORGANIZATION_BADGES)?
        .id("owner", "Owner")?
        .chosen("producer_type", &PRODUCERS)?
        .all("tag")
        .one("topic")
        .one("type");
    Ok(reading.counting(&["badge", "last_update_range", "producer_type", "topic", "type"]))
}

pub(crate) async fn dataservices(ctx: &Ctx, purpose: For) -> Result<Asked, Problem> {
    const SORTS: Sorts =
        &[("created", Some(Number::Created)), ("views", Some(Number::Views)), ("followers", Some(Number::Followers))];
    let reading = Reading::new(ctx, purpose, SearchKind::Dataservice, SORTS)?
        .one("access_type")
        .flag("archived")?
        .flag("featured")?
        .flag("is_restricted")?
        .updated_since()?
        .id("organization", "Organization")?
        // Only in `/api/1/`.
        .chosen("organization_badge", &ORGANIZATION_BADGES)?
        .id("owner", "Owner")?
        .chosen("producer_type", &PRODUCERS)?
        .all("tag")
        .in_topic("Dataservice")
        .await?;
    Ok(reading.counting(&["access_type", "badge", "last_update_range", "producer_type"]))
}

pub(crate) fn topics(ctx: &Ctx) -> Result<Asked, Problem> {
    const SORTS: Sorts =
        &[("name", None), ("created", Some(Number::Created)), ("last_modified", Some(Number::Updated))];
    let reading = Reading::new(ctx, For::Search, SearchKind::Topic, SORTS)?
        .flag("featured")?
        .updated_since()?
        .id("organization", "Organization")?
        .chosen("producer_type", &PRODUCERS)?
        .all("tag");
    Ok(reading.counting(&["last_update_range", "producer_type"]))
}

pub(crate) fn posts(ctx: &Ctx) -> Result<Asked, Problem> {
    const SORTS: Sorts = &[
        ("created", Some(Number::Created)),
        ("last_modified", Some(Number::Updated)),
        ("published", Some(Number::Published)),
    ];
    let reading = Reading::new(ctx, For::Search, SearchKind::Post, SORTS)?.updated_since()?.all("tag");
    Ok(reading.counting(&["last_update_range"]))
}
