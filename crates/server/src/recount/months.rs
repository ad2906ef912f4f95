//! Numbers by month: of the last thirteen, how many came to be in each.

use basalt_domain::{Document, Timestamp, Value};

/// Months that are counted: this one, and those of a year before.
const MONTHS: usize = 13;

/// The months that are counted, oldest first.
pub struct Months(Vec<String>);

impl Months {
    /// Up to this moment.
    pub fn until(now: Timestamp) -> Self {
        let (mut year, mut month) = parts_of(&name_of(now));
        let mut names = Vec::with_capacity(MONTHS);
        for _month in 0..MONTHS {
            names.push(format!("{year:04}-{month:02}"));
            (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        }
        names.reverse();
        Self(names)
    }

    /// How many of these are in each month.
    pub fn count(&self, dates: impl IntoIterator<Item = Timestamp>) -> Document {
        let mut counts: Vec<i64> = vec![0; self.0.len()];
        for date in dates {
            let name = name_of(date);
            let place = self.0.iter().position(|month| *month == name).and_then(|at| counts.get_mut(at));
            if let Some(count) = place {
                *count += 1;
            }
        }
        self.0.iter().cloned().zip(counts).map(|(month, count)| (month, Value::Int(count))).collect()
    }
}

/// Says the stored value what was counted? Where nothing was counted yet, it may say nothing.
pub(super) fn says(stored: Option<&Value>, counted: &Document) -> bool {
    let number = |value: &Value| value.as_int().unwrap_or(0);
    match stored {
        Some(Value::Map(stored)) => {
            stored.len() == counted.len()
                && counted.iter().all(|(month, count)| stored.get(month).map(number) == Some(number(count)))
        }
        _ => counted.iter().all(|(_month, count)| number(count) == 0),
    }
}

/// The month of a date: `2026-11`.
fn name_of(date: Timestamp) -> String {
    date.iso().to_string().chars().take(7).collect()
}

fn parts_of(name: &str) -> (i32, u32) {
    let (year, month) = name.split_once('-').unwrap_or_default();
    (year.parse().unwrap_or(0), month.parse().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirteen_months_are_counted_across_the_turn_of_the_year() {
        let at = |text| Timestamp::parse(text).unwrap();
        let months = Months::until(at("2026-01-31T23:59:59Z"));
        let dates = ["2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "2025-12-31T23:59:59Z", "2024-12-31T00:00:00Z"];
        let counted = months.count(dates.map(at));
        let found: Vec<String> =
            counted.iter().map(|(month, count)| format!("{month} {}", count.as_int().unwrap())).collect();
        assert_eq!(found.len(), 13);
        assert_eq!(
            (found[0].as_str(), found[11].as_str(), found[12].as_str()),
            ("2025-01 0", "2025-12 1", "2026-01 2")
        );
    }

    #[test]
    fn nothing_counted_need_not_be_said() {
        let months = Months::until(Timestamp(0));
        let none = months.count([]);
        assert!(says(None, &none) && says(Some(&Value::Int(0)), &none) && says(Some(&none.clone().into()), &none));
        let one = months.count([Timestamp(0)]);
        assert!(!says(None, &one) && !says(Some(&none.into()), &one) && says(Some(&one.clone().into()), &one));
        assert!(!says(Some(&Value::Map(Document::new().with("1970-01", 1))), &one), "other months");
    }
}
