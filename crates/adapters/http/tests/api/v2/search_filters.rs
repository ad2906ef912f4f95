//! Every parameter of every search, its facets, orders and pages; and lists with words, which show what the same lists show without.

mod world;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::world::World;
use crate::support::{SERVER, TestApp};

/// Parameters that all searches have, tested for all of them.
const COMMON: [&str; 4] = ["page", "page_size", "q", "sort"];

/// A query, and the names of what it finds.
type Case = (&'static str, &'static str);

async fn page(app: &TestApp, path: &str) -> Value {
    let answer = app.get(path).send().await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

/// The names of what is on a page, in order.
fn names(page: &Value) -> String {
    let name = |item: &Value| item["title"].as_str().or(item["name"].as_str()).unwrap().to_owned();
    page["data"].as_array().unwrap().iter().map(name).collect()
}

fn sorted(names: &str) -> String {
    let names: BTreeSet<char> = names.chars().collect();
    names.into_iter().collect()
}

/// Asks all of these, with words and without, and makes sure that no parameter of the operation is left out.
async fn finds(world: &World, family: &str, cases: &[Case]) {
    let path = format!("/api/2/{family}/search/");
    let operations = basalt_http::operations();
    let operation = operations.iter().find(|operation| operation.path == path).unwrap();
    let asked: BTreeSet<&str> = cases.iter().flat_map(|(query, _names)| query.split('&')).map(name_of).collect();
    let declared: BTreeSet<&str> = operation.query.iter().map(|parameter| parameter.name).collect();
    let common = declared.iter().copied().filter(|name| COMMON.contains(name)).count();
    assert_eq!(common, COMMON.len(), "{path}");
    let missing: Vec<_> = declared.difference(&asked).filter(|name| !COMMON.contains(name)).collect();
    assert!(missing.is_empty(), "{path}: nobody asks for {missing:?}");
    for parameter in &operation.query {
        for value in parameter.values {
            page(&world.app, &format!("{path}?{}={value}", parameter.name)).await;
        }
    }
    for (query, expected) in cases {
        let query = query.replace("TOWN", &world.town.to_string()).replace("USER", &world.user.to_string());
        let query = query.replace("TOPIC", &world.topic.to_string()).replace("NOBODY", "000000000000000000000000");
        for words in ["", "&q=road"] {
            let found = page(&world.app, &format!("{path}?{query}{words}")).await;
            assert_eq!(sorted(&names(&found)), *expected, "{path}?{query}{words}");
            assert_eq!(found["total"], expected.len(), "{path}?{query}{words}");
        }
    }
}

fn name_of(parameter: &str) -> &str {
    parameter.split('=').next().unwrap()
}

async fn refuses(world: &World, family: &str, queries: &[&str]) {
    for query in queries {
        let answer = world.app.get(&format!("/api/2/{family}/search/?{query}")).send().await;
        assert_eq!(answer.status, 400, "{family} {query}: {answer:?}");
        assert!(answer.json()["message"].is_string());
    }
}

/// Each order, and its reverse.
async fn orders(world: &World, family: &str, cases: &[Case]) {
    for (sort, expected) in cases {
        let backwards: String = expected.chars().rev().collect();
        for words in ["", "&q=roads"] {
            let path = format!("/api/2/{family}/search/?page_size=9{words}&sort=");
            assert_eq!(names(&page(&world.app, &format!("{path}{sort}")).await), *expected, "{path}{sort}");
            assert_eq!(names(&page(&world.app, &format!("{path}-{sort}")).await), backwards, "{path}-{sort}");
        }
    }
}

/// `name value count …` of each facet.
async fn counts(world: &World, family: &str, query: &str, expected: Value) {
    let found = page(&world.app, &format!("/api/2/{family}/search/?page_size=1{query}")).await;
    let mut told = found["facets"].clone();
    for values in told.as_object_mut().unwrap().values_mut() {
        let text = |count: &Value| format!("{} {}", count["name"].as_str().unwrap(), count["count"]);
        *values = values.as_array().unwrap().iter().map(text).collect();
    }
    assert_eq!(told, expected, "{family} {query}");
}

#[actix_web::test]
async fn datasets_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(
        &world,
        "datasets",
        &[
            ("access_type=open", "AD"),
            ("access_type=restricted", "B"),
            ("access_type=open_with_account", "C"),
            ("access_type=", "ABCD"),
            ("access_type=nope", ""),
            ("badge=hvd", "A"),
            ("badge=spd", ""),
            ("featured=true", "B"),
            ("featured=0", "ACD"),
            ("format=csv", "A"),
            ("format=CSV", "A"),
            ("format=csv&format=pdf", "AB"),
            ("format_family=tabular", "A"),
            ("format_family=machine_readable", "A"),
            ("format_family=documents", "B"),
            ("format_family=geographical", "D"),
            ("format_family=other", "D"),
            ("geozone=fr:commune:13004", "A"),
            ("geozone=country:fr", "B"),
            ("geozone=nope&include_geozone_ancestors=true", ""),
            ("granularity=country", "B"),
            ("granularity=country&granularity=fr:commune", "AB"),
            ("last_update_range=last_30_days", "A"),
            ("last_update_range=last_12_months", "AB"),
            ("last_update_range=last_3_years", "ABC"),
            ("license=lov2", "A"),
            ("license=nope", ""),
            ("organization=TOWN", "A"),
            ("organization=NOBODY", ""),
            ("organization_badge=certified", "A"),
            ("organization_badge=company", "B"),
            ("organization_name=B", "B"),
            ("organization_name=b", ""),
            ("owner=USER", "C"),
            ("producer_type=local-authority", "A"),
            ("producer_type=company", "B"),
            ("producer_type=user", "C"),
            ("producer_type=not-specified", "D"),
            ("producer_type=association", ""),
            ("schema=etalab/roads", "A"),
            ("schema=etalab/trees", "D"),
            ("schema=etalab/roads&schema=etalab/trees", "AD"),
            ("tag=few", "AB"),
            ("tag=few&tag=alpha", "A"),
            ("tag=alpha&tag=beta", ""),
            ("temporal_coverage=2020-06-01-2020-06-30", "A"),
            ("temporal_coverage=2020-12-31-2022-01-01", "AB"),
            ("temporal_coverage=2021-01-01-2021-12-31", ""),
            ("topic=TOPIC", "AC"),
            ("topic=NOBODY", ""),
            ("tag=all&access_type=open&producer_type=not-specified", "D"),
        ],
    )
    .await;
    refuses(
        &world,
        "datasets",
        &[
            "badge=nope",
            "featured=maybe",
            "format_family=nope",
            "last_update_range=nope",
            "organization=nope",
            "organization_badge=nope",
            "owner=nope",
            "producer_type=nope",
            "temporal_coverage=nope",
            "temporal_coverage=2020-01-01",
            "topic=nope",
            "include_geozone_ancestors=maybe",
            "sort=nope",
            "sort=",
        ],
    )
    .await;
    orders(
        &world,
        "datasets",
        &[("created", "DCBA"), ("last_update", "DCBA"), ("reuses", "ADCB"), ("followers", "DCBA"), ("views", "ACDB")],
    )
    .await;
    counts(
        &world,
        "datasets",
        "",
        json!({
            "access_type": ["open 2", "open_with_account 1", "restricted 1"],
            "badge": ["hvd 1"],
            "format_family": ["documents 1", "geographical 1", "machine_readable 1", "other 1", "tabular 1"],
            "last_update_range": ["last_30_days 1", "last_12_months 2", "last_3_years 3"],
            "producer_type": ["company 1", "local-authority 1", "not-specified 1", "user 1"],
        }),
    )
    .await;
    let of_restricted = json!({
        "access_type": ["restricted 1"], "badge": [], "format_family": ["documents 1"],
        "last_update_range": ["last_12_months 1", "last_3_years 1"], "producer_type": ["company 1"],
    });
    counts(&world, "datasets", "&q=roads&access_type=restricted", of_restricted).await;
    let none = json!({
        "access_type": [], "badge": [], "format_family": [], "last_update_range": [], "producer_type": []
    });
    for query in ["&q=zzzzz", "&q=the"] {
        counts(&world, "datasets", query, none.clone()).await;
    }
}

#[actix_web::test]
async fn organizations_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(
        &world,
        "organizations",
        &[
            ("badge=certified", "A"),
            ("badge=company", "B"),
            ("badge=association", ""),
            ("producer_type=local-authority", "A"),
            ("producer_type=not-specified", "C"),
        ],
    )
    .await;
    let wrong = ["badge=nope", "producer_type=nope", "producer_type=user", "sort=nope", "sort=name"];
    refuses(&world, "organizations", &wrong).await;
    orders(
        &world,
        "organizations",
        &[("reuses", "ABC"), ("datasets", "BCA"), ("followers", "CAB"), ("views", "BAC"), ("created", "CBA")],
    )
    .await;
    counts(
        &world,
        "organizations",
        "&q=roads",
        json!({
            "badge": ["certified 1", "company 1", "local-authority 1"],
            "producer_type": ["company 1", "local-authority 1", "not-specified 1"],
        }),
    )
    .await;
}

#[actix_web::test]
async fn reuses_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(
        &world,
        "reuses",
        &[
            ("archived=true", "C"),
            ("archived=false", "ABD"),
            ("badge=best-of", "A"),
            ("badge=nope", ""),
            ("featured=true", "A"),
            ("featured=false", "BCD"),
            ("last_update_range=last_12_months", "AB"),
            ("organization=TOWN", "A"),
            ("organization_badge=company", "B"),
            ("owner=USER", "C"),
            ("producer_type=user", "C"),
            ("producer_type=not-specified", "D"),
            ("tag=few", "AB"),
            ("tag=few&tag=beta", "B"),
            ("topic=health", "AC"),
            ("topic=nope", ""),
            ("type=api", "AC"),
            ("type=nope", ""),
        ],
    )
    .await;
    let wrong = ["archived=x", "featured=x", "last_update_range=x", "organization=x", "owner=x", "producer_type=x"];
    refuses(&world, "reuses", &wrong).await;
    refuses(&world, "reuses", &["organization_badge=x", "sort=x", "sort=title"]).await;
    orders(&world, "reuses", &[("created", "DCBA"), ("datasets", "BADC"), ("followers", "DCBA"), ("views", "ACDB")])
        .await;
    counts(
        &world,
        "reuses",
        "&q=roads",
        json!({
            "badge": ["best-of 1"],
            "last_update_range": ["last_30_days 1", "last_12_months 2", "last_3_years 3"],
            "producer_type": ["company 1", "local-authority 1", "not-specified 1", "user 1"],
            "topic": ["health 2", "others 2"],
            "type": ["api 2", "application 1", "paper 1"],
        }),
    )
    .await;
}

#[actix_web::test]
async fn dataservices_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(
        &world,
        "dataservices",
        &[
            ("access_type=open", "AD"),
            ("access_type=restricted", "B"),
            ("archived=false", "ABCD"),
            ("archived=true", ""),
            ("featured=true", "B"),
            ("is_restricted=true", "B"),
            ("is_restricted=false", "ACD"),
            ("last_update_range=last_30_days", "A"),
            ("organization=TOWN", "A"),
            ("producer_type=company", "B"),
            ("tag=few&tag=alpha", "A"),
            ("topic=TOPIC", "B"),
        ],
    )
    .await;
    let wrong = ["archived=x", "featured=x", "is_restricted=x", "last_update_range=x", "organization=x"];
    refuses(&world, "dataservices", &wrong).await;
    refuses(&world, "dataservices", &["producer_type=x", "topic=x", "sort=x"]).await;
    orders(&world, "dataservices", &[("created", "DCBA"), ("views", "ACDB"), ("followers", "DCBA")]).await;
    counts(
        &world,
        "dataservices",
        "&q=roads",
        json!({
            "access_type": ["open 2", "open_with_account 1", "restricted 1"],
            "badge": [],
            "last_update_range": ["last_30_days 1", "last_12_months 2", "last_3_years 3"],
            "producer_type": ["company 1", "local-authority 1", "not-specified 1", "user 1"],
        }),
    )
    .await;
}

#[actix_web::test]
async fn topics_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(
        &world,
        "topics",
        &[
            ("featured=true", "B"),
            ("featured=false", "ACD"),
            ("last_update_range=last_3_years", "ABC"),
            ("organization=TOWN", "A"),
            ("producer_type=user", "C"),
            ("tag=few", "AB"),
        ],
    )
    .await;
    refuses(&world, "topics", &["featured=x", "last_update_range=x", "organization=x", "producer_type=x", "sort=x"])
        .await;
    orders(&world, "topics", &[("name", "ABCD"), ("created", "DCBA"), ("last_modified", "DCBA")]).await;
    counts(
        &world,
        "topics",
        "&q=roads",
        json!({
            "last_update_range": ["last_30_days 1", "last_12_months 2", "last_3_years 3"],
            "producer_type": ["company 1", "local-authority 1", "not-specified 1", "user 1"],
        }),
    )
    .await;
}

#[actix_web::test]
async fn posts_are_found_by_every_parameter() {
    let world = World::new().await;
    finds(&world, "posts", &[("last_update_range=last_30_days", "A"), ("tag=few", "AB"), ("tag=few&tag=beta", "B")])
        .await;
    refuses(&world, "posts", &["last_update_range=x", "sort=x"]).await;
    orders(&world, "posts", &[("created", "DCBA"), ("last_modified", "DCBA"), ("published", "DBCA")]).await;
    let facets = json!({"last_update_range": ["last_30_days 1", "last_12_months 2", "last_3_years 3"]});
    counts(&world, "posts", "&q=roads", facets).await;
}

#[actix_web::test]
async fn searches_are_read_page_by_page() {
    let world = World::new().await;
    for family in ["datasets", "reuses", "dataservices", "topics", "posts"] {
        let path = format!("/api/2/{family}/search/?q=roads&sort=created&page_size=3");
        let address = |page: u8| json!(format!("{SERVER}{path}&page={page}"));
        let first = page(&world.app, &path).await;
        assert_eq!((names(&first), &first["total"]), ("DCB".into(), &json!(4)));
        assert_eq!((&first["page"], &first["page_size"]), (&json!(1), &json!(3)));
        assert_eq!((&first["next_page"], &first["previous_page"]), (&address(2), &json!(null)));
        let second = page(&world.app, &format!("{path}&page=2")).await;
        assert_eq!((names(&second), &second["total"], &second["page"]), ("A".into(), &json!(4), &json!(2)));
        assert_eq!((&second["next_page"], &second["previous_page"]), (&json!(null), &address(1)));
        assert_eq!(second["facets"], first["facets"], "of all pages");
        for (query, status) in [("page=3", 404), ("page=0", 400), ("page=x", 400), ("page_size=0", 400)] {
            let answer = world.app.get(&format!("/api/2/{family}/search/?q=roads&{query}")).send().await;
            assert_eq!(answer.status, if query == "page=3" { 404 } else { status }, "{family} {query}");
        }
        let nothing = page(&world.app, &format!("/api/2/{family}/search/?q=zzzzz")).await;
        assert_eq!(
            (names(&nothing), &nothing["total"], &nothing["next_page"]),
            (String::new(), &json!(0), &json!(null))
        );
    }
}

/// What narrows and orders a list does so alike, whether storage or the index answers.
#[actix_web::test]
async fn lists_with_words_are_narrowed_and_ordered_like_those_without() {
    let world = World::new().await;
    let shared: &[&str] =
        &["tag=few", "tag=few&tag=alpha", "organization=TOWN", "owner=USER", "organization_badge=certified"];
    let flags: &[&str] = &["featured=true", "featured=false"];
    let datasets: &[&str] = &[
        "access_type=open",
        "access_type=restricted",
        "badge=hvd",
        "format=csv",
        "geozone=country:fr",
        "granularity=country",
        "license=lov2",
        "schema=etalab/roads",
        "temporal_coverage=2020-12-31-2022-01-01",
        "topic=TOPIC",
        "archived=true",
        "private=true",
        "schema_version=1",
        "sort=title",
        "sort=created",
        "sort=last_update",
        "sort=reuses",
        "sort=views",
    ];
    let reuses: &[&str] = &[
        "topic=health",
        "type=api",
        "sort=title",
        "sort=created",
        "sort=last_modified",
        "sort=views",
        "sort=datasets",
    ];
    let dataservices: &[&str] = &[
        "access_type=open",
        "access_type=restricted",
        "topic=TOPIC",
        "sort=title",
        "sort=created",
        "sort=last_modified",
        "sort=views",
    ];
    let organizations: &[&str] = &[
        "badge=certified",
        "sort=name",
        "sort=created",
        "sort=reuses",
        "sort=datasets",
        "sort=views",
        "sort=last_modified",
        "sort=followers",
    ];
    let topics: &[&str] = &[
        "tag=few",
        "featured=true",
        "organization=TOWN",
        "owner=USER",
        "sort=name",
        "sort=created",
        "sort=last_modified",
    ];
    let posts: &[&str] =
        &["kind=page", "kind=news", "sort=name", "sort=created", "sort=published", "sort=last_modified"];
    for (path, queries) in [
        ("/api/1/datasets/", &[shared, flags, datasets][..]),
        ("/api/2/datasets/", &[shared, flags, datasets]),
        ("/api/1/reuses/", &[shared, flags, reuses]),
        ("/api/2/reuses/", &[shared, flags, reuses]),
        ("/api/1/dataservices/", &[shared, flags, dataservices]),
        ("/api/1/organizations/", &[organizations]),
        ("/api/2/topics/", &[topics]),
        ("/api/1/posts/", &[posts]),
    ] {
        for query in queries.iter().copied().flatten().flat_map(|query| both_ways(query)) {
            let query = query.replace("TOWN", &world.town.to_string()).replace("USER", &world.user.to_string());
            let query = query.replace("TOPIC", &world.topic.to_string());
            let sent = |words| {
                let request = world.app.get(&format!("{path}?{query}{words}"));
                async move { request.send().await }
            };
            let (plain, with_words) = (sent("").await, sent("&q=roads").await);
            assert_eq!(plain.status, with_words.status, "{path}?{query}: {plain:?} {with_words:?}");
            if plain.status != 200 {
                continue;
            }
            let (plain, with_words) = (plain.json(), with_words.json());
            let order = if query.starts_with("sort=") { str::to_owned } else { sorted };
            assert_eq!(order(&names(&plain)), order(&names(&with_words)), "{path}?{query}");
            assert_eq!(plain["total"], with_words["total"], "{path}?{query}");
        }
    }
}

fn both_ways(query: &str) -> Vec<String> {
    match query.strip_prefix("sort=") {
        Some(key) => vec![format!("sort={key}"), format!("sort=-{key}")],
        None => vec![query.to_owned()],
    }
}
