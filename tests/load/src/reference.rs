//! Numbers that were measured elsewhere, to put beside those of this run, and what Basalt wants to reach.

use serde::Serialize;

/// Where the numbers of [`UDATA`] and [`GOALS`] come from.
pub const SOURCE: &str = "udata 17.18 with 2 gunicorn workers, its database answered from memory (its best case), measured once \
                          on a machine with 2 cores; another machine than yours, so read them as orders of magnitude";

/// The reference server's numbers for one operation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Udata {
    /// Name of the operation in this benchmark.
    pub operation: &'static str,
    /// Processor time a request, in milliseconds.
    pub processor_ms: f64,
    /// Requests a second.
    pub per_second: f64,
}

/// What was measured of udata. Where a range was seen, its better end.
pub const UDATA: [Udata; 3] = [
    Udata { operation: "one-by-id", processor_ms: 3.0, per_second: 621.0 },
    Udata { operation: "list-20", processor_ms: 32.0, per_second: 67.0 },
    Udata { operation: "put", processor_ms: 28.0, per_second: 28.0 },
];

/// The reference server's numbers for an operation, if there are any.
pub fn udata(operation: &str) -> Option<Udata> {
    UDATA.into_iter().find(|known| known.operation == operation)
}

/// What the floor took for one organisation on the machine that the goals speak of: milliseconds of processor time, and requests a
/// second at 32 connections.
pub const FLOOR_THERE: (f64, f64) = (0.016, 66_000.0);

/// A quantity with a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Quantity {
    /// Requests a second, at 32 connections.
    PerSecond,
    /// Requests a second divided by the floor's, at 32 connections.
    PartOfFloor,
    /// Milliseconds of processor time a request, at 32 connections.
    ProcessorMs,
    /// Seconds from start to the first answer.
    StartSeconds,
    /// Most memory resident during the run, in MB.
    PeakMegabytes,
    /// Processor time of the thousandth page as a multiple of the first's.
    DeepPageFactor,
}

/// What Basalt wants to reach on 5,000 organisations in SQLite.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Goal {
    /// Operation, or empty for the whole run.
    pub operation: &'static str,
    /// What is compared.
    pub quantity: Quantity,
    /// In words, for the report.
    pub text: &'static str,
    /// The bound.
    pub bound: f64,
    /// Whether the value should be at least the bound; otherwise at most.
    pub at_least: bool,
}

/// All goals.
pub const GOALS: [Goal; 8] = [
    goal("one-by-id", Quantity::PerSecond, "one organisation: requests/s, at least", 15_000.0, true),
    goal("one-by-id", Quantity::PartOfFloor, "one organisation: part of the floor's requests/s, at least", 0.25, true),
    goal("one-by-id", Quantity::ProcessorMs, "one organisation: CPU ms, at most", 0.1, false),
    goal("list-20", Quantity::ProcessorMs, "list of 20: CPU ms, at most", 0.4, false),
    goal("put", Quantity::ProcessorMs, "PUT: CPU ms, at most", 0.5, false),
    goal("", Quantity::StartSeconds, "start to first answer: s, at most", 0.2, false),
    goal("", Quantity::PeakMegabytes, "memory under load: MB, at most", 80.0, false),
    goal("", Quantity::DeepPageFactor, "page 1,000 against page 1: CPU, times, at most", 3.0, false),
];

const fn goal(operation: &'static str, quantity: Quantity, text: &'static str, bound: f64, at_least: bool) -> Goal {
    Goal { operation, quantity, text, bound, at_least }
}
