//! Writes heads of long records (ADR 0010): the fields that changed, and single parts by their place
//! in the list. The other parts are neither read nor sent.

use basalt_domain::{
    Document as Map, Parts, Value,
    parts::{APART, PartChange},
};
use basalt_ports::{Raw, StorageError, Version};
use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::ClientSession;

use crate::{
    commit::{stale, write},
    convert::{bson, document, id_text},
    difference::{Difference, changed_item, difference},
    failure::Failure,
    parts::Reader,
};

/// Writes a head over the record that it was read from, with these changes of parts.
pub(crate) async fn update(
    reader: &Reader<'_>,
    session: &mut ClientSession,
    id: &Value,
    version: Version,
    new: &Map,
    changes: &[PartChange],
) -> Result<(), Failure> {
    let (of, list) = (reader.of, reader.parts.list);
    let stored = reader.stored_head(id, session).await.map_err(|error| Failure::of(of, error))?;
    let Some(stored) = stored.filter(|stored| stored.version == version) else { return Err(stale(of, id).into()) };
    let corrupt = |source| StorageError::Corrupt { collection: of.name, id: id_text(id), source };
    let mut new = new.clone();
    new.remove(APART);
    new.remove(list);
    let raw = RawDocumentBuf::try_from(&stored.document).map_err(|error| corrupt(error.into()))?;
    match difference(&raw, &new).map_err(corrupt)? {
        Difference::None => {}
        Difference::Fields(change) => {
            let change = doc! { "q": { "_id": bson(id) }, "u": change };
            write(reader.database, session, of, doc! { "update": of.name, "updates": [change] }).await?;
        }
        // No update can name one of the fields: the record takes its list of parts along.
        Difference::Whole(fields) => {
            let fields = doc! { "$mergeObjects": [{ "$literal": fields }, { list: format!("${list}") }] };
            let change = doc! { "q": { "_id": bson(id) }, "u": [{ "$replaceWith": fields }] };
            write(reader.database, session, of, doc! { "update": of.name, "updates": [change] }).await?;
        }
    }
    for change in changes {
        let found = part(reader, session, id, change).await?;
        if !found {
            return Err(stale(of, id).into());
        }
    }
    Ok(())
}

/// Changes one part; false where there is none of this id.
async fn part(
    reader: &Reader<'_>,
    session: &mut ClientSession,
    id: &Value,
    change: &PartChange,
) -> Result<bool, Failure> {
    let Reader { of, parts, .. } = *reader;
    let record = bson(id);
    let with = |part: &str| doc! { "_id": record.clone(), format!("{}.{}", parts.list, parts.id): part };
    let (asked, change) = match change {
        PartChange::First(new) => {
            let first = doc! { "$each": [document(new)], "$position": 0 };
            (doc! { "_id": record.clone() }, doc! { "$push": { parts.list: first } })
        }
        PartChange::Replace(new) => {
            let Some(part) = new.get(parts.id).and_then(Value::as_text) else { return Ok(false) };
            let Some(old) = stored_part(reader, session, &record, part).await? else { return Ok(false) };
            let read = Raw::Bson(old.to_vec().map_err(StorageError::unavailable)?).decode::<Map>();
            let read = read.map_err(|source| StorageError::Corrupt { collection: of.name, id: id_text(id), source })?;
            let changed = changed_item(old, read, new.clone());
            (with(part), doc! { "$set": { format!("{}.$", parts.list): changed } })
        }
        PartChange::Remove(part) => (with(part), doc! { "$pull": { parts.list: { parts.id: part } } }),
    };
    let change = doc! { "q": asked, "u": change };
    let found = write(reader.database, session, of, doc! { "update": of.name, "updates": [change] }).await?;
    Ok(found > 0)
}

/// One part as it is stored.
async fn stored_part(
    Reader { database, of, parts: Parts { list, id, .. }, .. }: &Reader<'_>,
    session: &mut ClientSession,
    record: &Bson,
    part: &str,
) -> Result<Option<Document>, Failure> {
    let only = doc! { "_id": 0, *list: { "$elemMatch": { *id: part } } };
    let found = database
        .collection::<Document>(of.name)
        .find_one(doc! { "_id": record })
        .projection(only)
        .session(session)
        .await
        .map_err(|error| Failure::of(of, error))?;
    let parts = found.and_then(|mut found| found.remove(*list));
    Ok(match parts {
        Some(Bson::Array(parts)) => parts.into_iter().next().and_then(|part| match part {
            Bson::Document(part) => Some(part),
            _ => None,
        }),
        _ => None,
    })
}
