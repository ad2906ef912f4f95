//! The part of the report about the catalogue.

use std::fmt::Write as _;

use serde::Serialize;

use super::export::Export;
use super::{Durable, Imported};
use crate::measure::Measurement;
use crate::report::{self, short};

/// Everything measured on a catalogue.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CatalogueReport {
    /// What was imported.
    pub imported: Imported,
    /// Datasets that everybody sees.
    pub visible: u64,
    /// Memory once the server has started, in MB.
    pub settled_mb: f64,
    /// As it is used.
    pub basalt: Vec<Measurement>,
    /// With nothing known of what was read before, over one connection.
    pub cold: Vec<Measurement>,
    /// The least a program can do.
    pub floor: Vec<Measurement>,
    /// The reference server, on its own data.
    pub oracle: Vec<Measurement>,
    /// Operation of the floor that each operation is compared with.
    pub compared: Vec<(String, String)>,
    /// The export of all datasets.
    pub export: Option<Export>,
    /// What a kill left.
    pub durable: Option<Durable>,
    /// What was wanted, and what was measured.
    pub goals: Vec<Goal>,
    /// Time measured for each operation, in seconds.
    pub seconds: f64,
}

/// A bound.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// In words.
    pub text: String,
    /// The bound.
    pub bound: f64,
    /// The value of this run.
    pub value: f64,
    /// Whether it is within the bound.
    pub reached: bool,
}

/// The operation of these names that takes the most processor time.
fn dearest<'a>(of: &'a [Measurement], names: &[&str]) -> Option<(f64, &'a str)> {
    let asked = of.iter().filter(|one| names.contains(&one.operation.as_str()));
    asked.filter_map(|one| Some((one.processor_ms?, one.title.as_str()))).max_by(|one, other| one.0.total_cmp(&other.0))
}

impl CatalogueReport {
    /// Compares with the goals.
    pub fn conclude(&mut self, seconds: f64) {
        self.seconds = seconds;
        let widest =
            |name: &str| self.basalt.iter().filter(|one| one.operation == name).max_by_key(|one| one.connections);
        let cpu = |name: &str| widest(name).and_then(|one| one.processor_ms);
        let rate = |name: &str| widest(name).map(|one| one.per_second);
        let mut goals = Vec::new();
        let mut most = |text: &str, bound: f64, value: Option<f64>| {
            goals.extend(value.map(|value| Goal { text: text.to_owned(), bound, value, reached: value <= bound }));
        };
        most("list of 20: CPU ms, at most", 0.4, cpu("list-20"));
        most("one dataset: CPU ms, at most", 0.1, cpu("one-by-id"));
        most("page far behind: CPU ms, at most", 5.0, cpu("page-deep"));
        most("`POST` dataset: CPU ms, at most", 1.0, cpu("post"));
        if let Some((value, title)) = dearest(&self.basalt, &["filter"]) {
            most(&format!("any filter: CPU ms, at most; the dearest is {title}"), 1.0, Some(value));
        }
        if let Some((value, title)) = dearest(&self.cold, &["filter"]) {
            most(&format!("any filter, nothing known: CPU ms, at most; the dearest is {title}"), 1.0, Some(value));
        }
        if let Some((value, title)) = dearest(&self.cold, &["page-deep", "page-deep-views", "page-deep-title"]) {
            most(&format!("any page far behind, nothing known: CPU ms, at most; {title}"), 5.0, Some(value));
        }
        let mut least = |text: &str, bound: f64, value: Option<f64>| {
            goals.extend(value.map(|value| Goal { text: text.to_owned(), bound, value, reached: value >= bound }));
        };
        least("list of 20: requests/s, at least", 4_000.0, rate("list-20"));
        least("one dataset: requests/s, at least", 12_000.0, rate("one-by-id"));
        let datasets = u32::try_from(self.imported.datasets).map_or(0.0, f64::from);
        least("import: datasets/s, at least", 5_000.0, Some(datasets / self.imported.seconds.max(1e-9)));
        least("export: MB/s, at least", 20.0, self.export.map(|export| export.megabytes / export.seconds));
        self.goals = goals;
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        let Imported { datasets, seconds, processor_seconds, index_seconds, database_mb } = &self.imported;
        let mut text =
            format!("\n# The catalogue, {} datasets\n\n", short(u32::try_from(*datasets).map_or(0.0, f64::from)));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "- import: {seconds:.1} s, {processor_seconds:.1} s of processor time; search index: {index_seconds:.1} s; \
             database: {database_mb:.0} MB; everybody sees {} of them",
            self.visible
        );
        let _ = writeln!(text, "- memory after the start: {:.0} MB", self.settled_mb);
        if let Some(Export { megabytes, seconds, processor_seconds, resident_mb, peak_mb }) = &self.export {
            let _ = writeln!(
                text,
                "- export of all datasets as CSV: {megabytes:.0} MB in {seconds:.2} s ({:.0} MB/s), {processor_seconds:.2} s of \
                 processor time; memory {resident_mb:.0} MB before, {peak_mb:.0} MB at most",
                megabytes / seconds
            );
        }
        if let Some(Durable { acknowledged, there }) = &self.durable {
            let lost = acknowledged.saturating_sub(*there);
            let _ = writeln!(
                text,
                "- `kill -9` while creating datasets: {acknowledged} acknowledged, {there} there after the restart, {lost} lost"
            );
        }
        text.push_str("\n| goal | bound | measured | |\n|---|---:|---:|---|\n");
        for Goal { text: what, bound, value, reached } in &self.goals {
            let verdict = if *reached { "reached" } else { "missed" };
            report::line(&mut text, &[what.clone(), short(*bound), short(*value), verdict.to_owned()]);
        }
        let compared = |one: &Measurement| {
            let name = self.compared.iter().find(|(operation, _floor)| *operation == one.operation);
            let floor = name.and_then(|(_operation, floor)| report::find(&self.floor, floor, one.connections));
            report::ratios(one, floor, report::find(&self.oracle, &one.operation, one.connections))
        };
        report::table(&mut text, "Basalt", &self.basalt, compared);
        report::table(&mut text, "Basalt, nothing known of what was read before", &self.cold, |_one| {
            Default::default()
        });
        report::table(&mut text, "Floor", &self.floor, |_one| Default::default());
        report::table(&mut text, "Reference server, in this run, on its own few data", &self.oracle, |_| {
            Default::default()
        });
        let all = self.basalt.iter().chain(&self.cold).chain(&self.floor).chain(&self.oracle);
        report::doubts(&mut text, all);
        text
    }
}
