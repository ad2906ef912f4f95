//! The catalogue: 120,858 real datasets, or as many as wanted made of them.

pub mod data;
pub mod export;
pub mod operations;
pub mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::data::Real;
use self::operations::Known;
use self::report::CatalogueReport;
use crate::drive::{Circle, drive};
use crate::error::BenchError;
use crate::fetch::get_json;
use crate::measure::{Effort, Measurement, measure};
use crate::process::{Watched, children_processor_time};
use crate::server::{self, Basalt, Running};

/// Connections that the writes before a kill come over.
const DURABLE_CONNECTIONS: usize = 8;
const DURABLE_TIME: Duration = Duration::from_secs(2);
const USER: [&str; 9] = [
    "--email",
    "bench@example.org",
    "--password",
    "Bench-Password-1",
    "--first-name",
    "B",
    "--last-name",
    "M",
    "--admin",
];

/// What is to be measured.
#[derive(Debug)]
pub struct Task<'a> {
    /// The program `basalt`.
    pub binary: &'a Path,
    /// The bare program.
    pub floor: &'a Path,
    /// Where the database is, and stays if it was there before.
    pub folder: &'a Path,
    /// How many datasets.
    pub datasets: usize,
    /// Only operations with this in their names.
    pub only: &'a str,
    /// How long and how wide.
    pub effort: &'a Effort,
}

/// What an import took.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Imported {
    /// Datasets that were stored.
    pub datasets: usize,
    /// From start to end.
    pub seconds: f64,
    /// Processor time.
    pub processor_seconds: f64,
    /// The same for the search index, made anew.
    pub index_seconds: f64,
    /// Size of the database.
    pub database_mb: f64,
}

/// Imports unless the folder has the database already, and measures.
pub fn measure_all(
    task: &Task<'_>,
    real: &Real,
    told: fn(Vec<Measurement>) -> Vec<Measurement>,
) -> Result<CatalogueReport, BenchError> {
    fs::create_dir_all(task.folder).map_err(BenchError::path(task.folder))?;
    let basalt = Basalt::new(task.binary, task.folder)?;
    let note = task.folder.join("imported.json");
    let imported: Imported = match fs::read_to_string(&note) {
        Ok(text) => serde_json::from_str(&text)
            .map_err(|error| BenchError::Data { what: note.display().to_string(), problem: error.to_string() })?,
        Err(_none) => {
            let imported = import(&basalt, real, task)?;
            let text = serde_json::to_string(&imported).unwrap_or_default();
            fs::write(&note, text).map_err(BenchError::path(&note))?;
            imported
        }
    };
    let key_file = task.folder.join("key");
    let key = fs::read_to_string(&key_file).map_err(BenchError::path(&key_file))?;
    basalt.run(&["migrate"])?;
    let known = Known::read(basalt.database())?;
    let mut report = CatalogueReport { imported, visible: known.visible, ..CatalogueReport::default() };

    let wanted = |mut operations: Vec<_>| {
        operations.retain(|one: &crate::operations::Operation| one.name.contains(task.only));
        operations
    };
    let server = basalt.serve()?.settled()?;
    report.settled_mb = megabytes(&server)?;
    let watched = Watched::one(server.pid());
    let reads = wanted(known.reads());
    report.compared = reads.iter().filter_map(|one| Some((one.name.to_owned(), one.floor?.to_owned()))).collect();
    for operation in &reads {
        report.basalt.extend(told(measure(server.address, Some(&watched), operation, task.effort)?));
    }
    let one_connection = Effort { connections: vec![1], ..task.effort.clone() };
    let lists = wanted(known.lists(&key));
    for operation in &lists {
        report.basalt.extend(told(measure(server.address, Some(&watched), operation, &one_connection)?));
    }
    if "export".contains(task.only) {
        report.export = Some(export::read(server.address, export::DATASETS, &watched)?);
    }
    server.stop();

    // As after a write, or on a database that others write to as well: nothing of what was read is known.
    let server = basalt.serve_with(&[("BASALT__STORAGE__CACHE_MEGABYTES", "0")])?.settled()?;
    let watched = Watched::one(server.pid());
    for operation in reads.iter().chain(&lists) {
        report.cold.extend(told(measure(server.address, Some(&watched), operation, &one_connection)?));
    }
    server.stop();

    let floor = server::catalogue_floor(task.floor, basalt.database(), task.folder)?;
    let watched = Watched::one(floor.pid());
    for operation in &known.floor() {
        report.floor.extend(told(measure(floor.address, Some(&watched), operation, task.effort)?));
    }
    floor.stop();

    let writes = wanted(known.writes(&key));
    if !writes.is_empty() {
        let server = basalt.serve()?.settled()?;
        let watched = Watched::one(server.pid());
        for operation in &writes {
            report.basalt.extend(told(measure(server.address, Some(&watched), operation, task.effort)?));
        }
        report.durable = Some(created_and_killed(&basalt, server, &known, &key)?);
    }
    report.conclude(task.effort.duration.as_secs_f64());
    Ok(report)
}

fn import(basalt: &Basalt, real: &Real, task: &Task<'_>) -> Result<Imported, BenchError> {
    for path in &real.answers {
        basalt.run(&["import", &path.to_string_lossy()])?;
    }
    let scaled = task.folder.join("catalogue.csv");
    let source = if task.datasets == data::REAL {
        real.catalogue.clone()
    } else {
        data::write_scaled(&real.catalogue, &scaled, task.datasets)?;
        scaled.clone()
    };
    let (began, used) = (Instant::now(), children_processor_time()?);
    basalt.run(&["import", &source.to_string_lossy()])?;
    let (seconds, processor) = (began.elapsed(), children_processor_time()?.saturating_sub(used));
    let used = children_processor_time()?;
    basalt.run(&["search", "reindex"])?;
    let index = children_processor_time()?.saturating_sub(used);
    basalt.run(&[&["user", "create"][..], &USER].concat())?;
    let printed = basalt.run(&["token", "create", "--user", "bench@example.org"])?;
    let key = task.folder.join("key");
    fs::write(&key, printed.lines().last().unwrap_or_default().trim()).map_err(BenchError::path(&key))?;
    if scaled.exists() {
        fs::remove_file(&scaled).map_err(BenchError::path(&scaled))?;
    }
    let size = fs::metadata(basalt.database()).map_err(BenchError::path(basalt.database()))?.len();
    Ok(Imported {
        datasets: task.datasets,
        seconds: seconds.as_secs_f64(),
        processor_seconds: processor.as_secs_f64(),
        index_seconds: index.as_secs_f64(),
        database_mb: u32::try_from(size >> 20).map_or(f64::MAX, f64::from),
    })
}

fn megabytes(server: &Running) -> Result<f64, BenchError> {
    let kib = Watched::one(server.pid()).memory()?.resident_kib;
    Ok(u32::try_from(kib).map_or(f64::MAX, f64::from) * 1.024e-3)
}

/// What a kill in the middle of creating datasets left.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Durable {
    /// Datasets whose creation was acknowledged before the kill.
    pub acknowledged: u64,
    /// Those that are there after the restart, more than before.
    pub there: u64,
}

struct Creates<'a> {
    circle: Circle<'a>,
    server: Running,
    acknowledged: u64,
}

impl crate::drive::Workload for Creates<'_> {
    fn request(&mut self, connection: usize, out: &mut Vec<u8>) {
        self.circle.request(connection, out);
    }

    fn answered(&mut self, _connection: usize, status: u16) {
        self.acknowledged += u64::from(status == 201);
    }

    fn over(&mut self) {
        self.server.kill();
    }
}

fn created_and_killed(basalt: &Basalt, server: Running, known: &Known, key: &str) -> Result<Durable, BenchError> {
    let Some(creates) = known.writes(key).into_iter().next() else {
        return Err(BenchError::Unexpected("nothing to create".to_owned()));
    };
    let address = server.address;
    let before = total(address)?;
    let mut writes = Creates { circle: Circle::new(&creates.requests), server, acknowledged: 0 };
    drive(address, DURABLE_CONNECTIONS, DURABLE_TIME, &mut writes)?;
    let acknowledged = writes.acknowledged;
    let restarted = basalt.serve()?;
    let there = total(restarted.address)?.saturating_sub(before);
    restarted.stop();
    Ok(Durable { acknowledged, there })
}

fn total(server: std::net::SocketAddr) -> Result<u64, BenchError> {
    let page = get_json(server, "/api/1/datasets/?page_size=1")?;
    page.get("total").and_then(Value::as_u64).ok_or_else(|| BenchError::Unexpected("a list without a total".to_owned()))
}

/// Where the database of so many datasets is kept.
pub fn folder(out: &Path, datasets: usize) -> PathBuf {
    out.join(format!("catalogue-{datasets}"))
}
