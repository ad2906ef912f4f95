//! `/api/2/organizations/{org}/extras/`: what clients store with an organisation.

use actix_web::HttpResponse;
use basalt_domain::{FieldError, Invalid, ObjectId, policy::organization::Action};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::{
    Operation,
    context::{Ctx, no_content},
    fields,
    problem::Problem,
};

const PATH: &str = "/api/2/organizations/{org}/extras/";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("get_organization_extras", PATH, show).answers_plain(200).summary("Reads the extras"),
        Operation::put("update_organization_extras", PATH, merge)
            .reads_json(any_object)
            .answers_plain(200)
            .summary("Merges extras in; null removes"),
        Operation::delete("delete_organization_extras", PATH, remove)
            .reads_json(any_list)
            .answers_plain(204)
            .summary("Removes extras by name"),
    ]
}

fn any_object(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object"})
}

fn any_list(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string"}})
}

async fn show(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let organization = &ctx.organization()?.value;
    // Here a deleted organisation is gone for everybody, its members too.
    if organization.is_deleted() {
        return Err(basalt_app::AppError::Gone(basalt_app::organizations::GONE).into());
    }
    ctx.ok_whole(&crate::v1::references::Plain(&organization.extras))
}

/// The organisation in the path, if the caller may change it: asked before its body is looked at.
fn editable(ctx: &Ctx) -> Result<ObjectId, Problem> {
    let organization = &ctx.organization()?.value;
    ctx.services().organizations.allow(&ctx.caller, organization, Action::Edit)?;
    Ok(organization.id)
}

async fn merge(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = editable(&ctx)?;
    let Value::Object(body) = &ctx.body else {
        return Err(Problem::bad_request("Wrong payload format, dict expected"));
    };
    let sent = fields::read_map(&ctx.body).map_err(|message| {
        let errors = vec![FieldError::stored("extras", message)];
        let subject = Some((basalt_app::organizations::CLASS, Some(id.to_string())));
        basalt_app::AppError::Invalid(Invalid { subject, errors, message: None })
    })?;
    let extras = ctx
        .services()
        .organizations
        .change_extras(&ctx.caller, id, |extras| {
            for name in body.keys() {
                match sent.get(name) {
                    Some(value) if !value.is_null() => extras.insert(name.clone(), value.clone()),
                    _ => extras.remove(name),
                };
            }
        })
        .await?;
    ctx.ok_whole(&crate::v1::references::Plain(&extras))
}

async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let id = editable(&ctx)?;
    let Value::Array(names) = &ctx.body else {
        return Err(Problem::bad_request("Wrong payload format, list expected"));
    };
    let change = ctx.services().organizations.change_extras(&ctx.caller, id, |extras| {
        for name in names.iter().filter_map(Value::as_str) {
            extras.remove(name);
        }
    });
    change.await?;
    Ok(no_content())
}
