//! Who gets which answer from every operation, as a printed table: `tests/golden/http_access.txt`.
//!
//! 400, 404, 409 and 415 mean that the right was there and something else was missing. A new operation
//! changes the table, so nobody can forget to say who may call it. `BLESS=1` writes it anew.

use std::fmt::Write as _;

use super::world::{World, writes};
use crate::support::Answer;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/http_access.txt");

#[actix_web::test]
async fn every_operation_answers_everybody_as_the_table_says() {
    let mut table = String::from(
        "# nobody, a stranger, the organisation's admin with a key for reading, for writing, the sysadmin\n",
    );
    let untouched = World::new().await;
    for operation in basalt_http::operations() {
        let mut statuses = Vec::new();
        for who in ["nobody", "stranger", "reads", "writes", "sysadmin"] {
            let answer = if writes(&operation) && !["nobody", "reads"].contains(&who) {
                // On a portal of its own, so that no answer depends on the one before.
                Box::pin(async { as_(&World::new().await, who, &operation).await }).await
            } else {
                Box::pin(as_(&untouched, who, &operation)).await
            };
            statuses.push(answer.status.to_string());
        }
        writeln!(table, "{:6} {:58} {}", operation.method.as_str(), operation.path, statuses.join(" ")).unwrap();
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(GOLDEN, &table).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert_eq!(table, golden, "a change of rights is a change of {GOLDEN}");
}

async fn as_(world: &World, who: &str, operation: &basalt_http::Operation) -> Answer {
    let request = world.plausible(operation);
    let request = match who {
        "stranger" => request.key(&world.stranger),
        "reads" => request.plain_key(&world.app.key_for(world.owner.id, &["read"]).await),
        "writes" => request.plain_key(&world.app.key_for(world.owner.id, &["write"]).await),
        "sysadmin" => request.key(&world.sysadmin),
        _ => request,
    };
    request.send().await
}

#[actix_web::test]
async fn nobody_writes_without_a_key_and_nothing_is_stored() {
    let world = World::new().await;
    let before = world.stored().await;
    for operation in basalt_http::operations().iter().filter(|operation| writes(operation)) {
        let answer = world.plausible(operation).send().await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, "Bearer realm=\"uData\""),
            "{}",
            operation.id
        );
        answer.refuses(401, "Unauthorized");
    }
    assert_eq!(world.stored().await, before);
}

#[actix_web::test]
async fn a_key_for_reading_writes_nothing() {
    let world = World::new().await;
    let key = world.app.key_for(world.sysadmin.id, &["read"]).await;
    let before = world.stored().await;
    for operation in basalt_http::operations().iter().filter(|operation| writes(operation)) {
        let answer = world.plausible(operation).plain_key(&key).send().await;
        assert_eq!(answer.status, 403, "{}: {answer:?}", operation.id);
    }
    assert_eq!(world.stored().await, before);
}
