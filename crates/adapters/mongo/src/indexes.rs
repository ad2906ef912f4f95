//! The indexes that the declared collections need. Those of udata are used where they fit, and none
//! is ever dropped or changed.

use basalt_domain::{COLLECTIONS, Collection, Kind};
use basalt_ports::StorageError;
use bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use mongodb::{
    Database, IndexModel,
    error::{Error, ErrorKind},
    options::IndexOptions,
};

/// Ends the name of a unique index of ours. udata makes `slug_1`, which counts missing values as
/// equal; an index of that name with other options would stop udata from starting.
const WHEN_PRESENT: &str = "__when_present";

const NAMESPACE_NOT_FOUND: i32 = 26;
const INDEX_OPTIONS_CONFLICT: i32 = 85;
const INDEX_KEY_SPECS_CONFLICT: i32 = 86;
const DUPLICATE_KEY: i32 = 11000;

/// An index to be there.
#[derive(Clone, Debug, PartialEq)]
struct Index {
    keys: Document,
    unique: bool,
    /// Which records are in it, where not all.
    of_those: Option<Document>,
}

/// Creates the indexes that are missing, in all collections.
pub(crate) async fn create_missing(database: &Database) -> Result<(), StorageError> {
    for of in COLLECTIONS {
        let there = existing(database, of).await.map_err(StorageError::unavailable)?;
        let missing: Vec<Index> = wanted(of).into_iter().filter(|index| !is_there(index, &there)).collect();
        for index in missing {
            create(database, of, index).await?;
        }
    }
    Ok(())
}

async fn create(database: &Database, of: &'static Collection, index: Index) -> Result<(), StorageError> {
    let field = index.keys.keys().cloned().collect::<Vec<_>>().join(",");
    let name = name(&index);
    let options = IndexOptions::builder()
        .name(name.clone())
        .unique(index.unique.then_some(true))
        .partial_filter_expression(index.of_those)
        .build();
    let model = IndexModel::builder().keys(index.keys).options(options).build();
    match database.collection::<Document>(of.name).create_index(model).await {
        Ok(_created) => Ok(()),
        Err(error) => match command_code(&error) {
            // Another process was faster, or an operator made one to their liking.
            Some(INDEX_OPTIONS_CONFLICT | INDEX_KEY_SPECS_CONFLICT) => {
                tracing::debug!(collection = of.name, index = name, "the index exists with other options");
                Ok(())
            }
            Some(DUPLICATE_KEY) => {
                tracing::error!(collection = of.name, index = name, "values that must occur once occur twice");
                Err(StorageError::Conflict { collection: of.name, field })
            }
            _ => Err(StorageError::unavailable(error)),
        },
    }
}

/// Keys and uniqueness of the indexes of a collection.
async fn existing(database: &Database, of: &'static Collection) -> Result<Vec<Index>, Error> {
    let listed = database.collection::<Document>(of.name).list_indexes().await;
    let mut cursor = match listed {
        Err(error) if command_code(&error) == Some(NAMESPACE_NOT_FOUND) => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    while cursor.advance().await? {
        let model = cursor.deserialize_current()?;
        let options = model.options.unwrap_or_default();
        found.push(Index {
            keys: model.keys,
            unique: options.unique.unwrap_or(false),
            of_those: options.partial_filter_expression,
        });
    }
    Ok(found)
}

fn is_there(index: &Index, existing: &[Index]) -> bool {
    existing.iter().any(|other| {
        let same_keys = index.keys.iter().map(|(name, _one)| name).eq(other.keys.iter().map(|(name, _one)| name))
            && other.keys.values().all(as_one);
        // A unique index may leave out records without the value, others must have all.
        same_keys && if index.unique { other.unique } else { other.of_those.is_none() }
    })
}

/// Is this key ascending? Numbers of any type mean it; text and hashed ones are something else.
fn as_one(direction: &Bson) -> bool {
    matches!(direction, Bson::Int32(1) | Bson::Int64(1))
        || matches!(direction, Bson::Double(one) if (one - 1.0).abs() < 0.5)
}

fn wanted(of: &'static Collection) -> Vec<Index> {
    let unique = of.unique.iter().map(|fields| Index {
        keys: ascending(fields.iter().copied()),
        unique: true,
        of_those: Some(present(of, fields)),
    });
    let plain = of.indexes.iter().map(|fields| Index {
        keys: ascending(fields.iter().copied().chain(["_id"])),
        unique: false,
        of_those: None,
    });
    // udata's own, by which a part leads to its record.
    let parts = of.parts.map(|parts| Index {
        keys: doc! { format!("{}.{}", parts.list, parts.id): 1 },
        unique: false,
        of_those: None,
    });
    unique.chain(plain).chain(parts).collect()
}

fn ascending<'a>(fields: impl Iterator<Item = &'a str>) -> Document {
    fields.map(|field| (field.to_owned(), Bson::Int32(1))).collect()
}

/// The records that have all of these fields. Said so that a search for a value of the field says it too: MongoDB uses an index
/// of some records only where the search cannot mean others, and knows that of comparisons, not of `$type`.
fn present(of: &'static Collection, fields: &[&str]) -> Document {
    let least = fields.iter().map(|field| {
        let kind = of.field(field).map_or(Kind::Text, |path| path.kind);
        ((*field).to_owned(), Bson::Document(doc! { "$gte": least(kind) }))
    });
    least.collect()
}

/// The least value of a kind; values of other kinds are not compared with it.
const fn least(kind: Kind) -> Bson {
    match kind {
        Kind::Text => Bson::String(String::new()),
        Kind::Int | Kind::Float => Bson::Double(f64::NEG_INFINITY),
        Kind::Bool => Bson::Boolean(false),
        Kind::Id => Bson::ObjectId(ObjectId::from_bytes([0; 12])),
        Kind::Time => Bson::DateTime(DateTime::MIN),
    }
}

/// MongoDB's own name for it, with the ending of ours where it leaves out records.
fn name(index: &Index) -> String {
    let names: Vec<String> = index.keys.keys().map(|key| format!("{key}_1")).collect();
    let ending = if index.of_those.is_some() { WHEN_PRESENT } else { "" };
    format!("{}{ending}", names.join("_"))
}

/// The fields of an index by its name, for servers that do not tell them.
pub(crate) fn keys_of_name(name: &str) -> Vec<String> {
    if name == "_id_" {
        return vec!["_id".into()];
    }
    let name = name.strip_suffix(WHEN_PRESENT).unwrap_or(name);
    let known = COLLECTIONS.iter().flat_map(|of| of.unique.iter());
    let named = known.map(|fields| ascending(fields.iter().copied()));
    let keys = named.map(|keys| Index { keys, unique: true, of_those: None }).find(|index| self::name(index) == name);
    keys.map_or_else(
        || vec![name.strip_suffix("_1").unwrap_or(name).to_owned()],
        |index| index.keys.keys().cloned().collect(),
    )
}

fn command_code(error: &Error) -> Option<i32> {
    if let ErrorKind::Command(error) = &*error.kind { Some(error.code) } else { None }
}

#[cfg(test)]
mod tests {
    use basalt_domain::{Entity, Follow, Organization};

    use super::*;

    #[test]
    fn indexes_have_the_names_that_mongodb_gives_them() {
        let names: Vec<String> = wanted(Follow::COLLECTION).iter().map(name).collect();
        assert_eq!(names, ["follower_1_until_1__id_1", "following._ref.$id_1_until_1__id_1"]);
    }

    #[test]
    fn a_unique_index_of_udata_will_do() {
        let slug = wanted(Organization::COLLECTION).into_iter().find(|index| index.unique).unwrap();
        assert_eq!(name(&slug), "slug_1__when_present");
        let theirs = Index { of_those: None, ..slug.clone() };
        assert!(is_there(&slug, std::slice::from_ref(&theirs)));
        assert!(!is_there(&slug, &[Index { unique: false, ..theirs }]));
        assert!(!is_there(&slug, &[]));
    }

    #[test]
    fn a_name_tells_the_keys() {
        assert_eq!(keys_of_name("user_1_subject._ref.$id_1__when_present"), ["user", "subject._ref.$id"]);
        assert_eq!(keys_of_name("token_hash_1"), ["token_hash"]);
        assert_eq!(keys_of_name("fs_uniquifier_1"), ["fs_uniquifier"]);
    }
}
