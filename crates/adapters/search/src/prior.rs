//! How much a document matters, whatever is asked for.

use basalt_ports::search::{SearchKind, SearchQuery};

use crate::{
    columns::{Columns, DAY_MILLIS},
    weights::Weights,
};

/// Freshness is told apart up to here.
const MONTHS: usize = 120;

/// How much a document matters, whatever is asked for.
pub(crate) struct Prior {
    today: i32,
    /// What importance adds, for each importance.
    important: [f32; 256],
    /// What freshness adds after each month.
    fresh: [f32; MONTHS],
}

impl Prior {
    pub(crate) fn new(query: &SearchQuery, weights: &Weights) -> Self {
        let today = i32::try_from(query.now.millis().div_euclid(DAY_MILLIS)).unwrap_or_default();
        let most = match query.kind {
            SearchKind::Organization => weights.known_importance,
            _ => weights.importance,
        };
        let important = std::array::from_fn(|importance| {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let importance = importance as f32 / 255.0;
            1.0 + most * importance.powf(weights.importance_power)
        });
        let fresh = std::array::from_fn(|month| {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let days = month as f32 * 30.0;
            weights.fresh * 0.5_f32.powf(days / weights.fresh_days)
        });
        Self { today, important, fresh }
    }

    #[inline]
    pub(crate) fn of(&self, columns: &Columns, doc: u32) -> f32 {
        let important = self.important.get(usize::from(columns.importance(doc))).copied().unwrap_or(1.0);
        let months = self.today.saturating_sub(columns.updated(doc)).max(0) / 30;
        let fresh = usize::try_from(months).ok().and_then(|months| self.fresh.get(months)).copied().unwrap_or_default();
        important + fresh
    }
}
