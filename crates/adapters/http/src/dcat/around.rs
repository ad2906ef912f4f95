//! What is loaded once for all objects of an answer.

use std::collections::HashMap;

use basalt_app::Services;
use basalt_domain::{
    CatalogueObject, ContactPoint, Dataservice, Dataset, Filter, License, ObjectId, Organization, User,
};
use basalt_ports::Row;

use crate::{links::Links, problem::Problem};

/// What is around the objects of an answer.
pub struct Around<'a> {
    pub(super) links: &'a Links,
    /// Name of the site.
    pub(super) site: &'a str,
    pub(super) organizations: HashMap<ObjectId, Row<Organization>>,
    pub(super) users: HashMap<ObjectId, Row<User>>,
    pub(super) contacts: HashMap<ObjectId, Row<ContactPoint>>,
    pub(super) licenses: HashMap<String, Row<License>>,
    /// Datasets that dataservices serve and everybody sees.
    pub(super) served: HashMap<ObjectId, Row<Dataset>>,
}

impl<'a> Around<'a> {
    /// Of these objects: five reads at most, whatever their number.
    pub async fn of(
        services: &Services,
        links: &'a Links,
        site: &'a str,
        datasets: &[&Dataset],
        dataservices: &[&Dataservice],
    ) -> Result<Self, Problem> {
        let store = &services.context.store;
        let organizations: Vec<ObjectId> = datasets.iter().filter_map(|dataset| dataset.organization).collect();
        let users: Vec<ObjectId> = datasets.iter().filter_map(|dataset| dataset.owner).collect();
        let licenses: Vec<&String> = datasets.iter().filter_map(|dataset| dataset.license.as_ref()).collect();
        let of_datasets = datasets.iter().flat_map(|dataset| &dataset.contact_points);
        let of_services = dataservices.iter().flat_map(|service| &service.contact_points);
        let contacts: Vec<ObjectId> = of_datasets.chain(of_services).copied().collect();
        let served: Vec<ObjectId> = dataservices.iter().flat_map(|service| service.datasets.clone()).collect();
        let served = if served.is_empty() {
            Vec::new()
        } else {
            store.datasets.list(Filter::ids(&served).and(Dataset::visible()), &[], u64::MAX).await?
        };
        Ok(Self {
            links,
            site,
            organizations: store.organizations.by_ids(&organizations).await?,
            users: store.users.by_ids(&users).await?,
            contacts: store.contact_points.by_ids(&contacts).await?,
            licenses: store.licenses.by_ids(licenses).await?,
            served: served.into_iter().map(|row| (row.value.id, row)).collect(),
        })
    }

    /// The page of an object in the front end; without one, its address in the interface.
    pub(super) fn page(&self, family: &str, reference: &str) -> String {
        self.links.page(family, reference).unwrap_or_else(|| self.links.api(1, family, reference))
    }
}
