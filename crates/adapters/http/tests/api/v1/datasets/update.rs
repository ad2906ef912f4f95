//! `PUT` and `DELETE /api/1/datasets/{dataset}/`.

use serde_json::{Value, json};

use super::{a_dataset, stored};
use crate::support::{TestApp, an_organization};

#[actix_web::test]
async fn what_is_not_sent_stays() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let fields = json!({"tags": ["bus"], "temporal_coverage": {"start": "2024-01-01", "end": "2024-12-31"}});
    let at = a_dataset(&app, &ulysse, fields).await;
    let before = stored(&app, &at).await;
    app.clock.advance_millis(1000);
    let answer = app.put(&at).key(&ulysse).json(&json!({"acronym": "BUS"})).send().await;
    assert_eq!((answer.status, &answer.json()["acronym"]), (200, &json!("BUS")));
    let mut after = stored(&app, &at).await;
    assert_eq!(after.last_modified_internal, before.last_modified_internal.plus_millis(1000));
    after.acronym = None;
    (after.last_modified_internal, after.last_update) = (before.last_modified_internal, before.last_update);
    assert_eq!(after, before);
}

#[actix_web::test]
async fn a_dataset_that_is_not_open_has_no_licence() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let license = json!({"_id": "lov2", "title": "Licence Ouverte", "slug": "lov2"});
    let license: basalt_domain::License = serde_json::from_value(license).unwrap();
    app.store().commit(basalt_ports::ChangeSet::new().insert(&license)).await.unwrap();
    let at = a_dataset(&app, &ulysse, json!({"license": "lov2"})).await;
    assert_eq!(app.get(&at).send().await.json()["license"], "lov2");
    let answer = app.put(&at).key(&ulysse).json(&json!({"access_type": "restricted"})).send().await;
    assert_eq!(
        (&answer.json()["license"], &answer.json()["quality"]["license"]),
        (&json!("notspecified"), &json!(false))
    );
}

#[actix_web::test]
async fn the_activity_stream_tells_what_changed_and_nothing_else() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    for body in [json!({}), json!({"extras": {"a": 1}}), json!({"title": "Bus lines", "tags": ["bus"]})] {
        app.put(&at).key(&ulysse).json(&body).send().await;
    }
    app.delete(&at).key(&ulysse).send().await.is_empty(204);
    app.put(&at).key(&ulysse).json(&json!({"deleted": null})).send().await;
    let id = stored(&app, &at).await.id;
    let told = app.get(&format!("/api/1/activity/?related_to={id}&sort=created_at")).send().await.json();
    let told: Vec<_> = told["data"].as_array().unwrap().iter().map(|one| json!([one["key"], one["changes"]])).collect();
    let expected =
        [json!(["dataset:created", []]), json!(["dataset:updated", ["tags", "title"]]), json!(["dataset:deleted", []])];
    assert_eq!(told, expected);
}

#[actix_web::test]
async fn a_deleted_dataset_is_gone_for_others_and_can_be_restored() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    let at = a_dataset(&app, &ulysse, json!({})).await;
    app.delete(&at).key(&otto).send().await.refuses(403, "You do not have the permission to modify that object.");
    app.delete(&at).key(&ulysse).send().await.is_empty(204);
    app.get(&at).send().await.refuses(410, "Dataset has been deleted");
    app.put(&at).key(&ulysse).json(&json!({"title": "x"})).send().await.refuses(410, "Dataset has been deleted");
    assert_eq!(app.get(&at).key(&ulysse).send().await.status, 200);
    assert_eq!(app.put(&at).key(&ulysse).json(&json!({"deleted": null})).send().await.status, 200);
    assert_eq!(app.get(&at).send().await.status, 200);
}

#[actix_web::test]
async fn an_organization_counts_what_everybody_sees_of_it() {
    let app = TestApp::new().await;
    let olga = app.user("Olga Owner").await;
    let insee = an_organization().with_admin(&olga).stored(&app).await;
    let at = a_dataset(&app, &olga, json!({"organization": insee.id.to_string()})).await;
    for (body, expected) in [
        (json!({}), 1),
        (json!({"private": true}), 0),
        (json!({"private": false, "archived": "2024-01-01"}), 0),
        (json!({"archived": null}), 1),
    ] {
        assert_eq!(app.put(&at).key(&olga).json(&body).send().await.status, 200);
        let shown = app.get(&format!("/api/1/organizations/{}/", insee.id)).send().await.json();
        assert_eq!(shown["metrics"]["datasets"], expected, "{body}");
    }
}

#[actix_web::test]
async fn a_renamed_dataset_is_found_by_its_former_name() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    app.put(&at).key(&ulysse).json(&json!({"title": "Bus lines"})).send().await;
    let answer = app.get("/api/1/datasets/bus-stops/?lang=fr").send().await;
    assert_eq!((answer.status, answer.header("location")), (308, "/api/1/datasets/bus-lines/?lang=fr"));
}

#[actix_web::test]
async fn who_may_use_a_dataset_is_told_with_a_condition() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({"access_type": "restricted"})).await;
    let put = async |sent: Value| app.put(&at).key(&ulysse).json(&json!({"access_audiences": sent})).send().await;
    let given = json!([{"role": "private", "condition": "no"}]);
    assert_eq!(put(given.clone()).await.json()["access_audiences"], given);
    for (sent, part) in [
        (json!([{"role": "private"}]), "condition"),
        (json!([{"condition": "no"}]), "role"),
        (json!(["x"]), "role"),
        (json!([5]), "role"),
    ] {
        let answer = put(sent.clone()).await;
        assert_eq!(answer.status, 400, "{sent}");
        assert_eq!(answer.json()["errors"]["access_audiences"][0][part], json!(["Not a valid choice."]), "{sent}");
    }
    assert_eq!(app.get(&at).send().await.json()["access_audiences"], given);
    assert_eq!(put(json!([{}])).await.json()["access_audiences"], json!([]));
}

#[actix_web::test]
async fn a_contact_point_that_names_none_clears_nothing() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let at = a_dataset(&app, &ulysse, json!({})).await;
    for sent in [json!({}), json!([{}])] {
        let answer = app.put(&at).key(&ulysse).json(&json!({"contact_points": sent})).send().await;
        let told = json!({"contact_points": ["Unsupported identifier: {}"]});
        assert_eq!((answer.status, &answer.json()["errors"]), (400, &told));
    }
}
