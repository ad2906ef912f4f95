//! `dcat:Distribution`: a resource of a dataset.

use basalt_domain::{Dataset, Resource};
use oxrdf::NamedNode;

use super::{
    Around, Triples,
    dataset::{is_high_value, time},
    triples::address,
    words::{self, DCAT, DCATAP, DCT, HIGH_VALUE, LIMITATION, SPDX},
};

/// Services for maps, by what formats name them.
const MAP_SERVICES: [&str; 3] = ["wms", "wfs", "wmts"];

pub(super) fn describe(
    told: &mut Triples,
    of: &NamedNode,
    dataset: &Dataset,
    resource: &Resource,
    around: &Around<'_>,
) {
    let page = around.page("datasets", &dataset.id.to_string());
    let Some(node) = address(&format!("{page}?resource_id={}", resource.id)) else { return };
    told.add(of, DCAT, "distribution", node.clone());
    let harvest = resource.harvest.as_ref();
    told.kind(&node, DCAT, "Distribution");
    told.text(&node, DCT, "identifier", resource.id.to_string());
    told.text(&node, DCT, "title", &resource.title);
    if let Some(description) = &resource.description {
        told.text(&node, DCT, "description", description);
    }
    told.link(&node, DCAT, "downloadURL", &resource.url);
    told.link(&node, DCAT, "accessURL", &format!("{}/api/1/datasets/r/{}", around.links.base(), resource.id));
    told.time(&node, DCT, "issued", time(harvest, "issued_at", resource.created_at_internal));
    told.time(&node, DCT, "modified", time(harvest, "modified_at", resource.last_modified_internal));
    license(told, &node, dataset, around);
    if let Some(bytes) = resource.filesize {
        told.typed(&node, DCAT, "byteSize", &bytes.to_string(), "integer");
    }
    let filled = |text: &'_ Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(mime) = filled(&resource.mime) {
        told.text(&node, DCAT, "mediaType", mime);
    }
    if let Some(format) = filled(&resource.format) {
        told.text(&node, DCT, "format", &format);
        access_service(told, &node, dataset, resource, &format, around);
    }
    if let Some(checksum) = &resource.checksum {
        let sum = told.blank();
        told.add(&node, SPDX, "checksum", sum.clone());
        told.kind(&sum, SPDX, "Checksum");
        told.link(&sum, SPDX, "algorithm", &format!("{SPDX}checksumAlgorithm_{}", checksum.kind));
        told.text(&sum, SPDX, "checksumValue", &checksum.value);
    }
    if is_high_value(&dataset.badges) {
        told.link(&node, DCATAP, "applicableLegislation", HIGH_VALUE);
    }
    if let Some((letter, said)) = dataset.access_type_reason_category.as_deref().and_then(words::limitation) {
        let limitation = NamedNode::new_unchecked(format!("{LIMITATION}{letter}"));
        told.add(&node, DCT, "rights", limitation.clone());
        if told.is_new(&limitation) {
            told.kind(&limitation, DCT, "RightsStatement");
            told.text(&limitation, DCT, "description", said);
        }
    }
}

/// The licence by its address, by its name where it has none.
fn license<'s>(
    told: &mut Triples,
    subject: impl Into<oxrdf::NamedOrBlankNodeRef<'s>>,
    dataset: &Dataset,
    around: &Around<'_>,
) {
    let license = dataset.license.as_ref().and_then(|id| around.licenses.get(id)).map(|row| &row.value);
    let Some(license) = license else { return };
    match license.url.as_deref().and_then(address) {
        Some(url) => told.add(subject, DCT, "license", url),
        None => told.text(subject, DCT, "rights", &license.title),
    }
}

/// The service for maps behind an address.
fn access_service(
    told: &mut Triples,
    subject: &NamedNode,
    dataset: &Dataset,
    resource: &Resource,
    format: &str,
    around: &Around<'_>,
) {
    let name = format.strip_prefix("ogc:").unwrap_or(format);
    if !MAP_SERVICES.contains(&name) {
        return;
    }
    let service = told.blank();
    let (endpoint, query) = resource.url.split_once('?').unwrap_or((&resource.url, ""));
    told.add(subject, DCAT, "accessService", service.clone());
    told.kind(&service, DCAT, "DataService");
    told.text(&service, DCT, "title", &resource.title);
    told.link(&service, DCAT, "endpointURL", endpoint);
    if query.to_ascii_lowercase().contains("request=getcapabilities") {
        told.link(&service, DCAT, "endpointDescription", &resource.url);
    }
    told.link(&service, DCT, "conformsTo", &format!("http://www.opengeospatial.org/standards/{name}"));
    license(told, &service, dataset, around);
}
