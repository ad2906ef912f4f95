//! Completes tags.

use std::collections::{HashMap, HashSet};

use basalt_domain::{Dataset, Reuse};
use basalt_ports::search::{SearchFilter, SearchIndex, SearchQuery};

use super::{Search, Searchable, find::Listed};
use crate::AppError;

/// The name of tags among the keys of documents.
const TAG: &str = "tag";
/// So many more are looked at of each kind: those that are few in one kind may be many in another.
const MORE: usize = 20;

impl Search {
    /// Tags of datasets and reuses that everybody may see, of which words begin like those of the text; the most used first.
    pub async fn tags(&self, text: &str, size: usize) -> Result<Vec<String>, AppError> {
        let index = self.current().await?;
        let mut counts: HashMap<String, u64> = HashMap::new();
        self.count_tags::<Dataset>(index.as_ref(), text, size, &mut counts).await?;
        self.count_tags::<Reuse>(index.as_ref(), text, size, &mut counts).await?;
        let mut counted: Vec<(String, u64)> = counts.into_iter().collect();
        counted.sort_unstable_by(|(tag, uses), (other, of_other)| of_other.cmp(uses).then_with(|| tag.cmp(other)));
        counted.truncate(size);
        Ok(counted.into_iter().map(|(tag, _uses)| tag).collect())
    }

    async fn count_tags<E: Searchable>(
        &self,
        index: &dyn SearchIndex,
        text: &str,
        size: usize,
        counts: &mut HashMap<String, u64>,
    ) -> Result<(), AppError> {
        let wanted = size.saturating_add(MORE);
        let mut tags = index.values(E::KIND, TAG, text, wanted).await.map_err(AppError::internal)?;
        let unlisted: HashSet<String> = self.unlisted::<E>(&Listed::EVERYBODY).await?.into_iter().collect();
        if !unlisted.is_empty() {
            // Some of what has these tags is not for everybody any more.
            let hidden = SearchFilter::Not("id", unlisted.into_iter().collect());
            for (tag, uses) in &mut tags {
                let having = SearchFilter::Any(TAG, vec![tag.clone()]);
                let query = SearchQuery {
                    filters: vec![having, hidden.clone()],
                    limit: 0,
                    ..SearchQuery::new(E::KIND, "", self.context.now())
                };
                *uses = index.search(&query).await.map_err(AppError::internal)?.total;
            }
        }
        for (tag, uses) in tags.into_iter().filter(|(_tag, uses)| *uses > 0) {
            *counts.entry(tag).or_default() += uses;
        }
        Ok(())
    }
}
