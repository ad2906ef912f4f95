//! `basalt-load`: measures a release build of Basalt against the floor and, where it runs, the reference server.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use basalt_load::catalogue::data::Real;
use basalt_load::catalogue::operations::Known;
use basalt_load::catalogue::report::CatalogueReport;
use basalt_load::catalogue::{self, Task};
use basalt_load::durability;
use basalt_load::error::BenchError;
use basalt_load::measure::{Effort, Measurement, measure};
use basalt_load::operations::{self, Operation};
use basalt_load::organizations::{self, Amount, composed_samples, samples};
use basalt_load::process::Watched;
use basalt_load::report::Report;
use basalt_load::server::{self, Basalt};
use clap::Parser;
use serde_json::Value;

/// Where the repository keeps the organisations of the demo.
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/organizations.ndjson.gz");
const EMAIL: &str = "bench@example.org";
const STARTS: usize = 5;
const DURABLE_CONNECTIONS: usize = 8;
const DURABLE_TIME: Duration = Duration::from_secs(2);

/// Measures a release build of Basalt against the least a program can do for the same answers.
#[derive(Debug, Parser)]
#[command(version)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Arguments {
    /// The program `basalt`; the one beside this program if not given.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Measure only the floor.
    #[arg(long)]
    floor: bool,
    /// Measure only operations whose name contains this word, and what they are compared with.
    #[arg(long)]
    only: Option<String>,
    /// Seconds to measure each operation at each number of connections.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Numbers of connections.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    connections: Vec<usize>,
    /// Organisations to import.
    #[arg(long, default_value_t = 5_000)]
    organizations: usize,
    /// Datasets that their metrics add up to.
    #[arg(long, default_value_t = 100_000)]
    datasets: usize,
    /// Datasets of the catalogue to measure: 120858 as they are, more of them made of these, or `none`. Needs the
    /// real data.
    #[arg(long, default_value = "120858")]
    catalogue: String,
    /// Folder of the real data; `../shared/data/real` beside the repository if not given.
    #[arg(long)]
    real: Option<PathBuf>,
    /// Measure only the catalogue.
    #[arg(long)]
    only_catalogue: bool,
    /// Keep the catalogue's database in the results' folder, and measure it again the next time.
    #[arg(long)]
    keep_catalogue: bool,
    /// Names and descriptions: `.ndjson`, `.ndjson.gz` or `.csv`; the demo's, or composed ones if not given.
    #[arg(long)]
    source: Option<PathBuf>,
    /// Folder for results and, while it runs, databases; `bench` in the target folder if not given. Not on a RAM disk,
    /// where writing durably costs nothing.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Keep the databases and logs.
    #[arg(long)]
    keep: bool,
    /// Address of a reference server to measure too.
    #[arg(long, env = "ORACLE_URL")]
    oracle: Option<String>,
    /// Key of an administrator of the reference server, to measure its `PUT` too.
    #[arg(long, env = "ORACLE_KEY_ADMIN", hide_env_values = true)]
    oracle_key: Option<String>,
    /// Process id of the reference server; its processor time and that of its children is then measured.
    #[arg(long, env = "ORACLE_PID")]
    oracle_pid: Option<u32>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("basalt-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let programs = programs()?;
    let out = arguments.out.clone().unwrap_or_else(|| programs.parent().unwrap_or(&programs).join("bench"));
    let work = out.join(format!("work-{}", std::process::id()));
    fs::create_dir_all(&work).map_err(BenchError::path(&work))?;
    let result = measure_all(arguments, &programs, &work);
    if arguments.keep || result.is_err() {
        eprintln!("databases and logs are in {}", work.display());
    } else {
        fs::remove_dir_all(&work).map_err(BenchError::path(&work))?;
    }
    let report = result?;
    let markdown = report.markdown();
    let json = serde_json::to_string_pretty(&report)
        .map_err(|error| BenchError::Data { what: "the report".to_owned(), problem: error.to_string() })?;
    for (name, text) in [("results.md", &markdown), ("results.json", &json)] {
        let path = out.join(name);
        fs::write(&path, text).map_err(BenchError::path(&path))?;
    }
    println!("{markdown}");
    eprintln!("written to {0}/results.md and {0}/results.json", out.display());
    Ok(())
}

fn measure_all(arguments: &Arguments, programs: &Path, work: &Path) -> Result<Report, BenchError> {
    let effort = Effort {
        duration: Duration::from_secs_f64(arguments.seconds.clamp(0.05, 3_600.0)),
        connections: arguments.connections.clone(),
    };
    let mut report = Report { machine: machine(), seconds: effort.duration.as_secs_f64(), ..Report::default() };
    let only = arguments.only.as_deref().unwrap_or_default();
    if !arguments.only_catalogue {
        measure_organizations(arguments, programs, work, only, &effort, &mut report)?;
    }
    if !arguments.floor {
        report.catalogue = measure_catalogue(arguments, programs, work, only, &effort)?;
    }
    report.conclude();
    Ok(report)
}

fn measure_organizations(
    arguments: &Arguments,
    programs: &Path,
    work: &Path,
    only: &str,
    effort: &Effort,
    report: &mut Report,
) -> Result<(), BenchError> {
    let ndjson = prepare(arguments, work, report)?;
    let mut floors = Vec::new();
    if !arguments.floor {
        let binary = arguments.server.clone().unwrap_or_else(|| programs.join("basalt"));
        floors = measure_basalt(&binary, &ndjson, work, only, effort, report)?;
        measure_oracle(arguments, only, effort, report)?;
    }
    // Comparing with the floor means measuring it in the same run.
    let ids = ids(&ndjson)?;
    let floor = server::floor(&programs.join("floor"), &ndjson, work)?;
    let mut wanted = operations::floor(&ids);
    wanted.retain(|operation| operation.name.contains(only) || floors.contains(&operation.name));
    let watched = Watched::one(floor.pid());
    for operation in &wanted {
        report.floor.extend(told(measure(floor.address, Some(&watched), operation, effort)?));
    }
    floor.stop();
    Ok(())
}

/// Absent when it is not wanted, or when there are no data: that is said.
fn measure_catalogue(
    arguments: &Arguments,
    programs: &Path,
    work: &Path,
    only: &str,
    effort: &Effort,
) -> Result<Option<CatalogueReport>, BenchError> {
    if arguments.catalogue == "none" {
        return Ok(None);
    }
    let datasets = arguments.catalogue.parse().map_err(|_error| BenchError::Data {
        what: format!("--catalogue {}", arguments.catalogue),
        problem: "neither a number nor `none`".to_owned(),
    })?;
    let Some(real) = Real::find(arguments.real.as_deref()) else {
        eprintln!("the catalogue is not measured: ../shared/data/real is not there, and --real names no other folder");
        return Ok(None);
    };
    let binary = arguments.server.clone().unwrap_or_else(|| programs.join("basalt"));
    let kept = catalogue::folder(work.parent().unwrap_or(work), datasets);
    let folder = if arguments.keep_catalogue { kept } else { catalogue::folder(work, datasets) };
    let floor = programs.join("catalogue-floor");
    let task = Task { binary: &binary, floor: &floor, folder: &folder, datasets, only, effort };
    let mut report = catalogue::measure_all(&task, &real, told)?;
    if let Some(url) = arguments.oracle.as_deref().filter(|url| !url.is_empty()) {
        let address = address(url)?;
        let watched = arguments.oracle_pid.map(Watched::family).transpose()?;
        for operation in Known::ask(address)?.reads().iter().filter(|one| one.name.contains(only)) {
            if !operation.name.starts_with("page") {
                report.oracle.extend(told(measure(address, watched.as_ref(), operation, &short(effort))?));
            }
        }
    }
    Ok(Some(report))
}

/// For what is slow enough that a shorter time tells as much; but a short run stays as short.
fn short(effort: &Effort) -> Effort {
    Effort { duration: effort.duration.min(Duration::from_secs(3)), connections: effort.connections.clone() }
}

fn prepare(arguments: &Arguments, work: &Path, report: &mut Report) -> Result<PathBuf, BenchError> {
    let demo = PathBuf::from(DEMO);
    let source = arguments.source.clone().or_else(|| demo.exists().then_some(demo));
    let from = source.as_deref().map(samples).transpose()?.unwrap_or_else(composed_samples);
    let amount = Amount { organizations: arguments.organizations, datasets: arguments.datasets, members: 3 };
    let ndjson = work.join("organizations.ndjson");
    organizations::write_ndjson(&ndjson, &from, amount)?;
    let size = fs::metadata(&ndjson).map_err(BenchError::path(&ndjson))?.len();
    let name =
        source.as_deref().and_then(Path::file_name).map_or("composed names".into(), |name| name.to_string_lossy());
    report.data = format!(
        "{} organisations with {} members each, {} datasets in their metrics, {} bytes of JSON each; names from {name}",
        amount.organizations,
        amount.members,
        amount.datasets,
        size / arguments.organizations.max(1) as u64
    );
    Ok(ndjson)
}

/// Fills the report and tells which operations of the floor are needed to compare with.
fn measure_basalt(
    binary: &Path,
    ndjson: &Path,
    work: &Path,
    only: &str,
    effort: &Effort,
    report: &mut Report,
) -> Result<Vec<&'static str>, BenchError> {
    let basalt = Basalt::new(binary, work)?;
    basalt.run(&["--version"])?.trim().clone_into(&mut report.version);
    let start = Instant::now();
    basalt.run(&["import", &ndjson.to_string_lossy()])?;
    report.import_seconds = Some(start.elapsed().as_secs_f64());
    let user =
        ["--email", EMAIL, "--password", "Bench-Password-1", "--first-name", "Bench", "--last-name", "Mark", "--admin"];
    basalt.run(&[&["user", "create"][..], &user].concat())?;
    let printed = basalt.run(&["token", "create", "--user", EMAIL])?;
    let key = printed.lines().last().unwrap_or_default().trim();
    for _ in 1..STARTS {
        let server = basalt.serve()?;
        report.start_seconds.push(server.started_in.as_secs_f64());
        server.stop();
    }
    let server = basalt.serve()?;
    report.start_seconds.push(server.started_in.as_secs_f64());
    report.start_seconds.sort_by(f64::total_cmp);
    let server = server.settled()?;
    let organizations = operations::addresses(server.address, 5_000)?;
    let mut wanted = operations::api(server.address, &organizations, Some(key))?;
    wanted.retain(|operation| operation.name.contains(only));
    report.compared = compared(&wanted);
    let watched = Watched::one(server.pid());
    for operation in &wanted {
        report.basalt.extend(told(measure(server.address, Some(&watched), operation, effort)?));
    }
    report.journal = journal(basalt.database());
    if "put durability".contains(only) {
        let last = organizations.len().saturating_sub(DURABLE_CONNECTIONS);
        let (_, few) = organizations.split_at(last);
        report.durability = Some(durability::check(&basalt, server, few, key, DURABLE_TIME)?);
    } else {
        server.stop();
    }
    Ok(wanted.iter().filter_map(|operation| operation.floor).collect())
}

fn compared(operations: &[Operation]) -> Vec<(String, String)> {
    operations.iter().filter_map(|one| Some((one.name.to_owned(), one.floor?.to_owned()))).collect()
}

fn measure_oracle(arguments: &Arguments, only: &str, effort: &Effort, report: &mut Report) -> Result<(), BenchError> {
    let Some(url) = arguments.oracle.as_deref().filter(|url| !url.is_empty()) else { return Ok(()) };
    let address = address(url)?;
    let watched = arguments.oracle_pid.map(Watched::family).transpose()?;
    let organizations = operations::addresses(address, 100)?;
    let mut wanted = operations::api(address, &organizations, arguments.oracle_key.as_deref())?;
    wanted.retain(|operation| operation.name.contains(only) && operation.name != "page-1000");
    let effort = short(effort);
    for operation in &wanted {
        report.oracle.extend(told(measure(address, watched.as_ref(), operation, &effort)?));
    }
    Ok(())
}

/// Shows on the error output how far we are.
fn told(measured: Vec<Measurement>) -> Vec<Measurement> {
    for one in &measured {
        eprintln!(
            "{:<20} {:>3} connections {:>9.0}/s  p99 {:>8.3} ms  CPU {:>7.4} ms (generator {:.4} ms, others {:.0} %)",
            one.operation,
            one.connections,
            one.per_second,
            one.p99_ms,
            one.processor_ms.unwrap_or_default(),
            one.generator_ms,
            one.foreign_load.unwrap_or_default() * 100.0
        );
    }
    measured
}

/// Folder of this program, where cargo puts the others too.
fn programs() -> Result<PathBuf, BenchError> {
    let own = std::env::current_exe().map_err(BenchError::io("the path of this program"))?;
    Ok(own.parent().map(Path::to_owned).unwrap_or_default())
}

fn address(url: &str) -> Result<SocketAddr, BenchError> {
    let bad = |problem: &str| BenchError::Data { what: url.to_owned(), problem: problem.to_owned() };
    let host = url.strip_prefix("http://").ok_or_else(|| bad("only http:// can be measured"))?.trim_end_matches('/');
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut found = host.to_socket_addrs().map_err(BenchError::io(url))?;
    found.next().ok_or_else(|| bad("no address"))
}

fn ids(ndjson: &Path) -> Result<Vec<String>, BenchError> {
    let text = fs::read_to_string(ndjson).map_err(BenchError::path(ndjson))?;
    let id = |line: &str| serde_json::from_str::<Value>(line).ok()?.get("id")?.as_str().map(str::to_owned);
    Ok(text.lines().filter_map(id).collect())
}

/// Bytes 18 and 19 of an SQLite file are 2 with a write-ahead log, 1 otherwise. Source: sqlite.org/fileformat2.html.
fn journal(database: &Path) -> Option<String> {
    let mut header = [0; 20];
    fs::File::open(database).ok()?.read_exact(&mut header).ok()?;
    Some(if header.ends_with(&[2, 2]) { "write-ahead log" } else { "rollback journal" }.to_owned())
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model =
        processors.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1)).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}
