//! Single requests, for preparing a measurement and checking what is stored.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::answer::AnswerReader;
use crate::error::BenchError;

/// An answer with its body.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Value of `ETag`.
    pub etag: Option<String>,
    /// Body as received.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, BenchError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| BenchError::Data { what: "JSON of an answer".to_owned(), problem: error.to_string() })
    }
}

/// A request as the bytes that go over the wire.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: basalt-load\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(body) = body {
        text.push_str("Content-Type: application/json\r\nContent-Length: ");
        text.push_str(&body.len().to_string());
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or_default());
    text.into_bytes()
}

/// Sends one request on a connection of its own.
pub fn fetch(address: SocketAddr, request: &[u8]) -> Result<Answer, BenchError> {
    let name = || {
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        format!("{} at {address}", String::from_utf8_lossy(line))
    };
    let mut stream = TcpStream::connect(address).map_err(BenchError::io(name()))?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).map_err(BenchError::io(name()))?;
    stream.write_all(request).map_err(BenchError::io(name()))?;
    let mut reader = AnswerReader::keeping();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).map_err(BenchError::io(name()))?;
        if count == 0 {
            return Err(BenchError::Unexpected(format!("{} was cut", name())));
        }
        let done = reader
            .feed(buffer.get(..count).unwrap_or_default())
            .map_err(|source| BenchError::Answer { from: name(), source })?;
        if done {
            return Ok(Answer {
                status: reader.status(),
                etag: reader.header("etag").map(str::to_owned),
                body: reader.body().to_vec(),
            });
        }
    }
}

/// Gets JSON with status 200, or says what came instead.
pub fn get_json(address: SocketAddr, path: &str) -> Result<Value, BenchError> {
    let answer = fetch(address, &request("GET", path, &[], None))?;
    if answer.status != 200 {
        let body = String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
        return Err(BenchError::Unexpected(format!("GET {path} at {address}: {} {body}", answer.status)));
    }
    answer.json()
}
