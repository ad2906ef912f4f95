//! Notices of what is gone.

use basalt_domain::{Notification, ObjectId, Value};
use basalt_ports::ChangeSet;

use crate::{AppError, Context};

/// Kinds of the notices that tell that something uses a dataset.
pub(crate) const OF_DATASETS: [&str; 2] = ["reuse.created", "dataservice.created"];

/// Removes the notices of these kinds that name this in their details, of the admins of these
/// organisations: to them they were sent.
pub(crate) async fn withdrawn(
    context: &Context,
    kinds: &[&str],
    (name, id): (&str, ObjectId),
    organizations: &[ObjectId],
) -> Result<ChangeSet, AppError> {
    if organizations.is_empty() {
        return Ok(ChangeSet::new());
    }
    let organizations = context.store.organizations.by_ids(organizations).await?;
    let admins = organizations.values().flat_map(|row| row.value.admins().collect::<Vec<_>>());
    let kinds = kinds.iter().map(ToString::to_string);
    let told = Notification::USER.among(admins).and(Notification::KIND.among(kinds));
    let notices = context.store.notifications.fresh_list(told, u64::MAX).await?;
    let ours = notices.iter().filter(|notice| notice.value.details.get(name).and_then(Value::as_id) == Some(id));
    Ok(ours.fold(ChangeSet::new(), ChangeSet::delete))
}

/// The organisations of these datasets.
pub(crate) async fn producers(context: &Context, datasets: &[ObjectId]) -> Result<Vec<ObjectId>, AppError> {
    let datasets = context.store.datasets.heads_by_ids(datasets).await?;
    Ok(datasets.values().filter_map(|row| row.value.organization).collect())
}
