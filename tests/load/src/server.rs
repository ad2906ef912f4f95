//! Starts and stops the measured programs.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::BenchError;
use crate::fetch::{fetch, request};
use crate::process::Watched;

const START_LIMIT: Duration = Duration::from_mins(1);
/// How long a server may be busy with itself after its start.
const SETTLING: Duration = Duration::from_mins(15);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From starting the program to its first answer with status 200.
    pub started_in: Duration,
}

impl Running {
    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The same when it has done what it has to do for itself, such as building its index.
    pub fn settled(self) -> Result<Self, BenchError> {
        let watched = Watched::one(self.pid());
        let began = Instant::now();
        let mut before = watched.processor_time()?;
        while began.elapsed() < SETTLING {
            std::thread::sleep(Duration::from_millis(500));
            let now = watched.processor_time()?;
            if now.saturating_sub(before) < Duration::from_millis(30) {
                return Ok(self);
            }
            before = now;
        }
        Err(BenchError::Unexpected("the server does not come to rest".to_owned()))
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop and waits; kills it when it does not. Tells how long that took, absent when it had to be killed.
    pub fn stop(mut self) -> Option<Duration> {
        let start = Instant::now();
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status();
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && start.elapsed() < STOP_LIMIT {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return Some(start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts `command`, whose output goes to `log`, and waits until `path` answers 200.
pub fn start(mut command: Command, address: SocketAddr, path: &str, log: &Path) -> Result<Running, BenchError> {
    let output = File::options().create(true).append(true).open(log).map_err(BenchError::path(log))?;
    let errors = output.try_clone().map_err(BenchError::path(log))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let began = Instant::now();
    let child = command.spawn().map_err(BenchError::io(format!("{}", command.get_program().display())))?;
    let mut running = Running { child, address, started_in: Duration::ZERO };
    let first = request("GET", path, &[("Connection", "close")], None);
    loop {
        if fetch(address, &first).is_ok_and(|answer| answer.status == 200) {
            running.started_in = began.elapsed();
            return Ok(running);
        }
        if let Ok(Some(status)) = running.child.try_wait() {
            return Err(BenchError::Command(format!("the server ended with {status}, see {}", log.display())));
        }
        if began.elapsed() > START_LIMIT {
            return Err(BenchError::Command(format!("{path} does not answer 200, see {}", log.display())));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// A port that was free a moment ago.
pub fn free_address() -> Result<SocketAddr, BenchError> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(BenchError::io("finding a free port"))
}

/// The program `basalt` with a database of its own.
#[derive(Debug)]
pub struct Basalt {
    binary: PathBuf,
    folder: PathBuf,
    database: PathBuf,
}

impl Basalt {
    /// Uses `folder`, which must exist, for everything that the program stores.
    pub fn new(binary: &Path, folder: &Path) -> Result<Self, BenchError> {
        let binary = binary.canonicalize().map_err(BenchError::path(binary))?;
        let folder = folder.canonicalize().map_err(BenchError::path(folder))?;
        Ok(Self { binary, database: folder.join("basalt.sqlite"), folder })
    }

    /// The SQLite file.
    pub fn database(&self) -> &Path {
        &self.database
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BASALT__") {
                command.env_remove(name);
            }
        }
        // Secrets are generated under ./data, so every command runs in the same folder.
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("BASALT__STORAGE__URL", format!("sqlite://{}", self.database.display()))
            .env("BASALT__FILES__URL", format!("file://{}", self.folder.join("files").display()));
        command
    }

    /// Runs a command to its end and gives what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<String, BenchError> {
        let program = self.binary.display().to_string();
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(BenchError::io(program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(BenchError::Command(format!("basalt {}: {}\n{errors}", arguments.join(" "), output.status)))
    }

    /// Starts `basalt serve` and waits for the first page of organisations.
    pub fn serve(&self) -> Result<Running, BenchError> {
        self.serve_with(&[])
    }

    /// The same with these settings.
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Result<Running, BenchError> {
        let address = free_address()?;
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied());
        command.env("BASALT__HTTP__BIND", address.to_string());
        start(command, address, "/api/1/organizations/?page_size=1", &self.folder.join("serve.log"))
    }
}

/// Starts the floor of the catalogue on a database that Basalt wrote.
pub fn catalogue_floor(binary: &Path, database: &Path, folder: &Path) -> Result<Running, BenchError> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command.arg(database).arg(address.to_string());
    start(command, address, "/list?offset=0", &folder.join("floor.log"))
}

/// Starts the floor on the organisations of `source`.
pub fn floor(binary: &Path, source: &Path, folder: &Path) -> Result<Running, BenchError> {
    let address = free_address()?;
    let mut command = Command::new(binary);
    command.arg(source).arg(folder.join("floor.sqlite")).arg(address.to_string());
    start(command, address, "/memory/one", &folder.join("floor.log"))
}
