//! What is wrong with input, by field.

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Dotted path in the request body, e.g. `members.0.role`.
    pub path: String,
    /// What is wrong, in the words of the contract.
    pub message: String,
    /// How the contract words the summary.
    pub kind: ErrorKind,
}

/// How the contract words the summary of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A check of its own: the summary is the message itself.
    Check,
    /// A violated type, length or presence: the summary is
    /// `ValidationError (Class:id) (message: ['field'])`.
    Stored,
    /// A field of one of the older forms: its messages are a list, and `0.url` is within an array.
    Form,
}

impl FieldError {
    /// A failed check.
    pub fn check(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), kind: ErrorKind::Check }
    }

    /// A field of one of the older forms: datasets and resources.
    pub fn form(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), kind: ErrorKind::Form }
    }

    /// A violated type, length or presence.
    pub fn stored(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), kind: ErrorKind::Stored }
    }
}

/// Input that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid {
    /// Class and id of the object that was to be changed, for the summary; id `None` for a new one.
    pub subject: Option<(&'static str, Option<String>)>,
    /// What is wrong, in the order of the fields' declaration.
    pub errors: Vec<FieldError>,
    /// A summary of its own, where the contract has one.
    pub message: Option<String>,
}

impl Invalid {
    /// One failed check.
    pub fn check(path: &str, message: impl Into<String>) -> Self {
        Self { errors: vec![FieldError::check(path, message)], ..Self::default() }
    }

    /// A message about the request as a whole, with no field to blame.
    pub fn message(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::default() }
    }
}

/// Checks a French SIRET as udata does: 14 characters, the first 9 digits with a Luhn sum.
pub fn check_siret(number: &str) -> Result<(), &'static str> {
    if number.chars().count() != 14 {
        return Err("A siret number is made of 14 digits");
    }
    let siren: Vec<u32> = number.chars().take(9).filter_map(|character| character.to_digit(10)).collect();
    if siren.len() < 9 {
        return Err("A siret number is only made of digits");
    }
    let sum: u32 = siren
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    if sum.is_multiple_of(10) { Ok(()) } else { Err("Invalid Siret number") }
}

/// Looks like `name@host.tld`: one `@`, no spaces, a dot in the host.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    !name.is_empty()
        && name.len() <= 64
        && !name.contains('@')
        && host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && text
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | ';' | '\\'))
}

/// Holds something that reads like a web address: refused in names of persons.
pub fn holds_url(text: &str) -> bool {
    crate::hosts::names_host(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_siret_is_judged_by_its_first_nine_digits() {
        assert_eq!(check_siret("13002526500013"), Ok(()));
        assert_eq!(check_siret("1300252650001a"), Ok(()));
        assert_eq!(check_siret("130025265"), Err("A siret number is made of 14 digits"));
        assert_eq!(check_siret("1300252a500013"), Err("A siret number is only made of digits"));
        assert_eq!(check_siret("13002526600013"), Err("Invalid Siret number"));
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        assert!(is_email("a.b+c@example.org"));
        for text in ["", "nope", "a@b", "a b@example.org", "@example.org", "a@", "a@@example.org", "a@.org"] {
            assert!(!is_email(text), "{text}");
        }
    }
}
