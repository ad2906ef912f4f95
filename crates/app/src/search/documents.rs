//! What the index is told of each kind of object.

use basalt_domain::{Dataservice, Dataset, Document, Organization, Owned, Post, Reuse, Timestamp, Topic, User, Value};
use basalt_ports::search::{Number, SearchDocument, SearchKind};

use super::{
    formats,
    importance::{self, Marks},
};

/// Whom an object belongs to, as far as it can be searched by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Producer<'a> {
    /// The organisation.
    pub organization: Option<&'a Organization>,
    /// The user, where there is no organisation.
    pub user: Option<&'a User>,
}

impl Producer<'_> {
    fn names(&self) -> Vec<String> {
        match (self.organization, self.user) {
            (Some(organization), _) => {
                let acronym = organization.acronym.iter().filter(|acronym| !acronym.is_empty());
                std::iter::once(&organization.name).chain(acronym).cloned().collect()
            }
            (None, Some(user)) => vec![format!("{} {}", user.first_name, user.last_name)],
            (None, None) => Vec::new(),
        }
    }

    /// Keys of what belongs to them; whom it belongs to also where they are not known.
    fn keys<E: Owned>(&self, of: &E) -> Vec<(&'static str, String)> {
        let mut keys = Vec::new();
        keys.extend(of.organization().map(|id| ("organization", id.to_string())));
        keys.extend(of.owner().map(|id| ("owner", id.to_string())));
        if let Some(organization) = self.organization {
            keys.push(("organization_name", organization.name.clone()));
            keys.extend(organization.badges.iter().map(|badge| ("organization_badge", badge.kind.clone())));
        }
        keys
    }

    fn types(&self, facets: &mut Vec<(&'static str, String)>) {
        match self.organization {
            Some(organization) => producer_types(organization, facets),
            None if self.user.is_some() => facets.push(("producer_type", "user".into())),
            None => facets.push(("producer_type", "not-specified".into())),
        }
    }

    fn is_trusted(&self) -> bool {
        self.organization.is_some_and(is_trusted)
    }
}

fn is_trusted(organization: &Organization) -> bool {
    organization.has_badge("certified") || organization.has_badge("public-service")
}

/// Kinds of producers, from the badges of an organisation.
fn producer_types(organization: &Organization, facets: &mut Vec<(&'static str, String)>) {
    let before = facets.len();
    for kind in ["association", "company", "local-authority", "public-service"] {
        if organization.has_badge(kind) {
            facets.push(("producer_type", kind.into()));
        }
    }
    if facets.len() == before {
        facets.push(("producer_type", "not-specified".into()));
    }
}

/// A dataset.
pub fn dataset(dataset: &Dataset, producer: Producer<'_>) -> SearchDocument {
    let mut keys = producer.keys(dataset);
    let mut facets = Vec::new();
    producer.types(&mut facets);
    keys.extend(dataset.license.iter().map(|license| ("license", license.clone())));
    keys.extend(dataset.tags.iter().map(|tag| ("tag", tag.clone())));
    if let Some(spatial) = &dataset.spatial {
        keys.extend(spatial.zones.iter().map(|zone| ("geozone", zone.clone())));
        keys.extend(spatial.granularity.iter().map(|granularity| ("granularity", granularity.clone())));
    }
    keys.extend(dataset.schema_names().into_iter().map(|name| ("schema", name.to_owned())));
    keys.extend(dataset.schema.iter().filter_map(|schema| schema.name.clone()).map(|name| ("schema", name)));
    keys.push(("featured", dataset.featured.to_string()));
    let mut formats: Vec<String> = dataset.formats().into_iter().map(str::to_lowercase).collect();
    formats.sort_unstable();
    formats.dedup();
    let mut families: Vec<&str> = formats.iter().map(|format| formats::family(format)).collect();
    families.sort_unstable();
    families.dedup();
    facets.extend(families.into_iter().map(|family| ("format_family", family.to_owned())));
    facets.push(("access_type", dataset.access_type.clone().unwrap_or_else(|| "open".into())));
    facets.extend(dataset.badges.iter().map(|badge| ("badge", badge.kind.clone())));
    let mut numbers = vec![
        (Number::Created, dataset.created_at().millis()),
        (Number::Entered, dataset.created_at_internal.millis()),
        (Number::Updated, dataset.last_update.millis()),
        (Number::Views, metric(&dataset.metrics, "views")),
        (Number::Followers, metric(&dataset.metrics, "followers")),
        (Number::Reuses, metric(&dataset.metrics, "reuses")),
    ];
    if let Some(covered) = &dataset.temporal_coverage {
        let day = |text: Option<&String>| text.and_then(|text| Timestamp::parse(text).ok()).map(Timestamp::millis);
        numbers.extend(day(covered.start.as_ref()).map(|start| (Number::CoversFrom, start)));
        numbers.extend(day(covered.end.as_ref()).map(|end| (Number::CoversTo, end)));
    }
    let mut tags = dataset.tags.clone();
    tags.extend(formats.iter().cloned());
    keys.extend(formats.into_iter().map(|format| ("format", format)));
    let importance = importance::of(&Marks {
        views: metric(&dataset.metrics, "views"),
        reuses: metric(&dataset.metrics, "reuses"),
        followers: metric(&dataset.metrics, "followers"),
        datasets: 0,
        discussions: metric(&dataset.metrics, "discussions"),
        featured: dataset.featured,
        trusted: producer.is_trusted() || dataset.badges.iter().any(|badge| matches!(&*badge.kind, "spd" | "hvd")),
    });
    SearchDocument {
        acronyms: acronyms(dataset.acronym.as_deref()),
        producers: producer.names(),
        tags,
        text: dataset.description.clone(),
        keys,
        facets,
        numbers,
        importance,
        ..SearchDocument::titled(SearchKind::Dataset, dataset.id, dataset.title.clone())
    }
}

/// What an organisation is known for: its most important datasets tell.
#[derive(Clone, Debug, Default)]
pub struct KnownFor {
    /// Their titles.
    pub titles: Vec<String>,
    /// Their most frequent tags.
    pub tags: Vec<String>,
}

impl KnownFor {
    /// What these datasets tell, the most important first.
    pub fn of<'a>(datasets: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Self {
        const TITLES: usize = 20;
        const TAGS: usize = 30;
        let mut titles = Vec::new();
        let mut tags: Vec<(String, usize)> = Vec::new();
        for (title, of) in datasets {
            if titles.len() < TITLES {
                titles.push(title.to_owned());
            }
            for tag in of {
                match tags.iter_mut().find(|(known, _count)| known == tag) {
                    Some((_tag, count)) => *count += 1,
                    None => tags.push((tag.clone(), 1)),
                }
            }
        }
        tags.sort_by_key(|tag| std::cmp::Reverse(tag.1));
        Self { titles, tags: tags.into_iter().take(TAGS).map(|(tag, _count)| tag).collect() }
    }
}

/// An organisation.
pub fn organization(organization: &Organization, known_for: KnownFor) -> SearchDocument {
    let mut keys = Vec::new();
    let mut facets = Vec::new();
    producer_types(organization, &mut facets);
    facets.extend(organization.badges.iter().map(|badge| ("badge", badge.kind.clone())));
    keys.extend(organization.business_number_id.iter().map(|number| ("business_number_id", number.clone())));
    let mut acronyms = acronyms(organization.acronym.as_deref());
    acronyms.extend(organization.business_number_id.clone());
    let mut text = organization.description.clone();
    for title in known_for.titles {
        text.push('\n');
        text.push_str(&title);
    }
    let number = |name| metric(&organization.metrics, name);
    SearchDocument {
        acronyms,
        tags: known_for.tags,
        text,
        keys,
        facets,
        numbers: vec![
            (Number::Created, organization.created_at.millis()),
            (Number::Updated, organization.last_modified.millis()),
            (Number::Views, number("views")),
            (Number::Followers, number("followers")),
            (Number::Reuses, number("reuses")),
            (Number::Datasets, number("datasets")),
        ],
        importance: importance::of(&Marks {
            views: number("views"),
            reuses: number("reuses"),
            followers: number("followers"),
            datasets: number("datasets"),
            discussions: 0,
            featured: false,
            trusted: is_trusted(organization),
        }),
        ..SearchDocument::titled(SearchKind::Organization, organization.id, organization.name.clone())
    }
}

/// A reuse.
pub fn reuse(reuse: &Reuse, producer: Producer<'_>) -> SearchDocument {
    let mut keys = producer.keys(reuse);
    let mut facets = vec![("type", reuse.kind.clone())];
    producer.types(&mut facets);
    facets.extend(reuse.topic.iter().map(|topic| ("topic", topic.clone())));
    facets.extend(reuse.badges.iter().map(|badge| ("badge", badge.kind.clone())));
    keys.extend(reuse.tags.iter().map(|tag| ("tag", tag.clone())));
    keys.push(("featured", (reuse.featured == Some(true)).to_string()));
    keys.push(("archived", reuse.archived.is_some().to_string()));
    let number = |name| metric(&reuse.metrics, name);
    SearchDocument {
        producers: producer.names(),
        tags: reuse.tags.clone(),
        text: reuse.description.clone(),
        keys,
        facets,
        numbers: vec![
            (Number::Created, reuse.created_at.millis()),
            (Number::Updated, reuse.last_modified.millis()),
            (Number::Views, number("views")),
            (Number::Followers, number("followers")),
            (Number::Datasets, number("datasets")),
        ],
        importance: importance::of(&Marks {
            views: number("views"),
            followers: number("followers"),
            featured: reuse.featured == Some(true),
            trusted: producer.is_trusted(),
            ..Marks::default()
        }),
        ..SearchDocument::titled(SearchKind::Reuse, reuse.id, reuse.title.clone())
    }
}

/// A dataservice.
pub fn dataservice(dataservice: &Dataservice, producer: Producer<'_>) -> SearchDocument {
    let mut keys = producer.keys(dataservice);
    let access = dataservice.access_type.clone().unwrap_or_else(|| "open".into());
    keys.push(("is_restricted", (access == "restricted").to_string()));
    let mut facets = vec![("access_type", access)];
    producer.types(&mut facets);
    facets.extend(dataservice.badges.iter().map(|badge| ("badge", badge.kind.clone())));
    keys.extend(dataservice.tags.iter().map(|tag| ("tag", tag.clone())));
    keys.push(("featured", (dataservice.featured == Some(true)).to_string()));
    keys.push(("archived", dataservice.archived_at.is_some().to_string()));
    let number = |name| metric(&dataservice.metrics, name);
    SearchDocument {
        acronyms: acronyms(dataservice.acronym.as_deref()),
        producers: producer.names(),
        tags: dataservice.tags.clone(),
        text: dataservice.description.clone().unwrap_or_default(),
        keys,
        facets,
        numbers: vec![
            (Number::Created, dataservice.created_at.millis()),
            (Number::Updated, dataservice.metadata_modified_at.millis()),
            (Number::Views, number("views")),
            (Number::Followers, number("followers")),
        ],
        importance: importance::of(&Marks {
            views: number("views"),
            reuses: number("reuses"),
            followers: number("followers"),
            featured: dataservice.featured == Some(true),
            trusted: producer.is_trusted(),
            ..Marks::default()
        }),
        ..SearchDocument::titled(SearchKind::Dataservice, dataservice.id, dataservice.title.clone())
    }
}

/// A topic.
pub fn topic(topic: &Topic, producer: Producer<'_>) -> SearchDocument {
    let mut keys = producer.keys(topic);
    let mut facets = Vec::new();
    producer.types(&mut facets);
    keys.extend(topic.tags.iter().map(|tag| ("tag", tag.clone())));
    keys.push(("featured", topic.featured.to_string()));
    SearchDocument {
        producers: producer.names(),
        tags: topic.tags.clone(),
        text: topic.description.clone().unwrap_or_default(),
        keys,
        facets,
        numbers: vec![(Number::Created, topic.created_at.millis()), (Number::Updated, topic.last_modified.millis())],
        importance: importance::of(&Marks {
            featured: topic.featured,
            trusted: producer.is_trusted(),
            ..Marks::default()
        }),
        ..SearchDocument::titled(SearchKind::Topic, topic.id, topic.name.clone())
    }
}

/// A post.
pub fn post(post: &Post) -> SearchDocument {
    let mut text = post.headline.clone().unwrap_or_default();
    text.push('\n');
    text.push_str(post.content.as_deref().unwrap_or_default());
    SearchDocument {
        tags: post.tags.clone(),
        text,
        keys: post.tags.iter().map(|tag| ("tag", tag.clone())).collect(),
        numbers: [
            Some((Number::Created, post.created_at.millis())),
            Some((Number::Updated, post.last_modified.millis())),
            post.published.map(|published| (Number::Published, published.millis())),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..SearchDocument::titled(SearchKind::Post, post.id, post.name.clone())
    }
}

fn acronyms(acronym: Option<&str>) -> Vec<String> {
    acronym.filter(|acronym| !acronym.trim().is_empty()).map(ToOwned::to_owned).into_iter().collect()
}

fn metric(metrics: &Document, name: &str) -> i64 {
    metrics.get(name).and_then(Value::as_int).unwrap_or_default().max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_known_for_its_frequent_tags() {
        let tags = [vec!["a".to_owned(), "b".to_owned()], vec!["b".to_owned()]];
        let known = KnownFor::of([("One", tags[0].as_slice()), ("Two", tags[1].as_slice())]);
        assert_eq!((known.titles, known.tags), (vec!["One".into(), "Two".into()], vec!["b".into(), "a".into()]));
    }
}
