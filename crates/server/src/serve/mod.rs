//! `basalt serve`: answering requests until told to stop.

mod index;
mod nightly;
mod observe;
pub mod work;

use std::{
    net::{SocketAddr, ToSocketAddrs},
    sync::Arc,
    thread,
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    middleware::{Compress, Condition, from_fn},
};
use basalt_app::Services;
use basalt_http::Portal;

use crate::{failure::Failure, settings::Settings};

/// The addresses that a `HOST:PORT` stands for. Error: it stands for none.
pub fn addresses(bind: &str) -> Result<Vec<SocketAddr>, Failure> {
    let addresses: Vec<SocketAddr> = bind.to_socket_addrs()?.collect();
    if addresses.is_empty() { Err(Failure::new(format!("{bind} is no address"))) } else { Ok(addresses) }
}

/// Serves until SIGTERM or SIGINT, then finishes the running requests; a second signal ends them.
/// `ready` is told the address once connections are accepted.
pub async fn run(settings: &Settings, services: Services, ready: impl FnOnce(&str)) -> Result<(), Failure> {
    let http = &settings.http;
    let workers = match http.workers {
        0 => thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    work::start(settings, &services);
    let following = index::start(settings, &services)?;
    nightly::start(settings, &services);
    let portal = Portal::new(services, portal_settings(settings));
    let observer = Arc::new(observe::Observer::new(http.trusted_proxies.clone(), settings.log.access));
    let compress = http.compress;
    let server = HttpServer::new(move || {
        let observer = Arc::clone(&observer);
        App::new()
            .wrap(Condition::new(compress, Compress::default()))
            .wrap(from_fn(move |request, next| observe::observed(Arc::clone(&observer), request, next)))
            .configure(basalt_http::configure(portal.clone()))
    })
    .workers(workers)
    .max_connections((http.max_connections / workers).max(1))
    .keep_alive(Duration::from_secs(http.keep_alive_seconds))
    .client_request_timeout(Duration::from_secs(http.client_timeout_seconds))
    .shutdown_timeout(http.shutdown_seconds)
    .disable_signals()
    .bind(addresses(&http.bind)?.as_slice())
    .map_err(|error| Failure::doing(format!("listening on {}", http.bind), &error))?;
    let addresses = server.addrs();
    // From here on no signal is lost: a stop right after the ready line is graceful too.
    let mut stop = Stop::listen()?;
    let server = server.run();
    let handle = server.handle();
    if let Some(address) = addresses.first() {
        let url = format!("http://{address}");
        ready(&url);
        println!("basalt listens on {url}");
    }
    tokio::pin!(server);
    let mut graceful = true;
    loop {
        tokio::select! {
            ended = &mut server => {
                following.abort();
                return Ok(ended?);
            }
            () = stop.asked() => {
                tracing::info!(graceful, "stopping");
                // The server ends by itself when this is done.
                drop(tokio::spawn(handle.stop(graceful)));
                graceful = false;
            }
        }
    }
}

fn portal_settings(settings: &Settings) -> basalt_http::Settings {
    let url = |text: &str| (!text.is_empty()).then(|| text.trim_end_matches('/').to_owned());
    let defaults = basalt_http::Settings::default();
    let extensions = &settings.files.extensions;
    basalt_http::Settings {
        public_url: url(&settings.http.public_url),
        front_url: url(&settings.site.front_url),
        site_id: settings.site.id.clone(),
        site_title: settings.site.title.clone(),
        language: settings.site.language.clone(),
        page_size_max: settings.http.max_page_size,
        body_limit: settings.http.max_body_bytes,
        upload_limit: settings.files.max_upload_bytes,
        resource_limit: settings.files.max_resource_bytes,
        resource_extensions: if extensions.is_empty() { defaults.resource_extensions } else { extensions.clone() },
        // An eighth of what records have.
        written_bytes: settings.storage.cache_megabytes.saturating_mul(128 * 1024),
        cors_origins: settings.http.cors_origins.clone(),
    }
}

/// Signals to stop.
#[cfg(unix)]
struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _signal = self.terminate.recv() => {}
            _signal = self.interrupt.recv() => {}
        }
    }
}

/// Signals to stop.
#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn listen() -> Result<Self, Failure> {
        Ok(Self)
    }

    async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
