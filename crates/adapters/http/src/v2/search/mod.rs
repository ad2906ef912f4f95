//! `/api/2/…/search/`: what people type, in the index of full text.
//!
//! One file says what the parameters mean ([`asked`]), one how an answer looks ([`views`]); the operations differ in what they show.

pub(crate) mod asked;
mod views;

use actix_web::HttpResponse;
use basalt_app::{
    folding::typed_words,
    search::{Results, Searchable},
};
use basalt_domain::{Dataservice, Dataset, Filter, Organization, Post, Reuse, Topic, policy::Viewer};
use basalt_ports::{
    Page, Row,
    search::{SearchFilter, SearchQuery},
};
use serde::Serialize;

pub(crate) use self::asked::For;
use self::{asked::Asked, views::SearchPageView};
use super::datasets::views::{AroundV2, DatasetViewV2};
use crate::{
    Operation,
    context::Ctx,
    operation::{PAGING, QueryParam},
    paging::PageView,
    problem::Problem,
    v1::{
        dataservices::views::DataserviceView,
        objects::Shown,
        organizations::views::OrganizationView,
        owners::Owners,
        posts::views::{Around, PostView},
    },
    v2::{reuses::ReuseView, topics::views::TopicView},
};

pub(super) fn operations() -> Vec<Operation> {
    let search = |id, path, run: fn(Ctx) -> crate::operation::Answering, parameters: &[QueryParam]| {
        Operation::get(id, path, run).query(&PAGING).query(parameters)
    };
    vec![
        search("search_datasets", "/api/2/datasets/search/", |ctx| Box::pin(datasets(ctx)), &asked::DATASETS)
            .answers::<SearchPageView<DatasetViewV2<'static>>>(200)
            .summary("Finds datasets, the best first, and counts what was found"),
        search(
            "search_organizations",
            "/api/2/organizations/search/",
            |ctx| Box::pin(organizations(ctx)),
            &asked::ORGANIZATIONS,
        )
        .answers::<SearchPageView<OrganizationView<'static>>>(200)
        .summary("Finds organisations, the best first, and counts what was found"),
        search("search_reuses", "/api/2/reuses/search/", |ctx| Box::pin(reuses(ctx)), &asked::REUSES)
            .answers::<SearchPageView<ReuseView<'static>>>(200)
            .summary("Finds reuses, the best first, and counts what was found"),
        search(
            "search_dataservices",
            "/api/2/dataservices/search/",
            |ctx| Box::pin(dataservices(ctx)),
            &asked::DATASERVICES,
        )
        .answers::<SearchPageView<DataserviceView<'static>>>(200)
        .summary("Finds dataservices, the best first, and counts what was found"),
        search("search_topics", "/api/2/topics/search/", |ctx| Box::pin(topics(ctx)), &asked::TOPICS)
            .answers::<SearchPageView<TopicView<'static>>>(200)
            .summary("Finds topics, the best first, and counts what was found"),
        search("search_posts", "/api/2/posts/search/", |ctx| Box::pin(posts(ctx)), &asked::POSTS)
            .answers::<SearchPageView<PostView<'static>>>(200)
            .summary("Finds posts, the best first, and counts what was found"),
    ]
}

/// Finds what was asked for. 404 behind the last page.
pub(crate) async fn found<E: Searchable>(ctx: &Ctx, asked: &Asked) -> Result<Results<E>, Problem> {
    found_for(ctx, &Viewer::ANONYMOUS, asked).await
}

async fn found_for<E: Searchable>(ctx: &Ctx, viewer: &Viewer, asked: &Asked) -> Result<Results<E>, Problem> {
    let results = ctx.services().search.find_for::<E>(viewer, &asked.query).await?;
    if results.rows.is_empty() && asked.at.page() > 1 && asked.at.offset() >= results.total {
        return Err(Problem::not_found());
    }
    Ok(results)
}

/// The answer with these items.
fn answer<E: Searchable, V: Serialize>(
    ctx: &Ctx,
    asked: &Asked,
    results: &Results<E>,
    data: Vec<V>,
) -> Result<HttpResponse, Problem> {
    let list = PageView::new(ctx, page(asked, results, data));
    ctx.ok(&SearchPageView::new(list, &results.facets))
}

/// Is this a list of what has words, which the index can answer? It knows nothing of these parameters.
pub(crate) async fn may_answer(ctx: &Ctx, beyond: &[&str]) -> Result<bool, Problem> {
    Ok(ctx.params.filled("q").is_some() && is_within(ctx, beyond).await?)
}

/// Can the index answer this list faster than storage, which would look at every record? It knows nothing of the
/// parameters `beyond`, and other orders than the usual one are a matter of storage.
pub(crate) async fn answers_faster(ctx: &Ctx, slow: &[&str], beyond: &[&str]) -> Result<bool, Problem> {
    let filled = |name: &str| ctx.params.filled(name).is_some();
    Ok(slow.iter().any(|name| filled(name)) && !filled("sort") && is_within(ctx, beyond).await?)
}

async fn is_within(ctx: &Ctx, beyond: &[&str]) -> Result<bool, Problem> {
    let known = !beyond.iter().any(|name| ctx.params.filled(name).is_some());
    Ok(known && ctx.services().search.is_ready().await?)
}

/// A page of a list from the index: also what belongs to the caller.
pub(crate) async fn page_of_list<E: Searchable>(ctx: &Ctx, asked: &Asked) -> Result<Page<Row<E>>, Problem> {
    if ctx.caller.viewer.user.is_some() {
        // Clients of lists look for what they have just written, and do not know that there is an index.
        ctx.services().search.hear_of_own::<E>().await?;
    }
    let results = found_for::<E>(ctx, &ctx.caller.viewer, asked).await?;
    Ok(page(asked, &results, results.rows.clone()))
}

/// A list of `/api/1/` from the index.
pub(crate) async fn listed<E: Searchable + Shown>(ctx: &Ctx, asked: Asked) -> Result<HttpResponse, Problem> {
    let page = page_of_list::<E>(ctx, &asked).await?;
    let rows = page.items.clone();
    let objects: Vec<&E> = rows.iter().map(|row| &row.value).collect();
    let around = E::around(ctx, &objects).await?;
    let mut shown = objects.iter().map(|object| E::view(ctx, object, &around));
    ctx.ok(&PageView::new(ctx, page.map(|_row| shown.next())))
}

/// So many ids are handed to storage at most: a list of more is narrowed there alone.
const MOST_IDS: usize = 5_000;

/// Those that the index finds for `q`, for lists that storage narrows further and puts in order; without an index, those of which
/// `named` says that they have each word. Whoever may not list what is found is not shown it: that is for storage to say.
pub(crate) async fn matching<E: Searchable>(
    ctx: &Ctx,
    owned_by: Option<SearchFilter>,
    named: impl Fn(&str) -> Filter<E>,
) -> Result<Filter<E>, Problem> {
    let Some(text) = ctx.params.filled("q") else { return Ok(Filter::always()) };
    let query = SearchQuery {
        filters: owned_by.into_iter().collect(),
        limit: MOST_IDS,
        ..SearchQuery::new(E::KIND, text, ctx.services().context.now())
    };
    Ok(match ctx.services().search.ids_for::<E>(&ctx.caller.viewer, &query).await? {
        Some(ids) => Filter::ids(&ids),
        None => typed_words(text).fold(Filter::always(), |filter, word| filter.and(named(word))),
    })
}

/// A page of results.
pub(crate) fn page<E: Searchable, V>(asked: &Asked, results: &Results<E>, items: Vec<V>) -> Page<V> {
    Page { items, total: results.total, page: asked.at.page(), page_size: asked.at.page_size() }
}

async fn datasets(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::datasets(&ctx, For::Search).await?;
    let results = found::<Dataset>(&ctx, &asked).await?;
    let objects: Vec<&Dataset> = results.rows.iter().map(|row| &row.value).collect();
    let around = AroundV2::of(&ctx, &objects).await?;
    let data = objects.iter().map(|object| DatasetViewV2::new(&ctx, object, &around)).collect();
    answer(&ctx, &asked, &results, data)
}

async fn organizations(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::organizations(&ctx, For::Search)?;
    let results = found::<Organization>(&ctx, &asked).await?;
    let users = ctx.services().organizations.members_of(results.rows.iter().map(|row| &row.value)).await?;
    let data = results.rows.iter().map(|row| OrganizationView::new(&ctx, &row.value, &users, None)).collect();
    answer(&ctx, &asked, &results, data)
}

async fn reuses(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::reuses(&ctx, For::Search)?;
    let results = found::<Reuse>(&ctx, &asked).await?;
    let owners = Owners::of(&ctx, results.rows.iter().map(|row| &row.value)).await?;
    let data = results.rows.iter().map(|row| ReuseView::new(&ctx, &row.value, &owners)).collect();
    answer(&ctx, &asked, &results, data)
}

async fn dataservices(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::dataservices(&ctx, For::Search).await?;
    shown::<Dataservice>(&ctx, &asked).await
}

async fn topics(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::topics(&ctx)?;
    shown::<Topic>(&ctx, &asked).await
}

async fn shown<E: Searchable + Shown>(ctx: &Ctx, asked: &Asked) -> Result<HttpResponse, Problem> {
    let results = found::<E>(ctx, asked).await?;
    let objects: Vec<&E> = results.rows.iter().map(|row| &row.value).collect();
    let around = E::around(ctx, &objects).await?;
    let data = objects.iter().map(|object| E::view(ctx, object, &around)).collect();
    answer(ctx, asked, &results, data)
}

async fn posts(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let asked = asked::posts(&ctx)?;
    let results = found::<Post>(&ctx, &asked).await?;
    let objects: Vec<&Post> = results.rows.iter().map(|row| &row.value).collect();
    let around = Around::of(&ctx, &objects, false).await?;
    let data = objects.iter().map(|post| PostView::new(&ctx, post, &around)).collect();
    answer(&ctx, &asked, &results, data)
}
