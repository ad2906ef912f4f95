//! Swagger 2.0, for clients of the reference that look operations up by their id.
#![expect(clippy::indexing_slicing, reason = "a missing key of a JSON value reads as null and is made when written")]

use basalt_domain::policy::portal::Access;
use serde_json::{Map, Value, json};

use super::{openapi, path_variables};
use crate::{Operation, operation::Body};

/// The document of these operations: the schemas of the OpenAPI document in Swagger's terms.
pub fn swagger(operations: &[Operation], version: u8, title: &str, base: &str) -> Value {
    let modern = openapi(operations, version, title, base);
    let prefix = format!("/api/{version}");
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let below = operation.path.strip_prefix(&prefix).unwrap_or(operation.path);
        let method = operation.method.as_str().to_ascii_lowercase();
        let described = &modern["paths"][operation.path][&method];
        let entry = paths.entry(below).or_insert_with(|| json!({}));
        if let Value::Object(methods) = entry {
            methods.insert(method, describe(operation, described));
        }
    }
    let host = base.split_once("://").map_or(base, |(_scheme, host)| host);
    json!({
        "swagger": "2.0",
        "basePath": prefix,
        "host": host,
        "info": {"title": title, "version": version.to_string()},
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"apikey": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}},
        "paths": paths,
        "definitions": older(&modern["components"]["schemas"]),
    })
}

fn describe(operation: &Operation, modern: &Value) -> Value {
    let mut parameters: Vec<Value> = path_variables(operation.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "type": "string"}))
        .collect();
    for parameter in &operation.query {
        let mut described = json!({"name": parameter.name, "in": "query", "type": parameter.kind});
        if parameter.required {
            described["required"] = true.into();
        }
        if !parameter.values.is_empty() {
            described["enum"] = json!(parameter.values);
        }
        if parameter.repeated {
            described = json!({
                "name": parameter.name, "in": "query", "type": "array", "collectionFormat": "multi",
                "items": {"type": parameter.kind}
            });
        }
        parameters.push(described);
    }
    match operation.body {
        Body::Nothing => {}
        Body::Form => {
            parameters.push(json!({"name": "file", "in": "formData", "required": true, "type": "file"}));
            parameters.push(json!({"name": "bbox", "in": "formData", "type": "string"}));
        }
        Body::Object | Body::Json => {
            let schema = older(&modern["requestBody"]["content"]["application/json"]["schema"]);
            parameters.push(json!({"name": "payload", "in": "body", "required": true, "schema": schema}));
        }
    }
    parameters.push(json!({"name": "X-Fields", "in": "header", "type": "string", "format": "mask"}));
    let responses: Map<String, Value> = operation
        .answers
        .iter()
        .map(|(status, _schema)| {
            let schema = &modern["responses"][status.to_string()]["content"]["application/json"]["schema"];
            let described = if schema.is_null() {
                json!({"description": "Success"})
            } else {
                json!({"description": "Success", "schema": older(schema)})
            };
            (status.to_string(), described)
        })
        .collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": modern["tags"],
        "parameters": parameters,
        "responses": responses,
    });
    if operation.access != Access::Anyone {
        described["security"] = json!([{"apikey": []}]);
    }
    if operation.body == Body::Form {
        described["consumes"] = json!(["multipart/form-data"]);
    }
    described
}

/// A schema in the words of Swagger: no lists of types, other place of definitions.
fn older(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut older_map = Map::new();
            for (name, value) in map {
                match (name.as_str(), value) {
                    ("$ref", Value::String(target)) => {
                        let target = target.replace("#/components/schemas/", "#/definitions/");
                        older_map.insert(name.clone(), target.into());
                    }
                    ("type", Value::Array(types)) => {
                        let kind = types.iter().find(|kind| *kind != "null").cloned().unwrap_or("object".into());
                        older_map.insert("type".into(), kind);
                        older_map.insert("x-nullable".into(), true.into());
                    }
                    ("anyOf", Value::Array(choices)) => {
                        let real = choices.iter().find(|choice| choice["type"] != "null");
                        if let Some(Value::Object(real)) = real.map(older) {
                            older_map.extend(real);
                        }
                    }
                    ("enum", Value::Array(values)) => {
                        let values: Vec<Value> = values.iter().filter(|value| !value.is_null()).cloned().collect();
                        older_map.insert(name.clone(), values.into());
                    }
                    _ => {
                        older_map.insert(name.clone(), older(value));
                    }
                }
            }
            Value::Object(older_map)
        }
        Value::Array(items) => items.iter().map(older).collect(),
        other => other.clone(),
    }
}
