//! Requests that nobody means well with: each is refused with a message or harmless, none is a fault,
//! and what is refused leaves nothing behind.

use basalt_http::{Operation, operation::Body};
use serde_json::{Value, json};

use super::world::{World, is_sound, variables, writes};
use crate::support::{Answer, TestRequest, a_picture};

/// Which part of the hostile values each field gets.
const EVERY: usize = 5;
/// Lists whose pages beyond the last are empty rather than not there, as udata has it.
const ENDLESS: [&str; 2] = ["/api/1/datasets/recent.atom", "/api/2/datasets/{dataset}/resources/"];

/// Does it read a picture? Other files may be large, and of many kinds.
fn of_picture(operation: &Operation) -> bool {
    operation.body == Body::Form && !operation.path.contains("/upload/")
}

/// Values that belong to no field.
fn hostile_values() -> Vec<Value> {
    let mut deep = json!(1);
    for _level in 0..100 {
        deep = json!([deep]);
    }
    vec![
        json!(null),
        json!(true),
        json!(5),
        json!(-1),
        json!(1e308),
        json!([]),
        json!([null]),
        json!({}),
        json!({"$gt": ""}),
        json!({"$where": "sleep(1000)"}),
        json!({"a.b": {"$ne": null}, "": 1, "\u{0}": 1, "__proto__": {}}),
        json!([{"$ne": 1}]),
        json!(""),
        json!(" "),
        json!("nope"),
        json!("'; DROP TABLE organization; --"),
        json!("\" OR 1=1 --"),
        json!("{\"$gt\": \"\"}"),
        json!("$where"),
        json!("a\u{0}b"),
        json!("../../../../etc/passwd"),
        json!("\u{202e}\u{feff}🦀"),
        json!("x".repeat(100_000)),
        deep,
    ]
}

/// Bodies that are no JSON, or too much of it.
fn broken_bodies() -> Vec<Vec<u8>> {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(500), close.repeat(500)).into_bytes();
    vec![
        b"".to_vec(),
        b"{".to_vec(),
        b"nul".to_vec(),
        b"{\"name\": \"x\",}".to_vec(),
        b"{'name': 'x'}".to_vec(),
        b"{\"name\": \"\xff\xfe\"}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"{\"name\": \"\\ud800\"}".to_vec(),
        b"{\"name\": \"a\0b\"}".to_vec(),
        b"{\"name\": 1e999}".to_vec(),
        b"{} {}".to_vec(),
        nested("[", "]"),
        nested("{\"a\":", "}"),
        b"[".repeat(100_000),
    ]
}

fn of_json(operation: &Operation) -> bool {
    matches!(operation.body, Body::Object | Body::Json)
}

/// Sends it as the one who may do most. If it is refused, nothing may have been stored.
async fn send(world: &World, request: TestRequest<'_>, asked: &str) -> Answer {
    let before = world.stored().await;
    let answer = request.key(&world.sysadmin).send().await;
    is_sound(&answer, asked);
    if answer.status >= 400 {
        assert_eq!(world.stored().await, before, "{asked} was refused and yet stored something: {answer:?}");
    }
    answer
}

#[actix_web::test]
async fn broken_json_is_refused_by_every_operation_that_reads_json() {
    let world = World::new().await;
    for operation in basalt_http::operations().iter().filter(|operation| of_json(operation)) {
        for body in broken_bodies() {
            let asked = format!("{} {}", operation.id, String::from_utf8_lossy(&body[..body.len().min(40)]));
            let request = world.app.request(operation.method.clone(), &world.path(operation));
            let answer = send(&world, request.raw("application/json", body), &asked).await;
            assert_eq!(answer.status, 400, "{asked}: {answer:?}");
        }
    }
}

#[actix_web::test]
async fn another_content_type_than_json_is_refused() {
    let world = World::new().await;
    for operation in basalt_http::operations().iter().filter(|operation| of_json(operation)) {
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nope", ""]
        {
            let request = world.app.request(operation.method.clone(), &world.path(operation));
            let answer = send(&world, request.raw(content_type, "{}"), operation.id).await;
            assert_eq!(answer.status, 415, "{} {content_type}", operation.id);
        }
    }
}

#[actix_web::test]
async fn ten_megabytes_are_too_much_for_every_operation_that_reads_a_body() {
    let world = World::new().await;
    let json = format!("{{\"name\": \"{}\"}}", "x".repeat(10 * 1024 * 1024)).into_bytes();
    let picture = vec![0_u8; 10 * 1024 * 1024];
    for operation in basalt_http::operations() {
        let request = world.app.request(operation.method.clone(), &world.path(&operation));
        let request = match operation.body {
            Body::Nothing => continue,
            Body::Form if !of_picture(&operation) => continue,
            Body::Form => request.file("a.png", &picture, ""),
            Body::Object | Body::Json => request.raw("application/json", json.clone()),
        };
        let answer = send(&world, request, operation.id).await;
        assert_eq!(answer.status, 413, "{}: {answer:?}", operation.id);
    }
}

#[actix_web::test]
async fn every_field_of_every_body_stands_hostile_values() {
    let operations = basalt_http::operations();
    let document = basalt_http::document::openapi(&operations, 1, "Test", "http://data.test");
    for (place, operation) in operations.iter().filter(|operation| of_json(operation)).enumerate() {
        // A small world each time: it is compared as a whole.
        let mut world = World::new().await;
        let method = operation.method.as_str().to_lowercase();
        let schema = &document["paths"][operation.path][method]["requestBody"]["content"]["application/json"]["schema"];
        let fields: Vec<String> =
            schema["properties"].as_object().into_iter().flatten().map(|(name, _schema)| name.clone()).collect();
        let mut bodies = hostile_values();
        // Some values for each field, others for the next: `tests/hostile/check --all` sends all.
        for (at, field) in fields.iter().enumerate() {
            let values = hostile_values().into_iter().skip((place + at) % EVERY).step_by(EVERY);
            bodies.extend(values.map(|value| json!({field: value})));
        }
        let mut before = world.stored().await;
        for body in bodies {
            let told = body.to_string();
            let asked = format!("{} {}", operation.id, told.chars().take(80).collect::<String>());
            let request = world.app.request(operation.method.clone(), &world.path(operation)).json(&body);
            let answer = request.key(&world.sysadmin).send().await;
            is_sound(&answer, &asked);
            if answer.status >= 400 {
                assert_eq!(world.stored().await, before, "{asked} was refused and yet stored something: {answer:?}");
                continue;
            }
            if operation.method == actix_web::http::Method::DELETE || told.contains("\"deleted\"") {
                world = World::new().await;
            }
            before = world.stored().await;
        }
    }
}

#[actix_web::test]
async fn hostile_paths_lead_nowhere() {
    let segments = [
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "..%5c..%5cwindows",
        "%00",
        "a%00b",
        "%ff%fe",
        "%27%3B%20DROP%20TABLE%20organization%3B--",
        "%7B%22%24gt%22%3A%22%22%7D",
        "%24where",
        "%F0%9F%A6%80",
        "%",
        "%zz",
        "-1",
        "99999999999999999999999999",
        "000000000000000000000000",
    ];
    let long = "a".repeat(5000);
    let world = World::new().await;
    let before = world.stored().await;
    for operation in basalt_http::operations() {
        for name in variables(&operation) {
            // Pictures of any text are drawn, and any comes to the same picture again.
            if name == "identifier" {
                continue;
            }
            for segment in segments.iter().copied().chain([long.as_str()]) {
                let mut path = operation.path.replace(&format!("{{{name}}}"), segment);
                for other in variables(&operation) {
                    path = path.replace(&format!("{{{other}}}"), &world.variable(&operation, other));
                }
                let asked = format!("{} {}", operation.method, path.chars().take(120).collect::<String>());
                let Ok(_uri) = path.parse::<actix_web::http::Uri>() else { continue };
                let request = world.app.request(operation.method.clone(), &path);
                let request = if of_json(&operation) { request.json(&json!({})) } else { request };
                let answer = request.key(&world.sysadmin).send().await;
                is_sound(&answer, &asked);
                assert!((400..500).contains(&answer.status), "{asked}: {answer:?}");
            }
        }
    }
    assert_eq!(world.stored().await, before);
}

#[actix_web::test]
async fn stored_files_cannot_be_left_by_their_path() {
    let world = World::new().await;
    for folder in ["avatars", "images"] {
        for path in [
            "..%2f..%2fetc%2fpasswd",
            "../../../etc/passwd",
            "%2e%2e/%2e%2e/etc/passwd",
            "a/..%5c..%5cb",
            "%00",
            "",
            "/",
            "//etc/passwd",
        ] {
            let answer = world.app.get(&format!("/{folder}/{path}")).send().await;
            assert_eq!(answer.status, 404, "{folder} {path}: {answer:?}");
        }
    }
}

#[actix_web::test]
async fn absurd_queries_are_refused_or_mean_nothing() {
    let values = [
        "0",
        "-1",
        "99999999999999999999",
        "1e9",
        "1.5",
        "NaN",
        "",
        "%20",
        "%00",
        "%ff",
        "null",
        "[]",
        "true",
        "%27%3B%20DROP%20TABLE--",
        "%7B%22%24gt%22%3A%22%22%7D",
        "%24where",
        "..%2f..%2fetc",
        "%F0%9F%A6%80",
        "2147483648",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551616",
    ];
    let long = "x".repeat(20_000);
    let world = World::new().await;
    for operation in basalt_http::operations().iter().filter(|operation| !writes(operation)) {
        let path = world.path(operation);
        let path = path.split('?').next().unwrap();
        let names =
            operation.query.iter().map(|known| known.name).chain(["page", "q%5B%24gt%5D", "%24where", "unknown", ""]);
        for name in names {
            for value in values.iter().copied().chain([long.as_str()]) {
                let asked = format!("{path}?{name}={value}");
                let answer = world.app.get(&asked).key(&world.sysadmin).send().await;
                is_sound(&answer, &asked.chars().take(150).collect::<String>());
            }
        }
        let many: Vec<String> = (0..500).map(|at| format!("a{at}={at}&page=1")).collect();
        is_sound(&world.app.get(&format!("{path}?{}", many.join("&"))).key(&world.sysadmin).send().await, path);
    }
}

#[actix_web::test]
async fn page_numbers_that_are_none_are_refused_and_those_beyond_the_last_are_not_there() {
    let world = World::new().await;
    for operation in basalt_http::operations() {
        if !operation.query.iter().any(|known| known.name == "page_size") {
            continue;
        }
        if operation.path.ends_with("/catalog") {
            // It leads to the page that is asked for, which answers for itself.
            continue;
        }
        let beyond = if ENDLESS.contains(&operation.path) { 200 } else { 404 };
        for (query, status) in [
            ("page=0", 400),
            ("page=-1", 400),
            ("page=1e9", 400),
            ("page=1.5", 400),
            ("page=abc", 400),
            ("page=", 400),
            ("page=1000000000", beyond),
            ("page=99999999999999999999", beyond),
            ("page_size=0", 400),
            ("page_size=-1", 400),
            ("page_size=abc", 400),
            ("page_size=99999999999999999999", 200),
            ("page_size=1000000000", 200),
        ] {
            let answer =
                world.app.get(&format!("{}?{query}", world.path(&operation))).key(&world.sysadmin).send().await;
            assert_eq!(answer.status, status, "{} {query}: {answer:?}", operation.path);
        }
    }
}

#[actix_web::test]
async fn hostile_headers_are_refused_or_mean_nothing() {
    let world = World::new().await;
    let path = format!("/api/1/organizations/{}/", world.organization.id);
    let deep = "a{".repeat(5000);
    for (name, values) in [
        (
            "x-fields",
            vec![
                "{",
                "}",
                "a{b",
                "{{{{",
                ",,,",
                "*{*}",
                "name{$gt}",
                "a{b{c{d{e}}}}}",
                deep.as_str(),
                "__proto__",
                "'; --",
            ],
        ),
        ("x-api-key", vec!["", " ", "'; DROP TABLE--", "a.b.c", "..", "udata_", "{\"$gt\": \"\"}", "é"]),
        ("if-none-match", vec!["", "*", "\"", "W/\"\"", ",,,", "é"]),
        ("origin", vec!["null", "", "://", "javascript:alert(1)"]),
        ("host", vec!["", "evil.test\u{7f}", "a b", "[::"]),
        ("x-forwarded-proto", vec!["javascript", "https,http", ""]),
        ("accept", vec!["", "*/*;q=x", "text/html"]),
        ("authorization", vec!["Basic Og==", "Bearer", ""]),
        ("content-type", vec!["application/json; charset=utf-99", ""]),
    ] {
        for value in values {
            if actix_web::http::header::HeaderValue::from_str(value).is_err() {
                continue;
            }
            let answer = world.app.get(&path).header(name, value).send().await;
            is_sound(&answer, &format!("{name}: {}", value.chars().take(40).collect::<String>()));
            assert!(!String::from_utf8_lossy(&answer.body).contains("evil.test"), "{answer:?}");
        }
    }
}

#[actix_web::test]
async fn names_of_files_choose_no_path() {
    let world = World::new().await;
    for operation in basalt_http::operations().iter().filter(|operation| of_picture(operation)) {
        for name in [
            "../../../etc/passwd.png",
            "..\\..\\x.png",
            "/etc/x.png",
            "a/b.png",
            ".png",
            "a;b.png",
            &format!("{}.png", "x".repeat(3000)),
        ] {
            let request = world.app.request(operation.method.clone(), &world.path(operation));
            let answer = request.file(name, &a_picture(), "").key(&world.sysadmin).send().await;
            is_sound(&answer, &format!("{} {name}", operation.id));
            if answer.status == 200 {
                let image = answer.json()["image"].as_str().unwrap().to_owned();
                let file = image.rsplit_once("/avatars/").or_else(|| image.rsplit_once("/images/")).unwrap().1;
                let plain = |letter: char| letter.is_ascii_hexdigit() || "/.png".contains(letter);
                assert!(file.chars().all(plain) && !file.contains(".."), "{name}: {image}");
            }
        }
        for (name, content) in [
            ("a.png", &b""[..]),
            ("a.png", b"no picture"),
            ("a.svg", b"<svg onload=alert(1)>"),
            ("a.html", b"<script>"),
            ("a", b"x"),
            ("", b"x"),
        ] {
            let request = world.app.request(operation.method.clone(), &world.path(operation)).file(name, content, "");
            let answer = send(&world, request, &format!("{} {name}", operation.id)).await;
            assert_eq!(answer.status, 400, "{} {name}: {answer:?}", operation.id);
        }
        for bbox in [
            "nope",
            "1,2,3",
            "1,2,3,4,5",
            "NaN,0,1,1",
            "-1,0,1e309,1",
            "99999999999999999999,0,1,1",
            "0,0,0,0",
            "{\"$gt\":1}",
            &"1,".repeat(600),
        ] {
            let request = world.app.request(operation.method.clone(), &world.path(operation));
            let answer = request.file("a.png", &a_picture(), bbox).key(&world.sysadmin).send().await;
            is_sound(&answer, &format!("{} {bbox}", operation.id));
        }
        for form in ["", "--x", "--x--", "--x\r\n", "--x\r\nContent-Disposition: form-data\r\n\r\n", "no form"] {
            let request = world.app.request(operation.method.clone(), &world.path(operation));
            let request = request.raw("multipart/form-data; boundary=x", form);
            let answer = send(&world, request, &format!("{} {form}", operation.id)).await;
            assert_eq!(answer.status, 400, "{} {form:?}: {answer:?}", operation.id);
        }
    }
}
