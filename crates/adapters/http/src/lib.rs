//! udata's HTTP interface over the use cases. Folders mirror addresses: `/api/1/organizations/` is
//! `v1/organizations/`.

pub mod blocs;
pub mod context;
pub mod cors;
pub mod dcat;
pub mod document;
pub mod etag;
pub mod fields;
pub mod geometry;
pub mod json;
pub mod links;
pub mod mask;
pub mod metrics;
pub mod operation;
pub mod paging;
pub mod problem;
pub mod query;
pub mod router;
pub mod routes;
pub mod sent_ids;
pub mod targets;
pub mod upload;
pub mod v1;
pub mod v2;
pub mod web;

use std::sync::Arc;

use basalt_app::Services;
use basalt_domain::dataset::file_name::EXTENSIONS;

pub use operation::Operation;
pub use router::configure;

use self::v1::datasets::views::Written;

/// What an institution sets about its HTTP interface.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the portal without `/` at its end; none: scheme and host of each request.
    pub public_url: Option<String>,
    /// Address of the front end without `/` at its end; none: `page` of objects is null.
    pub front_url: Option<String>,
    /// Id of the site.
    pub site_id: String,
    /// Name of the site.
    pub site_title: String,
    /// Language of the site.
    pub language: String,
    /// The largest page that is answered; larger wishes get this.
    pub page_size_max: u64,
    /// The largest JSON body, in bytes.
    pub body_limit: usize,
    /// The largest uploaded picture, in bytes.
    pub upload_limit: usize,
    /// The largest uploaded file of a resource, in bytes.
    pub resource_limit: u64,
    /// Extensions of files that may be uploaded as resources.
    pub resource_extensions: Vec<String>,
    /// How much of long answers is kept as it was written, in bytes.
    pub written_bytes: u64,
    /// Origins besides the front end's that may send cookies.
    pub cors_origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            front_url: None,
            site_id: "default".into(),
            site_title: "Basalt".into(),
            language: "en".into(),
            page_size_max: 1000,
            body_limit: 4 * 1024 * 1024,
            upload_limit: 9 * 1024 * 1024,
            resource_limit: 10 * 1024 * 1024 * 1024,
            resource_extensions: EXTENSIONS.iter().map(ToString::to_string).collect(),
            written_bytes: 2 * 1024 * 1024,
            cors_origins: Vec::new(),
        }
    }
}

/// Everything a request needs. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

struct Inner {
    services: Services,
    settings: Settings,
    metrics: metrics::Metrics,
    written: Written,
}

impl Portal {
    /// The interface over these use cases.
    pub fn new(services: Services, settings: Settings) -> Self {
        let written = Written::new(settings.written_bytes);
        Self(Arc::new(Inner { services, settings, metrics: metrics::Metrics::new(), written }))
    }

    /// The use cases.
    pub fn services(&self) -> &Services {
        &self.0.services
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What is counted.
    pub fn metrics(&self) -> &metrics::Metrics {
        &self.0.metrics
    }

    /// What is kept of answers.
    pub(crate) fn written(&self) -> &Written {
        &self.0.written
    }
}

/// Every operation of the interface, in the order of families.
pub fn operations() -> Vec<Operation> {
    let mut all = v1::operations();
    all.extend(v2::operations());
    all
}
