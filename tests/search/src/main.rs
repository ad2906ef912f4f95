//! Scores the search with queries that people typed on data.gouv.fr, on its catalogue, and measures its speed: the index alone, and
//! the whole program over HTTP.
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "numbers to be read by people")]

mod catalogue;
mod folds;
mod score;
mod served;
mod speed;
mod weights;

use std::{collections::HashMap, path::PathBuf, time::Instant};

use basalt_app::search::{
    Searchable,
    documents::{self, KnownFor, Producer},
};
use basalt_domain::{Dataset, ObjectId, Organization, Timestamp};
use basalt_ports::search::{Position, SearchDocument, SearchIndex, SearchKind};
use basalt_search::TantivyIndex;
use clap::{Parser, ValueEnum};

use crate::{
    catalogue::{Asked, DATASETS, Failure, ORGANIZATIONS},
    served::Served,
};

/// Datasets that tell what an organisation is known for.
const TELLING: usize = 50;
/// Documents handed over at once.
const BATCH: usize = 500;
/// The day the catalogue was exported.
const EXPORTED: &str = "2026-01-16";

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Where the index alone finds what people looked for.
    Ranks,
    /// What the index alone costs.
    Speed,
    /// Both over HTTP, with the catalogue in SQLite.
    Served,
    /// How well numbers of the ranking that were sought with some queries find what others look for.
    Folds,
}

/// Scores the search with real queries on a real catalogue, and measures its speed.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "ranks,speed,served")]
    parts: Vec<Part>,
    /// Folder of the catalogue and the queries.
    #[arg(long, default_value = "../shared/data/real")]
    data: PathBuf,
    /// Where the index is kept; and, in another folder beside it, what `basalt serve` stores.
    #[arg(long)]
    index: PathBuf,
    /// Use what is there.
    #[arg(long)]
    keep: bool,
    /// The program `basalt`; the one beside this program if not given.
    #[arg(long)]
    server: Option<PathBuf>,
    /// The catalogue so many times over.
    #[arg(long, default_value_t = 1)]
    copies: u32,
    /// Seconds to measure each operation at each number of connections.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Worst misses to print, for each kind.
    #[arg(long, default_value_t = 15)]
    misses: usize,
    /// Leave out what other files than the catalogue know.
    #[arg(long)]
    plain: bool,
    /// Another file of queries.
    #[arg(long)]
    queries: Option<PathBuf>,
    /// Another number of the ranking, as `title=1.5`; not over HTTP.
    #[arg(long = "weight")]
    weights: Vec<String>,
    /// Print what is found for this text.
    #[arg(long)]
    show: Vec<String>,
}

impl Arguments {
    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let file = arguments.queries.clone().unwrap_or_else(|| arguments.data.join("search-queries.csv"));
    let queries = catalogue::queries(&file)?;
    if arguments.has(Part::Ranks) || arguments.has(Part::Speed) || arguments.has(Part::Folds) {
        alone(&arguments, &queries).await?;
    }
    if arguments.has(Part::Served) {
        let beside = std::env::current_exe()?.with_file_name("basalt");
        let served = Served {
            binary: arguments.server.clone().unwrap_or(beside),
            folder: arguments.index.with_extension("served"),
            keep: arguments.keep,
            data: std::path::absolute(&arguments.data)?,
            copies: arguments.copies,
            plain: arguments.plain,
            seconds: arguments.seconds,
            misses: arguments.misses,
        };
        served.report(&queries)?;
    }
    Ok(())
}

/// The index without anything around it.
async fn alone(arguments: &Arguments, queries: &[Asked]) -> Result<(), Failure> {
    let index = TantivyIndex::open(&arguments.index, weights::changed(&arguments.weights)?)?;
    if !arguments.keep || index.position().await?.is_none() {
        build(arguments, &index).await?;
    }
    let now = Timestamp::parse(EXPORTED)?;
    let datasets = catalogue::datasets(&arguments.data.join(DATASETS))?;
    let items = score::known_items(&datasets);
    drop(datasets);
    for text in &arguments.show {
        score::show(&index, text, now, &arguments.data).await?;
    }
    if arguments.has(Part::Ranks) {
        for (kind, name) in [(SearchKind::Dataset, "dataset"), (SearchKind::Organization, "organization")] {
            score::report(&index, kind, name, queries, now, arguments.misses).await?;
        }
        for (name, known) in &items {
            println!("{name}: {} queries, MRR {:.3}", known.len(), score::known(&index, known, now).await?);
        }
    }
    if arguments.has(Part::Folds) {
        let [(_name, titles), _slips] = &items;
        folds::report(&index, queries, titles, now).await?;
    }
    drop(items);
    if arguments.has(Part::Speed) {
        speed::report(&index, now).await?;
        println!("memory of the process: {} MB", speed::resident_megabytes());
    }
    Ok(())
}

async fn build(arguments: &Arguments, index: &TantivyIndex) -> Result<(), Failure> {
    let file = |name: &str| arguments.data.join(name);
    let datasets = catalogue::datasets(&file(DATASETS))?;
    let answers = (!arguments.plain).then(|| file("udata-api-organizations-2018-2022.ndjson.xz"));
    let organizations = catalogue::organizations(&file(ORGANIZATIONS), answers.as_deref())?;
    println!("{} datasets, {} organisations", datasets.len(), organizations.len());
    let (started, cpu) = (Instant::now(), speed::cpu_seconds());
    let mut rebuild = index.rebuild().await?;
    for copy in 0..arguments.copies {
        for batch in datasets.chunks(BATCH) {
            let documents = batch.iter().map(|dataset| {
                let organization = dataset.organization.and_then(|id| organizations.get(&id));
                let document = documents::dataset(dataset, Producer { organization, user: None });
                copied(SearchDocument { hidden: !dataset.is_findable(), ..document }, copy)
            });
            rebuild.add(documents.collect()).await?;
        }
    }
    rebuild.add(of_organizations(&datasets, &organizations)).await?;
    rebuild.finish(Position { at: Timestamp(0), id: ObjectId::from_bytes([0; 12]) }).await?;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), speed::cpu_seconds() - cpu);
    let rate = datasets.len() as f64 * f64::from(arguments.copies);
    println!(
        "reindex: {seconds:.1} s, {:.0} datasets/s; {cpu:.1} s CPU, {:.0} datasets/s CPU",
        rate / seconds,
        rate / cpu
    );
    Ok(())
}

/// The same document with another id, and a number behind its title.
fn copied(document: SearchDocument, copy: u32) -> SearchDocument {
    if copy == 0 {
        return document;
    }
    let mut bytes = document.id.bytes();
    bytes.iter_mut().zip(copy.to_be_bytes()).for_each(|(byte, of_copy)| *byte ^= of_copy);
    SearchDocument { id: ObjectId::from_bytes(bytes), title: format!("{} {copy}", document.title), ..document }
}

fn of_organizations(datasets: &[Dataset], organizations: &HashMap<ObjectId, Organization>) -> Vec<SearchDocument> {
    let views = |dataset: &Dataset| dataset.metrics.get("views").and_then(basalt_domain::Value::as_int).unwrap_or(0);
    let mut of: HashMap<ObjectId, Vec<&Dataset>> = HashMap::new();
    for dataset in datasets {
        if let Some(organization) = dataset.organization.filter(|_id| dataset.is_findable()) {
            of.entry(organization).or_default().push(dataset);
        }
    }
    let documents = organizations.values().map(|organization| {
        let mut own = of.remove(&organization.id).unwrap_or_default();
        own.sort_by_key(|dataset| std::cmp::Reverse(views(dataset)));
        own.truncate(TELLING);
        let known = KnownFor::of(own.into_iter().map(|dataset| (dataset.title.as_str(), dataset.tags.as_slice())));
        documents::organization(organization, known)
    });
    documents.collect()
}
