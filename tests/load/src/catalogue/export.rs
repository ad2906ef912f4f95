//! One long answer that is streamed: how fast, and with how much memory.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::BenchError;
use crate::fetch::request;
use crate::process::Watched;

/// The export of all datasets.
pub const DATASETS: &str = "/api/1/site/datasets.csv";

/// What was measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Export {
    /// Bytes received.
    pub megabytes: f64,
    /// From asking to the last byte.
    pub seconds: f64,
    /// Processor time of the server.
    pub processor_seconds: f64,
    /// Memory of the server before.
    pub resident_mb: f64,
    /// Most memory of the server meanwhile.
    pub peak_mb: f64,
}

/// Reads an answer to its end, as fast as it comes.
pub fn read(address: SocketAddr, path: &str, server: &Watched) -> Result<Export, BenchError> {
    let asked = request("GET", path, &[("Connection", "close")], None);
    server.forget_peak()?;
    let (before, began, used) = (server.memory()?, Instant::now(), server.processor_time()?);
    let mut stream = TcpStream::connect(address).map_err(BenchError::io(path))?;
    stream.set_read_timeout(Some(Duration::from_mins(5))).map_err(BenchError::io(path))?;
    stream.write_all(&asked).map_err(BenchError::io(path))?;
    let mut buffer = vec![0; 1 << 20];
    let (mut bytes, mut begins_well) = (0_usize, false);
    loop {
        let count = stream.read(&mut buffer).map_err(BenchError::io(path))?;
        if bytes == 0 {
            begins_well = buffer.starts_with(b"HTTP/1.1 200");
        }
        if count == 0 {
            break;
        }
        bytes += count;
    }
    if !begins_well {
        return Err(BenchError::Unexpected(format!("{path} is not answered with 200")));
    }
    let megabytes = |kib: u64| u32::try_from(kib).map_or(f64::MAX, f64::from) * 1.024e-3;
    Ok(Export {
        megabytes: u32::try_from(bytes).map_or(f64::MAX, f64::from) * 1e-6,
        seconds: began.elapsed().as_secs_f64(),
        processor_seconds: server.processor_time()?.saturating_sub(used).as_secs_f64(),
        resident_mb: megabytes(before.resident_kib),
        peak_mb: megabytes(server.memory()?.peak_kib),
    })
}
