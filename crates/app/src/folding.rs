//! Texts as people type them: without accents, with or without apostrophes, words in any order.

use basalt_domain::slug::slugify;

/// More words of a text than this are not looked for: each is a condition, and a database bears so many.
const MAX_WORDS: usize = 32;

/// The words of a text as they were typed, each of which must be found.
pub fn typed_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().take(MAX_WORDS)
}

/// The words of a text in lower-case ASCII, a space between them. An apostrophe ends a word.
pub fn folded(text: &str) -> String {
    slugify(&text.replace(APOSTROPHES, " ")).replace('-', " ")
}

/// The words by which something of this name is asked for: with apostrophes and without, `cotes d armor darmor`.
pub fn known_as(name: &str) -> String {
    let mut words = folded(name);
    if name.contains(APOSTROPHES) {
        for word in slugify(&name.replace(APOSTROPHES, "")).split('-').filter(|word| !word.is_empty()) {
            if !words.split(' ').any(|known| known == word) {
                words.push(' ');
                words.push_str(word);
            }
        }
    }
    words
}

/// Does each word of what was typed begin one of these words? Both folded. What has no letter begins nothing, an empty text everything.
pub fn begins_words(words: &str, typed: &str) -> bool {
    typed.split(' ').filter(|word| !word.is_empty()).all(|begun| words.split(' ').any(|word| word.starts_with(begun)))
}

const APOSTROPHES: [char; 3] = ['\'', '\u{2019}', '\u{2bc}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_with_and_without_apostrophes() {
        assert_eq!(known_as("Côtes-d’Armor"), "cotes d armor darmor");
        assert_eq!(known_as("Saint-Étienne"), "saint etienne");
        assert_eq!(known_as(" -- "), "");
    }

    #[test]
    fn words_are_begun_in_any_order() {
        let name = known_as("Côtes-d'Armor");
        for typed in ["cot", "arm cotes", "darm", "d'armor", "CÔTES D'AR", ""] {
            assert!(begins_words(&name, &folded(typed)), "{typed}");
        }
        for typed in ["otes", "armor x"] {
            assert!(!begins_words(&name, &folded(typed)), "{typed}");
        }
    }
}
