//! From the URL of a storage to the adapter behind it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use basalt_memory::MemoryStorage;
use basalt_ports::Storage;
use url::Url;

use crate::{failure::Failure, folders};

/// How many connections, how long to wait for one, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// At once at most.
    pub max: u32,
    /// How long a request waits for one.
    pub acquire_timeout: Duration,
    /// Are thousands of records written one after the other?
    pub bulk: bool,
}

impl Connections {
    /// The same, to write thousands of records.
    #[must_use]
    pub fn for_many_records(self) -> Self {
        Self { bulk: true, ..self }
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self { max: 4, acquire_timeout: Duration::from_secs(10), bulk: false }
    }
}

impl From<&crate::settings::Storage> for Connections {
    fn from(settings: &crate::settings::Storage) -> Self {
        let acquire_timeout = Duration::from_secs(settings.acquire_timeout_seconds);
        Self { max: settings.max_connections, acquire_timeout, bulk: false }
    }
}

/// Connections that read an SQLite file at most, and at most for each core: each keeps pages and statements, some 2 MB.
#[cfg(feature = "sql")]
const SQLITE_READERS: u32 = 8;
#[cfg(feature = "sql")]
const SQLITE_READERS_A_CORE: u32 = 2;

const KNOWN: &str = "must begin with sqlite://, postgres://, mysql://, mongodb://, mongodb+srv:// or memory://";

fn scheme(url: &str) -> &str {
    url.split_once("://").map_or("", |(scheme, _rest)| scheme)
}

/// What is wrong with the URL itself, without connecting. Does not tell the URL: it may hold a password.
pub fn url_fault(url: &str) -> Option<&'static str> {
    let (_scheme, rest) = url.split_once("://").unwrap_or_default();
    match scheme(url) {
        "sqlite" if rest.is_empty() => Some("names no file"),
        "sqlite" | "memory" => None,
        "postgres" | "postgresql" | "mysql" | "mariadb" | "mongodb" | "mongodb+srv" => {
            let path = rest.split_once('/').map_or("", |(_host, path)| path);
            if path.split('?').next().is_none_or(str::is_empty) { Some("names no database") } else { None }
        }
        _ => Some(KNOWN),
    }
}

/// The URL without its password, for people to read.
pub fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            if parsed.set_password(Some("***")).is_err() {
                return format!("{}://***", scheme(url));
            }
            parsed.to_string()
        }
        // Several hosts are no URL by the standard, but MongoDB allows them.
        Err(_) if url.contains('@') => format!("{}://***", scheme(url)),
        _ => url.to_owned(),
    }
}

/// Connects to the storage behind a URL; the folder of an SQLite file is made.
pub async fn connect(url: &str, connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    if let Some(fault) = url_fault(url) {
        return Err(Failure::new(format!("the URL of the storage {fault}")));
    }
    match scheme(url) {
        "memory" => Ok(Arc::new(MemoryStorage::new())),
        "mongodb" | "mongodb+srv" => mongo(url, connections).await,
        "sqlite" => {
            if let Some(folder) = sqlite_folder(url) {
                folders::make_private(&folder)
                    .map_err(|error| Failure::doing(format!("folder {}", folder.display()), &error))?;
            }
            sql(url, connections).await
        }
        _ => sql(url, connections).await,
    }
}

fn sqlite_folder(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://")?.split('?').next()?;
    PathBuf::from(path).parent().filter(|folder| !folder.as_os_str().is_empty()).map(PathBuf::from)
}

#[cfg(feature = "sql")]
async fn sql(url: &str, connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    // A file is read by as many threads as there are cores; more connections only take memory.
    let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
    let readers = cores.saturating_mul(SQLITE_READERS_A_CORE).min(SQLITE_READERS);
    let most = if scheme(url) == "sqlite" { readers } else { u32::MAX };
    let options = basalt_sql::SqlOptions {
        connections: connections.max.min(most),
        acquire_timeout: connections.acquire_timeout,
        bulk: connections.bulk,
        ..Default::default()
    };
    Ok(Arc::new(basalt_sql::SqlStorage::connect(url, options).await?))
}

#[cfg(not(feature = "sql"))]
async fn sql(_url: &str, _connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    Err(Failure::new("this program was built without SQL"))
}

#[cfg(feature = "mongo")]
async fn mongo(url: &str, connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    Ok(Arc::new(basalt_mongo::MongoStorage::connect(url, connections.max).await?))
}

#[cfg(not(feature = "mongo"))]
async fn mongo(_url: &str, _connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    Err(Failure::new("this program was built without MongoDB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_judged_without_connecting() {
        for url in ["sqlite://data/a.sqlite", "memory://", "postgres://u:p@h/db", "mongodb://a,b/db?replicaSet=rs0"] {
            assert_eq!(url_fault(url), None, "{url}");
        }
        for url in ["", "sqlite://", "postgres://host", "mongodb://host/?x=1", "oracle://host/db", "/a/path"] {
            assert!(url_fault(url).is_some(), "{url}");
        }
    }

    #[test]
    fn people_do_not_see_passwords() {
        for url in ["postgres://u:SECRET@h/db", "mongodb://u:SECRET@a,b/db"] {
            assert!(!without_password(url).contains("SECRET"), "{url}");
        }
        assert_eq!(without_password("sqlite://data/a"), "sqlite://data/a");
    }

    #[test]
    fn the_folder_of_an_sqlite_file_is_known() {
        assert_eq!(sqlite_folder("sqlite://data/basalt.sqlite?mode=rwc"), Some("data".into()));
        assert_eq!(sqlite_folder("sqlite:///var/lib/b.sqlite"), Some("/var/lib".into()));
        assert_eq!(sqlite_folder("sqlite://b.sqlite"), None);
    }
}
