//! Files uploaded as resources: whole, or in parts that a last request joins.
//!
//! What comes is written as it comes; nothing is seen of it before it is whole.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::{
    AppError,
    datasets::{Finished, Incoming},
};
use basalt_domain::{Dataset, dataset::file_name, policy::object::Action};
use bytes::BytesMut;
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{
    community::{answer, community},
    resources::{editable, resource},
    views::{ResourceView, UploadedResource},
};
use crate::{
    context::Ctx,
    problem::{Problem, UNREADABLE},
};

/// The longest value of a form field that is no file, in bytes.
const FIELD_LIMIT: usize = 1024;

/// How a part of an upload came in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UploadStatus {
    error: Option<&'static str>,
    message: &'static str,
    success: bool,
}

/// What a form tells beside the file.
#[derive(Default)]
struct Told {
    uuid: Option<String>,
    filename: Option<String>,
    partindex: Option<String>,
    totalparts: Option<String>,
    chunksize: Option<String>,
}

/// What came with a form.
enum Received {
    /// A part of a file.
    Part,
    /// A file.
    File(Finished),
}

pub(super) async fn create(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let Received::File(file) = receive(&ctx, &dataset.slug).await? else { return part_came(&ctx) };
    let services = ctx.services();
    let hosted = services.uploads.hosted(file.clone(), ctx.links.base());
    let added = kept(&ctx, &file, services.resources.add_hosted(&ctx.caller, dataset.id, &hosted)).await?;
    ctx.created(&UploadedResource { resource: ResourceView::new(&added, &ctx.links), success: true })
}

pub(super) async fn replace(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = editable(&ctx).await?;
    let present = resource(&ctx).await?;
    replaceable(&present)?;
    let Received::File(file) = receive(&ctx, &dataset.slug).await? else { return part_came(&ctx) };
    let services = ctx.services();
    let hosted = services.uploads.hosted(file.clone(), ctx.links.base());
    let change = services.resources.replace_hosted(&ctx.caller, dataset.id, present.id, &hosted);
    let changed = Box::pin(kept(&ctx, &file, change)).await?;
    ctx.ok(&UploadedResource { resource: ResourceView::new(&changed, &ctx.links), success: true })
}

pub(super) async fn create_community(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let dataset = &ctx.target::<Dataset>()?.value;
    let services = ctx.services();
    services.datasets.readable(&ctx.caller, dataset).await?;
    let Received::File(file) = receive(&ctx, &dataset.slug).await? else { return part_came(&ctx) };
    let hosted = services.uploads.hosted(file.clone(), ctx.links.base());
    let create = services.community_resources.create_hosted(&ctx.caller, dataset, &hosted);
    let created = kept(&ctx, &file, create).await?;
    answer(&ctx, StatusCode::CREATED, &created, true).await
}

pub(super) async fn replace_community(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let present = community(&ctx).await?;
    let services = ctx.services();
    services.community_resources.allow(&ctx.caller, &present.value, Action::Edit).await?;
    replaceable(&present.value.resource)?;
    let slug = match present.value.dataset {
        Some(id) => services.context.store.datasets.get(&id).await?.map(|row| row.value.slug.clone()),
        None => None,
    };
    let slug = slug.unwrap_or_else(|| present.value.resource.id.to_string());
    let Received::File(file) = receive(&ctx, &slug).await? else { return part_came(&ctx) };
    let hosted = services.uploads.hosted(file.clone(), ctx.links.base());
    let id = present.value.resource.id;
    let changed = kept(&ctx, &file, services.community_resources.replace_hosted(&ctx.caller, id, &hosted)).await?;
    answer(&ctx, StatusCode::OK, &changed, true).await
}

/// Is there a file to be replaced? Told before one is sent in vain.
fn replaceable(resource: &basalt_domain::Resource) -> Result<(), Problem> {
    if resource.is_hosted() {
        Ok(())
    } else {
        Err(Problem::bad_request("A file cannot replace a resource that is stored elsewhere"))
    }
}

/// The record that names a file; without one the file is removed.
async fn kept<T>(ctx: &Ctx, file: &Finished, naming: impl Future<Output = Result<T, AppError>>) -> Result<T, Problem> {
    match naming.await {
        Ok(record) => Ok(record),
        Err(error) => {
            ctx.services().uploads.discard(file).await;
            Err(error.into())
        }
    }
}

fn part_came(ctx: &Ctx) -> Result<HttpResponse, Problem> {
    ctx.ok(&UploadStatus { error: None, message: "", success: true })
}

/// Reads the form: a file, a part of one, or the request that joins the parts.
async fn receive(ctx: &Ctx, slug: &str) -> Result<Received, Problem> {
    let payload = ctx.take_payload()?;
    let mut form = Multipart::new(ctx.request.headers(), payload);
    let mut told = Told::default();
    let mut came: Option<(Incoming, String)> = None;
    while let Some(field) = form.next().await {
        let read = match field {
            Ok(field) => read_field(ctx, slug, field, &mut told, &mut came).await,
            // An empty form has no boundary to find.
            Err(_broken) if came.is_none() => break,
            Err(_broken) => Err(Problem::bad_request(UNREADABLE)),
        };
        if let Err(problem) = read {
            if let Some((incoming, _name)) = came {
                incoming.abort().await;
            }
            return Err(problem);
        }
    }
    match came {
        None => joined(ctx, slug, &told).await,
        Some((incoming, name)) => whole_or_part(ctx, incoming, &name, &told).await,
    }
}

async fn read_field(
    ctx: &Ctx,
    slug: &str,
    mut field: Field,
    told: &mut Told,
    came: &mut Option<(Incoming, String)>,
) -> Result<(), Problem> {
    let name = field.name().unwrap_or_default().to_owned();
    let file_name = field.content_disposition().and_then(|sent| sent.get_filename()).map(str::to_owned);
    match (name.as_str(), file_name) {
        ("file", Some(file_name)) if !file_name.is_empty() && came.is_none() => {
            let (incoming, _name) = came.insert((begin(ctx, slug, &file_name, told).await?, file_name));
            while let Some(chunk) = field.next().await {
                let chunk = chunk.map_err(|_broken| Problem::bad_request(UNREADABLE))?;
                incoming.write(chunk).await?;
            }
        }
        (_, Some(_unused)) => while field.next().await.is_some_and(|chunk| chunk.is_ok()) {},
        (name, None) => {
            let text = read_text(&mut field).await?;
            match name {
                "uuid" => told.uuid = Some(text),
                "filename" => told.filename = Some(text),
                "partindex" => told.partindex = Some(text),
                "totalparts" => told.totalparts = Some(text),
                "chunksize" => told.chunksize = Some(text),
                _ => {}
            }
        }
    }
    Ok(())
}

async fn read_text(field: &mut Field) -> Result<String, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_broken| Problem::bad_request(UNREADABLE))?;
        if bytes.len() + chunk.len() > FIELD_LIMIT {
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "A field of the form is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Where the file goes: among the parts, when that was told before it came.
async fn begin(ctx: &Ctx, slug: &str, name: &str, told: &Told) -> Result<Incoming, Problem> {
    let limit = ctx.settings().resource_limit;
    let uploads = &ctx.services().uploads;
    if let Some((upload, index)) = told.part()? {
        return Ok(uploads.begin_part(&ctx.caller, upload, index, limit).await?);
    }
    // What is refused in the end need not come at all. Parts may be called anything without dot.
    if file_name::extension(&file_name::harmless(name)).is_some() {
        allowed(ctx, name)?;
    }
    Ok(uploads.begin(slug, name, limit).await?)
}

/// What to do with the file that came, now that everything was told.
async fn whole_or_part(ctx: &Ctx, incoming: Incoming, name: &str, told: &Told) -> Result<Received, Problem> {
    let uploads = &ctx.services().uploads;
    let checked = told.part().and_then(|part| match part {
        Some(_part) if told.chunk_size()? != Some(incoming.size_bytes()) => Err(failed("Chunk size mismatch")),
        Some(part) => Ok(Some(part)),
        None => allowed(ctx, name).map(|()| None),
    });
    let part = match checked {
        Ok(part) => part,
        Err(problem) => {
            incoming.abort().await;
            return Err(problem);
        }
    };
    let among_parts = incoming.is_part();
    let finished = incoming.finish().await?;
    match part {
        None => Ok(Received::File(finished)),
        Some(_part) if among_parts => Ok(Received::Part),
        Some((upload, index)) => {
            uploads.keep_as_part(&ctx.caller, &finished, upload, index).await?;
            Ok(Received::Part)
        }
    }
}

/// Joins the parts, when the form says that there are some.
async fn joined(ctx: &Ctx, slug: &str, told: &Told) -> Result<Received, Problem> {
    let missing = || failed("Missing file parameter");
    let parts = told.total_parts()?.filter(|parts| *parts > 1).ok_or_else(missing)?;
    let upload = told.uuid.as_deref().ok_or_else(missing)?;
    let name = told.filename.as_deref().ok_or_else(missing)?;
    allowed(ctx, name)?;
    let limit = ctx.settings().resource_limit;
    let file = ctx.services().uploads.join(&ctx.caller, upload, parts, (slug, name), limit).await?;
    Ok(Received::File(file))
}

impl Told {
    /// Upload and number of the part, when it is one of several.
    fn part(&self) -> Result<Option<(&str, u64)>, Problem> {
        let index = number(
            "partindex",
            "Chunked uploads only: the zero-based index of the part being sent",
            self.partindex.as_deref(),
        )?;
        let several = self.total_parts()?.is_some_and(|parts| parts > 1);
        match (self.uuid.as_deref(), index) {
            (Some(upload), Some(index)) if several => Ok(Some((upload, index))),
            (Some(_upload), None) if several => {
                Err(Problem::parameter("partindex", "Missing required parameter in the post body"))
            }
            _ => Ok(None),
        }
    }

    fn total_parts(&self) -> Result<Option<u64>, Problem> {
        const HELP: &str = "The number of parts the file is split into. Above 1, the upload is chunked: send each part, then a last request without `file` to assemble them.";
        number("totalparts", HELP, self.totalparts.as_deref())
    }

    fn chunk_size(&self) -> Result<Option<u64>, Problem> {
        number(
            "chunksize",
            "Chunked uploads only: the size of the part being sent, in bytes",
            self.chunksize.as_deref(),
        )
    }
}

fn number(name: &str, help: &str, sent: Option<&str>) -> Result<Option<u64>, Problem> {
    let Some(text) = sent.map(str::trim) else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_error| Problem::parameter(name, format!("{help} invalid literal for int() with base 10: '{text}'")))
}

fn failed(error: &'static str) -> Problem {
    // The message is what every refusal has; clients of udata read `error`.
    Problem::bad_request(error).with("error", json!(error)).with("success", json!(false))
}

/// May a file of this name be uploaded?
fn allowed(ctx: &Ctx, name: &str) -> Result<(), Problem> {
    let name = file_name::harmless(name);
    let known = |extension: &str| ctx.settings().resource_extensions.iter().any(|known| known == extension);
    if file_name::extension(&name).is_some_and(known) {
        return Ok(());
    }
    Err(Problem::bad_request(format!(
        "This file type is not allowed.The allowed file type list is available at {}/api/1/datasets/extensions/",
        ctx.links.base()
    )))
}
