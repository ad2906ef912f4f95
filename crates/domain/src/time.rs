//! Points in time, to the millisecond, as MongoDB stores them.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SecondsFormat, Timelike, Utc};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
    ser::SerializeStruct,
};

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// Its serde form is `{"$date": "2026-11-23T09:34:13.325Z"}` (Extended JSON v2, relaxed). BSON
/// dates and the canonical form `{"$date": {"$numberLong": "…"}}` are read too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// The text is no date that udata accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot parse date \"{0}\"")]
pub struct InvalidTimestamp(pub String);

impl Timestamp {
    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Reads ISO 8601 with or without time, fraction and offset (none: UTC), or `05/01/2024`
    /// (month first). Error: [`InvalidTimestamp`].
    ///
    /// Source: udata 17, dates accepted in request bodies.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        let invalid = || InvalidTimestamp(text.chars().take(64).collect());
        let trimmed = text.trim();
        if let Some(time) = usual(trimmed) {
            return Ok(time);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(trimmed) {
            return Ok(Self(time.timestamp_millis()));
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"] {
            if let Ok(time) = DateTime::parse_from_str(trimmed, format) {
                return Ok(Self(time.timestamp_millis()));
            }
        }
        let plain = trimmed.strip_suffix('Z').unwrap_or(trimmed);
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(plain, format) {
                return Ok(Self(time.and_utc().timestamp_millis()));
            }
        }
        for format in ["%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d"] {
            if let Ok(date) = NaiveDate::parse_from_str(plain, format) {
                let midnight = date.and_hms_opt(0, 0, 0).ok_or_else(invalid)?;
                return Ok(Self(midnight.and_utc().timestamp_millis()));
            }
        }
        Err(invalid())
    }

    /// As the HTTP interface writes it: `2026-11-23T09:34:13.325000+00:00`, without a fraction
    /// when it is zero.
    pub fn iso(self) -> Iso {
        Iso(self)
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Displays and serialises a time as the HTTP interface writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iso(Timestamp);

impl fmt::Display for Iso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.utc();
        let whole = time.timestamp_subsec_millis() == 0;
        match Digits::of(time) {
            Some(digits) if whole => f.write_str(digits.seconds())?,
            Some(digits) => {
                f.write_str(digits.millis())?;
                f.write_str("000")?;
            }
            None => {
                let precision = if whole { SecondsFormat::Secs } else { SecondsFormat::Micros };
                return f.write_str(&time.to_rfc3339_opts(precision, false));
            }
        }
        f.write_str("+00:00")
    }
}

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.utc();
        let Some(digits) = Digits::of(time) else {
            return f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true));
        };
        f.write_str(digits.millis())?;
        f.write_str("Z")
    }
}

/// `2026-11-23T09:34:13.325`, of the years 0 to 9999: answers are full of times.
struct Digits([u8; 23]);

impl Digits {
    fn of(time: DateTime<Utc>) -> Option<Self> {
        // Taken apart once, not for each of its parts.
        let time = time.naive_utc();
        let year = u32::try_from(time.year()).ok().filter(|year| *year <= 9999)?;
        let mut digits = *b"0000-00-00T00:00:00.000";
        let parts = [
            (0..4, year),
            (5..7, time.month()),
            (8..10, time.day()),
            (11..13, time.hour()),
            (14..16, time.minute()),
            (17..19, time.second()),
            (20..23, time.nanosecond() / 1_000_000),
        ];
        for (place, mut number) in parts {
            for digit in digits.get_mut(place)?.iter_mut().rev() {
                *digit = b'0' + u8::try_from(number % 10).ok()?;
                number /= 10;
            }
        }
        Some(Self(digits))
    }

    /// With milliseconds.
    fn millis(&self) -> &str {
        // Only ASCII is ever written, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// To the second.
    fn seconds(&self) -> &str {
        self.millis().get(..19).unwrap_or_default()
    }
}

/// Reads the form that nearly all times have, by its digits: `2026-11-23T09:34:13`, perhaps a fraction, perhaps `Z` or `+00:00`.
fn usual(text: &str) -> Option<Timestamp> {
    let number = |digits: Option<&[u8]>| {
        let mut digits = digits?.iter();
        digits.try_fold(0_u32, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
    };
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let is_marked = marks.iter().all(|(at, mark)| bytes.get(*at) == Some(mark));
    if !is_marked || !matches!(bytes.get(10), Some(b'T' | b' ')) {
        return None;
    }
    let year = i32::try_from(number(bytes.get(..4))?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(bytes.get(5..7))?, number(bytes.get(8..10))?)?;
    let (fraction, zone) = match bytes.get(19..)?.split_first() {
        Some((b'.', rest)) => rest.split_at(rest.iter().take_while(|byte| byte.is_ascii_digit()).count()),
        _ => (&b"0"[..], bytes.get(19..)?),
    };
    if !(1..=9).contains(&fraction.len()) || !matches!(zone, b"" | b"Z" | b"+00:00") {
        return None;
    }
    let digits = number(Some(fraction.get(..3).unwrap_or(fraction)))?;
    let millis = if fraction.len() == 1 {
        digits * 100
    } else if fraction.len() == 2 {
        digits * 10
    } else {
        digits
    };
    let (hour, minute, second) = (number(bytes.get(11..13))?, number(bytes.get(14..16))?, number(bytes.get(17..19))?);
    let time = date.and_hms_milli_opt(hour, minute, second, millis)?;
    Some(Timestamp(time.and_utc().timestamp_millis()))
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("$date", 1)?;
        object.serialize_field("$date", &self.to_string())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

impl<'de> Visitor<'de> for TimeVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(millis))
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Timestamp, E> {
        i64::try_from(millis).map(Timestamp).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse::<i64>().map(Timestamp).or_else(|_not_a_number| Timestamp::parse(text)).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Timestamp, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if matches!(key.as_ref(), "$date" | "$numberLong") {
                found = Some(map.next_value::<Timestamp>()?);
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| A::Error::missing_field("$date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_in_every_form_udata_accepts() {
        let noon = Timestamp(1_704_110_400_000);
        for text in
            ["2024-01-01T12:00:00+00:00", "2024-01-01T12:00:00Z", "2024-01-01 12:00:00", "2024-01-01T13:00:00.000+0100"]
        {
            assert_eq!(Timestamp::parse(text), Ok(noon), "{text}");
        }
        assert_eq!(Timestamp::parse("05/01/2024"), Timestamp::parse("2024-05-01"));
        assert_eq!(Timestamp::parse("nope"), Err(InvalidTimestamp("nope".into())));
    }

    /// What is read and written by digits is what the library reads and writes.
    #[test]
    fn the_usual_form_means_what_it_means_in_general() {
        let general = |text: &str| DateTime::parse_from_rfc3339(text).map(|time| Timestamp(time.timestamp_millis()));
        for date in ["0000-01-01", "1969-12-31", "2000-02-29", "2024-12-31", "9999-12-31"] {
            for time in ["00:00:00", "23:59:59", "12:30:05.1", "12:30:05.12", "12:30:05.1239", "23:59:59.999999999"] {
                let whole = format!("{date}T{time}+00:00");
                let expected = general(&whole).unwrap();
                for text in [format!("{date}T{time}"), format!("{date} {time}Z"), whole] {
                    assert_eq!(usual(&text), Some(expected), "{text}");
                }
                assert_eq!(expected.to_string(), expected.utc().to_rfc3339_opts(SecondsFormat::Millis, true));
                let precision = if expected.0 % 1_000 == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
                assert_eq!(expected.iso().to_string(), expected.utc().to_rfc3339_opts(precision, false));
            }
        }
        for other in [
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T12:00:00+01:00",
            "2024-01-01T12:00:00.",
            "2024-01-01T12:00:00.1234567890",
            "2024-01-01T12:00",
            "2024-1-01T12:00:00Z",
            "+024-01-01T12:00:00Z",
            "2024-01-01T12:00:00 Z",
            "２024-01-01T12:00:00Z",
        ] {
            assert_eq!(usual(other), None, "{other}");
        }
        let far = Timestamp(253_402_300_800_000);
        assert_eq!(far.to_string(), "+10000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::parse(&far.to_string()), Ok(far));
    }

    #[test]
    fn the_interface_writes_microseconds_unless_zero() {
        assert_eq!(Timestamp(1_704_110_400_325).iso().to_string(), "2024-01-01T12:00:00.325000+00:00");
        assert_eq!(Timestamp(1_704_110_400_000).iso().to_string(), "2024-01-01T12:00:00+00:00");
    }

    #[test]
    fn the_stored_form_is_extended_json() {
        let time = Timestamp(1_704_110_400_325);
        let text = serde_json::to_string(&time).unwrap();
        assert_eq!(text, r#"{"$date":"2024-01-01T12:00:00.325Z"}"#);
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), time);
        let canonical = r#"{"$date":{"$numberLong":"1704110400325"}}"#;
        assert_eq!(serde_json::from_str::<Timestamp>(canonical).unwrap(), time);
    }
}
