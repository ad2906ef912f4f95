//! The log: to the standard error output, for people or for collectors.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::settings::{Log, LogFormat};

/// Can this be the setting `log.level`?
pub fn is_level(text: &str) -> bool {
    EnvFilter::try_new(text).is_ok()
}

/// Starts logging. Called once.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_checked_before| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // Fails only where a log was started before; that one goes on.
    let _started = match log.format {
        LogFormat::Text => {
            // Colours only where people look.
            let layer = fmt::layer().with_ansi(stderr().is_terminal()).with_writer(stderr);
            registry.with(layer).try_init()
        }
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(stderr)).try_init(),
    };
}
