//! The whole interface in a test: on memory, with a clock that stands still and ids that are counted.
//!
//! `TestApp::new().await`, then `app.user("Ulysse User").await` for an account with a key and
//! `app.get("/api/1/me/").key(&ulysse).send().await.is(200, json!({…}))`.

mod builders;
mod picture;
mod request;
mod users;

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex},
};

use actix_web::{App, dev::ServiceResponse, http::Method, test};
use async_trait::async_trait;
use basalt_app::{Context, Secrets, Services, search::Freshness, tokens::TokenWishes};
use basalt_contract::counting::CountingStorage;
use basalt_domain::{ObjectId, Timestamp, User};
use basalt_files::{PictureMaker, S3Options};
use basalt_http::{Portal, Settings};
use basalt_memory::{MemorySearch, MemoryStorage};
use basalt_ports::{
    ChangeSet, CountedIds, FixedClock, Row, Storage, Store,
    mail::{MailError, Mailer, Message},
    search::{Position, SearchIndex},
};

pub(crate) use builders::{Account, an_organization, organization_reference};
pub(crate) use picture::a_picture;
pub(crate) use request::{Answer, TestRequest};

/// When every test begins, as the interface writes it.
pub(crate) const NOW: &str = "2026-01-02T03:04:05.678000+00:00";
/// Address of the portal.
pub(crate) const SERVER: &str = "http://data.test";
/// Address of its front end.
pub(crate) const FRONT: &str = "https://portal.test";

const CACHE_BYTES: u64 = 1 << 24;

type Answering = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// The interface over memory.
pub(crate) struct TestApp {
    /// The use cases, to prepare and to look behind the interface.
    pub(crate) services: Services,
    /// Stands still until it is moved.
    pub(crate) clock: Arc<FixedClock>,
    /// Mails that were sent.
    pub(crate) outbox: Arc<Outbox>,
    /// Counts what is asked of storage.
    pub(crate) storage: Arc<CountingStorage>,
    service: Box<dyn Fn(test::TestRequest) -> Answering>,
}

impl TestApp {
    /// A portal with nothing in it; what was read is cached, as on SQLite.
    pub(crate) async fn new() -> Self {
        Self::over(CountingStorage::new(Arc::new(MemoryStorage::new()))).await
    }

    /// The same without cache, as on PostgreSQL or MongoDB: to count queries.
    pub(crate) async fn uncached() -> Self {
        Self::over(CountingStorage::uncached(Arc::new(MemoryStorage::new()))).await
    }

    /// The same, where datasets of more than two resources are long.
    pub(crate) async fn of_heads() -> Self {
        Self::over(CountingStorage::uncached(Arc::new(MemoryStorage::with_many(2)))).await
    }

    /// Another process on the same database. Its ids are counted too: it is there to read.
    pub(crate) async fn another(&self) -> Self {
        Self::over(Arc::clone(&self.storage)).await
    }

    /// A portal over what is stored already, such as another process of it.
    pub(crate) async fn over(storage: Arc<CountingStorage>) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp::parse(NOW).unwrap()));
        let outbox = Arc::new(Outbox::default());
        let shared: Arc<dyn Storage> = Arc::clone(&storage) as _;
        let services = Services::new(Context {
            // Ids of its own: those of records do not depend on what the feed notes.
            store: Store::new(shared, CACHE_BYTES).with_feed(Arc::clone(&clock) as _, Arc::new(CountedIds::default())),
            clock: Arc::clone(&clock) as _,
            ids: Arc::new(CountedIds::default()),
            files: basalt_files::open("memory://", &S3Options::default()).unwrap(),
            pictures: Arc::new(PictureMaker::new(4 * 1024 * 1024)),
            analyser: None,
            mailer: Arc::clone(&outbox) as _,
            secrets: Secrets {
                api_token: "token-secret".into(),
                api_token_prefix: "udata_".into(),
                secret_key: "secret-key".into(),
                password_salt: "password-salt".into(),
            },
            shared_with_udata: false,
        });
        let settings =
            Settings { public_url: Some(SERVER.into()), front_url: Some(FRONT.into()), ..Settings::default() };
        let app = App::new().configure(basalt_http::configure(Portal::new(services.clone(), settings)));
        let service = Rc::new(test::init_service(app).await);
        let service = Box::new(move |request: test::TestRequest| -> Answering {
            let service = Rc::clone(&service);
            Box::pin(
                async move { test::call_service(service.as_ref(), request.to_request()).await.map_into_boxed_body() },
            )
        });
        Self { services, clock, outbox, storage, service }
    }

    /// The same portal with a search index, which sees every write at once.
    pub(crate) async fn searching(self) -> Self {
        let index = MemorySearch::new();
        let start = Position { at: Timestamp(0), id: ObjectId::from_bytes([0; 12]) };
        index.apply(Vec::new(), Some(start)).await.unwrap();
        self.services.search.attach(Arc::new(index), Freshness::AtOnce);
        self
    }

    /// The same portal with this index, which hears of writes when [`basalt_app::search::Search::catch_up`] is called.
    pub(crate) async fn searching_late(self, index: Arc<dyn SearchIndex>) -> Self {
        let start = Position { at: Timestamp(0), id: ObjectId::from_bytes([0; 12]) };
        index.apply(Vec::new(), Some(start)).await.unwrap();
        self.services.search.attach(index, Freshness::Soon);
        self
    }

    /// What is stored.
    pub(crate) fn store(&self) -> &Store {
        &self.services.context.store
    }

    /// A user of this name with a key for everything: `Ulysse User` is `ulysse-user`,
    /// `ulysse@example.org`.
    pub(crate) async fn user(&self, name: &str) -> Account {
        self.account(name, Vec::new()).await
    }

    /// An administrator of the portal, `Ada Admin`, with a key for everything.
    pub(crate) async fn admin(&self) -> Account {
        let role = self.services.users.admin_role().await.unwrap();
        self.account("Ada Admin", vec![role]).await
    }

    async fn account(&self, name: &str, roles: Vec<ObjectId>) -> Account {
        let (first, last) = name.split_once(' ').unwrap_or((name, "Tester"));
        let context = &self.services.context;
        let email = format!("{}@example.org", first.to_lowercase());
        let mut user = User::new(context.id(), &email, first, last, context.now());
        user.slug = format!("{first}-{last}").to_lowercase();
        user.roles = roles;
        context.store.commit(ChangeSet::new().insert(&user)).await.unwrap();
        let key = self.key_for(user.id, &["admin"]).await;
        Account { id: user.id, slug: user.slug, email, first: first.into(), last: last.into(), key }
    }

    /// One more key of a user, for this only.
    pub(crate) async fn key_for(&self, user: ObjectId, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let wishes = TokenWishes { name: Some("test".into()), scopes, expires_at: None };
        self.services.tokens.create(user, wishes).await.unwrap().key
    }

    /// The stored account.
    pub(crate) async fn stored_user(&self, id: ObjectId) -> Row<User> {
        self.store().users.get(&id).await.unwrap().unwrap()
    }

    /// Changes a stored account behind the interface's back.
    pub(crate) async fn change_user(&self, id: ObjectId, change: impl FnOnce(&mut User)) {
        let mut stored = self.store().users.fresh(basalt_domain::Filter::id(&id)).await.unwrap().unwrap();
        change(&mut stored.value);
        self.store().commit(ChangeSet::new().update(&stored)).await.unwrap();
    }

    /// Waits until notes about the use of keys, which no request waits for, are taken.
    pub(crate) async fn settle(&self) {
        for _turn in 0..20 {
            actix_web::rt::task::yield_now().await;
        }
    }

    /// A `GET` of this path with its query.
    pub(crate) fn get(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::GET, path)
    }

    /// A `POST` to this path.
    pub(crate) fn post(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::POST, path)
    }

    /// A `PUT` to this path.
    pub(crate) fn put(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::PUT, path)
    }

    /// A `PATCH` of this path.
    pub(crate) fn patch(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::PATCH, path)
    }

    /// A `DELETE` of this path.
    pub(crate) fn delete(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::DELETE, path)
    }

    /// A request with this method.
    pub(crate) fn request(&self, method: Method, path: &str) -> TestRequest<'_> {
        TestRequest::new(self, method, path)
    }

    pub(crate) async fn answer(&self, request: test::TestRequest) -> ServiceResponse {
        (self.service)(request).await
    }
}

/// Keeps mails instead of sending them.
#[derive(Default)]
pub(crate) struct Outbox(Mutex<Vec<Message>>);

impl Outbox {
    /// The mails so far.
    pub(crate) fn mails(&self) -> Vec<Message> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, message: Message) -> Result<(), MailError> {
        self.0.lock().unwrap().push(message);
        Ok(())
    }
}
