//! Whatever is written through the use cases, a recount finds nothing to say.

use std::sync::Arc;

use basalt_app::{
    AppError, Caller, Context, Form, Secrets, Services,
    follows::Followable,
    form::OwnerWish,
    objects::{Class, Objects},
    system::{RandomIds, SystemClock},
};
use basalt_domain::{
    Dataservice, Dataset, FieldError, Filter, ObjectId, OrganizationRole, Reuse, Timestamp, policy::Viewer,
};
use basalt_files::{PictureMaker, S3Options};
use basalt_memory::MemoryStorage;
use basalt_ports::ChangeSet;
use proptest::{collection::vec, prelude::*};

use super::*;

const USERS: u8 = 3;
const ORGANIZATIONS: u8 = 2;

/// What is changed of an object.
#[derive(Clone, Copy, Debug)]
enum Changed {
    Private(bool),
    Archived(bool),
    /// To this user or, beyond them, this organisation.
    Given(u8),
    Deleted,
    Restored,
    /// It uses these datasets and dataservices.
    Uses(u8, u8),
}

/// One write, by one of the users; which objects is counted from the first one.
#[derive(Clone, Copy, Debug)]
enum Write {
    Create { kind: u8, by: u8, of: u8, private: bool, uses: u8 },
    Change { kind: u8, object: u8, changed: Changed },
    Follow { by: u8, kind: u8, object: u8 },
    Unfollow { by: u8, kind: u8, object: u8 },
    Join { organization: u8, user: u8 },
    Leave { organization: u8, user: u8 },
    Gone { user: u8 },
}

fn changed() -> impl Strategy<Value = Changed> {
    prop_oneof![
        any::<bool>().prop_map(Changed::Private),
        any::<bool>().prop_map(Changed::Archived),
        any::<u8>().prop_map(Changed::Given),
        Just(Changed::Deleted),
        Just(Changed::Restored),
        (any::<u8>(), any::<u8>()).prop_map(|(one, other)| Changed::Uses(one, other)),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    let byte = any::<u8>;
    prop_oneof![
        5 => (byte(), byte(), byte(), any::<bool>(), byte())
            .prop_map(|(kind, by, of, private, uses)| Write::Create { kind, by, of, private, uses }),
        8 => (byte(), byte(), changed()).prop_map(|(kind, object, changed)| Write::Change { kind, object, changed }),
        3 => (byte(), byte(), byte()).prop_map(|(by, kind, object)| Write::Follow { by, kind, object }),
        2 => (byte(), byte(), byte()).prop_map(|(by, kind, object)| Write::Unfollow { by, kind, object }),
        1 => (byte(), byte()).prop_map(|(organization, user)| Write::Join { organization, user }),
        1 => (byte(), byte()).prop_map(|(organization, user)| Write::Leave { organization, user }),
        1 => byte().prop_map(|user| Write::Gone { user }),
    ]
}

/// A change as a client would send it.
struct Sent<F>(F, OwnerWish, bool);

impl<E, F: Fn(&mut E) + Send + Sync> Form<E> for Sent<F> {
    fn apply(&self, object: &mut E) -> Result<(), Vec<FieldError>> {
        (self.0)(object);
        Ok(())
    }

    fn owner(&self) -> Result<OwnerWish, AppError> {
        Ok(self.1)
    }

    fn restores(&self) -> bool {
        self.2
    }
}

/// What the test has to do with a class by itself.
trait Written: Class {
    fn named(&mut self, title: String);
    fn hide(&mut self, private: bool);
    fn archive(&mut self, at: Option<Timestamp>);
    fn refer(&mut self, datasets: Vec<ObjectId>, dataservices: Vec<ObjectId>);
}

impl Written for Dataset {
    fn named(&mut self, title: String) {
        self.title = title;
    }
    fn hide(&mut self, private: bool) {
        self.private = private;
    }
    fn archive(&mut self, at: Option<Timestamp>) {
        self.archived = at;
    }
    fn refer(&mut self, _datasets: Vec<ObjectId>, _dataservices: Vec<ObjectId>) {}
}

impl Written for Dataservice {
    fn named(&mut self, title: String) {
        self.title = title;
    }
    fn hide(&mut self, private: bool) {
        self.private = private;
    }
    fn archive(&mut self, at: Option<Timestamp>) {
        self.archived_at = at;
    }
    fn refer(&mut self, datasets: Vec<ObjectId>, _dataservices: Vec<ObjectId>) {
        self.datasets = datasets;
    }
}

impl Written for Reuse {
    fn named(&mut self, title: String) {
        self.url = format!("https://example.org/{title}");
        self.title = title;
    }
    fn hide(&mut self, private: bool) {
        self.private = private;
    }
    fn archive(&mut self, at: Option<Timestamp>) {
        self.archived = at;
    }
    fn refer(&mut self, datasets: Vec<ObjectId>, dataservices: Vec<ObjectId>) {
        (self.datasets, self.dataservices) = (datasets, dataservices);
    }
}

/// A portal, and the ids of what is in it, in the order of creation.
struct World {
    services: Services,
    users: Vec<ObjectId>,
    organizations: Vec<ObjectId>,
    datasets: Vec<ObjectId>,
    dataservices: Vec<ObjectId>,
    reuses: Vec<ObjectId>,
}

/// One of them, counted from the first, over the end to the beginning.
fn one_of(ids: &[ObjectId], number: u8) -> Option<ObjectId> {
    ids.get(usize::from(number).checked_rem(ids.len())?).copied()
}

fn caller(user: ObjectId) -> Caller {
    // What one may do is another test's: here everybody may do everything.
    let viewer = Viewer { sysadmin: true, ..Viewer::user(user) };
    Caller { viewer, user: None, token: None }
}

impl World {
    async fn new() -> Self {
        let services = Services::new(Context {
            store: Store::new(Arc::new(MemoryStorage::new()), 0),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds::default()),
            files: basalt_files::open("memory://", &S3Options::default()).unwrap(),
            pictures: Arc::new(PictureMaker::new(1024)),
            analyser: None,
            mailer: basalt_mail::from_url("log://", "portal@example.org").unwrap(),
            secrets: Secrets {
                api_token: "a".into(),
                api_token_prefix: "p_".into(),
                secret_key: "s".into(),
                password_salt: "s".into(),
            },
            shared_with_udata: false,
        });
        let context = &services.context;
        let mut set = ChangeSet::new();
        let (mut users, mut organizations) = (Vec::new(), Vec::new());
        for at in 0..USERS {
            let mut user = User::new(context.id(), &format!("u{at}@example.org"), "U", "V", context.now());
            user.slug = format!("u-{at}");
            users.push(user.id);
            set = set.insert(&user);
        }
        for at in 0..ORGANIZATIONS {
            let creator = users.first().copied();
            let mut organization = Organization::new(context.id(), &format!("O {at}"), "", creator, context.now());
            organization.slug = format!("o-{at}");
            organizations.push(organization.id);
            set = set.insert(&organization);
        }
        context.store.commit(set).await.unwrap();
        Self { services, users, organizations, datasets: Vec::new(), dataservices: Vec::new(), reuses: Vec::new() }
    }

    /// Whom a number means.
    fn wish(&self, number: u8) -> OwnerWish {
        match number.checked_rem(USERS + ORGANIZATIONS).and_then(|number| number.checked_sub(USERS)) {
            None => OwnerWish { owner: Some(one_of(&self.users, number)), organization: None },
            Some(organization) => {
                OwnerWish { owner: None, organization: Some(one_of(&self.organizations, organization)) }
            }
        }
    }

    fn used(&self, one: u8, other: u8) -> (Vec<ObjectId>, Vec<ObjectId>) {
        let datasets = [one, other].into_iter().filter_map(|number| one_of(&self.datasets, number)).collect();
        (datasets, one_of(&self.dataservices, one).into_iter().collect())
    }

    /// Writes; refusals (deleted already, not there) are as good as done.
    async fn write(&mut self, at: usize, write: Write) {
        match write {
            Write::Create { kind, by, of, private, uses } => {
                let by = one_of(&self.users, by).unwrap();
                match kind % 3 {
                    0 => {
                        let made = self.create(&self.services.datasets, at, by, of, private, uses).await;
                        self.datasets.extend(made);
                    }
                    1 => {
                        let made = self.create(&self.services.dataservices, at, by, of, private, uses).await;
                        self.dataservices.extend(made);
                    }
                    _ => {
                        let made = self.create(&self.services.reuses, at, by, of, private, uses).await;
                        self.reuses.extend(made);
                    }
                }
            }
            Write::Change { kind, object, changed } => match kind % 3 {
                0 => self.change(&self.services.datasets, one_of(&self.datasets, object), changed).await,
                1 => self.change(&self.services.dataservices, one_of(&self.dataservices, object), changed).await,
                _ => self.change(&self.services.reuses, one_of(&self.reuses, object), changed).await,
            },
            Write::Follow { by, kind, object } => {
                let Some((by, object)) = one_of(&self.users, by).zip(self.followable(kind, object)) else { return };
                let _refused = self.services.follows.follow(&caller(by), object).await;
            }
            Write::Unfollow { by, kind, object } => {
                let Some((by, object)) = one_of(&self.users, by).zip(self.followable(kind, object)) else { return };
                let _refused = self.services.follows.unfollow(&caller(by), object).await;
            }
            Write::Join { organization, user } => {
                let organization = one_of(&self.organizations, organization).unwrap();
                let store = &self.services.context.store;
                let mut stored = store.organizations.fresh(Filter::id(&organization)).await.unwrap().unwrap();
                let user = one_of(&self.users, user).unwrap();
                stored.value.add_member(user, OrganizationRole::Editor, Timestamp(0));
                store.commit(ChangeSet::new().update(&stored)).await.unwrap();
            }
            Write::Leave { organization, user } => {
                let organization = one_of(&self.organizations, organization).unwrap();
                let (boss, user) = (one_of(&self.users, 0).unwrap(), one_of(&self.users, user).unwrap());
                let _refused = self.services.organizations.remove_member(&caller(boss), organization, user).await;
            }
            Write::Gone { user } => {
                let user = one_of(&self.users, user).unwrap();
                let _refused = self.services.users.delete(&caller(user), user, false).await;
            }
        }
    }

    fn followable(&self, kind: u8, object: u8) -> Option<Followable> {
        Some(match kind % 5 {
            0 => Followable::Dataset(one_of(&self.datasets, object)?),
            1 => Followable::Dataservice(one_of(&self.dataservices, object)?),
            2 => Followable::Reuse(one_of(&self.reuses, object)?),
            3 => Followable::User(one_of(&self.users, object)?),
            _ => Followable::Organization(one_of(&self.organizations, object)?),
        })
    }

    async fn create<E: Written>(
        &self,
        objects: &Objects<E>,
        at: usize,
        by: ObjectId,
        of: u8,
        private: bool,
        uses: u8,
    ) -> Option<ObjectId> {
        let (datasets, dataservices) = self.used(uses, uses.wrapping_add(1));
        let form = Sent(
            move |object: &mut E| {
                object.named(format!("object-{at}"));
                object.hide(private);
                object.refer(datasets.clone(), dataservices.clone());
            },
            self.wish(of),
            false,
        );
        objects.create(&caller(by), &form).await.ok().map(|object| *object.id())
    }

    async fn change<E: Written>(&self, objects: &Objects<E>, id: Option<ObjectId>, changed: Changed) {
        let Some(id) = id else { return };
        let caller = caller(one_of(&self.users, 0).unwrap());
        let (wish, restores) = match changed {
            Changed::Given(to) => (self.wish(to), false),
            other => (OwnerWish::default(), matches!(other, Changed::Restored)),
        };
        let used = match changed {
            Changed::Uses(one, other) => Some(self.used(one, other)),
            _ => None,
        };
        if matches!(changed, Changed::Deleted) {
            let _refused = objects.delete(&caller, id, None).await;
            return;
        }
        let apply = move |object: &mut E| match changed {
            Changed::Private(private) => object.hide(private),
            Changed::Archived(archived) => object.archive(archived.then_some(Timestamp(1))),
            Changed::Restored => object.set_deleted(None),
            Changed::Given(_) | Changed::Deleted => {}
            Changed::Uses(..) => {
                let (datasets, dataservices) = used.clone().unwrap_or_default();
                object.refer(datasets, dataservices);
            }
        };
        let _refused = objects.update(&caller, id, &Sent(apply, wish, restores), None).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn after_any_writes_a_recount_finds_no_difference(writes in vec(write(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let told = runtime.block_on(async {
            let mut world = World::new().await;
            for (at, write) in writes.iter().enumerate() {
                world.write(at, *write).await;
            }
            let mut told = Vec::new();
            let store = &world.services.context.store;
            all(store, Wishes::default(), |difference| told.push(format!("{difference:?}"))).await.unwrap();
            told
        });
        prop_assert!(told.is_empty(), "{told:#?}");
    }
}
