//! Tells an analyser over HTTP what happened to resources, in the words of udata's hydra:
//! `POST {url}/api/resources/` for a new one, `PUT` and `DELETE` of `{url}/api/resources/{id}` after.
//! Source: the documentation of hydra's operations.

use std::time::Duration;

use async_trait::async_trait;
use basalt_domain::Value;
use basalt_ports::analyser::{Analyser, AnalyserError, ResourceAction, ResourceEvent};
use reqwest::{Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// How long the analyser may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An analyser at an address.
pub struct HttpAnalyser {
    client: Client,
    url: String,
    key: Option<SecretString>,
}

impl HttpAnalyser {
    /// The one at this address; `key` is what it knows us by. The address is the operator's, not a
    /// user's: it may be a private one. Error: no client can be made on this system.
    pub fn new(url: &str, key: Option<SecretString>) -> Result<Self, AnalyserError> {
        let client = Client::builder().timeout(PATIENCE).build().map_err(|error| AnalyserError(error.into()))?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), key })
    }
}

#[async_trait]
impl Analyser for HttpAnalyser {
    async fn tell(&self, event: &ResourceEvent) -> Result<(), AnalyserError> {
        let all = format!("{}/api/resources/", self.url);
        let (method, address) = match event.action {
            ResourceAction::Created => (Method::POST, all),
            ResourceAction::Updated => (Method::PUT, format!("{all}{}", event.resource)),
            ResourceAction::Deleted => (Method::DELETE, format!("{all}{}", event.resource)),
        };
        let document = event.document.clone().map_or(Value::Null, Value::Map);
        let body = json!({"resource_id": event.resource, "dataset_id": event.dataset, "document": document});
        let mut request = self.client.request(method, address).header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let answer = request.body(body.to_string()).send().await;
        answer.and_then(reqwest::Response::error_for_status).map_err(|error| AnalyserError(error.into()))?;
        Ok(())
    }
}
