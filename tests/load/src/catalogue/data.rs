//! The catalogue as a file to import: the real one, or as many copies of it as it takes, the same on each run.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use lzma_rust2::XzReader;

use crate::error::BenchError;

/// Where the real data lie when the repository is checked out beside them.
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/real");
/// data.gouv.fr's own export of its datasets.
const CATALOGUE: &str = "datagouv-datasets-20260116.csv.xz";
/// Full answers of its API, older ones, with resources.
const ANSWERS: [&str; 2] = ["udata-api-organizations-2018-2022.ndjson.xz", "udata-api-datasets-2018-2022.ndjson.xz"];
/// The datasets in it.
pub const REAL: usize = 120_858;

/// The files of the real data; absent without them.
#[derive(Debug, Clone)]
pub struct Real {
    /// The catalogue.
    pub catalogue: PathBuf,
    /// Full answers of organisations and datasets.
    pub answers: Vec<PathBuf>,
}

impl Real {
    /// Looks for them in this folder, or beside the repository.
    pub fn find(folder: Option<&Path>) -> Option<Self> {
        let folder = folder.unwrap_or_else(|| Path::new(SHARED));
        let catalogue = folder.join(CATALOGUE);
        let answers = ANSWERS.iter().map(|name| folder.join(name)).filter(|path| path.exists()).collect();
        catalogue.exists().then_some(Self { catalogue, answers })
    }
}

/// Writes so many datasets: the real ones, then copies with ids, slugs, titles and producers of others.
pub fn write_scaled(real: &Path, to: &Path, datasets: usize) -> Result<(), BenchError> {
    let bad = |error: csv::Error| BenchError::Data { what: real.display().to_string(), problem: error.to_string() };
    let mut output = WriterBuilder::new()
        .delimiter(b';')
        .from_writer(BufWriter::with_capacity(1 << 20, File::create(to).map_err(BenchError::path(to))?));
    let mut written = 0;
    let mut copy = 0;
    while written < datasets {
        let mut rows = ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(unpacked(real)?);
        let head = rows.headers().map_err(bad)?.clone();
        let places = Places::of(&head).ok_or_else(|| BenchError::Data {
            what: real.display().to_string(),
            problem: "a column is missing".to_owned(),
        })?;
        if copy == 0 {
            output.write_record(&head).map_err(bad)?;
        }
        let mut row = StringRecord::new();
        while written < datasets && rows.read_record(&mut row).map_err(bad)? {
            if copy == 0 {
                output.write_record(&row).map_err(bad)?;
            } else {
                output.write_record(&places.copied(&row, copy)).map_err(bad)?;
            }
            written += 1;
        }
        copy += 1;
    }
    output.flush().map_err(BenchError::path(to))
}

fn unpacked(real: &Path) -> Result<impl Read, BenchError> {
    let file = BufReader::new(File::open(real).map_err(BenchError::path(real))?);
    Ok(BufReader::with_capacity(1 << 20, XzReader::new(file, true)))
}

/// Where stands in a row what a copy has of its own.
struct Places {
    id: usize,
    title: usize,
    slug: usize,
    organization: usize,
    organization_id: usize,
}

impl Places {
    fn of(head: &StringRecord) -> Option<Self> {
        let place = |name: &str| head.iter().position(|column| column == name);
        Some(Self {
            id: place("id")?,
            title: place("title")?,
            slug: place("slug")?,
            organization: place("organization")?,
            organization_id: place("organization_id")?,
        })
    }

    /// The copy of this number, from 1. Every second copy stays with its producer, the others go to producers of
    /// their own: there are more of them as well, and larger ones.
    fn copied(&self, row: &StringRecord, copy: usize) -> StringRecord {
        let other = copy.is_multiple_of(2);
        let cell = |(at, cell): (usize, &str)| {
            if at == self.id || (at == self.organization_id && other && !cell.is_empty()) {
                // The first digits are the time of birth, which the order of lists goes by; no two ids of the real
                // catalogue differ in these two digits only.
                let (before, after) = (cell.get(..14).unwrap_or_default(), cell.get(16..).unwrap_or_default());
                format!("{before}{copy:02x}{after}")
            } else if at == self.title || (at == self.organization && other && !cell.is_empty()) {
                format!("{cell} ({copy})")
            } else if at == self.slug {
                format!("{cell}--{copy}")
            } else {
                cell.to_owned()
            }
        };
        row.iter().enumerate().map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_an_id_a_slug_a_title_and_perhaps_a_producer_of_its_own() {
        let record = |cells: [&str; 6]| StringRecord::from(cells.to_vec());
        let head = record(["id", "title", "slug", "organization", "organization_id", "tags"]);
        let places = Places::of(&head).unwrap();
        let row = record(["53698e08a3a729239d20336f", "T", "t", "O", "534fff91a3a7292c64a77f53", "eau"]);
        let first = record(["53698e08a3a729019d20336f", "T (1)", "t--1", "O", "534fff91a3a7292c64a77f53", "eau"]);
        assert_eq!(places.copied(&row, 1), first);
        let second = record(["53698e08a3a729029d20336f", "T (2)", "t--2", "O (2)", "534fff91a3a7290264a77f53", "eau"]);
        assert_eq!(places.copied(&row, 2), second);
        assert!(Places::of(&record(["id", "title", "slug", "a", "b", "c"])).is_none());
    }
}
