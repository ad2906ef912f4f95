//! What every portal refers to: licences, levels of places, places. Loaded where a portal has none.
//!
//! Facts in the files of `data/`: names and addresses of licences, codes of the French regions and
//! departments as INSEE publishes them. A portal that has its own, as every former udata, keeps them.

use basalt_domain::{Collection, Document, Entity, GeoLevel, GeoZone, License};
use basalt_ports::{Change, ChangeSet, Query, StorageError, Store};

use crate::failure::Failure;

const LICENSES: &str = include_str!("../data/licenses.json");
const GEO_LEVELS: &str = include_str!("../data/geo_levels.json");
const GEO_ZONES: &str = include_str!("../data/geo_zones.json");

/// Stores the records of each collection that is empty. May be called by several processes at once.
pub async fn load_missing(store: &Store) -> Result<(), Failure> {
    for (of, records) in
        [(License::COLLECTION, LICENSES), (GeoLevel::COLLECTION, GEO_LEVELS), (GeoZone::COLLECTION, GEO_ZONES)]
    {
        let first = store.storage().ids(&Query { limit: 1, ..Query::all(of) }).await?;
        if !first.is_empty() {
            continue;
        }
        match store.commit(insertions(of, records)?).await {
            // Another process was first.
            Ok(()) | Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn insertions(of: &'static Collection, records: &str) -> Result<ChangeSet, Failure> {
    let documents: Vec<Document> = serde_json::from_str(records)?;
    let insertion = |document: Document| {
        let id = document.get("_id").cloned().unwrap_or_default();
        Change::Insert { of, id, document }
    };
    Ok(documents.into_iter().map(insertion).collect::<Vec<_>>().into())
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, sync::Arc};

    use basalt_domain::Filter;
    use basalt_memory::MemoryStorage;

    use super::*;

    #[tokio::test]
    async fn an_empty_portal_gets_what_every_portal_refers_to_once() {
        let store = Store::new(Arc::new(MemoryStorage::new()), 0);
        for _time in 0..2 {
            load_missing(&store).await.unwrap();
        }
        let levels = store.geo_levels.list(Filter::always(), &[], u64::MAX).await.unwrap();
        let levels: HashSet<String> = levels.iter().map(|row| row.value.id.clone()).collect();
        let zones = store.geo_zones.list(Filter::always(), &[], u64::MAX).await.unwrap();
        let ids: HashSet<&String> = zones.iter().map(|row| &row.value.id).collect();
        for zone in &zones {
            let zone = &zone.value;
            assert!(levels.contains(&zone.level) && zone.id.ends_with(&zone.code), "{zone:?}");
            assert!(zone.ancestors.iter().all(|ancestor| ids.contains(ancestor)), "{zone:?}");
            assert_eq!(zone.slug, basalt_domain::slug::slugify(&zone.name));
        }
        let licenses = store.licenses.list(Filter::always(), &[], u64::MAX).await.unwrap();
        assert!(licenses.iter().all(|row| row.value.active == Some(true) && !row.value.slug.is_empty()));
        assert!(licenses.iter().any(|row| row.value.id == "lov2"));
    }

    #[tokio::test]
    async fn a_portal_with_its_own_keeps_them() {
        let store = Store::new(Arc::new(MemoryStorage::new()), 0);
        let own = Document::new().with("_id", "own").with("title", "Our own");
        let change = Change::Insert { of: License::COLLECTION, id: "own".into(), document: own };
        store.commit(ChangeSet::from(vec![change])).await.unwrap();
        load_missing(&store).await.unwrap();
        assert_eq!(store.licenses.count(&Filter::always()).await.unwrap(), 1);
        assert!(store.geo_levels.count(&Filter::always()).await.unwrap() > 3);
    }
}
