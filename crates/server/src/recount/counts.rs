//! What each number of a page of records should be.

use std::collections::{HashMap, HashSet};

use basalt_app::objects::counters::{DATASERVICE_REUSES, DATASET_REUSES, FOLLOWING};
use basalt_domain::{
    CatalogueObject, Collection, Condition, Dataservice, Dataset, Document, Entity, Field, Filter, Follow, ObjectId,
    Organization, Reuse, Test, Timestamp, User, Value, dataservice, dataset, organization, reuse, user,
};
use basalt_ports::{Query, StorageError, Store};

use super::{Counted, PAGE, Wishes, months::Months, read};

/// A number by its path, and what it should be for each record of the page; null where nothing can be said.
pub(super) type Counts = Vec<(&'static str, Vec<Value>)>;

const MEMBERS: &str = "metrics.members";
const OWNER: &str = "owner";
const ORGANIZATION: &str = "organization";
const FOLLOWERS_BY_MONTHS: &str = "metrics.followers_by_months";

/// What refers to something: its id and the time that counts.
type Dated = (ObjectId, Timestamp);

/// Counts for one page.
pub(super) struct Counter<'a> {
    pub(super) store: &'a Store,
    pub(super) of: &'static Collection,
    pub(super) page: &'a [Counted],
    pub(super) months: &'a Months,
}

impl Counter<'_> {
    /// All numbers of the page.
    pub(super) async fn counts(&self, wishes: Wishes) -> Result<Counts, StorageError> {
        let mut all = Counts::new();
        if self.of == Organization::COLLECTION {
            self.of_organizations(wishes, &mut all).await?;
        } else if self.of == User::COLLECTION {
            all.push(("metrics.datasets", numbers(&self.owned(Dataset::visible().and(personal())).await?)));
            all.push(("metrics.reuses", numbers(&self.owned(Reuse::visible().and(personal())).await?)));
            all.push(("metrics.dataservices", numbers(&self.owned(Dataservice::visible().and(personal())).await?)));
        } else if self.of == Dataset::COLLECTION {
            let reuses = self.referring(&reuse::DATASET, Reuse::visible(), created).await?;
            all.push((DATASET_REUSES.path.name, numbers(&reuses)));
            all.push(("metrics.reuses_by_months", self.by_months(&reuses)));
            let served = self.referring(&dataservice::DATASET, Dataservice::visible(), created).await?;
            all.push((dataset::DATASERVICES.path.name, numbers(&served)));
        } else if self.of == Dataservice::COLLECTION {
            let reuses = self.referring(&reuse::DATASERVICE, Reuse::visible(), created).await?;
            all.push((DATASERVICE_REUSES.path.name, numbers(&reuses)));
        } else {
            all.push((reuse::DATASETS.path.name, self.lengths("datasets")));
        }
        if !wishes.catalogue_only {
            self.people(&mut all).await?;
        }
        Ok(all)
    }

    async fn of_organizations(&self, wishes: Wishes, all: &mut Counts) -> Result<(), StorageError> {
        let field = Field::<Dataset, ObjectId>::one(ORGANIZATION);
        let datasets = self.referring(&field, Dataset::visible(), created).await?;
        let reuses = self.referring(&Field::<Reuse, ObjectId>::one(ORGANIZATION), Reuse::visible(), created).await?;
        let field = Field::<Dataservice, ObjectId>::one(ORGANIZATION);
        let dataservices = self.referring(&field, Dataservice::visible(), created).await?;
        all.push(("metrics.datasets", numbers(&datasets)));
        all.push(("metrics.datasets_by_months", self.by_months(&datasets)));
        all.push(("metrics.reuses", numbers(&reuses)));
        all.push(("metrics.reuses_by_months", self.by_months(&reuses)));
        all.push(("metrics.dataservices", numbers(&dataservices)));
        all.push(("metrics.dataservices_by_months", self.by_months(&dataservices)));
        let used = self.through(&datasets, &reuse::DATASET, Reuse::visible(), created).await?;
        all.push(("metrics.datasets_reuses_by_months", self.by_months(&used)));
        if !wishes.catalogue_only {
            for (metric, owned) in
                [("metrics.datasets_followers_by_months", datasets), ("metrics.reuses_followers_by_months", reuses)]
            {
                let follows = self.through(&owned, &Follow::FOLLOWING, Filter::always(), followed).await?;
                all.push((metric, self.of_followers(&follows).1));
            }
        }
        Ok(())
    }

    /// Numbers of followers and members, and of what users follow.
    async fn people(&self, all: &mut Counts) -> Result<(), StorageError> {
        let followers = if self.of == Organization::COLLECTION {
            organization::FOLLOWERS.path
        } else if self.of == User::COLLECTION {
            user::FOLLOWERS.path
        } else if self.of == Dataset::COLLECTION {
            dataset::FOLLOWERS.path
        } else if self.of == Dataservice::COLLECTION {
            dataservice::FOLLOWERS.path
        } else {
            reuse::FOLLOWERS.path
        };
        let follows = self.referring(&Follow::FOLLOWING, Filter::always(), followed).await?;
        let (counts, by_months) = self.of_followers(&follows);
        all.push((followers.name, counts));
        if self.of != Organization::COLLECTION && self.of != User::COLLECTION {
            all.push((FOLLOWERS_BY_MONTHS, by_months));
        }
        if self.of == User::COLLECTION {
            let following = self.referring(&Follow::FOLLOWER, Follow::UNTIL.absent(), followed).await?;
            all.push((FOLLOWING.path.name, numbers(&following)));
        }
        if self.of == Organization::COLLECTION {
            all.push((MEMBERS, self.lengths("members")));
        }
        Ok(())
    }

    /// How many of these follow still, in all and by month. Nothing is said of the months of what nobody
    /// ever followed here: imports bring such numbers without the accounts that they count.
    fn of_followers(&self, follows: &[Vec<Dated>]) -> (Vec<Value>, Vec<Value>) {
        let lasting =
            |all: &[Dated]| all.iter().copied().filter(|(_id, since)| *since != ENDED).collect::<Vec<Dated>>();
        let said = follows.iter().map(|all| !all.is_empty());
        let lasts: Vec<Vec<Dated>> = follows.iter().map(|all| lasting(all)).collect();
        let by_months = self.by_months(&lasts).into_iter().zip(said);
        (numbers(&lasts), by_months.map(|(months, said)| if said { months } else { Value::Null }).collect())
    }

    /// How long a list of each record is.
    fn lengths(&self, list: &str) -> Vec<Value> {
        let length = |record: &Counted| {
            let length = record.document.get(list).and_then(Value::as_list).map_or(0, <[Value]>::len);
            Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
        };
        self.page.iter().map(length).collect()
    }

    fn by_months(&self, all: &[Vec<Dated>]) -> Vec<Value> {
        let count = |dated: &Vec<Dated>| self.months.count(dated.iter().map(|(_id, date)| *date));
        all.iter().map(|dated| count(dated).into()).collect()
    }

    /// What belongs to each user of the page.
    async fn owned<E: Entity>(&self, visible: Filter<E>) -> Result<Vec<Vec<Dated>>, StorageError> {
        self.referring(&Field::<E, ObjectId>::one(OWNER), visible, created).await
    }

    /// Which of these records refer to each record of the page: read once for the whole page.
    async fn referring<E: Entity>(
        &self,
        field: &Field<E, ObjectId>,
        among: Filter<E>,
        date: fn(&Document) -> Timestamp,
    ) -> Result<Vec<Vec<Dated>>, StorageError> {
        let places = self.page.iter().enumerate().map(|(at, record)| (record.id, at)).collect();
        let mut found = vec![Vec::new(); self.page.len()];
        refer(self.store, field, &among, date, &places, &mut found).await?;
        Ok(found)
    }

    /// Which of these records refer to anything that belongs to each record of the page, each once.
    async fn through<E: Entity>(
        &self,
        owned: &[Vec<Dated>],
        field: &Field<E, ObjectId>,
        among: Filter<E>,
        date: fn(&Document) -> Timestamp,
    ) -> Result<Vec<Vec<Dated>>, StorageError> {
        let places: Vec<(ObjectId, usize)> =
            owned.iter().enumerate().flat_map(|(at, dated)| dated.iter().map(move |(id, _date)| (*id, at))).collect();
        let mut found = vec![Vec::new(); self.page.len()];
        for some in places.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
            refer(self.store, field, &among, date, &some.iter().copied().collect(), &mut found).await?;
        }
        for dated in &mut found {
            let mut seen = HashSet::new();
            dated.retain(|(id, _date)| seen.insert(*id));
        }
        Ok(found)
    }
}

/// Reads the records that refer to one of these, and notes each in its place.
async fn refer<E: Entity>(
    store: &Store,
    field: &Field<E, ObjectId>,
    among: &Filter<E>,
    date: fn(&Document) -> Timestamp,
    places: &HashMap<ObjectId, usize>,
    found: &mut [Vec<Dated>],
) -> Result<(), StorageError> {
    let referring = among.clone().and(field.among(places.keys().copied())).into_condition();
    let mut after: Option<Value> = None;
    loop {
        let mut conditions = vec![referring.clone()];
        conditions.extend(after.take().map(|after| Condition::Is(E::COLLECTION.id_path(), Test::Gt(after))));
        let query = Query { condition: Condition::All(conditions), limit: PAGE, ..Query::all(E::COLLECTION) };
        let records = read(store, query).await?;
        for record in &records {
            let mut referred: Vec<ObjectId> =
                record.document.values_at(field.path.name).into_iter().filter_map(Value::as_id).collect();
            // Named twice is one reference.
            referred.sort_unstable();
            referred.dedup();
            for place in referred.iter().filter_map(|id| places.get(id)) {
                if let Some(dated) = found.get_mut(*place) {
                    dated.push((record.id, date(&record.document)));
                }
            }
        }
        if u64::try_from(records.len()).is_ok_and(|found| found < PAGE) {
            return Ok(());
        }
        after = records.last().map(|record| record.id.into());
    }
}

/// Whose owner is a person: what belongs to an organisation does not count as its owner's.
fn personal<E: Entity>() -> Filter<E> {
    Field::<E, ObjectId>::one(ORGANIZATION).absent()
}

fn numbers(all: &[Vec<Dated>]) -> Vec<Value> {
    all.iter().map(|dated| Value::Int(i64::try_from(dated.len()).unwrap_or(i64::MAX))).collect()
}

/// When an object was created here.
pub(super) fn created(document: &Document) -> Timestamp {
    let stored = ["created_at_internal", "created_at"].iter().find_map(|name| document.get(name)?.as_time());
    stored.unwrap_or_default()
}

/// What stands for the time of a follow that has ended.
const ENDED: Timestamp = Timestamp(i64::MIN);

fn followed(document: &Document) -> Timestamp {
    match document.decode::<Follow>() {
        Ok(follow) if follow.until.is_none() => follow.since(),
        _ => ENDED,
    }
}
