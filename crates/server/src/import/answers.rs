//! Organisations as the API answers them.

use basalt_domain::{Document, ObjectId, OrganizationRole, Timestamp, Value};
use serde::Deserialize;

use super::{
    Record,
    organizations::{Described, Details, Person},
};

#[derive(Deserialize)]
struct Answer {
    id: String,
    name: String,
    slug: Option<String>,
    acronym: Option<String>,
    description: Option<String>,
    url: Option<String>,
    logo: Option<String>,
    business_number_id: Option<String>,
    #[serde(default)]
    badges: Vec<BadgeAnswer>,
    #[serde(default)]
    members: Vec<MemberAnswer>,
    #[serde(default)]
    metrics: Document,
    #[serde(default)]
    extras: Document,
    created_at: Option<String>,
    last_modified: Option<String>,
    deleted: Option<String>,
}

#[derive(Deserialize)]
struct BadgeAnswer {
    kind: String,
}

#[derive(Deserialize)]
struct MemberAnswer {
    role: Option<String>,
    since: Option<String>,
    user: UserAnswer,
}

#[derive(Deserialize)]
struct UserAnswer {
    id: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    slug: Option<String>,
}

/// Reads an answer about one organisation.
pub(super) fn organization(line: &str) -> Result<Record, String> {
    let answer: Answer = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = ObjectId::parse(&answer.id).map_err(|error| error.to_string())?;
    let time = |text: Option<&str>| text.map(Timestamp::parse).transpose().map_err(|error| error.to_string());
    let created_at = time(answer.created_at.as_deref())?.unwrap_or_else(|| born(id));
    let mut people = Vec::new();
    for member in answer.members {
        let UserAnswer { id, first_name, last_name, slug } = member.user;
        people.push(Person {
            id: ObjectId::parse(&id).map_err(|error| error.to_string())?,
            first_name,
            last_name,
            slug,
            role: member.role.as_deref().and_then(OrganizationRole::parse).unwrap_or_default(),
            since: time(member.since.as_deref())?,
        });
    }
    Ok(Record::Organization(Box::new(Described {
        id,
        name: answer.name,
        slug: answer.slug.filter(|slug| !slug.is_empty()),
        description: answer.description.unwrap_or_default(),
        metrics: answer.metrics.into_iter().filter_map(|(name, value)| Some((name, value.as_int()?))).collect(),
        created_at,
        last_modified: time(answer.last_modified.as_deref())?.unwrap_or(created_at),
        details: Some(Details {
            acronym: answer.acronym,
            url: answer.url,
            image_url: answer.logo,
            business_number_id: answer.business_number_id,
            badges: answer.badges.into_iter().map(|badge| badge.kind).collect(),
            people,
            extras: answer.extras,
            deleted: time(answer.deleted.as_deref())?,
        }),
    })))
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
