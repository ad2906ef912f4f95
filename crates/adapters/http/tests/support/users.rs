//! How accounts are shown.

use serde_json::{Value, json};

use super::{Account, FRONT, NOW, SERVER};

impl Account {
    /// What everybody sees of them.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "about": null,
            "active": true,
            "avatar": null,
            "avatar_thumbnail": null,
            "deleted": null,
            "email": null,
            "first_name": self.first,
            "id": self.id.to_string(),
            "last_login_at": null,
            "last_name": self.last,
            "mail_cadence": null,
            "metrics": {"dataservices": 0, "datasets": 0, "followers": 0, "following": 0, "reuses": 0},
            "notifications_paused": null,
            "organizations": [],
            "page": format!("{FRONT}/users/{}", self.slug),
            "password_rotation_demanded": null,
            "password_rotation_performed": null,
            "roles": [],
            "since": NOW,
            "slug": self.slug,
            "uri": format!("{SERVER}/api/1/users/{}/", self.slug),
            "website": null,
        })
    }

    /// What they themselves and administrators see.
    pub(crate) fn shown_whole(&self) -> Value {
        let mut shown = self.shown();
        shown["email"] = self.email.clone().into();
        shown["mail_cadence"] = "immediate".into();
        shown["notifications_paused"] = false.into();
        shown
    }
}
