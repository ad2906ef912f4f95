//! Names in addresses.

use deunicode::deunicode;

/// The longest slug, in characters.
pub const MAX_LENGTH: usize = 255;

/// Makes a slug of a name: ASCII letters and digits in lower case, apostrophes dropped, every
/// other run of characters one `-`, at most [`MAX_LENGTH`]. Empty when nothing is left. A UUID
/// gets `-uuid` behind it, so that it is never taken for an id.
///
/// Source: udata 17, table of slugs in `behaviour.md`.
pub fn slugify(name: &str) -> String {
    let ascii = deunicode(name);
    let mut slug = String::with_capacity(ascii.len());
    for character in ascii.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if character != '\'' && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_LENGTH);
    let slug = slug.trim_end_matches('-').to_owned();
    if uuid::Uuid::try_parse(&slug).is_ok() { format!("{slug}-uuid") } else { slug }
}

/// `slug-number`, the slug cut so that the whole is not too long.
pub fn numbered(slug: &str, number: u64) -> String {
    let suffix = format!("-{number}");
    let room = MAX_LENGTH.saturating_sub(suffix.len());
    let stem: String = slug.chars().take(room).collect();
    format!("{stem}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_the_slugs_udata_makes_of_them() {
        for (name, slug) in [
            ("Ville d'Arles", "ville-darles"),
            ("L'Œuvre d'été — 100% «ça» & Ñandú", "loeuvre-dete-100-ca-nandu"),
            ("Ελλάδα", "ellada"),
            ("日本語", "ri-ben-yu"),
            ("under_score Dot.dot/slash", "under-score-dot-dot-slash"),
            ("...", ""),
            ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000-uuid"),
            ("renamed ORG!", "renamed-org"),
            ("évolution de l’évolution", "evolution-de-levolution"),
        ] {
            assert_eq!(slugify(name), slug, "{name}");
        }
        assert_eq!(slugify(&"x".repeat(300)).len(), MAX_LENGTH);
    }

    #[test]
    fn a_numbered_slug_is_not_too_long() {
        assert_eq!(numbered("a", 2), "a-2");
        assert_eq!(numbered(&"x".repeat(255), 12).len(), MAX_LENGTH);
    }
}
