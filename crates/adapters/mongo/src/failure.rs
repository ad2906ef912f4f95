//! What an error of the driver means.

use basalt_domain::Collection;
use basalt_ports::StorageError;
use bson::{Bson, Document};
use mongodb::error::{Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR};

use crate::indexes;

const DUPLICATE_KEY: i32 = 11000;

/// `LockTimeout`, `WriteConflict`, `NoSuchTransaction`: somebody else was faster.
const RACES: [i32; 3] = [24, 112, 251];

/// Why an attempt at a transaction ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another writer was faster: the same attempt may succeed now.
    Race(Error),
    /// The connection broke before anything was stored: may be tried again, but not for long.
    Network(Error),
    /// Trying again would not help.
    Final(StorageError),
}

impl Failure {
    /// The meaning of an error that came while a record of this collection was written.
    pub(crate) fn of(collection: &'static Collection, error: Error) -> Self {
        if let Some(conflict) = conflict_in_response(collection, &error) {
            return Self::Final(conflict);
        }
        match code(&error) {
            Some(code) if RACES.contains(&code) => Self::Race(error),
            Some(_) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Self::Race(error),
            None if matches!(*error.kind, ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. }) => {
                Self::Network(error)
            }
            _ => Self::Final(StorageError::unavailable(error)),
        }
    }

    /// The meaning of the answer to a write command: such errors do not come as errors.
    pub(crate) fn in_answer(collection: &'static Collection, answer: &Document) -> Result<(), Self> {
        let first = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()).and_then(Bson::as_document);
        let Some(error) = first else { return Ok(()) };
        let code = error.get_i32("code").unwrap_or_default();
        let message = error.get_str("errmsg").unwrap_or_default().to_owned();
        Err(if code == DUPLICATE_KEY {
            Self::Final(conflict(collection, error.get_document("keyPattern").ok(), &message))
        } else if RACES.contains(&code) {
            Self::Race(Error::custom(message))
        } else {
            Self::Final(StorageError::unavailable(message))
        })
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Final(error)
    }
}

fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}

fn conflict_in_response(collection: &'static Collection, error: &Error) -> Option<StorageError> {
    let ErrorKind::Command(command) = &*error.kind else { return None };
    if command.code != DUPLICATE_KEY {
        return None;
    }
    let response = error.server_response().and_then(|raw| Document::try_from(raw.as_ref()).ok());
    let pattern = response.as_ref().and_then(|response| response.get_document("keyPattern").ok());
    Some(conflict(collection, pattern, &command.message))
}

fn conflict(of: &'static Collection, pattern: Option<&Document>, message: &str) -> StorageError {
    let keys: Vec<String> = match pattern {
        Some(pattern) => pattern.keys().cloned().collect(),
        None => indexes::keys_of_name(index_name(message)),
    };
    StorageError::Conflict { collection: of.name, field: declared_name(of, &keys) }
}

/// The name in `E11000 duplicate key error collection: udata.user index: slug_1 dup key: …`.
fn index_name(message: &str) -> &str {
    let after = message.split_once("index: ").map_or("", |(_before, after)| after);
    after.split_once(' ').map_or(after, |(name, _rest)| name)
}

/// The unique fields as the collection declares them: udata's own indexes may name a parent, e.g.
/// `subject` for `subject._ref.$id`.
fn declared_name(of: &'static Collection, keys: &[String]) -> String {
    let covers = |field: &str, key: &String| {
        field == key || field.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    let declared = of
        .unique
        .iter()
        .find(|fields| fields.len() == keys.len() && fields.iter().zip(keys).all(|(field, key)| covers(field, key)));
    declared.map_or_else(|| keys.join(","), |fields| fields.join(","))
}

#[cfg(test)]
mod tests {
    use basalt_domain::{Assignment, Entity, User};
    use bson::doc;

    use super::*;

    fn field(error: &StorageError) -> &str {
        let StorageError::Conflict { field, .. } = error else { panic!("{error:?}") };
        field
    }

    #[test]
    fn a_conflict_is_named_by_the_declared_fields() {
        let theirs = doc! { "user": 1, "subject": 1 };
        assert_eq!(field(&conflict(Assignment::COLLECTION, Some(&theirs), "")), "user,subject._ref.$id");
        assert_eq!(field(&conflict(User::COLLECTION, Some(&doc! { "fs_uniquifier": 1 }), "")), "fs_uniquifier");
    }

    #[test]
    fn a_message_alone_tells_the_field() {
        let message = "E11000 duplicate key error collection: udata.user index: slug_1 dup key: { slug: \"index: x\" }";
        assert_eq!(field(&conflict(User::COLLECTION, None, message)), "slug");
        let id = "E11000 duplicate key error collection: udata.user index: _id_ dup key: { _id: 1 }";
        assert_eq!(field(&conflict(User::COLLECTION, None, id)), "_id");
    }
}
