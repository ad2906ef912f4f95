//! What an object refers to: that it exists, and who is told of it.

use basalt_domain::{Document, ObjectId};
use basalt_ports::{ChangeSet, Kept};

use crate::{AppError, Caller, Context, notices};

/// Do all of these exist? Those that were referred to before are not asked for again: what is gone
/// since does not stand in the way of other changes. Error: `Invalid`.
pub async fn known<T: Kept>(context: &Context, field: &str, before: &[T::Id], after: &[T::Id]) -> Result<(), AppError>
where
    T::Id: std::fmt::Display,
{
    let new: Vec<T::Id> = after.iter().filter(|id| !before.contains(id)).cloned().collect();
    if new.is_empty() {
        return Ok(());
    }
    let found = context.store.of::<T>().by_ids(&new).await?;
    match new.iter().find(|id| !found.contains_key(*id)) {
        Some(missing) => Err(AppError::check(field, format!("Unknown reference '{missing}'"))),
        None => Ok(()),
    }
}

/// Tells the admins of the organisations of these datasets that something new uses them, all but
/// the caller.
pub async fn announced(
    context: &Context,
    caller: &Caller,
    (kind, details): (&str, &Document),
    datasets: &[ObjectId],
) -> Result<ChangeSet, AppError> {
    let mut changes = ChangeSet::new();
    if datasets.is_empty() {
        return Ok(changes);
    }
    let found = context.store.datasets.heads_by_ids(datasets).await?;
    let organizations: Vec<ObjectId> = found.values().filter_map(|row| row.value.organization).collect();
    if organizations.is_empty() {
        return Ok(changes);
    }
    let organizations = context.store.organizations.by_ids(&organizations).await?;
    for dataset in datasets {
        let organization = found.get(dataset).and_then(|row| row.value.organization);
        let Some(organization) = organization.and_then(|id| organizations.get(&id)) else { continue };
        for admin in organization.value.admins().filter(|admin| !caller.viewer.is(*admin)) {
            let mut details = details.clone();
            details.insert("dataset", *dataset);
            changes = changes.insert(&notices::new(context, admin, kind, details, &["organization.admin"]));
        }
    }
    Ok(changes)
}
