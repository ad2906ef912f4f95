//! Numbers of objects, kept exact with every write: each is what a recount would find.

use basalt_domain::{
    CatalogueObject, Dataservice, Dataset, Entity, Field, GenericReference, ObjectId, Organization, Owned, Owner,
    Reuse, User, dataservice, dataset, organization, reuse, user,
};
use basalt_ports::{Change, ChangeSet};

/// Changes of the numbers of whom an object belongs to. Only what everybody sees is counted.
pub fn of_owner<E: CatalogueObject>(before: Option<&E>, after: Option<&E>) -> ChangeSet {
    let (lost, won) = (before.and_then(counted_for), after.and_then(counted_for));
    if lost == won {
        return ChangeSet::new();
    }
    let mut changes = ChangeSet::new();
    for (owner, by) in [(lost, -1), (won, 1)] {
        let Some(path) = path_of(E::METRIC) else { continue };
        changes = match owner {
            Some(Owner::Organization(id)) => {
                changes.with(Change::Add { of: Organization::COLLECTION, id: id.into(), path, by })
            }
            Some(Owner::User(id)) => changes.with(Change::Add { of: User::COLLECTION, id: id.into(), path, by }),
            None => changes,
        };
    }
    changes
}

/// Whom it counts for: nobody while it is not seen.
fn counted_for<E: CatalogueObject>(object: &E) -> Option<Owner> {
    if !object.is_visible() {
        return None;
    }
    owner_of(object)
}

/// Whom something belongs to.
pub fn owner_of<E: Owned>(object: &E) -> Option<Owner> {
    let organization = object.organization().map(Owner::Organization);
    organization.or_else(|| object.owner().map(Owner::User))
}

fn path_of(metric: &str) -> Option<&'static str> {
    Some(match metric {
        "datasets" => "metrics.datasets",
        "reuses" => "metrics.reuses",
        "dataservices" => "metrics.dataservices",
        _ => return None,
    })
}

/// Number of the reuses of a dataservice.
pub const DATASERVICE_REUSES: Field<Dataservice, i64> = Field::one("metrics.reuses");

/// Number of objects that a user follows.
pub const FOLLOWING: Field<User, i64> = Field::one("metrics.following");

/// Changes of the number of followers of what is followed, of any class.
pub fn of_followers(followed: &GenericReference, by: i64) -> ChangeSet {
    let (changes, id) = (ChangeSet::new(), followed.id());
    match followed.class.as_str() {
        "Organization" => changes.add::<Organization>(&id, &organization::FOLLOWERS, by),
        "User" => changes.add::<User>(&id, &user::FOLLOWERS, by),
        "Dataset" => changes.add::<Dataset>(&id, &dataset::FOLLOWERS, by),
        "Reuse" => changes.add::<Reuse>(&id, &reuse::FOLLOWERS, by),
        "Dataservice" => changes.add::<Dataservice>(&id, &dataservice::FOLLOWERS, by),
        _ => changes,
    }
}

/// Changes of a number of each record that is referred to, when the references change: those of
/// an object that is not seen do not count.
pub fn of_references<T: Entity<Id = ObjectId>>(
    before: &[ObjectId],
    after: &[ObjectId],
    number: &Field<T, i64>,
) -> ChangeSet {
    let lost = distinct(before).filter(|id| !after.contains(id)).map(|id| (id, -1));
    let won = distinct(after).filter(|id| !before.contains(id)).map(|id| (id, 1));
    lost.chain(won).fold(ChangeSet::new(), |changes, (id, by)| changes.add::<T>(&id, number, by))
}

fn distinct(ids: &[ObjectId]) -> impl Iterator<Item = ObjectId> + '_ {
    ids.iter().enumerate().filter(|(at, id)| !ids.get(..*at).unwrap_or_default().contains(id)).map(|(_at, id)| *id)
}

/// Number of the reuses of a dataset.
pub const DATASET_REUSES: Field<Dataset, i64> = basalt_domain::dataset::REUSES;
