//! Importing: formats, packing, interruption, and exporting again.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::program::{Home, Server, fixture, stderr};

/// Imports bring numbers of followers and members without the accounts that they count.
const VERIFY: [&str; 3] = ["metrics", "verify", "--catalogue-only"];

/// Answers of the API about so many organisations; many share a name, some a member.
fn answers(count: usize) -> String {
    let mut lines = String::new();
    for number in 0..count {
        let answer = json!({
            "id": format!("5a0000000000000000{number:06x}"), "name": format!("Commune {}", number % 700), "slug": null,
            "acronym": null, "description": "What it is.", "url": null, "badges": [{"kind": "certified"}],
            "members": [{"role": "admin", "user": {"id": format!("5b0000000000000000{:06x}", number / 2),
                "first_name": "Person", "last_name": (number / 2 % 50).to_string()}}],
            "created_at": "2020-01-01T00:00:00", "last_modified": "2021-01-01T00:00:00", "deleted": null,
            "metrics": {"datasets": number, "views": 3, "unknown": 4},
        });
        writeln!(lines, "{answer}").unwrap();
    }
    lines
}

fn organizations(home: &Home) -> HashMap<String, Value> {
    let records = home.export().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let ours =
        records.filter(|record| record["collection"] == "organization").map(|mut record| record["document"].take());
    ours.map(|document| (document["_id"]["$oid"].as_str().unwrap().to_owned(), document)).collect()
}

#[test]
fn answers_of_the_api_become_organisations_with_members() {
    let home = Home::new();
    home.file("answers.ndjson", answers(1500));
    home.run(&["import", "answers.ndjson"]);
    let first = home.export();
    let organizations = organizations(&home);
    assert_eq!(organizations.len(), 1500);
    let slugs: HashSet<&str> = organizations.values().map(|document| document["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs.len(), 1500);
    assert!(slugs.contains("commune-0") && slugs.contains("commune-0-1") && slugs.contains("commune-0-2"));
    let one = &organizations["5a0000000000000000000003"];
    assert_eq!(one["metrics"], json!({"members": 1, "views": 3}));
    assert_eq!(one["members"][0]["user"]["$oid"], "5b0000000000000000000001");
    assert!(first.iter().any(|line| line.contains("person-1@users.invalid")));
    // Again: the same ends as the same.
    home.run(&["import", "answers.ndjson"]);
    assert_eq!(home.export(), first);
}

/// `copy` takes nothing from a storage that lacks anything, and brings none up to date but its target.
#[test]
fn what_an_import_and_a_copy_have_filled_lacks_no_index() {
    let home = Home::new();
    home.file("answers.ndjson", answers(20));
    home.run(&["import", "answers.ndjson"]);
    home.run(&["copy", "--from", "sqlite://data/basalt.sqlite", "--to", "sqlite://one.sqlite"]);
    home.run(&["copy", "--from", "sqlite://one.sqlite", "--to", "sqlite://other.sqlite"]);
}

#[test]
fn an_import_that_was_killed_goes_on_and_ends_as_if_it_had_not_been() {
    let (home, other) = (Home::new(), Home::new());
    let file = home.file("answers.ndjson", answers(6000));
    let mut child = home.command(&["import", "answers.ndjson"]).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    // The file of the position appears with the first commit.
    while !position(&home) {
        assert!(child.try_wait().unwrap().is_none(), "ended before it could be killed");
        assert!(began.elapsed() < Duration::from_mins(1));
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(organizations(&home).len() < 6000, "killed too late to test anything");
    let again = home.command(&["import", "answers.ndjson"]).output().unwrap();
    assert!(again.status.success(), "{}", stderr(&again));
    assert!(stderr(&again).contains("goes on after record"), "{}", stderr(&again));
    assert!(!position(&home), "the position is of no use any more");
    other.run(&["import", file.to_str().unwrap()]);
    assert_eq!(home.export(), other.export());
}

fn position(home: &Home) -> bool {
    let Ok(files) = fs::read_dir(home.path("data")) else { return false };
    files.flatten().any(|file| {
        let name = file.file_name().into_string().unwrap();
        name.starts_with("import-") && Path::new(&name).extension().is_some_and(|extension| extension == "json")
    })
}

#[test]
fn a_position_of_another_storage_is_not_believed() {
    let home = Home::new();
    home.file("answers.ndjson", answers(3000));
    let mut child = home.command(&["import", "answers.ndjson"]).stderr(Stdio::null()).spawn().unwrap();
    while !position(&home) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let output = home
        .command(&["import", "answers.ndjson"])
        .env("BASALT__STORAGE__URL", "sqlite://other.sqlite")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(stderr(&output).contains("3000 records stored"), "{}", stderr(&output));
}

#[test]
fn the_catalogue_of_organisations_is_read_packed_or_not() {
    let home = Home::new();
    home.run(&["import", fixture("organizations.csv.xz").to_str().unwrap()]);
    let packed = organizations(&home);
    assert_eq!(packed.len(), 3);
    let one = &packed["5a00000000000000000000a1"];
    assert_eq!(one["name"], "Région; d'Essai");
    assert_eq!(one["slug"], "region-dessai");
    assert_eq!(one["metrics"], json!({"members": 0, "views": 4500}));
    assert_eq!(one["last_modified"]["$date"], "2025-10-23T00:01:42.528Z");
    home.run(&["import", fixture("organizations.csv").to_str().unwrap()]);
    assert_eq!(organizations(&home), packed);
}

/// Documents of a collection by id.
fn documents(home: &Home, collection: &str) -> HashMap<String, Value> {
    let records = home.export().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let ours = records.filter(|record| record["collection"] == collection).map(|mut record| record["document"].take());
    ours.map(|document| (document["_id"]["$oid"].as_str().unwrap_or_default().to_owned(), document)).collect()
}

#[test]
fn the_catalogue_of_datasets_gives_them_with_whom_they_belong_to() {
    let home = Home::new();
    home.run(&["import", fixture("datasets.csv").to_str().unwrap()]);
    let first = home.export();
    let found = organizations(&home);
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found["5a00000000000000000000b1"];
    assert_eq!(one["metrics"], json!({"members": 0, "datasets": 2}));
    assert_eq!(one["name"], "Ville d'Essai");
    let datasets = documents(&home, "dataset");
    assert_eq!(datasets.len(), 4);
    let one = &datasets["5c00000000000000000000c1"];
    assert_eq!(one["title"], "Un");
    assert_eq!(one["description"], "Deux\nlignes; et plus");
    assert_eq!(one["organization"]["$oid"], "5a00000000000000000000b1");
    assert_eq!(one["license"], "lov2");
    assert_eq!(one["frequency"], "biweekly");
    assert_eq!(one["tags"], json!(["eau", "sante"]));
    assert_eq!(one["temporal_coverage"], json!({"start": "2019-01-01", "end": "2019-12-31"}));
    assert_eq!(one["spatial"], json!({"zones": ["country:fr"], "granularity": "fr:commune"}));
    assert_eq!(one["harvest"]["modified_at"]["$date"], "2019-05-01T00:00:00.000Z");
    let months = json!({"2025-11": 0, "2025-12": 1});
    assert_eq!(one["metrics"], json!({"followers": 1, "followers_by_months": months, "views": 100}));
    assert_eq!(one["created_at_internal"]["$date"], "2018-11-29T15:04:32.000Z", "harvested: when its id was made");
    assert_eq!(one["last_modified_internal"]["$date"], "2020-01-01T00:00:00.000Z");
    // The third is somebody's own, the fourth archived and of somebody of whom only the slug is told.
    let users = documents(&home, "user");
    assert_eq!(users["0000000000000000a0000001"]["metrics"], json!({"datasets": 1}));
    let archived = &datasets["5c00000000000000000000c4"];
    let owner = &users[archived["owner"]["$oid"].as_str().unwrap()];
    assert_eq!((&owner["slug"], &owner["metrics"]), (&json!("person-0002"), &json!({})));
    assert!(archived["archived"].is_object() && archived.get("license").is_none(), "{archived}");
    assert_eq!(home.run(&VERIFY).lines().last(), Some("7 records, 0 wrong numbers"));
    home.run(&["import", fixture("datasets.csv").to_str().unwrap()]);
    assert_eq!(home.export(), first, "the same again");
}

#[test]
fn answers_of_the_api_become_datasets_with_resources() {
    let home = Home::new();
    let resource = |number: u32| {
        json!({"id": format!("0b6f8f7e-6b2f-4d0e-9d5f-0c2f5d2a9c{number:02}"), "title": "A table", "type": "main",
            "url": "https://example.org/a.csv", "filetype": "file", "format": "csv", "mime": null, "filesize": 12,
            "checksum": {"type": "sha1", "value": "aa"}, "extras": {"check:status": 404}, "schema": {},
            "description": "", "created_at": "2014-05-07T03:37:05.097000", "last_modified": "2015-01-01T00:00:00",
            "metrics": {"views": 4}})
    };
    let answer = |number: u32| {
        json!({"id": format!("5c0000000000000000000{number:03}"), "title": format!("Dataset {number}"), "slug": "same",
            "description": "d", "license": "fr-lo", "frequency": "unknown", "private": false, "tags": ["a-tag"],
            "organization": {"id": "5a00000000000000000000d1", "name": "Producer", "slug": "the-producer"},
            "owner": null, "spatial": {"zones": ["fr:commune:13004@1943-01-01"], "granularity": "poi", "geom": null},
            "temporal_coverage": null, "badges": [{"kind": "spd"}], "resources": [resource(number)], "extras": {"k": 1},
            "harvest": {"backend": "CKAN", "created_at": "2021-10-21T00:00:00"}, "metrics": {"reuses": 3, "views": 5},
            "created_at": "2013-11-16T10:11:08.801000", "last_modified": "2016-06-12T10:30:50", "deleted": null})
    };
    home.file("answers.ndjson", format!("{}\n{}\n", answer(1), answer(2)));
    home.run(&["import", "answers.ndjson"]);
    let datasets = documents(&home, "dataset");
    let (one, two) = (&datasets["5c0000000000000000000001"], &datasets["5c0000000000000000000002"]);
    assert_eq!((&one["slug"], &two["slug"]), (&json!("same"), &json!("same-1")));
    assert_eq!((&one["license"], &one["metrics"]), (&json!("fr-lo"), &json!({"views": 5})));
    assert_eq!(one["spatial"]["zones"], json!(["fr:commune:13004"]));
    assert_eq!(one["badges"][0]["kind"], "spd");
    assert_eq!(one["harvest"]["created_at"]["$date"], "2021-10-21T00:00:00.000Z");
    assert_eq!(one["last_update"]["$date"], "2015-01-01T00:00:00.000Z", "that of its resource");
    let resource = &one["resources"][0];
    assert_eq!(resource["_id"], "0b6f8f7e-6b2f-4d0e-9d5f-0c2f5d2a9c01");
    assert_eq!((&resource["filetype"], &resource["filesize"]), (&json!("remote"), &json!(12)), "it is not stored here");
    assert_eq!(resource["urlhash"].as_str().unwrap().len(), 40);
    let producer = &organizations(&home)["5a00000000000000000000d1"];
    assert_eq!((&producer["slug"], &producer["metrics"]["datasets"]), (&json!("the-producer"), &json!(2)));
    // A newer line of the catalogue leaves the resources.
    let line = "5c0000000000000000000001;New;other;;;Producer;5a00000000000000000000d1;;;x;2026-01-01T00:00:00;False";
    home.file("new.csv", format!("id;title;slug;acronym;url;organization;organization_id;owner;owner_id;description;last_modified;archived\n{line}\n"));
    home.run(&["import", "new.csv"]);
    let one = &documents(&home, "dataset")["5c0000000000000000000001"];
    assert_eq!((&one["title"], &one["slug"]), (&json!("New"), &json!("same")));
    assert_eq!(one["resources"].as_array().unwrap().len(), 1);
    // An older answer takes nothing back.
    home.run(&["import", "--restart", "answers.ndjson"]);
    assert_eq!(documents(&home, "dataset")["5c0000000000000000000001"]["title"], "New");
    assert!(home.run(&VERIFY).ends_with("0 wrong numbers\n"));
}

#[test]
fn wrong_numbers_are_told_and_repaired() {
    let home = Home::new();
    home.run(&["import", fixture("datasets.csv").to_str().unwrap()]);
    let mut lines = home.export();
    for line in &mut lines {
        *line = line.replace("\"datasets\":2", "\"datasets\":9");
    }
    home.file("wrong.ndjson", lines.join("\n"));
    home.run(&["import", "wrong.ndjson"]);
    let output = home.command(&VERIFY).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("organization 5a00000000000000000000b1: metrics.datasets is 9, counted 2"), "{told}");
    assert!(home.run(&[&VERIFY[..], &["--repair"]].concat()).contains("1 wrong numbers, repaired"));
    assert!(home.run(&VERIFY).ends_with("0 wrong numbers\n"));
}

#[test]
fn a_full_answer_is_not_lost_to_the_catalogue() {
    let home = Home::new();
    let answer = json!({"id": "5a00000000000000000000a1", "name": "Region", "slug": "r", "description": "Full.",
        "metrics": {"followers": 7}});
    home.file("answer.ndjson", answer.to_string());
    home.run(&["import", "answer.ndjson", fixture("organizations.csv").to_str().unwrap()]);
    let one = &organizations(&home)["5a00000000000000000000a1"];
    assert_eq!((&one["description"], &one["slug"]), (&json!("Full."), &json!("r")));
    assert_eq!((&one["metrics"]["followers"], &one["metrics"]["views"]), (&json!(7), &json!(4500)));
}

#[test]
fn what_cannot_be_read_is_told_by_record_and_the_rest_is_stored() {
    let home = Home::new();
    home.file("mixed.ndjson", format!("{}{{\"id\": \"nope\", \"name\": \"x\"}}\nnot json\n", answers(3)));
    let told = home.fails(&["import", "mixed.ndjson"]);
    assert!(told.contains("record 4: ") && told.contains("record 5: "), "{told}");
    assert!(told.contains("3 records stored, 2 refused"), "{told}");
    home.file("other.txt", "a;b\n1;2\n");
    assert!(home.fails(&["import", "other.txt"]).contains("other.txt: neither"));
    assert!(home.fails(&["import", "nowhere.csv"]).contains("nowhere.csv"));
}

#[test]
fn an_export_imported_elsewhere_gives_the_same_export() {
    let (home, other) = (Home::new(), Home::new());
    let key = home.admin_key();
    home.file("answers.ndjson", answers(700));
    home.run(&["import", "answers.ndjson"]);
    let server = home.serve();
    let body = json!({"name": "Made by HTTP", "description": "With é and 🎈", "extras": {"a": 1.5, "b": [1, null]}});
    assert_eq!(server.ask("POST", "/api/1/organizations/", &key, Some(&body)).status, 201);
    drop(server);
    home.run(&["export", "all.ndjson", "--with-secrets"]);
    let path = home.path("all.ndjson");
    other.run(&["import", path.to_str().unwrap()]);
    other.run(&["export", "again.ndjson", "--with-secrets"]);
    assert_eq!(fs::read_to_string(path).unwrap(), fs::read_to_string(other.path("again.ndjson")).unwrap());
    // With the secrets of the portal, its keys work as well.
    fs::copy(home.path("data/secrets.toml"), other.path("data/secrets.toml")).unwrap();
    assert_eq!(other.serve().ask("GET", "/api/1/me/", &key, None).status, 200);
}

#[test]
fn an_export_tells_secrets_only_when_asked() {
    let home = Home::new();
    home.admin_key();
    let (plain, whole) = (home.run(&["export", "-"]), home.run(&["export", "-", "--with-secrets"]));
    assert!(plain.contains("ada@example.org"));
    for secret in ["$argon2", "token_hash", "fs_uniquifier"] {
        assert!(whole.contains(secret), "{secret}");
        assert!(!plain.contains(secret), "{secret}");
    }
}

/// All of its file: the producer of every dataset is among them.
const ORGANIZATIONS_OF_THE_DEMO: u64 = 3702;

#[test]
fn the_demo_is_full_and_its_key_works_also_the_second_time() {
    let home = Home::new();
    for _time in 0..2 {
        let server = Server::start(&mut home.command(&["demo", "--bind", "127.0.0.1:0"]));
        let key = server.said.iter().find_map(|line| line.trim().strip_prefix("API key")).unwrap().trim().to_owned();
        assert_eq!(server.get("/api/1/organizations/").body["total"], ORGANIZATIONS_OF_THE_DEMO);
        let me = server.ask("GET", "/api/1/me/", &key, None);
        assert_eq!((me.status, &me.body["email"]), (200, &json!("admin@example.org")));
    }
    let datasets = documents(&home, "dataset");
    let resources = datasets.values().map(|dataset| dataset["resources"].as_array().unwrap().len()).sum::<usize>();
    assert!(datasets.len() > 7_000 && resources > 3_000, "{} datasets, {resources} resources", datasets.len());
    let used = datasets.values().filter(|dataset| dataset["metrics"]["reuses"].as_i64() > Some(0)).count();
    assert_eq!((documents(&home, "reuse").len(), used), (24, 24), "each names one or two of the 24 most viewed");
    assert!(home.run(&VERIFY).ends_with(" 0 wrong numbers\n"));
}

#[test]
fn real_catalogues_are_read() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real");
    if !real.is_dir() {
        eprintln!("SKIPPED: {} is not there", real.display());
        return;
    }
    let home = Home::new();
    for (file, least) in [
        ("udata-api-organizations-2018-2022.ndjson.xz", 98),
        ("datagouv-organizations-20260116.csv", 3676),
        ("datagouv-datasets-20260116-sample.csv", 3676),
    ] {
        home.run(&["import", real.join(file).to_str().unwrap()]);
        assert!(organizations(&home).len() >= least, "{file}");
    }
    home.run(&["import", real.join("udata-api-datasets-2018-2022.ndjson.xz").to_str().unwrap()]);
    let datasets = documents(&home, "dataset");
    assert!(datasets.len() > 3_500, "{}", datasets.len());
    let resources = datasets.values().map(|dataset| dataset["resources"].as_array().unwrap().len()).sum::<usize>();
    assert!(resources > 3_300, "{resources}");
    assert!(home.run(&VERIFY).ends_with("0 wrong numbers\n"));
}
