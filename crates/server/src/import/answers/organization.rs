//! Organisations as the API answers them.

use basalt_domain::{Document, ObjectId, OrganizationRole};
use serde::Deserialize;

use super::{OwnerAnswer, born, time};
use crate::import::{
    Record,
    organizations::{Described, Details, Membership},
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
    user: OwnerAnswer,
}

/// Reads an answer about one organisation.
pub(in crate::import) fn organization(line: &str) -> Result<Record, String> {
    let answer: Answer = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = ObjectId::parse(&answer.id).map_err(|error| error.to_string())?;
    let created_at = time(answer.created_at.as_deref())?.unwrap_or_else(|| born(id));
    let mut members = Vec::new();
    for member in answer.members {
        members.push(Membership {
            person: member.user.person()?,
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
            members,
            extras: answer.extras,
            deleted: time(answer.deleted.as_deref())?,
        }),
    })))
}
