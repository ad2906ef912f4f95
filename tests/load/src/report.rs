//! The report: Markdown for people, JSON for machines.

use std::fmt::Write as _;

use serde::Serialize;

use crate::catalogue::report::CatalogueReport;
use crate::durability::Durability;
use crate::measure::Measurement;
use crate::reference::{FLOOR_THERE, GOALS, Goal, Quantity, SOURCE, UDATA, Udata, udata};

/// Share of the processors in other hands above which throughput and latency are not worth much.
const NOISE: f64 = 0.1;

/// Everything measured in one run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Processor, number of them, kernel.
    pub machine: String,
    /// Version of the measured program.
    pub version: String,
    /// Time measured for each operation and number of connections, in seconds.
    pub seconds: f64,
    /// What was imported, and from where.
    pub data: String,
    /// Import: seconds.
    pub import_seconds: Option<f64>,
    /// Times from start to first answer, in seconds, ascending.
    pub start_seconds: Vec<f64>,
    /// Journal mode of the database, as its file says.
    pub journal: Option<String>,
    /// The server under test.
    pub basalt: Vec<Measurement>,
    /// The least a program can do.
    pub floor: Vec<Measurement>,
    /// The reference server, when it ran beside.
    pub oracle: Vec<Measurement>,
    /// Operation of the floor that each operation is compared with.
    pub compared: Vec<(String, String)>,
    /// What a kill in the middle of writes left.
    pub durability: Option<Durability>,
    /// Numbers of the reference server from elsewhere.
    pub udata: Vec<Udata>,
    /// What Basalt wants to reach.
    pub goals: Vec<Reached>,
    /// The catalogue, where it was measured.
    pub catalogue: Option<CatalogueReport>,
}

/// A goal and what was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Reached {
    /// The goal.
    #[serde(flatten)]
    pub goal: Goal,
    /// The value of this run.
    pub value: f64,
    /// The same on the machine that the goals speak of, as far as the floor tells how much faster that is.
    pub there: f64,
    /// Whether that is within the bound.
    pub reached: bool,
}

impl Report {
    /// Adds the known numbers of the reference and compares with the goals.
    pub fn conclude(&mut self) {
        self.udata = UDATA.to_vec();
        self.goals = GOALS
            .into_iter()
            .filter_map(|goal| {
                let value = self.value(goal)?;
                let there = self.there(goal.quantity, value);
                let reached = if goal.at_least { there >= goal.bound } else { there <= goal.bound };
                Some(Reached { goal, value, there, reached })
            })
            .collect();
    }

    fn value(&self, goal: Goal) -> Option<f64> {
        let widest =
            || self.basalt.iter().filter(|one| one.operation == goal.operation).max_by_key(|one| one.connections);
        match goal.quantity {
            Quantity::PerSecond => widest().map(|one| one.per_second),
            Quantity::PartOfFloor => widest().and_then(|one| Some(one.per_second / self.floor_of(one)?.per_second)),
            Quantity::ProcessorMs => widest().and_then(|one| one.processor_ms),
            Quantity::StartSeconds => self.start_seconds.get(self.start_seconds.len() / 2).copied(),
            Quantity::PeakMegabytes => self.basalt.iter().filter_map(|one| one.peak_mb).reduce(f64::max),
            Quantity::DeepPageFactor => {
                let time = |name: &str| {
                    let at = self.basalt.iter().filter(|one| one.operation == name).max_by_key(|one| one.connections);
                    at.and_then(|one| one.processor_ms)
                };
                Some(time("page-1000")? / time("page-1")?)
            }
        }
    }

    /// A value as it would be on the machine that the goals speak of; as it is where the floor was not measured, or where it is no
    /// matter of processors.
    fn there(&self, quantity: Quantity, value: f64) -> f64 {
        let floor = self.floor.iter().filter(|one| one.operation == "floor-one").max_by_key(|one| one.connections);
        let (processor_ms, per_second) = FLOOR_THERE;
        let there = match quantity {
            Quantity::PerSecond => floor.map(|one| value * per_second / one.per_second),
            Quantity::ProcessorMs => floor.and_then(|one| one.processor_ms).map(|here| value * processor_ms / here),
            _ => None,
        };
        there.unwrap_or(value)
    }

    fn floor_of(&self, measured: &Measurement) -> Option<&Measurement> {
        let (_, name) = self.compared.iter().find(|(operation, _)| *operation == measured.operation)?;
        find(&self.floor, name, measured.connections)
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Benchmark\n\n");
        self.circumstances(&mut text);
        if !self.goals.is_empty() {
            text.push_str(
                "\n## Goals\n\nThe goals speak of a machine on which the floor gives one organisation in 0.016 ms, 66,000 times a \
                 second. \"There\" is what was measured, by how much faster the floor is there than in this run.\n\n\
                 | goal | bound | measured | there | |\n|---|---:|---:|---:|---|\n",
            );
            for Reached { goal, value, there, reached } in &self.goals {
                let verdict = if *reached { "reached" } else { "missed" };
                let cells = [goal.text.to_owned(), short(goal.bound), short(*value), short(*there), verdict.to_owned()];
                line(&mut text, &cells);
            }
        }
        table(&mut text, "Basalt", &self.basalt, |one| {
            let oracle = find(&self.oracle, &one.operation, one.connections);
            let [floor_rate, floor_processor, rate, processor] = ratios(one, self.floor_of(one), oracle);
            // Beside each other in one run if possible; otherwise the number from elsewhere, marked.
            let elsewhere = |ratio: String, value: Option<f64>, known: fn(Udata) -> f64| {
                if ratio.is_empty() { mark(times(value, udata(&one.operation).map(known))) } else { ratio }
            };
            [
                floor_rate,
                floor_processor,
                elsewhere(rate, Some(one.per_second), |known| known.per_second),
                elsewhere(processor, one.processor_ms, |known| known.processor_ms),
            ]
        });
        table(&mut text, "Floor", &self.floor, |_| Default::default());
        table(&mut text, "Reference server, in this run", &self.oracle, |_| Default::default());
        self.remarks(&mut text);
        text.extend(self.catalogue.iter().map(CatalogueReport::markdown));
        text
    }

    fn circumstances(&self, text: &mut String) {
        let mut say = |what: &str, value: &str| {
            if !value.is_empty() {
                // Writing to a string cannot fail; so below.
                let _ = writeln!(text, "- {what}: {value}");
            }
        };
        say("machine", &self.machine);
        say("version", &self.version);
        say("measured", &format!("{} s for each operation and number of connections", self.seconds));
        say("data", &self.data);
        say("import", &self.import_seconds.map(|time| format!("{time:.2} s")).unwrap_or_default());
        let starts = self.start_seconds.iter().map(|time| format!("{time:.3}")).collect::<Vec<_>>().join(", ");
        say("start to first answer", &if starts.is_empty() { starts } else { format!("{starts} s") });
        say("SQLite journal", self.journal.as_deref().unwrap_or_default());
        if let Some(Durability { acknowledged, refused, lost, torn, restart_seconds }) = &self.durability {
            say(
                "`kill -9` in the middle of writes",
                &format!(
                    "{acknowledged} acknowledged, {refused} refused, {lost} organisations lost a write, {torn} half written, \
                     first answer {restart_seconds:.3} s after restart"
                ),
            );
        }
    }

    fn remarks(&self, text: &mut String) {
        text.push_str("\n× is this run's value divided by that of the floor or of the reference server. ");
        let _ = writeln!(text, "† not from this run: {SOURCE}.");
        doubts(text, self.basalt.iter().chain(&self.floor).chain(&self.oracle));
    }
}

/// Says aloud what makes measurements worth less.
pub(crate) fn doubts<'a>(text: &mut String, all: impl Iterator<Item = &'a Measurement> + Clone) {
    let noisy = all.clone().filter_map(|one| one.foreign_load).fold(0.0, f64::max);
    if noisy > NOISE {
        let _ = writeln!(
            text,
            "\n**Other programs took up to {:.0} % of the processors**: CPU per request still counts, throughput and latency \
             hardly do.",
            noisy * 100.0
        );
    }
    for one in all.filter(|one| one.wrong > 0) {
        let _ = writeln!(
            text,
            "\n**{} at {} connections: {} answers of {} were not as they should be** ({:?}).",
            one.title, one.connections, one.wrong, one.requests, one.statuses
        );
    }
}

/// This measurement beside the floor and the reference server: requests and processor time of each.
pub(crate) fn ratios(one: &Measurement, floor: Option<&Measurement>, oracle: Option<&Measurement>) -> [String; 4] {
    let rate = |other: Option<&Measurement>| times(Some(one.per_second), other.map(|other| other.per_second));
    let processor = |other: Option<&Measurement>| times(one.processor_ms, other.and_then(|other| other.processor_ms));
    [rate(floor), processor(floor), rate(oracle), processor(oracle)]
}

pub(crate) fn table(
    text: &mut String,
    title: &str,
    rows: &[Measurement],
    ratios: impl Fn(&Measurement) -> [String; 4],
) {
    if rows.is_empty() {
        return;
    }
    let compared = rows.iter().any(|one| ratios(one).iter().any(|ratio| !ratio.is_empty()));
    let _ = writeln!(text, "\n## {title}\n");
    text.push_str("| operation | conn. | requests/s | p50 ms | p99 ms | CPU ms | bytes | RSS MB | others |");
    text.push_str(if compared { " floor req/s | floor CPU | udata req/s | udata CPU |\n" } else { "\n" });
    text.push_str("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    text.push_str(if compared { "---:|---:|---:|---:|\n" } else { "\n" });
    for one in rows {
        let mut cells = vec![
            one.title.clone(),
            one.connections.to_string(),
            short(one.per_second),
            short(one.median_ms),
            short(one.p99_ms),
            one.processor_ms.map(short).unwrap_or_default(),
            short(one.answer_bytes),
            one.resident_mb.map(short).unwrap_or_default(),
            one.foreign_load.map(|load| format!("{:.0} %", load * 100.0)).unwrap_or_default(),
        ];
        if compared {
            cells.extend(ratios(one));
        }
        line(text, &cells);
    }
}

pub(crate) fn find<'a>(rows: &'a [Measurement], operation: &str, connections: usize) -> Option<&'a Measurement> {
    rows.iter().find(|one| one.operation == operation && one.connections == connections)
}

pub(crate) fn line(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn times(value: Option<f64>, by: Option<f64>) -> String {
    value.zip(by.filter(|by| *by > 0.0)).map(|(value, by)| format!("{}×", short(value / by))).unwrap_or_default()
}

fn mark(ratio: String) -> String {
    if ratio.is_empty() { ratio } else { ratio + " †" }
}

/// About three digits; whole numbers from a hundred on, with thousands set apart.
pub(crate) fn short(value: f64) -> String {
    if value < 99.95 {
        return match value {
            value if value < 0.099_95 => format!("{value:.4}"),
            value if value < 0.9995 => format!("{value:.3}"),
            value if value < 9.995 => format!("{value:.2}"),
            value => format!("{value:.1}"),
        };
    }
    let digits = format!("{value:.0}");
    let mut spaced = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            spaced.push(',');
        }
        spaced.push(digit);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(operation: &str, connections: usize, per_second: f64, processor_ms: f64) -> Measurement {
        Measurement {
            operation: operation.to_owned(),
            title: operation.to_owned(),
            connections,
            requests: 10,
            per_second,
            median_ms: 1.0,
            p99_ms: 2.0,
            processor_ms: Some(processor_ms),
            generator_ms: 0.0,
            foreign_load: Some(0.0),
            resident_mb: Some(50.0),
            peak_mb: Some(60.0),
            answer_bytes: 1234.0,
            written_bytes: None,
            statuses: [(200, 10)].into(),
            wrong: 0,
        }
    }

    fn report() -> Report {
        let mut report = Report {
            basalt: vec![measured("one-by-id", 1, 1_000.0, 0.05), measured("one-by-id", 32, 20_000.0, 0.04)],
            floor: vec![measured("floor-one", 1, 10_000.0, 0.02), measured("floor-one", 32, 60_000.0, 0.016)],
            compared: vec![("one-by-id".into(), "floor-one".into())],
            start_seconds: vec![0.05, 0.06, 0.3],
            ..Report::default()
        };
        report.conclude();
        report
    }

    #[test]
    fn goals_are_judged_at_the_most_connections() {
        let report = report();
        let value = |quantity| {
            report.goals.iter().find(|goal| goal.goal.quantity == quantity).map(|goal| (goal.value, goal.reached))
        };
        assert_eq!(value(Quantity::PerSecond), Some((20_000.0, true)));
        assert_eq!(value(Quantity::PartOfFloor), Some((1.0 / 3.0, true)));
        assert_eq!(value(Quantity::ProcessorMs), Some((0.04, true)));
        assert_eq!(value(Quantity::StartSeconds), Some((0.06, true)));
        assert_eq!(value(Quantity::DeepPageFactor), None);
    }

    #[test]
    fn goals_are_judged_on_the_machine_they_speak_of() {
        let mut report = report();
        // Half as fast as there: a floor of twice the time, and half as many a second.
        report.floor[1] = measured("floor-one", 32, 33_000.0, 0.032);
        report.basalt[1] = measured("one-by-id", 32, 8_000.0, 0.18);
        report.conclude();
        let value = |quantity| {
            report.goals.iter().find(|goal| goal.goal.quantity == quantity).map(|goal| (goal.there, goal.reached))
        };
        assert_eq!(value(Quantity::PerSecond), Some((16_000.0, true)));
        assert_eq!(value(Quantity::ProcessorMs), Some((0.09, true)));
        assert_eq!(value(Quantity::StartSeconds), Some((0.06, true)));
    }

    #[test]
    fn ratios_compare_the_same_number_of_connections() {
        let text = report().markdown();
        assert!(
            text.contains("| one-by-id | 1 | 1,000 | 1.00 | 2.00 | 0.0500 | 1,234 | 50.0 | 0 % | 0.100× | 2.50× |"),
            "{text}"
        );
        assert!(text.contains("| 0.333× | 2.50× | 32.2× † | 0.0133× † |"), "{text}");
    }

    #[test]
    fn wrong_answers_and_noise_are_said_aloud() {
        let mut report = report();
        report.basalt[0].wrong = 3;
        report.floor[0].foreign_load = Some(0.4);
        let text = report.markdown();
        assert!(text.contains("3 answers of 10"), "{text}");
        assert!(text.contains("up to 40 %"), "{text}");
    }

    #[test]
    fn numbers_are_short() {
        let shown: Vec<_> = [0.0161, 0.99999, 3.1459, 66.04, 99.97, 999.6, 1_234_567.8].map(short).into();
        assert_eq!(shown, ["0.0161", "1.00", "3.15", "66.0", "100", "1,000", "1,234,568"]);
    }
}
