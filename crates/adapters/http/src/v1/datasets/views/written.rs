//! The resources of an answer about a dataset; those of long datasets are kept as they were written.
//!
//! Some hundred resources are nearly all that an answer costs, and look the same to everybody.

use std::sync::Arc;

use basalt_domain::{Dataset, ObjectId};
use basalt_ports::Version;
use quick_cache::{Weighter, sync::Cache};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::ResourceView;
use crate::context::Ctx;

/// A dataset of fewer resources is written anew each time.
const LONG: usize = 50;
/// Texts that room is made for first; there may be more. For so few the cache is one part, into which a text of megabytes fits.
const TEXTS: usize = 32;

/// A state of a dataset, as of the last time that another process wrote, and the address of the server as it stands in answers.
type Key = (ObjectId, Version, Option<u64>, String);

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<RawValue>> for ByBytes {
    fn weight(&self, key: &Key, text: &Arc<RawValue>) -> u64 {
        u64::try_from(text.get().len() + key.3.len()).unwrap_or(u64::MAX)
    }
}

/// Resources as answers have shown them.
pub(crate) struct Written(Cache<Key, Arc<RawValue>, ByBytes>);

impl Written {
    /// Nothing yet, later at most so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(TEXTS, bytes, ByBytes))
    }

    fn text<T: Serialize>(&self, key: Key, resources: impl FnOnce() -> T) -> Option<Arc<RawValue>> {
        if let Some(text) = self.0.get(&key) {
            return Some(text);
        }
        let text: Arc<RawValue> = to_raw_value(&resources()).ok()?.into();
        self.0.insert(key, Arc::clone(&text));
        Some(text)
    }
}

/// The resources of a dataset.
pub enum ResourcesView<'a> {
    /// One by one.
    Each(Vec<ResourceView<'a>>),
    /// As they were written before.
    Written(Arc<RawValue>),
}

impl<'a> ResourcesView<'a> {
    /// Those of a dataset.
    pub fn new(ctx: &Ctx, dataset: &'a Dataset) -> Self {
        let each =
            || -> Vec<_> { dataset.resources.iter().map(|resource| ResourceView::new(resource, &ctx.links)).collect() };
        let written = || {
            let store = &ctx.services().context.store;
            // Asked first: who writes the file by hand does not raise versions.
            let epoch = store.storage().epoch();
            // Only of an entity that stands in the cache it is known for certain which state it is.
            let version = store.datasets.version_in_cache(dataset)?;
            ctx.portal.written().text((dataset.id, version, epoch, ctx.links.base().to_owned()), each)
        };
        // A mask takes apart what was written.
        let kept = dataset.resources.len() >= LONG && !ctx.request.headers().contains_key("x-fields");
        kept.then(written).flatten().map_or_else(|| Self::Each(each()), Self::Written)
    }
}

impl Serialize for ResourcesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Each(resources) => resources.serialize(serializer),
            Self::Written(text) => text.as_ref().serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_not_written_again_and_only_so_much_is_kept() {
        let most = 4 << 20;
        let kept = Written::new(most);
        assert_eq!(kept.0.num_shards(), 1);
        let key = |version, base: &str| (ObjectId::from_bytes([1; 12]), Version(version), Some(0), base.to_owned());
        let of = |version, base, text: &'static str| kept.text(key(version, base), || [text]).unwrap().get().to_owned();
        assert_eq!(of(1, "http://a.test", "a"), r#"["a"]"#);
        assert_eq!(of(1, "http://a.test", "never asked for"), r#"["a"]"#);
        assert_eq!(of(2, "http://a.test", "b"), r#"["b"]"#);
        assert_eq!(of(1, "http://b.test", "c"), r#"["c"]"#);
        let long = "x".repeat(1 << 20);
        for version in 3..20 {
            kept.text(key(version, "http://a.test"), || [&long]).unwrap();
        }
        assert!(kept.0.weight() <= most && kept.0.weight() >= most / 2, "{}", kept.0.weight());
    }
}
