//! Conditions as filter documents. What they mean is [`Condition::matches`].

use basalt_domain::{Condition, Kind, Path, Test, Value};
use basalt_ports::Query;
use bson::{Bson, Document, doc};

use crate::convert::scalar;

/// The longest pattern that MongoDB compiles, in bytes.
const LONGEST_PATTERN: usize = 32_000;

/// The filter of a condition.
pub(crate) fn filter(condition: &Condition) -> Document {
    match condition {
        Condition::All(conditions) => {
            let mut all: Vec<Document> = conditions.iter().map(filter).filter(|one| !one.is_empty()).collect();
            match all.len() {
                0 => Document::new(),
                1 => all.remove(0),
                _ => doc! { "$and": all },
            }
        }
        Condition::Any(conditions) => {
            let mut any: Vec<Document> = conditions.iter().map(filter).collect();
            match any.len() {
                0 => never(),
                1 => any.remove(0),
                _ => doc! { "$or": any },
            }
        }
        // `$not` negates an operator, `$nor` a whole filter: missing fields included.
        Condition::Not(condition) => doc! { "$nor": [filter(condition)] },
        Condition::Is(path, test) => is(path, test),
    }
}

/// The order of a query: `_id` comes last, in the direction of the key before it.
///
/// Missing and null are equal and smallest for MongoDB as they are for us, text is compared by bytes.
pub(crate) fn sort(query: &Query) -> Document {
    let mut sort = Document::new();
    for key in &query.sort {
        // The first mention of a field decides.
        if !sort.contains_key(key.path.name) {
            sort.insert(key.path.name, direction(key.descending));
        }
    }
    if !sort.contains_key("_id") {
        sort.insert("_id", direction(query.id_descends()));
    }
    sort
}

const fn direction(descending: bool) -> i32 {
    if descending { -1 } else { 1 }
}

/// Holds for no record, and servers know it without looking.
fn never() -> Document {
    doc! { "_id": { "$in": [] } }
}

fn is(path: &Path, test: &Test) -> Document {
    let compare = |operator: &str, value: &Value| {
        // Null, lists and maps pass no test. Comparisons stay within the type of the value.
        scalar(value).map_or_else(never, |value| doc! { path.name: { operator: value } })
    };
    match test {
        Test::Eq(value) => compare("$eq", value),
        Test::Lt(value) => compare("$lt", value),
        Test::Gt(value) => compare("$gt", value),
        Test::In(values) => {
            let values: Vec<Bson> = values.iter().filter_map(scalar).collect();
            doc! { path.name: { "$in": values } }
        }
        Test::Contains(part) => {
            let pattern = pattern(part);
            // No text that people look for is so long. Servers refuse longer ones.
            if pattern.len() > LONGEST_PATTERN {
                return never();
            }
            doc! { path.name: { "$regex": pattern, "$options": "" } }
        }
        Test::Absent if path.many => doc! { path.name: { "$not": { "$type": types(path.kind) } } },
        // An index answers this one. It means missing or null.
        Test::Absent => doc! { path.name: { "$eq": Bson::Null } },
    }
}

/// What a present value of a field with many values can be. `{"a.b": null}` would not do: it misses
/// `a: []`, and it finds `a: [{b: 1}, {}]`.
fn types(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Text => vec!["string", "symbol"],
        Kind::Int | Kind::Float => vec!["number"],
        Kind::Bool => vec!["bool"],
        // Former versions of udata stored DBRefs, which are objects.
        Kind::Id => vec!["objectId", "object"],
        Kind::Time => vec!["date", "timestamp"],
    }
}

/// A regular expression for text that contains this one. Letters are classes (`[aA]`) because the
/// option `i` would fold letters beyond ASCII too.
fn pattern(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() * 4);
    for character in part.chars() {
        match character {
            'a'..='z' | 'A'..='Z' => {
                pattern.push('[');
                pattern.push(character.to_ascii_lowercase());
                pattern.push(character.to_ascii_uppercase());
                pattern.push(']');
            }
            '0'..='9' => pattern.push(character),
            // BSON refuses NUL in patterns, and line ends depend on the engine.
            control if control.is_ascii_control() => {
                pattern.push_str("\\x");
                pattern.extend([hex_digit(control, 4), hex_digit(control, 0)]);
            }
            ascii if ascii.is_ascii() => {
                pattern.push('\\');
                pattern.push(ascii);
            }
            other => pattern.push(other),
        }
    }
    pattern
}

fn hex_digit(character: char, shift: u32) -> char {
    char::from_digit((u32::from(character) >> shift) & 0xf, 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: Path = Path { name: "name", kind: Kind::Text, many: false };

    #[test]
    fn a_pattern_takes_every_character_literally() {
        assert_eq!(pattern("aÉ.1\0$ "), "[aA]É\\.1\\x00\\$\\ ");
    }

    #[test]
    fn maps_are_never_operators() {
        let operator = Value::from(basalt_domain::Document::new().with("$gt", ""));
        assert_eq!(is(&NAME, &Test::Eq(operator)), never());
        assert_eq!(is(&NAME, &Test::Eq("{\"$gt\": \"\"}".into())), doc! { "name": { "$eq": "{\"$gt\": \"\"}" } });
    }

    #[test]
    fn one_condition_needs_no_list() {
        let name = Condition::Is(NAME, Test::Eq("a".into()));
        let alone = Condition::All(vec![Condition::always(), name.clone()]);
        assert_eq!(filter(&alone), filter(&name));
        assert_eq!(filter(&Condition::Any(Vec::new())), never());
        assert_eq!(filter(&Condition::Not(Box::new(name.clone()))), doc! { "$nor": [filter(&name)] });
    }
}
