//! Feeds (Atom) of what is new: how each of them is written.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use basalt_app::AppError;
use basalt_domain::{Owned, Timestamp};

use super::owners::Owners;
use crate::{context::Ctx, problem::Problem};

/// Entries of a feed unless a client asks otherwise.
pub(super) const ENTRIES: u64 = 20;

/// Something new, as a feed tells of it.
pub(super) struct Entry<'a> {
    /// What it is called.
    pub title: &'a str,
    /// The folder of its page in the front end, e.g. `datasets`.
    pub family: &'static str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// Its id in addresses: it stays when the slug changes.
    pub id: String,
    /// When it came.
    pub published: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Whose it is.
    pub author: Option<Author>,
    /// What it is in short, plain.
    pub summary: &'a str,
    /// What it is.
    pub content: Content<'a>,
}

/// The text of an entry.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// Paragraphs; nothing of it is taken for markup.
    Text(&'a str),
    /// Markup, of administrators of the portal only.
    Html(&'a str),
}

/// Whose something is.
pub(super) struct Author {
    /// What they are called.
    pub name: String,
    /// Their page.
    pub page: Option<String>,
}

impl Author {
    /// Whom this belongs to: an organisation or a user.
    pub(super) fn of<E: Owned>(ctx: &Ctx, owners: &Owners, object: &E) -> Option<Self> {
        if let Some(organization) = owners.organization(ctx, object) {
            let page = organization.page().map(str::to_owned);
            return Some(Self { name: organization.name().to_owned(), page });
        }
        let user = owners.owner(ctx, object)?;
        Some(Self { name: user.name(), page: user.page().map(str::to_owned) })
    }
}

/// A feed of this title at the address that was asked for, with these entries.
pub(super) fn answer(ctx: &Ctx, title: &str, entries: &[Entry<'_>]) -> Result<HttpResponse, Problem> {
    let feed = written(ctx, title, entries).map_err(|error| Problem::from(AppError::internal(error)))?;
    Ok(HttpResponse::Ok().content_type("application/atom+xml; charset=utf-8").body(feed))
}

fn written(ctx: &Ctx, title: &str, entries: &[Entry<'_>]) -> Result<String, std::fmt::Error> {
    let base = escaped(ctx.links.base());
    let query = ctx.request.query_string();
    let own = if query.is_empty() { String::new() } else { format!("?{query}") };
    let own = escaped(&format!("{}{}{own}", ctx.links.base(), ctx.request.path()));
    let updated = entries.iter().map(|entry| entry.updated).max();
    let updated = updated.unwrap_or_else(|| ctx.services().context.now());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    write!(out, "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}</title>", escaped(title))?;
    write!(out, "<link href=\"{base}/\" rel=\"alternate\"/><link href=\"{own}\" rel=\"self\"/>")?;
    write!(out, "<id>{base}/</id><updated>{}</updated>", at(updated))?;
    for entry in entries {
        one(&mut out, ctx, entry)?;
    }
    out.push_str("</feed>");
    Ok(out)
}

fn one(out: &mut String, ctx: &Ctx, entry: &Entry<'_>) -> std::fmt::Result {
    // Without a front end the interface itself is the place to look.
    let address =
        |name: &str| ctx.links.page(entry.family, name).unwrap_or_else(|| ctx.links.api(1, entry.family, entry.slug));
    write!(out, "<entry><title>{}</title>", escaped(entry.title))?;
    write!(out, "<link href=\"{}\" rel=\"alternate\"/>", escaped(&address(entry.slug)))?;
    write!(out, "<published>{}</published>", at(entry.published))?;
    write!(out, "<updated>{}</updated>", at(entry.updated))?;
    if let Some(author) = &entry.author {
        write!(out, "<author><name>{}</name>", escaped(&author.name))?;
        if let Some(page) = &author.page {
            write!(out, "<uri>{}</uri>", escaped(page))?;
        }
        out.push_str("</author>");
    }
    write!(out, "<id>{}</id>", escaped(&address(&entry.id)))?;
    write!(out, "<summary type=\"html\">{}</summary>", escaped(&escaped(entry.summary)))?;
    let content = match entry.content {
        Content::Text(text) => paragraphs(text),
        Content::Html(markup) => markup.to_owned(),
    };
    write!(out, "<content type=\"html\">{}</content></entry>", escaped(&content))
}

/// A text as HTML: its paragraphs, nothing of it taken for markup.
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
