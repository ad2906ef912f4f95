//! How much is in the portal as a whole.

use std::collections::HashMap;

use basalt_domain::{
    Apart, COLLECTIONS, CatalogueObject, Collection, Condition, Dataset, Document, Entity, Organization, Reuse,
    Timestamp, User, Value, organization, user,
};
use basalt_ports::{StorageError, Store};

use super::{Counted, Difference, Months, counts::created};

/// What everybody sees, as it was counted record by record.
#[derive(Debug, Default)]
pub struct Portal {
    datasets: Vec<Timestamp>,
    reuses: Vec<Timestamp>,
    organizations: Vec<Timestamp>,
    users: Vec<Timestamp>,
    resources: u64,
    /// How many records a declared total counts, by the names of its collection and its own.
    totals: HashMap<(&'static str, &'static str), u64>,
}

impl Portal {
    /// And these records.
    pub(super) fn add(&mut self, of: &'static Collection, records: &[Counted]) {
        for total in of.totals {
            let condition = (total.condition)();
            let counted = records.iter().filter(|record| condition.matches(&record.document)).count() as u64;
            *self.totals.entry((of.name, total.name)).or_default() += counted;
        }
        let Some((_of, condition, dates)) = self.kinds().into_iter().find(|(kind, ..)| *kind == of) else { return };
        let seen: Vec<&Document> =
            records.iter().map(|record| &record.document).filter(|document| condition.matches(document)).collect();
        dates.extend(seen.iter().map(|document| created(document)));
        self.resources += seen.iter().map(|document| resources_of(document)).sum::<u64>();
    }

    fn kinds(&mut self) -> [(&'static Collection, Condition, &mut Vec<Timestamp>); 4] {
        [
            (Dataset::COLLECTION, Dataset::visible().into_condition(), &mut self.datasets),
            (Reuse::COLLECTION, Reuse::visible().into_condition(), &mut self.reuses),
            (Organization::COLLECTION, organization::visible().into_condition(), &mut self.organizations),
            (User::COLLECTION, user::present().into_condition(), &mut self.users),
        ]
    }

    /// The totals that are kept with every write and are not what was counted.
    pub(super) async fn differences(&self, store: &Store) -> Result<Vec<Difference>, StorageError> {
        let mut found = Vec::new();
        for of in COLLECTIONS {
            for total in of.totals {
                let stored = number(store.storage().count(of, &(total.condition)()).await?);
                let counted = number(self.totals.get(&(of.name, total.name)).copied().unwrap_or(0));
                if stored != counted {
                    found.push(Difference {
                        collection: of.name,
                        id: "all".into(),
                        metric: total.name,
                        stored,
                        counted,
                    });
                }
            }
        }
        let visible = Dataset::visible().into_condition();
        let stored = store.storage().count_parts(Dataset::COLLECTION, &visible).await?;
        let counted = number(self.resources);
        if let Some(stored) = stored.map(number).filter(|stored| *stored != counted) {
            let of = Dataset::COLLECTION.name;
            found.push(Difference { collection: of, id: "all".into(), metric: "resources", stored, counted });
        }
        Ok(found)
    }

    /// The numbers that are stored with the portal: what is not counted whenever it is shown.
    pub fn metrics(&self, now: Timestamp) -> Document {
        let months = Months::until(now);
        let by_months = |dates: &[Timestamp]| months.count(dates.iter().copied());
        Document::new()
            .with("resources", number(self.resources))
            .with("users_by_months", by_months(&self.users))
            .with("datasets_by_months", by_months(&self.datasets))
            .with("reuses_by_months", by_months(&self.reuses))
            .with("organizations_by_months", by_months(&self.organizations))
    }
}

fn resources_of(document: &Document) -> u64 {
    let read = document.get("resources").and_then(Value::as_list).map_or(0, |list| list.len() as u64);
    Apart::in_head(document).map_or(read, |apart| apart.count)
}

fn number(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
