//! JSON-LD with the context of the catalogue: short names where the context gives one that means
//! just this, prefixes elsewhere. The library writes JSON-LD without such names only.

use std::{collections::BTreeMap, sync::LazyLock};

use oxrdf::{NamedOrBlankNode, Term, Triple};
use serde_json::{Map, Value, json};

use super::words::{DCAT, DCT, FOAF, FREQ, HYDRA, RDF_TYPE, RDFS, SKOS, SPDX, VCARD, XSD};

/// Prefixes of the context.
const PREFIXES: [(&str, &str); 11] = [
    ("dcat", DCAT),
    ("dct", DCT),
    ("foaf", FOAF),
    ("freq", FREQ),
    ("hydra", HYDRA),
    ("org", "http://www.w3.org/ns/org#"),
    ("rdfs", RDFS),
    ("schema", "http://schema.org/"),
    ("skos", SKOS),
    ("spdx", SPDX),
    ("vcard", VCARD),
];
/// Names whose values are texts or nodes.
const PLAIN: [(&str, &str); 22] = [
    ("accrualPeriodicity", "dct:accrualPeriodicity"),
    ("checksum", "spdx:checksum"),
    ("checksumValue", "spdx:checksumValue"),
    ("description", "dct:description"),
    ("endDate", "schema:endDate"),
    ("fn", "vcard:fn"),
    ("format", "dct:format"),
    ("hasEmail", "vcard:email"),
    ("identifier", "dct:identifier"),
    ("label", "rdfs:label"),
    ("language", "dct:language"),
    ("license", "dct:license"),
    ("name", "foaf:name"),
    ("rights", "dct:rights"),
    ("spatial", "dct:spatial"),
    ("startDate", "schema:startDate"),
    ("subOrganizationOf", "org:subOrganizationOf"),
    ("temporal", "dct:temporal"),
    ("title", "dct:title"),
    ("totalItems", "hydra:totalItems"),
    ("issued", "dct:issued"),
    ("modified", "dct:modified"),
];
/// Names whose values are addresses.
const LINKS: [(&str, &str); 12] = [
    ("accessURL", "dcat:accessURL"),
    ("algorithm", "spdx:algorithm"),
    ("dataset", "dcat:dataset"),
    ("distribution", "dcat:distribution"),
    ("downloadURL", "dcat:downloadURL"),
    ("first", "hydra:first"),
    ("homepage", "foaf:homepage"),
    ("last", "hydra:last"),
    ("next", "hydra:next"),
    ("previous", "hydra:previous"),
    ("publisher", "dct:publisher"),
    ("view", "hydra:view"),
];
const TIMES: [&str; 2] = ["issued", "modified"];

static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    let mut context = BTreeMap::from([("@vocab", json!(DCAT))]);
    context.extend(PREFIXES.map(|(name, vocabulary)| (name, json!(vocabulary))));
    context.extend(PLAIN.map(|(name, means)| (name, json!(means))));
    context.extend(LINKS.map(|(name, means)| (name, json!({"@id": means, "@type": "@id"}))));
    context.extend(TIMES.map(|name| (name, json!({"@id": format!("dct:{name}"), "@type": format!("{XSD}dateTime")}))));
    json!(context)
});

/// The context of the catalogue.
pub fn context() -> &'static Value {
    &CONTEXT
}

/// An address by its prefix, where the context has one.
fn prefixed(address: &str) -> String {
    let short = PREFIXES.iter().find_map(|(name, vocabulary)| {
        address.strip_prefix(vocabulary).filter(|rest| !rest.is_empty()).map(|rest| format!("{name}:{rest}"))
    });
    short.unwrap_or_else(|| address.to_owned())
}

/// The name of a property or class.
fn named(address: &str) -> String {
    let short = prefixed(address);
    let known = PLAIN.iter().chain(&LINKS);
    if let Some((name, _means)) = known.clone().find(|(_name, means)| *means == short) {
        return (*name).to_owned();
    }
    match address.strip_prefix(DCAT) {
        // Not where the context gives the bare word another meaning, as to `startDate`.
        Some(word) if !known.clone().any(|(name, _means)| *name == word) => word.to_owned(),
        _ => short,
    }
}

fn value(name: &str, object: &Term) -> Value {
    let link = LINKS.iter().any(|(known, _means)| *known == name);
    let node = |id: String| if link { json!(id) } else { json!({"@id": id}) };
    match object {
        Term::NamedNode(to) => node(prefixed(to.as_str())),
        Term::BlankNode(to) => node(to.to_string()),
        Term::Literal(literal) => {
            let of = literal.datatype().as_str().strip_prefix(XSD).unwrap_or_default();
            let text = literal.value();
            match (of, text.parse::<i64>()) {
                ("integer", Ok(number)) => json!(number),
                ("string", _) if !link && !TIMES.contains(&name) => json!(text),
                ("dateTime", _) if TIMES.contains(&name) => json!(text),
                ("string", _) => json!({"@value": text}),
                _ => json!({"@type": literal.datatype().as_str(), "@value": text}),
            }
        }
    }
}

/// Triples as JSON-LD: one object a subject, with the context.
pub(super) fn compacted(triples: &[&Triple]) -> Value {
    let mut nodes: BTreeMap<String, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    for triple in triples {
        let subject = match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => prefixed(node.as_str()),
            NamedOrBlankNode::BlankNode(node) => node.to_string(),
        };
        let node = nodes.entry(subject).or_default();
        if let (RDF_TYPE, Term::NamedNode(class)) = (triple.predicate.as_str(), &triple.object) {
            node.entry("@type".into()).or_default().push(json!(named(class.as_str())));
        } else {
            let name = named(triple.predicate.as_str());
            let value = value(&name, &triple.object);
            node.entry(name).or_default().push(value);
        }
    }
    let graph = nodes.into_iter().map(|(subject, properties)| {
        let mut node = Map::from_iter([("@id".to_owned(), json!(subject))]);
        for (name, mut values) in properties {
            let one = if values.len() == 1 { values.pop() } else { None };
            node.insert(name, one.unwrap_or_else(|| json!(values)));
        }
        Value::Object(node)
    });
    json!({"@context": context(), "@graph": graph.collect::<Vec<_>>()})
}
