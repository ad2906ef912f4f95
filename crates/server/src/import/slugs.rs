//! Free slugs for many records at once.

use std::collections::HashSet;

use basalt_domain::{Entity, Field, ObjectId, slug};
use basalt_ports::{Repo, StorageError};

/// How many numbers are tried with one query.
const NUMBERS: u64 = 32;

/// The slug, or the id where nothing is left of a name.
pub(super) fn or_id(slug: String, id: ObjectId) -> String {
    if slug.is_empty() { id.to_string() } else { slug }
}

/// Which slugs of a batch are taken.
pub(super) struct Slugs(HashSet<String>);

/// Where the slugs of entities are.
pub(super) struct Place<'a, E: Entity> {
    pub(super) repo: &'a Repo<E>,
    pub(super) field: Field<E, String>,
    pub(super) of: fn(&E) -> &str,
}

impl<E: Entity> Place<'_, E> {
    /// Those of these slugs that entities have.
    async fn known(&self, slugs: Vec<String>) -> Result<Vec<String>, StorageError> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.repo.fresh_list(self.field.among(slugs), u64::MAX).await?;
        Ok(found.iter().map(|stored| (self.of)(&stored.value).to_owned()).collect())
    }
}

impl Slugs {
    /// Finds out which of these and their next numbers are taken: one query, and one more where
    /// some are taken or wanted twice.
    pub(super) async fn free<E: Entity>(place: Place<'_, E>, wanted: Vec<String>) -> Result<Self, StorageError> {
        let mut seen = HashSet::new();
        let twice: HashSet<String> = wanted.into_iter().filter(|slug| !seen.insert(slug.clone())).collect();
        let mut open = place.known(seen.into_iter().collect()).await?;
        let mut taken: HashSet<String> = open.iter().cloned().collect();
        open.extend(twice.into_iter().filter(|slug| !taken.contains(slug)));
        let mut from = 1;
        while !open.is_empty() {
            let numbered = |base: &String| (from..from + NUMBERS).map(|number| slug::numbered(base, number)).collect();
            let candidates: Vec<Vec<String>> = open.iter().map(numbered).collect();
            taken.extend(place.known(candidates.concat()).await?);
            // Goes on only with those whose numbers are all taken.
            let bases = open.into_iter().zip(candidates);
            let full = bases.filter(|(_base, all)| all.iter().all(|one| taken.contains(one)));
            open = full.map(|(base, _all)| base).collect();
            from += NUMBERS;
        }
        Ok(Self(taken))
    }

    /// The first free one of `slug`, `slug-1`, `slug-2`, …; it is taken from now on.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let mut candidate = wanted.to_owned();
        let mut number = 0;
        while !self.0.insert(candidate.clone()) {
            number += 1;
            candidate = slug::numbered(wanted, number);
        }
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_free_number_is_taken() {
        let mut slugs = Slugs(["a".to_owned(), "a-1".to_owned()].into());
        assert_eq!(slugs.take("a"), "a-2");
        assert_eq!(slugs.take("a"), "a-3");
        assert_eq!(slugs.take("b"), "b");
        assert_eq!(slugs.take("b"), "b-1");
    }
}
