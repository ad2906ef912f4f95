//! How well a dataset is described and kept.

use basalt_domain::{Dataset, Timestamp, dataset::quality::Quality};
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// Which criteria a dataset fulfils, in the order of `/api/1/` or of `/api/2/`.
pub struct QualityView {
    quality: Quality,
    sorted: bool,
}

impl QualityView {
    /// Of a dataset now, keys in their order.
    pub fn sorted(dataset: &Dataset, now: Timestamp) -> Self {
        Self { quality: Quality::of(dataset, now), sorted: true }
    }

    /// Of a dataset now, the score last.
    pub fn score_last(dataset: &Dataset, now: Timestamp) -> Self {
        Self { quality: Quality::of(dataset, now), sorted: false }
    }

    /// Criteria by name; those that say nothing of this dataset are left out.
    fn entries(&self) -> Vec<(&'static str, Option<bool>)> {
        let Quality { resources, .. } = &self.quality;
        let mut entries = vec![
            ("license", Some(self.quality.license)),
            ("temporal_coverage", Some(self.quality.temporal_coverage)),
            ("spatial", Some(self.quality.spatial)),
            ("update_frequency", Some(self.quality.update_frequency)),
            ("dataset_description_quality", Some(self.quality.dataset_description_quality)),
            ("has_resources", resources.map(|_resources| true)),
            ("has_open_format", resources.map(|resources| resources.has_open_format)),
            ("all_resources_available", resources.map(|resources| resources.all_resources_available)),
            ("resources_documentation", resources.map(|resources| resources.resources_documentation)),
            ("update_fulfilled_in_time", self.quality.update_fulfilled_in_time),
            ("score", None),
        ];
        if self.sorted {
            entries.sort_unstable_by_key(|(name, _value)| *name);
        }
        entries
    }
}

impl Serialize for QualityView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.entries() {
            match value {
                Some(value) => map.serialize_entry(name, &value)?,
                None if name == "score" => map.serialize_entry(name, &self.quality.score())?,
                None => {}
            }
        }
        map.end()
    }
}

impl JsonSchema for QualityView {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quality".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "properties": {"score": {"type": "number"}}})
    }
}
