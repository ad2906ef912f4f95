//! Objects as the API answers them.

mod dataset;
mod organization;

use basalt_domain::{ObjectId, Timestamp, Value};
use serde::Deserialize;

pub(super) use dataset::{dataset, given};
pub(super) use organization::organization;

use super::accounts::Person;

/// Somebody who owns something or is a member.
#[derive(Deserialize)]
struct OwnerAnswer {
    id: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    slug: Option<String>,
}

impl OwnerAnswer {
    fn person(self) -> Result<Person, String> {
        let Self { id, first_name, last_name, slug } = self;
        let id = ObjectId::parse(&id).map_err(|error| error.to_string())?;
        Ok(Person { id, first_name, last_name, slug })
    }
}

fn time(text: Option<&str>) -> Result<Option<Timestamp>, String> {
    text.map(Timestamp::parse).transpose().map_err(|error| error.to_string())
}

/// The second in which an id was made: its first four bytes.
pub(super) fn born(id: ObjectId) -> Timestamp {
    let [a, b, c, d, ..] = id.bytes();
    Timestamp(i64::from(u32::from_be_bytes([a, b, c, d])) * 1000)
}

/// A whole number in a column; empty or damaged counts as none.
pub(super) fn number(text: &str) -> i64 {
    text.parse::<f64>().ok().and_then(|number| Value::Float(number).as_int()).unwrap_or(0)
}
