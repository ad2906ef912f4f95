//! Datasets, their resources, and what others made of them.

mod community;
mod extras;
mod hosted;
mod resources;
mod uploads;

use async_trait::async_trait;
use basalt_domain::{
    ContactPoint, Dataset, FieldError, ObjectId, Owned, Timestamp,
    dataset::{frequency, quality::Quality},
};
use basalt_ports::ChangeSet;

use crate::{
    AppError, Caller, Context,
    objects::{Class, invalid, withdrawn},
};

pub use community::{CommunityForm, CommunityResources};
pub use extras::ReservedExtras;
pub use hosted::Hosted;
pub use resources::{Located, Order, Resources, Wanted};
pub use uploads::{Finished, Incoming, MAX_PARTS, Uploads};

#[async_trait]
impl Class for Dataset {
    const OLD_FORM: bool = true;

    fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self::blank(id, now)
    }

    async fn settle(
        context: &Context,
        _caller: &Caller,
        before: Option<&Self>,
        after: &mut Self,
    ) -> Result<ChangeSet, AppError> {
        if let Some(named) = after.frequency.as_deref().and_then(frequency::named) {
            after.frequency = Some(named.id.into());
        }
        let mut errors = Vec::new();
        if before.is_none_or(|before| before.spatial != after.spatial) {
            errors.extend(unknown_zones(context, after).await?);
            errors.extend(unknown_granularity(context, after).await?);
        }
        let owned_by = |dataset: &Self| (dataset.owner, dataset.organization, dataset.contact_points.clone());
        if before.is_none_or(|before| owned_by(before) != owned_by(after)) {
            errors.extend(check_contacts(context, after, before).await?);
        }
        if !errors.is_empty() {
            return Err(invalid::<Self>(before.map(|before| before.id), errors));
        }
        let closed = after.access_type.as_deref().is_some_and(|access| access != "open");
        if closed {
            after.license = None;
        } else if before.is_none_or(|before| before.license != after.license)
            && let Some(license) = &after.license
            && context.store.licenses.get(license).await?.is_none()
        {
            // As udata does: what is no licence of the portal is none.
            after.license = None;
        }
        for resource in after.resources.iter_mut().filter(|resource| resource.urlhash.is_none()) {
            *resource = resources::hashed(resource.clone());
        }
        after.last_update = after.newest_update();
        after.quality_cached = Quality::of(after, context.now()).document();
        if before.is_some_and(|before| before.deleted.is_none()) && after.deleted.is_some() {
            let (kinds, about) = (&withdrawn::OF_DATASETS, ("dataset", after.id));
            return withdrawn::withdrawn(context, kinds, about, after.organization.as_slice()).await;
        }
        Ok(ChangeSet::new())
    }
}

/// Which of the places a dataset is about are not known.
async fn unknown_zones(context: &Context, dataset: &Dataset) -> Result<Option<FieldError>, AppError> {
    let zones = dataset.spatial.as_ref().map(|spatial| spatial.zones.as_slice()).unwrap_or_default();
    if zones.is_empty() {
        return Ok(None);
    }
    let known = context.store.geo_zones.by_ids(zones).await?;
    let unknown: Vec<&str> = zones.iter().filter(|zone| !known.contains_key(*zone)).map(String::as_str).collect();
    let told = || FieldError::form("spatial.zones", format!("Unknown geoid(s): {}", unknown.join(", ")));
    Ok((!unknown.is_empty()).then(told))
}

/// Granularities that are no levels of places.
pub const GRANULARITIES: [(&str, &str); 2] = [("poi", "POI"), ("other", "Other")];

/// Is the size of the places a level of the portal?
async fn unknown_granularity(context: &Context, dataset: &Dataset) -> Result<Option<FieldError>, AppError> {
    let named = dataset.spatial.as_ref().and_then(|spatial| spatial.granularity.as_ref());
    let Some(named) = named.filter(|named| !GRANULARITIES.iter().any(|(id, _label)| id == named)) else {
        return Ok(None);
    };
    let known = context.store.geo_levels.get(named).await?.is_some();
    Ok((!known).then(|| FieldError::form("spatial.granularity", "Not a valid choice.")))
}

/// Are the contact points there, and whose the dataset is? Those that went with a former owner are
/// left behind where the client did not send them.
async fn check_contacts(
    context: &Context,
    dataset: &mut Dataset,
    before: Option<&Dataset>,
) -> Result<Option<FieldError>, AppError> {
    if dataset.contact_points.is_empty() {
        return Ok(None);
    }
    let known = context.store.contact_points.by_ids(&dataset.contact_points).await?;
    let unsent = before.is_some_and(|before| before.contact_points == dataset.contact_points);
    let (owner, organization) = (dataset.owner(), dataset.organization());
    let belongs = |contact: &ContactPoint| contact.owner == owner && contact.organization == organization;
    if unsent {
        dataset.contact_points.retain(|id| known.get(id).is_some_and(|row| belongs(&row.value)));
        return Ok(None);
    }
    let unknown: Vec<String> =
        dataset.contact_points.iter().filter(|id| !known.contains_key(id)).map(ToString::to_string).collect();
    if !unknown.is_empty() {
        return Ok(Some(FieldError::form("contact_points", format!("Unknown identifiers: {}", unknown.join(", ")))));
    }
    let foreign = dataset.contact_points.iter().find(|id| known.get(id).is_some_and(|row| !belongs(&row.value)));
    Ok(foreign.map(|id| {
        let message = format!("Contact point {id} does not belong to the owner of this object");
        FieldError::check("contact_points", message)
    }))
}

/// Does an id look like one of a place: a level and a code?
pub fn is_zone_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split(':').collect();
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| !part.is_empty()) && id.len() <= GEO_ID_MAX
}

/// The longest id of a place.
const GEO_ID_MAX: usize = 255;
