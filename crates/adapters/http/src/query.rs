//! Parameters of the query, read as udata reads them.

use basalt_domain::ObjectId;
use basalt_ports::PageRequest;

use crate::problem::Problem;

/// More values of one name than this are not read: each may become a condition of its own.
const MAX_VALUES: usize = 100;

/// The decoded parameters of a query, in their order.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the part of an address behind `?`.
    pub fn parse(query: &str) -> Self {
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _value)| key == name).map(|(_key, value)| value.as_str())
    }

    /// The first value of this name, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The values of this name, as many as a query to a database bears.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _value)| key == name).map(|(_key, value)| value.as_str()).take(MAX_VALUES)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Which page of which size; a size over the cap is the cap. 400 for less than 1.
    pub fn page(&self, default_size: u64, cap: u64) -> Result<PageRequest, Problem> {
        let page = self.positive("page", "The page to fetch", 1)?;
        let size = self.positive("page_size", "The page size to fetch", default_size)?;
        Ok(PageRequest::new(page, size.min(cap)))
    }

    fn positive(&self, name: &str, help: &str, default: u64) -> Result<u64, Problem> {
        let Some(text) = self.get(name) else { return Ok(default) };
        // A `+` of a query that was not encoded is a blank.
        let number = text.trim();
        let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::parameter(name, format!("{help} {text} is not a valid integer")));
        }
        match number.parse::<i64>() {
            // Beyond any list there is: the page after the last.
            Err(_too_large) if !number.starts_with('-') => Ok(u64::MAX >> 1),
            Ok(number) if number > 0 => Ok(number.unsigned_abs()),
            _ => Err(Problem::parameter(
                name,
                format!("{help} Invalid {name}: {text}. {name} must be a positive integer"),
            )),
        }
    }

    /// The sort key without sign and whether it descends; 400 for one that is not among `known`.
    pub fn sort<T>(&self, known: impl Fn(&str) -> Option<T>) -> Result<Option<(T, bool)>, Problem> {
        let Some(text) = self.get("sort") else { return Ok(None) };
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let key = known(name).ok_or_else(|| {
            let said = "The field (and direction) on which sorting apply";
            Problem::parameter("sort", format!("{said} The value '{text}' is not a valid choice for 'sort'."))
        })?;
        Ok(Some((key, descending)))
    }

    /// True or false in any case, 1 or 0; empty is false. 400 for anything else.
    pub fn boolean(&self, name: &str, help: &str) -> Result<Option<bool>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" | "" => Ok(Some(false)),
            _ => {
                let space = if help.is_empty() { "" } else { " " };
                Err(Problem::parameter(name, format!("{help}{space}Invalid literal for boolean(): {text}")))
            }
        }
    }

    /// An id; 400 for what is none.
    pub fn id(&self, name: &str) -> Result<Option<ObjectId>, Problem> {
        let Some(text) = self.filled(name) else { return Ok(None) };
        ObjectId::parse(text)
            .map(Some)
            .map_err(|_error| Problem::bad_request(format!("`{name}` must be an identifier")))
    }

    /// An id, as the older filters and the searches read it; 400 for what is none names it so.
    pub fn argument(&self, name: &str, told: &str) -> Result<Option<ObjectId>, Problem> {
        let Some(text) = self.filled(name) else { return Ok(None) };
        let refused = |_error| Problem::bad_request(format!("{told} arg must be an identifier"));
        ObjectId::parse(text).map(Some).map_err(refused)
    }

    /// A text that must be there; 400 without it.
    pub fn required(&self, name: &str, help: &str) -> Result<&str, Problem> {
        self.get(name)
            .ok_or_else(|| Problem::parameter(name, format!("{help} Missing required parameter in the query string")))
    }

    /// How many suggestions: 0 means all, up to the cap.
    pub fn size(&self, default: u64, cap: u64) -> Result<u64, Problem> {
        const HELP: &str = "The amount of suggestion to fetch";
        let Some(text) = self.get("size") else { return Ok(default) };
        match text.trim().parse::<i64>() {
            Ok(0) => Ok(cap),
            Ok(number) => Ok(number.unsigned_abs().min(cap)),
            Err(_not_a_number) => {
                let message = format!("{HELP} invalid literal for int() with base 10: '{text}'");
                Err(Problem::parameter("size", message))
            }
        }
    }
}
