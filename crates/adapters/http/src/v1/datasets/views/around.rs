//! What is loaded once for all datasets of an answer.

use std::{cmp::Reverse, collections::HashMap};

use basalt_app::datasets::GRANULARITIES;
use basalt_domain::{
    CommunityResource, ContactPoint, Dataset, GeoLevel, GeoZone, License, ObjectId, Timestamp, community_resource,
};
use basalt_ports::{Ask, Asked, Row, Store};
use schemars::JsonSchema;
use serde::Serialize;

use super::SpatialView;
use crate::{
    context::Ctx,
    problem::Problem,
    v1::{
        contacts::Contacts,
        owners::{Owners, Wanted},
    },
};

/// The header that asks for objects in the place of ids.
const FULL: &str = "x-get-datasets-full-objects";
/// Shown only where a mask asks for it.
const COMMUNITY: &str = "community_resources";

/// What is around the datasets of an answer.
pub struct Around {
    /// Whom they belong to.
    pub owners: Owners,
    /// Whom to ask about them.
    pub contacts: Contacts,
    /// What ids in them stand for, where the client wants to know.
    pub full: Option<Full>,
    /// What others made of them, where the client wants to know.
    pub community: Option<Community>,
    /// When the answer is made.
    pub now: Timestamp,
}

/// What ids in datasets stand for.
#[derive(Default)]
pub struct Full {
    zones: HashMap<String, Row<GeoZone>>,
    levels: HashMap<String, Row<GeoLevel>>,
    licenses: HashMap<String, Row<License>>,
}

/// What others made of datasets.
pub struct Community {
    by_dataset: HashMap<ObjectId, Vec<Row<CommunityResource>>>,
    /// Whom they belong to.
    pub owners: Owners,
}

impl Community {
    fn new(rows: Vec<Row<CommunityResource>>, owners: Owners) -> Self {
        let mut by_dataset: HashMap<ObjectId, Vec<_>> = HashMap::new();
        for row in rows {
            if let Some(dataset) = row.value.dataset {
                by_dataset.entry(dataset).or_default().push(row);
            }
        }
        for made in by_dataset.values_mut() {
            made.sort_unstable_by_key(|row| Reverse((row.value.resource.created_at_internal, row.value.resource.id)));
        }
        Self { by_dataset, owners }
    }

    /// Those of one dataset, newest first.
    pub fn made_of(&self, dataset: ObjectId) -> &[Row<CommunityResource>] {
        self.by_dataset.get(&dataset).map(Vec::as_slice).unwrap_or_default()
    }
}

/// What others made of these datasets, to be asked for.
pub fn made_of<'a>(store: &'a Store, datasets: &[&Dataset]) -> Asked<'a, CommunityResource> {
    if datasets.is_empty() {
        return store.community_resources.asked_by_ids([]);
    }
    store.community_resources.asked(community_resource::DATASET.among(datasets.iter().map(|dataset| dataset.id)))
}

/// Something with an id and a name.
#[derive(Serialize, JsonSchema)]
pub(super) struct Named<'a> {
    id: &'a str,
    name: &'a str,
}

/// A place.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GeoZoneReference")]
pub(super) struct ZoneView<'a> {
    class: &'static str,
    code: &'a str,
    id: &'a str,
    level: &'a str,
    name: &'a str,
    slug: &'a str,
    uri: Option<&'a str>,
}

impl Around {
    /// Of these datasets: a fixed number of reads.
    pub async fn of(ctx: &Ctx, datasets: &[&Dataset]) -> Result<Self, Problem> {
        Self::beside(ctx, datasets, None).await
    }

    /// The same while something else is asked for.
    pub async fn beside(ctx: &Ctx, datasets: &[&Dataset], other: Option<&mut dyn Ask>) -> Result<Self, Problem> {
        let community = ctx.mask()?.is_some_and(|mask| mask.names(COMMUNITY));
        let unowned = Unowned::read(ctx, datasets, community, other).await?;
        let wanted = Wanted::default().objects(datasets.iter().copied());
        let owners = unowned.wanted(wanted).read(ctx).await?;
        Ok(unowned.of_these(ctx, owners))
    }
}

/// What is around datasets, before it is known whom all of it belongs to.
pub struct Unowned {
    contacts: HashMap<ObjectId, Row<ContactPoint>>,
    full: Option<Full>,
    community: Option<Vec<Row<CommunityResource>>>,
}

impl Unowned {
    /// Of these datasets, which an answer about something else shows as `datasets`.
    pub async fn used(ctx: &Ctx, datasets: &[&Dataset]) -> Result<Self, Problem> {
        let mask = ctx.mask()?;
        let inner = mask.as_ref().and_then(|mask| mask.within("datasets"));
        Self::read(ctx, datasets, inner.is_some_and(|mask| mask.names(COMMUNITY)), None).await
    }

    /// One read, of contact points and of what else the client wants to know.
    async fn read(
        ctx: &Ctx,
        datasets: &[&Dataset],
        community: bool,
        other: Option<&mut dyn Ask>,
    ) -> Result<Self, Problem> {
        let asked = ctx.request.headers().get(FULL).and_then(|value| value.to_str().ok());
        let full = asked.is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "1"));
        let community = ctx.version == 1 && community;
        let store = &ctx.services().context.store;
        let contacts: Vec<&ObjectId> = datasets.iter().flat_map(|dataset| &dataset.contact_points).collect();
        let mut contacts = store.contact_points.asked_by_ids(contacts);
        let mut made = made_of(store, if community { datasets } else { &[] });
        let mut meant = Meant::of(ctx, if full { datasets } else { &[] });
        let Meant { zones, levels, licenses } = &mut meant;
        let mut asked: Vec<&mut dyn Ask> = vec![&mut contacts, &mut made, zones, levels, licenses];
        if let Some(other) = other {
            asked.push(other);
        }
        store.together(&mut asked).await?;
        Ok(Self {
            contacts: contacts.by_id(),
            full: full.then(|| meant.found()),
            community: community.then(|| made.rows()),
        })
    }

    /// What belongs to somebody, too.
    pub fn wanted(&self, wanted: Wanted) -> Wanted {
        let wanted = wanted.owned(self.contacts.values().map(|row| &row.value));
        wanted.owned(self.community.iter().flatten().map(|row| &row.value))
    }

    /// With whom it belongs to.
    pub fn of_these(self, ctx: &Ctx, owners: Owners) -> Around {
        Around {
            contacts: Contacts::new(self.contacts, owners.clone()),
            full: self.full,
            community: self.community.map(|rows| Community::new(rows, owners.clone())),
            owners,
            now: ctx.services().context.now(),
        }
    }
}

/// What ids in datasets stand for, to be asked for.
struct Meant<'a> {
    zones: Asked<'a, GeoZone>,
    levels: Asked<'a, GeoLevel>,
    licenses: Asked<'a, License>,
}

impl<'a> Meant<'a> {
    fn of(ctx: &'a Ctx, datasets: &[&Dataset]) -> Self {
        let store = &ctx.services().context.store;
        let coverages = || datasets.iter().filter_map(|dataset| dataset.spatial.as_ref());
        let zones: Vec<&String> = coverages().flat_map(|coverage| &coverage.zones).collect();
        let levels: Vec<&String> = coverages().filter_map(|coverage| coverage.granularity.as_ref()).collect();
        let none = super::NOT_SPECIFIED.to_owned();
        let told = if ctx.version == 2 { datasets } else { &[] };
        let licenses: Vec<&String> = told.iter().map(|dataset| dataset.license.as_ref().unwrap_or(&none)).collect();
        Self {
            zones: store.geo_zones.asked_by_ids(zones),
            levels: store.geo_levels.asked_by_ids(levels),
            licenses: store.licenses.asked_by_ids(licenses),
        }
    }

    fn found(self) -> Full {
        Full { zones: self.zones.by_id(), levels: self.levels.by_id(), licenses: self.licenses.by_id() }
    }
}

impl Full {
    /// The licence of this id.
    pub fn license(&self, id: &str) -> Option<&License> {
        self.licenses.get(id).map(|row| &row.value)
    }

    pub(super) fn granularity<'a>(&'a self, id: &'a str) -> Named<'a> {
        let known = self.levels.get(id).map(|row| row.value.name.as_str());
        let other = GRANULARITIES.iter().find(|(known, _name)| *known == id).map(|(_id, name)| *name);
        Named { id, name: known.or(other).unwrap_or(id) }
    }

    pub(super) fn zone<'a>(&'a self, id: &str) -> Option<ZoneView<'a>> {
        let GeoZone { id, slug, name, code, level, uri, .. } = &self.zones.get(id)?.value;
        Some(ZoneView { class: "GeoZone", code, id, level, name, slug, uri: uri.as_deref() })
    }

    /// Places as objects.
    pub fn spatial<'a>(&'a self, coverage: &'a basalt_domain::SpatialCoverage) -> SpatialView<'a> {
        SpatialView::full(coverage, self)
    }
}
