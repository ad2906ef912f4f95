//! Objects of all kinds, writes to them, and what everybody is told of them.
//!
//! What is right is decided here from what is stored, in other words than the product's own.

use std::collections::{BTreeMap, BTreeSet};

use basalt_domain::{CatalogueObject, Dataservice, Dataset, Filter, ObjectId, Organization, Owner, Post, Reuse, Topic};
use basalt_ports::{ChangeSet, Kept};
use serde_json::{Value, json};

use crate::support::{Account, TestApp, an_organization};

/// Of each of these families, one object of the organisation and one of a user.
const OWNED: [&str; 4] = ["datasets", "reuses", "dataservices", "topics"];
/// Objects that are written: those, and two posts.
pub(super) const OBJECTS: usize = 2 * OWNED.len() + 2;

/// What happens to an object, or to the organisation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Write {
    Publish,
    Hide,
    Archive,
    Delete,
    /// From the organisation to the user, or the other way round.
    Transfer,
    DeleteOrganization,
    RestoreOrganization,
}

/// Ids of objects.
type Ids = BTreeSet<String>;

pub(super) struct World {
    owner: Account,
    member: Account,
    stranger: Account,
    admin: Account,
    town: Organization,
    /// Family and id.
    objects: Vec<(&'static str, String)>,
}

/// What is stored of an object.
struct Fact {
    id: String,
    public: bool,
    owner: Option<ObjectId>,
    organization: Option<ObjectId>,
    tags: Vec<String>,
}

impl World {
    pub(super) async fn new(app: &TestApp) -> Self {
        let (owner, member, stranger) =
            (app.user("Olga Owner").await, app.user("Mia Member").await, app.user("Sam Stranger").await);
        let admin = app.admin().await;
        let town = an_organization().named("Roads of Town").with_editor(&member).with_badge("certified");
        let town = town.stored(app).await;
        an_organization().named("Roads of Village").stored(app).await;
        let mut objects = Vec::new();
        for family in OWNED {
            for organization in [Some(town.id.to_string()), None] {
                let number = objects.len();
                let name = format!("Roads {number}");
                let path = if family == "topics" { "/api/2/topics/".into() } else { format!("/api/1/{family}/") };
                let mut body = json!({
                    "title": name, "name": name, "description": "d", "tags": [format!("mark-{number}"), "marked"],
                    "type": "api", "topic": "health", "url": format!("https://example.org/{number}")
                });
                match family {
                    "datasets" | "dataservices" => drop(body.as_object_mut().unwrap().remove("topic")),
                    _ => {}
                }
                if let Some(organization) = organization {
                    body["organization"] = json!(organization);
                }
                let made = app.post(&path).key(if body["organization"].is_null() { &owner } else { &member });
                let made = made.json(&body).send().await;
                assert_eq!(made.status, 201, "{path} {made:?}");
                objects.push((family, made.json()["id"].as_str().unwrap().to_owned()));
            }
        }
        for number in 0..2 {
            let body = json!({"name": format!("Roads of post {number}"), "headline": "h", "content": "c"});
            let made = app.post("/api/1/posts/").key(&admin).json(&body).send().await.json();
            objects.push(("posts", made["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(objects.len(), OBJECTS);
        Self { owner, member, stranger, admin, town, objects }
    }

    /// Was it accepted?
    pub(super) async fn write(&mut self, app: &TestApp, number: usize, write: Write) -> bool {
        let (family, id) = self.objects[number].clone();
        let town = format!("/api/1/organizations/{}/", self.town.id);
        let path = if family == "topics" { format!("/api/2/topics/{id}/") } else { format!("/api/1/{family}/{id}/") };
        let request = match (write, family) {
            (Write::DeleteOrganization, _) => app.delete(&town),
            (Write::RestoreOrganization, _) => app.put(&town).json(&json!({"deleted": null})),
            (Write::Transfer, _) => return self.transfer(app, number).await,
            (Write::Publish | Write::Archive, "posts") => app.post(&format!("{path}publish/")),
            (Write::Hide, "posts") => app.delete(&format!("{path}publish/")),
            (Write::Delete, _) => app.delete(&path),
            (_, "dataservices") => app.patch(&path).json(&write.body()),
            _ => app.put(&path).json(&write.body()),
        };
        (200..300).contains(&request.key(&self.admin).send().await.status)
    }

    async fn transfer(&self, app: &TestApp, number: usize) -> bool {
        async fn given<E: CatalogueObject<Id = ObjectId> + Kept>(app: &TestApp, id: &str, of: &World) -> bool {
            let id = ObjectId::parse(id).unwrap();
            let Some(mut stored) = app.store().of::<E>().fresh(Filter::id(&id)).await.unwrap() else { return false };
            let to =
                if stored.value.owner().is_some() { Owner::Organization(of.town.id) } else { Owner::User(of.owner.id) };
            stored.value.give(to);
            app.store().commit(ChangeSet::new().update(&stored)).await.is_ok()
        }
        let (family, id) = &self.objects[number];
        match *family {
            "datasets" => given::<Dataset>(app, id, self).await,
            "reuses" => given::<Reuse>(app, id, self).await,
            "dataservices" => given::<Dataservice>(app, id, self).await,
            "topics" => given::<Topic>(app, id, self).await,
            _ => true,
        }
    }

    /// Asks for everything that tells of objects, as everybody. `heard`: nothing may be missing either.
    pub(super) async fn look(&self, app: &TestApp, heard: bool) -> Result<(), String> {
        let facts = facts(app).await;
        let everybody = [None, Some(&self.member), Some(&self.owner), Some(&self.admin), Some(&self.stranger)];
        // First what lets the index hear of nothing: lists with a key do.
        for account in everybody {
            for family in facts.keys() {
                searched(app, account, family, &public(&facts, family), heard).await?;
            }
            self.suggested(app, account, &facts, heard).await?;
        }
        for account in everybody {
            self.listed(app, account, &facts, heard).await?;
        }
        Ok(())
    }

    async fn suggested(
        &self,
        app: &TestApp,
        account: Option<&Account>,
        facts: &BTreeMap<&'static str, Vec<Fact>>,
        heard: bool,
    ) -> Result<(), String> {
        for family in ["datasets", "reuses", "dataservices", "organizations"] {
            let path = format!("/api/1/{family}/suggest/?q=roa&size=50");
            let told = ids(&asked(app, account, &path).await, "id");
            within(&path, &told, &public(facts, family), heard)?;
        }
        let marks = |fact: &Fact| fact.tags.clone();
        let marks: Ids = ["datasets", "reuses"]
            .iter()
            .flat_map(|family| &facts[family])
            .filter(|fact| fact.public)
            .flat_map(marks)
            .collect();
        let path = "/api/1/tags/suggest/?q=mark&size=50";
        within(path, &ids(&asked(app, account, path).await, "text"), &marks, heard)?;
        // What is the same for everybody, and knows nothing of objects.
        for path in ["/api/1/datasets/suggest/formats/?q=mark", "/api/1/datasets/suggest/mime/?q=roads"] {
            within(path, &ids(&asked(app, account, path).await, "text"), &Ids::new(), true)?;
        }
        Ok(())
    }

    /// Lists with words show what the same lists show without; both what the caller may see.
    async fn listed(
        &self,
        app: &TestApp,
        account: Option<&Account>,
        facts: &BTreeMap<&'static str, Vec<Fact>>,
        heard: bool,
    ) -> Result<(), String> {
        let town = format!("/api/1/organizations/{}/datasets/", self.town.id);
        for (path, family) in [
            ("/api/1/datasets/", "datasets"),
            ("/api/2/datasets/", "datasets"),
            (town.as_str(), "datasets"),
            ("/api/1/reuses/", "reuses"),
            ("/api/2/reuses/", "reuses"),
            ("/api/1/dataservices/", "dataservices"),
            ("/api/2/topics/", "topics"),
            ("/api/1/organizations/", "organizations"),
            ("/api/1/posts/", "posts"),
        ] {
            let of_town = path == town;
            let may: Ids = facts[family]
                .iter()
                .filter(|fact| fact.public || self.owns(account, fact, facts))
                .filter(|fact| !of_town || fact.organization == Some(self.town.id))
                .map(|fact| fact.id.clone())
                .collect();
            let plain = format!("{path}?page_size=100");
            let page = asked(app, account, &plain).await;
            if of_town && page["data"].is_null() {
                // The organisation is deleted.
                continue;
            }
            within(&plain, &ids(&page["data"], "id"), &may, true)?;
            let with_words = format!("{plain}&q=road");
            let page = asked(app, account, &with_words).await;
            within(&with_words, &counted(&with_words, &page)?, &may, heard)?;
        }
        Ok(())
    }

    fn owns(&self, account: Option<&Account>, fact: &Fact, facts: &BTreeMap<&'static str, Vec<Fact>>) -> bool {
        let Some(account) = account else { return false };
        let owned = fact.owner.is_some() || fact.organization.is_some();
        if account.id == self.admin.id {
            return owned;
        }
        let town = self.town.id;
        let stands = facts["organizations"].iter().any(|one| one.public && one.id == town.to_string());
        fact.owner == Some(account.id) || (account.id == self.member.id && stands && fact.organization == Some(town))
    }
}

impl Write {
    fn body(self) -> Value {
        let at = "2026-01-01T00:00:00+00:00";
        let archived = if matches!(self, Self::Archive) { json!(at) } else { json!(null) };
        json!({
            "private": matches!(self, Self::Hide), "archived": archived, "archived_at": archived,
            "deleted": null, "deleted_at": null
        })
    }
}

/// What is stored, by family.
async fn facts(app: &TestApp) -> BTreeMap<&'static str, Vec<Fact>> {
    async fn of<E: CatalogueObject<Id = ObjectId> + Kept>(
        app: &TestApp,
        archived_is_hidden: bool,
        tags: impl Fn(&E) -> Vec<String>,
    ) -> Vec<Fact> {
        let rows = app.store().of::<E>().fresh_list(Filter::always(), u64::MAX).await.unwrap();
        let fact = |object: &E| Fact {
            id: object.id().to_string(),
            public: !object.is_private() && object.deleted().is_none() && !(archived_is_hidden && object.is_archived()),
            owner: object.owner(),
            organization: object.organization(),
            tags: tags(object),
        };
        rows.iter().map(|row| fact(&row.value)).collect()
    }
    let without_owner =
        |id: ObjectId, public| Fact { id: id.to_string(), public, owner: None, organization: None, tags: Vec::new() };
    let posts = app.store().of::<Post>().fresh_list(Filter::always(), u64::MAX).await.unwrap();
    let organizations = app.store().of::<Organization>().fresh_list(Filter::always(), u64::MAX).await.unwrap();
    BTreeMap::from([
        ("datasets", of::<Dataset>(app, true, |it| it.tags.clone()).await),
        // Archived reuses are listed, as udata does.
        ("reuses", of::<Reuse>(app, false, |it| it.tags.clone()).await),
        ("dataservices", of::<Dataservice>(app, true, |it| it.tags.clone()).await),
        ("topics", of::<Topic>(app, true, |it| it.tags.clone()).await),
        ("posts", posts.iter().map(|row| without_owner(row.value.id, row.value.published.is_some())).collect()),
        (
            "organizations",
            organizations.iter().map(|row| without_owner(row.value.id, row.value.deleted.is_none())).collect(),
        ),
    ])
}

fn public(facts: &BTreeMap<&'static str, Vec<Fact>>, family: &str) -> Ids {
    facts[family].iter().filter(|fact| fact.public).map(|fact| fact.id.clone()).collect()
}

async fn asked(app: &TestApp, account: Option<&Account>, path: &str) -> Value {
    let request = app.get(path);
    match account {
        Some(account) => request.key(account).send().await.json(),
        None => request.send().await.json(),
    }
}

fn ids(list: &Value, name: &str) -> Ids {
    list.as_array().into_iter().flatten().filter_map(|one| one[name].as_str()).map(ToOwned::to_owned).collect()
}

/// The ids of a page that holds all there is. Error: its total says otherwise.
fn counted(path: &str, page: &Value) -> Result<Ids, String> {
    let found = ids(&page["data"], "id");
    if page["total"].as_u64() == Some(found.len() as u64) {
        return Ok(found);
    }
    Err(format!("{path} shows {} of {}", found.len(), page["total"]))
}

fn within(path: &str, told: &Ids, may: &Ids, all: bool) -> Result<(), String> {
    if !told.is_subset(may) {
        return Err(format!("{path} tells of {:?}", told.difference(may)));
    }
    if all && told != may {
        return Err(format!("{path} does not tell of {:?}", may.difference(told)));
    }
    Ok(())
}

/// Results, their number, and the counts of facets, which must be those of the results.
async fn searched(
    app: &TestApp,
    account: Option<&Account>,
    family: &str,
    may: &Ids,
    heard: bool,
) -> Result<(), String> {
    for text in ["roads", ""] {
        let path = format!("/api/2/{family}/search/?q={text}&page_size=100");
        let page = asked(app, account, &path).await;
        let found = counted(&path, &page)?;
        within(&path, &found, may, heard)?;
        for (facet, counts) in page["facets"].as_object().unwrap() {
            let told: BTreeMap<&str, u64> = counts
                .as_array()
                .unwrap()
                .iter()
                .map(|count| (count["name"].as_str().unwrap(), count["count"].as_u64().unwrap()))
                .collect();
            let mut right: BTreeMap<&str, u64> = BTreeMap::new();
            match facet.as_str() {
                "access_type" | "type" | "topic" => {
                    for item in page["data"].as_array().unwrap() {
                        *right.entry(item[facet].as_str().unwrap()).or_default() += 1;
                    }
                }
                "badge" => {
                    for badge in
                        page["data"].as_array().unwrap().iter().filter_map(|item| item["badges"].as_array()).flatten()
                    {
                        *right.entry(badge["kind"].as_str().unwrap()).or_default() += 1;
                    }
                }
                // Everybody is one kind of producer, and all was written a moment ago.
                _ => {
                    let count = told.values().copied().max().unwrap_or_default();
                    let too_few = count == 0 && !found.is_empty() && facet != "format_family";
                    if count > found.len() as u64 || too_few {
                        return Err(format!("{path}: {facet} {told:?} of {}", found.len()));
                    }
                    continue;
                }
            }
            if told != right {
                return Err(format!("{path}: {facet} {told:?}, right is {right:?}"));
            }
        }
    }
    Ok(())
}
