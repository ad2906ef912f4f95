//! Tags: short words that objects are found by.

use crate::slug::slugify;

/// The fewest characters of a tag.
pub const MIN_LENGTH: usize = 3;
/// The most characters of a tag.
pub const MAX_LENGTH: usize = 96;

/// Makes tags of what was sent: split at commas, made into slugs, each once, in order.
pub fn normalised<'a>(sent: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words = sent.into_iter().flat_map(|text| text.split(','));
    let mut tags: Vec<String> = words.map(slugify).filter(|tag| !tag.is_empty()).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// Is every tag neither too short nor too long? Error: the contract's sentence about the first that is.
pub fn check(tags: &[String]) -> Result<(), String> {
    let fits = |tag: &&String| !(MIN_LENGTH..=MAX_LENGTH).contains(&tag.chars().count());
    match tags.iter().find(fits) {
        None => Ok(()),
        Some(tag) => Err(format!("Tag \"{tag}\" must be between {MIN_LENGTH} and {MAX_LENGTH} characters long.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_slugs_sorted_and_single() {
        assert_eq!(normalised(["Transport", "bus", "Été,transport", "", ","]), ["bus", "ete", "transport"]);
    }

    #[test]
    fn a_tag_has_3_to_96_characters() {
        assert_eq!(check(&["bus".into(), "x".repeat(96)]), Ok(()));
        assert_eq!(check(&["ab".into()]), Err("Tag \"ab\" must be between 3 and 96 characters long.".into()));
        assert!(check(&["x".repeat(97)]).is_err());
    }
}
