//! What is particular to dataservices.

use async_trait::async_trait;
use basalt_domain::{
    CatalogueObject, ContactPoint, Dataservice, Dataset, Document, License, ObjectId, Timestamp, dataset::DATASERVICES,
};
use basalt_ports::ChangeSet;

use super::{Class, counters, references, withdrawn};
use crate::{AppError, Caller, Context};

const CREATED: &str = "dataservice.created";

#[async_trait]
impl Class for Dataservice {
    fn blank(id: ObjectId, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            slug: String::new(),
            acronym: None,
            description: Some(String::new()),
            base_api_url: None,
            machine_documentation_url: None,
            technical_documentation_url: None,
            business_documentation_url: None,
            rate_limiting: None,
            rate_limiting_url: None,
            availability: None,
            availability_url: None,
            access_type: Some("open".into()),
            access_audiences: Vec::new(),
            access_type_reason: None,
            access_type_reason_category: None,
            authorization_request_url: None,
            license: None,
            format: None,
            tags: Vec::new(),
            private: false,
            owner: None,
            organization: None,
            contact_points: Vec::new(),
            datasets: Vec::new(),
            badges: Vec::new(),
            featured: None,
            extras: Document::new(),
            harvest: None,
            metrics: Document::new(),
            created_at: now,
            metadata_modified_at: now,
            archived_at: None,
            deleted_at: None,
            rest: Document::new(),
        }
    }

    async fn settle(
        context: &Context,
        caller: &Caller,
        before: Option<&Self>,
        after: &mut Self,
    ) -> Result<ChangeSet, AppError> {
        let served = before.map_or(&[][..], |before| &before.datasets);
        references::known::<Dataset>(context, "datasets", served, &after.datasets).await?;
        let licensed = before.map_or(&[][..], |before| before.license.as_slice());
        references::known::<License>(context, "license", licensed, after.license.as_slice()).await?;
        contact_points(context, before, after).await?;
        let (old, new) = (before.map(seen).unwrap_or_default(), seen(after));
        let mut changes = counters::of_references(old, new, &DATASERVICES);
        // Of what is private, others do not hear.
        if before.is_none() && after.is_visible() {
            let class = "DataserviceCreatedNotificationDetails";
            let details = Document::new().with("dataservice", after.id).with("_cls", class);
            changes = changes.and(references::announced(context, caller, (CREATED, &details), &after.datasets).await?);
        }
        if before.is_some_and(|before| before.deleted_at.is_none()) && after.deleted_at.is_some() {
            let producers = withdrawn::producers(context, &after.datasets).await?;
            let gone = withdrawn::withdrawn(context, &[CREATED], ("dataservice", after.id), &producers);
            changes = changes.and(gone.await?);
        }
        Ok(changes)
    }
}

/// The datasets that everybody sees it serve.
fn seen(dataservice: &Dataservice) -> &[ObjectId] {
    if dataservice.is_visible() { &dataservice.datasets } else { &[] }
}

/// Contact points are known, and belong to whom the dataservice belongs to.
async fn contact_points(context: &Context, before: Option<&Dataservice>, after: &Dataservice) -> Result<(), AppError> {
    let known = before.map_or(&[][..], |before| &before.contact_points);
    references::known::<ContactPoint>(context, "contact_points", known, &after.contact_points).await?;
    let moved = before.is_some_and(|before| (before.owner, before.organization) != (after.owner, after.organization));
    if (before.is_some() && known == after.contact_points && !moved) || after.contact_points.is_empty() {
        return Ok(());
    }
    let found = context.store.contact_points.by_ids(&after.contact_points).await?;
    // Those that stay with an object that was given to somebody else are not held against it.
    let new = after.contact_points.iter().filter(|id| !known.contains(id)).filter_map(|id| found.get(id));
    for contact in new {
        let contact = &contact.value;
        if (contact.owner, contact.organization) != (after.owner, after.organization) {
            let message = format!("Contact point {} does not belong to the owner of this object", contact.id);
            return Err(AppError::check("contact_points", message));
        }
    }
    Ok(())
}
