//! Forms as tables: each field of a request body declared once, read and documented from there.

use basalt_domain::{Document, FieldError, ObjectId, Timestamp, slug, tags, validation};
use schemars::{Schema, json_schema};
use serde_json::{Map, Number, Value, json};

pub use crate::sent_ids::{check_reference, owner_wish, read_id, read_ids};

/// A check of a text that was given.
pub type Check = fn(&str) -> Result<(), &'static str>;

/// One field that a request may set on an entity.
pub struct FormField<E: 'static> {
    /// Its name in the body.
    pub name: &'static str,
    setter: Setter<E>,
    max: usize,
    check: Option<Check>,
}

enum Setter<E> {
    Required(fn(&mut E) -> &mut String),
    RequiredUrl(fn(&mut E) -> &mut String),
    Text(fn(&mut E) -> &mut Option<String>),
    Url(fn(&mut E) -> &mut Option<String>),
    Choice(fn(&mut E) -> &mut Option<String>, &'static [&'static str]),
    Color(fn(&mut E) -> &mut Option<String>),
    Number(fn(&mut E) -> &mut Option<i64>, i64, i64),
    Pick(fn(&mut E) -> &mut String, &'static [&'static str]),
    PickOptional(fn(&mut E) -> &mut Option<String>, &'static [&'static str]),
    Flag(fn(&mut E) -> &mut bool),
    FlagOptional(fn(&mut E) -> &mut Option<bool>),
    Float(fn(&mut E) -> &mut Option<f64>),
    Tags(fn(&mut E) -> &mut Vec<String>),
    Texts(fn(&mut E) -> &mut Vec<String>),
    Id(fn(&mut E) -> &mut Option<ObjectId>),
    Ids(fn(&mut E) -> &mut Vec<ObjectId>),
    Named(fn(&mut E) -> &mut Option<String>),
    Time(fn(&mut E) -> &mut Option<Timestamp>),
    Map(fn(&mut E) -> &mut Document),
    Extras(fn(&mut E) -> &mut Document),
}

/// What udata says of a missing value.
pub const REQUIRED: &str = "Field is required";
/// What udata says of what should be a text.
pub const NOT_TEXT: &str = "StringField only accepts string values";
/// What udata says of what should be a list.
pub const NOT_LIST: &str = "Only lists and tuples may be used in a list field";
const NOT_FLAG: &str = "BooleanField only accepts boolean values";
const NOT_NUMBER: &str = "FloatField only accepts float and integer values";
const TOO_LONG: &str = "String value is too long";
const TOO_LARGE: &str = "Integer value is too large";
/// What udata says of an extra that is null; it could not store it.
pub const NULL_EXTRA: &str = "Value should be an instance of: str, int, float, bool, datetime, date, list, dict";

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) => $setter:expr;)*) => { $(
        $(#[$doc])*
        pub const fn $name(name: &'static str, $($arg: $type),*) -> Self {
            Self { name, setter: $setter, max: usize::MAX, check: None }
        }
    )* };
}

impl<E> FormField<E> {
    constructors! {
        /// Text that may not be cleared.
        required(place: fn(&mut E) -> &mut String) => Setter::Required(place);
        /// A web address that may not be cleared.
        required_url(place: fn(&mut E) -> &mut String) => Setter::RequiredUrl(place);
        /// Text.
        text(place: fn(&mut E) -> &mut Option<String>) => Setter::Text(place);
        /// A web address.
        url(place: fn(&mut E) -> &mut Option<String>) => Setter::Url(place);
        /// One of these texts.
        choice(place: fn(&mut E) -> &mut Option<String>, values: &'static [&'static str]) => Setter::Choice(place, values);
        /// `#rrggbb`.
        color(place: fn(&mut E) -> &mut Option<String>) => Setter::Color(place);
        /// A whole number between these, both included.
        number(place: fn(&mut E) -> &mut Option<i64>, least: i64, most: i64) => Setter::Number(place, least, most);
        /// One of these texts, which may not be cleared; others are refused by a check.
        pick(place: fn(&mut E) -> &mut String, values: &'static [&'static str]) => Setter::Pick(place, values);
        /// One of these texts or none; others are refused by a check.
        pick_optional(place: fn(&mut E) -> &mut Option<String>, values: &'static [&'static str]) =>
            Setter::PickOptional(place, values);
        /// True, false or neither.
        flag_optional(place: fn(&mut E) -> &mut Option<bool>) => Setter::FlagOptional(place);
        /// A number.
        float(place: fn(&mut E) -> &mut Option<f64>) => Setter::Float(place);
        /// Tags: made into slugs, each once, in order.
        tags(place: fn(&mut E) -> &mut Vec<String>) => Setter::Tags(place);
        /// Texts as they are sent.
        texts(place: fn(&mut E) -> &mut Vec<String>) => Setter::Texts(place);
        /// A reference: an id or `{"id": …}`. Whether it is well formed, [`check_ids`] tells before.
        id(place: fn(&mut E) -> &mut Option<ObjectId>) => Setter::Id(place);
        /// A list of references.
        ids(place: fn(&mut E) -> &mut Vec<ObjectId>) => Setter::Ids(place);
        /// A reference to something whose id is a text.
        named(place: fn(&mut E) -> &mut Option<String>) => Setter::Named(place);
        /// True or false.
        flag(place: fn(&mut E) -> &mut bool) => Setter::Flag(place);
        /// A point in time.
        time(place: fn(&mut E) -> &mut Option<Timestamp>) => Setter::Time(place);
        /// A map of anything.
        map(place: fn(&mut E) -> &mut Document) => Setter::Map(place);
        /// A map of anything but null.
        extras(place: fn(&mut E) -> &mut Document) => Setter::Extras(place);
    }

    /// No longer than this, in characters.
    #[must_use]
    pub const fn max(mut self, characters: usize) -> Self {
        self.max = characters;
        self
    }

    /// Checked so, when given.
    #[must_use]
    pub const fn checked(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    fn apply(&self, value: &Value, entity: &mut E) -> Result<(), FieldError> {
        let stored = |message: &str| FieldError::stored(self.name, message);
        match &self.setter {
            Setter::Required(place) => {
                *place(entity) = self.read_text(value)?.ok_or_else(|| stored(REQUIRED))?;
            }
            Setter::RequiredUrl(place) => {
                *place(entity) = self.read_address(value)?.ok_or_else(|| stored(REQUIRED))?;
            }
            Setter::Text(place) => *place(entity) = self.read_text(value)?,
            Setter::Url(place) => *place(entity) = self.read_address(value)?,
            Setter::Choice(place, values) => {
                let text = self.read_text(value)?;
                if text.as_deref().is_some_and(|text| !values.contains(&text)) {
                    return Err(stored(&format!("Value must be one of {}", listed(values))));
                }
                *place(entity) = text;
            }
            Setter::Pick(place, values) => {
                *place(entity) = self.read_choice(value, values)?.ok_or_else(|| stored(REQUIRED))?;
            }
            Setter::PickOptional(place, values) => *place(entity) = self.read_choice(value, values)?,
            Setter::FlagOptional(place) => match value {
                Value::Null => *place(entity) = None,
                Value::Bool(flag) => *place(entity) = Some(*flag),
                _ => return Err(stored(NOT_FLAG)),
            },
            Setter::Float(place) => match value {
                Value::Null => *place(entity) = None,
                Value::Number(number) => *place(entity) = number.as_f64(),
                _ => return Err(stored(NOT_NUMBER)),
            },
            Setter::Tags(place) => *place(entity) = read_tags(value).map_err(|message| stored(&message))?,
            Setter::Texts(place) => *place(entity) = read_texts(self.name, value)?,
            Setter::Id(place) => *place(entity) = read_id(self.name, value)?,
            Setter::Ids(place) => *place(entity) = read_ids(self.name, value)?,
            Setter::Named(place) => *place(entity) = read_named(self.name, value)?,
            Setter::Color(place) => {
                let text = self.read_text(value)?;
                if text.as_deref().is_some_and(|text| !is_color(text)) {
                    return Err(stored("String value did not match validation regex"));
                }
                *place(entity) = text;
            }
            Setter::Number(place, least, most) => {
                let number = read_number(value).map_err(|message| stored(&message))?;
                match number {
                    Some(number) if number < *least => return Err(stored("Integer value is too small")),
                    Some(number) if number > *most => return Err(stored(TOO_LARGE)),
                    number => *place(entity) = number,
                }
            }
            Setter::Flag(place) => match value {
                Value::Null => *place(entity) = false,
                Value::Bool(flag) => *place(entity) = *flag,
                _ => return Err(stored(NOT_FLAG)),
            },
            Setter::Time(place) => {
                *place(entity) = read_time(value).map_err(|message| stored(&message))?;
            }
            Setter::Map(place) => *place(entity) = read_map(value).map_err(stored)?,
            Setter::Extras(place) => {
                if let Some(name) = null_extras(value).next() {
                    return Err(FieldError::stored(format!("{}.{name}", self.name), NULL_EXTRA));
                }
                *place(entity) = read_map(value).map_err(stored)?;
            }
        }
        Ok(())
    }

    /// One of the known texts; null and blank ones are none.
    fn read_choice(&self, value: &Value, values: &[&str]) -> Result<Option<String>, FieldError> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if values.contains(&text.as_str()) {
            return Ok(Some(text));
        }
        let message = format!("'{text}' is not a valid choice. Valid choices: {}", listed(values));
        Err(FieldError::check(self.name, message))
    }

    /// The address that was given, without blanks around it; null and blank texts are none.
    fn read_address(&self, value: &Value) -> Result<Option<String>, FieldError> {
        let Some(text) = self.read_text(value)? else { return Ok(None) };
        let address = text.trim();
        if !is_web_address(address) {
            return Err(FieldError::stored(self.name, format!("Invalid URL \"{address}\"")));
        }
        Ok(Some(address.to_owned()))
    }

    /// The text that was given; null and blank texts are none.
    fn read_text(&self, value: &Value) -> Result<Option<String>, FieldError> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => text,
            _ => return Err(FieldError::stored(self.name, NOT_TEXT)),
        };
        if self.max != usize::MAX && text.chars().count() > self.max {
            return Err(FieldError::stored(self.name, TOO_LONG));
        }
        if let Some(check) = self.check {
            check(text).map_err(|message| FieldError::check(self.name, message))?;
        }
        Ok(Some(text.clone()))
    }

    fn schema(&self) -> Schema {
        let text = json!(["string", "null"]);
        let mut schema = match &self.setter {
            Setter::Required(_) => json_schema!({"type": "string", "minLength": 1}),
            Setter::RequiredUrl(_) => json_schema!({"type": "string", "format": "uri"}),
            Setter::Text(_) => json_schema!({"type": text}),
            Setter::Url(_) => json_schema!({"type": text, "format": "uri"}),
            Setter::Choice(_, values) | Setter::PickOptional(_, values) => {
                let values: Vec<Value> = values.iter().map(|value| json!(value)).chain([Value::Null]).collect();
                json_schema!({"enum": values})
            }
            Setter::Pick(_, values) => json_schema!({"enum": values}),
            Setter::Float(_) => json_schema!({"type": ["number", "null"]}),
            Setter::Tags(_) => json_schema!({"type": ["array", "string", "null"], "items": {"type": "string"}}),
            Setter::Texts(_) => json_schema!({"type": ["array", "null"], "items": {"type": "string"}}),
            Setter::Id(_) | Setter::Named(_) => reference_schema(),
            Setter::Ids(_) => json_schema!({"type": ["array", "null"], "items": reference_schema().to_value()}),
            Setter::Color(_) => json_schema!({"type": text, "pattern": "^#[0-9a-fA-F]{6}$"}),
            Setter::Number(_, least, most) => {
                json_schema!({"type": ["integer", "null"], "minimum": least, "maximum": most})
            }
            Setter::Flag(_) | Setter::FlagOptional(_) => json_schema!({"type": ["boolean", "null"]}),
            Setter::Time(_) => json_schema!({"type": text, "format": "date-time"}),
            Setter::Map(_) | Setter::Extras(_) => json_schema!({"type": ["object", "null"]}),
        };
        if self.max != usize::MAX {
            schema.insert("maxLength".into(), self.max.into());
        }
        schema
    }
}

/// Applies a body to an entity: absent fields stay, unknown ones are ignored, all errors are told.
pub fn apply<E>(fields: &[FormField<E>], body: &Map<String, Value>, entity: &mut E) -> Vec<FieldError> {
    let given = fields.iter().filter_map(|field| body.get(field.name).map(|value| (field, value)));
    given.filter_map(|(field, value)| field.apply(value, entity).err()).collect()
}

/// Errors about required fields that a new entity still lacks.
pub fn missing<E>(fields: &[FormField<E>], body: &Map<String, Value>) -> Vec<FieldError> {
    let required = fields
        .iter()
        .filter(|field| matches!(field.setter, Setter::Required(_) | Setter::RequiredUrl(_) | Setter::Pick(..)));
    let absent = required.filter(|field| !body.contains_key(field.name));
    absent.map(|field| FieldError::stored(field.name, REQUIRED)).collect()
}

/// Every id among the references of a body is well formed. Error: the contract's sentence about the
/// first that is not; it is about the body as a whole.
pub fn check_ids<E>(fields: &[FormField<E>], body: &Map<String, Value>) -> Result<(), String> {
    let is_blank = |sent: &Value| sent.as_str().is_some_and(|text| text.trim().is_empty());
    let mut sent = fields.iter().filter_map(|field| match (&field.setter, body.get(field.name)?) {
        (Setter::Id(_), sent) => Some(sent),
        (Setter::Ids(_), sent) if !is_blank(sent) => Some(sent),
        _ => None,
    });
    sent.try_for_each(check_reference)
}

/// A reference to something whose id is a text; null and the empty text are none.
fn read_named(name: &str, sent: &Value) -> Result<Option<String>, FieldError> {
    let text = match sent {
        Value::Null => return Ok(None),
        Value::String(text) => Some(text),
        Value::Object(map) => match map.get("id") {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    let text = text.ok_or_else(|| FieldError::check(name, "Expected a reference id"))?;
    Ok(Some(text.clone()).filter(|text| !text.is_empty()))
}

fn read_tags(sent: &Value) -> Result<Vec<String>, String> {
    let texts: Vec<&str> = match sent {
        Value::Null => Vec::new(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().map(|item| item.as_str().ok_or(NOT_TEXT)).collect::<Result<_, _>>()?,
        _ => return Err(NOT_LIST.into()),
    };
    let mut made: Vec<String> = texts.into_iter().map(slug::slugify).collect();
    made.sort_unstable();
    made.dedup();
    tags::check(&made)?;
    Ok(made)
}

/// Texts as they were sent; null is none.
pub fn read_texts(name: &str, sent: &Value) -> Result<Vec<String>, FieldError> {
    let items = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err(FieldError::stored(name, NOT_LIST)),
    };
    let text = |(at, item): (usize, &Value)| match item {
        Value::String(text) => Ok(text.clone()),
        _ => Err(FieldError::stored(format!("{name}.{at}"), NOT_TEXT)),
    };
    items.iter().enumerate().map(text).collect()
}

fn reference_schema() -> Schema {
    json_schema!({"anyOf": [
        {"type": "string"}, {"type": "object", "properties": {"id": {"type": "string"}}}, {"type": "null"}
    ]})
}

/// Applies a body; errors stand in the order of declaration, as the contract's summary names them.
pub fn applied<E>(
    fields: &[FormField<E>],
    body: &Map<String, Value>,
    entity: &mut E,
    creates: bool,
) -> Result<(), Vec<FieldError>> {
    let mut errors = if creates { missing(fields, body) } else { Vec::new() };
    errors.extend(apply(fields, body, entity));
    let first = |error: &FieldError| error.path.split('.').next().unwrap_or_default().to_owned();
    errors.sort_by_key(|error| fields.iter().position(|field| field.name == first(error)));
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The schema of a body with these fields.
pub fn schema<E>(fields: &[FormField<E>]) -> Schema {
    json_schema!({"type": "object", "properties": properties(fields)})
}

/// The schemas of these fields, by name.
pub fn properties<E>(fields: &[FormField<E>]) -> Map<String, Value> {
    fields.iter().map(|field| (field.name.to_owned(), field.schema().to_value())).collect()
}

fn read_number(value: &Value) -> Result<Option<i64>, String> {
    let refused = || {
        let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{told} could not be converted to int")
    };
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(i64::from(*flag))),
        Value::Number(number) => whole(number).map(Some).ok_or_else(|| TOO_LARGE.to_owned()),
        Value::String(text) => text.trim().parse().map(Some).map_err(|_error| refused()),
        _ => Err(refused()),
    }
}

/// The whole part of a number; `None` where it has more digits than can be stored.
pub fn whole(number: &Number) -> Option<i64> {
    /// All whole numbers below this have a place in 64 bits.
    const LIMIT: f64 = 9_223_372_036_854_775_807.0;
    #[expect(clippy::cast_possible_truncation, reason = "fractions are cut, as udata does")]
    let cut = || number.as_f64().filter(|number| number.abs() < LIMIT).map(|number| number as i64);
    number.as_i64().or_else(cut)
}

/// A date as udata accepts it; null is none.
pub fn read_time(value: &Value) -> Result<Option<Timestamp>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Timestamp::parse(text).map(Some).map_err(|error| error.to_string()),
        other => Err(format!("cannot parse date \"{other}\"")),
    }
}

/// A map of anything; null is an empty one.
pub fn read_map(value: &Value) -> Result<Document, &'static str> {
    match value {
        Value::Null => Ok(Document::new()),
        Value::Object(map) => {
            check_keys(value)?;
            Ok(map.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        _ => Err("Only dictionaries may be used in a DictField"),
    }
}

/// Names of those that are null, of extras.
pub fn null_extras(sent: &Value) -> impl Iterator<Item = &String> {
    sent.as_object().into_iter().flatten().filter(|(_name, value)| value.is_null()).map(|(name, _value)| name)
}

/// Refuses keys, at any depth, that databases would take for operators or could not store.
fn check_keys(value: &Value) -> Result<(), &'static str> {
    match value {
        Value::Object(map) => map.iter().try_for_each(|(key, inner)| {
            if key.starts_with('$') {
                return Err("Invalid dictionary key name - keys may not startswith \"$\" characters");
            }
            if key.contains('\0') {
                return Err("Invalid dictionary key name - keys may not contain null characters");
            }
            check_keys(inner)
        }),
        Value::Array(items) => items.iter().try_for_each(check_keys),
        _ => Ok(()),
    }
}

/// A client's JSON as a stored value: what looks like an id or a date stays the text or map it is.
pub fn plain(value: &Value) -> basalt_domain::Value {
    use basalt_domain::Value as Stored;
    match value {
        Value::Null => Stored::Null,
        Value::Bool(flag) => Stored::Bool(*flag),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Stored::Float(number.as_f64().unwrap_or(0.0)), Stored::Int)
        }
        Value::String(text) => Stored::Text(text.clone()),
        Value::Array(items) => Stored::List(items.iter().map(plain).collect()),
        Value::Object(map) => Stored::Map(map.iter().map(|(name, value)| (name.clone(), plain(value))).collect()),
    }
}

/// `['a', 'b']`, as Python writes it.
pub fn listed(values: &[&str]) -> String {
    format!("['{}']", values.join("', '"))
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// An address of the web or of a file server, with a host.
pub fn is_web_address(text: &str) -> bool {
    let Ok(address) = url::Url::parse(text) else { return false };
    matches!(address.scheme(), "http" | "https" | "ftp" | "ftps")
        && address.host_str().is_some_and(|host| host.contains('.') || host.contains(':') || host == "localhost")
        && !text.contains(char::is_whitespace)
}

/// Names of persons hold no address.
pub fn no_urls(text: &str) -> Result<(), &'static str> {
    if validation::holds_url(text) { Err("URLs not allowed in this field") } else { Ok(()) }
}

/// An e-mail address.
pub fn email(text: &str) -> Result<(), &'static str> {
    if validation::is_email(text) { Ok(()) } else { Err("Invalid email address") }
}
