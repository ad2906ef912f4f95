//! One request: who asks, for what, with which wishes; and the answers it can get.

use std::cell::{OnceCell, RefCell};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::Payload,
};
use basalt_app::{Caller, Services};
use basalt_domain::{Entity, ObjectId, Organization, User, organization};
use basalt_ports::Row;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Portal, Settings, etag, json, links::Links, mask::Mask, problem::Problem, query::Params, routes::Segments,
    targets::Target,
};

/// One request.
pub struct Ctx {
    /// The portal.
    pub portal: Portal,
    /// The request itself.
    pub request: HttpRequest,
    /// The variable parts of its path.
    pub segments: Segments,
    /// Who asks.
    pub caller: Caller,
    /// Its query.
    pub params: Params,
    /// Makes addresses.
    pub links: Links,
    /// The organisation in its path.
    pub organization: Option<Row<Organization>>,
    /// The user in its path.
    pub user: Option<Row<User>>,
    /// The object of the catalogue in its path, a `Row` of its class.
    pub target: Option<Target>,
    /// Its JSON body, null without one.
    pub body: Value,
    /// Its body where it was not read yet.
    pub payload: RefCell<Option<Payload>>,
    /// The organisations of the caller, once they were asked for.
    pub joined: OnceCell<Vec<ObjectId>>,
    /// Which version of the interface: v2 bodies end with a line feed.
    pub version: u8,
}

impl Ctx {
    /// The use cases.
    pub fn services(&self) -> &Services {
        self.portal.services()
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        self.portal.settings()
    }

    /// The organisation in the path; operations that declare one always have it.
    pub fn organization(&self) -> Result<&Row<Organization>, Problem> {
        self.organization.as_ref().ok_or_else(Problem::not_found)
    }

    /// The user in the path; operations that declare one always have it.
    pub fn user(&self) -> Result<&Row<User>, Problem> {
        self.user.as_ref().ok_or_else(Problem::not_found)
    }

    /// The object of the catalogue in the path; operations that declare one always have it.
    pub fn target<E: Entity>(&self) -> Result<&Row<E>, Problem> {
        self.target.as_ref().and_then(|target| target.downcast_ref::<Row<E>>()).ok_or_else(Problem::not_found)
    }

    /// The organisations a user is a member of: read once a request.
    pub async fn joined(&self, user: ObjectId) -> Result<&[ObjectId], Problem> {
        if let Some(joined) = self.joined.get() {
            return Ok(joined);
        }
        let organizations = &self.services().context.store.organizations;
        let rows = organizations.list(organization::joined_by(user), &[], u64::MAX).await?;
        Ok(self.joined.get_or_init(|| rows.iter().map(|row| row.value.id).collect()))
    }

    /// A part of the path by its name.
    pub fn segment(&self, name: &str) -> &str {
        self.segments.get(name).unwrap_or_default()
    }

    /// The JSON object in the body; null is an empty one.
    pub fn object(&self) -> Result<Map<String, Value>, Problem> {
        json::object(self.body.clone())
    }

    /// The body, where the operation reads it itself.
    pub fn take_payload(&self) -> Result<Payload, Problem> {
        self.payload.take().ok_or_else(|| Problem::bad_request(crate::problem::UNREADABLE))
    }

    /// The mask a client sent.
    pub fn mask(&self) -> Result<Option<Mask>, Problem> {
        let Some(sent) = self.request.headers().get("x-fields") else { return Ok(None) };
        let text = String::from_utf8_lossy(sent.as_bytes());
        if text.trim().is_empty() { Ok(None) } else { Mask::parse(&text).map(Some) }
    }

    /// 200 with this view.
    pub fn ok<T: Serialize>(&self, view: &T) -> Result<HttpResponse, Problem> {
        self.answer(StatusCode::OK, view)
    }

    /// 200 with all of this view: no mask applies to maps whose names are data, nor to operations for
    /// which udata has none.
    pub fn ok_whole<T: Serialize>(&self, view: &T) -> Result<HttpResponse, Problem> {
        Ok(self.send(StatusCode::OK, self.bytes(view, None)?))
    }

    /// 201 with this view.
    pub fn created<T: Serialize>(&self, view: &T) -> Result<HttpResponse, Problem> {
        self.answer(StatusCode::CREATED, view)
    }

    /// This status with this view, masked as the client wishes; 304 where they have it already.
    pub fn answer<T: Serialize>(&self, status: StatusCode, view: &T) -> Result<HttpResponse, Problem> {
        Ok(self.send(status, self.render(view)?))
    }

    fn send(&self, status: StatusCode, body: Vec<u8>) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        if status.is_success() {
            // The answer to a write shows the object too: its tag is good for the next one.
            let tag = etag::of(&body);
            let reads = matches!(*self.request.method(), Method::GET | Method::HEAD);
            if reads && etag::listed(self.request.headers(), "if-none-match", &tag) == Some(true) {
                return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
            }
            response.insert_header((header::ETAG, tag));
        }
        response.content_type("application/json").body(body)
    }

    /// The bytes of an answer with this view.
    pub fn render<T: Serialize>(&self, view: &T) -> Result<Vec<u8>, Problem> {
        self.bytes(view, self.mask()?)
    }

    fn bytes<T: Serialize>(&self, view: &T, mask: Option<Mask>) -> Result<Vec<u8>, Problem> {
        let internal = |error| Problem::from(basalt_app::AppError::internal(error));
        let mut body = match mask {
            None => serde_json::to_vec(view).map_err(internal)?,
            Some(mask) => {
                let masked = mask.apply(serde_json::to_value(view).map_err(internal)?)?;
                serde_json::to_vec(&masked).map_err(internal)?
            }
        };
        if self.version == 2 {
            body.push(b'\n');
        }
        Ok(body)
    }

    /// Does the client still know the object as it is? 412 if its `If-Match` says otherwise; true if
    /// it asked at all.
    pub fn if_match<T: Serialize>(&self, current: &T) -> Result<bool, Problem> {
        let headers = self.request.headers();
        if !headers.contains_key("if-match") {
            return Ok(false);
        }
        // The tag of the whole object counts too: its reader may ask for a short answer to the write.
        for mask in [None, self.mask()?] {
            let tag = etag::of(&self.bytes(current, mask)?);
            if etag::listed(headers, "if-match", &tag) == Some(true) {
                return Ok(true);
            }
        }
        Err(basalt_app::AppError::Precondition.into())
    }
}

/// 204, empty.
pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().content_type("application/json").finish()
}
