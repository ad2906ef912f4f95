//! A portal where every operation finds what its path speaks of, and plausible requests for each.

use std::fmt::Write as _;

use actix_web::http::Method;
use basalt_app::objects::Class;
use basalt_domain::{
    CatalogueObject, Chart, CommunityResource, ContactPoint, Dataservice, Dataset, Document, GeoLevel, GeoZone,
    ObjectId, Organization, OrganizationRole, Owner, Resource, Reuse, Topic, TopicElement,
};
use basalt_http::{Operation, operation::Body};
use basalt_ports::{ChangeSet, Query};
use serde_json::{Value, json};

use crate::support::{Account, Answer, TestApp, TestRequest, a_picture, an_organization};

/// A portal where every operation finds what its path speaks of.
pub(super) struct World {
    pub(super) app: TestApp,
    /// Administers the portal.
    pub(super) sysadmin: Account,
    /// Administers the organisation.
    pub(super) owner: Account,
    /// Is invited to the organisation, and nothing else.
    pub(super) stranger: Account,
    /// A partial editor of the organisation.
    pub(super) member: Account,
    pub(super) organization: Organization,
    request: String,
    invitation: String,
    token: String,
    notification: String,
    pub(super) catalogue: Catalogue,
}

/// One object of each class, all of the organisation.
pub(super) struct Catalogue {
    pub(super) dataset: Dataset,
    pub(super) community: CommunityResource,
    reuse: Reuse,
    dataservice: Dataservice,
    topic: Topic,
    chart: Chart,
    contact: ContactPoint,
    /// Of the topic.
    element: ObjectId,
}

/// The slug of the post; posts belong to nobody.
const POST: &str = "a-post";

impl Catalogue {
    async fn stored(app: &TestApp, organization: ObjectId) -> Self {
        let context = &app.services.context;
        let resource = |title: &str| Resource {
            title: title.into(),
            url: "https://example.org/a.csv".into(),
            ..Resource::blank(context.uuid(), context.now())
        };
        let mut dataset: Dataset = of_organization(app, organization);
        dataset.title = "A dataset".into();
        dataset.description = "d".into();
        dataset.resources.push(resource("A resource"));
        let community = CommunityResource {
            dataset: Some(dataset.id),
            owner: None,
            organization: Some(organization),
            resource: resource("A community resource"),
        };
        let contact: ContactPoint = from_json(json!({
            "_id": {"$oid": context.id().to_string()}, "name": "Desk", "email": "desk@example.org", "role": "contact",
            "organization": {"$oid": organization.to_string()}
        }));
        let mut dataservice: Dataservice = of_organization(app, organization);
        dataservice.datasets.push(dataset.id);
        let topic: Topic = of_organization(app, organization);
        let element: TopicElement = from_json(json!({
            "_id": {"$oid": context.id().to_string()}, "topic": {"$oid": topic.id.to_string()}, "title": "An element"
        }));
        let made = Self {
            dataset,
            community,
            reuse: of_organization(app, organization),
            dataservice,
            topic,
            element: element.id,
            chart: of_organization(app, organization),
            contact,
        };
        let level: GeoLevel = from_json(json!({"_id": "fr:commune", "name": "French town"}));
        let zone: GeoZone = from_json(
            json!({"_id": "fr:commune:13004", "slug": "arles", "name": "Arles", "code": "13004", "level": "fr:commune"}),
        );
        let post: basalt_domain::Post = from_json(json!({
            "_id": {"$oid": context.id().to_string()}, "name": "A post", "slug": POST, "headline": "h",
            "published": {"$date": context.now().to_string()}
        }));
        let all = ChangeSet::new().insert(&made.dataset).insert(&made.community).insert(&made.reuse);
        let all = all.insert(&made.dataservice).insert(&made.topic).insert(&made.chart).insert(&made.contact);
        app.store().commit(all.insert(&level).insert(&zone).insert(&post).insert(&element)).await.unwrap();
        made
    }
}

fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn of_organization<E: Class + CatalogueObject>(app: &TestApp, organization: ObjectId) -> E {
    let context = &app.services.context;
    let mut object = E::blank(context.id(), context.now());
    object.set_slug(object.id().to_string());
    object.give(Owner::Organization(organization));
    object
}

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::new().await.searching().await;
        let sysadmin = app.admin().await;
        let owner = app.user("Olga Owner").await;
        let stranger = app.user("Ulysse User").await;
        let member = app.user("Paula Partial").await;
        let asking = app.user("Rita Requester").await;
        let organization = an_organization()
            .with_admin(&owner)
            .with(&member, OrganizationRole::PartialEditor)
            .with_badge("certified")
            .stored(&app)
            .await;
        let at = format!("/api/1/organizations/{}", organization.id);
        let asked =
            app.post(&format!("{at}/membership/")).key(&asking).json(&json!({"comment": "Please"})).send().await;
        let invited = json!({"user": stranger.id.to_string()});
        let invited = app.post(&format!("{at}/member/")).key(&owner).json(&invited).send().await;
        let tokens = app.get("/api/1/me/api_tokens/").key(&owner).send().await;
        let notices = app.get("/api/1/notifications/").key(&owner).send().await;
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned();
        let catalogue = Catalogue::stored(&app, organization.id).await;
        Self {
            catalogue,
            request: text(&asked.json()["id"]),
            invitation: text(&invited.json()["id"]),
            token: text(&tokens.json()[0]["id"]),
            notification: text(&notices.json()["data"][0]["id"]),
            app,
            sysadmin,
            owner,
            stranger,
            member,
            organization,
        }
    }

    /// What a variable in the path of an operation stands for here.
    pub(super) fn variable(&self, operation: &Operation, name: &str) -> String {
        let path = operation.path;
        match name {
            "org" => self.organization.id.to_string(),
            "user" => self.member.id.to_string(),
            "dataset" | "served" => self.catalogue.dataset.id.to_string(),
            "rid" => self.catalogue.dataset.resources[0].id.to_string(),
            "id" if path.contains("/datasets/r/") => self.catalogue.dataset.resources[0].id.to_string(),
            "id" if path.contains("/datasets/{id}/") => self.catalogue.dataset.id.to_string(),
            "id" if path.contains("/reuses/{id}/") => self.catalogue.reuse.id.to_string(),
            "id" if path.contains("/dataservices/{id}/") => self.catalogue.dataservice.id.to_string(),
            "id" if path.contains("/spatial/zone/") => "fr:commune:13004".into(),
            "ids" => "fr:commune:13004".into(),
            "level" => "fr:commune".into(),
            "element_id" => self.catalogue.element.to_string(),
            "community" => self.catalogue.community.resource.id.to_string(),
            "reuse" => self.catalogue.reuse.id.to_string(),
            "dataservice" => self.catalogue.dataservice.id.to_string(),
            "topic" => self.catalogue.topic.id.to_string(),
            "visualization" => self.catalogue.chart.id.to_string(),
            "contact_point" => self.catalogue.contact.id.to_string(),
            "post" => POST.into(),
            "_format" => "ttl".into(),
            "badge_kind" => "certified".into(),
            "identifier" => "somebody".into(),
            "size" => "32".into(),
            "api_token" => self.token.clone(),
            "notification" => self.notification.clone(),
            "id" if path.contains("/organizations/{id}/") => self.organization.id.to_string(),
            "id" if path.contains("/users/{id}/") => self.member.id.to_string(),
            "id" if path.contains("/cancel/") || path.contains("/org_invitations/") => self.invitation.clone(),
            "id" if path.contains("/membership/") => self.request.clone(),
            _ => panic!("say in world.rs what {{{name}}} of {path} stands for"),
        }
    }

    /// The path of an operation with what it needs in its query.
    pub(super) fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.to_owned();
        for name in variables(operation) {
            path = path.replace(&format!("{{{name}}}"), &self.variable(operation, name));
        }
        let required: Vec<String> =
            operation.query.iter().filter(|known| known.required).map(|known| format!("{}=a", known.name)).collect();
        if required.is_empty() { path } else { format!("{path}?{}", required.join("&")) }
    }

    /// A request that the operation can fulfil.
    pub(super) fn plausible(&self, operation: &Operation) -> TestRequest<'_> {
        let request = self.app.request(operation.method.clone(), &self.path(operation));
        match operation.body {
            Body::Nothing => request,
            Body::Form => request.file("a.png", &a_picture(), ""),
            Body::Object | Body::Json => request.json(&plausible_body(operation)),
        }
    }

    /// Everything that is stored, but for what notes that a key was used.
    pub(super) async fn stored(&self) -> String {
        let mut all = String::new();
        for of in basalt_domain::COLLECTIONS {
            let rows = self.app.store().storage().fetch(&Query::all(of)).await.unwrap();
            for row in rows {
                let mut document: Document = row.value.decode().unwrap();
                for noted in ["last_used_at", "user_agents", "current_login_at", "last_login_at", "login_count"] {
                    document.remove(noted);
                }
                writeln!(all, "{} {}", of.name, serde_json::to_string(&document).unwrap()).unwrap();
            }
        }
        all
    }
}

/// Names of the variables in the path of an operation.
pub(super) fn variables(operation: &Operation) -> Vec<&'static str> {
    operation.path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// Does it change anything?
pub(super) fn writes(operation: &Operation) -> bool {
    operation.method != Method::GET
}

fn plausible_body(operation: &Operation) -> Value {
    match operation.id {
        "create_organization" => json!({"name": "New", "description": "d"}),
        "update_organization" => json!({"acronym": "X"}),
        "add_organization_badge" => json!({"kind": "company"}),
        "invite_organization_member" => json!({"email": "new@example.org"}),
        "update_organization_member" => json!({"role": "admin"}),
        "post_membership_request_api_/organizations/<org:org>/membership/" => json!({"comment": "Please"}),
        "create_reuse" => json!({
            "title": "New", "description": "d", "type": "api", "topic": "health", "url": "https://example.org/new"
        }),
        "create_dataservice" => json!({"title": "New"}),
        "create_contact_point" => json!({"name": "New", "email": "new@example.org", "role": "contact"}),
        "create_visualization" => json!({
            "title": "New", "description": "d", "x_axis": {"column_x": "a", "type": "discrete"},
            "series": [{"resource_id": "00000000-0000-4000-8000-000000000000", "type": "line", "column_y": "b"}]
        }),
        "create_post" => json!({"name": "New", "content": "c"}),
        "update_post" => json!({"content": "c"}),
        "create_topic" => json!({"name": "New"}),
        "update_topic" => json!({"description": "d"}),
        "topic_elements_create" => json!([{"title": "New"}]),
        "update_organization_extras" => json!({"a": 1}),
        "delete_organization_extras" => json!(["a"]),
        "create_user" => json!({"email": "new@example.org", "first_name": "Nina", "last_name": "New"}),
        "update_user" | "update_me" => json!({"about": "x"}),
        "create_dataset" => json!({"title": "New", "description": "d"}),
        "update_dataset" | "update_resource" | "update_community_resource" => json!({"title": "Other"}),
        "create_resource" => json!({"title": "New", "url": "https://example.org/b.csv", "filetype": "remote"}),
        "add_dataset_badge" | "add_reuse_badge" => json!({"kind": "hvd"}),
        "create_api_token" => json!({"name": "x"}),
        _ if operation.body == Body::Json => json!([]),
        _ => json!({}),
    }
}

/// Refusals have a message and their status, and everything else is what it says it is.
pub(super) fn is_sound(answer: &Answer, asked: &str) {
    assert!(answer.status < 500, "{asked}: {answer:?}");
    let json = answer.header("content-type").starts_with("application/json");
    if json && !answer.body.is_empty() {
        let parsed: Result<Value, _> = serde_json::from_slice(&answer.body);
        let body = parsed.unwrap_or_else(|error| panic!("{asked}: {error}: {answer:?}"));
        // 409 answers with the member who is there already.
        if answer.status >= 400 && answer.status != 409 {
            assert!(body["message"].is_string(), "{asked}: {answer:?}");
            assert_eq!(body["status"], answer.status, "{asked}: {answer:?}");
        }
    }
    assert!(answer.status < 400 || json, "{asked}: a refusal that is no JSON: {answer:?}");
}
