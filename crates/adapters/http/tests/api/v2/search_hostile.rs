//! Texts and parameters that nobody means well with: every operation that searches or suggests answers 200 or says why not.

use std::sync::Arc;

use basalt_http::Operation;
use basalt_search::{TantivyIndex, Weights};
use serde_json::json;

use crate::support::{Account, TestApp, an_organization};

/// What an address may be as long as; the server refuses longer ones.
const LONGEST: usize = 30_000;

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\"",
        "'",
        "\"roads",
        "roads\" OR \"1\"=\"1",
        "\\",
        "\\\"",
        "roads AND (",
        "AND OR NOT",
        "+roads -roads !roads",
        "title:[* TO *]",
        "title:/(a+)+$/",
        "_exists_:title",
        "/(a+)+$/",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "[[[[",
        "r*ads",
        "*",
        "?",
        "*:*",
        "ro?ds~2^99999999",
        "roads~1e308",
        "{\"query\":{\"match_all\":{}}}",
        "{\"$gt\": \"\"}",
        "$where",
        "'; DROP TABLE dataset; --",
        "\0",
        "roads\0\u{1}\u{2}",
        "d*",
        "d#000000000000000000000000",
        "D*",
        "d=tag\u{1}a",
        "%",
        "_",
        "%00",
        "\u{202e}sdaor\u{202c}",
        "الطرق والشوارع",
        "דרכים",
        "道路",
        "ถนน",
        "🙂🛣️👨‍👩‍👧",
        "ro\u{301}\u{302}\u{303}\u{304}ads",
        "\u{feff}roads\u{200b}\u{200d}",
        "\u{10ffff}",
        "ﷺ",
        "ſtraße ŒUVRE ǆ İı",
        "--------",
        "1e308 -1 0x7f NaN",
        "../../etc/passwd",
        "<script>alert(1)</script>",
    ]
    .map(ToOwned::to_owned)
    .into();
    texts.push("(".repeat(5_000) + "roads" + &")".repeat(5_000));
    texts.push("NOT ".repeat(5_000));
    texts.push("\"".repeat(5_001));
    texts.push("*".repeat(10_000));
    texts.push("(a|".repeat(3_000));
    texts.push("x".repeat(LONGEST));
    texts.push("roads ".repeat(LONGEST / 6));
    texts.push((0..5_000).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" "));
    texts.push("a\u{301}".repeat(3_000));
    texts.push("\u{300}".repeat(3_000));
    texts.push("🙂".repeat(2_000));
    texts.push("ﷺ ".repeat(2_000));
    texts
}

fn encoded(text: &str) -> String {
    // Only as long as an address may be.
    let mut made = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => made.push(char::from(byte)),
            _ => made.push_str(percent_encoding::percent_encode_byte(byte)),
        }
        if made.len() > LONGEST {
            break;
        }
    }
    made
}

/// Operations that look for words.
fn searching() -> Vec<Operation> {
    let has = |operation: &Operation, name: &str| operation.query.iter().any(|parameter| parameter.name == name);
    let mut all = basalt_http::operations();
    all.retain(|operation| has(operation, "q") && !operation.path.contains("catalog"));
    assert!(all.len() >= 6 + 10 + 12, "{}", all.len());
    all
}

struct World {
    app: TestApp,
    admin: Account,
    /// What stands for parts of paths.
    known: Vec<(&'static str, String)>,
}

async fn world() -> World {
    let app = TestApp::new().await.searching_late(Arc::new(TantivyIndex::in_memory(Weights::default()).unwrap())).await;
    let admin = app.admin().await;
    let town = an_organization().named("Roads of Town").with_admin(&admin).stored(&app).await;
    let body = json!({"title": "Roads", "description": "d", "tags": ["roads"], "organization": town.id.to_string()});
    let dataset = app.post("/api/1/datasets/").key(&admin).json(&body).send().await.json();
    let topic = json!({"name": "Roads", "description": "d", "tags": ["roads"]});
    let topic = app.post("/api/2/topics/").key(&admin).json(&topic).send().await.json();
    app.services.search.catch_up().await.unwrap();
    let id = |made: &serde_json::Value| made["id"].as_str().unwrap().to_owned();
    let known = vec![("org", town.id.to_string()), ("dataset", id(&dataset)), ("topic", id(&topic))];
    World { app, admin, known }
}

impl World {
    fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.to_owned();
        for (name, id) in &self.known {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        assert!(!path.contains('{'), "{path}");
        path
    }

    async fn asked(&self, path: &str) {
        for account in [None, Some(&self.admin)] {
            let request = self.app.get(path);
            let answer = match account {
                Some(account) => request.key(account).send().await,
                None => request.send().await,
            };
            let begins: String = path.chars().take(150).collect();
            let refused = matches!(answer.status, 400 | 401 | 404);
            assert!(answer.status == 200 || refused, "{begins}: {answer:?}");
            assert!(!refused || answer.json()["message"].is_string(), "{begins}: {answer:?}");
        }
    }
}

#[actix_web::test]
async fn every_text_is_looked_for_by_every_operation_that_looks_for_words() {
    let world = world().await;
    for operation in searching() {
        let path = world.path(&operation);
        for text in texts() {
            let text = encoded(&text);
            world.asked(&format!("{path}?q={text}")).await;
            world.asked(&format!("{path}?q=roads&q={text}&page_size=2")).await;
        }
    }
}

#[actix_web::test]
async fn every_text_is_borne_by_every_parameter_beside_the_words() {
    let world = world().await;
    for operation in searching() {
        let path = world.path(&operation);
        for parameter in &operation.query {
            for text in texts() {
                let text = encoded(&text);
                world.asked(&format!("{path}?q=roads&{}={text}", parameter.name)).await;
            }
            let many: Vec<String> = (0..2_000).map(|value| format!("{}=v{value}", parameter.name)).collect();
            world.asked(&format!("{path}?q=roads&{}", many.join("&"))).await;
        }
    }
}

#[actix_web::test]
async fn pages_behind_the_last_are_not_there_however_far() {
    let world = world().await;
    for operation in searching().iter().filter(|operation| operation.query.iter().any(|known| known.name == "page")) {
        let path = world.path(operation);
        for query in
            ["page=2", "page=9223372036854775807", "page=18446744073709551616&page_size=1000", "page_size=99999999999"]
        {
            for text in ["roads", ""] {
                world.asked(&format!("{path}?q={text}&{query}")).await;
            }
        }
    }
}

/// However long a text, suggestions are as many as asked for, up to the cap.
#[actix_web::test]
async fn sizes_of_suggestions_are_bounded() {
    let world = world().await;
    for operation in searching().iter().filter(|operation| operation.path.contains("suggest")) {
        let path = world.path(operation);
        for size in ["0", "-1", "99999999999999999999", "1e9", "", "nope", "2147483648"] {
            world.asked(&format!("{path}?q=r&size={size}")).await;
        }
    }
}
