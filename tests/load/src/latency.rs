//! Percentiles of measured times.

use std::time::Duration;

/// Times of single requests, sorted.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    sorted_ns: Vec<u64>,
}

impl Latencies {
    /// Takes times in nanoseconds, in any order.
    pub fn new(mut times_ns: Vec<u64>) -> Self {
        times_ns.sort_unstable();
        Self { sorted_ns: times_ns }
    }

    /// How many requests were measured.
    pub fn len(&self) -> usize {
        self.sorted_ns.len()
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.sorted_ns.is_empty()
    }

    /// The smallest time that at least `percent` per cent of the requests did not exceed (nearest rank); zero when
    /// nothing was measured. `percent` over 100 counts as 100.
    pub fn percentile(&self, percent: u8) -> Duration {
        let rank = (self.len() * usize::from(percent.min(100))).div_ceil(100);
        let time = self.sorted_ns.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        Duration::from_nanos(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Latencies {
        Latencies::new(times.into_iter().collect())
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times = of((1..=200).rev());
        assert_eq!(times.percentile(50), Duration::from_nanos(100));
        assert_eq!(times.percentile(99), Duration::from_nanos(198));
        assert_eq!(times.percentile(100), Duration::from_nanos(200));
        assert_eq!(times.percentile(0), Duration::from_nanos(1));
    }

    #[test]
    fn few_times_have_percentiles_too() {
        assert_eq!(of([7]).percentile(50), Duration::from_nanos(7));
        assert_eq!(of([7]).percentile(99), Duration::from_nanos(7));
        assert_eq!(of([1, 9]).percentile(50), Duration::from_nanos(1));
        assert_eq!(of([1, 9]).percentile(51), Duration::from_nanos(9));
        assert_eq!(of([]).percentile(99), Duration::ZERO);
    }
}
