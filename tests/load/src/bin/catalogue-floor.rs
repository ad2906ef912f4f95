//! The floor of the catalogue: the least that an actix-web program can do for the same answers out of the very same
//! SQLite file. No checks, no features.
//!
//! `catalogue-floor DATABASE ADDRESS` reads a database that Basalt wrote, and serves:
//! - `GET /one/ID`: the dataset's text as stored;
//! - `GET /list?offset=`: 20 that everybody sees, newest first, each with its organisation, joined as text;
//! - `GET /count`: how many there are, counted.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Write as _;
use std::rc::Rc;

use actix_web::error::ErrorInternalServerError;
use actix_web::web::{self, Path, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde::Deserialize;

const SEEN: &str = "deleted IS NULL AND archived IS NULL AND private IS NOT 1";

#[derive(Deserialize)]
struct Window {
    offset: u32,
}

type Reader = Rc<RefCell<Connection>>;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, address] = arguments.as_slice() else {
        return Err("usage: catalogue-floor DATABASE ADDRESS".into());
    };
    let total: u32 = open(database)?.query_row(&count(), [], |row| row.get(0))?;
    let database = database.clone();
    HttpServer::new(move || {
        // A worker without a connection could answer nothing, so ending is right.
        #[expect(clippy::expect_used, reason = "the main thread opened the same file a moment ago")]
        let reader: Reader = Rc::new(RefCell::new(open(&database).expect("the database opens")));
        App::new()
            .app_data(reader)
            .route("/one/{id}", web::get().to(one))
            .route("/list", web::get().to(move |window, request| list(total, window, request)))
            .route("/count", web::get().to(counted))
    })
    .bind(address.as_str())?
    .run()
    .await?;
    Ok(())
}

fn open(database: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA mmap_size = 268435456;")?;
    Ok(connection)
}

fn count() -> String {
    format!("SELECT COUNT(*) FROM dataset WHERE {SEEN}")
}

fn reader(request: &HttpRequest) -> actix_web::Result<&Reader> {
    request.app_data::<Reader>().ok_or_else(|| ErrorInternalServerError("no connection"))
}

fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}

async fn one(id: Path<String>, request: HttpRequest) -> actix_web::Result<HttpResponse> {
    let connection = reader(&request)?.borrow();
    let mut statement =
        connection.prepare_cached("SELECT document FROM dataset WHERE id = ?1").map_err(ErrorInternalServerError)?;
    let found = statement.query_row([id.as_str()], |row| row.get(0)).optional().map_err(ErrorInternalServerError)?;
    Ok(found.map_or_else(|| HttpResponse::NotFound().finish(), json))
}

#[expect(clippy::unused_async, reason = "a handler is one")]
async fn list(total: u32, window: Query<Window>, request: HttpRequest) -> actix_web::Result<HttpResponse> {
    let body = page(&reader(&request)?.borrow(), total, window.offset).map_err(ErrorInternalServerError)?;
    Ok(json(body))
}

/// Ids are paged first, on the index alone; documents are read for the page only.
fn page(connection: &Connection, total: u32, offset: u32) -> rusqlite::Result<String> {
    let sql = format!(
        "SELECT dataset.document, organization.document FROM (SELECT rowid AS found FROM dataset WHERE {SEEN} \
         ORDER BY created_at_internal DESC, id DESC LIMIT 20 OFFSET ?1) JOIN dataset ON dataset.rowid = found \
         LEFT JOIN organization ON organization.id = dataset.organization"
    );
    let mut body = String::with_capacity(128 * 1024);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([offset])?;
    while let Some(row) = rows.next()? {
        body.push_str(if body.is_empty() { "{\"data\":[{\"dataset\":" } else { ",{\"dataset\":" });
        body.push_str(row.get_ref(0)?.as_str()?);
        body.push_str(",\"organization\":");
        body.push_str(row.get_ref(1)?.as_str_or_null()?.unwrap_or("null"));
        body.push('}');
    }
    // Writing to a string cannot fail.
    let _ = write!(body, "],\"total\":{total}}}");
    Ok(body)
}

async fn counted(request: HttpRequest) -> actix_web::Result<HttpResponse> {
    let connection = reader(&request)?.borrow();
    let mut statement = connection.prepare_cached(&count()).map_err(ErrorInternalServerError)?;
    let total: u32 = statement.query_row([], |row| row.get(0)).map_err(ErrorInternalServerError)?;
    Ok(json(total.to_string()))
}
