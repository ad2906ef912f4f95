//! Words for kinds of public bodies: whoever looks for `mairie de Paris` means what calls itself `Ville de Paris`.
//!
//! The classes are few and general; each word is written as its stem. They matter in names of organisations only.

/// Stems that mean the same kind of body.
const CLASSES: [&[&str]; 4] = [
    &["mairi", "vill", "commun", "municipalit", "municip", "municipi", "gemeind"],
    &["metropol", "agglo", "agglomer", "communaut", "intercommunalit", "grand"],
    &["departement", "conseil"],
    &["minister", "ministerium"],
];

/// Other stems for the kind of body that this one means.
pub(crate) fn same_kind(stem: &str) -> impl Iterator<Item = &'static str> {
    let class = CLASSES.iter().find(|class| class.contains(&stem)).copied().unwrap_or_default();
    class.iter().copied().filter(move |other| *other != stem)
}

/// All stems that only tell what kind of body somebody is.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    CLASSES.into_iter().flatten().copied().chain(["region"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{stem::stem, words::Words};

    #[test]
    fn the_classes_are_written_as_stems() {
        let stemmed = |text: &str| {
            let mut word = String::new();
            Words::of(text).next_into(&mut word);
            stem(&mut word);
            word
        };
        for (one, other) in [
            ("mairie", "ville"),
            ("Commune", "mairie"),
            ("métropole", "agglomération"),
            ("communauté", "agglo"),
            ("ministère", "Ministerium"),
            ("Gemeinde", "commune"),
            ("município", "ville"),
        ] {
            let other = stemmed(other);
            assert!(same_kind(&stemmed(one)).any(|same| same == other), "{one}: {}, {other}", stemmed(one));
        }
        assert_eq!(same_kind("lyon").count(), 0);
    }
}
