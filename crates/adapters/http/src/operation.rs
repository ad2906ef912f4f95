//! One operation of the interface: declared once, and routed, checked, documented and counted from
//! that declaration.

use std::{pin::Pin, sync::Arc};

use actix_web::{HttpResponse, http::Method};
use basalt_domain::policy::portal::Access;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{context::Ctx, problem::Problem};

/// The answer of an operation, on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<HttpResponse, Problem>>>>;

/// What runs an operation.
pub type Handler = Arc<dyn Fn(Ctx) -> Answering + Send + Sync>;

/// Makes the schema of a body.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What kind of body an operation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None.
    Nothing,
    /// JSON that must be an object (or null).
    Object,
    /// JSON of any kind; the operation judges it.
    Json,
    /// A multipart form, read by the operation itself.
    Form,
}

/// A parameter of the query, for the documentation.
#[derive(Clone, Copy, Debug)]
pub struct QueryParam {
    /// Its name.
    pub name: &'static str,
    /// `string`, `integer` or `boolean`.
    pub kind: &'static str,
    /// Its only values; empty: any.
    pub values: &'static [&'static str],
    /// Must it be there?
    pub required: bool,
    /// May it be repeated?
    pub repeated: bool,
}

impl QueryParam {
    /// Text.
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: "string", values: &[], required: false, repeated: false }
    }

    /// Text that must be there.
    pub const fn required(name: &'static str) -> Self {
        Self { required: true, ..Self::text(name) }
    }

    /// A whole number.
    pub const fn number(name: &'static str) -> Self {
        Self { kind: "integer", ..Self::text(name) }
    }

    /// Text that may be repeated.
    pub const fn texts(name: &'static str) -> Self {
        Self { repeated: true, ..Self::text(name) }
    }

    /// True or false.
    pub const fn flag(name: &'static str) -> Self {
        Self { kind: "boolean", ..Self::text(name) }
    }

    /// One of these texts.
    pub const fn choice(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { values, ..Self::text(name) }
    }
}

/// `page` and `page_size`.
pub const PAGING: [QueryParam; 2] = [QueryParam::number("page"), QueryParam::number("page_size")];

/// One operation of the interface.
#[derive(Clone)]
pub struct Operation {
    /// Its id, the reference's.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// Its whole path; `{org}`, `{user}` and the segments of [`crate::targets`] are looked up before it runs.
    pub path: &'static str,
    /// Will the head of what its path leads to do, where that is a long record?
    pub heads: bool,
    /// What it asks of its caller.
    pub access: Access,
    /// What it reads.
    pub body: Body,
    /// Schema of what it reads.
    pub body_schema: Option<SchemaOf>,
    /// Its parameters in the query.
    pub query: Vec<QueryParam>,
    /// Statuses it answers when all is well, with the schema of the body.
    pub answers: Vec<(u16, Option<SchemaOf>)>,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// What runs it.
    pub run: Handler,
}

impl Operation {
    /// An operation that anybody may call.
    pub fn new<F, R>(id: &'static str, method: Method, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self {
            id,
            method,
            path,
            heads: false,
            access: Access::Anyone,
            body: Body::Nothing,
            body_schema: None,
            query: Vec::new(),
            answers: Vec::new(),
            summary: "",
            run: Arc::new(move |ctx| Box::pin(run(ctx))),
        }
    }

    /// `GET` for anybody.
    pub fn get<F, R>(id: &'static str, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self::new(id, Method::GET, path, run)
    }

    /// `POST` for any user.
    pub fn post<F, R>(id: &'static str, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self::new(id, Method::POST, path, run).access(Access::UserWrites)
    }

    /// `PUT` for any user.
    pub fn put<F, R>(id: &'static str, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self::new(id, Method::PUT, path, run).access(Access::UserWrites)
    }

    /// `PATCH` for any user.
    pub fn patch<F, R>(id: &'static str, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self::new(id, Method::PATCH, path, run).access(Access::UserWrites)
    }

    /// `DELETE` for any user.
    pub fn delete<F, R>(id: &'static str, path: &'static str, run: F) -> Self
    where
        F: Fn(Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HttpResponse, Problem>> + 'static,
    {
        Self::new(id, Method::DELETE, path, run).access(Access::UserWrites)
    }

    /// Asks this of its caller.
    #[must_use]
    pub const fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Needs of a long record only the head: it asks for parts itself.
    #[must_use]
    pub const fn of_heads(mut self) -> Self {
        self.heads = true;
        self
    }

    /// Reads a JSON object of this shape.
    #[must_use]
    pub const fn reads(mut self, schema: SchemaOf) -> Self {
        self.body = Body::Object;
        self.body_schema = Some(schema);
        self
    }

    /// Reads JSON of any kind.
    #[must_use]
    pub const fn reads_json(mut self, schema: SchemaOf) -> Self {
        self.body = Body::Json;
        self.body_schema = Some(schema);
        self
    }

    /// Reads a form with a picture.
    #[must_use]
    pub const fn reads_picture(mut self) -> Self {
        self.body = Body::Form;
        self
    }

    /// Has these parameters in its query.
    #[must_use]
    pub fn query(mut self, parameters: &[QueryParam]) -> Self {
        self.query.extend_from_slice(parameters);
        self
    }

    /// Answers this status with this body.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16) -> Self {
        self.answers.push((status, Some(SchemaGenerator::subschema_for::<T>)));
        self
    }

    /// Answers this status without body, or with one of no particular shape.
    #[must_use]
    pub fn answers_plain(mut self, status: u16) -> Self {
        self.answers.push((status, None));
        self
    }

    /// Does this.
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Which version of the interface it belongs to.
    pub fn version(&self) -> u8 {
        if self.path.starts_with("/api/2/") { 2 } else { 1 }
    }

    /// The first three segments of its path: its family.
    pub fn family(&self) -> &'static str {
        let end = self.path.match_indices('/').nth(3).map_or(self.path.len(), |(at, _slash)| at);
        self.path.get(..end).unwrap_or(self.path)
    }
}
