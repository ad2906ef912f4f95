//! What is asked of the catalogue.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::error::BenchError;
use crate::fetch::{get_json, request};
use crate::operations::Operation;

const V1: &str = "/api/1/datasets/";
const V2: &str = "/api/2/datasets/";
/// How many different datasets an operation on one goes through.
const SPREAD: usize = 1_000;
/// How many datasets can be created before a title comes twice.
const CREATED: usize = 40_000;

/// Filters by a value, with the field that its numbers are kept of.
const VALUES: [(&str, &str); 10] = [
    ("organization", "organization"),
    ("owner", "owner"),
    ("tag", "tags"),
    ("license", "license"),
    ("format", "resources.format"),
    ("schema", "resources.schema.name"),
    ("badge", "badges.kind"),
    ("geozone", "spatial.zones"),
    ("granularity", "spatial.granularity"),
    ("featured", "featured"),
];
/// Filters of another kind.
const OTHERS: [(&str, &str); 5] = [
    ("access_type", "open"),
    ("access_type", "restricted"),
    ("organization_badge", "public-service"),
    ("temporal_coverage", "2020-01-01-2020-12-31"),
    ("featured", "false"),
];
const SORTS: [&str; 8] = ["-created", "-last_update", "-views", "-reuses", "-followers", "title", "-title", "created"];

/// What is in the catalogue, for asking about it.
#[derive(Debug, Default)]
pub struct Known {
    /// Datasets that everybody sees: id and slug, spread over the catalogue.
    pub datasets: Vec<(String, String)>,
    /// How many of them there are.
    pub visible: u64,
    /// For each filter a frequent, a middling and a rare value, with the number of datasets.
    values: Vec<(&'static str, String, u64)>,
    /// Organisations.
    organizations: Vec<String>,
}

impl Known {
    /// Reads it from the database.
    pub fn read(database: &Path) -> Result<Self, BenchError> {
        let bad = |error: rusqlite::Error| BenchError::Data {
            what: database.display().to_string(),
            problem: error.to_string(),
        };
        let connection = Connection::open(database).map_err(bad)?;
        let texts = |sql: &str| -> rusqlite::Result<Vec<(String, String)>> {
            connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let numbers = |field: &str| -> rusqlite::Result<Vec<(String, u64)>> {
            let mut statement = connection.prepare(
                "SELECT name, records FROM basalt_totals WHERE collection = 'dataset' AND name LIKE ?1 AND records > 0 \
                 ORDER BY records DESC, name",
            )?;
            let number = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, u32>(1)?.into()));
            statement.query_map([format!("visible/{field}=%")], number)?.collect()
        };
        let visible = "SELECT records FROM basalt_totals WHERE collection = 'dataset' AND name = 'visible'";
        let seen = "SELECT id, slug FROM dataset WHERE deleted IS NULL AND archived IS NULL AND private IS NOT 1";
        let mut known = Self {
            // Ids begin with a time: those with an end in common are of all times.
            datasets: texts(&format!("{seen} AND id LIKE '%5' LIMIT 200000")).map_err(bad)?,
            visible: connection.query_row(visible, [], |row| row.get::<_, u32>(0)).map_err(bad)?.into(),
            organizations: texts("SELECT id, id FROM organization WHERE deleted IS NULL LIMIT 200")
                .map_err(bad)?
                .into_iter()
                .map(|(id, _id)| id)
                .collect(),
            values: Vec::new(),
        };
        let step = (known.datasets.len() / (2 * SPREAD)).max(1);
        known.datasets = known.datasets.into_iter().step_by(step).collect();
        for (filter, field) in VALUES {
            let found = numbers(field).map_err(bad)?;
            let chosen = match filter {
                "featured" => found.into_iter().filter(|(name, _number)| name.ends_with("=1")).collect(),
                _ => chosen(&found),
            };
            for (name, number) in chosen {
                let value = name.split_once('=').map(|(_field, value)| value).unwrap_or_default();
                let value = if filter == "featured" { "true" } else { value };
                known.values.push((filter, value.to_owned(), number));
            }
        }
        Ok(known)
    }

    /// Asks a server of udata's API for its own.
    pub fn ask(server: SocketAddr) -> Result<Self, BenchError> {
        let answer = get_json(server, &format!("{V1}?page_size=100"))?;
        let data = answer.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
        let datasets = data.iter().filter_map(|one| Some((text(one, "id")?, text(one, "slug")?))).collect();
        let visible = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
        Ok(Self { datasets, visible, ..Self::default() })
    }

    /// The page that is far behind: the 5,000th, or the last one.
    pub fn deep_page(&self) -> u64 {
        self.visible.div_ceil(20).clamp(1, 5_000)
    }

    /// Lists, and one dataset.
    pub fn reads(&self) -> Vec<Operation> {
        let (deep, each) = (self.deep_page(), |make: &dyn Fn(&(String, String)) -> String| {
            self.datasets.iter().take(SPREAD).map(|one| get(&make(one))).collect::<Vec<_>>()
        });
        let page = |sort: &str| vec![get(&format!("{V1}?page={deep}{sort}"))];
        let deep = |what: &str| format!("page {deep}{what}");
        vec![
            operation("list-20", "list of 20, `/api/1/`", vec![get(V1)], Some("floor-list")),
            operation("list-20-v2", "list of 20, `/api/2/`", vec![get(V2)], Some("floor-list")),
            operation("one-by-id", "one dataset by id", each(&|(id, _slug)| format!("{V1}{id}/")), Some("floor-one")),
            operation("one-by-slug", "one by slug", each(&|(_id, slug)| format!("{V1}{slug}/")), Some("floor-one")),
            operation("one-v2", "one, `/api/2/`", each(&|(id, _slug)| format!("{V2}{id}/")), Some("floor-one")),
            operation("page-deep", deep(""), page(""), Some("floor-page-deep")),
            operation("page-deep-views", deep(", `sort=-views`"), page("&sort=-views"), Some("floor-page-deep")),
            operation("page-deep-title", deep(", `sort=title`"), page("&sort=title"), Some("floor-page-deep")),
        ]
    }

    /// Lists that are narrowed or sorted. `key` is an administrator's.
    pub fn lists(&self, key: &str) -> Vec<Operation> {
        let mut all: Vec<Operation> = self
            .values
            .iter()
            .map(|(filter, value, number)| {
                let title = format!("`{filter}={value}` ({number})");
                operation("filter", title, vec![get(&format!("{V1}?{filter}={}", encoded(value)))], Some("floor-list"))
            })
            .collect();
        all.extend(OTHERS.map(|(filter, value)| {
            let path = format!("{V1}?{filter}={value}");
            operation("filter", format!("`{filter}={value}`"), vec![get(&path)], Some("floor-list"))
        }));
        all.extend(["archived", "private"].map(|state| {
            let path = format!("{V1}?{state}=true");
            let asked = request("GET", &path, &[("X-API-KEY", key)], None);
            operation("filter", format!("`{state}=true`, with a key"), vec![asked], None)
        }));
        all.extend(SORTS.map(|sort| {
            operation("sort", format!("`sort={sort}`"), vec![get(&format!("{V1}?sort={sort}"))], Some("floor-list"))
        }));
        all
    }

    /// Writes, each of which stores something new.
    pub fn writes(&self, key: &str) -> Vec<Operation> {
        let mut written = self.datasets.iter().rev().take(SPREAD / 2).map(|(id, _slug)| id).cycle();
        let mut organizations = self.organizations.iter().cycle();
        let text = "Written by the benchmark. The rest only fills the line. ".repeat(10);
        let send = |method: &str, path: &str, body: &Value| {
            request(method, path, &[("X-API-KEY", key)], Some(&body.to_string()))
        };
        let resource = |number: usize| {
            json!({"title": format!("Resource {number}"), "type": "main", "filetype": "remote", "format": "csv",
                   "url": format!("https://example.org/{number}.csv")})
        };
        let create = |number: usize| {
            let body = json!({
                "title": format!("Bench dataset {number}"), "description": text, "frequency": "monthly",
                "license": "lov2", "tags": ["benchmark", "eau", format!("lot-{}", number % 100)],
                "organization": organizations.next(), "resources": [resource(number)]
            });
            send("POST", V1, &body)
        };
        let creates = (0..CREATED).map(create).collect();
        let mut put = |number: usize| {
            let id = written.next().map(String::as_str).unwrap_or_default();
            let body = json!({"title": format!("Bench title {number}"), "description": format!("{number} {text}")});
            send("PUT", &format!("{V1}{id}/"), &body)
        };
        let puts = (0..4 * SPREAD).map(&mut put).collect();
        let mut read = self.datasets.iter().take(SPREAD).map(|(id, _slug)| id).cycle();
        let add = |number: usize| {
            let id = read.next().map(String::as_str).unwrap_or_default();
            send("POST", &format!("{V1}{id}/resources/"), &resource(number))
        };
        let adds = (0..4 * SPREAD).map(add).collect();
        vec![
            Operation { status: 201, ..operation("post", "`POST` dataset", creates, None) },
            operation("put", "`PUT` title and description", puts, None),
            Operation { status: 201, ..operation("post-resource", "`POST` resource", adds, None) },
        ]
    }

    /// What the bare program does for the same.
    pub fn floor(&self) -> Vec<Operation> {
        let offset = (self.deep_page() - 1) * 20;
        let one = self.datasets.iter().take(SPREAD).map(|(id, _slug)| get(&format!("/one/{id}"))).collect();
        vec![
            operation("floor-list", "floor: 20 joined with organisations as text", vec![get("/list?offset=0")], None),
            operation(
                "floor-page-deep",
                format!("floor: the same at {offset}, ids first"),
                vec![get(&format!("/list?offset={offset}"))],
                None,
            ),
            operation("floor-one", "floor: one by primary key, text as stored", one, None),
            operation("floor-count", "floor: `COUNT(*)` of what everybody sees", vec![get("/count")], None),
        ]
    }
}

/// The most frequent value, one in the middle, and a rare one.
fn chosen(found: &[(String, u64)]) -> Vec<(String, u64)> {
    // About as many as an index in order and one by value find equally dear.
    let middle = found.iter().position(|(_name, number)| *number < 600).unwrap_or(0);
    let mut places = vec![0, middle, found.len() / 2];
    places.dedup();
    let at = |place: &usize| found.get(*place).cloned();
    places.iter().filter_map(at).collect()
}

fn get(path: &str) -> Vec<u8> {
    request("GET", path, &[], None)
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn operation(
    name: &'static str,
    title: impl Into<Cow<'static, str>>,
    requests: Vec<Vec<u8>>,
    floor: Option<&'static str>,
) -> Operation {
    Operation { name, title: title.into(), requests, status: 200, floor }
}
