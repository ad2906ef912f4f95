//! Scores the search with queries that people typed on data.gouv.fr, on its catalogue, and measures its speed.
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "numbers to be read by people")]

mod catalogue;
mod score;
mod speed;

use std::{collections::HashMap, path::PathBuf, time::Instant};

use basalt_app::search::documents::{self, KnownFor, Producer};
use basalt_domain::{Dataset, ObjectId, Organization, Timestamp};
use basalt_ports::search::{Position, SearchIndex, SearchKind};
use basalt_search::{TantivyIndex, Weights};
use clap::Parser;

use crate::catalogue::Failure;

/// Datasets that tell what an organisation is known for.
const TELLING: usize = 50;
/// The catalogue.
const DATASETS: &str = "datagouv-datasets-20260116.csv.xz";
/// Documents handed over at once.
const BATCH: usize = 500;

/// Scores the search with real queries on a real catalogue, and measures its speed.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
struct Arguments {
    /// Folder of the catalogue and the queries.
    #[arg(long, default_value = "../shared/data/real")]
    data: PathBuf,
    /// Where the index is kept; it is built anew unless told otherwise.
    #[arg(long)]
    index: PathBuf,
    /// Use the index that is there.
    #[arg(long)]
    keep: bool,
    /// Worst misses to print, for each kind.
    #[arg(long, default_value_t = 15)]
    misses: usize,
    /// Leave out what other files than the catalogue know of organisations.
    #[arg(long)]
    plain: bool,
    /// Leave out archived datasets, as a portal does.
    #[arg(long)]
    live: bool,
    /// Leave out the measurement of speed.
    #[arg(long)]
    no_speed: bool,
    /// Another number of the ranking, as `title=1.5`.
    #[arg(long = "weight")]
    weights: Vec<String>,
    /// Print what is found for this text.
    #[arg(long)]
    show: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let weights = weighed(&arguments.weights)?;
    let index = TantivyIndex::open(&arguments.index, weights)?;
    if !arguments.keep || index.position().await?.is_none() {
        build(&arguments, &index).await?;
    }
    // The day the catalogue was exported.
    let now = Timestamp::parse("2026-01-16")?;
    let queries = catalogue::queries(&arguments.data.join("search-queries.csv"))?;
    let datasets = catalogue::datasets(&arguments.data.join(DATASETS))?;
    let items = score::known_items(&datasets);
    drop(datasets);
    for text in &arguments.show {
        score::show(&index, text, now, &arguments.data).await?;
    }
    for (kind, name) in [(SearchKind::Dataset, "dataset"), (SearchKind::Organization, "organization")] {
        score::report(&index, kind, name, &queries, now, arguments.misses).await?;
    }
    for (name, known) in &items {
        println!("{name}: {} queries, MRR {:.3}", known.len(), score::known(&index, known, now).await?);
    }
    drop(items);
    if !arguments.no_speed {
        speed::report(&index, now).await?;
    }
    println!("memory of the process: {} MB", speed::resident_megabytes());
    Ok(())
}

fn weighed(changes: &[String]) -> Result<Weights, Failure> {
    let mut weights = Weights::default();
    for change in changes {
        let (name, value) = change.split_once('=').ok_or("a weight is NAME=NUMBER")?;
        let value: f32 = value.parse()?;
        let weight = match name {
            "title" => &mut weights.title,
            "acronym" => &mut weights.acronym,
            "initials" => &mut weights.initials,
            "producer" => &mut weights.producer,
            "tags" => &mut weights.tags,
            "text" => &mut weights.text,
            "title_length" => &mut weights.title_length,
            "text_length" => &mut weights.text_length,
            "importance" => &mut weights.importance,
            "importance_power" => &mut weights.importance_power,
            "fresh" => &mut weights.fresh,
            "fresh_days" => &mut weights.fresh_days,
            "exact" => &mut weights.exact,
            "phrase" => &mut weights.phrase,
            "begins" => &mut weights.begins,
            "coverage" => &mut weights.coverage,
            "enough" => &mut weights.enough,
            "typo" => &mut weights.typo,
            _ => return Err(format!("no weight is called {name}").into()),
        };
        *weight = value;
    }
    Ok(weights)
}

async fn build(arguments: &Arguments, index: &TantivyIndex) -> Result<(), Failure> {
    let file = |name: &str| arguments.data.join(name);
    let datasets = catalogue::datasets(&file(DATASETS))?;
    let answers = (!arguments.plain).then(|| file("udata-api-organizations-2018-2022.ndjson.xz"));
    let organizations = catalogue::organizations(&file("datagouv-organizations-20260116.csv"), answers.as_deref())?;
    // All of them unless told otherwise: the larger number of documents is the harder case.
    let datasets: Vec<Dataset> =
        datasets.into_iter().filter(|dataset| !arguments.live || dataset.archived.is_none()).collect();
    println!("{} datasets, {} organisations", datasets.len(), organizations.len());
    let (started, cpu) = (Instant::now(), speed::cpu_seconds());
    let mut rebuild = index.rebuild().await?;
    for batch in datasets.chunks(BATCH) {
        let documents = batch.iter().map(|dataset| {
            let organization = dataset.organization.and_then(|id| organizations.get(&id));
            documents::dataset(dataset, Producer { organization, user: None })
        });
        rebuild.add(documents.collect()).await?;
    }
    rebuild.add(of_organizations(&datasets, &organizations)).await?;
    rebuild.finish(Position { at: Timestamp(0), id: ObjectId::from_bytes([0; 12]) }).await?;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), speed::cpu_seconds() - cpu);
    let rate = datasets.len() as f64;
    println!(
        "reindex: {seconds:.1} s, {:.0} datasets/s; {cpu:.1} s CPU, {:.0} datasets/s CPU",
        rate / seconds,
        rate / cpu
    );
    Ok(())
}

fn of_organizations(
    datasets: &[Dataset],
    organizations: &HashMap<ObjectId, Organization>,
) -> Vec<basalt_ports::search::SearchDocument> {
    let views = |dataset: &Dataset| dataset.metrics.get("views").and_then(basalt_domain::Value::as_int).unwrap_or(0);
    let mut of: HashMap<ObjectId, Vec<&Dataset>> = HashMap::new();
    for dataset in datasets {
        if let Some(organization) = dataset.organization {
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
