//! Community resources: what others made of a dataset.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::StatusCode};
use basalt_domain::{
    CommunityResource, Dataset, Filter, ObjectId, Owned, Sort, community_resource, policy::object::permissions,
};
use basalt_ports::Row;
use uuid::Uuid;

use super::{
    forms::{CommunityResourceForm, ResourceForm},
    views::{CommunityAround, CommunityView},
};
use crate::{
    context::{Ctx, no_content},
    paging::PageView,
    problem::Problem,
    v1::owners::{Owners, Wanted},
};

/// The community resource in the path; 404 where there is none.
pub(super) async fn community(ctx: &Ctx) -> Result<Row<CommunityResource>, Problem> {
    let id = Uuid::try_parse(ctx.segment("community")).map_err(|_error| Problem::not_found())?;
    ctx.services().community_resources.get(id).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn list(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(20, ctx.settings().page_size_max)?;
    let mut filter = Filter::always();
    for (name, field) in [
        ("dataset", community_resource::DATASET),
        ("organization", CommunityResource::ORGANIZATION),
        ("owner", CommunityResource::OWNER),
    ] {
        if let Some(text) = ctx.params.filled(name) {
            let id = ObjectId::parse(text);
            let id = id.map_err(|error| basalt_app::AppError::body("CommunityResource", error.to_string()))?;
            filter = filter.and(field.eq(id));
        }
    }
    // Names that are none of ours are no order, as udata has it.
    let sort = ctx.params.filled("sort").and_then(|text| {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        community_resource::sort_field(name).map(|path| Sort::by(path, descending))
    });
    let page = ctx.services().community_resources.page(filter, sort, at).await?;
    let rows = page.items.clone();
    let shown: Vec<&CommunityResource> = rows.iter().map(|row| &row.value).collect();
    let around = Around::of(&ctx, &shown).await?;
    let mut shown = shown.iter().map(|one| around.view(&ctx, one, false));
    ctx.ok(&PageView::new(&ctx, page.map(|_row| shown.next())))
}

/// Answers with a plain list.
pub(crate) async fn answer_list(ctx: &Ctx, rows: &[Row<CommunityResource>]) -> Result<HttpResponse, Problem> {
    let shown: Vec<&CommunityResource> = rows.iter().map(|row| &row.value).collect();
    let around = Around::of(ctx, &shown).await?;
    let views: Vec<CommunityView<'_>> = shown.iter().map(|one| around.view(ctx, one, false)).collect();
    ctx.ok(&views)
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let form = CommunityResourceForm(ResourceForm::create(ctx.object()?));
    let created = ctx.services().community_resources.create(&ctx.caller, &form).await?;
    answer(&ctx, StatusCode::CREATED, &created, false).await
}

pub(super) async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let present = community(&ctx).await?;
    answer(&ctx, StatusCode::OK, &present.value, false).await
}

pub(super) async fn update(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = community(&ctx).await?.value.resource.id;
    let form = CommunityResourceForm(ResourceForm::update(ctx.object()?));
    let changed = ctx.services().community_resources.update(&ctx.caller, id, &form).await?;
    answer(&ctx, StatusCode::OK, &changed, false).await
}

pub(super) async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = community(&ctx).await?.value.resource.id;
    ctx.services().community_resources.delete(&ctx.caller, id).await?;
    Ok(no_content())
}

/// Answers with one.
pub(super) async fn answer(
    ctx: &Ctx,
    status: StatusCode,
    community: &CommunityResource,
    uploaded: bool,
) -> Result<HttpResponse, Problem> {
    let around = Around::of(ctx, &[community]).await?;
    ctx.answer(status, &around.view(ctx, community, uploaded))
}

/// What is around the community resources of an answer: one read of datasets, one of organisations,
/// one of users.
struct Around {
    datasets: HashMap<ObjectId, Row<Dataset>>,
    owners: Owners,
}

impl Around {
    async fn of(ctx: &Ctx, shown: &[&CommunityResource]) -> Result<Self, Problem> {
        let ids: Vec<ObjectId> = shown.iter().filter_map(|one| one.dataset).collect();
        let datasets = ctx.services().context.store.datasets.by_ids(&ids).await?;
        let private: Vec<&Dataset> = datasets.values().map(|row| &row.value).filter(|one| one.private).collect();
        let owners = Wanted::default().owned(shown.iter().copied()).objects(private).read(ctx).await?;
        Ok(Self { datasets, owners })
    }

    fn view<'a>(&'a self, ctx: &Ctx, community: &'a CommunityResource, uploaded: bool) -> CommunityView<'a> {
        // The name of a private dataset is for those it belongs to.
        let seen = |dataset: &&Dataset| !dataset.private || self.owners.relation(ctx, *dataset).belongs();
        let dataset = community.dataset.and_then(|id| self.datasets.get(&id)).map(|row| &row.value).filter(seen);
        let around = CommunityAround {
            dataset,
            organization: self.owners.organization(ctx, community),
            owner: self.owners.owner(ctx, community),
            permissions: permissions(self.owners.relation_to_owned(ctx, community)).into(),
            uploaded,
        };
        CommunityView::new(community, around, &ctx.links)
    }
}
