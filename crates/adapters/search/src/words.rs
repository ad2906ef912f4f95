//! Words of a text, in the form in which they are compared.
//!
//! A word is a run of letters and digits, folded to lower-case ASCII, without the elided article before an apostrophe. Its stem is
//! the same for singular and plural, masculine and feminine, with or without accents. The rules are few and work on folded text,
//! because people type without accents; they are made for French and do little harm to its neighbours.

/// Longer words are cut: nobody types them.
const MAX_WORD: usize = 40;
/// What may stand elided before an apostrophe.
const ELIDED: [&str; 15] =
    ["l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "entr", "presqu"];
/// Words that say nothing about what is searched for. Sorted.
const EMPTY: [&str; 68] = [
    "a", "afin", "ainsi", "and", "au", "aux", "avec", "ce", "ces", "cet", "cette", "ci", "comme", "dans", "de", "des",
    "du", "elle", "en", "entre", "est", "et", "etc", "for", "from", "il", "ils", "in", "is", "la", "le", "les", "leur",
    "leurs", "of", "on", "ont", "or", "ou", "par", "pas", "plus", "pour", "qu", "que", "qui", "sa", "sans", "se",
    "ses", "si", "son", "sont", "sous", "sur", "the", "to", "un", "une", "vers", "vos", "votre", "vous", "with", "y",
    "your", "nos", "notre",
];

/// Does this folded word say nothing?
pub(crate) fn is_empty_word(word: &str) -> bool {
    EMPTY.contains(&word)
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

/// Cuts a folded word to what its forms have in common.
pub(crate) fn stem(word: &mut String) {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return;
    }
    if word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    } else if word.ends_with("aux") && word.len() > 5 {
        if word.ends_with("eaux") {
            word.pop();
        } else {
            word.truncate(word.len() - 3);
            word.push_str("al");
        }
    } else if word.ends_with('x') && word.len() > 4 {
        word.pop();
    }
    // travail, travaux
    if word.len() > 4 && word.ends_with("ail") {
        word.truncate(word.len() - 3);
        word.push_str("al");
    }
    // français and France, lyonnaise and Lyon
    for ending in ["aise", "ais", "ai"] {
        if word.len() > ending.len() + 3 && word.ends_with(ending) && (ending != "ai" || word.len() > 6) {
            word.truncate(word.len() - ending.len());
            break;
        }
    }
    if word.len() > 8 && word.ends_with("ation") {
        word.truncate(word.len() - 5);
    }
    for _ in 0..2 {
        if word.len() > 4 && word.ends_with('e') {
            word.pop();
        }
    }
    if word.len() > 3 && word.ends_with('y') {
        word.pop();
        word.push('i');
    }
    // professionnel, professionel; adress, address
    let mut bytes = word.bytes().rev();
    if word.len() > 4 && bytes.next() == bytes.next() {
        word.pop();
    }
}

/// The fewest and most words of which people make an acronym.
const ACRONYM: std::ops::RangeInclusive<usize> = 2..=8;

/// The acronym that people make of a name, folded: the first letters of its words, without articles, up to a bracket, colon or dash.
///
/// `Caisse nationale des allocations familiales` is asked for as CNAF, whether or not anybody entered that.
pub(crate) fn initials(name: &str) -> Option<String> {
    let main = name.split(['(', ':', ',', '|']).next().unwrap_or_default();
    let main = main.split(" - ").next().unwrap_or_default();
    let (mut words, mut word, mut letters) = (Words::of(main), String::new(), String::new());
    while letters.len() <= *ACRONYM.end() && words.next_into(&mut word).is_some() {
        if !is_empty_word(&word) {
            letters.extend(word.chars().next());
        }
    }
    ACRONYM.contains(&letters.len()).then_some(letters)
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

    fn stemmed(word: &str) -> String {
        let mut word = words(word).concat();
        stem(&mut word);
        word
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
    fn acronyms_are_made_of_names() {
        for (name, acronym) in [
            ("Caisse nationale des allocations familiales", Some("cnaf")),
            ("Base de données publique des médicaments (officielle)", Some("bdpm")),
            ("Répertoire national des élus - 2024", Some("rne")),
            ("Météo-France", Some("mf")),
            ("Lyon", None),
            ("", None),
        ] {
            assert_eq!(initials(name).as_deref(), acronym, "{name}");
        }
    }

    #[test]
    fn a_very_long_word_is_cut() {
        assert_eq!(words(&"x".repeat(100_000)).concat().len(), MAX_WORD);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            &["commune", "communes"][..],
            &["postal", "postaux", "postale", "postales"],
            &["élu", "élus"],
            &["géolocalisée", "géolocalisés", "geolocalise", "géolocalisation"],
            &["travail", "travaux"],
            &["tableau", "tableaux"],
            &["adresse", "adresses"],
            &["énergies", "energy", "énergie"],
            &["prénom", "prenoms", "Prénoms"],
            &["France", "français", "française", "françaises"],
            &["Lyon", "lyonnais", "lyonnaise"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stemmed(form)).collect();
            assert!(stems.iter().all(|stem| Some(stem) == stems.first()), "{stems:?}");
        }
        assert_eq!(stemmed("rne"), "rne");
        assert_eq!(stemmed("2019s"), "2019s");
    }
}
