//! What searches cost.

use basalt_domain::Timestamp;
use basalt_ports::search::{Facet, Number, SearchIndex, SearchKind, SearchQuery};
use basalt_search::{TantivyIndex, Weights};

use crate::catalogue::Failure;

const ROUNDS: u32 = 1_000;

/// Clock ticks of a second in `/proc`.
const TICKS: f64 = 100.0;

/// Seconds of computing of this process so far.
pub(crate) fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit_once(')').map(|(_before, after)| after).unwrap_or_default();
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS
}

/// Memory of this process that is its own, not mapped files.
pub(crate) fn resident_megabytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0)
    };
    line("VmRSS:") / 1024
}

/// Prints the time of a search, for words of all sorts: found anew each time, and asked for again while nothing changes.
pub(crate) async fn report(index: &TantivyIndex, now: Timestamp) -> Result<(), Failure> {
    let day = 24 * 3_600_000;
    let facets = vec![
        Facet::Values("producer_type"),
        Facet::Values("format_family"),
        Facet::Values("access_type"),
        Facet::Values("badge"),
        Facet::Since(
            "last_update_range",
            Number::Updated,
            vec![
                ("last_30_days", now.millis() - 30 * day),
                ("last_12_months", now.millis() - 365 * day),
                ("last_3_years", now.millis() - 3 * 365 * day),
            ],
        ),
    ];
    let anew = index.weighed(Weights::default());
    let long = "données ".repeat(10_000);
    let many: Vec<String> = (0..400).map(|number| format!("w{number}")).collect();
    let many = many.join(" ");
    for (label, text) in [
        ("common word", "données"),
        ("common word", "commune"),
        ("two common words", "données communes"),
        ("four words", "base de données des communes de france"),
        ("middling word", "accident"),
        ("rare word", "agribalyse"),
        ("slip", "cadatsre"),
        ("everything", ""),
        ("80,000 bytes", long.as_str()),
        ("400 unknown words", many.as_str()),
    ] {
        let query = SearchQuery { facets: facets.clone(), ..SearchQuery::new(SearchKind::Dataset, text, now) };
        let total = index.search(&query).await?.total;
        let took = (searches(&anew, &query).await?, searches(index, &query).await?);
        let shown: String = text.chars().take(40).collect();
        println!("{label:>18}: {:>7.3} ms, {:>7.3} ms again, {total} results ({shown})", took.0, took.1);
    }
    for text in ["e", "com", "base adr", "eta sir", "zzzz"] {
        let started = cpu_seconds();
        for _round in 0..ROUNDS {
            index.suggest(SearchKind::Dataset, text, 10).await?;
        }
        println!("{:>18}: {:>7.3} ms ({text})", "suggest", millis(started));
    }
    Ok(())
}

async fn searches(index: &TantivyIndex, query: &SearchQuery) -> Result<f64, Failure> {
    let started = cpu_seconds();
    for _round in 0..ROUNDS {
        index.search(query).await?;
    }
    Ok(millis(started))
}

/// Milliseconds of computing for each round: other programs do not disturb it.
fn millis(since: f64) -> f64 {
    (cpu_seconds() - since) * 1_000.0 / f64::from(ROUNDS)
}
