//! Objects that differ in everything that can be filtered, sorted and counted.

use std::sync::Arc;

use basalt_app::objects::Class;
use basalt_domain::{
    Badge, CatalogueObject, Dataservice, Dataset, DateRange, Document, GenericReference, ObjectId, Owner, Post,
    Resource, Reuse, Schema, SpatialCoverage, Timestamp, Topic, TopicElement,
};
use basalt_ports::ChangeSet;
use basalt_search::{TantivyIndex, Weights};
use serde_json::json;

use crate::support::{TestApp, an_organization};

const DAY_MS: i64 = 24 * 3_600_000;
const NAMES: [&str; 4] = ["A", "B", "C", "D"];

/// A town, a company and a club; a user; and of each kind an object of the town (`A`), of the company (`B`), of the user (`C`) and of
/// nobody (`D`). All are about roads.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) user: ObjectId,
    pub(super) town: ObjectId,
    /// Has the datasets `A` and `C` and the dataservice `B`.
    pub(super) topic: ObjectId,
}

/// One of four objects of a kind in the making.
struct Made<'a> {
    app: &'a TestApp,
    /// From 0 for `A` to 3 for `D`.
    number: usize,
    owner: Option<Owner>,
    updated: Timestamp,
}

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::new().await;
        let user = app.user("Ulysse User").await;
        let (town, company) = organizations(&app).await;
        let now = app.services.context.now().millis();
        let mut all = ChangeSet::new();
        let mut elements = Vec::new();
        let mut topic = ObjectId::from_bytes([0; 12]);
        for number in 0..NAMES.len() {
            let owner = match number {
                0 => Some(Owner::Organization(town)),
                1 => Some(Owner::Organization(company)),
                2 => Some(Owner::User(user.id)),
                _ => None,
            };
            let updated = Timestamp(now - [1, 100, 700, 3_000][number] * DAY_MS);
            let made = Made { app: &app, number, owner, updated };
            let (dataset, dataservice, of_topic) = (made.dataset(), made.dataservice(), made.topic());
            match number {
                0 | 2 => elements.push(("Dataset", "dataset", dataset.id)),
                1 => elements.push(("Dataservice", "dataservice", dataservice.id)),
                _ => topic = of_topic.id,
            }
            all =
                all.insert(&dataset).insert(&dataservice).insert(&of_topic).insert(&made.reuse()).insert(&made.post());
        }
        for (class, collection, id) in elements {
            let element = json!({
                "_id": {"$oid": app.services.context.id().to_string()}, "topic": {"$oid": topic.to_string()}
            });
            let mut element: TopicElement = serde_json::from_value(element).unwrap();
            element.element = Some(GenericReference::new(class, collection, id));
            all = all.insert(&element);
        }
        app.store().commit(all).await.unwrap();
        let app = app.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
        app.services.search.catch_up().await.unwrap();
        Self { user: user.id, town, topic, app }
    }
}

async fn organizations(app: &TestApp) -> (ObjectId, ObjectId) {
    let mut ids = Vec::new();
    for (number, badges) in [&["local-authority", "certified"][..], &["company"], &[]].into_iter().enumerate() {
        let made = badges.iter().fold(an_organization().named(NAMES[number]), |made, badge| made.with_badge(badge));
        let made = made.but(move |it| {
            it.description = "Roads".into();
            it.business_number_id = Some(format!("2113000470001{number}"));
            for (name, numbers) in
                [("datasets", [3, 1, 2]), ("followers", [5, 9, 1]), ("reuses", [1, 2, 3]), ("views", [7, 2, 9])]
            {
                it.metrics.insert(name, numbers[number]);
            }
            let days = i64::try_from(number).unwrap() * DAY_MS;
            it.created_at = Timestamp(it.created_at.millis() - days);
            it.last_modified = Timestamp(it.last_modified.millis() + days);
        });
        ids.push(made.stored(app).await.id);
    }
    (ids[0], ids[1])
}

impl Made<'_> {
    fn blank<E: Class + CatalogueObject>(&self) -> E {
        let mut object = E::blank(self.app.services.context.id(), self.created());
        object.set_slug(format!("slug-{}", self.number));
        if let Some(owner) = &self.owner {
            object.give(*owner);
        }
        object
    }

    fn name(&self) -> String {
        NAMES[self.number].into()
    }

    fn created(&self) -> Timestamp {
        Timestamp(self.updated.millis() - DAY_MS)
    }

    fn tags(&self) -> Vec<String> {
        let own = ["alpha", "beta", "gamma", "delta"][self.number];
        let few = (self.number < 2).then_some("few");
        [Some(own), few, Some("all")].into_iter().flatten().map(Into::into).collect()
    }

    /// The first has one.
    fn badges(&self, class: &str, kind: &str) -> Vec<Badge> {
        let (class, kind) = (Some(class.into()), kind.into());
        let badge = Badge { class, kind, created: self.updated, created_by: None, rest: Document::new() };
        (self.number == 0).then_some(badge).into_iter().collect()
    }

    /// Numbers in an order of their own each.
    fn metrics(&self) -> Document {
        let mut metrics = Document::new();
        for (name, numbers) in [
            ("views", [10, 40, 20, 30]),
            ("followers", [4, 3, 2, 1]),
            ("reuses", [1, 4, 3, 2]),
            ("datasets", [2, 1, 4, 3]),
        ] {
            metrics.insert(name, i64::from(numbers[self.number]));
        }
        metrics
    }

    fn access(&self) -> Option<String> {
        [None, Some("restricted"), Some("open_with_account"), Some("open")][self.number].map(Into::into)
    }

    fn dataset(&self) -> Dataset {
        let mut dataset: Dataset = self.blank();
        dataset.title = self.name();
        dataset.description = "Roads".into();
        dataset.license = [Some("lov2"), Some("odc-odbl"), None, None][self.number].map(Into::into);
        dataset.tags = self.tags();
        dataset.badges = self.badges("DatasetBadge", "hvd");
        dataset.featured = self.number == 1;
        dataset.access_type = self.access();
        dataset.metrics = self.metrics();
        dataset.created_at_internal = self.created();
        dataset.last_modified_internal = self.updated;
        dataset.last_update = self.updated;
        let context = &self.app.services.context;
        let formats: &[&str] = [&["csv", "json"][..], &["pdf"], &[], &["shp", "xyz"]][self.number];
        for format in formats {
            dataset.resources.push(Resource {
                title: "r".into(),
                url: "https://example.org/r".into(),
                format: Some((*format).into()),
                schema: (*format == "json").then(|| schema("etalab/roads")),
                ..Resource::blank(context.uuid(), context.now())
            });
        }
        if self.number == 3 {
            dataset.schema = Some(schema("etalab/trees"));
        }
        let zones = [Some(("fr:commune:13004", "fr:commune")), Some(("country:fr", "country")), None, None];
        dataset.spatial = zones[self.number].map(|(zone, granularity)| SpatialCoverage {
            zones: vec![zone.into()],
            granularity: Some(granularity.into()),
            geom: None,
            rest: Document::new(),
        });
        let covered = [Some(("2020-01-01", "2020-12-31")), Some(("2022-01-01", "2022-06-30")), None, None];
        dataset.temporal_coverage = covered[self.number].map(|(start, end)| DateRange {
            start: Some(start.into()),
            end: Some(end.into()),
            rest: Document::new(),
        });
        dataset
    }

    fn reuse(&self) -> Reuse {
        let mut reuse: Reuse = self.blank();
        reuse.title = self.name();
        reuse.description = "Roads".into();
        reuse.kind = ["api", "application", "api", "paper"][self.number].into();
        reuse.topic = Some(["health", "others", "health", "others"][self.number].into());
        reuse.url = format!("https://example.org/{}", self.number);
        reuse.urlhash = self.number.to_string();
        reuse.tags = self.tags();
        reuse.badges = self.badges("ReuseBadge", "best-of");
        reuse.featured = [Some(true), Some(false), None, None][self.number];
        reuse.archived = (self.number == 2).then_some(self.updated);
        reuse.metrics = self.metrics();
        reuse.last_modified = self.updated;
        reuse
    }

    fn dataservice(&self) -> Dataservice {
        let mut dataservice: Dataservice = self.blank();
        dataservice.title = self.name();
        dataservice.description = Some("Roads".into());
        dataservice.base_api_url = Some(format!("https://example.org/{}", 9 - self.number));
        dataservice.access_type = self.access();
        dataservice.tags = self.tags();
        dataservice.featured = Some(self.number == 1);
        dataservice.metrics = self.metrics();
        dataservice.metadata_modified_at = self.updated;
        dataservice
    }

    fn topic(&self) -> Topic {
        let mut topic: Topic = self.blank();
        topic.name = self.name();
        topic.description = Some("Roads".into());
        topic.tags = self.tags();
        topic.featured = self.number == 1;
        topic.last_modified = self.updated;
        topic
    }

    fn post(&self) -> Post {
        let id = self.app.services.context.id().to_string();
        let mut post: Post = serde_json::from_value(json!({
            "_id": {"$oid": id}, "name": self.name(), "slug": format!("slug-{}", self.number), "headline": "Roads"
        }))
        .unwrap();
        post.tags = self.tags();
        post.kind = Some(["news", "page", "news", "news"][self.number].into());
        post.created_at = self.created();
        post.last_modified = self.updated;
        // In another order than they were written in.
        post.published = Some(Timestamp(self.updated.millis() - [9, 200, 5, 6][self.number] * DAY_MS * 10));
        post
    }
}

fn schema(name: &str) -> Schema {
    Schema { name: Some(name.into()), url: None, version: None, rest: Document::new() }
}
