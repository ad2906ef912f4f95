//! What searches cost, one after the other and many at once, alone and while somebody writes.

use std::{net::SocketAddr, time::Duration};

use basalt_load::{
    drive::{Circle, drive},
    fetch::{get_json, request},
    latency::Latencies,
    measure::{Effort, Measurement, measure},
    operations::Operation,
    process::Watched,
    server::Basalt,
};
use serde_json::{Value, json};

use super::with_text;
use crate::catalogue::Failure;

const MANY: usize = 32;
/// Thousands of datasets have each of these.
const COMMON: [&str; 6] = ["données", "communes", "base", "france", "plan", "département"];
/// Some dozens at most have these.
const RARE: [&str; 6] = ["agribalyse", "banatic", "seveso", "finess", "sirene", "géofla"];
const SEVERAL: [&str; 4] =
    ["base adresse nationale", "qualité de l'air", "codes postaux des communes", "plan local d'urbanisme"];
const SLIPS: [&str; 4] = ["cadatsre", "adreses", "accidants", "entrepises"];
const TYPED: [&str; 8] = ["b", "ba", "bas", "base", "base a", "base adr", "eta sir", "plan loc"];
/// Datasets that are changed meanwhile.
const WRITTEN: usize = 200;

/// Somebody who may write.
pub(super) struct Writer {
    key: String,
}

impl Writer {
    pub(super) fn new(basalt: &Basalt) -> Result<Self, Failure> {
        const EMAIL: &str = "bench@example.org";
        // On a database that is kept, the account is there.
        let _there = basalt.run(&[
            "user",
            "create",
            "--email",
            EMAIL,
            "--password",
            "Bench-3-Marks",
            "--first-name",
            "B",
            "--last-name",
            "M",
            "--admin",
        ]);
        let printed = basalt.run(&["token", "create", "--user", EMAIL])?;
        let key = printed.lines().last().ok_or("no key")?.trim().to_owned();
        Ok(Self { key })
    }

    /// Changes of datasets, each another than the one before.
    fn requests(&self, address: SocketAddr) -> Result<Vec<Vec<u8>>, Failure> {
        let page = get_json(address, &format!("/api/1/datasets/?page_size={WRITTEN}"))?;
        let datasets = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        let ids: Vec<&str> = datasets.iter().filter_map(|dataset| dataset.get("id").and_then(Value::as_str)).collect();
        let mut requests = Vec::new();
        for season in ["spring", "autumn"] {
            for id in &ids {
                let body = json!({"description": format!("Written by the benchmark in {season}.")}).to_string();
                let path = format!("/api/1/datasets/{id}/");
                requests.push(request("PUT", &path, &[("X-API-KEY", &self.key)], Some(&body)));
            }
        }
        Ok(requests)
    }
}

fn searches(name: &'static str, title: &'static str, path: &str, texts: &[&str]) -> Operation {
    let get = |text: &&str| request("GET", &with_text(path, text, ""), &[], None);
    Operation { name, title: title.into(), requests: texts.iter().map(get).collect(), status: 200, floor: None }
}

/// Prints a table.
pub(super) fn report(
    address: SocketAddr,
    server: &Watched,
    writer: &Writer,
    duration: Duration,
) -> Result<(), Failure> {
    const DATASETS: &str = "/api/2/datasets/search/";
    let operations = [
        searches("common", "common word", DATASETS, &COMMON),
        searches("rare", "rare word", DATASETS, &RARE),
        searches("several", "several words", DATASETS, &SEVERAL),
        searches("slip", "a slip", DATASETS, &SLIPS),
        searches("everything", "no text", DATASETS, &[""]),
        searches("organizations", "organisations", "/api/2/organizations/search/", &["ville", "insee", "ministère"]),
        searches("suggest", "suggest datasets", "/api/1/datasets/suggest/", &TYPED),
        searches(
            "suggest-org",
            "suggest organisations",
            "/api/1/organizations/suggest/",
            &["vil", "ins", "m", "dir dep"],
        ),
    ];
    let effort = Effort { duration, connections: vec![1, MANY] };
    println!("| | conn. | requests/s | p50 ms | p99 ms | CPU ms | bytes | RSS MB | others |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for operation in &operations {
        for one in measure(address, Some(server), operation, &effort)? {
            print(&one);
        }
    }
    let changes = writer.requests(address)?;
    std::thread::scope(|scope| -> Result<(), Failure> {
        let written = scope.spawn(|| drive(address, 1, duration.mul_f64(1.1), &mut Circle::new(&changes)));
        let mixed = searches("while-writing", "common word while a client writes", DATASETS, &COMMON);
        for one in measure(address, Some(server), &mixed, &Effort { duration, connections: vec![MANY] })? {
            print(&one);
        }
        let written = written.join().map_err(|_panic| "the writer broke")??;
        let right = written.statuses.get(&200).copied().unwrap_or_default();
        let p99 = Latencies::new(written.times_ns).percentile(99);
        println!(
            "the client meanwhile: {:.0} writes/s, p99 {:.1} ms, {right} of {} fine",
            right as f64 / written.elapsed.as_secs_f64(),
            p99.as_secs_f64() * 1e3,
            written.statuses.values().sum::<u64>()
        );
        Ok(())
    })
}

fn print(one: &Measurement) {
    let wrong = if one.wrong > 0 { format!(" ({} WRONG: {:?})", one.wrong, one.statuses) } else { String::new() };
    println!(
        "| {}{wrong} | {} | {:.0} | {:.2} | {:.1} | {:.3} | {:.0} | {:.0} | {:.0} % |",
        one.title,
        one.connections,
        one.per_second,
        one.median_ms,
        one.p99_ms,
        one.processor_ms.unwrap_or_default(),
        one.answer_bytes,
        one.resident_mb.unwrap_or_default(),
        one.foreign_load.unwrap_or_default() * 100.0,
    );
}
