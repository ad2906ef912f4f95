//! Keys: who they belong to, making and revoking them.

use std::sync::Arc;

use basalt_domain::{
    ApiToken, DEFAULT_SCOPE, Document, MAX_USER_AGENTS, ObjectId, Role, Timestamp, User, policy::Scope, policy::Viewer,
};
use basalt_ports::{ChangeSet, Row, Stored};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{AppError, Caller, Context, error::retried, keys};

/// Use of a key is noted no more often than this.
const NOTE_EVERY_MS: i64 = 60_000;
/// The longest user agent that is remembered, in characters.
const USER_AGENT_LENGTH: usize = 200;

/// Keys and who they belong to.
#[derive(Clone)]
pub struct Tokens(Arc<Context>);

/// A new key as its user sees it once.
pub struct NewToken {
    /// What is stored.
    pub token: ApiToken,
    /// The plain key.
    pub key: String,
}

/// What a user wants of a new key.
#[derive(Clone, Debug, Default)]
pub struct TokenWishes {
    /// What to call it.
    pub name: Option<String>,
    /// What it may be used for; none: everything.
    pub scopes: Vec<String>,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
}

impl Tokens {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// Who uses this key. Error: `BadKey`, with the contract's sentence.
    pub async fn authenticate(&self, key: &str, user_agent: Option<&str>) -> Result<Caller, AppError> {
        const UNKNOWN: AppError = AppError::BadKey("Invalid API Key");
        let context = &self.0;
        let hash = keys::hash(&context.secrets.api_token, key);
        let Some(token) = context.store.api_tokens.first(ApiToken::HASH.eq(hash.as_str())).await? else {
            return self.authenticate_legacy(key).await?.ok_or(UNKNOWN);
        };
        if !bool::from(token.value.token_hash.as_bytes().ct_eq(hash.as_bytes())) {
            return Err(UNKNOWN);
        }
        if token.value.revoked_at.is_some() {
            return Err(AppError::BadKey("Revoked API token"));
        }
        if token.value.expires_at.is_some_and(|end| end <= context.now()) {
            return Err(AppError::BadKey("Expired API token"));
        }
        let scope = Scope::widest(token.value.scopes.iter().map(String::as_str)).unwrap_or(Scope::Read);
        let user = context.store.users.get(&token.value.user).await?.filter(|user| user.value.is_usable());
        let caller = self.caller(user.ok_or(UNKNOWN)?, scope, Some(token.value.id)).await?;
        self.note_use(&token, user_agent);
        Ok(caller)
    }

    /// A key of a version before 16.0.0: signed by this portal, and still that user's key.
    async fn authenticate_legacy(&self, key: &str) -> Result<Option<Caller>, AppError> {
        let context = &self.0;
        let Some(claims) = keys::legacy_claims(&context.secrets.secret_key, key) else { return Ok(None) };
        let Ok(id) = ObjectId::parse(&claims.user) else { return Ok(None) };
        let Some(user) = context.store.users.get(&id).await?.filter(|user| user.value.is_usable()) else {
            return Ok(None);
        };
        let kept = user.value.apikey.as_deref().unwrap_or_default();
        if !bool::from(kept.as_bytes().ct_eq(key.as_bytes())) {
            return Ok(None);
        }
        self.caller(user, Scope::Admin, None).await.map(Some)
    }

    async fn caller(&self, user: Row<User>, scope: Scope, token: Option<ObjectId>) -> Result<Caller, AppError> {
        let sysadmin = scope == Scope::Admin && is_sysadmin(&self.0, &user.value).await?;
        Ok(Caller { viewer: Viewer { user: Some(user.value.id), sysadmin, scope }, user: Some(user), token })
    }

    /// Notes that a key was used, at most once a minute and once per program. The request does not
    /// wait for it, and it may lose a race.
    fn note_use(&self, token: &Row<ApiToken>, user_agent: Option<&str>) {
        let now = self.0.now();
        let agent: Option<String> = user_agent.map(|agent| agent.chars().take(USER_AGENT_LENGTH).collect());
        let new_agent = agent.filter(|agent| {
            token.value.user_agents.len() < MAX_USER_AGENTS && !token.value.user_agents.contains(agent)
        });
        let recent = token.value.last_used_at.is_some_and(|last| now.millis() - last.millis() < NOTE_EVERY_MS);
        if recent && new_agent.is_none() {
            return;
        }
        let mut noted = Stored::clone(token);
        noted.value.last_used_at = Some(now);
        noted.value.user_agents.extend(new_agent);
        let store = self.0.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.commit(ChangeSet::new().update(&noted)).await {
                tracing::debug!(%error, token.id = %noted.value.id, "use of a key not noted");
            }
        });
    }

    /// The caller's keys that were not revoked, newest first.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Row<ApiToken>>, AppError> {
        let mine = ApiToken::kept_by(caller.id()?);
        Ok(self.0.store.api_tokens.list(mine, &[ApiToken::CREATED_AT.descending()], u64::MAX).await?)
    }

    /// Makes a key for a user.
    pub async fn create(&self, user: ObjectId, wishes: TokenWishes) -> Result<NewToken, AppError> {
        let context = &self.0;
        let prefix = &context.secrets.api_token_prefix;
        let key = keys::new_key(prefix, context.ids.as_ref());
        let scopes = if wishes.scopes.is_empty() { vec![DEFAULT_SCOPE.to_owned()] } else { wishes.scopes };
        let token = ApiToken {
            id: context.id(),
            token_hash: keys::hash(&context.secrets.api_token, &key),
            token_prefix: keys::shown_part(prefix, &key),
            user,
            name: wishes.name,
            scopes,
            kind: "api_key".into(),
            created_at: context.now(),
            expires_at: wishes.expires_at,
            revoked_at: None,
            last_used_at: None,
            user_agents: Vec::new(),
            rest: Document::new(),
        };
        context.store.commit(ChangeSet::new().insert(&token)).await?;
        Ok(NewToken { token, key })
    }

    /// Revokes one of the caller's keys. Errors: `NotFound` also for another's, `Gone` when it was
    /// revoked before.
    pub async fn revoke(&self, caller: &Caller, id: ObjectId) -> Result<(), AppError> {
        let user = caller.id()?;
        retried(|| async {
            let found = self.0.store.api_tokens.fresh(basalt_domain::Filter::id(&id)).await?;
            let mut token = found.filter(|token| token.value.user == user).ok_or(AppError::NotFound("Token"))?;
            if token.value.revoked_at.is_some() {
                return Err(AppError::Gone("Token already revoked"));
            }
            token.value.revoked_at = Some(self.0.now());
            Ok(self.0.store.commit(ChangeSet::new().update(&token)).await?)
        })
        .await
    }

    /// Are the secrets there at all? Keys hashed with nothing would be the same on every portal.
    pub fn secrets_are_set(&self) -> bool {
        !self.0.secrets.api_token.expose_secret().is_empty() && !self.0.secrets.secret_key.expose_secret().is_empty()
    }
}

/// Has this user the role of administrators of the portal?
pub async fn is_sysadmin(context: &Context, user: &User) -> Result<bool, AppError> {
    if user.roles.is_empty() {
        return Ok(false);
    }
    let role = context.store.roles.first(Role::NAME.eq(basalt_domain::ADMIN_ROLE)).await?;
    Ok(role.is_some_and(|role| user.roles.contains(&role.value.id)))
}
