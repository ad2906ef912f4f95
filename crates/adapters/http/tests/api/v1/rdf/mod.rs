//! Linked data: `…/rdf`, `…/catalog`.

mod recorded;

use std::collections::{BTreeMap, BTreeSet};

use basalt_domain::{Dataset, Resource};
use basalt_ports::ChangeSet;
use oxjsonld::JsonLdParser;
use oxrdf::Triple;
use oxrdfxml::RdfXmlParser;
use oxttl::{NTriplesParser, TriGParser, TurtleParser};

use crate::support::{TestApp, an_organization};

/// The triples of an answer, whatever its format.
fn triples(content_type: &str, body: &[u8]) -> Vec<Triple> {
    match content_type {
        "application/x-turtle" | "text/n3" => TurtleParser::new().for_slice(body).collect::<Result<_, _>>().unwrap(),
        "application/n-triples" => NTriplesParser::new().for_slice(body).collect::<Result<_, _>>().unwrap(),
        "application/rdf+xml" => RdfXmlParser::new().for_slice(body).collect::<Result<_, _>>().unwrap(),
        "application/trig" => TriGParser::new().for_slice(body).map(|quad| Triple::from(quad.unwrap())).collect(),
        "application/ld+json" => JsonLdParser::new().for_slice(body).map(|quad| Triple::from(quad.unwrap())).collect(),
        other => panic!("{other}"),
    }
}

/// What is said, a line a triple: a node without address is called by what is said of it, so that
/// lines can be compared whatever the nodes are called in an answer.
fn graph(triples: &[Triple]) -> BTreeSet<String> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for triple in triples.iter().filter(|triple| triple.subject.is_blank_node()) {
        said.entry(triple.subject.to_string()).or_default().insert(format!("{} {}", triple.predicate, triple.object));
    }
    let called = |name: String| said.get(&name).map_or(name, |said| format!("{said:?}"));
    let line = |triple: &Triple| {
        format!("{} {} {}", called(triple.subject.to_string()), triple.predicate, called(triple.object.to_string()))
    };
    triples.iter().filter(|triple| !triple.subject.is_blank_node()).map(line).collect()
}

async fn stored(app: &TestApp, change: impl FnOnce(&mut Dataset)) -> Dataset {
    let context = &app.services.context;
    let mut dataset = Dataset::blank(context.id(), context.now());
    dataset.title = "Bus stops".into();
    dataset.slug = format!("bus-stops-{}", dataset.id);
    change(&mut dataset);
    context.store.commit(ChangeSet::new().insert(&dataset)).await.unwrap();
    dataset
}

#[actix_web::test]
async fn every_format_says_the_same() {
    let app = TestApp::new().await;
    let insee = an_organization().but(|of| of.url = Some("not an address".into())).stored(&app).await;
    let mut resource = Resource::blank(uuid::Uuid::from_bytes([7; 16]), app.services.context.now());
    resource.url = "https://example.org/a b?{x}".into();
    resource.checksum = serde_json::from_value(serde_json::json!({"type": "sha1", "value": "abc"})).unwrap();
    resource.filesize = Some(12);
    let dataset = stored(&app, |dataset| {
        dataset.organization = Some(insee.id);
        dataset.description = "a\u{1}b \"<&>\" \\ é\n\n}".into();
        dataset.temporal_coverage = serde_json::from_value(serde_json::json!({"start": "2024-01-01"})).unwrap();
        dataset.resources = vec![resource];
    })
    .await;
    let mut first = None;
    for extension in ["ttl", "json", "jsonld", "xml", "rdf", "n3", "nt", "trig", "TTL"] {
        let answer = app.get(&format!("/api/1/datasets/{}/rdf.{extension}", dataset.id)).send().await;
        assert_eq!(answer.status, 200, "{extension}");
        let found = graph(&triples(answer.header("content-type"), &answer.body));
        assert!(found.len() > 20, "{extension}: {found:#?}");
        let first = first.get_or_insert_with(|| found.clone());
        assert_eq!(*first, found, "{extension}");
    }
    for extension in ["nope", "html", "nq", "trix", ""] {
        assert_eq!(app.get(&format!("/api/1/datasets/{}/rdf.{extension}", dataset.id)).send().await.status, 404);
    }
    assert!(!first.unwrap().iter().any(|line| line.contains("homepage")), "what is no address is left out");
}

#[actix_web::test]
async fn a_client_is_led_to_what_it_likes_best() {
    let app = TestApp::new().await;
    let dataset = stored(&app, |_dataset| {}).await;
    for (path, accept, location) in [
        (format!("datasets/{}/rdf", dataset.slug), "text/turtle", format!("datasets/{}/rdf.ttl", dataset.id)),
        (format!("datasets/{}/rdf", dataset.id), "*/*", format!("datasets/{}/rdf.xml", dataset.id)),
        ("site/catalog".into(), "text/html", "site/catalog.json?page=1&page_size=100".into()),
        ("site/catalog?page_size=3&tag=a+b".into(), "text/n3", "site/catalog.n3?page=1&page_size=3&tag=a+b".into()),
        ("site/data.ttl".into(), "*/*", "site/catalog.ttl".into()),
    ] {
        let answer = app.get(&format!("/api/1/{path}")).header("accept", accept).send().await;
        assert_eq!(
            (answer.status, answer.header("location").to_owned()),
            (302, format!("/api/1/{location}")),
            "{path}"
        );
    }
    assert_eq!(app.get("/api/1/site/data.nope").send().await.status, 404);
    assert_eq!(app.get("/api/1/site/catalog?page=0").send().await.status, 400);
}

#[actix_web::test]
async fn only_what_everybody_sees_is_in_catalogues() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let now = app.services.context.now();
    let insee = an_organization().stored(&app).await;
    let mut seen = stored(&app, |dataset| dataset.organization = Some(insee.id)).await;
    let private = stored(&app, |dataset| dataset.private = true).await;
    let deleted = stored(&app, |dataset| dataset.deleted = Some(now)).await;
    stored(&app, |dataset| dataset.archived = Some(now)).await;
    for path in ["site".to_owned(), format!("organizations/{}", insee.id)] {
        for key in [None, Some(&admin)] {
            let request = app.get(&format!("/api/1/{path}/catalog.nt"));
            let answer = if let Some(key) = key { request.key(key) } else { request }.send().await;
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert_eq!(text.matches("dcat#Dataset>").count(), 1, "{text}");
            assert!(text.contains(&seen.id.to_string()));
        }
    }
    assert_eq!(app.get(&format!("/api/1/datasets/{}/rdf.ttl", private.id)).send().await.status, 404);
    assert_eq!(app.get(&format!("/api/1/datasets/{}/rdf", private.id)).send().await.status, 404);
    assert_eq!(app.get(&format!("/api/1/datasets/{}/rdf.ttl", deleted.id)).send().await.status, 410);
    seen.title.clear();
    assert_eq!(app.get("/api/1/site/catalog.ttl?page=2").send().await.status, 404);
}

#[actix_web::test]
async fn a_catalogue_is_read_page_by_page_in_a_fixed_number_of_queries() {
    let app = TestApp::uncached().await;
    let insee = an_organization().stored(&app).await;
    for _number in 0..30 {
        stored(&app, |dataset| dataset.organization = Some(insee.id)).await;
    }
    let mut reads = Vec::new();
    for size in [3, 10, 30] {
        app.storage.take();
        let answer = app.get(&format!("/api/1/site/catalog.nt?page_size={size}&page=1")).send().await;
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert_eq!(text.matches("dcat#Dataset>").count(), size);
        assert!(text.contains(&format!("page_size={size}&page={}> .", 30 / size)), "{text}");
        assert_eq!(text.contains("hydra/core#next"), size < 30);
        reads.push(app.storage.take().reads());
    }
    assert!(reads.iter().all(|number| *number <= 12 && *number == reads[0]), "{reads:?}");
}

#[actix_web::test]
async fn the_answer_has_a_tag_and_a_head() {
    let app = TestApp::new().await;
    let dataset = stored(&app, |_dataset| {}).await;
    let path = format!("/api/1/datasets/{}/rdf.json", dataset.id);
    let answer = app.get(&path).send().await;
    let again = app.get(&path).header("if-none-match", answer.header("etag")).send().await;
    assert_eq!(again.status, 304);
    assert_eq!(app.request(actix_web::http::Method::HEAD, &path).send().await.status, 200);
    assert_eq!(app.get("/api/1/site/context.jsonld").send().await.header("content-type"), "application/ld+json");
}
