//! The load generator: one thread, many connections, one request in flight on each.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::answer::AnswerReader;
use crate::error::BenchError;

/// How long requests may still be answered when the time is over.
const GRACE: Duration = Duration::from_secs(5);
const READ_BYTES: usize = 256 * 1024;

/// Where requests come from and answers go to.
pub trait Workload {
    /// Appends the next request of this connection to `out`.
    fn request(&mut self, connection: usize, out: &mut Vec<u8>);

    /// Hears the status of the answer.
    fn answered(&mut self, _connection: usize, _status: u16) {}

    /// Called once when the time is over, while requests are still in flight.
    fn over(&mut self) {}
}

/// Requests prepared beforehand, sent in a circle.
#[derive(Debug)]
pub struct Circle<'a> {
    requests: &'a [Vec<u8>],
    next: usize,
}

impl<'a> Circle<'a> {
    /// Starts at the first request.
    pub fn new(requests: &'a [Vec<u8>]) -> Self {
        Self { requests, next: 0 }
    }
}

impl Workload for Circle<'_> {
    fn request(&mut self, _connection: usize, out: &mut Vec<u8>) {
        if let Some(request) = self.requests.get(self.next) {
            out.extend_from_slice(request);
        }
        self.next = (self.next + 1) % self.requests.len().max(1);
    }
}

/// What happened.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Time of each answered request in nanoseconds, in order of arrival.
    pub times_ns: Vec<u64>,
    /// From the first request sent to the last answer received.
    pub elapsed: Duration,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Bytes received.
    pub bytes: u64,
    /// Connections that broke with a request in flight, before the time was over.
    pub broken: u64,
}

struct Link {
    stream: TcpStream,
    out: Vec<u8>,
    sent: usize,
    reader: AnswerReader,
    began: Instant,
    waiting: bool,
}

enum Received {
    Part,
    Whole,
    Closed,
}

/// Sends requests over `connections` connections for `duration`, then waits for the answers still due.
pub fn drive<W: Workload>(
    address: SocketAddr,
    connections: usize,
    duration: Duration,
    workload: &mut W,
) -> Result<Outcome, BenchError> {
    let mut poll = Poll::new().map_err(BenchError::io("epoll"))?;
    let mut events = Events::with_capacity(connections.max(8));
    let mut buffer = vec![0; READ_BYTES];
    let mut outcome = Outcome { times_ns: Vec::with_capacity(1 << 16), ..Outcome::default() };
    let mut links = Vec::with_capacity(connections);
    for index in 0..connections {
        links.push(open(&poll, address, index)?);
    }
    let start = Instant::now();
    let deadline = start + duration;
    let mut last = start;
    let mut over = false;
    for (index, link) in links.iter_mut().enumerate() {
        link.send(index, start, workload);
    }
    while links.iter().any(|link| link.waiting) {
        let now = Instant::now();
        if now >= deadline && !over {
            over = true;
            workload.over();
        }
        if now >= deadline + GRACE {
            break;
        }
        let wait = if over { deadline + GRACE - now } else { deadline - now };
        match poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other.map_err(BenchError::io("epoll"))?,
        }
        for event in &events {
            let index = event.token().0;
            let Some(link) = links.get_mut(index).filter(|link| link.waiting) else { continue };
            if event.is_writable() {
                link.flush();
            }
            if !(event.is_readable() || event.is_read_closed() || event.is_error()) {
                continue;
            }
            let received = link.receive(&mut buffer, event.is_read_closed()).map_err(|source| BenchError::Answer {
                from: format!("{address} to {}", first_line(&link.out)),
                source,
            })?;
            let now = Instant::now();
            let again = match received {
                Received::Part => continue,
                Received::Whole => {
                    last = now;
                    outcome.times_ns.push(u64::try_from((now - link.began).as_nanos()).unwrap_or(u64::MAX));
                    outcome.bytes += link.reader.bytes() as u64;
                    *outcome.statuses.entry(link.reader.status()).or_default() += 1;
                    workload.answered(index, link.reader.status());
                    link.reader.closes()
                }
                Received::Closed if over => {
                    link.waiting = false;
                    continue;
                }
                Received::Closed => {
                    outcome.broken += 1;
                    true
                }
            };
            if now >= deadline {
                link.waiting = false;
                continue;
            }
            if again {
                *link = open(&poll, address, index)?;
            }
            link.send(index, now, workload);
        }
    }
    outcome.elapsed = last - start;
    Ok(outcome)
}

fn open(poll: &Poll, address: SocketAddr, index: usize) -> Result<Link, BenchError> {
    let connect = || {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE)?;
        Ok(stream)
    };
    Ok(Link {
        stream: connect().map_err(BenchError::io(format!("connecting to {address}")))?,
        out: Vec::with_capacity(1024),
        sent: 0,
        reader: AnswerReader::counting(),
        began: Instant::now(),
        waiting: false,
    })
}

fn first_line(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(line).into_owned()
}

impl Link {
    fn send<W: Workload>(&mut self, index: usize, now: Instant, workload: &mut W) {
        self.out.clear();
        self.sent = 0;
        workload.request(index, &mut self.out);
        self.reader.reset();
        self.began = now;
        self.waiting = true;
        self.flush();
    }

    /// Writes what the socket takes. The notice of writability brings us back for the rest; a broken connection shows on
    /// reading.
    fn flush(&mut self) {
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Notices are edge-triggered: read until the answer is whole or the socket is empty. A short read means empty
    /// (`epoll(7)`), which saves one system call in most answers; not so when the end of the stream is behind the data.
    fn receive(&mut self, buffer: &mut [u8], ending: bool) -> Result<Received, crate::answer::BadAnswer> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Ok(Received::Closed),
                Ok(count) => {
                    if self.reader.feed(buffer.get(..count).unwrap_or_default())? {
                        return Ok(Received::Whole);
                    }
                    if count < buffer.len() && !ending {
                        return Ok(Received::Part);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Received::Part),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Ok(Received::Closed),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Answers every request in two pieces; closes after each answer when told so.
    fn server(close: bool) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut request = [0; 1024];
                    while stream.read(&mut request).is_ok_and(|count| count > 0) {
                        let connection = if close { "connection: close\r\n" } else { "" };
                        let head = format!("HTTP/1.1 201 Created\r\n{connection}content-length: 4\r\n\r\nab");
                        stream.write_all(head.as_bytes()).unwrap();
                        std::thread::sleep(Duration::from_millis(1));
                        stream.write_all(b"cd").unwrap();
                        if close {
                            break;
                        }
                    }
                });
            }
        });
        address
    }

    #[test]
    fn every_request_is_answered_on_kept_and_on_closing_connections() {
        for close in [false, true] {
            let requests = [b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()];
            let duration = Duration::from_millis(100);
            let outcome = drive(server(close), 3, duration, &mut Circle::new(&requests)).unwrap();
            let answered = outcome.times_ns.len() as u64;
            assert!(answered >= 3, "{answered}");
            assert_eq!(outcome.statuses, BTreeMap::from([(201, answered)]));
            assert_eq!(outcome.broken, 0);
            assert!(outcome.elapsed > Duration::ZERO);
        }
    }

    #[test]
    fn requests_come_in_a_circle() {
        let requests = [b"a".to_vec(), b"b".to_vec()];
        let mut circle = Circle::new(&requests);
        let mut out = Vec::new();
        for connection in 0..5 {
            circle.request(connection, &mut out);
        }
        assert_eq!(out, b"ababa");
    }
}
