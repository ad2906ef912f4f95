//! `/api/1/organizations/`.

mod badges;
mod banner;
mod contacts;
mod cors;
mod create;
mod delete;
mod etags;
mod followers;
mod invitations;
mod list;
mod logo;
mod masks;
mod members;
mod membership;
mod methods;
mod paging;
mod redirects;
mod show;
mod suggest;
mod update;

use basalt_domain::{Activity, Notification, ObjectId, Organization};
use serde_json::{Value, json};

use crate::support::{Account, FRONT, NOW, SERVER, TestApp};

/// The path of an organisation.
pub(super) fn at(organization: &Organization) -> String {
    format!("/api/1/organizations/{}/", organization.id)
}

/// A member as strangers see them.
fn member(account: &Account, label: &str, role: &str) -> Value {
    let mut user = account.reference();
    user["email"] = json!("***@example.org");
    user["last_login_at"] = json!(null);
    json!({"label": label, "role": role, "since": NOW, "user": user})
}

/// The same person as other members, or an administrator of the portal, see them.
fn seen(mut member: Value, email: &str) -> Value {
    member["user"]["email"] = json!(email);
    member
}

/// An organisation with nothing but a name, as somebody sees it who may do all with it or nothing.
fn organization(organization: &Organization, members: &[Value], rights: bool) -> Value {
    let mut metrics: serde_json::Map<String, Value> =
        basalt_domain::organization::METRICS.iter().map(|name| ((*name).to_owned(), json!(0))).collect();
    metrics.insert("members".into(), json!(members.len()));
    json!({
        "acronym": null,
        "badges": [],
        "banner_color": null,
        "banner_image": null,
        "banner_image_position": 50,
        "business_number_id": null,
        "created_at": NOW,
        "deleted": null,
        "description": organization.description,
        "ext": {},
        "extras": {},
        "id": organization.id.to_string(),
        "image_url": null,
        "last_modified": NOW,
        "logo": null,
        "logo_thumbnail": null,
        "members": members,
        "metrics": metrics,
        "name": organization.name,
        "page": format!("{FRONT}/organizations/{}", organization.slug),
        "permissions": {"delete": rights, "edit": rights, "harvest": rights, "members": rights, "private": rights},
        "presentation_blocs_published_at": null,
        "slug": organization.slug,
        "teams": [],
        "uri": format!("{SERVER}/api/1/organizations/{}/", organization.slug),
        "url": null,
        "zone": null,
    })
}

/// The stored organisation as it is now.
async fn stored(app: &TestApp, id: ObjectId) -> Organization {
    app.store().organizations.get(&id).await.unwrap().unwrap().value.clone()
}

/// What the activities about an organisation tell was changed, oldest first.
async fn told(app: &TestApp, id: ObjectId) -> Vec<Vec<String>> {
    let rows = app.store().activities.list(Activity::RELATED_TO.eq(id), &[], u64::MAX).await.unwrap();
    rows.iter().map(|row| row.value.changes.clone()).collect()
}

/// The kinds of notices to a user, oldest first, and whether they were dealt with.
async fn notices(app: &TestApp, user: ObjectId) -> Vec<(String, bool)> {
    let mut rows = app.store().notifications.list(Notification::USER.eq(user), &[], u64::MAX).await.unwrap();
    rows.sort_by_key(|row| row.value.created_at);
    rows.iter().map(|row| (row.value.kind.clone(), row.value.handled_at.is_some())).collect()
}
