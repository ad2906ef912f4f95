//! The datasets a dataservice serves.

use actix_web::{HttpResponse, http::StatusCode};
use basalt_app::slugs::Found;
use basalt_domain::{Dataservice, ObjectId, policy::object::Action};
use basalt_ports::ChangeSet;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::views::DataserviceView;
use crate::{
    Operation,
    context::{Ctx, no_content},
    problem::Problem,
    v1::objects,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post("dataservice_datasets_create", "/api/1/dataservices/{dataservice}/datasets/", add)
            .reads_json(schema)
            .answers::<DataserviceView<'static>>(201)
            .summary("Adds datasets to those a dataservice serves"),
        Operation::delete(
            "delete_dataservice_dataset_api_/dataservices/<dataservice:dataservice>/datasets/<dataset:dataset>/",
            "/api/1/dataservices/{dataservice}/datasets/{served}/",
            remove,
        )
        .answers_plain(204)
        .summary("Takes a dataset from those a dataservice serves"),
    ]
}

fn schema(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {
        "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}
    }})
}

/// Unknown datasets are left out, as udata does.
async fn add(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let row = ctx.target::<Dataservice>()?;
    let services = ctx.services();
    services.dataservices.allow(&ctx.caller, &row.value, Action::Edit).await?;
    let ids = ids(&ctx.body)?;
    let known = services.context.store.datasets.by_ids(&ids).await?;
    let changed = services
        .dataservices
        .change_with(&ctx.caller, row.value.id, Action::Edit, None, async |dataservice| {
            for id in ids.iter().filter(|id| known.contains_key(*id)) {
                if !dataservice.datasets.contains(id) {
                    dataservice.datasets.push(*id);
                }
            }
            Ok(ChangeSet::new())
        })
        .await?;
    objects::answer(&ctx, StatusCode::CREATED, &changed).await
}

async fn remove(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let row = ctx.target::<Dataservice>()?;
    let services = ctx.services();
    services.dataservices.allow(&ctx.caller, &row.value, Action::Edit).await?;
    let found = services.datasets.find(ctx.segment("served")).await?;
    let Found::Here(dataset) = found else { return Err(Problem::not_found()) };
    let dataset: ObjectId = dataset.value.id;
    if !row.value.datasets.contains(&dataset) {
        return Err(Problem::new(StatusCode::NOT_FOUND, "Dataset not found in dataservice"));
    }
    services
        .dataservices
        .change_with(&ctx.caller, row.value.id, Action::Edit, None, async |dataservice| {
            dataservice.datasets.retain(|id| *id != dataset);
            Ok(ChangeSet::new())
        })
        .await?;
    Ok(no_content())
}

/// The ids in `[{"id": …}]`. 400 for anything else.
fn ids(sent: &Value) -> Result<Vec<ObjectId>, Problem> {
    let Value::Array(items) = sent else { return Err(Problem::bad_request("Expecting a list")) };
    let id = |item: &Value| match item.get("id") {
        Some(Value::String(id)) => {
            ObjectId::parse(id).map_err(|_error| Problem::bad_request("Malformed object id(s) in request"))
        }
        _ => Err(Problem::bad_request("Expecting a list of dicts with id attribute")),
    };
    items.iter().map(id).collect()
}
