//! Which adapter stands behind which port.

use std::{path::Path, sync::Arc};

use basalt_analyser::HttpAnalyser;
use basalt_app::{
    Context, Services,
    search::Freshness,
    system::{RandomIds, SystemClock},
};
use basalt_files::{PictureMaker, S3Options};
use basalt_ports::{Storage, Store, analyser::Analyser, files::FileStore, mail::Mailer};
use basalt_search::{TantivyIndex, Weights};
use secrecy::ExposeSecret;

use crate::{
    failure::Failure,
    folders, reference, secrets,
    settings::{DATA_FOLDER, Files, Settings},
    storage::{self, Connections},
};

/// Connects to the storage of the settings.
pub async fn storage(settings: &Settings) -> Result<Arc<dyn Storage>, Failure> {
    connect(settings, (&settings.storage).into()).await
}

async fn connect(settings: &Settings, connections: Connections) -> Result<Arc<dyn Storage>, Failure> {
    let url = settings.storage.url.expose_secret();
    storage::connect(url, connections)
        .await
        .map_err(|failure| Failure::new(format!("storage {}: {failure}", storage::without_password(url))))
}

/// The file store of the settings.
pub fn files(files: &Files) -> Result<Arc<dyn FileStore>, Failure> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let url = if files.url.is_empty() {
        let folder = std::path::absolute(Path::new(DATA_FOLDER).join("files"))?;
        url::Url::from_file_path(&folder)
            .map_err(|()| Failure::new(format!("{} cannot be a URL", folder.display())))?
            .to_string()
    } else {
        files.url.clone()
    };
    let s3 = S3Options {
        endpoint: given(&files.s3.endpoint),
        region: given(&files.s3.region),
        access_key_id: given(&files.s3.access_key_id),
        secret_access_key: given(&files.s3.access_key_id).map(|_name| files.s3.secret_access_key.clone()),
        allow_http: files.s3.allow_http,
        virtual_hosted_style: files.s3.virtual_hosted_style,
    };
    Ok(basalt_files::open(&url, &s3)?)
}

/// The mailer of the settings.
pub fn mailer(settings: &Settings) -> Result<Arc<dyn Mailer>, Failure> {
    Ok(basalt_mail::from_url(settings.mail.url.expose_secret(), &settings.mail.from)?)
}

/// The analyser of the settings, if one is set.
pub fn analyser(settings: &Settings) -> Result<Option<Arc<dyn Analyser>>, Failure> {
    let url = settings.analyser.url.as_str();
    if url.is_empty() {
        return Ok(None);
    }
    let key = Some(settings.analyser.api_key.clone()).filter(|key| !key.expose_secret().is_empty());
    Ok(Some(Arc::new(HttpAnalyser::new(url, key)?)))
}

/// All use cases over this storage.
pub fn services(settings: &Settings, storage: Arc<dyn Storage>) -> Result<Services, Failure> {
    let ids = Arc::new(RandomIds::default());
    let secrets = secrets::complete(&settings.auth, Path::new(DATA_FOLDER), ids.as_ref())?;
    let cache_bytes = settings.storage.cache_megabytes.saturating_mul(1024 * 1024);
    let clock = Arc::new(SystemClock);
    Ok(Services::new(Context {
        store: Store::new(storage, cache_bytes).with_feed(Arc::clone(&clock) as _, Arc::clone(&ids) as _),
        clock,
        ids,
        files: files(&settings.files)?,
        pictures: Arc::new(
            PictureMaker::new(settings.files.max_upload_bytes).with_max_pixels(settings.files.max_pixels),
        ),
        analyser: analyser(settings)?,
        mailer: mailer(settings)?,
        secrets,
        shared_with_udata: settings.auth.shared_with_udata,
    }))
}

/// All use cases, over a storage whose schema is up to date: for commands.
pub async fn ready_services(settings: &Settings) -> Result<Services, Failure> {
    made_ready(settings, storage(settings).await?).await
}

/// The same, for commands that write thousands of records.
pub async fn ready_for_many_records(settings: &Settings) -> Result<Services, Failure> {
    let connections = Connections::from(&settings.storage).for_many_records();
    made_ready(settings, connect(settings, connections).await?).await
}

async fn made_ready(settings: &Settings, storage: Arc<dyn Storage>) -> Result<Services, Failure> {
    if settings.storage.migrate {
        storage.migrate().await?;
    }
    let services = services(settings, storage)?;
    if settings.storage.migrate {
        reference::load_missing(&services.context.store).await?;
    }
    Ok(services)
}

/// Opens the index of the settings, and lets the use cases search in it.
pub fn attach_index(settings: &Settings, services: &Services) -> Result<(), Failure> {
    let weights = Weights::default();
    // What is gone with the program is not to be found in its next run.
    let index = if settings.storage.url.expose_secret().starts_with("memory:") {
        TantivyIndex::in_memory(weights)
    } else {
        let folder = Path::new(&settings.search.path);
        folders::make_private(folder)?;
        TantivyIndex::open(folder, weights)
    };
    let index = index.map_err(|error| Failure::doing(format!("search.path {}", settings.search.path), &error))?;
    services.search.attach(Arc::new(index), Freshness::Soon);
    Ok(())
}
