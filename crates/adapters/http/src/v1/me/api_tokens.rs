//! One's own keys.

use actix_web::HttpResponse;
use basalt_app::{AppError, tokens::TokenWishes};
use basalt_domain::{ApiToken, FieldError, Invalid, ObjectId, policy::Scope};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    context::{Ctx, no_content},
    fields::{self, FormField},
    problem::Problem,
    v1::references::{Id, Time},
};

/// The longest name, in characters.
const NAME_LENGTH: usize = 255;

const FIELDS: &[FormField<TokenWishes>] =
    &[FormField::<TokenWishes>::text("name", |wishes| &mut wishes.name).max(NAME_LENGTH)];

/// A key without its secret part.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiToken")]
pub(super) struct TokenView<'a> {
    created_at: Time,
    expires_at: Option<Time>,
    id: Id,
    kind: &'a str,
    last_used_at: Option<Time>,
    name: Option<&'a str>,
    revoked_at: Option<Time>,
    scopes: &'a [String],
    token_prefix: &'a str,
    user_agents: &'a [String],
}

impl<'a> TokenView<'a> {
    fn new(token: &'a ApiToken) -> Self {
        Self {
            created_at: token.created_at.into(),
            expires_at: token.expires_at.map(Time::from),
            id: Id(token.id),
            kind: &token.kind,
            last_used_at: token.last_used_at.map(Time::from),
            name: token.name.as_deref(),
            revoked_at: token.revoked_at.map(Time::from),
            scopes: &token.scopes,
            token_prefix: &token.token_prefix,
            user_agents: &token.user_agents,
        }
    }
}

/// A new key, whole.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiTokenCreated")]
pub(super) struct NewTokenView<'a> {
    #[serde(flatten)]
    shown: TokenView<'a>,
    token: &'a str,
}

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let tokens = ctx.services().tokens.list(&ctx.caller).await?;
    ctx.ok(&tokens.iter().map(|row| TokenView::new(&row.value)).collect::<Vec<_>>())
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let wishes = wishes(&ctx, &ctx.object()?)?;
    let made = ctx.services().tokens.create(ctx.caller.id()?, wishes).await?;
    ctx.created(&NewTokenView { shown: TokenView::new(&made.token), token: &made.key })
}

pub(super) async fn revoke(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = ObjectId::parse(ctx.segment("api_token")).map_err(|_error| Problem::not_found())?;
    ctx.services().tokens.revoke(&ctx.caller, id).await?;
    Ok(no_content())
}

/// Reads what is wanted of a new key.
fn wishes(ctx: &Ctx, body: &Map<String, Value>) -> Result<TokenWishes, AppError> {
    let mut wishes = TokenWishes::default();
    if let Some(sent) = body.get("expires_at") {
        let end = fields::read_time(sent).map_err(|_error| AppError::message("Invalid expires_at format"))?;
        if end.is_some_and(|end| end <= ctx.services().context.now()) {
            return Err(AppError::message("expires_at must be in the future"));
        }
        wishes.expires_at = end;
    }
    let mut errors = fields::apply(FIELDS, body, &mut wishes);
    match scopes(body.get("scopes").unwrap_or(&Value::Null)) {
        Ok(scopes) => wishes.scopes = scopes,
        Err(refused) => errors.extend(refused),
    }
    if errors.is_empty() {
        return Ok(wishes);
    }
    Err(Invalid { subject: Some(("ApiToken", None)), errors, message: None }.into())
}

/// Names of scopes; none and null mean everything.
fn scopes(sent: &Value) -> Result<Vec<String>, Vec<FieldError>> {
    let names = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::Array(names) => names,
        _ => return Err(vec![FieldError::stored("scopes", fields::NOT_LIST)]),
    };
    let known = |name: &Value| name.as_str().and_then(Scope::parse);
    let unknown = names.iter().enumerate().filter(|(_place, name)| known(name).is_none());
    let message = format!("Value must be one of {}", fields::listed(&Scope::ALL.map(Scope::as_str)));
    let errors: Vec<_> =
        unknown.map(|(place, _name)| FieldError::stored(format!("scopes.{place}"), message.as_str())).collect();
    if errors.is_empty() {
        return Ok(names.iter().filter_map(known).map(|scope| scope.as_str().to_owned()).collect());
    }
    Err(errors)
}

pub(super) fn schema(_generator: &mut SchemaGenerator) -> Schema {
    let mut properties = fields::properties(FIELDS);
    let scopes = json_schema!({"type": ["array", "null"], "items": {"enum": Scope::ALL.map(Scope::as_str)}});
    properties.insert("scopes".into(), scopes.to_value());
    let end = json_schema!({"type": ["string", "null"], "format": "date-time"});
    properties.insert("expires_at".into(), end.to_value());
    json_schema!({"type": "object", "properties": properties})
}
