//! From the setting `files.url` to a file store.
//!
//! `file:///PATH` is a folder, made when it is not there; `s3://BUCKET/PREFIX` a bucket of AWS or of anything that speaks its protocol;
//! `memory://` forgets everything with the process and is meant for tests.

use std::{path::PathBuf, sync::Arc, time::Duration};

use basalt_ports::files::FileStore;
use object_store::{
    ClientOptions, ObjectStore, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, memory::InMemory,
    path::Path, prefix::PrefixStore,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::store::ObjectFiles;

/// How long S3 may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long S3 may stay silent. There is no limit for a whole request: a download lasts as long as the client needs.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// A request is tried four times, then callers hear `Unavailable`.
const RETRIES: usize = 3;

/// What `s3://` needs besides the bucket. What is `None` has S3's default.
#[derive(Clone, Debug, Default)]
pub struct S3Options {
    /// The server, as `https://minio.example.org:9000`; AWS when absent.
    pub endpoint: Option<String>,
    /// The region; `us-east-1` when absent.
    pub region: Option<String>,
    /// The name of the access key. Without it the credentials of the machine are asked for (instance metadata).
    pub access_key_id: Option<String>,
    /// The access key.
    pub secret_access_key: Option<SecretString>,
    /// Allows an endpoint without TLS.
    pub allow_http: bool,
    /// The bucket is in the host name instead of in the path.
    pub virtual_hosted_style: bool,
}

/// Why a file store could not be opened. Texts name the setting, never a secret.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The setting is not a URL that we know.
    #[error("files.url must be file:///PATH, s3://BUCKET/PREFIX or memory://, not `{url}`")]
    UnknownUrl {
        /// What was given.
        url: String,
    },
    /// The folder cannot be made.
    #[error("folder `{}` of files.url cannot be made", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store refuses its settings.
    #[error("files.url or its options are not valid")]
    Settings(#[from] object_store::Error),
    /// The prefix in the bucket is not a path.
    #[error("the path of files.url is not valid")]
    Prefix(#[from] object_store::path::Error),
}

/// Opens the file store behind a URL. S3 is not contacted; a folder is made.
///
/// Errors: every variant of [`OpenError`].
pub fn open(url: &str, s3: &S3Options) -> Result<Arc<dyn FileStore>, OpenError> {
    let unknown = || OpenError::UnknownUrl { url: without_credentials(url) };
    // `Url` wants a host for some schemes and none for others; ours are told apart by hand first.
    let (scheme, _) = url.split_once("://").ok_or_else(unknown)?;
    match scheme {
        "memory" => Ok(Arc::new(ObjectFiles::typed(Arc::new(InMemory::new())))),
        "file" => folder(&Url::parse(url).ok().and_then(|url| url.to_file_path().ok()).ok_or_else(unknown)?),
        "s3" => {
            let url = Url::parse(url).map_err(|_invalid| unknown())?;
            if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
                return Err(unknown());
            }
            bucket(url.host_str().ok_or_else(unknown)?, url.path(), s3)
        }
        _ => Err(unknown()),
    }
}

/// A URL in an error ends in logs; what stands before `@` may be a password.
fn without_credentials(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://***{}", &url.get(..scheme).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

fn folder(path: &std::path::Path) -> Result<Arc<dyn FileStore>, OpenError> {
    std::fs::create_dir_all(path).map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
    // fsync: what was answered with 201 must survive a power cut. Clean-up: no empty folders pile up below `avatars/xx`.
    let folder = LocalFileSystem::new_with_prefix(path)?.with_fsync(true).with_automatic_cleanup(true);
    Ok(Arc::new(ObjectFiles::untyped(Arc::new(folder))))
}

fn bucket(name: &str, prefix: &str, options: &S3Options) -> Result<Arc<dyn FileStore>, OpenError> {
    let client = ClientOptions::new()
        .with_allow_http(options.allow_http)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(SILENCE_TIMEOUT)
        .with_timeout_disabled();
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: Duration::from_mins(1), ..RetryConfig::default() };
    // Not `from_env`: only the server reads the environment, and hands it over in the options.
    let mut builder = AmazonS3Builder::new()
        .with_client_options(client)
        .with_retry(retry)
        .with_bucket_name(name)
        .with_virtual_hosted_style_request(options.virtual_hosted_style);
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &options.region {
        builder = builder.with_region(region);
    }
    if let Some(id) = &options.access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(secret) = &options.secret_access_key {
        builder = builder.with_secret_access_key(secret.expose_secret());
    }
    let bucket = builder.build()?;
    let prefix = Path::from_url_path(prefix)?;
    let store: Arc<dyn ObjectStore> =
        if prefix.is_root() { Arc::new(bucket) } else { Arc::new(PrefixStore::new(bucket, prefix)) };
    Ok(Arc::new(ObjectFiles::typed(store)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds_of_url_are_known() {
        let home = tempfile::tempdir().unwrap();
        let new_folder = home.path().join("deep/files with space");
        let url = Url::from_file_path(&new_folder).unwrap();
        assert!(open(url.as_str(), &S3Options::default()).is_ok());
        assert!(new_folder.is_dir());
        assert!(open("memory://", &S3Options::default()).is_ok());
        assert!(open("s3://bucket/some/prefix", &S3Options::default()).is_ok());
        assert!(open("s3://bucket", &S3Options::default()).is_ok());
    }

    #[test]
    fn other_urls_are_refused_without_telling_secrets() {
        for url in
            ["", "data", "ftp://host/a", "file://host/a", "s3://", "s3://key:SECRET@bucket/a", "gs://key:SECRET@bucket"]
        {
            let error = open(url, &S3Options::default()).unwrap_err();
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
    }

    #[test]
    fn options_do_not_show_the_key() {
        let options = S3Options { secret_access_key: Some("SECRET".into()), ..S3Options::default() };
        assert!(!format!("{options:?}").contains("SECRET"));
    }
}
