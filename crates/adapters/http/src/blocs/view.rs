//! Answers about blocks: each part of a class, and what the block refers to as a card.

use std::collections::HashMap;

use basalt_domain::{Dataservice, Dataset, Document, ObjectId, Reuse, Value as Stored};
use basalt_ports::Kept;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{
    context::Ctx,
    problem::Problem,
    v1::{narrowing, objects::Shown, references::PlainValue},
};

/// What is shown of a dataset in a block.
const DATASET: [&str; 16] = [
    "acronym",
    "archived",
    "badges",
    "description",
    "id",
    "last_update",
    "metrics",
    "organization",
    "owner",
    "page",
    "private",
    "quality",
    "slug",
    "tags",
    "title",
    "uri",
];
/// What is shown of a reuse in a block.
const REUSE: [&str; 19] = [
    "badges",
    "created_at",
    "description",
    "id",
    "image",
    "image_thumbnail",
    "last_modified",
    "metrics",
    "organization",
    "owner",
    "page",
    "private",
    "slug",
    "tags",
    "title",
    "topic",
    "type",
    "uri",
    "url",
];
/// What is shown of a dataservice in a block.
const DATASERVICE: [&str; 17] = [
    "acronym",
    "badges",
    "base_api_url",
    "created_at",
    "description",
    "format",
    "id",
    "metadata_modified_at",
    "metrics",
    "organization",
    "owner",
    "private",
    "self_api_url",
    "self_web_url",
    "slug",
    "tags",
    "title",
];

/// Blocks as the interface shows them.
#[derive(Clone, Default)]
pub struct Blocs(Vec<Value>);

impl Serialize for Blocs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl JsonSchema for Blocs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Blocs".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": {"type": "object"}})
    }
}

/// What blocks of an answer refer to, loaded once for all: three reads at most.
#[derive(Default)]
pub struct Cards(HashMap<ObjectId, Value>);

impl Cards {
    /// For these blocks: what the caller may know of.
    pub async fn of(ctx: &Ctx, blocs: &[Stored]) -> Result<Self, Problem> {
        let mut ids: HashMap<&str, Vec<ObjectId>> = HashMap::new();
        for bloc in blocs {
            collect(bloc, &mut ids);
        }
        let mut cards = HashMap::new();
        let mut ids_of = |name| ids.remove(name).unwrap_or_default();
        add::<Dataset>(ctx, &ids_of("dataset"), &DATASET, &mut cards).await?;
        add::<Reuse>(ctx, &ids_of("reuse"), &REUSE, &mut cards).await?;
        add::<Dataservice>(ctx, &ids_of("dataservice"), &DATASERVICE, &mut cards).await?;
        Ok(Self(cards))
    }

    /// The answer about these blocks.
    pub fn show(&self, blocs: &[Stored]) -> Blocs {
        Blocs(blocs.iter().filter_map(Stored::as_map).map(|bloc| self.bloc(bloc)).collect())
    }

    fn bloc(&self, bloc: &Document) -> Value {
        let class = bloc.get("_cls").and_then(Stored::as_text).unwrap_or_default();
        let mut shown = Map::new();
        for name in parts(class) {
            shown.insert((*name).to_owned(), Value::Null);
        }
        for (name, value) in bloc.iter() {
            let (name, value) = match name.as_str() {
                "_cls" => ("class", plain(value)),
                "_id" => ("id", plain(value)),
                "blocs" | "content" if value.as_list().is_some() => (name.as_str(), self.list(value)),
                "items" => ("items", self.list(value)),
                "dataset" | "reuse" | "dataservice" => (name.as_str(), self.card(value)),
                "datasets" | "reuses" | "dataservices" => {
                    let cards = value.as_list().unwrap_or_default().iter().map(|id| self.card(id));
                    (name.as_str(), cards.filter(|card| !card.is_null()).collect())
                }
                "links" => ("links", value.as_list().unwrap_or_default().iter().map(link).collect()),
                _ => (name.as_str(), plain(value)),
            };
            shown.insert(name.to_owned(), value);
        }
        Value::Object(shown)
    }

    fn list(&self, value: &Stored) -> Value {
        value.as_list().unwrap_or_default().iter().filter_map(Stored::as_map).map(|bloc| self.bloc(bloc)).collect()
    }

    fn card(&self, id: &Stored) -> Value {
        id.as_id().and_then(|id| self.0.get(&id).cloned()).unwrap_or(Value::Null)
    }
}

/// The parts of a class that are shown also where they are not there.
fn parts(class: &str) -> &'static [&'static str] {
    match class {
        "TitleBloc" => &["subtitle", "title", "width"],
        "MarkdownBloc" => &["content", "subtitle", "title", "width"],
        "ButtonBloc" => &["title", "url", "width"],
        "DatasetBloc" => &["dataset", "width"],
        "ReuseBloc" => &["reuse", "width"],
        "DataserviceBloc" => &["dataservice", "width"],
        "ExploreBloc" => &["resource_id", "subtitle", "title", "width"],
        "LinksListBloc" => &["links", "main_link_title", "main_link_url", "paragraph", "subtitle", "title", "width"],
        "AccordionListBloc" => &["description", "items", "title", "width"],
        "HeroBloc" => &["color", "description", "main_link_title", "main_link_url", "title"],
        "SectionBloc" => &["blocs", "color"],
        "DatasetsListBloc" | "ReusesListBloc" | "DataservicesListBloc" => &["subtitle", "title"],
        _ => &[],
    }
}

fn link(stored: &Stored) -> Value {
    let part = |name: &str| stored.as_map().and_then(|map| map.get(name)).map_or(Value::Null, plain);
    json!({"color": part("color"), "title": part("title"), "url": part("url")})
}

fn plain(value: &Stored) -> Value {
    serde_json::to_value(PlainValue(value)).unwrap_or_default()
}

/// Ids by what refers to them.
fn collect<'a>(value: &'a Stored, ids: &mut HashMap<&'a str, Vec<ObjectId>>) {
    match value {
        Stored::Map(map) => {
            for (name, inner) in map.iter() {
                let one = name.strip_suffix('s').unwrap_or(name);
                match inner {
                    Stored::Id(id) => ids.entry(one).or_default().push(*id),
                    Stored::List(items) if items.iter().any(|item| item.as_id().is_some()) => {
                        ids.entry(one).or_default().extend(items.iter().filter_map(Stored::as_id));
                    }
                    inner => collect(inner, ids),
                }
            }
        }
        Stored::List(items) => {
            for item in items {
                collect(item, ids);
            }
        }
        _ => {}
    }
}

async fn add<E: Shown + Kept>(
    ctx: &Ctx,
    ids: &[ObjectId],
    names: &[&str],
    cards: &mut HashMap<ObjectId, Value>,
) -> Result<(), Problem> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = narrowing::known::<E>(ctx, ids).await?;
    let around = E::around(ctx, &rows.iter().map(|row| &row.value).collect::<Vec<_>>()).await?;
    for row in &rows {
        let whole = serde_json::to_value(E::view(ctx, &row.value, &around)).unwrap_or_default();
        let Value::Object(whole) = whole else { continue };
        let card: Map<String, Value> =
            whole.into_iter().filter(|(name, _value)| names.contains(&name.as_str())).collect();
        cards.insert(*row.value.id(), Value::Object(card));
    }
    Ok(())
}
