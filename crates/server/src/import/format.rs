//! What is in a file, found out from its beginning, and reading it record by record.

use std::io::BufRead;

use basalt_domain::{Document, collection::collection};
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::sync::mpsc::Sender;

use super::{BATCH, Batch, Record, Source, answers, catalogue};
use crate::failure::Failure;

/// The longest line of NDJSON; a longer one is no record of ours.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// Reads a file and sends its records in batches, all but the first `skip`. Error: it is none of
/// the formats, or damaged.
pub(super) fn read(source: Source, skip: u64, send: &Sender<Batch>) -> Result<(), Failure> {
    let mut content = source.into_content()?;
    let batches = Batches { skip, number: 0, batch: Batch::default(), send };
    // A first byte of a record in JSON can be no other.
    if content.fill_buf()?.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return lines(content, batches);
    }
    catalogue::read(content, batches)
}

/// Collects records, and sends them on when there are enough.
pub(super) struct Batches<'a> {
    skip: u64,
    number: u64,
    batch: Batch,
    send: &'a Sender<Batch>,
}

impl Batches<'_> {
    /// Is the next record one to skip? Then it need not be read.
    pub(super) fn skips(&mut self) -> bool {
        let skips = self.number < self.skip;
        self.number += u64::from(skips);
        skips
    }

    /// The next record, or why it cannot be read. Error: nobody takes it any more.
    pub(super) fn push(&mut self, record: Result<Record, String>) -> Result<(), Failure> {
        self.number += 1;
        self.batch.last = self.number;
        match record {
            Ok(record) => self.batch.records.push((self.number, record)),
            Err(why) => self.batch.unreadable.push((self.number, why)),
        }
        if self.batch.records.len() + self.batch.unreadable.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Sends what was collected.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch);
        if batch.last == 0 {
            return Ok(());
        }
        self.send.blocking_send(batch).map_err(|_closed| Failure::new("interrupted"))
    }
}

/// A line of an export.
#[derive(Deserialize)]
struct Exported {
    collection: String,
    document: Document,
}

/// Reads a line of one kind, or tells why it cannot be read.
type Parse = fn(&str) -> Result<Record, String>;

/// What tells the kinds of lines apart.
#[derive(Deserialize)]
struct Probe {
    collection: Option<Json>,
    document: Option<Json>,
    id: Option<Json>,
    name: Option<Json>,
    title: Option<Json>,
    resources: Option<Json>,
}

fn lines(mut content: Box<dyn BufRead + Send>, mut batches: Batches<'_>) -> Result<(), Failure> {
    let mut line = String::new();
    let mut parse: Option<Parse> = None;
    loop {
        line.clear();
        if std::io::Read::take(&mut content, LONGEST_LINE).read_line(&mut line)? == 0 {
            return batches.flush();
        }
        if line.trim().is_empty() {
            continue;
        }
        let parse = match parse {
            Some(parse) => parse,
            None => *parse.insert(kind(&line)?),
        };
        if !batches.skips() {
            batches.push(parse(&line))?;
        }
    }
}

fn kind(line: &str) -> Result<Parse, Failure> {
    let probe: Probe = serde_json::from_str(line)?;
    match probe {
        Probe { collection: Some(_), document: Some(_), .. } => Ok(exported),
        Probe { id: Some(_), name: Some(_), .. } => Ok(answers::organization),
        Probe { id: Some(_), title: Some(_), resources: Some(_), .. } => Ok(answers::dataset),
        _ => Err(Failure::new("neither an export nor answers of the API about organisations or datasets")),
    }
}

fn exported(line: &str) -> Result<Record, String> {
    let Exported { collection: name, document } = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let of = collection(&name).ok_or_else(|| format!("there is no collection `{name}`"))?;
    let id = document.get("_id").cloned().ok_or("the document has no `_id`")?;
    Ok(Record::Stored { of, id, document })
}
