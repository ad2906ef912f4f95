//! `basalt copy`: all records from one storage to another, compared afterwards.

use std::{process::ExitCode, sync::Arc};

use basalt_domain::{COLLECTIONS, Collection, Document, Value};
use basalt_ports::{Change, ChangeSet, Storage, StorageError};
use sha2::{Digest, Sha256};

use crate::{
    cli::CopyArguments,
    failure::Failure,
    records::Records,
    storage::{self, Connections},
};

/// Copies everything, then reads both again and compares. Exit code 1 where they differ.
pub(super) async fn run(wishes: CopyArguments) -> Result<ExitCode, Failure> {
    let from = open("--from", &wishes.from, Connections::default()).await?;
    let to = open("--to", &wishes.to, Connections::default().for_many_records()).await?;
    from.ready().await.map_err(|error| Failure::doing("--from", &error))?;
    to.migrate().await.map_err(|error| Failure::doing("--to", &error))?;
    for of in COLLECTIONS {
        copy(&from, &to, of).await.map_err(|error| Failure::doing(format!("copying {}", of.name), &error))?;
    }
    to.catch_up().await.map_err(|error| Failure::doing("--to", &error))?;
    println!("{:<16} {:>10} {:>10}  checksum", "collection", "from", "to");
    let mut equal = true;
    for of in COLLECTIONS {
        let (source, target) = tokio::try_join!(summed(&from, of), summed(&to, of))?;
        let verdict = if source == target {
            source.short()
        } else {
            format!("DIFFERS: {} and {}", source.short(), target.short())
        };
        println!("{:<16} {:>10} {:>10}  {verdict}", of.name, source.count, target.count);
        equal &= source == target;
    }
    println!("{}", if equal { "both storages hold the same" } else { "the storages differ" });
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn open(option: &str, url: &str, connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    storage::connect(url, connections)
        .await
        .map_err(|failure| Failure::new(format!("{option} {}: {failure}", storage::without_password(url))))
}

async fn copy(from: &Arc<dyn Storage>, to: &Arc<dyn Storage>, of: &'static Collection) -> Result<(), StorageError> {
    let mut records = Records::new(Arc::clone(from), of);
    loop {
        let batch = records.next().await?;
        if batch.is_empty() {
            return Ok(());
        }
        let puts: Vec<Change> = batch.into_iter().map(|(id, document)| Change::Put { of, id, document }).collect();
        to.commit(&ChangeSet::from(puts)).await?;
    }
}

/// How many records, and a sum over them in which their order and their versions do not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    lanes: [u64; 4],
}

impl Sum {
    /// Adds the hash of a record's canonical form.
    fn add(&mut self, document: &Document) {
        let mut text = String::new();
        canonical_map(document, &mut text);
        let hash = Sha256::digest(text.as_bytes());
        for (lane, bytes) in self.lanes.iter_mut().zip(hash.chunks_exact(8)) {
            let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            *lane = lane.wrapping_add(number);
        }
        self.count += 1;
    }

    fn short(&self) -> String {
        let [first, second, third, fourth] = self.lanes;
        format!("{:016x}", first ^ second.rotate_left(16) ^ third.rotate_left(32) ^ fourth.rotate_left(48))
    }
}

async fn summed(storage: &Arc<dyn Storage>, of: &'static Collection) -> Result<Sum, StorageError> {
    let mut records = Records::new(Arc::clone(storage), of);
    let mut sum = Sum::default();
    loop {
        let batch = records.next().await?;
        if batch.is_empty() {
            return Ok(sum);
        }
        for (_id, document) in &batch {
            sum.add(document);
        }
    }
}

/// One text for all spellings of a value: names in order, whole numbers without fraction.
fn canonical(value: &Value, into: &mut String) {
    match value {
        Value::Map(map) => canonical_map(map, into),
        Value::List(items) => {
            into.push('[');
            for item in items {
                canonical(item, into);
                into.push(',');
            }
            into.push(']');
        }
        // Databases do not all tell 2 and 2.0 apart.
        Value::Float(_) | Value::Int(_) => match value.as_int() {
            Some(number) => into.push_str(&number.to_string()),
            None => into.push_str(&serde_json::to_string(value).unwrap_or_default()),
        },
        // Serialising one of the other values has no way to fail.
        plain => into.push_str(&serde_json::to_string(plain).unwrap_or_default()),
    }
}

fn canonical_map(map: &Document, into: &mut String) {
    let mut fields: Vec<(&String, &Value)> = map.iter().collect();
    fields.sort_by_key(|(name, _value)| *name);
    into.push('{');
    for (name, value) in fields {
        canonical(&Value::Text(name.clone()), into);
        into.push(':');
        canonical(value, into);
        into.push(',');
    }
    into.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(documents: &[Document]) -> Sum {
        documents.iter().fold(Sum::default(), |mut sum, document| {
            sum.add(document);
            sum
        })
    }

    #[test]
    fn order_and_spelling_do_not_change_the_sum() {
        let one = Document::new().with("a", 1).with("b", Document::new().with("x", "y"));
        let same = Document::new().with("b", Document::new().with("x", "y")).with("a", 1.0);
        let other = Document::new().with("a", 2);
        assert_eq!(sum(&[one.clone(), other.clone()]), sum(&[other, same]));
    }

    #[test]
    fn every_value_counts() {
        let base = sum(&[Document::new().with("a", "1")]);
        for other in [
            Document::new().with("a", 1),
            Document::new().with("a", "2"),
            Document::new().with("a", Value::Null),
            Document::new().with("b", "1"),
        ] {
            assert_ne!(base, sum(&[other]));
        }
        let twice = Document::new().with("a", "1");
        assert_ne!(base, sum(&[twice.clone(), twice]));
    }
}
