//! `X-Fields`: which fields of an answer the client wants.

use serde_json::{Map, Value};

use crate::problem::Problem;

/// Nesting beyond this is refused.
const MAX_DEPTH: usize = 16;

/// The fields a client wants: all of them, or those named, each with a mask of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    all: bool,
    fields: Vec<(String, Option<Mask>)>,
}

impl Mask {
    /// Reads `a,b{c,d}` with or without braces around it; `*` is everything. As with udata, what can
    /// stand in no name separates names too.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut tokens = tokens(text).peekable();
        let braced = tokens.next_if_eq(&"{").is_some();
        let mask = Self::list(&mut tokens, braced, 0)?;
        if tokens.next().is_some() { Err(error("Unexpected characters after the mask")) } else { Ok(mask) }
    }

    /// Wants this field of the object, or of the objects of the list?
    pub fn names(&self, field: &str) -> bool {
        let of_items =
            |name: &str, inner: &Option<Self>| name == "data" && inner.as_ref().is_some_and(|inner| inner.names(field));
        self.all || self.fields.iter().any(|(name, inner)| name == field || of_items(name, inner))
    }

    /// The mask of what stands under this name in the object, or in the objects of the list.
    pub fn within(&self, name: &str) -> Option<&Self> {
        let inner_of = |wanted: &str| {
            self.fields.iter().find(|(name, _inner)| name == wanted).and_then(|(_name, inner)| inner.as_ref())
        };
        inner_of(name).or_else(|| inner_of("data")?.within(name))
    }

    /// Keeps of an answer what is wanted. 400 where the mask asks for fields of what has none.
    pub fn apply(&self, value: Value) -> Result<Value, Problem> {
        match value {
            Value::Object(object) => self.apply_to_object(object).map(Value::Object),
            Value::Array(items) => {
                items.into_iter().map(|item| self.apply(item)).collect::<Result<_, _>>().map(Value::Array)
            }
            Value::Null => Ok(Value::Null),
            _ => Err(Problem::bad_request("Mask error: Mask is inconsistent with model")),
        }
    }

    fn apply_to_object(&self, mut object: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        if self.all {
            return Ok(object);
        }
        let mut kept = Map::new();
        for (name, inner) in &self.fields {
            let Some(value) = object.remove(name) else { continue };
            let value = match inner {
                Some(inner) => inner.apply(value)?,
                None => value,
            };
            kept.insert(name.clone(), value);
        }
        Ok(kept)
    }

    /// Brackets around nothing ask for all that is inside.
    fn or_all(mut self) -> Self {
        self.all |= self.fields.is_empty();
        self
    }

    fn list(tokens: &mut Tokens<'_>, braced: bool, depth: usize) -> Result<Self, Problem> {
        if depth > MAX_DEPTH {
            return Err(error("Too deeply nested"));
        }
        let (mut mask, mut named) = (Self::default(), false);
        loop {
            match tokens.next() {
                Some("{") => return Err(error("Unexpected opening bracket")),
                Some("}") if braced => return Ok(mask),
                Some("}") => return Err(error("Unexpected closing bracket")),
                Some(",") if named => named = false,
                Some(",") => return Err(error("Unexpected comma")),
                Some("*") => (mask.all, named) = (true, true),
                Some(name) => {
                    let inner = match tokens.next_if_eq(&"{") {
                        Some(_bracket) => Some(Self::list(tokens, true, depth + 1)?.or_all()),
                        None => None,
                    };
                    mask.fields.push((name.to_owned(), inner));
                    named = true;
                }
                None if braced => return Err(error("Missing closing bracket")),
                None => return Ok(mask),
            }
        }
    }
}

type Tokens<'a> = std::iter::Peekable<Split<'a>>;

/// Brackets, commas and names of a mask.
struct Split<'a>(&'a str);

fn tokens(text: &str) -> Split<'_> {
    Split(text)
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let of_name = |letter: char| letter.is_alphanumeric() || "_:-*".contains(letter);
        let of_token = |letter: char| of_name(letter) || "{},".contains(letter);
        let rest = self.0.trim_start_matches(|letter| !of_token(letter));
        let first = rest.chars().next()?;
        let end = if of_name(first) { rest.find(|letter| !of_name(letter)).unwrap_or(rest.len()) } else { 1 };
        let (token, rest) = rest.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

fn error(message: &str) -> Problem {
    Problem::bad_request(format!("Mask parse error: {message}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masked(mask: &str) -> Value {
        let answer =
            json!({"id": 1, "name": "a", "permissions": {"edit": false, "delete": true}, "data": [{"id": 2, "x": 3}]});
        Mask::parse(mask).unwrap().apply(answer).unwrap()
    }

    #[test]
    fn a_mask_keeps_what_it_names() {
        assert_eq!(masked("id,name"), json!({"id": 1, "name": "a"}));
        assert_eq!(masked("{id,name}"), json!({"id": 1, "name": "a"}));
        assert_eq!(masked("id, permissions{edit}"), json!({"id": 1, "permissions": {"edit": false}}));
        assert_eq!(masked("nope"), json!({}));
        assert_eq!(masked("data{id},name"), json!({"data": [{"id": 2}], "name": "a"}));
        assert_eq!(masked("id,*").as_object().unwrap().len(), 4);
        assert_eq!(masked("permissions{}"), json!({"permissions": {"edit": false, "delete": true}}));
        assert_eq!(masked("id\tname"), json!({"id": 1, "name": "a"}));
        assert_eq!(masked(" id ; name\u{e9} "), json!({"id": 1}));
    }

    #[test]
    fn everything_does_not_ask_for_what_is_left_out_inside() {
        let asks = |mask: &str| Mask::parse(mask).unwrap().within("datasets").is_some_and(|inner| inner.names("more"));
        assert!(asks("datasets{*}") && asks("data{datasets{id,more}}"));
        assert!(!asks("*") && !asks("datasets") && !asks("more") && !asks("datasets{id}"));
    }

    #[test]
    fn a_broken_mask_is_refused() {
        for mask in ["{", "a{b", "a}", "{a}}", "a,,b", ",a", &"a{".repeat(40)] {
            assert_eq!(Mask::parse(mask).unwrap_err().status().as_u16(), 400, "{mask}");
        }
        assert!(Mask::parse("name{x}").unwrap().apply(json!({"name": "a"})).is_err());
    }
}
