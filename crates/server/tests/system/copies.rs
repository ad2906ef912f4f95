//! Copying between storages, and what tells that the copy is whole.

use std::hash::{BuildHasher, RandomState};

use sea_orm::{ConnectionTrait, Database};

use crate::program::{Home, fixture};

/// A portal with something in most collections.
fn a_portal() -> Home {
    let home = Home::new();
    let key = home.admin_key();
    home.run(&["import", fixture("organizations.csv").to_str().unwrap()]);
    let server = home.serve();
    let body =
        serde_json::json!({"name": "Copied", "description": "é 🎈", "extras": {"n": 1.5, "deep": {"a": [1, null]}}});
    let made = server.ask("POST", "/api/1/organizations/", &key, Some(&body));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(server.ask("POST", &format!("/api/1/organizations/{id}/followers/"), &key, None).status, 201);
    let renamed = serde_json::json!({"name": "Copied and renamed"});
    assert_eq!(server.ask("PUT", &format!("/api/1/organizations/{id}/"), &key, Some(&renamed)).status, 200);
    home
}

fn whole(home: &Home) -> String {
    home.run(&["export", "-", "--with-secrets"])
}

#[test]
fn a_copy_holds_the_same_and_what_is_different_is_told() {
    let home = a_portal();
    let printed = home.run(&["copy", "--from", "sqlite://data/basalt.sqlite", "--to", "sqlite://new/copy.sqlite"]);
    assert!(printed.contains("both storages hold the same"), "{printed}");
    assert!(printed.lines().any(|line| line.starts_with("organization ") && line.contains(" 4 ")), "{printed}");
    let mut copied = home.command(&["export", "-", "--with-secrets"]);
    let copied = copied.env("BASALT__STORAGE__URL", "sqlite://new/copy.sqlite").output().unwrap();
    assert_eq!(String::from_utf8(copied.stdout).unwrap(), whole(&home));

    // A record that only the target has is a difference.
    let mut more = home.command(&["import", fixture("datasets.csv").to_str().unwrap()]);
    assert!(more.env("BASALT__STORAGE__URL", "sqlite://new/copy.sqlite").status().unwrap().success());
    let arguments = ["copy", "--from", "sqlite://data/basalt.sqlite", "--to", "sqlite://new/copy.sqlite"];
    let output = home.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("DIFFERS") && printed.contains("the storages differ"), "{printed}");
}

#[test]
fn a_storage_that_does_not_answer_is_told_without_its_password() {
    let home = Home::new();
    let told = home.fails(&[
        "copy",
        "--from",
        "memory://",
        "--to",
        "mongodb://me:SECRET@127.0.0.1:1/db?serverSelectionTimeoutMS=300",
    ]);
    assert!(told.contains("--to mongodb://me:") && !told.contains("SECRET"), "{told}");
}

/// The address of an empty database, or none if this back end is left out by name.
#[expect(clippy::disallowed_methods, reason = "only the caller of the tests knows the servers")]
fn server(name: &str) -> Option<String> {
    let skipped = std::env::var("SKIP_BACKENDS").unwrap_or_default();
    if skipped.split([',', ' ']).any(|skipped| skipped == name) {
        eprintln!("SKIPPED: {name} is in SKIP_BACKENDS");
        return None;
    }
    let variable = format!("BASALT_TEST_{}_URL", name.to_uppercase());
    let url = std::env::var(&variable);
    Some(url.unwrap_or_else(|_unset| {
        panic!("{variable} is not set: run under tests/backends/start, or set SKIP_BACKENDS={name}")
    }))
}

/// The same address with another database, and parameters kept.
fn with_database(url: &str, database: &str) -> String {
    let (base, parameters) = url.split_once('?').map_or((url, None), |(base, rest)| (base, Some(rest)));
    let (scheme, rest) = base.split_once("://").unwrap();
    let host = rest.split('/').next().unwrap();
    let parameters = parameters.map(|parameters| format!("?{parameters}")).unwrap_or_default();
    format!("{scheme}://{host}/{database}{parameters}")
}

async fn execute(url: &str, sql: &str) {
    let connection = Database::connect(url).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_was_copied_through_all_databases_is_the_same() {
    let home = a_portal();
    let before = whole(&home);
    let name = format!("basalt_{:016x}", RandomState::new().hash_one(std::process::id()));
    let mut from = "sqlite://data/basalt.sqlite".to_owned();
    let mut made = Vec::new();
    for back_end in ["postgres", "mysql", "mongo"] {
        let Some(admin) = server(back_end) else { continue };
        if back_end != "mongo" {
            execute(&admin, &format!("CREATE DATABASE {name}")).await;
        }
        let to = with_database(&admin, &name);
        let printed = home.run(&["copy", "--from", &from, "--to", &to]);
        assert!(printed.contains("both storages hold the same"), "{back_end}: {printed}");
        from.clone_from(&to);
        made.push((back_end, admin, to));
    }
    home.run(&["copy", "--from", &from, "--to", "sqlite://back.sqlite"]);
    let mut back = home.command(&["export", "-", "--with-secrets"]);
    let back = back.env("BASALT__STORAGE__URL", "sqlite://back.sqlite").output().unwrap();
    assert_eq!(String::from_utf8(back.stdout).unwrap(), before);
    for (back_end, admin, url) in made {
        if back_end == "mongo" {
            basalt_mongo::MongoStorage::connect(&url, 2).await.unwrap().database().drop().await.unwrap();
        } else {
            execute(&admin, &format!("DROP DATABASE {name}")).await;
        }
    }
}
