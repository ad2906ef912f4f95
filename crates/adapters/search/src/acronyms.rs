//! Short names that a name gives by itself.

use crate::words::{Words, is_empty_word};

/// The fewest and most letters of an acronym.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=10;
/// The fewest and most words of which people make one.
const INITIALS: std::ops::RangeInclusive<usize> = 2..=8;
/// The fewest letters of one that leaves out the end of a name.
const MIN_BEGINNING: usize = 3;

/// Short names that are written in a name, folded: `insee` in `Institut national … (Insee)`, `legi` in `LEGI : codes et lois`.
pub(crate) fn written(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let whole = letters(name);
    for bracket in name.split('(').skip(1) {
        let inside = bracket.split(')').next().unwrap_or_default();
        for piece in inside.split([',', ';', '/']) {
            if is_capitals(piece) || is_made_of(&letters(piece), &whole) {
                add(piece, &mut found);
            }
        }
    }
    if let Some((first, _rest)) = name.split_once(" - ").or_else(|| name.split_once(':'))
        && is_capitals(first)
    {
        add(first, &mut found);
    }
    found
}

/// The word of this text, if it is a single one.
fn add(text: &str, found: &mut Vec<String>) {
    let (mut words, mut word) = (Words::of(text), String::new());
    if words.next_into(&mut word).is_some()
        && LETTERS.contains(&word.len())
        && words.next_into(&mut String::new()).is_none()
        && !found.contains(&word)
    {
        found.push(word);
    }
}

fn is_capitals(text: &str) -> bool {
    text.chars().filter(|character| character.is_uppercase()).count() >= *LETTERS.start()
        && !text.chars().any(char::is_lowercase)
}

/// Do its letters follow each other in the name, from the first?
fn is_made_of(acronym: &str, name: &str) -> bool {
    let mut rest = name.chars();
    acronym.len() >= *LETTERS.start()
        && acronym.chars().next() == name.chars().next()
        && acronym.chars().all(|letter| rest.any(|other| other == letter))
}

fn letters(text: &str) -> String {
    let main = text.split('(').next().unwrap_or_default();
    let (mut words, mut word, mut all) = (Words::of(main), String::new(), String::new());
    while words.next_into(&mut word).is_some() {
        all.push_str(&word);
    }
    all
}

/// Acronyms that people make of a name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Initials {
    /// Of all its words, with and without articles.
    pub(crate) whole: Vec<String>,
    /// Of its first words: `cnc` of `Centre national du cinéma et de l'image animée`.
    pub(crate) beginnings: Vec<String>,
}

/// The acronyms that people make of a name, folded: the first letters of its words, up to a bracket, colon or dash.
///
/// `Caisse nationale des allocations familiales` is asked for as CNAF, whether or not anybody entered that.
pub(crate) fn initials(name: &str) -> Initials {
    let long = name.split(['(', ':', '|']).next().unwrap_or_default().split(" - ").next().unwrap_or_default();
    let short = long.split(',').next().unwrap_or_default();
    let mut made = Initials::default();
    for (text, with_articles) in [(short, false), (short, true), (long, false)] {
        let letters = first_letters(text, with_articles);
        if INITIALS.contains(&letters.len()) && !made.whole.contains(&letters) {
            made.whole.push(letters);
        }
    }
    let letters = first_letters(long, false);
    for end in MIN_BEGINNING..letters.len() {
        let beginning = letters.get(..end).unwrap_or_default().to_owned();
        if !made.whole.contains(&beginning) {
            made.beginnings.push(beginning);
        }
    }
    made
}

fn first_letters(text: &str, with_articles: bool) -> String {
    let (mut words, mut word, mut letters) = (Words::of(text), String::new(), String::new());
    while letters.len() <= *INITIALS.end() && words.next_into(&mut word).is_some() {
        if with_articles || !is_empty_word(&word) {
            letters.extend(word.chars().next());
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_are_made_of_names() {
        for (name, whole, beginnings) in [
            ("Caisse nationale des allocations familiales", &["cnaf", "cndaf"][..], &["cna"][..]),
            ("Base de données publique des médicaments (officielle)", &["bdpm", "bddpdm"], &["bdp"]),
            ("Électricité de France", &["ef", "edf"], &[]),
            ("Centre national du cinéma et de l'image animée", &["cncia", "cndcedia"], &["cnc", "cnci"]),
            ("Répertoire national des élus - 2024", &["rne", "rnde"], &[]),
            ("Lyon", &[], &[]),
            ("", &[], &[]),
        ] {
            let made = initials(name);
            assert_eq!((made.whole, made.beginnings), (owned(whole), owned(beginnings)), "{name}");
        }
    }

    #[test]
    fn written_acronyms_are_found() {
        for (name, acronyms) in [
            ("Institut national de la statistique et des études économiques (Insee)", &["insee"][..]),
            ("Base Sirene des entreprises et de leurs établissements (SIREN, SIRET)", &["siren", "siret"]),
            ("LEGI: Codes, lois et règlements consolidés", &["legi"]),
            ("Observatoire national de la délinquance et des réponses pénales (ondrp)", &["ondrp"]),
            ("Mairies (Drôme)", &[]),
            ("Budget - 2024", &[]),
            ("Fichier (voir le fichier joint)", &[]),
        ] {
            assert_eq!(written(name), acronyms, "{name}");
        }
    }

    fn owned(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }
}
