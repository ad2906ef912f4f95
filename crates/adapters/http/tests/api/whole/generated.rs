//! Requests made up from the interface's own OpenAPI document, with values that fit its schemas and
//! values that do not: no fault, and every answer what it says it is. `BASALT_FUZZ_CASES` asks for more.

use std::collections::BTreeSet;

use basalt_http::Operation;
use proptest::{
    prelude::*,
    sample::select,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};

use super::world::{World, is_sound, variables};
use crate::support::a_picture;

const CASES: usize = 1500;
/// Requests after which a portal is taken anew: by then much of it is deleted.
const PER_PORTAL: usize = 100;

/// One request in the making.
#[derive(Clone, Debug)]
struct Wish {
    operation: usize,
    who: usize,
    segments: Vec<Option<String>>,
    query: Vec<(String, String)>,
    body: Option<Value>,
    mask: Option<String>,
    if_match: Option<String>,
}

#[actix_web::test]
async fn requests_made_from_the_document_find_no_fault() {
    let operations = basalt_http::operations();
    let document = basalt_http::document::openapi(&operations, 1, "Test", "http://data.test");
    let cases = std::env::var_os("BASALT_FUZZ_CASES").and_then(|cases| cases.to_str()?.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(Config::default());
    let wishes = wishes(&operations, &document);
    let mut world = World::new().await;
    let mut fulfilled = BTreeSet::new();
    for case in 0..cases {
        if case % PER_PORTAL == PER_PORTAL - 1 {
            world = World::new().await;
        }
        let wish = wishes.new_tree(&mut runner).unwrap().current();
        if ask(&world, &operations[wish.operation], &wish).await < 300 {
            fulfilled.insert(wish.operation);
        }
    }
    let (of, all) = (fulfilled.len(), operations.len());
    assert!(of * 2 > all, "only {of} of {all} operations were ever fulfilled: the requests are too odd to tell much");
}

/// Its status.
async fn ask(world: &World, operation: &Operation, wish: &Wish) -> u16 {
    let mut path = operation.path.to_owned();
    for (name, sent) in variables(operation).into_iter().zip(&wish.segments) {
        let segment = sent.as_deref().map_or_else(|| world.variable(operation, name), encoded);
        path = path.replace(&format!("{{{name}}}"), &segment);
    }
    let query: Vec<String> =
        wish.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut request = world.app.request(operation.method.clone(), &path);
    request = match wish.who {
        0 => request,
        1 => request.key(&world.stranger),
        2 => request.key(&world.owner),
        _ => request.key(&world.sysadmin),
    };
    if let Some(mask) = &wish.mask {
        request = request.header("x-fields", mask);
    }
    if let Some(tag) = &wish.if_match {
        request = request.header("if-match", tag);
    }
    request = match (&wish.body, operation.body) {
        (_, basalt_http::operation::Body::Form) => request.file("a.png", &a_picture(), "0,0,5,5"),
        (Some(body), _) => request.json(body),
        (None, _) => request,
    };
    let answer = request.send().await;
    is_sound(&answer, &format!("{} {path} {wish:?}", operation.method));
    answer.status
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn wishes(operations: &[Operation], document: &Value) -> BoxedStrategy<Wish> {
    let of_each: Vec<BoxedStrategy<Wish>> =
        operations.iter().enumerate().map(|(at, operation)| wish(at, operation, document)).collect();
    proptest::strategy::Union::new(of_each).boxed()
}

fn wish(at: usize, operation: &Operation, document: &Value) -> BoxedStrategy<Wish> {
    let method = operation.method.as_str().to_lowercase();
    let described = &document["paths"][operation.path][method];
    let segments = prop::collection::vec(prop::option::weighted(0.15, any_text()), variables(operation).len());
    let names: Vec<String> = operation.query.iter().map(|known| known.name.to_owned()).chain(["x".into()]).collect();
    let parameter = (select(names), prop_oneof![any_text(), select(TEXTS.map(str::to_owned).to_vec())]);
    let schema = &described["requestBody"]["content"]["application/json"]["schema"];
    let body = if schema.is_null() {
        Just(None).boxed()
    } else {
        prop_oneof![7 => fitting(schema, document), 2 => any_json(), 1 => mutated(schema, document)]
            .prop_map(Some)
            .boxed()
    };
    let mask = prop::option::weighted(0.1, "[a-z_]{1,8}(\\{[a-z*,]{0,6}\\}?)?(,[a-z]{0,4})?");
    let tag = prop::option::weighted(0.1, prop_oneof![Just("*".to_owned()), "\"[0-9a-f]{1,16}\""]);
    (0..4_usize, segments, prop::collection::vec(parameter, 0..3), body, mask, tag)
        .prop_map(move |(who, segments, query, body, mask, if_match)| Wish {
            operation: at,
            who,
            segments,
            query,
            body,
            mask,
            if_match,
        })
        .boxed()
}

/// Texts that mean something somewhere.
const TEXTS: [&str; 24] = [
    "1",
    "0",
    "-1",
    "20",
    "true",
    "maybe",
    "admin",
    "partial_editor",
    "certified",
    "-created",
    "created",
    "pending",
    "a@example.org",
    "https://example.org/",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "#aabbcc",
    "13002526500013",
    "daily",
    "000000000000000000000000",
    "insee",
    "Dataset",
    "MarkdownBloc",
    "$gt",
];

fn any_text() -> BoxedStrategy<String> {
    prop_oneof![
        select(TEXTS.map(str::to_owned).to_vec()),
        "\\PC{0,12}",
        "[ -~]{0,40}",
        any::<i64>().prop_map(|n| n.to_string())
    ]
    .boxed()
}

fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let keys = prop_oneof![any_text(), select(vec!["$gt".to_owned(), "class".into(), "id".into(), "name".into()])];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A value that fits a schema.
fn fitting(schema: &Value, document: &Value) -> BoxedStrategy<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return fitting(&document["components"]["schemas"][name], document);
    }
    if let Some(values) = schema["enum"].as_array() {
        return select(values.clone()).boxed();
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return any_json(),
    };
    let of_each: Vec<BoxedStrategy<Value>> = kinds.into_iter().map(|kind| of_kind(kind, schema, document)).collect();
    proptest::strategy::Union::new(of_each).boxed()
}

fn of_kind(kind: &str, schema: &Value, document: &Value) -> BoxedStrategy<Value> {
    match kind {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => {
            let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
            let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
            (least..=most).prop_map(Value::from).boxed()
        }
        "number" => any::<f64>().prop_map(|number| json!(number)).boxed(),
        "array" => prop::collection::vec(fitting(&schema["items"], document), 0..4).prop_map(Value::from).boxed(),
        "object" => {
            let known: Vec<(String, BoxedStrategy<Option<Value>>)> = schema["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, of)| (name.clone(), prop::option::of(fitting(of, document)).boxed()))
                .collect();
            let (names, values): (Vec<String>, Vec<_>) = known.into_iter().unzip();
            let filled = values.prop_map(move |values| {
                let given = names.iter().zip(values).filter_map(|(name, value)| Some((name.clone(), value?)));
                Value::Object(given.collect::<Map<_, _>>())
            });
            if schema["properties"].is_null() {
                prop::collection::vec((any_text(), any_json()), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect()))
                    .boxed()
            } else {
                filled.boxed()
            }
        }
        _ => any_text().prop_map(Value::from).boxed(),
    }
}

/// A fitting object with one field that is not.
fn mutated(schema: &Value, document: &Value) -> BoxedStrategy<Value> {
    let names: Vec<String> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _of)| name.clone())
        .chain(["x".into()])
        .collect();
    (fitting(schema, document), select(names), any_json())
        .prop_map(|(mut body, name, value)| {
            if let Value::Object(map) = &mut body {
                map.insert(name, value);
            }
            body
        })
        .boxed()
}
