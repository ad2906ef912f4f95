//! From declared operations to routes, and the steps every request goes through.

use std::{sync::Arc, time::Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::{self, Payload, ServiceConfig},
};
use basalt_app::{Caller, slugs::Found};
use std::cell::RefCell;

use crate::{
    Operation, Portal,
    context::Ctx,
    cors, document, json,
    links::Links,
    operation::Body,
    problem::{NOT_FOUND, Problem},
    query::Params,
    routes::{self, Routes, Segments},
    targets, web as pages,
};

/// Registers the whole interface.
///
/// # Panics
/// Where two declared paths cannot be told apart.
pub fn configure(portal: Portal) -> impl Fn(&mut ServiceConfig) + Clone {
    let count = |operation: &Operation| portal.metrics().operation(operation.id, operation.method.as_str());
    #[expect(clippy::expect_used, reason = "paths are declared in the program, and a test goes through them")]
    let routes = Arc::new(Routes::new(crate::operations(), count).expect("paths that can be told apart"));
    move |config: &mut ServiceConfig| {
        pages::configure(config, &portal);
        document::configure(config, &portal);
        let (cors, portal, routes) = (cors::headers(&portal), portal.clone(), Arc::clone(&routes));
        let dispatch = move |request: HttpRequest, payload: Payload| {
            let (portal, routes) = (portal.clone(), Arc::clone(&routes));
            async move { dispatch(portal, &routes, request, payload).await }
        };
        config.service(web::scope("/api").default_service(web::to(dispatch)).wrap(cors));
        config.default_service(web::to(unknown));
    }
}

/// Answers what method and path ask for.
async fn dispatch(portal: Portal, routes: &Routes, request: HttpRequest, payload: Payload) -> HttpResponse {
    let begun = Instant::now();
    match routes.find(request.method(), request.match_info().as_str()) {
        routes::Found::Operation(operation, counted, segments) => {
            let response = answer(portal, operation, segments, request, payload).await;
            counted.observe(response.status().as_u16(), begun.elapsed());
            response
        }
        routes::Found::OtherMethod(allowed) => other_method(&request, allowed),
        routes::Found::Nothing => unknown().await,
    }
}

async fn answer(
    portal: Portal,
    operation: &Operation,
    segments: Segments,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    match run(portal, operation, segments, request, payload).await {
        Ok(response) => response,
        Err(problem) => problem.response(),
    }
}

/// The steps in the contract's order: key, what the path leads to, rights, body, the operation.
async fn run(
    portal: Portal,
    operation: &Operation,
    segments: Segments,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&portal, &request).await?;
    let params = Params::parse(request.query_string());
    let links = Links::new(&request, portal.settings());
    let mut organization = None;
    if let Some(reference) = segments.get("org") {
        let found = portal.services().organizations.find(reference).await?;
        organization = Some(here(found, &request, reference)?);
    }
    let mut user = None;
    if let Some(reference) = segments.get("user") {
        let found = portal.services().users.find(reference).await?;
        user = Some(here(found, &request, reference)?);
    }
    let mut target = None;
    for kind in targets::KINDS {
        if let Some(reference) = segments.get(kind.segment) {
            let found = (kind.find)(portal.services(), reference, operation.heads).await?;
            target = Some(here(found, &request, reference)?);
        }
    }
    caller.require(operation.access)?;
    let limit = portal.settings().body_limit;
    let body = match operation.body {
        Body::Nothing | Body::Form => serde_json::Value::Null,
        Body::Json => json::any(&request, &mut payload, limit).await?,
        Body::Object => serde_json::Value::Object(json::object(json::any(&request, &mut payload, limit).await?)?),
    };
    let version = operation.version();
    let payload = RefCell::new(Some(payload));
    let joined = std::cell::OnceCell::new();
    // What was written before this is found by it, or what it writes by the next.
    let reads = request.method().is_safe();
    let search = waits_for_index(&request).then(|| portal.services().search.clone());
    if let Some(search) = search.as_ref().filter(|search| reads && search.is_attached()) {
        search.catch_up().await?;
    }
    let ctx = Ctx {
        portal,
        request,
        segments,
        caller,
        params,
        links,
        organization,
        user,
        target,
        body,
        payload,
        joined,
        version,
    };
    let answer = (operation.run)(ctx).await?;
    if let Some(search) = search.filter(|search| !reads && search.is_attached())
        && let Err(error) = search.catch_up().await
    {
        // It is stored, and will be found.
        tracing::warn!(%error, "an answer did not wait for the search index");
    }
    Ok(answer)
}

/// Does whoever asks want to find at once what was written?
fn waits_for_index(request: &HttpRequest) -> bool {
    request.headers().get("x-wait-for-index").is_some_and(|value| value != "false")
}

/// Who sent the key, if one was sent.
async fn caller(portal: &Portal, request: &HttpRequest) -> Result<Caller, Problem> {
    let Some(sent) = request.headers().get("x-api-key") else { return Ok(Caller::ANONYMOUS) };
    let unknown = || Problem::from(basalt_app::AppError::BadKey("Invalid API Key"));
    let key = sent.to_str().map_err(|_error| unknown())?;
    let agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok());
    Ok(portal.services().tokens.authenticate(key, agent).await?)
}

/// The object a part of the path leads to; 308 where it has another slug now, 404 where there is none.
fn here<T>(found: Found<T>, request: &HttpRequest, reference: &str) -> Result<T, Problem> {
    match found {
        Found::Here(object) => Ok(object),
        Found::Missing => Err(Problem::not_found()),
        Found::At(slug) => {
            let path = request.path();
            let moved: Vec<&str> =
                path.split('/').map(|part| if part == reference { slug.as_str() } else { part }).collect();
            let mut location = moved.join("/");
            if !request.query_string().is_empty() {
                location = format!("{location}?{}", request.query_string());
            }
            Err(Problem::moved(location))
        }
    }
}

/// A method that the path does not have; plain `OPTIONS` tells those it has.
pub fn other_method(request: &HttpRequest, allowed: &str) -> HttpResponse {
    if *request.method() == Method::OPTIONS {
        return HttpResponse::Ok().insert_header((header::ALLOW, allowed)).finish();
    }
    let message = "The method is not allowed for the requested URL.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, message).header(header::ALLOW, allowed).response()
}

/// A path that no operation has.
pub async fn unknown() -> HttpResponse {
    Problem::not_found().with("error", NOT_FOUND.into()).response()
}
