//! `/api/1/activity/`: what happened.

use std::collections::HashMap;

use actix_web::HttpResponse;
use basalt_app::activities::ActivityFilter;
use basalt_domain::{
    Activity, ActivityKey, CatalogueObject, Dataservice, Dataset, Filter, ObjectId, Organization, Reuse, Sort, Topic,
    User, dataservice, dataset,
};
use basalt_ports::{Kept, Row};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::{
        narrowing,
        references::{Id, OrganizationReference, Plain, Time, UserReference},
    },
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("activity", "/api/1/activity/", list)
            .query(&PAGING)
            .query(&[
                QueryParam { repeated: true, ..QueryParam::text("key") },
                QueryParam::text("organization"),
                QueryParam::text("related_to"),
                QueryParam::choice("sort", &["created_at", "-created_at"]),
                QueryParam::text("user"),
            ])
            .answers::<PageView<ActivityView<'static>>>(200)
            .summary("Lists what happened, newest first"),
    ]
}

/// Something that happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Activity")]
pub struct ActivityView<'a> {
    actor: Option<UserReference<'a>>,
    changes: &'a [String],
    created_at: Time,
    extras: Plain<'a>,
    icon: &'static str,
    id: Id,
    key: &'static str,
    label: &'static str,
    organization: Option<OrganizationReference<'a>>,
    /// Name of what it was done to; null where that is not there any more.
    related_to: Option<String>,
    related_to_id: Id,
    related_to_kind: &'static str,
    related_to_url: Option<String>,
}

/// Icon and sentence of each kind of activity.
const fn icon_and_label(key: ActivityKey) -> (&'static str, &'static str) {
    const ADDED: &str = "fa fa-plus";
    const CHANGED: &str = "fa fa-pencil";
    const FOLLOWED: &str = "fa fa-eye";
    const REMOVED: &str = "fa fa-remove";
    match key {
        ActivityKey::DatasetCreated => (ADDED, "created a dataset"),
        ActivityKey::DatasetUpdated => (CHANGED, "updated a dataset"),
        ActivityKey::DatasetDeleted => (REMOVED, "deleted a dataset"),
        ActivityKey::DatasetDiscussed => ("fa fa-comments", "discussed a dataset"),
        ActivityKey::DatasetFollowed => (FOLLOWED, "followed a dataset"),
        ActivityKey::ResourceAdded => (ADDED, "added a resource to a dataset"),
        ActivityKey::ResourceUpdated => (CHANGED, "updated a resource"),
        ActivityKey::ResourceRemoved => (REMOVED, "removed a resource from a dataset"),
        ActivityKey::ReuseCreated => (ADDED, "created a reuse"),
        ActivityKey::ReuseUpdated => (CHANGED, "updated a reuse"),
        ActivityKey::ReuseDeleted => (REMOVED, "deleted a reuse"),
        ActivityKey::ReuseFollowed => (FOLLOWED, "followed a reuse"),
        ActivityKey::DataserviceCreated => (ADDED, "created a dataservice"),
        ActivityKey::DataserviceUpdated => (CHANGED, "updated a dataservice"),
        ActivityKey::DataserviceDeleted => (REMOVED, "deleted a dataservice"),
        ActivityKey::DataserviceFollowed => (FOLLOWED, "followed a dataservice"),
        ActivityKey::TopicCreated => (ADDED, "created a topic"),
        ActivityKey::TopicUpdated => (CHANGED, "updated a topic"),
        ActivityKey::TopicElementCreated => (ADDED, "added an element to a topic"),
        ActivityKey::TopicElementUpdated => (CHANGED, "updated an element in a topic"),
        ActivityKey::TopicElementDeleted => (REMOVED, "removed an element from a topic"),
        ActivityKey::OrganizationCreated => (ADDED, "created an organization"),
        ActivityKey::OrganizationUpdated => (CHANGED, "updated an organization"),
        ActivityKey::OrganizationFollowed => (FOLLOWED, "followed an organization"),
        ActivityKey::UserFollowed => (FOLLOWED, "followed a user"),
    }
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let params = &ctx.params;
    let wanted = ActivityFilter {
        user: params.id("user")?,
        organization: params.id("organization")?,
        related_to: params.id("related_to")?,
        keys: keys(&ctx)?,
    };
    let at = params.page(20, ctx.settings().page_size_max)?;
    let sort = params.sort(|name| (name == "created_at").then_some(Activity::CREATED_AT.path))?;
    let sort = sort.map(|(path, descending)| Sort::by(path, descending));
    let page = ctx.services().activities.page(&wanted, sort, at).await?;
    let rows = page.items.clone();
    let involved = Involved::of(&ctx, &rows).await?;
    let mut shown = rows.iter().map(|row| involved.show(&ctx, &row.value));
    let mut view = PageView::new(&ctx, page.map(|_row| shown.next().flatten()));
    view.data.retain(Option::is_some);
    ctx.ok(&view)
}

/// The wished kinds; an empty one is none. 400 for unknown ones.
fn keys(ctx: &Ctx) -> Result<Vec<ActivityKey>, Problem> {
    let sent = || ctx.params.all("key").filter(|key| !key.is_empty());
    let unknown: Vec<&str> = sent().filter(|key| ActivityKey::parse(key).is_none()).collect();
    if unknown.is_empty() {
        return Ok(sent().filter_map(ActivityKey::parse).collect());
    }
    Err(Problem::bad_request(format!("Unknown activity key(s): {}", unknown.join(", "))))
}

/// Who and what activities are about, read once for all.
struct Involved {
    organizations: HashMap<ObjectId, Row<Organization>>,
    users: HashMap<ObjectId, Row<User>>,
    /// Names and pages of the objects of the catalogue that the caller may see.
    objects: HashMap<ObjectId, (String, Option<String>)>,
}

/// Adds names and pages of objects of one class.
async fn add_names<E: CatalogueObject + Kept>(
    ctx: &Ctx,
    family: &str,
    seen: Filter<E>,
    ids: Vec<ObjectId>,
    names: &mut HashMap<ObjectId, (String, Option<String>)>,
) -> Result<(), Problem> {
    for row in narrowing::seen_or_own::<E>(ctx, seen, &ids).await? {
        let object = &row.value;
        names.insert(*object.id(), (object.title().to_owned(), ctx.links.page(family, object.slug())));
    }
    Ok(())
}

impl Involved {
    async fn of(ctx: &Ctx, rows: &[Row<Activity>]) -> Result<Self, Problem> {
        let store = &ctx.services().context.store;
        let activities = || rows.iter().map(|row| &row.value);
        let objects = |class: &'static str| {
            let of_class = move |activity: &&Activity| {
                ActivityKey::of_class(&activity.class).is_some_and(|key| key.object() == class)
            };
            activities().filter(of_class).map(|activity| activity.related_to)
        };
        let actors = activities().map(|activity| activity.actor.id());
        let users: Vec<ObjectId> = actors.chain(objects("User")).collect();
        let owners = activities().filter_map(|activity| activity.organization);
        let organizations: Vec<ObjectId> = owners.chain(objects("Organization")).collect();
        let ids = |class| objects(class).collect::<Vec<_>>();
        let mut names = HashMap::new();
        let seen = dataset::PRIVATE.eq(true).not().and(dataset::DELETED.absent());
        add_names::<Dataset>(ctx, "datasets", seen, ids("Dataset"), &mut names).await?;
        add_names::<Reuse>(ctx, "reuses", Reuse::visible(), ids("Reuse"), &mut names).await?;
        let seen = dataservice::PRIVATE.eq(true).not().and(dataservice::DELETED.absent());
        add_names::<Dataservice>(ctx, "dataservices", seen, ids("Dataservice"), &mut names).await?;
        add_names::<Topic>(ctx, "topics", Topic::visible(), ids("Topic"), &mut names).await?;
        Ok(Self {
            objects: names,
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
        })
    }

    fn show<'a>(&'a self, ctx: &Ctx, activity: &'a Activity) -> Option<ActivityView<'a>> {
        let key = ActivityKey::of_class(&activity.class)?;
        let (icon, label) = icon_and_label(key);
        let actor = self.users.get(&activity.actor.id());
        let organization = activity.organization.and_then(|id| self.organizations.get(&id));
        let named = self.name_and_page(ctx, key, activity.related_to);
        // What was done to objects that the caller may not see is not told.
        if named.is_none() && !matches!(key.object(), "Organization" | "User") {
            return None;
        }
        let (related_to, related_to_url) = named.unzip();
        Some(ActivityView {
            actor: actor.map(|row| UserReference::new(&row.value, &ctx.links)),
            changes: &activity.changes,
            created_at: activity.created_at.into(),
            extras: Plain(&activity.extras),
            icon,
            id: Id(activity.id),
            key: key.as_str(),
            label,
            organization: organization
                .map(|row| OrganizationReference::new(&row.value, &ctx.caller.viewer, &ctx.links)),
            related_to,
            related_to_id: Id(activity.related_to),
            related_to_kind: key.object(),
            related_to_url: related_to_url.flatten(),
        })
    }

    /// Name and page of what it was done to; none where it is gone, or an account nobody may see.
    fn name_and_page(&self, ctx: &Ctx, key: ActivityKey, id: ObjectId) -> Option<(String, Option<String>)> {
        match key.object() {
            "Organization" => {
                let organization = &self.organizations.get(&id)?.value;
                Some((organization.name.clone(), ctx.links.page("organizations", &organization.slug)))
            }
            "User" => {
                let user = &self.users.get(&id)?.value;
                ctx.services().users.readable(&ctx.caller, user).ok()?;
                Some((user.full_name(), ctx.links.page("users", &user.slug)))
            }
            _ => self.objects.get(&id).cloned(),
        }
    }
}
