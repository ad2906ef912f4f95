//! `dcat:Dataset`.

use basalt_domain::{Badge, Dataset, DateRange, Document, Timestamp, Value};
use oxrdf::NamedNode;

use super::{
    Around, Triples, agent, distribution,
    triples::address,
    words::{self, ACCESS_RIGHT, ADMS, DCAT, DCATAP, DCT, HIGH_VALUE, HIGH_VALUE_CATEGORIES, SKOS},
};

/// A text of a harvested object, unless it is empty.
pub(super) fn harvested<'a>(harvest: Option<&'a Document>, name: &str) -> Option<&'a str> {
    harvest?.get(name).and_then(Value::as_text).filter(|text| !text.is_empty())
}

/// A time of an object: where it was harvested that of its source, known or not; else this one.
pub(super) fn time(harvest: Option<&Document>, name: &str, here: Timestamp) -> Option<Timestamp> {
    match harvest {
        Some(harvest) => harvest.get(name).and_then(Value::as_time),
        None => Some(here),
    }
}

/// The address of a dataset: that of its source where it was harvested, else its page by id.
pub(super) fn node(dataset: &Dataset, around: &Around<'_>) -> Option<NamedNode> {
    let source = harvested(dataset.harvest.as_ref(), "uri").and_then(address);
    source.or_else(|| address(&around.page("datasets", &dataset.id.to_string())))
}

/// Is it among the data that the law calls of high value?
pub(super) fn is_high_value(badges: &[Badge]) -> bool {
    badges.iter().any(|badge| badge.kind == "hvd")
}

/// The law on data of high value, and its categories that tags name.
pub(super) fn high_value(told: &mut Triples, subject: &NamedNode, badges: &[Badge], tags: &[String]) {
    if !is_high_value(badges) {
        return;
    }
    told.link(subject, DCATAP, "applicableLegislation", HIGH_VALUE);
    for (tag, category) in HIGH_VALUE_CATEGORIES {
        if tags.iter().any(|found| found == tag) {
            told.link(subject, DCATAP, "hvdCategory", &format!("http://data.europa.eu/bna/{category}"));
        }
    }
}

/// Tells of a dataset and all that is needed to understand it; its address.
pub fn describe(told: &mut Triples, dataset: &Dataset, around: &Around<'_>) -> Option<NamedNode> {
    let node = node(dataset, around)?;
    // Of several from one source the first is told of: two titles of one thing help nobody.
    if !told.is_new(&node) {
        return Some(node);
    }
    let harvest = dataset.harvest.as_ref();
    let id = dataset.id.to_string();
    told.kind(&node, DCAT, "Dataset");
    told.text(&node, DCT, "identifier", harvested(harvest, "dct_identifier").unwrap_or(&id));
    told.text(&node, DCT, "title", &dataset.title);
    told.text(&node, DCT, "description", &dataset.description);
    told.time(&node, DCT, "created", time(harvest, "created_at", dataset.created_at_internal));
    told.time(&node, DCT, "issued", time(harvest, "issued_at", dataset.created_at_internal));
    told.time(&node, DCT, "modified", time(harvest, "modified_at", dataset.last_modified_internal));
    let page = || around.page("datasets", &dataset.slug);
    told.link(&node, DCAT, "landingPage", &harvested(harvest, "remote_url").map_or_else(page, str::to_owned));
    if let Some(acronym) = dataset.acronym.as_ref().filter(|acronym| !acronym.is_empty()) {
        told.text(&node, SKOS, "altLabel", acronym);
    }
    for tag in &dataset.tags {
        told.text(&node, DCAT, "keyword", tag);
    }
    if let Some(frequency) = dataset.frequency.as_deref().and_then(words::frequency) {
        told.link(&node, DCT, "accrualPeriodicity", &frequency);
    }
    high_value(told, &node, &dataset.badges, &dataset.tags);
    let right = if dataset.access_type.as_deref() == Some("restricted") { "NON_PUBLIC" } else { "PUBLIC" };
    let right = NamedNode::new_unchecked(format!("{ACCESS_RIGHT}{right}"));
    told.add(&node, DCT, "accessRights", right.clone());
    if harvested(harvest, "dct_identifier").is_some() {
        let identifier = told.blank();
        told.add(&node, ADMS, "identifier", identifier.clone());
        told.kind(&identifier, ADMS, "Identifier");
        told.text(&identifier, SKOS, "notation", around.page("datasets", &id));
        told.text(&identifier, DCT, "creator", around.site);
    }
    if let Some(range) = &dataset.temporal_coverage {
        period(told, &node, range);
    }
    let published = agent::contacts(told, &node, &dataset.contact_points, around);
    if let Some(owner) = agent::owner(told, dataset, around) {
        let (vocabulary, word) = if published { (words::GEODCATAP, "distributor") } else { (DCT, "publisher") };
        told.add(&node, vocabulary, word, owner);
    }
    for resource in &dataset.resources {
        distribution::describe(told, &node, dataset, resource, around);
    }
    if told.is_new(&right) {
        told.kind(&right, DCT, "RightsStatement");
    }
    Some(node)
}

fn period(told: &mut Triples, subject: &NamedNode, range: &DateRange) {
    let period = told.blank();
    told.add(subject, DCT, "temporal", period.clone());
    told.kind(&period, DCT, "PeriodOfTime");
    for (word, day) in [("startDate", &range.start), ("endDate", &range.end)] {
        if let Some(day) = day {
            let kind = match day.len() {
                4 => "gYear",
                7 => "gYearMonth",
                _ => "date",
            };
            told.typed(&period, DCAT, word, day, kind);
        }
    }
}
