//! From descriptions of organisations to changes of the storage.

use std::collections::HashMap;

use basalt_domain::{
    Badge, Collection, Document, Entity, Filter, Member, ObjectId, Organization, OrganizationRole, Timestamp, Value,
    organization, slug,
};
use basalt_ports::{ChangeSet, StorageError, Store, Stored};

use super::{
    accounts::{self, Person},
    slugs::{Place, Slugs, or_id},
};

/// Numbers of what is stored here: others cannot tell them.
pub(super) const COUNTED_HERE: [&str; 3] = ["datasets", "reuses", "dataservices"];

/// An organisation as others describe it.
pub(super) struct Described {
    pub(super) id: ObjectId,
    pub(super) name: String,
    /// None: made of the name.
    pub(super) slug: Option<String>,
    pub(super) description: String,
    pub(super) metrics: Vec<(String, i64)>,
    pub(super) created_at: Timestamp,
    pub(super) last_modified: Timestamp,
    /// None where the source tells only the name and numbers.
    pub(super) details: Option<Details>,
}

/// What only a full answer tells.
pub(super) struct Details {
    pub(super) acronym: Option<String>,
    pub(super) url: Option<String>,
    pub(super) image_url: Option<String>,
    pub(super) business_number_id: Option<String>,
    pub(super) badges: Vec<String>,
    pub(super) members: Vec<Membership>,
    pub(super) extras: Document,
    pub(super) deleted: Option<Timestamp>,
}

/// A member.
pub(super) struct Membership {
    pub(super) person: Person,
    pub(super) role: OrganizationRole,
    pub(super) since: Option<Timestamp>,
}

impl Described {
    /// Where it is stored.
    pub(super) fn key(&self) -> (&'static Collection, Value) {
        (Organization::COLLECTION, self.id.into())
    }

    /// The slug that it would like to have.
    fn wanted_slug(&self) -> String {
        self.slug.clone().unwrap_or_else(|| or_id(slug::slugify(&self.name), self.id))
    }

    /// Makes an organisation what it is described as; what the source does not tell stays.
    fn apply(&self, to: &mut Organization) {
        to.name.clone_from(&self.name);
        for (name, count) in &self.metrics {
            if organization::METRICS.contains(&name.as_str()) && !COUNTED_HERE.contains(&name.as_str()) {
                to.metrics.insert(name.as_str(), *count);
            }
        }
        let Some(details) = &self.details else { return };
        to.description.clone_from(&self.description);
        to.acronym.clone_from(&details.acronym);
        to.url.clone_from(&details.url);
        to.image_url.clone_from(&details.image_url);
        to.business_number_id.clone_from(&details.business_number_id);
        to.extras.clone_from(&details.extras);
        to.deleted = details.deleted;
        to.created_at = self.created_at;
        to.last_modified = self.last_modified;
        to.badges.retain(|badge| details.badges.contains(&badge.kind));
        for kind in &details.badges {
            if !to.has_badge(kind) {
                to.badges.push(Badge {
                    class: Some("OrganizationBadge".into()),
                    kind: kind.clone(),
                    created: self.created_at,
                    created_by: None,
                    rest: Document::new(),
                });
            }
        }
        to.members.retain(|member| details.members.iter().any(|given| given.person.id == member.user));
        for Membership { person, role, since } in &details.members {
            match to.member_mut(person.id) {
                Some(member) => member.role = *role,
                None => to.members.push(Member::new(person.id, *role, since.unwrap_or(self.created_at))),
            }
        }
        to.metrics.insert("members", i64::try_from(to.members.len()).unwrap_or(i64::MAX));
    }
}

/// The changes that make the organisations what they are described as, and accounts of members
/// that have none: without password, so nobody can sign in with them. Some queries for all of them.
pub(super) async fn changes(store: &Store, described: &[&Described]) -> Result<ChangeSet, StorageError> {
    if described.is_empty() {
        return Ok(ChangeSet::new());
    }
    let ids: Vec<ObjectId> = described.iter().map(|one| one.id).collect();
    let stored = store.organizations.fresh_list(Filter::ids(&ids), u64::MAX).await?;
    let mut known: HashMap<ObjectId, Stored<Organization>> =
        stored.into_iter().map(|stored| (stored.value.id, stored)).collect();
    let wanted = described.iter().filter(|one| !known.contains_key(&one.id)).map(|one| one.wanted_slug());
    let place = Place { repo: &store.organizations, field: organization::SLUG, of: |organization| &organization.slug };
    let mut slugs = Slugs::free(place, wanted.collect()).await?;

    // Accounts first: no member without one.
    let people = described
        .iter()
        .filter_map(|one| Some((one.details.as_ref()?, one.created_at)))
        .flat_map(|(details, since)| details.members.iter().map(move |member| (&member.person, since)));
    let mut changes = accounts::missing(store, people).await?;
    // One organisation may come twice in a batch; the later wins.
    let mut made: Vec<Organization> = Vec::new();
    let mut made_at: HashMap<ObjectId, usize> = HashMap::new();
    for one in described {
        if let Some(stored) = known.get_mut(&one.id) {
            one.apply(&mut stored.value);
            continue;
        }
        if let Some(organization) = made_at.get(&one.id).and_then(|at| made.get_mut(*at)) {
            one.apply(organization);
            continue;
        }
        let mut organization = Organization::new(one.id, &one.name, &one.description, None, one.created_at);
        organization.last_modified = one.last_modified;
        organization.slug = slugs.take(&one.wanted_slug());
        one.apply(&mut organization);
        made_at.insert(one.id, made.len());
        made.push(organization);
    }
    for organization in &made {
        changes = changes.insert(organization);
    }
    for id in ids {
        if let Some(stored) = known.remove(&id) {
            changes = changes.update(&stored);
        }
    }
    Ok(changes)
}
