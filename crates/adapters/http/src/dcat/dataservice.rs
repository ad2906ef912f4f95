//! `dcat:DataService`.

use basalt_domain::Dataservice;
use oxrdf::NamedNode;

use super::{
    Around, Triples, agent,
    dataset::{self, harvested, high_value, time},
    triples::address,
    words::{DCAT, DCT},
};

/// Tells of a dataservice and whom to ask about it; its address.
pub fn describe(told: &mut Triples, service: &Dataservice, around: &Around<'_>) -> Option<NamedNode> {
    let harvest = service.harvest.as_ref();
    let id = service.id.to_string();
    let source = harvested(harvest, "uri").and_then(address);
    let node = source.or_else(|| address(&around.page("dataservices", &id)))?;
    // Of several from one source the first is told of: two titles of one thing help nobody.
    if !told.is_new(&node) {
        return Some(node);
    }
    told.kind(&node, DCAT, "DataService");
    told.text(&node, DCT, "identifier", harvested(harvest, "remote_id").unwrap_or(&id));
    told.text(&node, DCT, "title", &service.title);
    told.text(&node, DCT, "description", service.description.as_deref().unwrap_or_default());
    told.time(&node, DCT, "created", time(harvest, "created_at", service.created_at));
    told.time(&node, DCT, "issued", time(harvest, "issued_at", service.created_at));
    told.time(&node, DCT, "modified", Some(service.metadata_modified_at));
    let page = || around.page("dataservices", &service.slug);
    told.link(&node, DCAT, "landingPage", &harvested(harvest, "remote_url").map_or_else(page, str::to_owned));
    for tag in &service.tags {
        told.text(&node, DCAT, "keyword", tag);
    }
    for (word, url) in
        [("endpointURL", &service.base_api_url), ("endpointDescription", &service.machine_documentation_url)]
    {
        if let Some(url) = url {
            told.link(&node, DCAT, word, url);
        }
    }
    high_value(told, &node, &service.badges, &service.tags);
    for served in service.datasets.iter().filter_map(|id| around.served.get(id)) {
        if let Some(served) = dataset::node(&served.value, around) {
            told.add(&node, DCAT, "servesDataset", served);
        }
    }
    agent::contacts(told, &node, &service.contact_points, around);
    Some(node)
}
