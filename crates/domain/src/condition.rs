//! The language in which records are chosen. Every adapter answers it; [`Condition::matches`]
//! says what it means.

use std::cmp::Ordering;

use crate::{Document, Value, collection::Kind};

/// Where a queryable field is in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// Dotted name, e.g. `members.user`; also a MongoDB path.
    pub name: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether a record can have several values there.
    pub many: bool,
}

/// Which records are meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Every one of these holds; of none: always.
    All(Vec<Condition>),
    /// One of these holds; of none: never.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// The field passes the test: one of its values, where there are many.
    Is(Path, Test),
}

/// What is asked of a field. An absent or null field passes none of them but `Absent`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal to this.
    Eq(Value),
    /// Equal to one of these.
    In(Vec<Value>),
    /// Less than this; text by bytes.
    Lt(Value),
    /// Greater than this; text by bytes.
    Gt(Value),
    /// Text that contains this one; ASCII letters are compared without case, all else exactly.
    Contains(String),
    /// No value, or null, or an empty list.
    Absent,
}

impl Condition {
    /// Holds for every record.
    pub const fn always() -> Self {
        Self::All(Vec::new())
    }

    /// Does it hold exactly where the other does not, as can be seen from how they are written?
    pub fn is_opposite_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Not(inner), other) if **inner == *other => true,
            (one, Self::Not(inner)) => **inner == *one,
            _ => false,
        }
    }

    /// Can both never hold together, as can be seen from how they are written?
    pub fn excludes(&self, other: &Self) -> bool {
        self.demands().iter().any(|one| other.demands().iter().any(|another| one.is_opposite_of(another)))
    }

    /// What must hold, each for itself.
    fn demands(&self) -> &[Self] {
        if let Self::All(all) = self { all } else { std::slice::from_ref(self) }
    }

    /// Does it hold for this document? The definition of the language.
    pub fn matches(&self, document: &Document) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.matches(document)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.matches(document)),
            Self::Not(condition) => !condition.matches(document),
            Self::Is(path, test) => {
                let values = document.values_at(path.name);
                match test {
                    Test::Absent => values.is_empty(),
                    test => values.into_iter().any(|value| test.passes(value)),
                }
            }
        }
    }
}

impl Test {
    fn passes(&self, value: &Value) -> bool {
        match self {
            Self::Eq(other) => value == other,
            Self::In(others) => others.contains(value),
            Self::Lt(other) => value.compare(other) == Some(Ordering::Less),
            Self::Gt(other) => value.compare(other) == Some(Ordering::Greater),
            Self::Contains(part) => {
                value.as_text().is_some_and(|text| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
            }
            Self::Absent => false,
        }
    }
}

/// Compares two documents by the single value at a path: absent first, then by size.
pub fn compare_at(path: &str, a: &Document, b: &Document) -> Ordering {
    match (a.at(path).filter(|value| !value.is_null()), b.at(path).filter(|value| !value.is_null())) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => a.compare(b).unwrap_or(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: Path = Path { name: "tags", kind: Kind::Text, many: true };
    const SIZE: Path = Path { name: "metrics.size", kind: Kind::Int, many: false };

    #[test]
    fn absent_means_missing_null_or_empty() {
        for document in [
            Document::new(),
            Document::new().with("tags", Value::Null),
            Document::new().with("tags", Vec::<Value>::new()),
        ] {
            assert!(Condition::Is(TAGS, Test::Absent).matches(&document));
            assert!(!Condition::Is(TAGS, Test::Eq("a".into())).matches(&document));
            assert!(Condition::Not(Box::new(Condition::Is(TAGS, Test::Eq("a".into())))).matches(&document));
        }
    }

    #[test]
    fn opposites_are_told_from_how_they_are_written() {
        let absent = || Condition::Is(TAGS, Test::Absent);
        let small = || Condition::Is(SIZE, Test::Lt(9.into()));
        let not = |condition| Condition::Not(Box::new(condition));
        assert!(absent().is_opposite_of(&not(absent())) && not(absent()).is_opposite_of(&absent()));
        assert!(!absent().is_opposite_of(&absent()) && !absent().is_opposite_of(&not(small())));
        let both = Condition::All(vec![small(), not(absent())]);
        assert!(both.excludes(&absent()) && absent().excludes(&both));
        assert!(both.excludes(&Condition::All(vec![not(small()), not(absent())])));
        assert!(!both.excludes(&small()) && !both.excludes(&Condition::always()));
        assert!(!Condition::Any(vec![small(), absent()]).excludes(&not(absent())));
    }

    #[test]
    fn one_of_many_values_is_enough() {
        let document = Document::new().with("tags", vec![Value::from("a"), Value::from("B")]);
        assert!(Condition::Is(TAGS, Test::Contains("b".into())).matches(&document));
        assert!(!Condition::Is(TAGS, Test::Eq("b".into())).matches(&document));
    }

    #[test]
    fn numbers_compare_and_absent_ones_never_do() {
        let document = Document::new().with("metrics", Document::new().with("size", 3));
        assert!(Condition::Is(SIZE, Test::Gt(2.into())).matches(&document));
        assert!(!Condition::Is(SIZE, Test::Lt(9.into())).matches(&Document::new()));
    }
}
