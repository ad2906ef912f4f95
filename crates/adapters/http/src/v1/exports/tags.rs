//! Tags and how often they are used, as CSV.

use std::collections::HashMap;

use actix_web::HttpResponse;
use basalt_domain::{CatalogueObject, Dataset, Reuse};

use super::{row::Rows, stream};
use crate::{context::Ctx, problem::Problem};

/// Counts the tags of what everybody sees: only the counts are kept, most used first.
pub(super) async fn export(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let store = &ctx.services().context.store;
    let mut counts: HashMap<String, [u64; 2]> = HashMap::new();
    let mut last = None;
    loop {
        let datasets = stream::page::<Dataset>(store.clone(), Dataset::visible(), last).await?;
        let Some(dataset) = datasets.last() else { break };
        last = Some(dataset.id);
        count(&mut counts, datasets.into_iter().flat_map(|dataset| dataset.tags), 0);
    }
    last = None;
    loop {
        let reuses = stream::page::<Reuse>(store.clone(), Reuse::visible(), last).await?;
        let Some(reuse) = reuses.last() else { break };
        last = Some(reuse.id);
        count(&mut counts, reuses.into_iter().flat_map(|reuse| reuse.tags), 1);
    }
    let mut counted: Vec<(String, [u64; 2])> = counts.into_iter().collect();
    counted.sort_unstable_by(|(name, a), (other, b)| {
        b.iter().sum::<u64>().cmp(&a.iter().sum()).then_with(|| name.cmp(other))
    });
    let mut rows = Rows::header(&["name", "datasets", "reuses", "total"]);
    for (name, [datasets, reuses]) in counted {
        rows.text(&name);
        rows.number(datasets);
        rows.number(reuses);
        rows.number(datasets + reuses);
        rows.end();
    }
    Ok(stream::answer(&ctx, "tags").body(rows.into_bytes()))
}

fn count(counts: &mut HashMap<String, [u64; 2]>, tags: impl Iterator<Item = String>, kind: usize) {
    for tag in tags {
        if let Some(count) = counts.entry(tag).or_default().get_mut(kind) {
            *count += 1;
        }
    }
}
