//! Accounts: reading, creating, changing, deleting.

use std::{collections::HashMap, sync::Arc};

use basalt_domain::{
    Activity, ActivityKey, ApiToken, Assignment, FieldError, Filter, Follow, Invalid, Notification, ObjectId,
    Organization, Role, Sort, User,
    organization::{INVITED_EMAIL, REQUESTER},
    policy::user::{Action, verdict},
    slug::slugify,
    user::{self, EMAIL, FIRST_NAME, FOLLOWERS, LAST_NAME, NEWEST_FIRST, SLUG},
};
use basalt_ports::{
    ChangeSet, Page, PageRequest, Row, StorageError, Stored, Version,
    mail::Message,
    pictures::{BoundingBox, PictureSpec},
};
use bytes::Bytes;

use crate::{
    AppError, Caller, Context, Form,
    error::{enforce, retried, retried_with_slug},
    folding::typed_words,
    objects::counters,
    organizations::joined_by_any,
    passwords, pictures,
    slugs::{self, Found},
};

/// Class name in documents and messages.
pub const CLASS: &str = "User";
/// The contract's sentence about one that is not active.
pub const GONE: &str = "User is not active";

/// Accounts.
#[derive(Clone)]
pub struct Users(Arc<Context>);

impl Users {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// What an id or slug leads to, usable or not.
    pub async fn find(&self, reference: &str) -> Result<Found<Row<User>>, AppError> {
        let store = &self.0.store;
        if let Ok(id) = ObjectId::parse(reference)
            && let Some(row) = store.users.get(&id).await?
        {
            return Ok(Found::Here(row));
        }
        if let Some(row) = store.users.first(SLUG.eq(reference)).await? {
            return Ok(Found::Here(row));
        }
        let present = slugs::redirect(store, &store.users, &SLUG, CLASS, reference).await?;
        Ok(present.map_or(Found::Missing, Found::At))
    }

    /// May the caller read it? Errors: `Gone`.
    pub fn readable(&self, caller: &Caller, user: &User) -> Result<(), AppError> {
        enforce(verdict(&caller.viewer, user, Action::Read), CLASS, GONE)
    }

    /// A page of the accounts that were not deleted, for administrators. Errors: `SignIn`,
    /// `Forbidden`, `NotFound` beyond the last page.
    pub async fn page(
        &self,
        q: Option<&str>,
        sort: Option<Sort<User>>,
        at: PageRequest,
    ) -> Result<Page<Row<User>>, AppError> {
        let mut filter = user::present();
        for word in q.into_iter().flat_map(typed_words) {
            let named = FIRST_NAME.contains(word).or(LAST_NAME.contains(word));
            filter = filter.and(named.or(EMAIL.contains(word)).or(slug_has(word)));
        }
        let page = self.0.store.users.page(filter, &[sort.unwrap_or(NEWEST_FIRST)], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Those whose name or slug holds every word of this text, most followed first, then the newest; all for an empty text.
    pub async fn suggest(&self, text: &str, size: u64) -> Result<Vec<Row<User>>, AppError> {
        let mut filter = user::present();
        for word in typed_words(text) {
            filter = filter.and(FIRST_NAME.contains(word).or(LAST_NAME.contains(word)).or(slug_has(word)));
        }
        Ok(self.0.store.users.list(filter, &[FOLLOWERS.descending(), NEWEST_FIRST], size).await?)
    }

    /// Names of the roles by id.
    pub async fn role_names(&self) -> Result<HashMap<ObjectId, String>, AppError> {
        let roles = self.0.store.roles.list(Filter::always(), &[], u64::MAX).await?;
        Ok(roles.iter().map(|role| (role.value.id, role.value.name.clone())).collect())
    }

    /// The organisations of these users' memberships: one read for all.
    pub async fn organizations_of(&self, users: &[ObjectId]) -> Result<Vec<Row<Organization>>, AppError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let filter = basalt_domain::organization::visible().and(joined_by_any(users));
        let newest = basalt_domain::organization::NEWEST_FIRST;
        Ok(self.0.store.organizations.list(filter, &[newest], u64::MAX).await?)
    }

    /// Creates an account, with roles by name. Errors: `Invalid`.
    pub async fn create(&self, form: &dyn Form<User>, roles: &[String]) -> Result<User, AppError> {
        let roles = self.roles_named(roles).await?;
        retried_with_slug(async |taken| {
            let context = &self.0;
            let mut account = User::new(context.id(), "", "", "", context.now());
            form.apply(&mut account).map_err(|errors| invalid(None, errors))?;
            account.roles.clone_from(&roles);
            account.slug = self.slug_for(&account, taken).await?;
            context.store.commit(ChangeSet::new().insert(&account)).await.map_err(|error| email_taken(None, error))?;
            Ok(account)
        })
        .await
    }

    /// Creates an account with a password, as the command line does. Errors: `Invalid`.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        (first_name, last_name): (&str, &str),
        admin: bool,
    ) -> Result<User, AppError> {
        if !basalt_domain::validation::is_email(email) {
            return Err(AppError::check("email", "Invalid email address"));
        }
        passwords::check_strength(password).map_err(|message| AppError::check("password", message))?;
        let hash = self.password_hash(password).await?;
        let role = if admin { Some(self.admin_role().await?) } else { None };
        retried_with_slug(async |taken| {
            let context = &self.0;
            let now = context.now();
            let mut account = User::new(context.id(), email, first_name, last_name, now);
            account.password = Some(hash.clone());
            account.confirmed_at = Some(now);
            account.roles = role.into_iter().collect();
            account.fs_uniquifier = Some(context.uuid().simple().to_string());
            account.slug = self.slug_for(&account, taken).await?;
            context.store.commit(ChangeSet::new().insert(&account)).await.map_err(|error| email_taken(None, error))?;
            Ok(account)
        })
        .await
    }

    /// The account of this address.
    pub async fn by_email(&self, email: &str) -> Result<Option<Row<User>>, AppError> {
        let spellings = [email.to_owned(), email.to_lowercase()];
        Ok(self.0.store.users.first(EMAIL.among(spellings)).await?)
    }

    /// Changes an account. Errors: `NotFound`, `Invalid`, `Precondition`, `Stale`.
    pub async fn update(
        &self,
        id: ObjectId,
        form: &dyn Form<User>,
        roles: Option<&[String]>,
        expected: Option<Version>,
    ) -> Result<User, AppError> {
        let roles = match roles {
            Some(names) => Some(self.roles_named(names).await?),
            None => None,
        };
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            if expected.is_some_and(|version| version != stored.version) {
                return Err(AppError::Precondition);
            }
            form.apply(&mut stored.value).map_err(|errors| invalid(Some(id), errors))?;
            if let Some(roles) = &roles {
                stored.value.roles.clone_from(roles);
            }
            let commit = self.0.store.commit(ChangeSet::new().update(&stored)).await;
            commit.map_err(|error| email_taken(Some(id), error))?;
            Ok(stored.value)
        })
        .await
    }

    /// Replaces the picture of an account. Errors: `Invalid`, `TooLarge`.
    pub async fn set_avatar(&self, id: ObjectId, uploaded: Bytes, bbox: Option<BoundingBox>) -> Result<User, AppError> {
        let spec = &PictureSpec::USER_AVATAR;
        let avatar = pictures::keep(&self.0, spec, uploaded, bbox).await?;
        let (account, former) = retried(|| async {
            let mut stored = self.fresh(id).await?;
            let former = stored.value.avatar.replace(avatar.clone());
            self.0.store.commit(ChangeSet::new().update(&stored)).await?;
            Ok((stored.value, former))
        })
        .await?;
        if let Some(former) = former {
            pictures::discard(&self.0, spec.folder, &former).await;
        }
        Ok(account)
    }

    /// Asks for a new password and ends all sessions. Error: `NotFound`.
    pub async fn rotate_password(&self, id: ObjectId) -> Result<(), AppError> {
        retried(|| async {
            let mut stored = self.fresh(id).await?;
            stored.value.password_rotation_demanded = Some(self.0.now());
            stored.value.fs_uniquifier = Some(self.0.uuid().simple().to_string());
            Ok(self.0.store.commit(ChangeSet::new().update(&stored)).await?)
        })
        .await
    }

    /// Deletes an account: what tells who it was is removed, its keys are revoked, its memberships,
    /// pending requests, follows, assignments and notices end; with `tell`, a mail says so. Errors:
    /// `NotFound`, `Gone`.
    #[tracing::instrument(name = "app.users.delete", skip_all, fields(user.id = %id), err(level = "info"))]
    pub async fn delete(&self, caller: &Caller, id: ObjectId, tell: bool) -> Result<(), AppError> {
        let (former, email) = retried(|| async {
            let mut stored = self.fresh(id).await?;
            if stored.value.deleted.is_some() {
                return Err(AppError::Gone("User has already been deleted"));
            }
            let email = stored.value.email.clone();
            let former = stored.value.avatar.take();
            self.erase(&mut stored.value);
            let changes = ChangeSet::new()
                .update(&stored)
                .and(self.memberships_end(caller, id, &email).await?)
                .and(self.keys_end(id).await?)
                .and(self.follows_end(id).await?)
                .and(self.rest_ends(id).await?);
            self.0.store.commit(changes).await?;
            Ok((former, email))
        })
        .await?;
        if let Some(former) = former {
            pictures::discard(&self.0, PictureSpec::USER_AVATAR.folder, &former).await;
        }
        if tell {
            let text = "Your account on this portal was deleted.".into();
            let message = Message { to: email, subject: "Account deleted".into(), text, html: None };
            if let Err(error) = self.0.mailer.send(message).await {
                tracing::warn!(%error, "mail not sent");
            }
        }
        Ok(())
    }

    fn erase(&self, account: &mut User) {
        "DELETED".clone_into(&mut account.first_name);
        "DELETED".clone_into(&mut account.last_name);
        account.email = format!("{}@deleted", account.id);
        account.slug = format!("deleted-{}", account.id);
        account.active = false;
        account.deleted = Some(self.0.now());
        account.password = None;
        account.about = None;
        account.website = None;
        account.avatar_url = None;
        account.apikey = None;
        // What it followed and who followed it ends with it.
        for name in ["followers", "following"] {
            if account.metrics.get(name).is_some() {
                account.metrics.insert(name, 0);
            }
        }
    }

    async fn memberships_end(&self, caller: &Caller, id: ObjectId, email: &str) -> Result<ChangeSet, AppError> {
        let now = self.0.now();
        let theirs = joined_by_any(&[id]).or(REQUESTER.eq(id)).or(INVITED_EMAIL.eq(email));
        let mut changes = ChangeSet::new();
        for mut stored in self.0.store.organizations.fresh_list(theirs, u64::MAX).await? {
            let organization = &mut stored.value;
            let invited = |address: Option<&str>| address == Some(email);
            organization.requests.retain(|request| {
                !(request.is_pending() && (request.user == Some(id) || invited(request.email.as_deref())))
            });
            let left = organization.remove_member(id);
            organization.last_modified = now;
            if let Some(actor) = caller.viewer.user.filter(|actor| left && *actor != id) {
                let key = ActivityKey::OrganizationUpdated;
                let told = Activity::by_user(self.0.id(), key, actor, organization.id, now)
                    .for_organization(organization.id)
                    .with_changes(vec!["members".into()]);
                changes = changes.insert(&told);
            }
            changes = changes.update(&stored);
        }
        Ok(changes)
    }

    async fn keys_end(&self, id: ObjectId) -> Result<ChangeSet, AppError> {
        let mut changes = ChangeSet::new();
        for mut token in self.0.store.api_tokens.fresh_list(ApiToken::kept_by(id), u64::MAX).await? {
            token.value.revoked_at = Some(self.0.now());
            changes = changes.update(&token);
        }
        Ok(changes)
    }

    /// Follows by and of them go; the numbers of others follow.
    async fn follows_end(&self, id: ObjectId) -> Result<ChangeSet, AppError> {
        let follows = &self.0.store.follows;
        let mut changes = ChangeSet::new();
        for follow in follows.fresh_list(Follow::FOLLOWER.eq(id), u64::MAX).await? {
            if follow.value.until.is_none() {
                changes = changes.and(counters::of_followers(&follow.value.following, -1));
            }
            changes = changes.delete(&follow);
        }
        for follow in follows.fresh_list(Follow::FOLLOWING.eq(id), u64::MAX).await? {
            if follow.value.until.is_none() {
                changes = changes.add::<User>(&follow.value.follower, &counters::FOLLOWING, -1);
            }
            changes = changes.delete(&follow);
        }
        Ok(changes)
    }

    async fn rest_ends(&self, id: ObjectId) -> Result<ChangeSet, AppError> {
        let store = &self.0.store;
        let about = Notification::to(id).or(Notification::REQUEST_USER.eq(id));
        let notices = store.notifications.fresh_list(about, u64::MAX).await?;
        let assignments = store.assignments.fresh_list(Assignment::USER.eq(id), u64::MAX).await?;
        let changes = notices.iter().fold(ChangeSet::new(), ChangeSet::delete);
        Ok(assignments.iter().fold(changes, ChangeSet::delete))
    }

    async fn fresh(&self, id: ObjectId) -> Result<Stored<User>, AppError> {
        self.0.store.users.fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(CLASS))
    }

    async fn slug_for(&self, account: &User, taken: bool) -> Result<String, AppError> {
        let fallback = account.id.to_string();
        Ok(slugs::wanted(&self.0.store.users, &SLUG, (&account.full_name(), &fallback), taken).await?)
    }

    async fn password_hash(&self, password: &str) -> Result<String, AppError> {
        let scheme = if self.0.shared_with_udata { passwords::Scheme::Udata } else { passwords::Scheme::Argon2id };
        let mut random = [0_u8; 16];
        self.0.ids.secret(&mut random);
        let (salt, password) = (self.0.secrets.password_salt.clone(), password.to_owned());
        let hashed = tokio::task::spawn_blocking(move || passwords::hash(scheme, &salt, &password, &random));
        hashed.await.map_err(AppError::internal)?
    }

    /// Ids of the roles of these names. Error: `Invalid` for an unknown one.
    async fn roles_named(&self, names: &[String]) -> Result<Vec<ObjectId>, AppError> {
        let mut ids = Vec::new();
        for name in names {
            if name == basalt_domain::ADMIN_ROLE {
                ids.push(self.admin_role().await?);
                continue;
            }
            let role = self.0.store.roles.first(Role::NAME.eq(name.as_str())).await?;
            ids.push(role.ok_or_else(|| AppError::check("roles", format!("Unknown role '{name}'")))?.value.id);
        }
        Ok(ids)
    }

    /// Id of the role of administrators, made where there is none yet.
    pub async fn admin_role(&self) -> Result<ObjectId, AppError> {
        let named = || Role::NAME.eq(basalt_domain::ADMIN_ROLE);
        if let Some(role) = self.0.store.roles.first(named()).await? {
            return Ok(role.value.id);
        }
        let role = Role {
            id: self.0.id(),
            name: basalt_domain::ADMIN_ROLE.into(),
            description: None,
            rest: basalt_domain::Document::new(),
        };
        match self.0.store.commit(ChangeSet::new().insert(&role)).await {
            Ok(()) => Ok(role.id),
            Err(StorageError::Conflict { .. }) => {
                let other = self.0.store.roles.first(named()).await?;
                Ok(other.ok_or(AppError::NotFound("Role"))?.value.id)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Those whose slug, which has no accents, has this word.
fn slug_has(word: &str) -> Filter<User> {
    let folded = slugify(word);
    SLUG.contains(if folded.is_empty() { word.to_owned() } else { folded })
}

fn invalid(id: Option<ObjectId>, errors: Vec<FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((CLASS, id.map(|id| id.to_string()))), errors, message: None })
}

fn email_taken(id: Option<ObjectId>, error: StorageError) -> AppError {
    match error {
        StorageError::Conflict { field, .. } if field == "email" => {
            invalid(id, vec![FieldError::check("email", "This email is already used")])
        }
        error => error.into(),
    }
}
