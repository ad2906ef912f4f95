//! Blocks in bodies: read into the stored form, with an id for each.

use std::collections::BTreeMap;

use basalt_app::{AppError, objects::references};
use basalt_domain::{Dataservice, Dataset, Document, FieldError, Invalid, ObjectId, Reuse, Value as Stored, dataset};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    context::Ctx,
    fields::{self, NOT_TEXT, REQUIRED, listed},
};

const WIDTHS: [&str; 5] = ["1/4", "1/3", "1/2", "2/3", "3/4"];
const COLORS: [&str; 3] = ["primary", "green", "purple"];
/// Every class of blocks.
const CLASSES: [&str; 14] = [
    "AccordionListBloc",
    "ButtonBloc",
    "DataserviceBloc",
    "DataservicesListBloc",
    "DatasetBloc",
    "DatasetsListBloc",
    "ExploreBloc",
    "HeroBloc",
    "LinksListBloc",
    "MarkdownBloc",
    "ReuseBloc",
    "ReusesListBloc",
    "SectionBloc",
    "TitleBloc",
];
/// What a page is made of.
const ON_PAGES: [&str; 1] = ["SectionBloc"];
/// What a section is made of.
const IN_SECTIONS: [&str; 9] = [
    "AccordionListBloc",
    "ButtonBloc",
    "DataserviceBloc",
    "DatasetBloc",
    "ExploreBloc",
    "LinksListBloc",
    "MarkdownBloc",
    "ReuseBloc",
    "TitleBloc",
];
/// What the items of an accordion are made of.
const IN_ITEMS: [&str; 7] =
    ["ButtonBloc", "DataserviceBloc", "DatasetBloc", "LinksListBloc", "MarkdownBloc", "ReuseBloc", "TitleBloc"];
/// Titles and subtitles stand in blocks of their own.
const BARE: [(&str, &str, &str); 6] = [
    ("AccordionListBloc", "title", "use a TitleBloc"),
    ("ExploreBloc", "title", "use a TitleBloc"),
    ("ExploreBloc", "subtitle", "use a TitleBloc"),
    ("LinksListBloc", "title", "use a TitleBloc, a MarkdownBloc and a ButtonBloc"),
    ("MarkdownBloc", "title", "use a TitleBloc"),
    ("MarkdownBloc", "subtitle", "use a TitleBloc"),
];
/// Blocks within blocks: more is a mistake.
const MAX_DEPTH: usize = 8;

/// What blocks may be of a class, for summaries of errors: class and id of what has them.
pub type Subject = (&'static str, Option<String>);

/// Blocks of a field of a body, once everything in them was looked at: their parts, what they refer
/// to, where they stand. Error: `Invalid`.
pub async fn read(ctx: &Ctx, subject: &Subject, field: &str, sent: &Value) -> Result<Vec<Stored>, AppError> {
    let mut reader = Reader { ctx, found: References::default(), malformed: None, errors: Vec::new() };
    let blocs = reader.list(field, field, sent, 0);
    let Reader { found, malformed, errors, .. } = reader;
    let invalid = |errors| AppError::Invalid(Invalid { subject: Some(subject.clone()), errors, message: None });
    let blocs = blocs.map_err(|error| invalid(vec![error]))?;
    if let Some(message) = malformed {
        return Err(AppError::body(subject.0, message));
    }
    found.known(ctx).await?;
    stand_well(field, &blocs).map_err(|message| AppError::check(field, message))?;
    if errors.is_empty() { Ok(blocs) } else { Err(invalid(errors)) }
}

/// What blocks refer to.
#[derive(Default)]
struct References {
    /// By the name of the field that refers to them: one, or a list.
    objects: BTreeMap<&'static str, Vec<ObjectId>>,
    resources: Vec<Uuid>,
}

impl References {
    async fn known(&self, ctx: &Ctx) -> Result<(), AppError> {
        let context = &ctx.services().context;
        for (field, ids) in &self.objects {
            match field.trim_end_matches('s') {
                "dataset" => references::known::<Dataset>(context, field, &[], ids).await?,
                "reuse" => references::known::<Reuse>(context, field, &[], ids).await?,
                _ => references::known::<Dataservice>(context, field, &[], ids).await?,
            }
        }
        for id in &self.resources {
            let of_dataset = context.store.datasets.exists(dataset::RESOURCE_ID.eq(id.to_string())).await?;
            if !of_dataset {
                return Err(AppError::check("resource_id", format!("Unknown resource '{id}'")));
            }
        }
        Ok(())
    }
}

struct Reader<'a> {
    ctx: &'a Ctx,
    found: References,
    /// What is told of the first id that is none.
    malformed: Option<String>,
    /// What is told after everything else.
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    /// Blocks; failed checks name the field they are in.
    fn list(&mut self, path: &str, field: &str, sent: &Value, depth: usize) -> Result<Vec<Stored>, FieldError> {
        let items = match sent {
            Value::Null => return Ok(Vec::new()),
            Value::Array(items) => items,
            _ => return Err(FieldError::check(field, "Expected a list")),
        };
        if depth > MAX_DEPTH {
            return Err(FieldError::check(field, "Too deeply nested"));
        }
        let mut blocs = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            blocs.push(Stored::Map(self.bloc(&format!("{path}.{at}"), field, item, depth)?));
        }
        Ok(blocs)
    }

    fn bloc(&mut self, path: &str, field: &str, sent: &Value, depth: usize) -> Result<Document, FieldError> {
        let refused = |message: &str| FieldError::check(field, message);
        let Value::Object(map) = sent else { return Err(refused("Expected an object")) };
        let class = map.get("class").ok_or_else(|| refused("Expected an object with a `class` key"))?;
        let class = class.as_str().filter(|class| CLASSES.contains(class));
        let class = class.ok_or_else(|| refused(&format!("`class` must be one of {}", listed(&CLASSES))))?;
        let mut bloc = Document::new().with("_id", self.ctx.services().context.uuid()).with("_cls", class);
        match class {
            "SectionBloc" => {
                Self::choice(&mut bloc, map, "color", &COLORS)?;
                let inner = map.get("blocs").unwrap_or(&Value::Null);
                bloc.insert("blocs", self.list(&format!("{path}.blocs"), "blocs", inner, depth + 1)?);
                return Ok(bloc);
            }
            "AccordionListBloc" => {
                self.texts(path, &mut bloc, map, &["title", "description"], &[]);
                bloc.insert("items", self.items(path, map.get("items").unwrap_or(&Value::Null), depth)?);
            }
            "LinksListBloc" => {
                let names = ["title", "subtitle", "paragraph", "main_link_title", "main_link_url"];
                self.texts(path, &mut bloc, map, &names, &[]);
                bloc.insert("links", self.links(path, map.get("links").unwrap_or(&Value::Null))?);
            }
            "TitleBloc" => self.texts(path, &mut bloc, map, &["title", "subtitle"], &["title"]),
            "MarkdownBloc" => self.texts(path, &mut bloc, map, &["title", "subtitle", "content"], &["content"]),
            "ButtonBloc" => self.texts(path, &mut bloc, map, &["title", "url"], &["title", "url"]),
            "HeroBloc" => {
                let names = ["title", "description", "main_link_title", "main_link_url"];
                self.texts(path, &mut bloc, map, &names, &["title"]);
                Self::choice(&mut bloc, map, "color", &COLORS)?;
                return Ok(bloc);
            }
            "DatasetBloc" => self.reference(path, &mut bloc, map, "dataset")?,
            "ReuseBloc" => self.reference(path, &mut bloc, map, "reuse")?,
            "DataserviceBloc" => self.reference(path, &mut bloc, map, "dataservice")?,
            "ExploreBloc" => {
                self.texts(path, &mut bloc, map, &["title", "subtitle"], &[]);
                self.resource(path, &mut bloc, map)?;
            }
            _ => {
                self.texts(path, &mut bloc, map, &["title", "subtitle"], &[]);
                self.reference_list(&mut bloc, map, class)?;
                return Ok(bloc);
            }
        }
        Self::choice(&mut bloc, map, "width", &WIDTHS)?;
        Ok(bloc)
    }

    fn items(&mut self, path: &str, sent: &Value, depth: usize) -> Result<Vec<Stored>, FieldError> {
        let mut items = Vec::new();
        for (at, item) in maps("items", sent)?.into_iter().enumerate() {
            let path = format!("{path}.items.{at}");
            let mut stored = Document::new().with("_id", self.ctx.services().context.uuid());
            self.texts(&path, &mut stored, item, &["title"], &["title"]);
            let content = item.get("content").unwrap_or(&Value::Null);
            stored.insert("content", self.list(&format!("{path}.content"), "content", content, depth + 1)?);
            items.push(Stored::Map(stored));
        }
        Ok(items)
    }

    fn links(&mut self, path: &str, sent: &Value) -> Result<Vec<Stored>, FieldError> {
        let mut links = Vec::new();
        for (at, link) in maps("links", sent)?.into_iter().enumerate() {
            let mut stored = Document::new();
            self.texts(&format!("{path}.links.{at}"), &mut stored, link, &["title", "url", "color"], &["title"]);
            links.push(Stored::Map(stored));
        }
        Ok(links)
    }

    /// Texts of these names, of which these must be there.
    fn texts(&mut self, path: &str, to: &mut Document, from: &Map<String, Value>, names: &[&str], required: &[&str]) {
        for name in names {
            match from.get(*name) {
                Some(Value::String(text)) if !text.is_empty() => {
                    to.insert(*name, text.as_str());
                }
                None | Some(Value::Null | Value::String(_)) if required.contains(name) => {
                    self.errors.push(FieldError::stored(format!("{path}.{name}"), REQUIRED));
                }
                None | Some(Value::Null | Value::String(_)) => {}
                Some(_other) => self.errors.push(FieldError::stored(format!("{path}.{name}"), NOT_TEXT)),
            }
        }
    }

    /// One of these texts. The error names the bare part, as udata does.
    fn choice(to: &mut Document, from: &Map<String, Value>, name: &str, known: &[&str]) -> Result<(), FieldError> {
        let text = match from.get(name) {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::String(text)) if text.is_empty() => return Ok(()),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if !known.contains(&text.as_str()) {
            let message = format!("'{text}' is not a valid choice. Valid choices: {}", listed(known));
            return Err(FieldError::check(name, message));
        }
        to.insert(name, text);
        Ok(())
    }

    fn reference(
        &mut self,
        path: &str,
        to: &mut Document,
        from: &Map<String, Value>,
        name: &'static str,
    ) -> Result<(), FieldError> {
        let sent = from.get(name).unwrap_or(&Value::Null);
        if let Err(message) = fields::check_reference(sent) {
            self.malformed.get_or_insert(message);
            return Ok(());
        }
        match fields::read_id(name, sent)? {
            Some(id) => {
                to.insert(name, id);
                self.noted(name, id);
            }
            None => self.errors.push(FieldError::stored(format!("{path}.{name}"), REQUIRED)),
        }
        Ok(())
    }

    fn reference_list(&mut self, to: &mut Document, from: &Map<String, Value>, class: &str) -> Result<(), FieldError> {
        let name = match class {
            "DatasetsListBloc" => "datasets",
            "ReusesListBloc" => "reuses",
            _ => "dataservices",
        };
        let sent = from.get(name).unwrap_or(&Value::Null);
        if let Err(message) = fields::check_reference(sent) {
            self.malformed.get_or_insert(message);
            return Ok(());
        }
        let ids = fields::read_ids(name, sent)?;
        for id in &ids {
            self.noted(name, *id);
        }
        to.insert(name, ids.into_iter().map(Stored::Id).collect::<Vec<_>>());
        Ok(())
    }

    fn noted(&mut self, field: &'static str, id: ObjectId) {
        self.found.objects.entry(field).or_default().push(id);
    }

    fn resource(&mut self, path: &str, to: &mut Document, from: &Map<String, Value>) -> Result<(), FieldError> {
        match from.get("resource_id") {
            None | Some(Value::Null) => {
                self.errors.push(FieldError::stored(format!("{path}.resource_id"), REQUIRED));
            }
            Some(sent) => {
                let text = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
                let refused = |_error| FieldError::check("resource_id", format!("'{text}' is not a valid UUID"));
                let id = Uuid::parse_str(&text).map_err(refused)?;
                self.found.resources.push(id);
                to.insert("resource_id", id);
            }
        }
        Ok(())
    }
}

/// The maps in a list.
fn maps<'a>(name: &str, sent: &'a Value) -> Result<Vec<&'a Map<String, Value>>, FieldError> {
    let items = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err(FieldError::check(name, "Expected a list")),
    };
    items.iter().map(|item| item.as_object().ok_or_else(|| FieldError::check(name, "Expected an object"))).collect()
}

/// Is each block where it may be? Error: the contract's sentence.
fn stand_well(_field: &str, blocs: &[Stored]) -> Result<(), String> {
    let sections = blocs.iter().filter_map(Stored::as_map);
    for section in sections {
        allowed(section, &ON_PAGES)?;
        for bloc in inner(section, "blocs") {
            allowed(bloc, &IN_SECTIONS)?;
            bare(bloc)?;
            for item in inner(bloc, "items") {
                for bloc in inner(item, "content") {
                    allowed(bloc, &IN_ITEMS)?;
                    bare(bloc)?;
                }
            }
        }
    }
    Ok(())
}

fn inner<'a>(map: &'a Document, name: &str) -> impl Iterator<Item = &'a Document> {
    map.get(name).and_then(Stored::as_list).unwrap_or_default().iter().filter_map(Stored::as_map)
}

fn class(bloc: &Document) -> &str {
    bloc.get("_cls").and_then(Stored::as_text).unwrap_or_default()
}

fn allowed(bloc: &Document, known: &[&str]) -> Result<(), String> {
    let class = class(bloc);
    if known.contains(&class) {
        return Ok(());
    }
    Err(format!("{class} is not allowed here, expected one of {}", listed(known)))
}

fn bare(bloc: &Document) -> Result<(), String> {
    let class = class(bloc);
    let wrong = BARE.iter().find(|(of, part, _instead)| *of == class && bloc.get(part).is_some());
    wrong.map_or(Ok(()), |(_of, part, instead)| Err(format!("{class} cannot have {part}, {instead}")))
}
