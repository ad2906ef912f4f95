//! How far an import is, for people: a bar on a terminal, else a line now and then.

use std::{
    io::IsTerminal,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Outcome, Source};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// Shows how far an import is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    read: Arc<AtomicU64>,
    began: Instant,
    told: Mutex<Instant>,
}

impl Progress {
    pub(super) fn start(source: &Source) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(source));
        Self { bar, read: source.read_bytes(), began: Instant::now(), told: Mutex::new(Instant::now()) }
    }

    /// Writes a line above the bar.
    pub(super) fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }

    /// So much was done.
    pub(super) fn at(&self, outcome: Outcome) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.read.load(Ordering::Relaxed));
            bar.set_message(format!("{} records", outcome.stored));
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= EVERY {
            eprintln!("{} records", outcome.stored);
            *told = Instant::now();
        }
    }

    /// The end was reached.
    pub(super) fn end(&self, name: &str, outcome: Outcome) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let Outcome { stored, refused } = outcome;
        let seconds = self.began.elapsed().as_secs_f64();
        let refused = if refused == 0 { String::new() } else { format!(", {refused} refused") };
        eprintln!("{name}: {stored} records stored{refused} in {seconds:.1} s");
    }
}

fn bar(source: &Source) -> ProgressBar {
    let Some(size) = source.size() else { return ProgressBar::new_spinner() };
    let bar = ProgressBar::new(size);
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta}");
    bar.set_style(style.unwrap_or_else(|_checked_by_hand| ProgressStyle::default_bar()));
    bar
}
