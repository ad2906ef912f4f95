//! Requests and their answers.

use actix_web::{
    body::to_bytes,
    http::{Method, header::HeaderMap},
    test,
};
use bytes::Bytes;
use serde_json::Value;

use super::{Account, TestApp};

/// A request in the making.
pub(crate) struct TestRequest<'a> {
    app: &'a TestApp,
    request: test::TestRequest,
}

impl<'a> TestRequest<'a> {
    pub(super) fn new(app: &'a TestApp, method: Method, path: &str) -> Self {
        Self { app, request: test::TestRequest::with_uri(path).method(method) }
    }

    /// With this header.
    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        Self { request: self.request.insert_header((name, value)), ..self }
    }

    /// By this account.
    pub(crate) fn key(self, account: &Account) -> Self {
        let key = account.key.clone();
        self.plain_key(&key)
    }

    /// With this key.
    pub(crate) fn plain_key(self, key: &str) -> Self {
        self.header("x-api-key", key)
    }

    /// With this JSON.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    /// With these bytes of this type.
    pub(crate) fn raw(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let request = self.request.insert_header(("content-type", content_type)).set_payload(body);
        Self { request, ..self }
    }

    /// With a multipart form that holds this file and, unless it is empty, this `bbox`.
    pub(crate) fn file(self, file_name: &str, content: &[u8], bbox: &str) -> Self {
        const BOUNDARY: &str = "----basalt";
        let mut body = Vec::new();
        if !bbox.is_empty() {
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"bbox\"\r\n\r\n{bbox}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n");
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.raw(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        let response = self.app.answer(self.request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.unwrap_or_default();
        Answer { status, headers, body }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body.
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header as text; empty without it.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The JSON in the body.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}: {:?}", self.status, self.body))
    }

    /// Is it this status with exactly this JSON?
    #[track_caller]
    pub(crate) fn is(&self, status: u16, expected: Value) {
        let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let found = self.json();
        assert_eq!((self.status, pretty(&sorted(found))), (status, pretty(&sorted(expected))));
    }

    /// Is it this status with nothing in it?
    #[track_caller]
    pub(crate) fn is_empty(&self, status: u16) {
        assert_eq!((self.status, self.body.as_ref()), (status, b"".as_slice()));
    }

    /// Is it this refusal with no more than a message?
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, message: &str) {
        self.is(status, serde_json::json!({"message": message, "status": status}));
    }
}

/// Keys in order, so that two values are shown alike when they are equal.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
