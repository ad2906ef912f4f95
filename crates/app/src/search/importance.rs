//! How much an object matters, whatever is searched for.

/// What tells how much an object matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// How often it was looked at.
    pub(super) views: i64,
    /// How many reuses it has.
    pub(super) reuses: i64,
    /// How many follow it.
    pub(super) followers: i64,
    /// How many datasets it has.
    pub(super) datasets: i64,
    /// How often people spoke about it.
    pub(super) discussions: i64,
    /// Does the portal show it first?
    pub(super) featured: bool,
    /// Is it from somebody the portal knows?
    pub(super) trusted: bool,
}

/// From 0, nobody ever looked at it, to 1. Numbers count by their order of magnitude: the step from 10 to 100 views is as large as
/// the one from 10,000 to 100,000.
pub(super) fn of(marks: &Marks) -> f32 {
    let share = |number: i64, most: f32| {
        #[expect(clippy::cast_precision_loss, reason = "an order of magnitude")]
        let number = number.max(0) as f32;
        ((1.0 + number).ln() / (1.0 + most).ln()).min(1.0)
    };
    let flag = |set: bool| if set { 1.0 } else { 0.0 };
    let counted = 0.40 * share(marks.views, 1_000_000.0)
        + 0.25 * share(marks.reuses, 100.0).max(share(marks.datasets, 1_000.0)).max(share(marks.discussions, 120.0))
        + 0.20 * share(marks.followers, 150.0);
    (counted + 0.08 * flag(marks.featured) + 0.07 * flag(marks.trusted)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importance_grows_from_nothing_to_one() {
        let most = Marks {
            views: i64::MAX,
            reuses: 9_999,
            followers: 9_999,
            featured: true,
            trusted: true,
            ..Marks::default()
        };
        let some = Marks { views: 1_000, ..Marks::default() };
        assert!(of(&Marks::default()).abs() < f32::EPSILON);
        assert!((of(&most) - 1.0).abs() < 1e-5);
        assert!(of(&some) > 0.1 && of(&some) < of(&most));
        assert!(of(&Marks { views: -5, ..Marks::default() }).abs() < f32::EPSILON);
    }
}
