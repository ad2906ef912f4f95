//! Where the expected objects stand.

use std::{collections::HashMap, path::Path};

use basalt_domain::{Dataset, ObjectId, Timestamp};
use basalt_ports::search::{SearchIndex, SearchKind, SearchQuery};
use basalt_search::TantivyIndex;

use crate::catalogue::{self, Asked, Failure};

/// A result behind this place is not found.
const DEPTH: usize = 100;

/// Places of expected objects, and for which queries.
#[derive(Default)]
pub(crate) struct Ranks(Vec<(Option<usize>, String)>);

impl Ranks {
    /// The place of the expected object, counted from 1; none where it was not found.
    pub(crate) fn add(&mut self, rank: Option<usize>, query: &str) {
        self.0.push((rank, query.to_owned()));
    }

    /// Was nothing asked?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mean reciprocal rank.
    pub(crate) fn mean(&self) -> f64 {
        let sum: f64 = self.0.iter().map(|(rank, _query)| reciprocal(*rank)).sum();
        sum / self.0.len().max(1) as f64
    }

    /// Prints it, the share found among the first, and the worst misses.
    pub(crate) fn print(&mut self, name: &str, misses: usize) {
        let all = self.0.len().max(1) as f64;
        let among =
            |first: usize| self.0.iter().filter(|(rank, _query)| rank.is_some_and(|rank| rank <= first)).count();
        println!(
            "{name}: {} queries, MRR {:.3}, first {:.1} %, in the first 5 {:.1} %, not found: {}",
            self.0.len(),
            self.mean(),
            100.0 * among(1) as f64 / all,
            100.0 * among(5) as f64 / all,
            self.0.iter().filter(|(rank, _query)| rank.is_none()).count(),
        );
        self.0.sort_by_key(|(rank, _query)| std::cmp::Reverse(rank.unwrap_or(usize::MAX)));
        for (rank, query) in self.0.iter().take(misses).filter(|(rank, _query)| *rank != Some(1)) {
            println!("  {:>5}  {query}", rank.map_or("-".to_owned(), |rank| rank.to_string()));
        }
    }
}

pub(crate) fn reciprocal(rank: Option<usize>) -> f64 {
    rank.map_or(0.0, |rank| 1.0 / rank as f64)
}

/// The place of an expected object.
pub(crate) async fn rank(
    index: &TantivyIndex,
    kind: SearchKind,
    asked: &Asked,
    now: Timestamp,
) -> Result<Option<usize>, Failure> {
    let expected = ObjectId::parse(&asked.expected_id)?;
    let query = SearchQuery { limit: DEPTH, ..SearchQuery::new(kind, &asked.query, now) };
    let found = index.search(&query).await?;
    Ok(found.ids.iter().position(|id| *id == expected).map(|place| place + 1))
}

/// Prints how well one kind is found.
pub(crate) async fn report(
    index: &TantivyIndex,
    kind: SearchKind,
    name: &str,
    queries: &[Asked],
    now: Timestamp,
    misses: usize,
) -> Result<(), Failure> {
    let mut ranks = Ranks::default();
    for asked in queries.iter().filter(|asked| asked.kind == name && asked.is_in_catalogue()) {
        ranks.add(rank(index, kind, asked, now).await?, &asked.query);
    }
    ranks.print(name, misses);
    Ok(())
}

/// A title as a query, and the objects that have it.
pub(crate) struct Known {
    pub(crate) query: String,
    pub(crate) accepted: Vec<ObjectId>,
}

/// Titles of every so-manieth dataset, and the same with a letter missing in their longest word. They show whether the popular ones
/// hide the others; the numbers of the ranking were balanced with them too.
pub(crate) fn known_items(datasets: &[Dataset]) -> [(&'static str, Vec<Known>); 2] {
    const STEP: usize = 403;
    let mut by_title: HashMap<String, Vec<ObjectId>> = HashMap::new();
    for dataset in datasets {
        by_title.entry(dataset.title.trim().to_lowercase()).or_default().push(dataset.id);
    }
    let (mut titles, mut slips) = (Vec::new(), Vec::new());
    for dataset in datasets.iter().step_by(STEP) {
        let accepted = by_title.get(&dataset.title.trim().to_lowercase()).cloned().unwrap_or_default();
        let longest =
            dataset.title.split(' ').filter(|word| word.is_ascii() && word.len() > 6).max_by_key(|word| word.len());
        if let Some(longest) = longest {
            let (start, end) = longest.split_at(longest.len() / 2);
            let query = dataset.title.replace(longest, &format!("{start}{}", end.get(1..).unwrap_or_default()));
            slips.push(Known { query, accepted: accepted.clone() });
        }
        titles.push(Known { query: dataset.title.clone(), accepted });
    }
    [("titles", titles), ("titles with a slip", slips)]
}

/// The mean reciprocal rank of known items.
pub(crate) async fn known(index: &TantivyIndex, known: &[Known], now: Timestamp) -> Result<f64, Failure> {
    let mut sum = 0.0;
    for one in known {
        let query = SearchQuery { limit: 20, ..SearchQuery::new(SearchKind::Dataset, &one.query, now) };
        let found = index.search(&query).await?;
        sum +=
            found.ids.iter().position(|id| one.accepted.contains(id)).map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
    }
    Ok(sum / known.len() as f64)
}

/// Prints what is found.
pub(crate) async fn show(index: &TantivyIndex, text: &str, now: Timestamp, data: &Path) -> Result<(), Failure> {
    let organizations = catalogue::organizations(&data.join("datagouv-organizations-20260116.csv"), None)?;
    let datasets = catalogue::datasets(&data.join("datagouv-datasets-20260116.csv.xz"))?;
    for kind in [SearchKind::Dataset, SearchKind::Organization] {
        let found = index.search(&SearchQuery { limit: 8, ..SearchQuery::new(kind, text, now) }).await?;
        println!("{text}: {} of kind {}", found.total, kind.collection());
        for id in found.ids {
            let name = organizations.get(&id).map(|one| &one.name);
            let title = datasets.iter().find(|one| one.id == id).map(|one| (&one.title, &one.metrics));
            println!("   {id} {name:?} {title:?}");
        }
    }
    Ok(())
}
