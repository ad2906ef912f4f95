//! What is particular to reuses.

use async_trait::async_trait;
use basalt_domain::{
    CatalogueObject, Dataservice, Dataset, Document, ObjectId, Reuse, Timestamp,
    reuse::{DATASETS, URL_HASH},
};
use basalt_ports::ChangeSet;
use sha1::{Digest, Sha1};

use super::{
    Class,
    counters::{self, DATASERVICE_REUSES, DATASET_REUSES},
    references, withdrawn,
};
use crate::{AppError, Caller, Context};

#[async_trait]
impl Class for Reuse {
    fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            slug: String::new(),
            description: String::new(),
            kind: String::new(),
            url: String::new(),
            urlhash: String::new(),
            image_url: None,
            image: None,
            datasets: Vec::new(),
            dataservices: Vec::new(),
            tags: Vec::new(),
            topic: None,
            private: false,
            owner: None,
            organization: None,
            badges: Vec::new(),
            featured: None,
            ext: Document::new(),
            extras: Document::new(),
            metrics: Document::new(),
            created_at: now,
            last_modified: now,
            archived: None,
            deleted: None,
            rest: Document::new(),
        }
    }

    async fn settle(
        context: &Context,
        caller: &Caller,
        before: Option<&Self>,
        after: &mut Self,
    ) -> Result<ChangeSet, AppError> {
        let used = before.map_or((&[][..], &[][..]), |before| (&before.datasets, &before.dataservices));
        references::known::<Dataset>(context, "datasets", used.0, &after.datasets).await?;
        references::known::<Dataservice>(context, "dataservices", used.1, &after.dataservices).await?;
        after.urlhash = hash(&after.url);
        if before.is_none_or(|before| before.urlhash != after.urlhash)
            && context.store.reuses.exists(URL_HASH.eq(after.urlhash.as_str())).await?
        {
            return Err(AppError::check("url", "This URL is already registered"));
        }
        let number = i64::try_from(after.datasets.len()).unwrap_or(i64::MAX);
        after.metrics.insert(DATASETS.path.name.trim_start_matches("metrics."), number);
        let (old, new) = (before.map(seen).unwrap_or_default(), seen(after));
        let mut changes = counters::of_references(old.0, new.0, &DATASET_REUSES);
        changes = changes.and(counters::of_references(old.1, new.1, &DATASERVICE_REUSES));
        // Of what is private, others do not hear.
        if before.is_none() && after.is_visible() {
            let details = Document::new().with("reuse", after.id).with("_cls", "ReuseCreatedNotificationDetails");
            let told = references::announced(context, caller, ("reuse.created", &details), &after.datasets);
            changes = changes.and(told.await?);
        }
        if before.is_some_and(|before| before.deleted.is_none()) && after.deleted.is_some() {
            let producers = withdrawn::producers(context, &after.datasets).await?;
            let gone = withdrawn::withdrawn(context, &["reuse.created"], ("reuse", after.id), &producers);
            changes = changes.and(gone.await?);
        }
        Ok(changes)
    }
}

/// What everybody sees it use.
fn seen(reuse: &Reuse) -> (&[ObjectId], &[ObjectId]) {
    if reuse.is_visible() { (&reuse.datasets, &reuse.dataservices) } else { (&[], &[]) }
}

/// SHA-1 of an address, as it is stored; udata finds equal addresses by it.
fn hash(url: &str) -> String {
    Sha1::digest(url.as_bytes()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_udata_stores() {
        assert_eq!(hash("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
