//! What changes take for themselves, so that others who want it too can be told before they try.

use std::collections::HashSet;

use basalt_domain::{Collection, Document, Value};
use basalt_ports::{Change, ChangeSet};

/// Ids of the records that are written, and their unique values.
#[derive(Default)]
pub(super) struct Claims(HashSet<String>);

impl Claims {
    /// Those of these changes. Sums are left out: whoever adds first, they come out the same.
    pub(super) fn of(changes: &ChangeSet) -> Self {
        let mut claims = HashSet::new();
        for change in changes.changes() {
            match change {
                Change::Insert { of, id, document }
                | Change::Update { of, id, document, .. }
                | Change::Put { of, id, document } => {
                    claims.insert(format!("{} {id:?}", of.name));
                    claims.extend(unique_values(of, document));
                }
                Change::Delete { of, id, .. } => {
                    claims.insert(format!("{} {id:?}", of.name));
                }
                Change::Add { .. } => {}
            }
        }
        Self(claims)
    }

    /// Do both want the same?
    pub(super) fn meet(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }
}

fn unique_values<'a>(of: &'static Collection, document: &'a Document) -> impl Iterator<Item = String> + 'a {
    of.unique.iter().filter_map(move |fields| {
        // A record that lacks one of them is free.
        let values: Vec<&Value> = fields.iter().map(|field| document.at(field)).collect::<Option<_>>()?;
        Some(format!("{} {fields:?} {values:?}", of.name))
    })
}

#[cfg(test)]
mod tests {
    use basalt_domain::{Dataset, ObjectId, Timestamp, dataset};

    use super::*;

    fn claims(of: impl Fn(ChangeSet) -> ChangeSet) -> Claims {
        Claims::of(&of(ChangeSet::new()))
    }

    fn a_dataset(number: u8, slug: &str) -> Dataset {
        let mut dataset = Dataset::blank(ObjectId::from_bytes([number; 12]), Timestamp(0));
        slug.clone_into(&mut dataset.slug);
        dataset
    }

    #[test]
    fn the_same_slug_and_the_same_record_are_wanted_by_both() {
        let one = claims(|changes| changes.insert(&a_dataset(1, "a")));
        assert!(one.meet(&claims(|changes| changes.insert(&a_dataset(2, "a")))));
        assert!(one.meet(&claims(|changes| changes.insert(&a_dataset(2, "b")).insert(&a_dataset(1, "c")))));
        assert!(!one.meet(&claims(|changes| changes.insert(&a_dataset(2, "b")))));
        let id = ObjectId::from_bytes([1; 12]);
        assert!(!one.meet(&claims(|changes| changes.add::<Dataset>(&id, &dataset::VIEWS, 1))));
    }
}
