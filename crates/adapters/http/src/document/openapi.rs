//! OpenAPI 3.1.

use basalt_domain::policy::portal::Access;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::path_variables;
use crate::{Operation, operation::Body};

/// The document of these operations.
pub fn openapi(operations: &[Operation], version: u8, title: &str, base: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = entry {
            let method = operation.method.as_str().to_ascii_lowercase();
            methods.insert(method, describe(operation, &mut generator));
        }
    }
    let error = json!({"type": "object", "required": ["message", "status"], "properties": {
        "message": {"type": "string"}, "status": {"type": "integer"}, "errors": {"type": "object"}
    }});
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    schemas.insert("Error".into(), error);
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": version.to_string()},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"apikey": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}},
        },
    })
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = path_variables(operation.path)
        .map(|name| {
            let kind = if name == "size" { "integer" } else { "string" };
            json!({"name": name, "in": "path", "required": true, "schema": {"type": kind}})
        })
        .collect();
    for parameter in &operation.query {
        let mut schema = json!({"type": parameter.kind});
        if !parameter.values.is_empty() {
            schema = json!({"type": "string", "enum": parameter.values});
        }
        if matches!(parameter.name, "page" | "page_size") {
            schema = json!({"type": "integer", "minimum": 1});
        }
        if parameter.repeated {
            schema = json!({"type": "array", "items": schema});
        }
        parameters.push(json!({
            "name": parameter.name, "in": "query", "required": parameter.required, "schema": schema
        }));
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.family().rsplit('/').next().unwrap_or_default()],
        "parameters": parameters,
        "responses": responses(operation, generator),
    });
    if let Value::Object(described) = &mut described {
        if let Some(body) = request_body(operation, generator) {
            described.insert("requestBody".into(), body);
        }
        if operation.access != Access::Anyone {
            described.insert("security".into(), json!([{"apikey": []}]));
        }
    }
    described
}

fn request_body(operation: &Operation, generator: &mut SchemaGenerator) -> Option<Value> {
    match operation.body {
        Body::Nothing => None,
        Body::Form => Some(json!({"required": true, "content": {"multipart/form-data": {"schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}, "bbox": {"type": "string"}},
        }}}})),
        Body::Object | Body::Json => {
            let schema = operation.body_schema.map_or_else(|| json!({}), |schema| schema(generator).to_value());
            Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}))
        }
    }
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for (status, schema) in &operation.answers {
        let described = match schema {
            Some(schema) => {
                json!({"description": "Done", "content": {"application/json": {"schema": schema(generator).to_value()}}})
            }
            None => json!({"description": "Done"}),
        };
        responses.insert(status.to_string(), described);
    }
    let error = json!({"$ref": "#/components/schemas/Error"});
    let refused = json!({"description": "Refused", "content": {"application/json": {"schema": error}}});
    responses.insert("4XX".into(), refused);
    Value::Object(responses)
}
