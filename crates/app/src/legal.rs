//! Letters to those whose content administrators of the portal delete: that it is gone, and how they
//! may contest it.

use basalt_domain::{CatalogueObject, ObjectId, Organization};
use basalt_ports::mail::Message;

use crate::{AppError, Context};

/// Who is to be written to about an object: its user, or the admins of its organisation.
pub async fn owners_of<E: CatalogueObject>(context: &Context, object: &E) -> Result<Vec<ObjectId>, AppError> {
    if let Some(organization) = object.organization() {
        let organization = context.store.organizations.get(&organization).await?;
        return Ok(organization.map(|row| admins_of(&row.value)).unwrap_or_default());
    }
    Ok(object.owner().into_iter().collect())
}

/// Who is to be written to about an organisation: its admins.
pub fn admins_of(organization: &Organization) -> Vec<ObjectId> {
    organization.admins().collect()
}

/// Tells these users that something of this class and title was deleted. A mail that cannot be sent
/// undoes nothing: it is noted.
pub async fn tell(context: &Context, users: &[ObjectId], class: &str, title: &str) {
    let found = match context.store.users.by_ids(users).await {
        Ok(found) => found,
        Err(error) => return tracing::warn!(%error, "legal notice not sent"),
    };
    // A formal notice is sent to those too who want no other mail.
    for user in found.values().filter(|user| user.value.is_usable()) {
        send(context, &user.value.email, class, title).await;
    }
}

/// The same, to an address.
pub async fn send(context: &Context, to: &str, class: &str, title: &str) {
    let text = format!(
        "The administrators of this portal have deleted this:\n\n    {class}: {title}\n\nThis is a formal notice of \
         that decision. You can contest it: by answering to the administrators of the portal, who will look at it \
         again, and before the court that is competent where the portal is run, within the time its law gives.\n"
    );
    let message =
        Message { to: to.into(), subject: format!("Formal notice of deletion: {}", line(title)), text, html: None };
    if let Err(error) = context.mailer.send(message).await {
        tracing::warn!(%error, "legal notice not sent");
    }
}

/// A title in a subject: one line.
fn line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}
