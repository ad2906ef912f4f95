//! The program itself with the catalogue in SQLite: what it finds over HTTP, and what that costs.

mod copies;
mod load;
mod ranks;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use basalt_load::{fetch, process::Watched, server::Basalt};

use crate::catalogue::{Asked, DATASETS, Failure, ORGANIZATIONS};

/// Full answers of the API, imported before the catalogue, which is newer: its numbers and dates come over theirs.
const ANSWERS: [&str; 2] = ["udata-api-organizations-2018-2022.ndjson.xz", "udata-api-datasets-2018-2022.ndjson.xz"];
/// How long the first index may take.
const BUILD_LIMIT: Duration = Duration::from_mins(10);
/// Asked for to see whether there is an index.
const PROBE: &str = "/api/2/datasets/search/?q=sirene&page_size=1";

/// What to measure, and with what.
pub(crate) struct Served {
    /// The program.
    pub(crate) binary: PathBuf,
    /// Folder of its database and index; made anew unless `keep`.
    pub(crate) folder: PathBuf,
    pub(crate) keep: bool,
    /// Folder of the catalogue.
    pub(crate) data: PathBuf,
    /// The catalogue so many times.
    pub(crate) copies: u32,
    /// Only the CSV files.
    pub(crate) plain: bool,
    pub(crate) seconds: f64,
    pub(crate) misses: usize,
}

impl Served {
    /// Imports, indexes, searches, and prints what that took and found.
    pub(crate) fn report(&self, queries: &[Asked]) -> Result<(), Failure> {
        if !self.keep && self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let basalt = Basalt::new(&self.binary, &self.folder)?;
        if !basalt.database().exists() {
            self.import(&basalt)?;
        }
        if !self.keep {
            self.first_build(&basalt)?;
            let printed = basalt.run(&["search", "reindex"])?;
            println!("basalt search reindex: {}", printed.trim());
        }
        let writer = load::Writer::new(&basalt)?;
        let running = basalt.serve()?;
        until_ready(running.address)?;
        let server = Watched::one(running.pid());
        println!("before the first search: {} MB", server.memory()?.resident_kib / 1024);
        ranks::report(running.address, queries, self.plain, self.misses)?;
        // It may follow what was written while the index was built.
        let running = running.settled()?;
        load::report(running.address, &server, &writer, Duration::from_secs_f64(self.seconds))?;
        let memory = server.memory()?;
        println!("memory of the server: {} MB, at most {} MB", memory.resident_kib / 1024, memory.peak_kib / 1024);
        Ok(())
    }

    fn import(&self, basalt: &Basalt) -> Result<(), Failure> {
        let mut files = vec![self.data.join(ORGANIZATIONS), self.data.join(DATASETS)];
        if self.copies > 1 {
            let many = self.folder.join("datasets.csv");
            copies::write(&self.data.join(DATASETS), &many, self.copies)?;
            files = vec![self.data.join(ORGANIZATIONS), many];
        }
        if !self.plain {
            files.splice(..0, ANSWERS.iter().map(|name| self.data.join(name)));
        }
        let names: Vec<&str> = files.iter().filter_map(|file| file.to_str()).collect();
        let started = Instant::now();
        basalt.run(&[&["import"], names.as_slice()].concat())?;
        println!("basalt import: {:.1} s", started.elapsed().as_secs_f64());
        Ok(())
    }

    /// `basalt serve` without an index builds one while it answers.
    fn first_build(&self, basalt: &Basalt) -> Result<(), Failure> {
        let index = self.folder.join("data/search");
        if index.exists() {
            fs::remove_dir_all(index)?;
        }
        let running = basalt.serve()?;
        let started = Instant::now();
        until_ready(running.address)?;
        let memory = Watched::one(running.pid()).memory()?;
        println!(
            "first index inside basalt serve: {:.1} s, memory at most {} MB",
            started.elapsed().as_secs_f64(),
            memory.peak_kib / 1024
        );
        running.stop();
        Ok(())
    }
}

fn until_ready(address: std::net::SocketAddr) -> Result<(), Failure> {
    let started = Instant::now();
    while started.elapsed() < BUILD_LIMIT {
        // While much is followed, an answer may take longer than is waited for.
        let answer = fetch::fetch(address, &fetch::request("GET", PROBE, &[("Connection", "close")], None));
        if answer.is_ok_and(|answer| answer.status == 200) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("no index after {} s", BUILD_LIMIT.as_secs()).into())
}

/// A path with a text in its query.
fn with_text(path: &str, text: &str, rest: &str) -> String {
    let encoded: String = text
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("{path}?q={encoded}{rest}")
}
