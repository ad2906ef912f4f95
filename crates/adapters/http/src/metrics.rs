//! What is counted of requests, for Prometheus.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    operation: &'static str,
    method: String,
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

type Durations = Family<OperationLabel, Histogram, fn() -> Histogram>;

/// All counters of a portal.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Durations,
}

/// Counters of one operation, looked up once.
#[derive(Clone)]
pub struct Counted(Arc<Handles>);

struct Handles {
    classes: [Counter; 5],
    duration: Histogram,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("basalt");
        let requests = Family::<Labels, Counter>::default();
        let new_histogram: fn() -> Histogram =
            || Histogram::new([0.000_25, 0.001, 0.004, 0.016, 0.064, 0.25, 1.0, 4.0]);
        let durations = Durations::new_with_constructor(new_histogram);
        registry.register("http_requests", "Answered requests by operation and class of status", requests.clone());
        registry.register("http_request_duration_seconds", "Time until the answer was made", durations.clone());
        Self { registry, requests, durations }
    }

    /// The counters of one operation.
    pub fn operation(&self, id: &'static str, method: &str) -> Counted {
        let counter = |class| {
            let labels = Labels { operation: id, method: method.to_owned(), class };
            self.requests.get_or_create(&labels).clone()
        };
        let duration = self.durations.get_or_create(&OperationLabel { operation: id }).clone();
        Counted(Arc::new(Handles { classes: CLASSES.map(counter), duration }))
    }

    /// All of them in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _encoded = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Counted {
    /// One request was answered with this status after this time.
    pub fn observe(&self, status: u16, elapsed: Duration) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.0.classes.get(class) {
            counter.inc();
        }
        self.0.duration.observe(elapsed.as_secs_f64());
    }
}
