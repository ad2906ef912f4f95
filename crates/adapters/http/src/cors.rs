//! Cross-origin requests: any site may read and, with a key, write; only the front end with cookies.

use std::rc::Rc;

use actix_web::{
    Error, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use futures_util::future::{LocalBoxFuture, Ready, ready};

use crate::Portal;

/// Adds the headers to every answer, and answers preflights before any check.
pub fn headers(portal: &Portal) -> Cors {
    Cors(portal.clone())
}

/// See [`headers`].
pub struct Cors(Portal);

impl<S, B> Transform<S, ServiceRequest> for Cors
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = CorsService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(CorsService { service: Rc::new(service), portal: self.0.clone() }))
    }
}

/// See [`headers`].
pub struct CorsService<S> {
    service: Rc<S>,
    portal: Portal,
}

impl<S, B> Service<ServiceRequest> for CorsService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let credentials = origin.as_ref().is_some_and(|origin| trusted(&self.portal, origin));
        let preflights = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if *request.method() == Method::OPTIONS && preflights {
            let asked = request.headers().clone();
            let mut response = request.into_response(HttpResponse::NoContent().finish()).map_into_right_body();
            if origin.is_some() {
                preflight(&asked, response.headers_mut());
            }
            allow(response.headers_mut(), origin, credentials);
            return Box::pin(ready(Ok(response)));
        }
        let answering = self.service.call(request);
        Box::pin(async move {
            let mut response = answering.await?.map_into_left_body();
            allow(response.headers_mut(), origin, credentials);
            Ok(response)
        })
    }
}

/// Is it the front end, or an origin that was named beside it?
fn trusted(portal: &Portal, origin: &HeaderValue) -> bool {
    let settings = portal.settings();
    let known = |other: &String| other.trim_end_matches('/').as_bytes() == origin.as_bytes();
    settings.front_url.as_ref().is_some_and(known) || settings.cors_origins.iter().any(known)
}

fn preflight(asked: &HeaderMap, answer: &mut HeaderMap) {
    let echo = |from: HeaderName| asked.get(from).cloned().unwrap_or(HeaderValue::from_static(""));
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, echo(header::ACCESS_CONTROL_REQUEST_METHOD));
    answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, echo(header::ACCESS_CONTROL_REQUEST_HEADERS));
}

fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>, credentials: bool) {
    headers.insert(header::VARY, HeaderValue::from_static("Origin, Cookie"));
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Location, X-Request-Id"));
    if credentials {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    } else {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
}
