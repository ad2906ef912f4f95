//! The thread that writes the file.
//!
//! It runs whole change sets. Those that wait while it writes are stored together by one
//! transaction, so that they share one wait for the disk; each is answered after its end. A change
//! set that fails is undone alone.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use basalt_ports::StorageError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::bound;
use crate::{
    error::{Failure, Fault, failed},
    plan::{Command, Plan, Run},
};

/// How often it looks whether another process wrote.
const EVERY: Duration = Duration::from_millis(25);
/// Change sets that are stored together at most.
const TOGETHER: usize = 64;

type Done = Result<(), Failure>;

/// A change set that waits, and who waits for it.
struct Job {
    plan: Arc<Plan>,
    answer: oneshot::Sender<Done>,
}

/// The only connection that writes. Dropped, it stores what it was given, and closes the file.
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    epoch: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Result<Self, StorageError> {
        let (jobs, waiting) = channel();
        let epoch = Arc::new(AtomicU64::new(0));
        let watch = Watch { epoch: Arc::clone(&epoch), seen: None, next: Instant::now() };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || serve(&connection, &waiting, watch))
            .map_err(StorageError::unavailable)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), epoch })
    }

    /// Stores a change set. Once begun it goes on, also when the caller does not wait any more.
    pub(crate) async fn commit(&self, plan: &Arc<Plan>) -> Done {
        let (answer, answered) = oneshot::channel();
        let job = Job { plan: Arc::clone(plan), answer };
        let gone = || Failure::Final(StorageError::unavailable("the thread that writes the file has ended"));
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(gone)?;
        answered.await.unwrap_or_else(|_dropped| Err(gone()))
    }

    /// A number that changes when another process wrote.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that wrote the file had panicked");
        }
    }
}

fn serve(connection: &Connection, waiting: &Receiver<Job>, mut watch: Watch) {
    loop {
        match waiting.recv_timeout(watch.next.saturating_duration_since(Instant::now())) {
            Ok(first) => {
                let others = waiting.try_iter().take(TOGETHER - 1);
                let jobs = std::iter::once(first).chain(others).collect();
                // A fault of ours must not end all writing: who waits is told, others go on.
                if catch_unwind(AssertUnwindSafe(|| store(connection, jobs))).is_err() {
                    tracing::error!("a transaction panicked");
                    undo(connection);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        watch.look(connection);
    }
}

/// Stores all by one transaction, and answers.
fn store(connection: &Connection, jobs: Vec<Job>) {
    let alone = jobs.len() == 1;
    let mut results: Vec<Done> = Vec::with_capacity(jobs.len());
    let outcome = execute(connection, "BEGIN IMMEDIATE").and_then(|()| {
        for job in &jobs {
            results.push(if alone { statements(connection, &job.plan) } else { apart(connection, &job.plan)? });
        }
        let nothing = results.iter().all(Result::is_err);
        execute(connection, if nothing { "ROLLBACK" } else { "COMMIT" })
    });
    if outcome.is_err() {
        undo(connection);
    }
    let mut results = results.into_iter();
    for job in jobs {
        let result = match (&outcome, results.next()) {
            (Ok(()), Some(result)) => result,
            // It was undone because of itself, and knows better why.
            (Err(_all), Some(Err(failure))) => Err(failure),
            (Err(all), _) => Err(again(all)),
            (Ok(()), None) => Err(Failure::Final(StorageError::unavailable("it was not tried"))),
        };
        // Nobody waits any more: that is their affair.
        let _ = job.answer.send(result);
    }
}

fn undo(connection: &Connection) {
    if !connection.is_autocommit() && execute(connection, "ROLLBACK").is_err() {
        tracing::warn!("transaction was not rolled back");
    }
}

/// One change set among others: undone alone if it fails. Error: the whole transaction is lost.
fn apart(connection: &Connection, plan: &Plan) -> rusqlite::Result<Done> {
    execute(connection, "SAVEPOINT one")?;
    let done = statements(connection, plan);
    if done.is_err() {
        execute(connection, "ROLLBACK TO one")?;
    }
    execute(connection, "RELEASE one")?;
    Ok(done)
}

fn statements(connection: &Connection, plan: &Plan) -> Done {
    let mut run = Run::new(plan);
    let found = |command: &Command<'_>| -> rusqlite::Result<Vec<(String, i64, String)>> {
        let mut statement = connection.prepare_cached(&command.sql)?;
        let record = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        statement.query_map(bound(&command.values), record)?.collect()
    };
    for read in run.reads() {
        run.know(&read, found(&read.command).map_err(failed)?)?;
    }
    for read in run.part_reads() {
        let parts = found(&read.command).map_err(failed)?;
        run.know_parts(read, parts);
    }
    for (command, must) in run.writes()? {
        let done = connection.prepare_cached(&command.sql).and_then(|mut sql| sql.execute(bound(&command.values)));
        must.judge(done.map(|changed| u64::try_from(changed).unwrap_or(u64::MAX)).map_err(Fault::from))?;
    }
    Ok(())
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// The failure of all by the end of their transaction; several share it.
fn again(error: &rusqlite::Error) -> Failure {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => failed(rusqlite::Error::SqliteFailure(*code, text.clone())),
        other => Failure::Final(StorageError::unavailable(other.to_string())),
    }
}

/// Looks whether another process wrote.
struct Watch {
    epoch: Arc<AtomicU64>,
    seen: Option<i64>,
    next: Instant,
}

impl Watch {
    /// For SQLite all other connections are "others": what this one commits does not count.
    fn look(&mut self, connection: &Connection) {
        if Instant::now() < self.next {
            return;
        }
        let version =
            connection.prepare_cached("PRAGMA data_version").and_then(|mut sql| sql.query_row([], |row| row.get(0)));
        let version = version.ok();
        // Not to know is to assume the worst.
        if version.is_none() || (self.seen.is_some() && self.seen != version) {
            self.epoch.fetch_add(1, Ordering::SeqCst);
        }
        self.seen = version;
        self.next = Instant::now() + EVERY;
    }
}
