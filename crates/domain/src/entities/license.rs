//! Licences.

use serde::{Deserialize, Serialize};

use super::fields::or_default;
use crate::{Collection, Document, Entity, Field, Kind, Timestamp};

/// A licence data is published under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct License {
    /// Its id, e.g. `lov2`.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title in addresses; unique.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
    /// What it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// What else it is called.
    #[serde(default, deserialize_with = "or_default")]
    pub alternate_titles: Vec<String>,
    /// Where its text is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where else its text is.
    #[serde(default, deserialize_with = "or_default")]
    pub alternate_urls: Vec<String>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintainer: Option<String>,
    /// What it allows.
    #[serde(default, deserialize_with = "or_default")]
    pub flags: Vec<String>,
    /// May new datasets use it? Yes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// When it was added.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Timestamp,
    /// What else was stored: unknown fields go back as they came.
    #[serde(flatten)]
    pub rest: Document,
}

impl License {
    /// What it is called.
    pub const TITLE: Field<Self, String> = Field::one("title");

    /// The licence that a text means: its id, one of its titles or addresses, whatever their case
    /// and accents. For what others publish; clients of the interface name ids.
    pub fn meant<'a>(text: &str, among: &'a [Self]) -> Option<&'a Self> {
        let meant = plain(text);
        if meant.is_empty() {
            return None;
        }
        let is = |name: &String| plain(name) == meant;
        among
            .iter()
            .find(|license| is(&license.id) || is(&license.slug))
            .or_else(|| among.iter().find(|license| is(&license.title) || license.alternate_titles.iter().any(is)))
            .or_else(|| among.iter().find(|license| license.url.iter().chain(&license.alternate_urls).any(is)))
    }
}

/// A text without case, accents, scheme and `/` at its end, its words apart by one space.
fn plain(text: &str) -> String {
    let text = deunicode::deunicode(text).to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(&text);
    text.trim_end_matches('/').to_owned()
}

impl Entity for License {
    type Id = String;
    const COLLECTION: &'static Collection = &Collection {
        name: "license",
        id: Kind::Text,
        fields: &[Self::TITLE.path],
        unique: &[],
        indexes: &[&["title"]],
        totals: &[],
        followed: false,
        parts: None,
    };

    fn id(&self) -> &String {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licenses() -> Vec<License> {
        let license = |id: &str, title: &str, other: &str, url: &str| License {
            id: id.into(),
            slug: id.into(),
            title: title.into(),
            alternate_titles: vec![other.into()],
            url: Some(url.into()),
            alternate_urls: Vec::new(),
            maintainer: None,
            flags: Vec::new(),
            active: None,
            created_at: Timestamp::default(),
            rest: Document::new(),
        };
        vec![
            license("lov2", "Licence Ouverte 2.0", "Étalab 2.0", "https://example.org/lov2/"),
            license("odc-odbl", "ODbL", "Open Database License", "http://example.org/odbl"),
        ]
    }

    #[test]
    fn a_license_is_found_by_what_it_is_called_and_where_it_is() {
        let licenses = licenses();
        let found = |text: &str| License::meant(text, &licenses).map(|license| license.id.as_str());
        for text in ["lov2", "LOV2", "licence  ouverte 2.0", "etalab 2.0", "http://example.org/LOV2"] {
            assert_eq!(found(text), Some("lov2"), "{text}");
        }
        assert_eq!(found("open database licensE"), Some("odc-odbl"));
        for text in ["", "nope", "https://"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
