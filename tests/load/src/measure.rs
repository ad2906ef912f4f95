//! One operation at one number of connections, measured.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

use crate::drive::{Circle, drive};
use crate::error::BenchError;
use crate::latency::Latencies;
use crate::operations::Operation;
use crate::process::{Watched, machine_processor_time, own_processor_time};

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Name of the operation.
    pub operation: String,
    /// The same in words.
    pub title: String,
    /// Requests in flight at once.
    pub connections: usize,
    /// Requests answered.
    pub requests: u64,
    /// Requests answered a second.
    pub per_second: f64,
    /// Half of the answers came within this time.
    pub median_ms: f64,
    /// 99 of 100 answers came within this time.
    pub p99_ms: f64,
    /// Processor time of the server for one request; absent when the server cannot be watched.
    pub processor_ms: Option<f64>,
    /// Processor time of the load generator for one request.
    pub generator_ms: f64,
    /// Part of the machine's processors that other programs took, 0 to 1; absent when the server cannot be watched.
    pub foreign_load: Option<f64>,
    /// Memory of the server afterwards, in MB.
    pub resident_mb: Option<f64>,
    /// Most memory of the server so far, in MB.
    pub peak_mb: Option<f64>,
    /// Bytes received for one request.
    pub answer_bytes: f64,
    /// Bytes that the server had written to disk for one request.
    pub written_bytes: Option<f64>,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Answers with another status than the operation should have, and connections that broke.
    pub wrong: u64,
}

/// How long and how wide to measure.
#[derive(Debug, Clone)]
pub struct Effort {
    /// Time measured for each operation and number of connections.
    pub duration: Duration,
    /// Numbers of connections.
    pub connections: Vec<usize>,
}

/// Measures an operation at each number of connections, after a warm-up of a tenth of the time.
pub fn measure(
    address: SocketAddr,
    server: Option<&Watched>,
    operation: &Operation,
    effort: &Effort,
) -> Result<Vec<Measurement>, BenchError> {
    let mut workload = Circle::new(&operation.requests);
    let mut found = Vec::with_capacity(effort.connections.len());
    for &connections in &effort.connections {
        drive(address, connections, effort.duration / 10, &mut workload)?;
        let before = Reading::take(server)?;
        let outcome = drive(address, connections, effort.duration, &mut workload)?;
        let after = Reading::take(server)?;
        let requests = outcome.times_ns.len() as u64;
        let count = number(requests.max(1));
        let right = outcome.statuses.get(&operation.status).copied().unwrap_or_default();
        let seconds = outcome.elapsed.as_secs_f64().max(1e-9);
        let times = Latencies::new(outcome.times_ns);
        let used = |later: Duration, earlier: Duration| milliseconds(later.saturating_sub(earlier));
        let server_ms = after.server.zip(before.server).map(|(later, earlier)| used(later, earlier));
        let generator_ms = used(after.generator, before.generator);
        let foreign_ms = server_ms.map(|server| used(after.machine, before.machine) - generator_ms - server);
        let cores = number(std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64));
        let memory = server.map(Watched::memory).transpose()?;
        found.push(Measurement {
            operation: operation.name.to_owned(),
            title: operation.title.to_string(),
            connections,
            requests,
            per_second: number(requests) / seconds,
            median_ms: milliseconds(times.percentile(50)),
            p99_ms: milliseconds(times.percentile(99)),
            processor_ms: server_ms.map(|time| time / count),
            generator_ms: generator_ms / count,
            foreign_load: foreign_ms.map(|time| (time / 1e3 / seconds / cores).clamp(0.0, 1.0)),
            resident_mb: memory.map(|memory| number(memory.resident_kib) * 1.024e-3),
            peak_mb: memory.map(|memory| number(memory.peak_kib) * 1.024e-3),
            answer_bytes: number(outcome.bytes) / count,
            written_bytes: after.written.zip(before.written).map(|(later, earlier)| number(later - earlier) / count),
            wrong: requests - right + outcome.broken,
            statuses: outcome.statuses,
        });
    }
    Ok(found)
}

struct Reading {
    server: Option<Duration>,
    generator: Duration,
    machine: Duration,
    written: Option<u64>,
}

impl Reading {
    fn take(server: Option<&Watched>) -> Result<Self, BenchError> {
        Ok(Self {
            server: server.map(Watched::processor_time).transpose()?,
            generator: own_processor_time()?,
            machine: machine_processor_time()?,
            written: server.and_then(Watched::written_bytes),
        })
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}
