//! One struct per concern. What each setting means stands in `deploy/default.toml`.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Answering requests.
    pub http: Http,
    /// Where records are kept.
    pub storage: Storage,
    /// Where uploads are kept.
    pub files: Files,
    /// Full text.
    pub search: Search,
    /// Who is told of changes of resources.
    pub analyser: Analyser,
    /// Sending mails.
    pub mail: Mail,
    /// Secrets.
    pub auth: Auth,
    /// The portal itself.
    pub site: Site,
    /// Limits of what users may do.
    pub security: Security,
    /// Effects of writes.
    pub feed: Feed,
    /// What is logged.
    pub log: Log,
}

/// Answering requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where to listen.
    pub bind: String,
    /// What links begin with; empty: as requested.
    pub public_url: String,
    /// Threads; 0: one for each core.
    pub workers: usize,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Origins whose pages may call the interface; none: all.
    pub cors_origins: Vec<String>,
    /// The longest body, but for uploads.
    pub max_body_bytes: usize,
    /// The most items on one page.
    pub max_page_size: u64,
    /// How long a request head may take.
    pub client_timeout_seconds: u64,
    /// How long an idle connection is kept.
    pub keep_alive_seconds: u64,
    /// Connections at once.
    pub max_connections: usize,
    /// How long running requests may go on after the signal to stop.
    pub shutdown_seconds: u64,
    /// Compress answers?
    pub compress: bool,
}

/// Where records are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Its URL, perhaps with a password.
    pub url: SecretString,
    /// Connections at most.
    pub max_connections: u32,
    /// How long to wait for one.
    pub acquire_timeout_seconds: u64,
    /// Bring the schema up to date at start?
    pub migrate: bool,
    /// Decoded records in memory.
    pub cache_megabytes: u64,
}

/// Where uploads are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Its URL; empty: `./data/files`.
    pub url: String,
    /// The longest picture.
    pub max_upload_bytes: usize,
    /// The longest file of a resource.
    pub max_resource_bytes: u64,
    /// Extensions of files that may be resources; none: those udata takes.
    pub extensions: Vec<String>,
    /// The largest picture.
    pub max_pixels: u64,
    /// What `s3://` needs.
    pub s3: S3,
}

/// What `s3://` needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// The server; empty: AWS.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// Name of the key; empty: that of the machine.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: SecretString,
    /// Without TLS?
    pub allow_http: bool,
    /// The bucket in the host name?
    pub virtual_hosted_style: bool,
}

/// Full text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Folder of the index.
    pub path: String,
}

/// Who is told of changes of resources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analyser {
    /// Its address; empty: nobody is told.
    pub url: String,
    /// What it knows us by; empty: nothing.
    pub api_key: SecretString,
}

/// Sending mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// How, perhaps with a password.
    pub url: SecretString,
    /// From whom.
    pub from: String,
}

/// Secrets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Hashes API keys.
    pub api_token_secret: SecretString,
    /// What keys begin with.
    pub api_token_prefix: String,
    /// Signs sessions.
    pub secret_key: SecretString,
    /// Part of password hashes.
    pub password_salt: SecretString,
    /// Does udata use the same database?
    pub shared_with_udata: bool,
}

/// The portal itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Id of its document.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The pages for people; empty: none.
    pub front_url: String,
    /// Language of messages.
    pub language: String,
}

/// Limits of what users may do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// May URLs point to private networks?
    pub allow_local_urls: bool,
    /// Are host names looked up to find out?
    pub resolve_hostnames: bool,
}

/// Effects of writes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Before the answer?
    pub inline: bool,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For whom.
    pub format: LogFormat,
    /// How much.
    pub level: String,
    /// One line for each request?
    pub access: bool,
}

/// For whom the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// People.
    Text,
    /// Collectors: one object a line.
    Json,
}

impl Settings {
    /// What the settings themselves tell to be wrong, without connecting to anything.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, fault: &str| {
            if !holds {
                faults.push(fault.to_owned());
            }
        };
        check(crate::serve::addresses(&self.http.bind).is_ok(), "http.bind: must be ADDRESS:PORT");
        check(is_empty_or_web_url(&self.http.public_url), "http.public_url: must begin with http:// or https://");
        check(self.http.max_page_size > 0, "http.max_page_size: must be 1 at least");
        check(self.http.max_body_bytes >= 1024, "http.max_body_bytes: must be 1024 at least");
        check(self.http.max_connections > 0, "http.max_connections: must be 1 at least");
        check(self.http.client_timeout_seconds > 0, "http.client_timeout_seconds: must be 1 at least");
        check(self.storage.max_connections > 0, "storage.max_connections: must be 1 at least");
        check(self.files.max_pixels > 0, "files.max_pixels: must be 1 at least");
        check(is_empty_or_web_url(&self.site.front_url), "site.front_url: must begin with http:// or https://");
        check(!self.site.id.is_empty(), "site.id: must not be empty");
        check(crate::logging::is_level(&self.log.level), "log.level: must be such as info or info,basalt_sql=debug");
        faults.extend(
            crate::storage::url_fault(self.storage.url.expose_secret()).map(|why| format!("storage.url: {why}")),
        );
        faults
    }
}

fn is_empty_or_web_url(text: &str) -> bool {
    text.is_empty() || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
