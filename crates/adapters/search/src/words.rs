//! Words of a text, in the form in which they are compared.
//!
//! A word is a run of letters and digits, folded to lower-case ASCII, without the elided article before an apostrophe.

/// Longer words are cut: nobody types them.
const MAX_WORD: usize = 40;
/// What may stand elided before an apostrophe.
const ELIDED: [&str; 15] =
    ["l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "entr", "presqu"];
/// Does this folded word say nothing about what is searched for? Articles and the like of the languages that portals use.
pub(crate) fn is_empty_word(word: &str) -> bool {
    // French.
    matches!(
        word,
        "a" | "afin"
            | "ainsi"
            | "au"
            | "aux"
            | "avec"
            | "ce"
            | "ces"
            | "cet"
            | "cette"
            | "ci"
            | "comme"
            | "dans"
            | "de"
            | "des"
            | "du"
            | "elle"
            | "en"
            | "entre"
            | "et"
            | "etc"
            | "il"
            | "ils"
            | "la"
            | "le"
            | "les"
            | "leur"
            | "leurs"
            | "nos"
            | "notre"
            | "on"
            | "ont"
            | "ou"
            | "par"
            | "pas"
            | "plus"
            | "pour"
            | "qu"
            | "que"
            | "qui"
            | "sa"
            | "sans"
            | "se"
            | "ses"
            | "si"
            | "son"
            | "sont"
            | "sous"
            | "sur"
            | "un"
            | "une"
            | "vers"
            | "vos"
            | "votre"
            | "vous"
            | "y"
    ) || matches!(word, "and" | "for" | "from" | "in" | "is" | "of" | "or" | "the" | "to" | "with" | "your")
        || matches!(
            word,
            "com" | "da" | "das" | "do" | "dos" | "em" | "na" | "nas" | "no" | "os" | "para" | "por" | "um" | "uma"
        )
        || matches!(word, "dem" | "den" | "der" | "im" | "mit" | "und" | "von" | "zum" | "zur")
}

/// The words of a text, one after the other, without allocating for each.
pub(crate) struct Words<'a> {
    rest: std::str::CharIndices<'a>,
    text: &'a str,
}

impl<'a> Words<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { rest: text.char_indices(), text }
    }

    /// Puts the next word into `word`, folded; tells where it stands.
    pub(crate) fn next_into(&mut self, word: &mut String) -> Option<(usize, usize)> {
        loop {
            word.clear();
            let (start, first) = self.rest.find(|(_at, character)| character.is_alphanumeric())?;
            fold(first, word);
            let mut end = start + first.len_utf8();
            let mut stopped_by = None;
            for (at, character) in self.rest.by_ref() {
                // Accents that stand alone belong to the letter before.
                if character.is_alphanumeric() || is_combining(character) {
                    if word.len() < MAX_WORD {
                        fold(character, word);
                    }
                    end = at + character.len_utf8();
                } else {
                    stopped_by = Some(character);
                    break;
                }
            }
            let elided = stopped_by.is_some_and(is_apostrophe)
                && ELIDED.contains(&word.as_str())
                && self.text.get(end..).is_some_and(|after| {
                    let mut after = after.chars();
                    after.next();
                    after.next().is_some_and(char::is_alphanumeric)
                });
            if !elided && !word.is_empty() {
                return Some((start, end));
            }
        }
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{02bc}' | '\u{2018}' | '`' | '\u{00b4}')
}

/// The words of a text that have apostrophes, written without: `Côtes-d'Armor` is asked for as `darmor` too.
pub(crate) fn joined_at_apostrophes(text: &str) -> Option<String> {
    text.contains(is_apostrophe).then(|| {
        let parts = text.split(|character: char| !character.is_alphanumeric() && !is_apostrophe(character));
        let joined = parts.filter(|part| part.contains(is_apostrophe)).map(|part| part.replace(is_apostrophe, ""));
        joined.collect::<Vec<_>>().join(" ")
    })
}

fn is_combining(character: char) -> bool {
    ('\u{0300}'..='\u{036f}').contains(&character)
}

fn fold(character: char, into: &mut String) {
    if character.is_ascii() {
        into.push(character.to_ascii_lowercase());
        return;
    }
    let plain = match character {
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' => 'e',
        'à' | 'â' | 'À' | 'Â' => 'a',
        'ç' | 'Ç' => 'c',
        'ô' | 'Ô' | 'ö' => 'o',
        'î' | 'ï' | 'Î' => 'i',
        'ù' | 'û' | 'ü' => 'u',
        _ => {
            if !is_combining(character) {
                let ascii = deunicode::deunicode_char(character).unwrap_or_default();
                into.extend(ascii.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()));
            }
            return;
        }
    };
    into.push(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::of(text);
        let (mut all, mut word) = (Vec::new(), String::new());
        while words.next_into(&mut word).is_some() {
            all.push(word.clone());
        }
        all
    }

    #[test]
    fn words_are_folded_and_lose_elided_articles() {
        assert_eq!(
            words("L’Œuvre d'Été, jusqu'ici: CO2 (n°4) aujourd'hui"),
            ["oeuvre", "ete", "ici", "co2", "n", "4", "aujourd", "hui"]
        );
        assert_eq!(words("e\u{301}tat l' \u{0} -- ''"), ["etat", "l"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn words_are_joined_at_their_apostrophes() {
        for (text, joined) in [
            ("Côtes-d’Armor", Some("dArmor")),
            ("L'été aujourd'hui, dit-il", Some("Lété aujourdhui")),
            ("Côtes", None),
            ("''", Some("")),
        ] {
            assert_eq!(joined_at_apostrophes(text).as_deref(), joined, "{text}");
        }
    }

    #[test]
    fn a_very_long_word_is_cut() {
        assert_eq!(words(&"x".repeat(100_000)).concat().len(), MAX_WORD);
    }
}
