//! Around every request: its id, whose headers are believed, the access log.

use std::{
    fmt::Write as _,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{FORWARDED, HeaderName, HeaderValue},
    middleware::Next,
};
use basalt_app::system::RandomIds;
use basalt_ports::IdSource;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDING: [HeaderName; 4] = [
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
];
/// The longest id of a request that is taken over from a client.
const LONGEST_ID: usize = 128;

/// What is the same for all requests.
pub(super) struct Observer {
    trusted_proxies: Vec<IpAddr>,
    access_log: bool,
    process: String,
    counter: AtomicU64,
}

impl Observer {
    pub(super) fn new(trusted_proxies: Vec<IpAddr>, access_log: bool) -> Self {
        let process = crate::secrets::hex(&RandomIds::default() as &dyn IdSource, 6);
        Self { trusted_proxies, access_log, process, counter: AtomicU64::new(0) }
    }

    /// The client's id of the request if it can stand in a log, else one of ours: random for this
    /// process, then counted.
    fn request_id(&self, given: Option<&HeaderValue>) -> HeaderValue {
        if let Some(given) = given.filter(|given| is_harmless(given.as_bytes())) {
            return given.clone();
        }
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(32);
        // Writing to a String cannot fail, and digits are a header value.
        let _written = write!(id, "{}-{number:x}", self.process);
        HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("-"))
    }

    fn believes(&self, peer: Option<IpAddr>) -> bool {
        peer.is_some_and(|peer| self.trusted_proxies.contains(&peer.to_canonical()))
    }
}

fn is_harmless(id: &[u8]) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte))
}

/// Answers one request.
pub(super) async fn observed<B: MessageBody + 'static>(
    observer: Arc<Observer>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let began = observer.access_log.then(Instant::now);
    if !observer.believes(request.peer_addr().map(|peer| peer.ip())) {
        let headers = request.headers_mut();
        for name in &FORWARDING {
            headers.remove(name);
        }
    }
    let id = observer.request_id(request.headers().get(&REQUEST_ID));
    let span = tracing::info_span!("http", request.id = id.to_str().unwrap_or_default());
    let mut response = next.call(request).instrument(span.clone()).await?;
    response.headers_mut().insert(REQUEST_ID, id);
    if let Some(began) = began {
        let request = response.request();
        tracing::info!(
            target: "basalt::access",
            parent: &span,
            method = request.method().as_str(),
            path = request.path(),
            status = response.status().as_u16(),
            duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_forge_a_log_line_is_replaced() {
        let observer = Observer::new(Vec::new(), false);
        let given = HeaderValue::from_static("abc-123");
        assert_eq!(observer.request_id(Some(&given)), given);
        for bad in ["", "a b", "\"}", &"x".repeat(200)] {
            let bad = HeaderValue::from_str(bad).unwrap();
            assert_ne!(observer.request_id(Some(&bad)), bad);
        }
        assert_ne!(observer.request_id(None), observer.request_id(None));
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let observer = Observer::new(vec!["10.0.0.1".parse().unwrap()], false);
        assert!(observer.believes(Some("10.0.0.1".parse().unwrap())));
        assert!(observer.believes(Some("::ffff:10.0.0.1".parse().unwrap())));
        assert!(!observer.believes(Some("10.0.0.2".parse().unwrap())));
        assert!(!observer.believes(None));
    }
}
