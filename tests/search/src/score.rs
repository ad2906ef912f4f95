//! Where the expected objects stand.

use std::{collections::HashMap, path::Path};

use basalt_domain::{Dataset, ObjectId, Timestamp};
use basalt_ports::search::{SearchIndex, SearchKind, SearchQuery};
use basalt_search::TantivyIndex;

use crate::catalogue::{self, Asked, Failure};

/// A result behind this place is not found.
const DEPTH: usize = 100;

/// Prints the mean reciprocal rank, the share found among the first, and the worst misses.
pub(crate) async fn report(
    index: &TantivyIndex,
    kind: SearchKind,
    name: &str,
    queries: &[Asked],
    now: Timestamp,
    misses: usize,
) -> Result<(), Failure> {
    let mut ranks: Vec<(Option<usize>, &Asked)> = Vec::new();
    for asked in queries.iter().filter(|asked| asked.kind == name && asked.in_catalogue_2026 == "yes") {
        let expected = ObjectId::parse(&asked.expected_id)?;
        let query = SearchQuery { limit: DEPTH, ..SearchQuery::new(kind, &asked.query, now) };
        let found = index.search(&query).await?;
        ranks.push((found.ids.iter().position(|id| *id == expected).map(|place| place + 1), asked));
    }
    let all = ranks.len() as f64;
    let reciprocal: f64 = ranks.iter().map(|(rank, _asked)| rank.map_or(0.0, |rank| 1.0 / rank as f64)).sum();
    let among = |first: usize| ranks.iter().filter(|(rank, _asked)| rank.is_some_and(|rank| rank <= first)).count();
    println!(
        "{name}: {} queries, MRR {:.3}, first {:.1} %, in the first 5 {:.1} %, not in {DEPTH}: {}",
        ranks.len(),
        reciprocal / all,
        100.0 * among(1) as f64 / all,
        100.0 * among(5) as f64 / all,
        ranks.iter().filter(|(rank, _asked)| rank.is_none()).count(),
    );
    ranks.sort_by_key(|(rank, _asked)| std::cmp::Reverse(rank.unwrap_or(usize::MAX)));
    for (rank, asked) in ranks.iter().take(misses).filter(|(rank, _asked)| *rank != Some(1)) {
        println!("  {:>5}  {}", rank.map_or("-".to_owned(), |rank| rank.to_string()), asked.query);
    }
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
