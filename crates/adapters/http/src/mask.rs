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
    /// Reads `a,b{c,d}` with or without braces around it; `*` is everything.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut rest = text.trim();
        if let Some(inner) = rest.strip_prefix('{') {
            rest = inner;
            let mask = Self::list(&mut rest, true, 0)?;
            return if rest.trim().is_empty() { Ok(mask) } else { Err(error("Unexpected characters after the mask")) };
        }
        Self::list(&mut rest, false, 0)
    }

    /// Wants this field of the object, or of the objects of the list?
    pub fn names(&self, field: &str) -> bool {
        let of_items =
            |name: &str, inner: &Option<Self>| name == "data" && inner.as_ref().is_some_and(|inner| inner.names(field));
        self.all || self.fields.iter().any(|(name, inner)| name == field || of_items(name, inner))
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

    fn list(rest: &mut &str, braced: bool, depth: usize) -> Result<Self, Problem> {
        if depth > MAX_DEPTH {
            return Err(error("Too deeply nested"));
        }
        let mut mask = Self::default();
        loop {
            let end = rest.find([',', '{', '}']).unwrap_or(rest.len());
            let (name, tail) = rest.split_at(end);
            let name = name.trim();
            *rest = tail;
            let inner = if rest.starts_with('{') {
                *rest = rest.get(1..).unwrap_or_default();
                let inner = Self::list(rest, true, depth + 1)?;
                *rest = rest.trim_start();
                Some(inner)
            } else {
                None
            };
            match name {
                "" if inner.is_some() => return Err(error("Unexpected opening bracket")),
                "" if rest.starts_with(',') => return Err(error("Unexpected comma")),
                "" => {}
                "*" => mask.all = true,
                name => mask.fields.push((name.to_owned(), inner)),
            }
            match rest.chars().next() {
                Some(',') => *rest = rest.get(1..).unwrap_or_default(),
                Some('}') if braced => {
                    *rest = rest.get(1..).unwrap_or_default();
                    return Ok(mask);
                }
                Some('}') => return Err(error("Unexpected closing bracket")),
                Some(_other) => {}
                None if braced => return Err(error("Missing closing bracket")),
                None => return Ok(mask),
            }
        }
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
    }

    #[test]
    fn a_broken_mask_is_refused() {
        for mask in ["{", "a{b", "a}", "{a}}", "a,,b", ",a", &"a{".repeat(40)] {
            assert_eq!(Mask::parse(mask).unwrap_err().status().as_u16(), 400, "{mask}");
        }
        assert!(Mask::parse("name{x}").unwrap().apply(json!({"name": "a"})).is_err());
    }
}
