//! Rows of CSV as udata writes them: `;` between values, texts quoted, numbers and truth values bare.

use basalt_domain::{Document, Timestamp, Value};
use std::io::Write;

/// Rows on their way to a client.
#[derive(Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    begun: bool,
}

impl Rows {
    /// The row of names.
    pub(super) fn header(names: &[&str]) -> Self {
        let mut rows = Self::default();
        for name in names {
            rows.text(name);
        }
        rows.end();
        rows
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        self.bytes.push(b'"');
        let mut parts = text.split('"');
        self.bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            self.bytes.extend_from_slice(b"\"\"");
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.bytes.push(b'"');
    }

    /// A text, empty where there is none.
    pub(super) fn maybe(&mut self, text: Option<&str>) {
        self.text(text.unwrap_or_default());
    }

    /// Texts with commas between them.
    pub(super) fn list<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.text(&texts.into_iter().collect::<Vec<_>>().join(","));
    }

    /// A time without its offset, empty where there is none.
    pub(super) fn time(&mut self, time: Option<Timestamp>) {
        let text = time.map(|time| time.iso().to_string()).unwrap_or_default();
        self.text(text.strip_suffix("+00:00").unwrap_or(&text));
    }

    /// When something happened, `False` where it did not.
    pub(super) fn time_or_false(&mut self, time: Option<Timestamp>) {
        if time.is_some() { self.time(time) } else { self.flag(false) }
    }

    /// True or false, in Python's words.
    pub(super) fn flag(&mut self, flag: bool) {
        self.bare(if flag { "True" } else { "False" });
    }

    /// A whole number.
    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        self.bare(&number.to_string());
    }

    /// Metrics of these names: a number, or numbers by month in Python's words; 0 when not counted.
    pub(super) fn metrics(&mut self, stored: &Document, names: &[&str]) {
        for name in names {
            match stored.get(name) {
                Some(Value::Map(months)) => {
                    let told: Vec<String> = months
                        .iter()
                        .map(|(month, count)| format!("'{month}': {}", count.as_int().unwrap_or_default()))
                        .collect();
                    self.text(&format!("{{{}}}", told.join(", ")));
                }
                value => self.number(value.and_then(Value::as_int).unwrap_or_default()),
            }
        }
    }

    /// Values of a stored map: texts and times; empty where there are none.
    pub(super) fn fields(&mut self, stored: Option<&Document>, names: &[&str]) {
        for name in names {
            match stored.and_then(|stored| stored.get(name)) {
                Some(Value::Time(time)) => self.time(Some(*time)),
                Some(Value::Text(text)) => self.text(text),
                Some(Value::Int(number)) => self.number(number),
                _ => self.text(""),
            }
        }
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.bytes.extend_from_slice(b"\r\n");
        self.begun = false;
    }

    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn bare(&mut self, text: &str) {
        self.separate();
        // Writing to memory cannot fail.
        drop(self.bytes.write_all(text.as_bytes()));
    }

    fn separate(&mut self) {
        if self.begun {
            self.bytes.push(b';');
        }
        self.begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_and_numbers_are_bare() {
        let mut rows = Rows::header(&["id", "title"]);
        rows.text("a \"b\";\nc");
        rows.number(3);
        rows.flag(false);
        rows.maybe(None);
        rows.time(Some(Timestamp(0)));
        rows.time_or_false(None);
        let months = Document::new().with("2025-11", 0).with("2025-12", 2);
        rows.metrics(&Document::new().with("by_months", months), &["by_months", "views"]);
        rows.end();
        let text = String::from_utf8(rows.into_bytes()).unwrap();
        let expected = "\"id\";\"title\"\r\n\"a \"\"b\"\";\nc\";3;False;\"\";\"1970-01-01T00:00:00\";False;\"{'2025-11': 0, '2025-12': 2}\";0\r\n";
        assert_eq!(text, expected);
    }
}
