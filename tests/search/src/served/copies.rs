//! The catalogue several times over: a larger portal with the same sort of words.

use std::{fs::File, io::BufWriter, path::Path};

use crate::catalogue::{self, Failure};

/// Writes every dataset so many times. Copies have ids and slugs of their own, and a number behind their titles.
pub(super) fn write(from: &Path, to: &Path, copies: u32) -> Result<(), Failure> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(catalogue::reader(from)?);
    let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(BufWriter::new(File::create(to)?));
    let head = rows.headers()?.clone();
    let place = |name: &str| head.iter().position(|other| other == name).ok_or(format!("no column {name}"));
    let (id, title, slug) = (place("id")?, place("title")?, place("slug")?);
    out.write_record(&head)?;
    for row in rows.records() {
        let row = row?;
        for copy in 0..copies {
            let cells = row.iter().enumerate().map(|(at, cell)| match copy {
                0 => cell.to_owned(),
                _ if at == id => format!("{copy:04x}{}", cell.get(4..).unwrap_or_default()),
                _ if at == title => format!("{cell} {copy}"),
                _ if at == slug => format!("{cell}-copy-{copy}"),
                _ => cell.to_owned(),
            });
            out.write_record(cells)?;
        }
    }
    out.flush()?;
    Ok(())
}
