//! The portal itself: what it is called, what its home page shows, how much is in it.

use std::sync::Arc;

use basalt_domain::{
    CatalogueObject, Dataservice, Dataset, Document, Entity, Field, FieldError, Filter, Follow, Invalid, Organization,
    Reuse, Site, Value, dataset, organization, reuse, user,
};
use basalt_ports::{ChangeSet, Kept, Repo, Stored, Version};

use crate::{AppError, Context, Form, error::retried};

/// Class name in messages.
const CLASS: &str = "Site";

/// The portal itself.
#[derive(Clone)]
pub struct Sites(Arc<Context>);

impl Sites {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// The portal of this id; what nobody has set yet is as new, with this title.
    pub async fn get(&self, id: &str, title: &str) -> Result<Site, AppError> {
        let stored = self.0.store.sites.get(&id.to_owned()).await?;
        Ok(stored.map_or_else(|| blank(id, title), |row| row.value.clone()))
    }

    /// Changes it as a form says. Error: `Invalid`.
    pub async fn update(&self, id: &str, title: &str, form: &dyn Form<Site>) -> Result<Site, AppError> {
        retried(|| async {
            let stored = self.0.store.sites.fresh(Filter::id(&id.to_owned())).await?;
            let version = stored.as_ref().map(|stored| stored.version);
            let mut site = stored.map_or_else(|| blank(id, title), |stored| stored.value);
            form.check()?;
            form.apply(&mut site).map_err(|errors| invalid(id, errors))?;
            self.write(site, version).await
        })
        .await
    }

    /// Stores numbers that are counted now and then; all others stay.
    pub async fn count(&self, id: &str, title: &str, counted: &Document) -> Result<(), AppError> {
        retried(|| async {
            let stored = self.0.store.sites.fresh(Filter::id(&id.to_owned())).await?;
            let version = stored.as_ref().map(|stored| stored.version);
            let mut site = stored.map_or_else(|| blank(id, title), |stored| stored.value);
            let mut metrics = site.metrics.clone();
            for (name, number) in counted.iter() {
                metrics.insert(name.clone(), number.clone());
            }
            if metrics == site.metrics {
                return Ok(());
            }
            site.metrics = metrics;
            self.write(site, version).await.map(|_site| ())
        })
        .await
    }

    async fn write(&self, site: Site, version: Option<Version>) -> Result<Site, AppError> {
        let changes = match version {
            Some(version) => ChangeSet::new().update(&Stored { value: site.clone(), version }),
            None => ChangeSet::new().insert(&site),
        };
        self.0.store.commit(changes).await?;
        Ok(site)
    }

    /// How much is in it. Numbers of what everybody sees are exact: totals that are kept, and the
    /// first of an index. What is counted now and then is as it was stored with the site:
    /// months, and resources where the storage keeps no such number.
    pub async fn metrics(&self, site: &Site) -> Result<Document, AppError> {
        let store = &self.0.store;
        let mut metrics = site.metrics.clone();
        let mut set = |name: &str, number: i64| metrics.insert(name, number);
        set("dataservices", count(&store.dataservices, Dataservice::visible()).await?);
        set("datasets", count(&store.datasets, Dataset::visible()).await?);
        set("organizations", count(&store.organizations, organization::visible()).await?);
        set("reuses", count(&store.reuses, Reuse::visible()).await?);
        set("users", count(&store.users, user::present()).await?);
        set("followers", count(&store.follows, Follow::UNTIL.absent()).await?);
        let public = organization::visible().and(organization::BADGE.eq("public-service"));
        set("public-service", count(&store.organizations, public).await?);
        let visible = Dataset::visible().into_condition();
        if let Some(resources) = store.storage().count_parts(Dataset::COLLECTION, &visible).await? {
            set("resources", i64::try_from(resources).unwrap_or(i64::MAX));
        }
        set("max_dataset_followers", self.most(Dataset::visible(), &dataset::FOLLOWERS).await?);
        set("max_dataset_reuses", self.most(Dataset::visible(), &dataset::REUSES).await?);
        set("max_reuse_datasets", self.most(Reuse::visible(), &reuse::DATASETS).await?);
        set("max_reuse_followers", self.most(Reuse::visible(), &reuse::FOLLOWERS).await?);
        let organizations = organization::visible;
        set("max_org_datasets", self.most::<Organization>(organizations(), &organization::DATASETS).await?);
        set("max_org_followers", self.most::<Organization>(organizations(), &organization::FOLLOWERS).await?);
        set("max_org_reuses", self.most::<Organization>(organizations(), &organization::REUSES).await?);
        Ok(metrics)
    }

    /// The greatest number of any of these.
    async fn most<E: Kept>(&self, among: Filter<E>, number: &Field<E, i64>) -> Result<i64, AppError> {
        let first = self.0.store.of::<E>().list(among, &[number.descending()], 1).await?;
        let Some(first) = first.first() else { return Ok(0) };
        let document = Document::of(&first.value).map_err(AppError::internal)?;
        Ok(document.at(number.path.name).and_then(Value::as_int).unwrap_or(0))
    }
}

async fn count<E: Entity>(repo: &Repo<E>, of: Filter<E>) -> Result<i64, AppError> {
    Ok(i64::try_from(repo.count(&of).await?).unwrap_or(i64::MAX))
}

fn blank(id: &str, title: &str) -> Site {
    Site {
        id: id.to_owned(),
        title: title.to_owned(),
        keywords: Vec::new(),
        feed_size: None,
        configs: Document::new(),
        themes: Document::new(),
        settings: None,
        datasets_blocs: Vec::new(),
        reuses_blocs: Vec::new(),
        dataservices_blocs: Vec::new(),
        metrics: Document::new(),
        rest: Document::new(),
    }
}

fn invalid(id: &str, errors: Vec<FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((CLASS, Some(id.to_owned()))), errors, message: None })
}
