//! Points in time, to the millisecond, as MongoDB stores them.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
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
        use chrono::{Datelike, Timelike};
        let time = self.0.utc();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )?;
        let millis = time.timestamp_subsec_millis();
        if millis != 0 {
            write!(f, ".{millis:03}000")?;
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
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
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
