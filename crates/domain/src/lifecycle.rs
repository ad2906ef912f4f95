//! Where a record is in its life.

/// Where a record is in its life.
///
/// Source: udata 17 answers 410 to `GET` of a deleted public object, 404 to a private one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// Everybody may see it.
    Public,
    /// Only those it belongs to may know of it.
    Private,
    /// It was deleted; those it belongs to may restore it.
    Deleted,
    /// It was private when it was deleted: only those it belongs to may know of it.
    PrivateDeleted,
}

impl Lifecycle {
    /// All of them, for tests that walk a table.
    pub const ALL: [Self; 4] = [Self::Public, Self::Private, Self::Deleted, Self::PrivateDeleted];
}
