//! Extras of datasets and resources: some names are for the platform's own services.

use basalt_domain::{Dataset, Document, ObjectId, Resource, dataset::is_reserved_extra, policy::object::Action};
use basalt_ports::ChangeSet;
use uuid::Uuid;

use super::Resources;
use crate::{AppError, Caller, objects::Objects};

/// Names of extras that only the platform's own services write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservedExtras {
    /// Those of datasets.
    OfDatasets,
    /// Those of resources.
    OfResources,
}

impl ReservedExtras {
    /// May the caller write these? Error: `Invalid` with the names that they may not.
    pub fn check<'a>(self, caller: &Caller, names: impl IntoIterator<Item = &'a str>) -> Result<(), AppError> {
        if caller.viewer.sysadmin {
            return Ok(());
        }
        let reserved: Vec<&str> = names.into_iter().filter(|name| self.holds(name)).collect();
        if reserved.is_empty() {
            return Ok(());
        }
        Err(AppError::message(format!("Extras keys reserved to platform services: {}", reserved.join(", "))))
    }

    /// Is it one of them?
    pub fn holds(self, name: &str) -> bool {
        match self {
            Self::OfDatasets => is_reserved_extra(name),
            Self::OfResources => Resource::is_reserved_extra(name),
        }
    }

    /// What a form stores: what was sent but for the reserved names, which stay as they are.
    pub fn replaced(self, present: &Document, sent: Document) -> Document {
        let own = sent.into_iter().filter(|(name, _value)| !self.holds(name));
        let kept = present.iter().filter(|(name, _value)| self.holds(name));
        own.chain(kept.map(|(name, value)| (name.clone(), value.clone()))).collect()
    }
}

/// Changes the extras of a dataset; neither its dates nor the activity stream tell of it. Errors: as
/// of [`Objects::update`].
pub(super) async fn change_of_dataset(
    datasets: &Objects<Dataset>,
    caller: &Caller,
    id: ObjectId,
    change: impl Fn(&mut Document),
) -> Result<Document, AppError> {
    let changed = datasets.change_head_quietly(caller, id, Action::Edit, async |dataset: &mut Dataset| {
        change(&mut dataset.extras);
        Ok(ChangeSet::new())
    });
    Ok(changed.await?.extras)
}

impl Resources {
    /// Changes the extras of a dataset; neither its dates nor the activity stream tell of it. Errors:
    /// as of [`Objects::update`].
    pub async fn change_dataset_extras(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        change: impl Fn(&mut Document),
    ) -> Result<Document, AppError> {
        change_of_dataset(self.datasets(), caller, dataset, change).await
    }

    /// Changes the extras of a resource, as quietly. Errors: as of [`Self::update`].
    pub async fn change_extras(
        &self,
        caller: &Caller,
        dataset: ObjectId,
        id: Uuid,
        change: impl Fn(&mut Document),
    ) -> Result<Document, AppError> {
        let changed = tokio::sync::Mutex::new(Document::new());
        let change = async |dataset: &mut Dataset| {
            let before = self.one(dataset, id).await?.ok_or(AppError::NotFound("Resource"))?.into_owned();
            let mut after = before.clone();
            change(&mut after.extras);
            *changed.lock().await = after.extras.clone();
            self.put_in_place(dataset, &before, after).await?;
            Ok(ChangeSet::new())
        };
        self.insist(|| self.datasets().change_head_quietly(caller, dataset, Action::Edit, &change)).await?;
        Ok(changed.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leaves_the_extras_of_services() {
        let present = Document::new().with("transport:url", "u").with("mine", 1);
        let sent = Document::new().with("transport:url", "x").with("other", 2);
        let stored = ReservedExtras::OfDatasets.replaced(&present, sent);
        assert_eq!(stored, Document::new().with("transport:url", "u").with("other", 2));
    }

    #[test]
    fn reserved_names_are_told_in_the_order_in_which_they_were_sent() {
        let error = ReservedExtras::OfResources.check(&Caller::ANONYMOUS, ["check:b", "a", "analysis:a"]).unwrap_err();
        let AppError::Invalid(invalid) = error else { panic!("invalid") };
        assert_eq!(invalid.message.as_deref(), Some("Extras keys reserved to platform services: check:b, analysis:a"));
    }
}
