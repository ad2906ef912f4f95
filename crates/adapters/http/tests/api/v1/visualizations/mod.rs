//! `/api/1/visualizations/`.

use serde_json::{Value, json};

use crate::support::{NOW, TestApp, a_picture};

const CHARTS: &str = "/api/1/visualizations/";
const CHART: &str = "/api/1/visualizations/a-chart/";
const RESOURCE: &str = "00000000-0000-4000-8000-000000000000";

fn body() -> Value {
    json!({
        "title": "A chart",
        "description": "d",
        "x_axis": {"column_x": "a", "type": "discrete"},
        "series": [{"resource_id": RESOURCE, "type": "line", "column_y": "b"}]
    })
}

#[actix_web::test]
async fn a_visualisation_is_shown_whole() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let made = app.post(CHARTS).key(&ulysse).json(&body()).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    app.get(CHART).send().await.is(
        200,
        json!({
            "created_at": NOW,
            "deleted_at": null,
            "description": "d",
            "extras": {},
            "id": made.json()["id"],
            "image": null,
            "last_modified": NOW,
            "metrics": {"views": 0},
            "organization": null,
            "owner": ulysse.reference(),
            "permissions": {"delete": false, "edit": false},
            "private": false,
            "series": [{
                "aggregate_y": null,
                "column_x_name_override": null,
                "column_y": "b",
                "filters": null,
                "resource_id": RESOURCE,
                "type": "line"
            }],
            "slug": "a-chart",
            "title": "A chart",
            "x_axis": {"column_x": "a", "sort_x_by": "axis_x", "sort_x_direction": "asc", "type": "discrete"},
            "y_axis": {"label": null, "max": null, "min": null, "unit": null, "unit_position": null},
        }),
    );
}

#[actix_web::test]
async fn filters_come_back_as_they_were_sent() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    let filters = json!({"_cls": "AndFilters", "filters": [
        {"_cls": "Filter", "column": "a", "condition": "exact", "value": "1"},
        {"_cls": "OrFilters", "filters": [{"_cls": "Filter", "column": "b", "condition": "is_null", "value": null}]}
    ]});
    let mut body = body();
    body["series"][0]["filters"] = filters.clone();
    let made = app.post(CHARTS).key(&ulysse).json(&body).send().await.json();
    assert_eq!(made["series"][0]["filters"], filters);
}

#[actix_web::test]
async fn what_is_wrong_in_axes_and_series_is_told_where_it_is() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.post(CHARTS).key(&ulysse).json(&body()).send().await;
    for (change, errors) in [
        (json!({"x_axis": {"type": "discrete"}}), json!({"x_axis": {"column_x": "Field is required"}})),
        (json!({"x_axis": 5}), json!({"x_axis": "Expected an object"})),
        (json!({"series": []}), json!({"series": "Field is required and cannot be empty"})),
        (
            json!({"series": [{"resource_id": "nope"}]}),
            json!({"series": {"0": {"resource_id": "Could not convert to UUID: badly formed hexadecimal UUID string"}}}),
        ),
        (
            json!({"y_axis": {"unit_position": "nope"}}),
            json!({"unit_position": "'nope' is not a valid choice. Valid choices: ['prefix', 'suffix']"}),
        ),
    ] {
        let answer = app.patch(CHART).key(&ulysse).json(&change).send().await;
        assert_eq!((answer.status, &answer.json()["errors"]), (400, &errors), "{change}");
    }
}

#[actix_web::test]
async fn a_deleted_visualisation_stays_deleted() {
    let app = TestApp::new().await;
    let ulysse = app.user("Ulysse User").await;
    app.post(CHARTS).key(&ulysse).json(&body()).send().await;
    app.delete(CHART).key(&ulysse).send().await.is_empty(204);
    app.get(CHART).send().await.refuses(410, "Visualization has been deleted");
    assert_eq!(app.get(CHART).key(&ulysse).send().await.status, 200);
    let restore = app.patch(CHART).key(&ulysse).json(&json!({"deleted_at": null}));
    restore.send().await.refuses(410, "Visualization has been deleted");
    assert_eq!(app.get(CHARTS).send().await.json()["total"], 0);
}

#[actix_web::test]
async fn a_picture_is_shown_with_the_visualisation() {
    let app = TestApp::new().await;
    let (ulysse, otto) = (app.user("Ulysse User").await, app.user("Otto Other").await);
    app.post(CHARTS).key(&ulysse).json(&body()).send().await;
    let path = format!("{CHART}image/");
    assert_eq!(app.post(&path).key(&otto).file("a.png", &a_picture(), "").send().await.status, 403);
    let sent = app.post(&path).key(&ulysse).file("a.png", &a_picture(), "").send().await;
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(app.get(CHART).send().await.json()["image"], sent.json()["image"]);
}
