//! The catalogue of data.gouv.fr as CSV: organisations, or datasets with their organisations.
//!
//! Until the portal has datasets, only the organisations named in their catalogue are read: the
//! numbers of their datasets are added up. What is in memory grows with organisations, not datasets.

use std::{collections::BTreeMap, io::BufRead};

use basalt_domain::{ObjectId, Timestamp};
use csv::StringRecord;

use super::{
    Record,
    answers::{born, number},
    format::Batches,
    organizations::Described,
};
use crate::failure::Failure;

/// The last day that a date of the source may have; later ones are damaged.
const LAST_DAY: &str = "2026-12-31";

/// Reads either file; which one is known by its head.
pub(super) fn read(content: Box<dyn BufRead + Send>, batches: Batches<'_>) -> Result<(), Failure> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(content);
    let head = rows.headers()?.clone();
    let column = |name: &str| head.iter().position(|title| title == name);
    match (column("organization_id"), column("organization"), column("id"), column("name")) {
        (Some(id), Some(name), ..) => {
            let columns = Columns {
                id,
                name,
                reuses: column("metric.reuses"),
                views: column("metric.views"),
                last: column("last_modified"),
            };
            datasets(rows, &columns, batches)
        }
        (_, _, Some(id), Some(name)) => {
            let datasets = column("datasets").ok_or_else(|| Failure::new("the column `datasets` is missing"))?;
            let columns = Columns { id, name, reuses: column("reuses"), views: column("views"), last: column("last") };
            organizations(rows, &columns, datasets, batches)
        }
        _ => Err(Failure::new("neither NDJSON nor the catalogue of organisations or datasets")),
    }
}

/// Where things stand in a row.
struct Columns {
    id: usize,
    name: usize,
    reuses: Option<usize>,
    views: Option<usize>,
    last: Option<usize>,
}

type Rows = csv::Reader<Box<dyn BufRead + Send>>;

/// What is known of an organisation.
#[derive(Default)]
struct Sum {
    name: String,
    datasets: i64,
    reuses: i64,
    views: i64,
    last: Option<Timestamp>,
}

impl Sum {
    fn add(&mut self, row: &StringRecord, columns: &Columns, datasets: i64) {
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or_default();
        if self.name.is_empty() {
            cell(Some(columns.name)).clone_into(&mut self.name);
        }
        self.datasets += datasets;
        self.reuses += number(cell(columns.reuses));
        self.views += number(cell(columns.views));
        let last = Timestamp::parse(cell(columns.last)).ok().filter(|last| last <= &last_day());
        self.last = self.last.max(last);
    }

    fn described(self, id: ObjectId) -> Record {
        let Self { name, datasets, reuses, views, last } = self;
        let made = if datasets == 1 { "d'un jeu".to_owned() } else { format!("de {datasets} jeux") };
        let created_at = born(id);
        let metrics = [("datasets", datasets), ("reuses", reuses), ("views", views)];
        Record::Organization(Box::new(Described {
            id,
            name,
            slug: None,
            description: format!("Producteur {made} de données sur data.gouv.fr."),
            metrics: metrics.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            created_at,
            last_modified: last.filter(|last| *last >= created_at).unwrap_or(created_at),
            details: None,
        }))
    }
}

fn last_day() -> Timestamp {
    Timestamp::parse(LAST_DAY).unwrap_or_default()
}

fn organizations(mut rows: Rows, columns: &Columns, datasets: usize, mut batches: Batches<'_>) -> Result<(), Failure> {
    let mut row = StringRecord::new();
    while rows.read_record(&mut row)? {
        if batches.skips() {
            continue;
        }
        let id = ObjectId::parse(row.get(columns.id).unwrap_or_default()).map_err(|error| error.to_string());
        batches.push(id.map(|id| {
            let mut sum = Sum::default();
            sum.add(&row, columns, number(row.get(datasets).unwrap_or_default()));
            sum.described(id)
        }))?;
    }
    batches.flush()
}

fn datasets(mut rows: Rows, columns: &Columns, mut batches: Batches<'_>) -> Result<(), Failure> {
    // In the order of ids, so that an import that goes on finds them in the same places.
    let mut sums: BTreeMap<ObjectId, Sum> = BTreeMap::new();
    let mut row = StringRecord::new();
    while rows.read_record(&mut row)? {
        // Datasets of persons name no organisation.
        if let Ok(id) = ObjectId::parse(row.get(columns.id).unwrap_or_default()) {
            sums.entry(id).or_default().add(&row, columns, 1);
        }
    }
    for (id, sum) in sums {
        if !batches.skips() {
            batches.push(Ok(sum.described(id)))?;
        }
    }
    batches.flush()
}
