//! `dcat:Catalog`: a page of the portal's datasets, or of an organisation's.

use basalt_domain::{Dataservice, Dataset, Organization};
use oxrdf::NamedNode;

use super::{
    Around, Triples, agent, dataservice, dataset,
    triples::address,
    words::{DCAT, DCT, FOAF, HYDRA},
};

/// Addresses of a page and of those around it.
pub struct View {
    /// This page.
    pub own: String,
    /// The first page.
    pub first: String,
    /// The last page.
    pub last: String,
    /// The page after this one.
    pub next: Option<String>,
    /// The page before this one.
    pub previous: Option<String>,
}

/// A page of a catalogue.
pub struct Catalog<'a> {
    /// Its address, the same for all pages.
    pub address: String,
    /// The organisation it is of; none: the portal.
    pub organization: Option<&'a Organization>,
    /// The language of the portal.
    pub language: &'a str,
    /// Address of the portal.
    pub homepage: String,
    /// How many datasets all pages have.
    pub total: u64,
    /// This page.
    pub view: View,
}

impl Catalog<'_> {
    /// Tells of the catalogue, of these datasets and dataservices, and of the page itself.
    pub fn describe(
        &self,
        told: &mut Triples,
        datasets: &[&Dataset],
        services: &[&Dataservice],
        around: &Around<'_>,
    ) -> Option<()> {
        let node = address(&self.address)?;
        let view = address(&self.view.own)?;
        told.kind(&node, DCAT, "Catalog");
        told.kind(&node, HYDRA, "Collection");
        self.describe_self(told, &node, around);
        told.typed(&node, HYDRA, "totalItems", &self.total.to_string(), "integer");
        told.add(&node, HYDRA, "view", view.clone());
        told.kind(&view, HYDRA, "PartialCollectionView");
        let pages = [
            ("first", Some(&self.view.first)),
            ("last", Some(&self.view.last)),
            ("next", self.view.next.as_ref()),
            ("previous", self.view.previous.as_ref()),
        ];
        for (word, to) in pages {
            if let Some(to) = to {
                told.link(&view, HYDRA, word, to);
            }
        }
        for one in datasets {
            if let Some(dataset) = dataset::describe(told, one, around) {
                told.add(&node, DCAT, "dataset", dataset);
            }
        }
        for one in services {
            if let Some(service) = dataservice::describe(told, one, around) {
                told.add(&node, DCAT, "service", service);
            }
        }
        Some(())
    }

    fn describe_self(&self, told: &mut Triples, node: &NamedNode, around: &Around<'_>) {
        let name = self.organization.map_or(around.site, |organization| &organization.name);
        told.text(node, DCT, "title", name);
        told.text(node, DCT, "description", name);
        if let Some(organization) = self.organization {
            if let Some(publisher) = agent::organization(told, organization, around) {
                told.add(node, DCT, "publisher", publisher);
            }
            return;
        }
        told.text(node, DCT, "language", self.language);
        told.link(node, FOAF, "homepage", &self.homepage);
        let publisher = told.blank();
        told.add(node, DCT, "publisher", publisher.clone());
        told.kind(&publisher, FOAF, "Organization");
        told.text(&publisher, FOAF, "name", around.site);
    }
}
