//! Exports as CSV: below `/api/1/site/` and below an organisation.

use basalt_domain::{Dataset, License, Owned, Owner, Resource, Timestamp};
use basalt_ports::ChangeSet;

use crate::support::{Account, FRONT, NOW, TestApp, an_organization};

const CREATED: &str = "2026-01-02T03:04:05.678000";

async fn store_dataset(app: &TestApp, title: &str, owner: Owner, change: impl FnOnce(&mut Dataset)) -> Dataset {
    let context = &app.services.context;
    let mut dataset = Dataset::blank(context.id(), Timestamp::parse(NOW).unwrap());
    dataset.title = title.into();
    dataset.slug = basalt_domain::slug::slugify(title);
    dataset.give(owner);
    change(&mut dataset);
    app.store().commit(ChangeSet::new().insert(&dataset)).await.unwrap();
    dataset
}

async fn export(app: &TestApp, path: &str, account: Option<&Account>) -> Vec<String> {
    let request = app.get(path);
    let request = if let Some(account) = account { request.key(account) } else { request };
    let answer = request.send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"), "{path}");
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(text.ends_with("\r\n"), "{text}");
    text.trim_end().split("\r\n").map(str::to_owned).collect()
}

#[actix_web::test]
async fn every_dataset_that_everybody_sees_is_a_row() {
    let app = TestApp::new().await;
    let ada = app.user("Ada Admin").await;
    let arles = an_organization().named("Arles").with_admin(&ada).stored(&app).await;
    let license: License =
        serde_json::from_value(serde_json::json!({"_id": "lov2", "title": "Licence Ouverte", "slug": "lo"})).unwrap();
    app.store().commit(ChangeSet::new().insert(&license)).await.unwrap();
    let stops = store_dataset(&app, "Bus \"stops\"", Owner::Organization(arles.id), |dataset| {
        dataset.description = "All;\nof them".into();
        dataset.license = Some("lov2".into());
        dataset.tags = vec!["bus".into(), "stop".into()];
        dataset.resources = vec![Resource::blank(uuid::Uuid::from_u128(1), dataset.created_at_internal)];
    })
    .await;
    store_dataset(&app, "Secret", Owner::User(ada.id), |dataset| dataset.private = true).await;
    store_dataset(&app, "Gone", Owner::User(ada.id), |dataset| dataset.deleted = Some(Timestamp(1))).await;
    let own = store_dataset(&app, "Own", Owner::User(ada.id), |_dataset| ()).await;
    // Those who see more elsewhere see no more here.
    for caller in [None, Some(&ada)] {
        let rows = export(&app, "/api/1/site/datasets.csv", caller).await;
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(rows[0].starts_with(r#""id";"title";"slug";"acronym";"url";"organization";"#), "{}", rows[0]);
        assert!(rows[1].starts_with(&format!(
            r#""{}";"Own";"own";"";"{FRONT}/datasets/own";"";"";"ada-admin";"{}";"#,
            own.id, ada.id
        )));
        let expected = format!(
            r#""{}";"Bus ""stops""";"bus-stops";"";"{FRONT}/datasets/bus-stops";"Arles";"{}";"";"";"All;
of them";"";"unknown";"Licence Ouverte";"";"";"";"";"";False;"{CREATED}";"{CREATED}";"";"bus,stop";False;1;0;"";"";"";"";"";"";"";"";"";"";"";"0.22";0;0;0;0;0;0;0;0;0"#,
            stops.id, arles.id
        );
        assert_eq!(rows[2], expected);
    }
    let rows = export(&app, "/api/1/organizations/arles/datasets.csv", None).await;
    assert_eq!(rows.len(), 2);
    let rows = export(&app, "/api/1/site/resources.csv", None).await;
    assert_eq!(rows.len(), 2);
    assert!(rows[1].contains("00000000-0000-0000-0000-000000000001"), "{}", rows[1]);
    let rows = export(&app, "/api/1/site/tags.csv", None).await;
    assert_eq!(rows, [r#""name";"datasets";"reuses";"total""#, r#""bus";1;0;1"#, r#""stop";1;0;1"#]);
}

#[actix_web::test]
async fn organizations_are_exported_as_the_request_narrows_them() {
    let app = TestApp::new().await;
    an_organization().named("Arles").stored(&app).await;
    an_organization().named("Nîmes").stored(&app).await;
    let rows = export(&app, "/api/1/site/organizations.csv", None).await;
    assert_eq!(rows.len(), 3);
    let rows = export(&app, "/api/1/site/organizations.csv?q=arles", None).await;
    assert_eq!(rows.len(), 2);
    assert!(rows[1].contains(r#""Arles""#), "{}", rows[1]);
    assert_eq!(export(&app, "/api/1/site/organizations.csv?badge=certified", None).await.len(), 1);
    assert_eq!(app.get("/api/1/site/organizations.csv?badge=nope").send().await.status, 400);
}

#[actix_web::test]
async fn an_export_has_every_row_whatever_the_number_of_pages() {
    let app = TestApp::new().await;
    let ada = app.user("Ada Admin").await;
    for number in 0..1203 {
        store_dataset(&app, &format!("Dataset {number}"), Owner::User(ada.id), |_dataset| ()).await;
    }
    let rows = export(&app, "/api/1/site/datasets.csv", None).await;
    let distinct: std::collections::HashSet<&str> = rows.iter().map(|row| row.split(';').next().unwrap()).collect();
    assert_eq!((rows.len(), distinct.len()), (1204, 1204));
}

#[actix_web::test]
async fn the_name_of_the_file_tells_what_and_when() {
    let app = TestApp::new().await;
    an_organization().named("Arles").stored(&app).await;
    for (path, name) in [
        ("/api/1/site/reuses.csv", "reuses-2026-01-02-03-04.csv"),
        ("/api/1/site/dataservices.csv", "dataservices-2026-01-02-03-04.csv"),
        ("/api/1/site/organizations.csv", "organizations-2026-01-02-03-04.csv"),
        ("/api/1/organizations/arles/dataservices.csv", "arles-dataservices-2026-01-02-03-04.csv"),
        ("/api/1/organizations/arles/datasets-resources.csv", "arles-datasets-resources-2026-01-02-03-04.csv"),
    ] {
        let answer = app.get(path).send().await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename={name}"), "{path}");
    }
    an_organization().named("Gone").deleted().stored(&app).await;
    app.get("/api/1/organizations/gone/datasets.csv").send().await.refuses(410, "Organization has been deleted");
}
