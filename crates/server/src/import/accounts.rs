//! Accounts of people whom others name.

use std::collections::{HashMap, HashSet};

use basalt_domain::{Filter, ObjectId, Timestamp, User, slug, user};
use basalt_ports::{ChangeSet, StorageError, Store};

use super::slugs::{Place, Slugs, or_id};

/// The domain of addresses of accounts that have none; it never receives mail (RFC 2606).
const NO_MAIL: &str = "users.invalid";

/// Somebody, as far as others tell.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: ObjectId,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) slug: Option<String>,
}

impl Person {
    fn wanted_slug(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        self.slug.clone().filter(|slug| !slug.is_empty()).unwrap_or_else(|| or_id(slug::slugify(&name), self.id))
    }
}

/// New accounts of those who have none: without password, so nobody can sign in with them. Each
/// comes with the time since when it may have been there.
pub(super) async fn missing<'a>(
    store: &Store,
    people: impl Iterator<Item = (&'a Person, Timestamp)>,
) -> Result<ChangeSet, StorageError> {
    let people: HashMap<ObjectId, (&Person, Timestamp)> =
        people.map(|(person, since)| (person.id, (person, since))).collect();
    if people.is_empty() {
        return Ok(ChangeSet::new());
    }
    let stored = store.users.fresh_list(Filter::ids(people.keys()), u64::MAX).await?;
    let known: HashSet<ObjectId> = stored.iter().map(|stored| stored.value.id).collect();
    let mut missing: Vec<(&Person, Timestamp)> =
        people.into_values().filter(|(person, _since)| !known.contains(&person.id)).collect();
    // The order decides about numbers of slugs; it must not depend on chance.
    missing.sort_by_key(|(person, _since)| person.id);
    let wanted = missing.iter().map(|(person, _since)| person.wanted_slug()).collect();
    let place = Place { repo: &store.users, field: user::SLUG, of: |account| &account.slug };
    let mut slugs = Slugs::free(place, wanted).await?;
    let mut changes = ChangeSet::new();
    for (person, since) in missing {
        let slug = slugs.take(&person.wanted_slug());
        let address = format!("{slug}@{NO_MAIL}");
        let mut account = User::new(person.id, &address, &person.first_name, &person.last_name, since);
        account.slug = slug;
        changes = changes.insert(&account);
    }
    Ok(changes)
}
