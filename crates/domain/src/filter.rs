//! Conditions with the entity and the value type in their own type, so that mistakes do not compile.

use std::marker::PhantomData;

use crate::{Condition, Entity, ObjectId, Path, Test, Timestamp, Value, collection::Kind};

/// A queryable field of entity `E` with values of type `T`.
pub struct Field<E, T> {
    /// Where it is, for declarations in [`crate::Collection`].
    pub path: Path,
    of: PhantomData<fn() -> (E, T)>,
}

/// A Rust type that a field can hold.
pub trait FieldValue: Into<Value> {
    /// Its kind in storage.
    const KIND: Kind;
}

macro_rules! field_value {
    ($($type:ty => $kind:ident),*) => { $(impl FieldValue for $type { const KIND: Kind = Kind::$kind; })* };
}
field_value!(String => Text, i64 => Int, f64 => Float, bool => Bool, ObjectId => Id, Timestamp => Time);

impl<E, T: FieldValue> Field<E, T> {
    /// A field with one value at most.
    pub const fn one(name: &'static str) -> Self {
        Self { path: Path { name, kind: T::KIND, many: false }, of: PhantomData }
    }

    /// A field with any number of values.
    pub const fn many(name: &'static str) -> Self {
        Self { path: Path { name, kind: T::KIND, many: true }, of: PhantomData }
    }

    /// Equal to this.
    pub fn eq(&self, value: impl Into<T>) -> Filter<E> {
        self.test(Test::Eq(value.into().into()))
    }

    /// Equal to one of these; of none: never.
    pub fn among(&self, values: impl IntoIterator<Item = T>) -> Filter<E> {
        self.test(Test::In(values.into_iter().map(Into::into).collect()))
    }

    /// Less than this.
    pub fn below(&self, value: impl Into<T>) -> Filter<E> {
        self.test(Test::Lt(value.into().into()))
    }

    /// Greater than this.
    pub fn above(&self, value: impl Into<T>) -> Filter<E> {
        self.test(Test::Gt(value.into().into()))
    }

    /// No value there.
    pub fn absent(&self) -> Filter<E> {
        self.test(Test::Absent)
    }

    /// Some value there.
    pub fn present(&self) -> Filter<E> {
        self.absent().not()
    }

    /// Smallest first; absent ones before.
    pub const fn ascending(&self) -> Sort<E> {
        Sort { path: self.path, descending: false, of: PhantomData }
    }

    /// Greatest first; absent ones after.
    pub const fn descending(&self) -> Sort<E> {
        Sort { path: self.path, descending: true, of: PhantomData }
    }

    fn test(&self, test: Test) -> Filter<E> {
        Filter::new(Condition::Is(self.path, test))
    }
}

impl<E> Field<E, String> {
    /// Text that contains this one, ASCII letters without case; of a long one its first
    /// [`LONGEST_PART`] characters are looked for.
    pub fn contains(&self, part: impl Into<String>) -> Filter<E> {
        let mut part = part.into();
        if let Some((end, _character)) = part.char_indices().nth(LONGEST_PART) {
            part.truncate(end);
        }
        self.test(Test::Contains(part))
    }
}

/// As many characters of a text are looked for inside others. Databases refuse long patterns, each from
/// another length on, and no title that people type is longer.
pub const LONGEST_PART: usize = 200;

/// A condition on entities `E`.
pub struct Filter<E> {
    condition: Condition,
    of: PhantomData<fn() -> E>,
}

impl<E> Filter<E> {
    const fn new(condition: Condition) -> Self {
        Self { condition, of: PhantomData }
    }

    /// Holds for every record.
    pub const fn always() -> Self {
        Self::new(Condition::always())
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut all = match self.condition {
            Condition::All(all) => all,
            condition => vec![condition],
        };
        match other.condition {
            Condition::All(more) => all.extend(more),
            condition => all.push(condition),
        }
        // One alone stands for itself: equal filters must be equal conditions.
        match <[Condition; 1]>::try_from(all) {
            Ok([only]) => Self::new(only),
            Err(all) => Self::new(Condition::All(all)),
        }
    }

    /// One of both holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut any = match self.condition {
            Condition::Any(any) => any,
            condition => vec![condition],
        };
        match other.condition {
            Condition::Any(more) => any.extend(more),
            condition => any.push(condition),
        }
        Self::new(Condition::Any(any))
    }

    /// It does not hold.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "reads with and, or")]
    pub fn not(self) -> Self {
        Self::new(Condition::Not(Box::new(self.condition)))
    }

    /// The condition without its type, for storage.
    pub fn into_condition(self) -> Condition {
        self.condition
    }

    /// The condition without its type.
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }
}

impl<E: Entity> Filter<E> {
    /// The record of this id.
    pub fn id(id: &E::Id) -> Self {
        Self::new(Condition::Is(E::COLLECTION.id_path(), Test::Eq(id.clone().into())))
    }

    /// The records of these ids.
    pub fn ids<'a>(ids: impl IntoIterator<Item = &'a E::Id>) -> Self {
        let ids = ids.into_iter().map(|id| id.clone().into()).collect();
        Self::new(Condition::Is(E::COLLECTION.id_path(), Test::In(ids)))
    }
}

impl<E> Clone for Filter<E> {
    fn clone(&self) -> Self {
        Self::new(self.condition.clone())
    }
}

impl<E> std::fmt::Debug for Filter<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.condition.fmt(f)
    }
}

/// One sort key on entities `E`.
pub struct Sort<E> {
    /// By which field.
    pub path: Path,
    /// Greatest first?
    pub descending: bool,
    of: PhantomData<fn() -> E>,
}

impl<E> Sort<E> {
    /// By this single-valued field of `E`.
    pub const fn by(path: Path, descending: bool) -> Self {
        Self { path, descending, of: PhantomData }
    }
}

impl<E> Clone for Sort<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Sort<E> {}

impl<E> std::fmt::Debug for Sort<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.path.name)
    }
}
