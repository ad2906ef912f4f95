//! Reads the catalogue of data.gouv.fr as its exports have it.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use basalt_domain::{Badge, Dataset, Document, ObjectId, Organization, Resource, Timestamp};
use serde::Deserialize;

/// The catalogue's datasets and organisations.
pub(crate) const DATASETS: &str = "datagouv-datasets-20260116.csv.xz";
pub(crate) const ORGANIZATIONS: &str = "datagouv-organizations-20260116.csv";

/// Any failure, told to whoever runs the program.
pub(crate) type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    acronym: String,
    organization_id: String,
    description: String,
    license: String,
    featured: String,
    created_at: String,
    last_modified: String,
    tags: String,
    archived: String,
    resources_formats: String,
    #[serde(rename = "metric.discussions")]
    discussions: String,
    #[serde(rename = "metric.followers")]
    followers: String,
    #[serde(rename = "metric.views")]
    views: String,
}

pub(crate) fn reader(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    if path.extension().is_some_and(|extension| extension == "xz") {
        return Ok(Box::new(lzma_rust2::XzReader::new(file, true)));
    }
    Ok(Box::new(file))
}

fn number(text: &str) -> i64 {
    text.parse::<f64>().ok().map_or(0, |number| number as i64)
}

fn texts(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_default()
}

/// All datasets.
pub(crate) fn datasets(path: &Path) -> Result<Vec<Dataset>, Failure> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(reader(path)?);
    let mut datasets = Vec::new();
    for row in rows.deserialize() {
        let row: Row = row?;
        let Ok(id) = ObjectId::parse(&row.id) else { continue };
        let resources = texts(&row.resources_formats)
            .into_iter()
            .map(|format| Resource { format: Some(format), ..Resource::blank(uuid::Uuid::nil(), Timestamp(0)) });
        // Not how often it is reused: `basalt import` leaves that to the reuses that it stores.
        let metrics = Document::new()
            .with("views", number(&row.views))
            .with("discussions", number(&row.discussions))
            .with("followers", number(&row.followers));
        datasets.push(Dataset {
            title: row.title,
            acronym: Some(row.acronym).filter(|acronym| !acronym.is_empty()),
            description: row.description,
            license: Some(row.license).filter(|license| !license.is_empty()),
            tags: texts(&row.tags),
            resources: resources.collect(),
            organization: ObjectId::parse(&row.organization_id).ok(),
            featured: row.featured == "True",
            metrics,
            last_update: time(&row.last_modified),
            archived: (row.archived != "False").then(|| time(&row.archived)),
            ..Dataset::blank(id, time(&row.created_at))
        });
    }
    Ok(datasets)
}

/// All organisations. Those that the second file describes have the acronym, the badges and the description it gives.
pub(crate) fn organizations(path: &Path, answers: Option<&Path>) -> Result<HashMap<ObjectId, Organization>, Failure> {
    let mut rows = csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(reader(path)?);
    let mut organizations = HashMap::new();
    for row in rows.deserialize() {
        let row: HashMap<String, String> = row?;
        let cell = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let Ok(id) = ObjectId::parse(cell("id")) else { continue };
        let mut organization = Organization::new(id, cell("name"), "", None, time(cell("first")));
        organization.metrics =
            Document::new().with("views", number(cell("views"))).with("datasets", number(cell("datasets")));
        organizations.insert(id, organization);
    }
    let Some(answers) = answers else { return Ok(organizations) };
    let mut text = String::new();
    reader(answers)?.read_to_string(&mut text)?;
    for line in text.lines() {
        let answer: serde_json::Value = serde_json::from_str(line)?;
        let text = |name: &str| answer.get(name).and_then(serde_json::Value::as_str);
        let Some(organization) =
            text("id").and_then(|id| ObjectId::parse(id).ok()).and_then(|id| organizations.get_mut(&id))
        else {
            continue;
        };
        organization.acronym = text("acronym").map(ToOwned::to_owned);
        text("description").unwrap_or_default().clone_into(&mut organization.description);
        if let Some(followers) = answer.pointer("/metrics/followers").and_then(serde_json::Value::as_i64) {
            organization.metrics.insert("followers", followers);
        }
        for badge in answer.get("badges").and_then(serde_json::Value::as_array).into_iter().flatten() {
            if let Some(kind) = badge.get("kind").and_then(serde_json::Value::as_str) {
                organization.badges.push(Badge {
                    class: None,
                    kind: kind.to_owned(),
                    created: Timestamp(0),
                    created_by: None,
                    rest: Document::new(),
                });
            }
        }
    }
    Ok(organizations)
}

/// A query that somebody typed, and what they looked for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Asked {
    pub(crate) kind: String,
    pub(crate) query: String,
    pub(crate) expected_id: String,
    in_catalogue_2026: String,
    in_api_json: String,
}

impl Asked {
    /// Is what was looked for in the catalogue?
    pub(crate) fn is_in_catalogue(&self) -> bool {
        self.in_catalogue_2026 == "yes"
    }

    /// Is it in any of the files?
    pub(crate) fn is_answerable(&self) -> bool {
        self.is_in_catalogue() || self.in_api_json == "yes"
    }
}

/// All queries with a known answer.
pub(crate) fn queries(path: &Path) -> Result<Vec<Asked>, Failure> {
    let mut rows = csv::Reader::from_path(path)?;
    Ok(rows.deserialize().collect::<Result<_, _>>()?)
}
