//! JSON bodies of requests, read as udata reads them.

use actix_web::{HttpRequest, http::StatusCode, web::Payload};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde_json::{Map, Value, json};

use crate::problem::{Problem, UNREADABLE};

const NOT_JSON: &str = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.";

/// The JSON in a request body. 415 for another type, 400 for what cannot be read, 413 for too much.
pub async fn any(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Result<Value, Problem> {
    let content_type = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, NOT_JSON));
    }
    let bytes = bytes(payload, limit).await?;
    // serde_json refuses nesting beyond 128.
    serde_json::from_slice(&bytes).map_err(|_error| Problem::bad_request(UNREADABLE))
}

/// A JSON object; null is an empty one.
pub fn object(value: Value) -> Result<Map<String, Value>, Problem> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => {
            let told = json!({"request": "expecting a JSON object"});
            Err(Problem::bad_request("expecting a JSON object").with("errors", told))
        }
    }
}

/// All bytes of a body, up to the limit.
pub async fn bytes(payload: &mut Payload, limit: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_error| Problem::bad_request(UNREADABLE))?;
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
