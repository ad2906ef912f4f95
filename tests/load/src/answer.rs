//! Finds the end of an HTTP/1.1 answer that arrives in pieces.
//!
//! Only what the load generator needs: status, framing (`Content-Length` or chunks), `Connection: close`. Answers to
//! `HEAD`, upgrades and bodies that end with the connection are out of scope and reported as errors.

/// Why bytes are not an answer that can be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// The status line is not `HTTP/1.x NNN`.
    #[error("no status line")]
    StatusLine,
    /// Neither `Content-Length` nor chunks say where the body ends.
    #[error("no length and not chunked")]
    Unframed,
    /// A length or chunk size is not a number.
    #[error("not a length: {0:?}")]
    Length(String),
    /// The head is longer than 64 KiB.
    #[error("head too long")]
    HeadTooLong,
    /// Bytes follow the end of the answer, though only one request was sent.
    #[error("{0} bytes after the end of the answer")]
    Surplus(usize),
}

const MAX_HEAD_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Sized {
        left: usize,
    },
    ChunkSize,
    ChunkData {
        left: usize,
    },
    /// The line end behind a chunk's data.
    ChunkEnd,
    /// Lines behind the last chunk, until an empty one.
    Trailer,
    Done,
}

/// Reads one answer after the other on a connection that is kept alive.
#[derive(Debug)]
pub struct AnswerReader {
    state: State,
    head: Vec<u8>,
    line: Vec<u8>,
    body: Option<Vec<u8>>,
    status: u16,
    closes: bool,
    bytes: usize,
}

impl AnswerReader {
    /// A reader that counts the body and forgets it.
    pub fn counting() -> Self {
        Self {
            state: State::Head,
            head: Vec::with_capacity(1024),
            line: Vec::new(),
            body: None,
            status: 0,
            closes: false,
            bytes: 0,
        }
    }

    /// A reader that keeps the body for [`AnswerReader::body`].
    pub fn keeping() -> Self {
        Self { body: Some(Vec::new()), ..Self::counting() }
    }

    /// Forgets the answer read so far and waits for the next.
    pub fn reset(&mut self) {
        self.state = State::Head;
        self.head.clear();
        self.line.clear();
        if let Some(body) = &mut self.body {
            body.clear();
        }
        self.status = 0;
        self.closes = false;
        self.bytes = 0;
    }

    /// Status code of the answer; 0 before its head is complete.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the server said that it closes the connection behind this answer.
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// Bytes of head and body received, chunk framing included.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The body; empty unless made with [`AnswerReader::keeping`].
    pub fn body(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// Value of a header, compared without case, of a complete head.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// Takes the next bytes; true when the answer is complete.
    pub fn feed(&mut self, mut input: &[u8]) -> Result<bool, BadAnswer> {
        self.bytes += input.len();
        loop {
            match self.state {
                State::Done if input.is_empty() => return Ok(true),
                State::Done => return Err(BadAnswer::Surplus(input.len())),
                _ if input.is_empty() => return Ok(false),
                State::Head => input = self.take_head(input)?,
                State::Sized { left } => {
                    let (taken, rest) = self.take_body(left, input);
                    let left = left - taken;
                    self.state = if left == 0 { State::Done } else { State::Sized { left } };
                    input = rest;
                }
                State::ChunkData { left } => {
                    let (taken, rest) = self.take_body(left, input);
                    let left = left - taken;
                    self.state = if left == 0 { State::ChunkEnd } else { State::ChunkData { left } };
                    input = rest;
                }
                State::ChunkSize | State::ChunkEnd | State::Trailer => input = self.take_line(input)?,
            }
        }
    }

    fn take_head<'a>(&mut self, input: &'a [u8]) -> Result<&'a [u8], BadAnswer> {
        let before = self.head.len();
        // The blank line may be cut anywhere, so look again from three bytes before the new ones.
        let from = before.saturating_sub(3);
        self.head.extend_from_slice(input);
        let found = self.head.get(from..).unwrap_or_default().windows(4).position(|four| four == b"\r\n\r\n");
        let Some(found) = found else {
            return if self.head.len() > MAX_HEAD_BYTES { Err(BadAnswer::HeadTooLong) } else { Ok(&[]) };
        };
        let end = from + found + 4;
        self.head.truncate(end);
        self.status = status(&self.head)?;
        self.closes = header(&self.head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        self.state = framing(&self.head, self.status)?;
        Ok(input.get(end - before..).unwrap_or_default())
    }

    fn take_body<'a>(&mut self, left: usize, input: &'a [u8]) -> (usize, &'a [u8]) {
        let (taken, rest) = input.split_at(left.min(input.len()));
        if let Some(body) = &mut self.body {
            body.extend_from_slice(taken);
        }
        (taken.len(), rest)
    }

    fn take_line<'a>(&mut self, input: &'a [u8]) -> Result<&'a [u8], BadAnswer> {
        let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
            self.line.extend_from_slice(input);
            return Ok(&[]);
        };
        let (line, rest) = input.split_at(end + 1);
        self.line.extend_from_slice(line);
        let text = String::from_utf8_lossy(&self.line).trim().to_owned();
        self.line.clear();
        self.state = match self.state {
            State::ChunkSize => {
                let digits = text.split(';').next().unwrap_or_default().trim();
                match usize::from_str_radix(digits, 16) {
                    Ok(0) => State::Trailer,
                    Ok(left) => State::ChunkData { left },
                    Err(_) => return Err(BadAnswer::Length(text)),
                }
            }
            State::Trailer if text.is_empty() => State::Done,
            State::Trailer => State::Trailer,
            _ => State::ChunkSize,
        };
        Ok(rest)
    }
}

fn status(head: &[u8]) -> Result<u16, BadAnswer> {
    let digits = head
        .strip_prefix(b"HTTP/1.")
        .and_then(|rest| rest.get(2..5))
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .ok_or(BadAnswer::StatusLine)?;
    digits.parse().or(Err(BadAnswer::StatusLine))
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let name = name.as_bytes();
    head.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        if !start.eq_ignore_ascii_case(name) {
            return None;
        }
        std::str::from_utf8(rest.strip_prefix(b":")?).ok().map(str::trim)
    })
}

fn framing(head: &[u8], status: u16) -> Result<State, BadAnswer> {
    if status == 204 || status == 304 {
        return Ok(State::Done);
    }
    if header(head, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return Ok(State::ChunkSize);
    }
    let length = header(head, "content-length").ok_or(BadAnswer::Unframed)?;
    match length.parse() {
        Ok(0) => Ok(State::Done),
        Ok(left) => Ok(State::Sized { left }),
        Err(_) => Err(BadAnswer::Length(length.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nETag: \"a:b\"\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\nA\r\nlo, world!\r\n0\r\nx-late: 1\r\n\r\n";

    fn body_in_pieces(answer: &[u8], size: usize) -> String {
        let mut reader = AnswerReader::keeping();
        let pieces: Vec<_> = answer.chunks(size).collect();
        for (index, piece) in pieces.iter().enumerate() {
            let done = reader.feed(piece).unwrap();
            assert_eq!(done, index + 1 == pieces.len(), "piece {index} of size {size}");
        }
        assert_eq!((reader.status(), reader.bytes()), (200, answer.len()));
        String::from_utf8(reader.body().to_vec()).unwrap()
    }

    #[test]
    fn an_answer_is_read_the_same_however_it_is_cut() {
        for size in 1..=CHUNKED.len() {
            assert_eq!(body_in_pieces(SIZED, size), "hello");
            assert_eq!(body_in_pieces(CHUNKED, size), "hello, world!");
        }
    }

    #[test]
    fn one_reader_reads_several_answers() {
        let mut reader = AnswerReader::counting();
        for (answer, status) in [
            (SIZED, 200),
            (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
            (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", 304),
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 404),
        ] {
            reader.reset();
            assert!(reader.feed(answer).unwrap());
            assert_eq!(reader.status(), status);
            assert_eq!(reader.closes(), status == 404);
        }
    }

    #[test]
    fn headers_are_found_without_case() {
        let mut reader = AnswerReader::counting();
        reader.feed(SIZED).unwrap();
        assert_eq!(reader.header("etag"), Some("\"a:b\""));
        assert_eq!(reader.header("eta"), None);
    }

    #[test]
    fn what_is_not_an_answer_is_an_error() {
        let error = |bytes: &[u8]| AnswerReader::counting().feed(bytes).unwrap_err();
        assert_eq!(error(b"SSH-2.0-OpenSSH\r\n\r\n"), BadAnswer::StatusLine);
        assert_eq!(error(b"HTTP/1.1 200 OK\r\n\r\nx"), BadAnswer::Unframed);
        assert_eq!(error(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"), BadAnswer::Length("x".into()));
        assert_eq!(error(b"HTTP/1.1 204 No\r\n\r\nxyz"), BadAnswer::Surplus(3));
        assert_eq!(error(&vec![b'a'; MAX_HEAD_BYTES + 1]), BadAnswer::HeadTooLong);
        let mut reader = AnswerReader::counting();
        assert!(reader.feed(SIZED).unwrap());
        assert_eq!(reader.feed(b"more").unwrap_err(), BadAnswer::Surplus(4));
    }
}
