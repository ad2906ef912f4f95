//! How well a dataset is described and kept.

use super::{Dataset, frequency, frequency::Frequency};
use crate::{Apart, Document, Timestamp, Value};

/// Formats that need the software of one maker.
const CLOSED_FORMATS: [&str; 7] = ["pdf", "doc", "docx", "word", "xls", "excel", "xlsx"];
/// A description of more characters than this says something.
const DESCRIPTION: usize = 100;
/// How long an update may be late, in milliseconds.
const GRACE: i64 = 24 * 3_600_000;
/// The number of criteria that count.
const CRITERIA: f64 = 9.0;

/// Which criteria a dataset fulfils. Source: udata 17, table of quality in `behaviour.md`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the contract shows each criterion")]
pub struct Quality {
    /// Does it name a licence?
    pub license: bool,
    /// Does it tell the time it is about?
    pub temporal_coverage: bool,
    /// Does it tell the places it is about?
    pub spatial: bool,
    /// Does it tell how often it is updated?
    pub update_frequency: bool,
    /// Is its description long enough to say something?
    pub dataset_description_quality: bool,
    /// What there is to say of its resources, if it has any.
    pub resources: Option<ResourceQuality>,
    /// Is it as fresh as it promises? None where it promises nothing.
    pub update_fulfilled_in_time: Option<bool>,
    /// When the next update is due, where one is.
    pub next_update: Option<Timestamp>,
}

/// Which criteria the resources of a dataset fulfil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceQuality {
    /// Is one of them in an open format?
    pub has_open_format: bool,
    /// Are all of them there?
    pub all_resources_available: bool,
    /// Is one of them described, or a documentation?
    pub resources_documentation: bool,
}

impl Quality {
    /// Of this dataset, now.
    pub fn of(dataset: &Dataset, now: Timestamp) -> Self {
        let known =
            dataset.frequency.as_deref().and_then(frequency::named).filter(|found| found.id != frequency::UNKNOWN);
        let next_update = known.and_then(|known| next_update(known, dataset.last_update));
        Self {
            license: dataset.license.is_some(),
            temporal_coverage: dataset.temporal_coverage.is_some(),
            spatial: dataset.spatial.is_some(),
            update_frequency: known.is_some(),
            dataset_description_quality: dataset.description.chars().nth(DESCRIPTION).is_some(),
            resources: (dataset.resource_count() > 0).then(|| ResourceQuality::of(dataset)),
            update_fulfilled_in_time: known
                .map(|_known| next_update.is_none_or(|due| now.millis() <= due.millis().saturating_add(GRACE))),
            next_update,
        }
    }

    /// How many of the criteria it fulfils: 0 none, 1 all.
    pub fn score(&self) -> f64 {
        let of_resources = self.resources.map_or([false; 3], |resources| {
            [resources.has_open_format, resources.all_resources_available, resources.resources_documentation]
        });
        let own = [
            self.license,
            self.temporal_coverage,
            self.spatial,
            self.update_frequency,
            self.update_fulfilled_in_time == Some(true),
            self.dataset_description_quality,
        ];
        let fulfilled = own.into_iter().chain(of_resources).filter(|fulfilled| *fulfilled).count();
        f64::from(u32::try_from(fulfilled).unwrap_or_default()) / CRITERIA
    }

    /// As it is stored with the dataset: without what depends on the time of reading.
    pub fn document(&self) -> Document {
        let next_update = self.next_update.map_or(Value::Null, Value::Time);
        let document = Document::new()
            .with("license", self.license)
            .with("temporal_coverage", self.temporal_coverage)
            .with("spatial", self.spatial)
            .with("update_frequency", self.update_frequency)
            .with("next_update_for_update_fulfilled_in_time", next_update)
            .with("dataset_description_quality", self.dataset_description_quality);
        match self.resources {
            None => document,
            Some(resources) => document
                .with("has_resources", true)
                .with("has_open_format", resources.has_open_format)
                .with("all_resources_available", resources.all_resources_available)
                .with("resources_documentation", resources.resources_documentation),
        }
    }
}

impl ResourceQuality {
    fn of(dataset: &Dataset) -> Self {
        if let Some(apart) = &dataset.apart {
            return Self::of_parts(apart, &dataset.quality_cached);
        }
        let resources = &dataset.resources;
        let format = is_open;
        let said = |text: &String| !text.is_empty();
        Self {
            has_open_format: resources.iter().filter_map(|one| one.format.as_deref()).any(format),
            all_resources_available: !resources.iter().any(|resource| {
                resource.filetype == "remote" && resource.extras.get("check:available") == Some(&Value::Bool(false))
            }),
            resources_documentation: resources
                .iter()
                .any(|resource| resource.kind == "documentation" || resource.description.as_ref().is_some_and(said)),
        }
    }
}

impl ResourceQuality {
    /// Of resources that were not read: as they were counted, or as it was last found.
    fn of_parts(apart: &Apart, cached: &Document) -> Self {
        let found = |name: &str| cached.get(name) == Some(&Value::Bool(true));
        Self {
            has_open_format: apart.has_mark(OPEN).unwrap_or_else(|| found("has_open_format")),
            all_resources_available: apart
                .has_mark(MISSING)
                .map_or_else(|| found("all_resources_available"), |missing| !missing),
            resources_documentation: apart.has_mark(DOCUMENTED).unwrap_or_else(|| found("resources_documentation")),
        }
    }
}

fn is_open(format: &str) -> bool {
    !CLOSED_FORMATS.contains(&format.to_ascii_lowercase().as_str())
}

/// It is in an open format.
const OPEN: &str = "open";
/// It was looked for, and is not there.
const MISSING: &str = "missing";
/// It is described, or a documentation.
const DOCUMENTED: &str = "documented";

/// The fields that [`marks`] looks at, and those of which it only asks whether there is any text.
pub(super) const MARKED_BY: [&str; 4] = ["format", "filetype", "extras.check:available", "type"];
pub(super) const MARKED_BY_ANY: [&str; 1] = ["description"];

/// Which criteria a stored resource fulfils, for a dataset whose resources are not read with it: the
/// same as those of [`ResourceQuality`].
pub(super) fn marks(resource: &Document) -> Vec<&'static str> {
    let text = |name: &str| resource.get(name).and_then(Value::as_text);
    let mut marks = Vec::new();
    if text("format").is_some_and(is_open) {
        marks.push(OPEN);
    }
    if text("filetype") == Some("remote") && resource.at("extras.check:available") == Some(&Value::Bool(false)) {
        marks.push(MISSING);
    }
    if text("type") == Some("documentation") || text("description").is_some_and(|said| !said.is_empty()) {
        marks.push(DOCUMENTED);
    }
    marks
}

/// When the update after this one is due.
fn next_update(frequency: &Frequency, last_update: Timestamp) -> Option<Timestamp> {
    frequency.period_minutes.map(|minutes| last_update.plus_millis(minutes * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectId, Resource};

    const NOW: Timestamp = Timestamp(1_704_110_400_000);
    const HOUR: i64 = 3_600_000;

    fn dataset() -> Dataset {
        Dataset::blank(ObjectId::from_bytes([1; 12]), NOW)
    }

    fn resource() -> Resource {
        Resource::blank(uuid::Uuid::from_bytes([1; 16]), NOW)
    }

    #[test]
    fn a_bare_dataset_fulfils_nothing() {
        let quality = Quality::of(&dataset(), NOW);
        assert_eq!((quality.score(), quality.resources, quality.update_fulfilled_in_time), (0.0, None, None));
        let stored: Vec<String> = quality.document().keys().cloned().collect();
        assert_eq!(stored.len(), 6);
        assert_eq!(stored.last().map(String::as_str), Some("dataset_description_quality"));
    }

    #[test]
    fn a_description_must_be_longer_than_100_characters() {
        for (length, long_enough) in [(100, false), (101, true)] {
            let described = Dataset { description: "é".repeat(length), ..dataset() };
            assert_eq!(Quality::of(&described, NOW).dataset_description_quality, long_enough);
        }
    }

    #[test]
    fn an_update_may_be_a_day_late() {
        let daily = Dataset { frequency: Some("daily".into()), last_update: NOW, ..dataset() };
        for (hours, in_time) in [(0, true), (24 + 23, true), (24 + 25, false)] {
            let quality = Quality::of(&daily, NOW.plus_millis(hours * HOUR));
            assert_eq!(quality.update_fulfilled_in_time, Some(in_time), "{hours}");
        }
        assert_eq!(Quality::of(&daily, NOW).next_update, Some(NOW.plus_millis(24 * HOUR)));
        let whenever = Dataset { frequency: Some("irregular".into()), ..daily };
        let quality = Quality::of(&whenever, NOW.plus_millis(99_999 * HOUR));
        assert_eq!((quality.update_fulfilled_in_time, quality.next_update), (Some(true), None));
    }

    #[test]
    fn resources_are_judged_together() {
        let judged =
            |resources: Vec<Resource>| Quality::of(&Dataset { resources, ..dataset() }, NOW).resources.unwrap();
        let closed = Resource { format: Some("PDF".into()), ..resource() };
        let open = Resource { format: Some("csv".into()), description: Some("d".into()), ..resource() };
        let mut lost = resource();
        lost.extras.insert("check:available", false);
        let all = judged(vec![closed.clone(), open]);
        assert!(all.has_open_format && all.all_resources_available && all.resources_documentation);
        let none = judged(vec![closed, lost]);
        assert!(!none.has_open_format && !none.all_resources_available && !none.resources_documentation);
    }

    #[test]
    fn all_criteria_make_one() {
        let documented = Resource { format: Some("csv".into()), kind: "documentation".into(), ..resource() };
        let full = Dataset {
            license: Some("lov2".into()),
            temporal_coverage: Some(crate::DateRange::default()),
            spatial: Some(crate::SpatialCoverage::default()),
            frequency: Some("monthly".into()),
            description: "x".repeat(101),
            resources: vec![documented],
            ..dataset()
        };
        assert!((Quality::of(&full, NOW).score() - 1.0).abs() < f64::EPSILON);
    }
}
