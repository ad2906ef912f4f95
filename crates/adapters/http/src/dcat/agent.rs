//! Who publishes, and whom to ask.

use basalt_domain::{Dataset, ObjectId, Organization, User};
use oxrdf::NamedNode;

use super::{
    Around, Triples,
    triples::address,
    words::{DCAT, DCT, FOAF, GEODCATAP, RDFS, VCARD},
};

/// An organisation; its address.
pub(super) fn organization(told: &mut Triples, organization: &Organization, around: &Around<'_>) -> Option<NamedNode> {
    let node = address(&around.page("organizations", &organization.id.to_string()))?;
    if told.is_new(&node) {
        told.kind(&node, FOAF, "Organization");
        told.text(&node, FOAF, "name", &organization.name);
        told.text(&node, RDFS, "label", &organization.name);
        if let Some(url) = &organization.url {
            told.link(&node, FOAF, "homepage", url);
        }
    }
    Some(node)
}

fn user(told: &mut Triples, user: &User, around: &Around<'_>) -> Option<NamedNode> {
    let node = address(&around.page("users", &user.id.to_string()))?;
    if told.is_new(&node) {
        let name = format!("{} {}", user.first_name, user.last_name);
        told.kind(&node, FOAF, "Person");
        told.text(&node, FOAF, "name", name.trim());
        told.text(&node, RDFS, "label", name.trim());
    }
    Some(node)
}

/// Whom a dataset belongs to.
pub(super) fn owner(told: &mut Triples, dataset: &Dataset, around: &Around<'_>) -> Option<NamedNode> {
    if let Some(row) = dataset.organization.and_then(|id| around.organizations.get(&id)) {
        return organization(told, &row.value, around);
    }
    let row = dataset.owner.and_then(|id| around.users.get(&id))?;
    user(told, &row.value, around)
}

/// The word for what a contact point is to an object.
fn role(role: &str) -> (&'static str, &'static str) {
    match role {
        "publisher" => (DCT, "publisher"),
        "creator" => (DCT, "creator"),
        "rightsHolder" => (DCT, "rightsHolder"),
        "custodian" => (GEODCATAP, "custodian"),
        "distributor" => (GEODCATAP, "distributor"),
        "originator" => (GEODCATAP, "originator"),
        "principalInvestigator" => (GEODCATAP, "principalInvestigator"),
        "processor" => (GEODCATAP, "processor"),
        "resourceProvider" => (GEODCATAP, "resourceProvider"),
        "user" => (GEODCATAP, "user"),
        _ => (DCAT, "contactPoint"),
    }
}

/// Whom to ask about an object; true if one of them publishes it.
pub(super) fn contacts(told: &mut Triples, subject: &NamedNode, ids: &[ObjectId], around: &Around<'_>) -> bool {
    let mut published = false;
    for contact in ids.iter().filter_map(|id| around.contacts.get(id)).map(|row| &row.value) {
        let Some(node) = address(&around.links.api(1, "contacts", &contact.id.to_string())) else { continue };
        let (vocabulary, word) = role(&contact.role);
        published |= contact.role == "publisher";
        told.add(subject, vocabulary, word, node.clone());
        if !told.is_new(&node) {
            continue;
        }
        let (kind, name, mail, page) = if vocabulary == DCAT {
            ((VCARD, "Kind"), (VCARD, "fn"), (VCARD, "hasEmail"), (VCARD, "hasURL"))
        } else {
            ((FOAF, "Agent"), (FOAF, "name"), (FOAF, "mbox"), (FOAF, "page"))
        };
        told.kind(&node, kind.0, kind.1);
        if let Some(text) = &contact.name {
            told.text(&node, name.0, name.1, text);
        }
        if let Some(to) = contact.email.as_ref().filter(|email| !email.is_empty()) {
            told.link(&node, mail.0, mail.1, &format!("mailto:{to}"));
        }
        if let Some(form) = &contact.contact_form {
            told.link(&node, page.0, page.1, form);
        }
    }
    published
}
