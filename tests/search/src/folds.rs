//! Cross-validation: numbers are sought with the queries for some objects, and scored with the queries for others.

use std::collections::HashMap;

use basalt_domain::Timestamp;
use basalt_ports::search::SearchKind;
use basalt_search::{TantivyIndex, Weights};

use crate::{
    catalogue::{Asked, Failure},
    score::{self, Known},
    weights::{NAMES, of},
};

const FOLDS: usize = 5;
/// How often every number is tried.
const ROUNDS: usize = 2;
/// What a number is multiplied by.
const STEPS: [f32; 4] = [0.6, 0.8, 1.25, 1.6];
const KINDS: [(SearchKind, &str); 2] = [(SearchKind::Dataset, "dataset"), (SearchKind::Organization, "organization")];
/// Titles that are looked for while seeking: without them popular datasets would win always.
const TITLES: usize = 60;

/// Queries of one kind, each once, with the fold of the object they look for.
struct Folded<'a> {
    kind: SearchKind,
    name: &'static str,
    queries: Vec<(usize, &'a Asked)>,
}

/// Prints the mean reciprocal rank inside and outside of what was used for seeking.
pub(crate) async fn report(
    index: &TantivyIndex,
    queries: &[Asked],
    titles: &[Known],
    now: Timestamp,
) -> Result<(), Failure> {
    let folded: Vec<Folded> = KINDS.iter().map(|(kind, name)| folded(*kind, name, queries)).collect();
    let titles = titles.get(..TITLES.min(titles.len())).unwrap_or_default();
    // The usual numbers first, then those that are wrong on purpose: seeking must not depend on where it begins.
    for (label, start) in [("from the usual numbers", Weights::default()), ("from other numbers", other())] {
        let mut outside: HashMap<&str, (f64, usize)> = HashMap::new();
        let mut inside: HashMap<&str, f64> = HashMap::new();
        for fold in 0..FOLDS {
            let best = sought(index, start, &folded, fold, titles, now).await?;
            let index = index.weighed(best);
            for one in &folded {
                let (sum, count) = sum(&index, one, |of| of == fold, now).await?;
                let entry = outside.entry(one.name).or_default();
                *entry = (entry.0 + sum, entry.1 + count);
                *inside.entry(one.name).or_default() += mean(&index, one, |of| of != fold, now).await? / FOLDS as f64;
            }
        }
        for one in &folded {
            let (sum, count) = outside.get(one.name).copied().unwrap_or_default();
            println!(
                "{} {label}: MRR {:.3} on the queries used for seeking, {:.3} on the others ({count} different queries)",
                one.name,
                inside.get(one.name).copied().unwrap_or_default(),
                sum / count.max(1) as f64,
            );
        }
    }
    Ok(())
}

fn other() -> Weights {
    let mut weights = Weights::default();
    for (at, name) in NAMES.iter().enumerate() {
        if let Some(number) = of(&mut weights, name) {
            *number *= if at % 2 == 0 { 1.5 } else { 0.6 };
        }
    }
    weights
}

fn folded<'a>(kind: SearchKind, name: &'static str, queries: &'a [Asked]) -> Folded<'a> {
    let mut objects: Vec<&str> = Vec::new();
    let mut folded: Vec<(usize, &Asked)> = Vec::new();
    for asked in queries.iter().filter(|asked| asked.kind == name && asked.is_in_catalogue()) {
        let same = |other: &Asked| {
            other.expected_id == asked.expected_id && other.query.to_lowercase() == asked.query.to_lowercase()
        };
        if folded.iter().any(|(_fold, other)| same(other)) {
            continue;
        }
        let object = objects.iter().position(|known| *known == asked.expected_id).unwrap_or_else(|| {
            objects.push(&asked.expected_id);
            objects.len() - 1
        });
        folded.push((object % FOLDS, asked));
    }
    Folded { kind, name, queries: folded }
}

async fn sum(
    index: &TantivyIndex,
    of: &Folded<'_>,
    wanted: impl Fn(usize) -> bool,
    now: Timestamp,
) -> Result<(f64, usize), Failure> {
    let (mut sum, mut count) = (0.0, 0);
    for (_fold, asked) in of.queries.iter().filter(|(fold, _asked)| wanted(*fold)) {
        sum += score::reciprocal(score::rank(index, of.kind, asked, now).await?);
        count += 1;
    }
    Ok((sum, count))
}

async fn mean(
    index: &TantivyIndex,
    of: &Folded<'_>,
    wanted: impl Fn(usize) -> bool,
    now: Timestamp,
) -> Result<f64, Failure> {
    let (sum, count) = sum(index, of, wanted, now).await?;
    Ok(sum / count.max(1) as f64)
}

/// One number after the other is changed as long as that helps.
async fn sought(
    index: &TantivyIndex,
    start: Weights,
    folded: &[Folded<'_>],
    without: usize,
    titles: &[Known],
    now: Timestamp,
) -> Result<Weights, Failure> {
    let mut best = start;
    let mut most = goodness(&index.weighed(best), folded, without, titles, now).await?;
    for _round in 0..ROUNDS {
        for name in NAMES {
            for step in STEPS {
                let mut tried = best;
                if let Some(number) = of(&mut tried, name) {
                    *number *= step;
                }
                let good = goodness(&index.weighed(tried), folded, without, titles, now).await?;
                if good > most {
                    (best, most) = (tried, good);
                }
            }
        }
    }
    Ok(best)
}

async fn goodness(
    index: &TantivyIndex,
    folded: &[Folded<'_>],
    without: usize,
    titles: &[Known],
    now: Timestamp,
) -> Result<f64, Failure> {
    let mut good = score::known(index, titles, now).await?;
    for one in folded {
        good += mean(index, one, |fold| fold != without, now).await?;
    }
    Ok(good)
}
