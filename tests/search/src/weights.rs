//! The numbers of the ranking by their names.

use basalt_search::Weights;

use crate::catalogue::Failure;

/// All of them.
pub(crate) const NAMES: [&str; 25] = [
    "title",
    "acronym",
    "initials",
    "beginnings",
    "producer",
    "tags",
    "text",
    "known_tags",
    "known_text",
    "title_length",
    "text_length",
    "importance",
    "known_importance",
    "importance_power",
    "fresh",
    "fresh_days",
    "exact",
    "named",
    "phrase",
    "begins",
    "coverage",
    "enough",
    "typo",
    "same_kind",
    "family",
];

/// The number of this name.
pub(crate) fn of<'a>(weights: &'a mut Weights, name: &str) -> Option<&'a mut f32> {
    Some(match name {
        "title" => &mut weights.title,
        "acronym" => &mut weights.acronym,
        "initials" => &mut weights.initials,
        "beginnings" => &mut weights.beginnings,
        "producer" => &mut weights.producer,
        "tags" => &mut weights.tags,
        "text" => &mut weights.text,
        "known_tags" => &mut weights.known_tags,
        "known_text" => &mut weights.known_text,
        "title_length" => &mut weights.title_length,
        "text_length" => &mut weights.text_length,
        "importance" => &mut weights.importance,
        "known_importance" => &mut weights.known_importance,
        "importance_power" => &mut weights.importance_power,
        "fresh" => &mut weights.fresh,
        "fresh_days" => &mut weights.fresh_days,
        "exact" => &mut weights.exact,
        "named" => &mut weights.named,
        "phrase" => &mut weights.phrase,
        "begins" => &mut weights.begins,
        "coverage" => &mut weights.coverage,
        "enough" => &mut weights.enough,
        "typo" => &mut weights.typo,
        "same_kind" => &mut weights.same_kind,
        "family" => &mut weights.family,
        _ => return None,
    })
}

/// The usual numbers, but these changes.
pub(crate) fn changed(changes: &[String]) -> Result<Weights, Failure> {
    let mut weights = Weights::default();
    for change in changes {
        let (name, value) = change.split_once('=').ok_or("a weight is NAME=NUMBER")?;
        *of(&mut weights, name).ok_or_else(|| format!("no weight is called {name}"))? = value.parse()?;
    }
    Ok(weights)
}
