//! How often datasets are updated.

/// How often a dataset is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// Its name in storage and in the interface.
    pub id: &'static str,
    /// Its name for readers.
    pub label: &'static str,
    /// The longest time between two updates, in minutes; none where there is no telling.
    pub period_minutes: Option<i64>,
}

/// What is shown for a dataset that names none.
pub const UNKNOWN: &str = "unknown";

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

const fn every(id: &'static str, label: &'static str, minutes: i64) -> Frequency {
    Frequency { id, label, period_minutes: Some(minutes) }
}

const fn never_due(id: &'static str, label: &'static str) -> Frequency {
    Frequency { id, label, period_minutes: None }
}

/// All of them, from the most to the least frequent.
///
/// Source: udata 17, `GET /api/1/datasets/frequencies/`, and its periods as observed.
pub const FREQUENCIES: [Frequency; 40] = [
    never_due("continuous", "Real time"),
    every("oneMinute", "Every minute", 1),
    every("fiveMinutes", "Every five minutes", 5),
    every("tenMinutes", "Every ten minutes", 10),
    every("fifteenMinutes", "Every fifteen minutes", 15),
    every("thirtyMinutes", "Every thirty minute", 30),
    every("hourly", "Every hour", HOUR),
    every("bihourly", "Every two hours", 2 * HOUR),
    every("trihourly", "Every three hours", 3 * HOUR),
    every("twelveHours", "Every twelve hours", 12 * HOUR),
    every("severalTimesADay", "Several times a day", DAY),
    every("threeTimesADay", "Three times a day", DAY),
    every("semidaily", "Twice a day", DAY),
    every("daily", "Daily", DAY),
    every("fiveTimesAWeek", "Five times a week", 7 * DAY),
    every("threeTimesAWeek", "Three times a week", 7 * DAY),
    every("semiweekly", "Twice a week", 7 * DAY),
    every("weekly", "Weekly", 7 * DAY),
    every("biweekly", "Every two weeks", 14 * DAY),
    every("threeTimesAMonth", "Three times a month", 31 * DAY),
    every("semimonthly", "Twice a month", 31 * DAY),
    every("monthly", "Monthly", 31 * DAY),
    every("bimonthly", "Every two months", 62 * DAY),
    every("quarterly", "Quarterly", 93 * DAY),
    every("threeTimesAYear", "Three times a year", YEAR),
    every("semiannual", "Twice a year", YEAR),
    every("annual", "Annually", YEAR),
    every("biennial", "Every two years", 2 * YEAR),
    every("triennial", "Every three years", 3 * YEAR),
    every("quadrennial", "Every four years", 4 * YEAR),
    every("quinquennial", "Every five years", 5 * YEAR),
    every("decennial", "Every ten years", 10 * YEAR),
    every("bidecennial", "Every twenty years", 20 * YEAR),
    every("tridecennial", "Every thirty years", 30 * YEAR),
    never_due("punctual", "Punctual"),
    never_due("irregular", "Irregular"),
    never_due("never", "Never"),
    never_due("notPlanned", "Not planned"),
    never_due("other", "Other"),
    never_due(UNKNOWN, "Unknown"),
];

/// Names of former versions, and what they are called now.
const FORMER: [(&str, &str); 5] = [
    ("realtime", "continuous"),
    ("fourTimesADay", "severalTimesADay"),
    ("fourTimesAWeek", "other"),
    ("fortnighly", "biweekly"),
    ("biannual", "semiannual"),
];

/// The frequency of this name, or of this former name. Names are told apart by their case.
pub fn named(name: &str) -> Option<&'static Frequency> {
    let name = FORMER.iter().find(|(former, _now)| *former == name).map_or(name, |(_former, now)| now);
    FREQUENCIES.iter().find(|frequency| frequency.id == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_names_lead_to_the_present_ones() {
        for (former, now) in FORMER {
            assert_eq!(named(former).unwrap().id, now);
        }
        assert!(named("Daily").is_none() && named("").is_none());
    }

    #[test]
    fn every_name_is_there_once() {
        for frequency in FREQUENCIES {
            assert_eq!(FREQUENCIES.iter().filter(|other| other.id == frequency.id).count(), 1, "{}", frequency.id);
        }
    }

    #[test]
    fn longer_names_have_longer_periods() {
        let periods: Vec<i64> = FREQUENCIES.iter().filter_map(|frequency| frequency.period_minutes).collect();
        assert!(periods.is_sorted());
        assert_eq!(named("quarterly").unwrap().period_minutes, Some(93 * DAY));
        assert_eq!(named("irregular").unwrap().period_minutes, None);
    }
}
