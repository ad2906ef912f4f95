//! Long records (ADR 0010): their heads, and their parts one by one.
//!
//! The documents stay udata's, one for each record with all of its parts. The server answers with what
//! is asked for: of a long record the number of parts in the place of their list, and the kinds of
//! parts there are, each with its count; a page of a list; what a search looks at.

use std::collections::{HashMap, HashSet};

use basalt_domain::{Apart, Collection, Document as Map, Parts, Value, parts::APART};
use basalt_ports::{PartsPage, PartsQuery, Query, Raw, StorageError, Stored, Version};
use bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, doc};
use mongodb::{ClientSession, Database, error::Error};
use xxhash_rust::xxh3::xxh3_64;

use crate::{MOST, convert, filter, version_of};

/// The largest number that `$slice` takes.
const MOST_OF_A_LIST: u64 = i32::MAX.unsigned_abs() as u64;

/// Where slim parts tell their place in the list.
const PLACE: &str = "$place";

/// A head as it is stored: the fields of the record but its parts.
pub(crate) struct StoredHead {
    /// The document without its list of parts.
    pub(crate) document: Document,
    /// Of all that the head tells.
    pub(crate) version: Version,
}

/// A record as the pipeline of heads gives it.
struct Row {
    document: RawDocumentBuf,
    /// Of a long record: what is known of its parts, and the bytes that told it.
    apart: Option<(Apart, Vec<u8>)>,
}

/// Reads heads and parts of one collection.
pub(crate) struct Reader<'a> {
    pub(crate) database: &'a Database,
    pub(crate) of: &'static Collection,
    pub(crate) parts: &'static Parts,
    /// Records with more parts are long.
    pub(crate) many: usize,
}

impl Reader<'_> {
    /// The records of a query, of long ones their heads.
    pub(crate) async fn heads(&self, query: &Query) -> Result<Vec<Stored<Raw>>, StorageError> {
        if query.limit == 0 || query.offset > MOST {
            return Ok(Vec::new());
        }
        let mut pipeline =
            vec![doc! { "$match": filter::filter(&query.condition) }, doc! { "$sort": filter::sort(query) }];
        if query.offset > 0 {
            pipeline.push(doc! { "$skip": Bson::Int64(query.offset.cast_signed()) });
        }
        if query.limit <= MOST {
            pipeline.push(doc! { "$limit": Bson::Int64(query.limit.cast_signed()) });
        }
        let rows = self.rows(pipeline, None).await.map_err(StorageError::unavailable)?;
        rows.into_iter().map(|row| self.shown(row)).collect()
    }

    /// The head of a long record as a transaction sees it; `None` if it is gone or not long.
    pub(crate) async fn stored_head(
        &self,
        id: &Value,
        session: &mut ClientSession,
    ) -> Result<Option<StoredHead>, Error> {
        let pipeline = vec![doc! { "$match": { "_id": convert::bson(id) } }];
        let row = self.rows(pipeline, Some(session)).await?.pop();
        let Some(Row { document, apart: Some((_apart, told)) }) = row else { return Ok(None) };
        let version = version_of_head(&document, &told);
        let mut document = Document::try_from(&*document)?;
        document.remove(self.parts.list);
        Ok(Some(StoredHead { document, version }))
    }

    fn shown(&self, Row { document, apart }: Row) -> Result<Stored<Raw>, StorageError> {
        let Some((apart, told)) = apart else {
            let bytes = document.into_bytes();
            let version = version_of(&bytes);
            return Ok(Stored { value: Raw::Bson(bytes), version });
        };
        let version = version_of_head(&document, &told);
        let head = || {
            let mut head = Document::try_from(&*document)?;
            head.insert(self.parts.list, Bson::Array(Vec::new()));
            head.insert(APART, convert::document(&apart.document()));
            head.to_vec()
        };
        Ok(Stored { value: Raw::Bson(head().map_err(|source| self.corrupt(source))?), version })
    }

    /// The records of a pipeline, and of long ones what their parts have.
    async fn rows(
        &self,
        mut pipeline: Vec<Document>,
        mut session: Option<&mut ClientSession>,
    ) -> Result<Vec<Row>, Error> {
        let list = self.list();
        // Everything that is no long record passes as it is, byte by byte.
        let head = doc! { "$mergeObjects": ["$$ROOT", { self.parts.list: { "$size": list } }] };
        pipeline.push(doc! { "$replaceWith": { "$cond": [self.is_long(), head, "$$ROOT"] } });
        let found = self.run(pipeline, session.as_deref_mut()).await?;
        let long: Vec<Bson> = found.iter().filter_map(|document| self.long_id(document)).collect();
        let mut told = if long.is_empty() { HashMap::new() } else { self.told(long, session).await? };
        let rows = found.into_iter().map(|document| {
            let id = self.long_id(&document).and_then(|id| value_of(&id));
            let apart = id.map(|id| told.remove(&id).unwrap_or_default());
            Row { document, apart }
        });
        Ok(rows.collect())
    }

    /// The id of a long record that comes from the pipeline of heads: it has a number for a list.
    fn long_id(&self, document: &RawDocument) -> Option<Bson> {
        matches!(document.get(self.parts.list), Ok(Some(RawBsonRef::Int32(_count)))).then_some(())?;
        document.get("_id").ok().flatten()?.try_into().ok()
    }

    /// What the parts of these records have, by the id of the record: the server puts together those
    /// that are alike.
    async fn told(
        &self,
        records: Vec<Bson>,
        session: Option<&mut ClientSession>,
    ) -> Result<HashMap<Value, (Apart, Vec<u8>)>, Error> {
        let mut fields = self.told_fields();
        let mut alike = doc! { "record": "$_id" };
        alike.extend(fields.iter().enumerate().map(|(at, field)| (alias(at), Bson::String(format!("$part.{field}")))));
        for field in self.parts.marked_by_any {
            let text = format!("$part.{field}");
            let begin = doc! { "$substrCP": [&text, 0, 1] };
            let begin = doc! { "$cond": [{ "$eq": [{ "$type": &text }, "string"] }, begin, Bson::Null] };
            alike.insert(alias(fields.len()), begin);
            fields.push(field);
        }
        let mut group = doc! { "_id": alike, "count": { "$sum": 1 }, "size": { "$sum": { "$bsonSize": "$part" } } };
        for (at, field) in self.parts.stamped_by.iter().enumerate() {
            group.insert(alias(at), doc! { "$max": format!("$part.{field}") });
        }
        let pipeline = vec![
            doc! { "$match": { "_id": { "$in": records } } },
            doc! { "$project": { "part": format!("${}", self.parts.list) } },
            doc! { "$unwind": "$part" },
            doc! { "$group": group },
        ];
        let mut groups = self.run(pipeline, session).await?;
        groups.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
        let mut told: HashMap<Value, (Apart, Vec<u8>)> = HashMap::new();
        for group in groups {
            let Ok(read) = Raw::Bson(group.as_bytes().to_vec()).decode::<Map>() else { continue };
            let Some(alike) = read.get("_id").and_then(Value::as_map) else { continue };
            let Some(record) = alike.get("record") else { continue };
            let count = read.get("count").and_then(Value::as_int).unwrap_or_default().unsigned_abs();
            let (apart, bytes) = told.entry(record.clone()).or_default();
            apart.marks.get_or_insert_default();
            apart.add_alike(self.of, &renamed(alike, &fields), count);
            bytes.extend_from_slice(group.as_bytes());
        }
        Ok(told)
    }

    /// The fields of parts that heads tell of, each once.
    fn told_fields(&self) -> Vec<&'static str> {
        let mut fields: Vec<&str> =
            self.parts.counted_fields(self.of).chain(self.parts.marked_by.iter().copied()).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Some parts of a record: [`PartsQuery::answer`].
    pub(crate) async fn page(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        if query.newest_first || query.folded_title().is_some() {
            return self.page_of_chosen(query).await;
        }
        let found = doc! { "$filter": { "input": self.list(), "as": "part", "cond": self.asked(query) } };
        self.page_of(query, &found, query.offset, query.limit).await
    }

    /// The parts of the page are chosen here, by what it takes to choose them: only the rule of the
    /// domain folds titles as it should.
    async fn page_of_chosen(&self, query: &PartsQuery) -> Result<Option<PartsPage>, StorageError> {
        let mut fields = vec![self.parts.id, self.parts.kind];
        fields.extend(query.folded_title().map(|_title| self.parts.title));
        fields.extend(self.parts.stamped_by.iter().filter(|_field| query.newest_first));
        let slim: Document =
            fields.iter().enumerate().map(|(at, field)| (alias(at), Bson::String(format!("$$part.{field}")))).collect();
        let slim = doc! { "$map": { "input": self.list(), "as": "part", "in": slim } };
        let Some(read) = self.one(query, doc! { "parts": slim }).await? else { return Ok(None) };
        let read: Map = Raw::Bson(read.into_bytes()).decode().map_err(|source| self.corrupt(source))?;
        let parts = read.get("parts").and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_map);
        let parts = parts.zip(0_i64..).map(|(part, at)| Value::Map(renamed(part, &fields).with(PLACE, at)));
        let slim = Map::new().with(self.parts.list, parts.collect::<Vec<_>>());
        let PartsPage { parts: chosen, total } = query.answer(&slim);
        let chosen: Vec<Map> =
            chosen.iter().map(Raw::decode).collect::<Result<_, _>>().map_err(|source| self.corrupt(source))?;
        let parts = self.whole_of(query, &chosen).await?;
        Ok(parts.map(|parts| PartsPage { parts, total }))
    }

    /// The parts that were chosen, in this order. What was removed meanwhile is left out.
    async fn whole_of(&self, query: &PartsQuery, chosen: &[Map]) -> Result<Option<Vec<Raw>>, StorageError> {
        let ids: Vec<&str> = chosen.iter().filter_map(|part| part.get(self.parts.id)?.as_text()).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        // The server looks for each of them in the whole list.
        let by_id = unique.len() == chosen.len() && ids.len() <= self.many;
        let cond = doc! { "$in": [format!("$$part.{}", self.parts.id), { "$literal": ids }] };
        let found = doc! { "$filter": { "input": self.list(), "as": "part", "cond": cond } };
        let input = if by_id { found } else { self.list() };
        let Some(page) = self.page_of(query, &input, 0, u64::MAX).await? else { return Ok(None) };
        if !by_id {
            let place = |part: &Map| usize::try_from(part.get(PLACE)?.as_int()?).ok();
            return Ok(Some(chosen.iter().filter_map(|part| page.parts.get(place(part)?).cloned()).collect()));
        }
        let mut read = HashMap::new();
        for part in page.parts {
            let fields: Map = part.decode().map_err(|source| self.corrupt(source))?;
            read.insert(fields.get(self.parts.id).cloned().unwrap_or(Value::Null), part);
        }
        Ok(Some(chosen.iter().filter_map(|part| read.remove(part.get(self.parts.id)?)).collect()))
    }

    /// A page of the list that this expression gives.
    async fn page_of(
        &self,
        query: &PartsQuery,
        found: &Document,
        offset: u64,
        limit: u64,
    ) -> Result<Option<PartsPage>, StorageError> {
        let limit = limit.min(MOST_OF_A_LIST);
        let page = if limit == 0 || offset > MOST_OF_A_LIST {
            doc! { "$literal": [] }
        } else {
            let (offset, limit) = (convert::whole(offset.cast_signed()), convert::whole(limit.cast_signed()));
            doc! { "$slice": ["$$found", offset, limit] }
        };
        let asked = doc! { "$let": { "vars": { "found": found.clone() }, "in": { "total": { "$size": "$$found" }, "page": page } } };
        let Some(answer) = self.one(query, doc! { "answer": asked }).await? else { return Ok(None) };
        read_page(&answer).map(Some).map_err(|source| self.corrupt(source))
    }

    /// What an expression gives for the record of the query.
    async fn one(&self, query: &PartsQuery, mut fields: Document) -> Result<Option<RawDocumentBuf>, StorageError> {
        fields.insert("_id", 0);
        let pipeline = vec![doc! { "$match": { "_id": convert::bson(&query.record) } }, doc! { "$project": fields }];
        Ok(self.run(pipeline, None).await.map_err(StorageError::unavailable)?.pop())
    }

    /// Does a part have the id and the kind that are asked for?
    fn asked(&self, query: &PartsQuery) -> Bson {
        let literal = |text: &String| doc! { "$literal": text };
        let id = query.id.as_ref().map(|id| doc! { "$eq": [format!("$$part.{}", self.parts.id), literal(id)] });
        let kind = query.kind.as_ref().map(|kind| {
            let field = format!("$$part.{}", self.parts.kind);
            let text = doc! { "$cond": [{ "$eq": [{ "$type": &field }, "string"] }, &field, ""] };
            doc! { "$eq": [text, literal(kind)] }
        });
        let asked: Vec<Document> = id.into_iter().chain(kind).collect();
        if asked.is_empty() { Bson::Boolean(true) } else { doc! { "$and": asked }.into() }
    }

    /// The list of parts, whatever is there.
    fn list(&self) -> Document {
        let list = format!("${}", self.parts.list);
        doc! { "$cond": [{ "$isArray": [&list] }, &list, []] }
    }

    /// Has the record many parts, each with an id of its own? [`Parts::of`] is the definition.
    fn is_long(&self) -> Document {
        let many = i64::try_from(self.many).unwrap_or(i64::MAX);
        let id = format!("$$part.{}", self.parts.id);
        let ids = doc! { "$map": { "input": self.list(), "as": "part", "in": id } };
        let text = doc! { "$and": [{ "$eq": [{ "$type": "$$id" }, "string"] }, { "$ne": ["$$id", ""] }] };
        let texts = doc! { "$filter": { "input": ids, "as": "id", "cond": text } };
        let each_has_one = doc! { "$eq": [{ "$size": { "$setUnion": [texts] } }, { "$size": self.list() }] };
        // In this order: short lists, nearly all, are only measured.
        doc! { "$cond": [{ "$gt": [{ "$size": self.list() }, many] }, each_has_one, false] }
    }

    async fn run(
        &self,
        pipeline: Vec<Document>,
        session: Option<&mut ClientSession>,
    ) -> Result<Vec<RawDocumentBuf>, Error> {
        let collection = self.database.collection::<RawDocumentBuf>(self.of.name);
        let mut found = Vec::new();
        if let Some(session) = session {
            let mut cursor = collection.aggregate(pipeline).session(&mut *session).await?;
            while cursor.advance(session).await? {
                found.push(cursor.current().to_owned());
            }
        } else {
            let mut cursor = collection.aggregate(pipeline).batch_size(crate::BATCH).await?;
            while cursor.advance().await? {
                found.push(cursor.current().to_owned());
            }
        }
        Ok(found)
    }

    fn corrupt(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StorageError {
        StorageError::Corrupt { collection: self.of.name, id: "?".into(), source: source.into() }
    }
}

/// A page as [`Reader::page_of`] asks for it.
fn read_page(answer: &RawDocument) -> Result<PartsPage, Box<dyn std::error::Error + Send + Sync>> {
    let answer = answer.get_document("answer")?;
    let total = answer.get("total")?.and_then(|total| total.as_i64().or(total.as_i32().map(i64::from)));
    let mut parts = Vec::new();
    for part in answer.get_array("page")? {
        if let RawBsonRef::Document(part) = part? {
            parts.push(Raw::Bson(part.as_bytes().to_vec()));
        }
    }
    Ok(PartsPage { parts, total: total.unwrap_or_default().unsigned_abs() })
}

/// The version of a head: of its fields, and of what its parts have, their sizes and newest dates.
fn version_of_head(document: &RawDocument, told: &[u8]) -> Version {
    let mut bytes = document.as_bytes().to_vec();
    bytes.extend_from_slice(told);
    Version(xxh3_64(&bytes))
}

/// A name for a field whose own may have dots.
fn alias(at: usize) -> String {
    format!("f{at}")
}

/// The part that has these fields again under their own names.
fn renamed(slim: &Map, fields: &[&str]) -> Map {
    let mut part = Map::new();
    for (at, field) in fields.iter().enumerate() {
        if let Some(value) = slim.get(&alias(at)).filter(|value| !value.is_null()) {
            part.set_at(field, value.clone());
        }
    }
    part
}

fn value_of(id: &Bson) -> Option<Value> {
    let document = doc! { "_id": id.clone() }.to_vec().ok()?;
    Raw::Bson(document).decode::<Map>().ok()?.get("_id").cloned()
}
