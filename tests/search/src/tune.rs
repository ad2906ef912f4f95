//! Looks for better numbers of the ranking, by small random steps.

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::search::{SearchIndex, SearchKind, SearchQuery};
use basalt_search::{TantivyIndex, Weights};
use std::collections::HashMap;

use crate::{catalogue::{Asked, Failure}, score::Known};

async fn mrr(index: &TantivyIndex, queries: &[Asked], items: &[(&'static str, Vec<Known>); 2], now: Timestamp) -> Result<(f64, f64, f64, f64, f64), Failure> {
    let mut plain = [(0.0, 0.0); 2];
    let mut groups: HashMap<(usize, &str), (f64, f64)> = HashMap::new();
    for asked in queries.iter().filter(|asked| asked.in_catalogue_2026 == "yes") {
        let (at, kind) = match asked.kind.as_str() {
            "dataset" => (0, SearchKind::Dataset),
            "organization" => (1, SearchKind::Organization),
            _ => continue,
        };
        let expected = ObjectId::parse(&asked.expected_id)?;
        let query = SearchQuery { limit: 50, ..SearchQuery::new(kind, &asked.query, now) };
        let found = index.search(&query).await?;
        let r = found.ids.iter().position(|id| *id == expected).map_or(0.0, |p| 1.0 / (p as f64 + 1.0));
        plain[at].0 += r;
        plain[at].1 += 1.0;
        let g = groups.entry((at, &asked.expected_id)).or_default();
        g.0 += r;
        g.1 += 1.0;
    }
    let gm = groups.values().map(|g| g.0 / g.1).sum::<f64>() / groups.len() as f64;
    Ok((plain[0].0 / plain[0].1, plain[1].0 / plain[1].1, gm, crate::score::known(index, &items[0].1, now).await?, crate::score::known(index, &items[1].1, now).await?))
}

pub(crate) async fn run(index: &TantivyIndex, start: Weights, queries: &[Asked], items: &[(&'static str, Vec<Known>); 2], now: Timestamp, rounds: u32) -> Result<(), Failure> {
    let mut best = start;
    let score = |(d, o, g, t, u): (f64, f64, f64, f64, f64)| 0.3 * d + 0.2 * o + 0.4 * g + 0.3 * t + 0.2 * u;
    let mut at = mrr(&index.weighed(best), queries, items, now).await?;
    println!("start {at:?}");
    let mut seed = 88172645463325252_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % 1_000_000) as f32 / 1_000_000.0
    };
    for round in 0..rounds {
        let mut next = best;
        let n = 1 + (random() * 2.0) as usize;
        for _ in 0..n {
            let f = (1.0 + random() * 0.8).powf(if random() < 0.5 { 1.0 } else { -1.0 });
            let w: [&mut f32; 16] = [
                &mut next.acronym, &mut next.initials,
                &mut next.producer,
                &mut next.tags,
                &mut next.text,
                &mut next.title_length,
                &mut next.text_length,
                &mut next.importance,
                &mut next.importance_power,
                &mut next.fresh,
                &mut next.fresh_days,
                &mut next.exact,
                &mut next.phrase,
                &mut next.begins,
                &mut next.coverage,
                &mut next.enough,
            ];
            let i = (random() * 16.0) as usize;
            for (k, x) in w.into_iter().enumerate() {
                if k == i {
                    *x *= f;
                }
            }
            next.enough = next.enough.min(0.9);
            next.importance_power = next.importance_power.min(5.0);
        }
        let s = mrr(&index.weighed(next), queries, items, now).await?;
        if score(s) > score(at) + 1e-6 {
            at = s;
            best = next;
            println!("{round} {s:?} {best:?}");
            use std::io::Write; std::io::stdout().flush()?;
        }
    }
    Ok(())
}
