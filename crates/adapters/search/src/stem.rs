//! What the forms of a word have in common.
//!
//! The rules are few and work on folded words, because people type without accents. They join singular and plural, masculine and
//! feminine, noun and adjective of French; and plurals of Portuguese, German and English. All forms of a word must come to the same
//! end; what that end looks like does not matter.

/// Cuts a folded word to what its forms have in common.
pub(crate) fn stem(word: &mut String) {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return;
    }
    singular(word);
    // travail, travaux
    if word.len() > 4 && word.ends_with("ail") {
        cut(word, 3, "al");
    }
    // français and France, lyonnaise and Lyon; municipais and municipal
    for ending in ["aise", "ais", "ai"] {
        if word.len() > ending.len() + 3 && word.ends_with(ending) && (ending != "ai" || word.len() > 6) {
            cut(word, ending.len(), "");
            break;
        }
    }
    if word.len() > 8 && word.ends_with("ation") {
        cut(word, 5, "");
    }
    for _ in 0..2 {
        if word.len() > 4 && word.ends_with('e') {
            word.pop();
        }
    }
    if word.len() > 3 && word.ends_with('y') {
        cut(word, 1, "i");
    }
    single(word);
    adjective(word);
}

/// Takes off one of two equal letters at the end: professionnel, professionnelle; adress, address.
fn single(word: &mut String) {
    let mut bytes = word.bytes().rev();
    if word.len() > 4 && bytes.next() == bytes.next() {
        word.pop();
    }
}

/// Takes off the ending of a plural.
fn singular(word: &mut String) {
    if word.len() > 5 && word.ends_with("oes") {
        // estações, estação
        cut(word, 3, "ao");
    } else if word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    } else if word.ends_with("aux") && word.len() > 5 {
        if word.ends_with("eaux") {
            word.pop();
        } else {
            cut(word, 3, "al");
        }
    } else if word.ends_with('x') && word.len() > 4 {
        word.pop();
    }
}

/// Takes off what makes an adjective of a noun, and what a gender or a German plural adds.
fn adjective(word: &mut String) {
    // communal and commune, régional and région
    if word.len() > 6 && word.ends_with("al") {
        cut(word, 2, "");
    }
    // publique and public, économique and economic
    if word.len() > 5 && word.ends_with("qu") {
        cut(word, 2, "c");
    }
    // viagem, viagens
    if word.len() > 4 && word.ends_with("em") {
        cut(word, 1, "n");
    }
    // Gemeinden and Gemeinde, européen and Europe
    if word.len() > 5 && word.ends_with("en") {
        cut(word, 2, "");
        if word.ends_with('e') {
            word.pop();
        }
        single(word);
    }
    // público and pública
    if word.len() > 5 && (word.ends_with('o') || word.ends_with('a')) {
        word.pop();
    }
}

fn cut(word: &mut String, length: usize, instead: &str) {
    word.truncate(word.len().saturating_sub(length));
    word.push_str(instead);
}

/// Endings of words of one family: `finances`, `financier`; `pollution`, `polluant`; `sport`, `sportif`. The longest first.
const FAMILY: [&str; 16] =
    ["ement", "trice", "tion", "ment", "teur", "ier", "air", "ant", "eur", "ion", "ist", "el", "ic", "if", "it", "i"];
/// Shorter words have too many in their family by chance.
const MIN_FAMILY: usize = 4;

/// Stems that may be of the same family; most of them are no words.
pub(crate) fn family(stem: &str) -> impl Iterator<Item = String> + '_ {
    let letters = stem.len() >= MIN_FAMILY && stem.bytes().all(|byte| byte.is_ascii_lowercase());
    let ending = FAMILY.iter().find(|ending| stem.len() >= MIN_FAMILY + ending.len() && stem.ends_with(**ending));
    let root = ending.and_then(|ending| stem.strip_suffix(ending)).unwrap_or(stem);
    let all = std::iter::once("").chain(FAMILY).map(move |ending| format!("{root}{ending}"));
    all.filter(move |other| letters && other != stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    fn stemmed(text: &str) -> String {
        let mut word = String::new();
        Words::of(text).next_into(&mut word);
        stem(&mut word);
        word
    }

    fn have_one_stem(all: &[&[&str]]) {
        for forms in all {
            let stems: Vec<String> = forms.iter().map(|form| stemmed(form)).collect();
            assert!(stems.iter().all(|stem| Some(stem) == stems.first()), "{forms:?}: {stems:?}");
        }
    }

    #[test]
    fn forms_of_a_french_word_have_one_stem() {
        have_one_stem(&[
            &["commune", "communes", "communal", "communaux", "communales"],
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
            &["région", "régional", "régionale", "régionaux"],
            &["département", "départementaux"],
            &["public", "publique", "publics", "publiques"],
            &["Europe", "européen", "européenne", "européennes"],
            &["citoyen", "citoyenne", "citoyens"],
            &["professionnel", "professionnelles"],
            &["système", "systèmes"],
        ]);
        assert_eq!(stemmed("rne"), "rne");
        assert_eq!(stemmed("2019s"), "2019s");
    }

    #[test]
    fn singular_and_plural_of_other_languages_have_one_stem() {
        // Portuguese.
        have_one_stem(&[
            &["estação", "estações"],
            &["município", "municípios"],
            &["municipal", "municipais"],
            &["escola", "escolas"],
            &["setor", "setores"],
            &["público", "públicos", "pública", "públicas"],
            &["viagem", "viagens"],
            &["jovem", "jovens"],
        ]);
        // German.
        have_one_stem(&[
            &["Gemeinde", "Gemeinden"],
            &["Schule", "Schulen"],
            &["Straße", "Straßen"],
            &["Statistik", "Statistiken"],
            &["Bezirk", "Bezirke"],
        ]);
        // English.
        have_one_stem(&[
            &["city", "cities"],
            &["school", "schools"],
            &["address", "addresses"],
            &["company", "companies"],
            &["economic", "economics"],
        ]);
    }

    #[test]
    fn words_that_differ_keep_different_stems() {
        for (one, other) in [
            ("commune", "commerce"),
            ("poste", "postal"),
            ("Rouen", "roue"),
            ("Gard", "gare"),
            ("école", "écologie"),
            ("banque", "banc"),
            ("vélo", "ville"),
        ] {
            assert_ne!(stemmed(one), stemmed(other));
        }
    }

    #[test]
    fn a_word_knows_its_family() {
        for (one, other) in
            [("finances", "financier"), ("pollution", "polluants"), ("routière", "route"), ("sportif", "sport")]
        {
            let (one, other) = (stemmed(one), stemmed(other));
            assert!(family(&one).any(|of| of == other), "{one} and {other}");
        }
        assert_eq!(family("rne").count(), 0);
    }
}
