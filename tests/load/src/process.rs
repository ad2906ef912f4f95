//! What the kernel says about a process: processor time, memory, bytes written.
//!
//! Source: `proc(5)`. Times in `/proc/PID/stat` are in `USER_HZ`, which is 100 a second on every Linux that Rust runs on;
//! they cover all threads, ended ones included.

use std::fs;
use std::time::Duration;

use serde::Serialize;

use crate::error::BenchError;

const TICK: Duration = Duration::from_millis(10);

/// A process, or several that serve together, watched from outside.
#[derive(Debug, Clone)]
pub struct Watched {
    pids: Vec<u32>,
}

/// Memory of the watched processes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Resident now, in KiB.
    pub resident_kib: u64,
    /// Most that was ever resident, in KiB.
    pub peak_kib: u64,
}

impl Watched {
    /// Watches one process.
    pub fn one(pid: u32) -> Self {
        Self { pids: vec![pid] }
    }

    /// Watches a process and its children, as a server with worker processes has them.
    pub fn family(pid: u32) -> Result<Self, BenchError> {
        let mut pids = vec![pid];
        let entries = fs::read_dir("/proc").map_err(BenchError::io("/proc"))?;
        for entry in entries.flatten() {
            let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // A process may end between listing and reading.
            let Ok(stat) = fs::read_to_string(format!("/proc/{child}/stat")) else { continue };
            if parent(&stat) == Some(pid) {
                pids.push(child);
            }
        }
        Ok(Self { pids })
    }

    /// Processor time used so far, user and system, all threads.
    pub fn processor_time(&self) -> Result<Duration, BenchError> {
        let mut sum = Duration::ZERO;
        for pid in &self.pids {
            sum += parsed(&format!("/proc/{pid}/stat"), processor_time)?;
        }
        Ok(sum)
    }

    /// Memory now and at most; summed over the processes.
    pub fn memory(&self) -> Result<Memory, BenchError> {
        let mut sum = Memory::default();
        for pid in &self.pids {
            let memory = parsed(&format!("/proc/{pid}/status"), memory)?;
            sum.resident_kib += memory.resident_kib;
            sum.peak_kib += memory.peak_kib;
        }
        Ok(sum)
    }

    /// Begins anew with the most memory that was ever resident. Source: `proc(5)`, `clear_refs`.
    pub fn forget_peak(&self) -> Result<(), BenchError> {
        for pid in &self.pids {
            let path = format!("/proc/{pid}/clear_refs");
            fs::write(&path, "5").map_err(BenchError::io(&path))?;
        }
        Ok(())
    }

    /// Bytes sent to the disk so far; absent where the kernel does not tell.
    pub fn written_bytes(&self) -> Option<u64> {
        self.pids
            .iter()
            .map(|pid| {
                let text = fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
                labelled(&text, "write_bytes")
            })
            .sum()
    }
}

/// Processor time of this process so far.
pub fn own_processor_time() -> Result<Duration, BenchError> {
    parsed("/proc/self/stat", processor_time)
}

/// Processor time of the commands that this process ran and waited for.
pub fn children_processor_time() -> Result<Duration, BenchError> {
    parsed("/proc/self/stat", |stat| {
        let mut times = fields_after_name(stat)?.skip(13);
        let (user, system): (u32, u32) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
        Some(TICK * (user + system))
    })
}

/// Processor time that all processes of the machine used so far.
pub fn machine_processor_time() -> Result<Duration, BenchError> {
    parsed("/proc/stat", busy_time)
}

fn parsed<T>(path: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, BenchError> {
    let text = fs::read_to_string(path).map_err(BenchError::io(path))?;
    parse(&text).ok_or_else(|| BenchError::Data { what: path.to_owned(), problem: "unknown shape".to_owned() })
}

/// Fields of `stat` behind the command name, which may itself hold spaces and brackets; the first is number 3 of the manual.
fn fields_after_name(stat: &str) -> Option<impl Iterator<Item = &str>> {
    Some(stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace())
}

fn parent(stat: &str) -> Option<u32> {
    fields_after_name(stat)?.nth(1)?.parse().ok()
}

fn processor_time(stat: &str) -> Option<Duration> {
    let mut times = fields_after_name(stat)?.skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let system: u32 = times.next()?.parse().ok()?;
    Some(TICK * (user + system))
}

fn busy_time(stat: &str) -> Option<Duration> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_ascii_whitespace().map_while(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq …: all but idle and waiting; guest time is already in user time.
    let busy: u64 = [0, 1, 2, 5, 6].iter().filter_map(|index| ticks.get(*index)).sum();
    Some(Duration::from_millis(busy * 10))
}

fn memory(status: &str) -> Option<Memory> {
    Some(Memory { resident_kib: labelled(status, "VmRSS")?, peak_kib: labelled(status, "VmHWM")? })
}

fn labelled(text: &str, label: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix(':'))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4242 (a (b) c d) S 17 4242 4242 0 -1 4194304 900 0 0 0 123 45 7 8 20 0 9 0 100 200 300";

    #[test]
    fn processor_time_is_user_and_system_time_whatever_the_name() {
        assert_eq!(processor_time(STAT), Some(Duration::from_millis(1_680)));
        assert_eq!(parent(STAT), Some(17));
        assert_eq!(processor_time("nonsense"), None);
        assert_eq!(processor_time("1 (x) S 1 2"), None);
    }

    #[test]
    fn idle_and_waiting_time_is_not_busy() {
        let stat = "cpu  100 1 20 9999 888 3 4 0 0 0\ncpu0 50 0 10 0 0 0 0 0 0 0\n";
        assert_eq!(busy_time(stat), Some(Duration::from_millis(1_280)));
    }

    #[test]
    fn memory_is_read_by_label() {
        let status = "Name:\tx\nVmPeak:\t 99999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(memory(status), Some(Memory { resident_kib: 1024, peak_kib: 2048 }));
        assert_eq!(memory("Name:\tx\n"), None);
        assert_eq!(labelled("rchar: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 0\n", "write_bytes"), Some(4096));
    }

    #[test]
    fn this_process_can_be_watched() {
        let own = Watched::one(std::process::id());
        assert!(own.memory().unwrap().resident_kib > 0);
        assert!(own.processor_time().unwrap() <= machine_processor_time().unwrap());
    }
}
