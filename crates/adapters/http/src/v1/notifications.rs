//! `/api/1/notifications/`: notices to the caller.

use std::collections::HashMap;

use actix_web::HttpResponse;
use basalt_app::notices::NoticeFilter;
use basalt_domain::{
    Dataservice, Dataset, Entity, Notification, ObjectId, Organization, Path, Reuse, Sort, User, Value,
    policy::portal::Access,
};
use basalt_ports::Row;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::{
        dataservices::views::DataserviceReference,
        datasets::views::DatasetReference,
        narrowing,
        references::{OrganizationReference, Time, UserReference},
        reuses::views::ReuseReference,
    },
};

/// Every type of notice, also those about what this portal cannot show yet.
const TYPES: [&str; 18] = [
    "discussion.new",
    "discussion.comment",
    "discussion.closed",
    "organization.membership.requested",
    "organization.membership.invited",
    "organization.membership.accepted",
    "organization.membership.refused",
    "organization.badge.certified",
    "organization.badge.public-service",
    "organization.badge.company",
    "organization.badge.association",
    "organization.badge.local-authority",
    "reuse.created",
    "dataservice.created",
    "transfer.requested",
    "harvest.source.pending",
    "harvest.source.accepted",
    "harvest.source.refused",
];
/// Types of the notices that somebody has to answer.
const QUESTIONS: [&str; 4] = [
    "organization.membership.requested",
    "organization.membership.invited",
    "transfer.requested",
    "harvest.source.pending",
];
const SORTS: [&str; 6] = ["created", "last_modified", "handled_at", "-created", "-last_modified", "-handled_at"];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("list_notifications", "/api/1/notifications/", list)
            .access(Access::UserReads)
            .query(&PAGING)
            .query(&[
                QueryParam::flag("handled"),
                QueryParam::choice("sort", &SORTS),
                QueryParam::choice("type", &TYPES),
                QueryParam::text("user"),
            ])
            .answers::<PageView<NotificationView<'static>>>(200)
            .summary("Lists one's own notices, newest first"),
        Operation::post("read_notification", "/api/1/notifications/{notification}/read/", read)
            .answers::<NotificationView<'static>>(200)
            .summary("Marks one of one's own notices as dealt with"),
    ]
}

/// A notice.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Notification")]
pub struct NotificationView<'a> {
    created_at: Time,
    details: DetailsView<'a>,
    handled_at: Option<Time>,
    id: &'a str,
    last_modified: Time,
    reasons: &'a [String],
    requires_action: bool,
    r#type: &'a str,
    user: Option<UserReference<'a>>,
}

/// What a notice is about.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "NotificationDetails")]
pub enum DetailsView<'a> {
    /// Somebody is to become a member of an organisation.
    Membership {
        /// Class of the details.
        class: &'a str,
        /// Which organisation.
        request_organization: Option<OrganizationReference<'a>>,
        /// Who.
        request_user: Option<UserReference<'a>>,
    },
    /// An organisation did something.
    Organization {
        /// Class of the details.
        class: &'a str,
        /// Which organisation.
        organization: Option<OrganizationReference<'a>>,
    },
    /// A new reuse uses a dataset.
    Reuse {
        /// Class of the details.
        class: &'a str,
        /// Which dataset.
        dataset: Option<DatasetReference<'a>>,
        /// Which reuse.
        reuse: Option<ReuseReference<'a>>,
    },
    /// A new dataservice serves a dataset.
    Dataservice {
        /// Class of the details.
        class: &'a str,
        /// Which dataset.
        dataset: Option<DatasetReference<'a>>,
        /// Which dataservice.
        dataservice: Option<DataserviceReference<'a>>,
    },
}

fn sort_field(name: &str) -> Option<Path> {
    Some(match name {
        "created" => Notification::CREATED_AT.path,
        "last_modified" => Notification::LAST_MODIFIED.path,
        "handled_at" => Notification::HANDLED_AT.path,
        _ => return None,
    })
}

async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let params = &ctx.params;
    let kind = params.get("type");
    if let Some(unknown) = kind.filter(|kind| !TYPES.contains(kind)) {
        return Err(Problem::parameter("type", format!("The value '{unknown}' is not a valid choice for 'type'.")));
    }
    let wanted = NoticeFilter {
        handled: params.boolean("handled", "")?,
        kind: kind.map(str::to_owned),
        user: params.id("user")?,
    };
    let at = params.page(20, ctx.settings().page_size_max)?;
    let sort = params.sort(sort_field)?.map(|(path, descending)| Sort::by(path, descending));
    let page = ctx.services().notices.page(&ctx.caller, &wanted, sort, at).await?;
    let rows = page.items.clone();
    let involved = Involved::of(&ctx, rows.iter().map(|row| &row.value)).await?;
    let mut shown = rows.iter().map(|row| involved.show(&ctx, &row.value));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

async fn read(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let notice = ctx.services().notices.read(&ctx.caller, ctx.segment("notification")).await?;
    let involved = Involved::of(&ctx, [&notice]).await?;
    ctx.ok(&involved.show(&ctx, &notice))
}

/// Whom and what notices are about, read once for all.
struct Involved {
    organizations: HashMap<ObjectId, Row<Organization>>,
    users: HashMap<ObjectId, Row<User>>,
    datasets: HashMap<ObjectId, Row<Dataset>>,
    reuses: HashMap<ObjectId, Row<Reuse>>,
    dataservices: HashMap<ObjectId, Row<Dataservice>>,
}

/// By their ids.
fn by_id<E: Entity<Id = ObjectId>>(rows: Vec<Row<E>>) -> HashMap<ObjectId, Row<E>> {
    rows.into_iter().map(|row| (*row.value.id(), row)).collect()
}

impl Involved {
    async fn of<'n>(ctx: &Ctx, notices: impl IntoIterator<Item = &'n Notification>) -> Result<Self, Problem> {
        let (mut organizations, mut users) = (Vec::new(), Vec::new());
        let (mut datasets, mut reuses, mut dataservices) = (Vec::new(), Vec::new(), Vec::new());
        for notice in notices {
            datasets.extend(detail(notice, "dataset"));
            reuses.extend(detail(notice, "reuse"));
            dataservices.extend(detail(notice, "dataservice"));
            organizations.extend(detail(notice, "request_organization"));
            organizations.extend(detail(notice, "organization"));
            users.extend(detail(notice, "request_user"));
            users.extend(notice.user);
        }
        let store = &ctx.services().context.store;
        Ok(Self {
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
            // What became private since is not shown any more.
            datasets: by_id(narrowing::known(ctx, &datasets).await?),
            reuses: by_id(narrowing::known(ctx, &reuses).await?),
            dataservices: by_id(narrowing::known(ctx, &dataservices).await?),
        })
    }

    fn show<'a>(&'a self, ctx: &Ctx, notice: &'a Notification) -> NotificationView<'a> {
        NotificationView {
            created_at: notice.created_at.into(),
            details: self.details(ctx, notice),
            handled_at: notice.handled_at.map(Time::from),
            id: &notice.id,
            last_modified: notice.last_modified.into(),
            reasons: &notice.reasons,
            requires_action: QUESTIONS.contains(&notice.kind.as_str()),
            r#type: &notice.kind,
            user: self.user(ctx, notice.user),
        }
    }

    fn details<'a>(&'a self, ctx: &Ctx, notice: &'a Notification) -> DetailsView<'a> {
        let class = notice.details.get("_cls").and_then(Value::as_text).unwrap_or_default();
        if notice.details.get("request_organization").is_some() {
            return DetailsView::Membership {
                class,
                request_organization: self.organization(ctx, detail(notice, "request_organization")),
                request_user: self.user(ctx, detail(notice, "request_user")),
            };
        }
        let dataset = detail(notice, "dataset").and_then(|id| self.datasets.get(&id));
        let dataset = dataset.map(|row| DatasetReference::new(&row.value, &ctx.links));
        if let Some(id) = detail(notice, "reuse") {
            let reuse = self.reuses.get(&id).map(|row| ReuseReference::new(&row.value, &ctx.links));
            return DetailsView::Reuse { class, dataset, reuse };
        }
        if let Some(id) = detail(notice, "dataservice") {
            let dataservice = self.dataservices.get(&id);
            let dataservice = dataservice.map(|row| DataserviceReference::new(&row.value, &ctx.links));
            return DetailsView::Dataservice { class, dataset, dataservice };
        }
        DetailsView::Organization { class, organization: self.organization(ctx, detail(notice, "organization")) }
    }

    fn organization<'a>(&'a self, ctx: &Ctx, id: Option<ObjectId>) -> Option<OrganizationReference<'a>> {
        let organization = &self.organizations.get(&id?)?.value;
        Some(OrganizationReference::new(organization, &ctx.caller.viewer, &ctx.links))
    }

    fn user<'a>(&'a self, ctx: &Ctx, id: Option<ObjectId>) -> Option<UserReference<'a>> {
        Some(UserReference::new(&self.users.get(&id?)?.value, &ctx.links))
    }
}

fn detail(notice: &Notification, name: &str) -> Option<ObjectId> {
    notice.details.get(name).and_then(Value::as_id)
}
