//! `/api/1/datasets/recent.atom`: the newest datasets of certified organisations.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use basalt_domain::{Dataset, Timestamp};

use super::{filters, views::Around};
use crate::{context::Ctx, problem::Problem};

/// Entries of a feed unless a client asks otherwise.
const ENTRIES: u64 = 20;
/// Parameters that do not narrow.
const NO_FILTERS: [&str; 5] = ["page", "page_size", "sort", "lang", "q"];

pub(super) async fn recent(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let at = ctx.params.page(ENTRIES, ctx.settings().page_size_max)?;
    ctx.params.sort(basalt_domain::dataset::sort_field)?;
    let certified = filters::of_organizations_with(&ctx, "certified").await?;
    let filter = filters::narrowed(&ctx).await?.and(certified);
    let rows = ctx.services().datasets.list(&basalt_app::Caller::ANONYMOUS, filter, at.page_size()).await?;
    let datasets: Vec<&Dataset> = rows.iter().map(|row| &row.value).collect();
    let around = Around::of(&ctx, &datasets).await?;
    let feed = feed(&ctx, &datasets, &around).map_err(|error| Problem::from(basalt_app::AppError::internal(error)))?;
    Ok(HttpResponse::Ok().content_type("application/atom+xml; charset=utf-8").body(feed))
}

fn feed(ctx: &Ctx, datasets: &[&Dataset], around: &Around) -> Result<String, std::fmt::Error> {
    let base = escaped(ctx.links.base());
    let query = ctx.request.query_string();
    let own = if query.is_empty() { String::new() } else { format!("?{query}") };
    let own = escaped(&format!("{}/api/1/datasets/recent.atom{own}", ctx.links.base()));
    let updated = datasets.iter().map(|dataset| dataset.last_modified_internal).max().unwrap_or(around.now);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    write!(out, "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}</title>", escaped(&title(ctx)))?;
    write!(out, "<link href=\"{base}/\" rel=\"alternate\"/><link href=\"{own}\" rel=\"self\"/>")?;
    write!(out, "<id>{base}/</id><updated>{}</updated>", at(updated))?;
    for dataset in datasets {
        entry(&mut out, ctx, dataset, around)?;
    }
    out.push_str("</feed>");
    Ok(out)
}

fn title(ctx: &Ctx) -> String {
    if let Some(words) = ctx.params.filled("q") {
        return format!("Datasets search: {words}");
    }
    let narrowed = ctx.params.iter().any(|(name, value)| !value.is_empty() && !NO_FILTERS.contains(&name));
    if narrowed { "Filtered datasets".into() } else { "Latest datasets".into() }
}

fn entry(out: &mut String, ctx: &Ctx, dataset: &Dataset, around: &Around) -> std::fmt::Result {
    let uri = || ctx.links.api(1, "datasets", &dataset.slug);
    let page = ctx.links.page("datasets", &dataset.slug).unwrap_or_else(uri);
    let id = ctx.links.page("datasets", &dataset.id.to_string()).unwrap_or_else(uri);
    write!(out, "<entry><title>{}</title>", escaped(&dataset.title))?;
    write!(out, "<link href=\"{}\" rel=\"alternate\"/>", escaped(&page))?;
    write!(out, "<published>{}</published>", at(dataset.created_at()))?;
    write!(out, "<updated>{}</updated>", at(dataset.last_modified_internal))?;
    if let Some(organization) = around.owners.organization(ctx, dataset) {
        write!(out, "<author><name>{}</name>", escaped(organization.name()))?;
        if let Some(page) = organization.page() {
            write!(out, "<uri>{}</uri>", escaped(page))?;
        }
        out.push_str("</author>");
    }
    write!(out, "<id>{}</id>", escaped(&id))?;
    write!(out, "<summary type=\"html\">{}</summary>", escaped(&escaped(&dataset.description)))?;
    write!(out, "<content type=\"html\">{}</content></entry>", escaped(&paragraphs(&dataset.description)))
}

/// A description as HTML: its paragraphs, nothing of it taken for markup.
fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| format!("<p>{}</p>", escaped(part))).collect();
    format!("<div class=\"markdown\">{}</div>", parts.join("\n"))
}

fn at(time: Timestamp) -> String {
    time.iso().to_string().replace("+00:00", "Z")
}

/// A text in XML: characters that XML has no way to write are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(character),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => out.push(other),
        }
    }
    out
}
