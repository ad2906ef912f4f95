//! Addresses in answers: of objects, of the front end, of files, of neighbouring pages.

use actix_web::HttpRequest;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Settings, query::Params};

/// What stays as it is in the value of a query, as udata encodes it.
const VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b',').remove(b':').remove(b'/');
/// What stays as it is in a path.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'?').add(b'#').add(b'%');
/// Parameters that never reach the address of a neighbouring page.
const DROPPED: [&str; 6] = ["page", "endpoint", "_external", "_anchor", "_method", "_scheme"];

/// Makes addresses for one request.
#[derive(Clone, Debug)]
pub struct Links {
    base: String,
    front: Option<String>,
}

impl Links {
    /// For a request to a portal with these settings.
    pub fn new(request: &HttpRequest, settings: &Settings) -> Self {
        let base = settings.public_url.clone().unwrap_or_else(|| own_address(request));
        Self { base, front: settings.front_url.clone() }
    }

    /// For answers outside of a request, and for tests.
    pub fn at(base: &str, front: Option<&str>) -> Self {
        Self { base: base.into(), front: front.map(str::to_owned) }
    }

    /// Address of this server without `/` at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Address of an object in the interface, e.g. `api/1/organizations`, its slug.
    pub fn api(&self, version: u8, family: &str, slug: &str) -> String {
        format!("{}/api/{version}/{family}/{slug}/", self.base)
    }

    /// Address of an object in the front end.
    pub fn page(&self, family: &str, slug: &str) -> Option<String> {
        self.front.as_ref().map(|front| format!("{front}/{family}/{slug}"))
    }

    /// Address of a stored file.
    pub fn file(&self, folder: &str, name: &str) -> String {
        format!("{}/{folder}/{name}", self.base)
    }

    /// Address of another page of the list that was asked for: the same path and query with `page`
    /// replaced in its place, or appended.
    pub fn neighbour(&self, path: &str, params: &Params, page: u64) -> String {
        let mut address = format!("{}{}", self.base, utf8_percent_encode(path, PATH));
        let mut separator = '?';
        let mut placed = false;
        let mut append = |name: &str, value: &str| {
            address.push(separator);
            separator = '&';
            address.push_str(&encoded(name));
            address.push('=');
            address.push_str(&encoded(value));
        };
        for (name, value) in params.iter() {
            if name == "page" && !placed {
                placed = true;
                append("page", &page.to_string());
            } else if !DROPPED.contains(&name) {
                append(name, value);
            }
        }
        if !placed {
            append("page", &page.to_string());
        }
        address
    }
}

fn encoded(text: &str) -> String {
    let parts: Vec<String> = text.split(' ').map(|part| utf8_percent_encode(part, VALUE).to_string()).collect();
    parts.join("+")
}

/// Scheme and host of a request; the scheme is a proxy's where one is in front.
fn own_address(request: &HttpRequest) -> String {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let scheme = header("x-forwarded-proto").and_then(|protocols| protocols.split(',').next()).map(str::trim);
    let scheme = scheme.filter(|scheme| matches!(*scheme, "http" | "https")).unwrap_or("http");
    let host = request.uri().host().map(|_host| request.uri().authority().map_or("", |authority| authority.as_str()));
    let host = host.or_else(|| header("host")).filter(|host| is_host(host)).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// Only what a host can be made of: it is put into answers.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbouring_page_keeps_the_query_and_its_order() {
        let links = Links::at("http://x.test", None);
        let params = Params::parse("q=a+b%26c&page=2&tag=é&tag=x:y,z/&_scheme=x");
        assert_eq!(
            links.neighbour("/api/1/organizations/", &params, 3),
            "http://x.test/api/1/organizations/?q=a+b%26c&page=3&tag=%C3%A9&tag=x:y,z/"
        );
        assert_eq!(links.neighbour("/a/", &Params::parse("page_size=1"), 2), "http://x.test/a/?page_size=1&page=2");
    }
}
