//! The catalogue of data.gouv.fr as CSV: organisations, or datasets with whom they belong to.

use std::io::BufRead;

use basalt_domain::{Dataset, DateRange, Document, ObjectId, SpatialCoverage, Timestamp, Value, dataset::frequency};
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::{
    Record,
    accounts::Person,
    answers::{born, given, number},
    datasets::{DescribedDataset, Producer, metrics},
    format::Batches,
    organizations::Described,
};
use crate::failure::Failure;

/// The last day that a date of the source may have; later ones are damaged.
const LAST_DAY: &str = "2026-12-31";
/// The first one.
const FIRST_DAY: &str = "1990-01-01";

/// Reads either file; which one is known by its head.
pub(super) fn read(content: Box<dyn BufRead + Send>, mut batches: Batches<'_>) -> Result<(), Failure> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(content);
    let columns = Columns::of(rows.headers()?);
    let parse = if columns.has(&["id", "title", "organization_id", "organization"]) {
        dataset
    } else if columns.has(&["id", "name", "datasets"]) {
        organization
    } else {
        return Err(Failure::new("neither NDJSON nor the catalogue of organisations or datasets"));
    };
    let mut row = StringRecord::new();
    while rows.read_record(&mut row)? {
        if !batches.skips() {
            batches.push(parse(&Row { columns: &columns, cells: &row }))?;
        }
    }
    batches.flush()
}

/// Where things stand in a row.
struct Columns(Vec<String>);

impl Columns {
    fn of(head: &StringRecord) -> Self {
        Self(head.iter().map(str::to_owned).collect())
    }

    fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.iter().any(|column| column == name))
    }
}

/// A row, its cells by name.
struct Row<'a> {
    columns: &'a Columns,
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The cell of this column; empty where there is none.
    fn cell(&self, name: &str) -> &'a str {
        let at = self.columns.0.iter().position(|column| column == name);
        at.and_then(|at| self.cells.get(at)).unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        Some(self.cell(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The cells whose columns begin with this, without it.
    fn below(&self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.columns.0.iter().zip(self.cells);
        cells.filter_map(move |(column, cell)| Some((column.strip_prefix(prefix)?, cell)))
    }

    /// A time, unless it is damaged.
    fn time(&self, name: &str) -> Option<Timestamp> {
        sound_time(self.cell(name))
    }

    fn id(&self) -> Result<ObjectId, String> {
        ObjectId::parse(self.cell("id")).map_err(|error| error.to_string())
    }
}

fn sound_time(text: &str) -> Option<Timestamp> {
    let text = Some(text).filter(|text| (FIRST_DAY..=LAST_DAY).contains(text))?;
    Timestamp::parse(text).ok()
}

/// Reads a row about an organisation.
fn organization(row: &Row<'_>) -> Result<Record, String> {
    let id = row.id()?;
    let count = number(row.cell("datasets"));
    let made = if count == 1 { "d'un jeu".to_owned() } else { format!("de {count} jeux") };
    let created_at = born(id);
    Ok(Record::Organization(Box::new(Described {
        id,
        name: row.cell("name").to_owned(),
        slug: None,
        description: format!("Producteur {made} de données sur data.gouv.fr."),
        metrics: vec![("views".into(), number(row.cell("views")))],
        created_at,
        last_modified: row.time("last").filter(|last| *last >= created_at).unwrap_or(created_at),
        details: None,
    })))
}

/// Reads a row about a dataset.
fn dataset(row: &Row<'_>) -> Result<Record, String> {
    let id = row.id()?;
    let harvest = harvest(row);
    // A harvested one tells when it was created elsewhere.
    let created_at = if harvest.is_empty() { row.time("created_at") } else { None }.unwrap_or_else(|| born(id));
    let mut dataset = Dataset::blank(id, created_at);
    row.cell("title").clone_into(&mut dataset.title);
    row.cell("slug").clone_into(&mut dataset.slug);
    dataset.acronym = row.text("acronym");
    row.cell("description").clone_into(&mut dataset.description);
    dataset.description_short = row.text("description_short");
    let known = frequency::named(row.cell("frequency"));
    dataset.frequency = Some(known.map_or(frequency::UNKNOWN, |known| known.id).to_owned());
    let day = |name| row.text(name).filter(|day| Timestamp::parse(day).is_ok());
    if let (Some(start), Some(end)) = (day("temporal_coverage.start"), day("temporal_coverage.end")) {
        dataset.temporal_coverage = Some(DateRange { start: Some(start), end: Some(end), rest: Document::new() });
    }
    if let Some(granularity) = row.text("spatial.granularity") {
        dataset.spatial = Some(SpatialCoverage { granularity: Some(granularity), ..SpatialCoverage::default() });
    }
    dataset.featured = row.cell("featured") == "True";
    dataset.tags = words(row.cell("tags"));
    dataset.tags.sort_unstable();
    dataset.tags.dedup();
    dataset.badges = words(row.cell("badges")).into_iter().map(|kind| given(kind, created_at)).collect();
    dataset.archived = row.time("archived");
    dataset.last_modified_internal = row.time("last_modified").unwrap_or(created_at);
    dataset.metrics = metrics(row.below("metric.").map(|(name, cell)| (name.to_owned(), count(cell))));
    if !harvest.is_empty() {
        dataset.harvest = Some(harvest);
    }
    let described = DescribedDataset {
        dataset,
        producer: producer(row),
        license: row.cell("license").to_owned(),
        zones: words(row.cell("spatial.zones")),
        whole: false,
    };
    Ok(Record::Dataset(Box::new(described)))
}

fn words(cell: &str) -> Vec<String> {
    cell.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Where it was harvested; empty where it was not.
fn harvest(row: &Row<'_>) -> Document {
    let mut harvest = Document::new();
    for (name, cell) in row.below("harvest.").filter(|(_name, cell)| !cell.is_empty()) {
        if name.ends_with("_at") || name == "last_update" {
            if let Some(time) = sound_time(cell) {
                harvest.insert(name, time);
            }
        } else {
            harvest.insert(name, cell);
        }
    }
    harvest
}

/// A number, or numbers by month as Python writes them: `{'2025-11': 0}`.
fn count(cell: &str) -> Value {
    if cell.starts_with('{') {
        return serde_json::from_str(&cell.replace('\'', "\"")).unwrap_or_default();
    }
    number(cell).into()
}

/// Whom it belongs to. Where only the slug of a person is told, an id is made of it: always the same.
fn producer(row: &Row<'_>) -> Option<Producer> {
    if let Ok(id) = ObjectId::parse(row.cell("organization_id")) {
        return Some(Producer::Organization(id, row.cell("organization").to_owned(), None));
    }
    let (owner, told) = (row.cell("owner"), row.cell("owner_id"));
    let (first, last) = owner.split_once([' ', '-']).unwrap_or((owner, ""));
    let person = |id, slug| Person { id, first_name: first.to_owned(), last_name: last.to_owned(), slug };
    match ObjectId::parse(told) {
        Ok(id) => Some(Producer::Person(person(id, None))),
        Err(_no_id) if owner.is_empty() => None,
        Err(_no_id) => {
            let digest = Sha256::digest(owner.as_bytes());
            let made = digest.first_chunk::<12>().copied().unwrap_or_default();
            Some(Producer::Named(person(ObjectId::from_bytes(made), Some(owner.to_owned()))))
        }
    }
}
