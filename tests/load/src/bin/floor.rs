//! The floor: the least that an actix-web program can do for the same answers out of SQLite. No checks, no features.
//!
//! `floor FILE.ndjson DATABASE ADDRESS` loads the organisations into a new database and serves:
//! - `GET /sql/ID`: the record's text as stored; `GET /sql?size=&offset=`: a page, newest first, joined as text;
//! - `GET /memory/one`, `GET /memory/list`: the same bytes without a query;
//! - `PUT /full/ID`, `PUT /normal/ID`: name and description changed and committed, with `synchronous` FULL (on the disk
//!   before the answer) or NORMAL (in the write-ahead log, safe from a crash of the program, not from a power cut).

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use actix_web::error::ErrorInternalServerError;
use actix_web::web::{self, Bytes, Data, Path, Query};
use actix_web::{App, HttpResponse, HttpServer};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;

const ONE: &str = "SELECT document FROM organization WHERE id = ?1";
// Ids are paged first, on the index alone; documents are read for the page only.
const PAGE: &str = "SELECT document FROM (SELECT rowid AS found FROM organization ORDER BY created_at DESC LIMIT ?1 OFFSET ?2) \
                    JOIN organization ON organization.rowid = found";
const MIDDLE: &str = "SELECT document FROM organization ORDER BY length(document) \
                      LIMIT 1 OFFSET (SELECT count(*) / 2 FROM organization)";
const CHANGE: &str = "UPDATE organization SET name = ?2, document = json_set(document, '$.name', ?2, '$.description', ?3) \
                      WHERE id = ?1 RETURNING document";

/// What the workers share.
struct Shared {
    total: usize,
    one: Bytes,
    list: Bytes,
    full: Mutex<Connection>,
    normal: Mutex<Connection>,
}

#[derive(Deserialize)]
struct Window {
    size: u32,
    offset: u32,
}

#[derive(Deserialize)]
struct Change {
    name: String,
    description: String,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, database, address] = arguments.as_slice() else {
        return Err("usage: floor FILE.ndjson DATABASE ADDRESS".into());
    };
    let total = load(source, database)?;
    let connection = open(database, "FULL")?;
    let list = page(&connection, total, 20, 0)?;
    let one: String = connection.query_row(MIDDLE, [], |row| row.get(0))?;
    let shared = Data::from(Arc::new(Shared {
        total,
        one: Bytes::from(one),
        list: Bytes::from(list),
        full: Mutex::new(connection),
        normal: Mutex::new(open(database, "NORMAL")?),
    }));
    let database = database.clone();
    HttpServer::new(move || {
        // A worker without a connection could answer nothing, so ending is right.
        #[expect(clippy::expect_used, reason = "the main thread opened the same file a moment ago")]
        let reader = Rc::new(RefCell::new(open(&database, "FULL").expect("the database opens")));
        App::new()
            .app_data(shared.clone())
            .app_data(reader)
            .route("/memory/one", web::get().to(|shared: Data<Shared>| async move { json(shared.one.clone()) }))
            .route("/memory/list", web::get().to(|shared: Data<Shared>| async move { json(shared.list.clone()) }))
            .route("/sql", web::get().to(get_page))
            .route("/sql/{id}", web::get().to(get_one))
            .route("/full/{id}", web::put().to(put_full))
            .route("/normal/{id}", web::put().to(put_normal))
    })
    .bind(address.as_str())?
    .run()
    .await?;
    Ok(())
}

fn load(source: &str, database: &str) -> Result<usize, Box<dyn Error>> {
    let mut connection = open(database, "OFF")?;
    connection.execute_batch(
        "CREATE TABLE organization (id TEXT PRIMARY KEY, name TEXT, created_at TEXT, document TEXT);
         CREATE INDEX organization_created_at ON organization (created_at DESC);",
    )?;
    let transaction = connection.transaction()?;
    let mut total = 0;
    for line in BufReader::new(File::open(source)?).lines() {
        let line = line?;
        let value: serde_json::Value = serde_json::from_str(&line)?;
        let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        transaction.execute(
            "INSERT INTO organization VALUES (?1, ?2, ?3, ?4)",
            params![text("id"), text("name"), text("created_at"), line],
        )?;
        total += 1;
    }
    transaction.commit()?;
    Ok(total)
}

fn open(database: &str, synchronous: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(database)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 268435456;"
    ))?;
    Ok(connection)
}

fn json(body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body.into())
}

fn page(connection: &Connection, total: usize, size: u32, offset: u32) -> rusqlite::Result<String> {
    let mut body = String::with_capacity(64 * 1024);
    body.push_str("{\"data\":[");
    let mut statement = connection.prepare_cached(PAGE)?;
    let mut rows = statement.query([size, offset])?;
    let mut first = true;
    while let Some(row) = rows.next()? {
        if !first {
            body.push(',');
        }
        first = false;
        body.push_str(row.get_ref(0)?.as_str()?);
    }
    // Writing to a string cannot fail.
    let _ = write!(body, "],\"page_size\":{size},\"total\":{total}}}");
    Ok(body)
}

async fn get_one(id: Path<String>, request: actix_web::HttpRequest) -> actix_web::Result<HttpResponse> {
    let Some(reader) = request.app_data::<Rc<RefCell<Connection>>>() else {
        return Ok(HttpResponse::InternalServerError().finish());
    };
    let connection = reader.borrow();
    let mut statement = connection.prepare_cached(ONE).map_err(ErrorInternalServerError)?;
    let found = statement
        .query_row([id.as_str()], |row| row.get::<_, String>(0))
        .optional()
        .map_err(ErrorInternalServerError)?;
    Ok(found.map_or_else(|| HttpResponse::NotFound().finish(), json))
}

async fn get_page(
    window: Query<Window>,
    shared: Data<Shared>,
    request: actix_web::HttpRequest,
) -> actix_web::Result<HttpResponse> {
    let Some(reader) = request.app_data::<Rc<RefCell<Connection>>>() else {
        return Ok(HttpResponse::InternalServerError().finish());
    };
    page(&reader.borrow(), shared.total, window.size, window.offset).map(json).map_err(ErrorInternalServerError)
}

async fn put_full(id: Path<String>, body: Bytes, shared: Data<Shared>) -> actix_web::Result<HttpResponse> {
    change(&shared.full, &id, &body)
}

async fn put_normal(id: Path<String>, body: Bytes, shared: Data<Shared>) -> actix_web::Result<HttpResponse> {
    change(&shared.normal, &id, &body)
}

fn change(connection: &Mutex<Connection>, id: &str, body: &[u8]) -> actix_web::Result<HttpResponse> {
    let Change { name, description } = serde_json::from_slice(body)?;
    let Ok(connection) = connection.lock() else { return Ok(HttpResponse::InternalServerError().finish()) };
    let mut statement = connection.prepare_cached(CHANGE).map_err(ErrorInternalServerError)?;
    // Read to the end, or the change would not be committed here.
    let changed = statement
        .query_map(params![id, name, description], |row| row.get::<_, String>(0))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
        .map_err(ErrorInternalServerError)?;
    Ok(changed.into_iter().next().map_or_else(|| HttpResponse::NotFound().finish(), json))
}
