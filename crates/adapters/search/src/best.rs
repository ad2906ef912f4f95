//! The best results among many.

/// So many of the best are looked at more closely.
pub(crate) const CLOSELY: usize = 200;

/// A result in the making.
#[derive(Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) score: f32,
    pub(crate) segment: u32,
    pub(crate) doc: u32,
}

/// The best hits so far; sorted out from time to time.
pub(crate) struct Best {
    kept: Vec<Hit>,
    size: usize,
    least: f32,
}

impl Best {
    pub(crate) fn new(size: usize) -> Self {
        Self { kept: Vec::with_capacity(size.min(1_000) * 2), size, least: f32::NEG_INFINITY }
    }

    #[inline]
    pub(crate) fn push(&mut self, hit: Hit) {
        if hit.score > self.least {
            self.kept.push(hit);
            if self.kept.len() >= self.size * 2 {
                self.sort_out();
            }
        }
    }

    /// What a hit must be worth more than.
    #[inline]
    pub(crate) const fn least(&self) -> f32 {
        self.least
    }

    fn sort_out(&mut self) {
        if self.kept.len() > self.size {
            self.kept.select_nth_unstable_by(self.size - 1, order);
            self.kept.truncate(self.size);
            self.least = self.kept.last().map_or(f32::NEG_INFINITY, |hit| hit.score);
        }
    }

    /// In order from there; what comes before a page far behind is only in its place as a whole.
    pub(crate) fn into_sorted(mut self, from: usize) -> Vec<Hit> {
        self.sort_out();
        let from = if from < CLOSELY { 0 } else { from.min(self.kept.len()) };
        if 0 < from && from < self.kept.len() {
            self.kept.select_nth_unstable_by(from, order);
        }
        self.kept.get_mut(from..).unwrap_or_default().sort_unstable_by(order);
        self.kept
    }
}

/// The best first.
pub(crate) fn order(one: &Hit, other: &Hit) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then_with(|| (one.segment, one.doc).cmp(&(other.segment, other.doc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In an order that has nothing to do with their scores.
    fn hits(count: u32) -> impl Iterator<Item = Hit> {
        (0..count).map(move |number| {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let score = (number * 7_919 % count) as f32;
            Hit { score, segment: 0, doc: number }
        })
    }

    #[test]
    fn pages_far_behind_follow_one_another_and_miss_nothing() {
        let count = 5_003;
        let mut paged = Vec::new();
        for from in (0..count as usize).step_by(700) {
            let mut best = Best::new((from + 700).max(CLOSELY));
            hits(count).for_each(|hit| best.push(hit));
            paged.extend(best.into_sorted(from).iter().skip(from).take(700).map(|hit| hit.doc));
        }
        let mut all: Vec<Hit> = hits(count).collect();
        all.sort_unstable_by(order);
        assert_eq!(paged, all.iter().map(|hit| hit.doc).collect::<Vec<_>>());
    }
}
