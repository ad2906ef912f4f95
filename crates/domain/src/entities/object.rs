//! What the objects of a catalogue have in common: an owner, a slug, a life.

use crate::{ActivityKey, Badge, Document, Entity, Field, Filter, Lifecycle, ObjectId, Sort, Timestamp};

/// Something that belongs to a user or to an organisation, never to both.
pub trait Owned: Entity {
    /// The user it belongs to.
    const OWNER: Field<Self, ObjectId> = Field::one("owner");
    /// The organisation it belongs to.
    const ORGANIZATION: Field<Self, ObjectId> = Field::one("organization");

    /// The user it belongs to.
    fn owner(&self) -> Option<ObjectId>;
    /// The organisation it belongs to.
    fn organization(&self) -> Option<ObjectId>;
    /// Gives it to a user or an organisation.
    fn give(&mut self, to: Owner);

    /// Those that belong to this user, or to one of these organisations.
    fn belonging_to(user: ObjectId, organizations: &[ObjectId]) -> Filter<Self> {
        let own = Self::OWNER.eq(user);
        if organizations.is_empty() { own } else { own.or(Self::ORGANIZATION.among(organizations.iter().copied())) }
    }
}

/// Whom something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A user.
    User(ObjectId),
    /// An organisation.
    Organization(ObjectId),
}

/// An object of the catalogue: it has a slug made of its title, can be private, and most can be
/// deleted and restored.
pub trait CatalogueObject: Owned<Id = ObjectId> {
    /// Class name in documents and messages.
    const CLASS: &'static str;
    /// The contract's sentence about a deleted one.
    const GONE: &'static str;
    /// Its slug; unique.
    const SLUG: Field<Self, String> = Field::one("slug");
    /// Can a partial editor be given one?
    const ASSIGNABLE: bool;
    /// Is a deleted one kept, to be restored?
    const SOFT_DELETE: bool;
    /// Name of the number of these in the metrics of whom they belong to; empty: not counted.
    const METRIC: &'static str;
    /// Stored fields whose change is not told in the activity stream.
    const UNTOLD: &'static [&'static str];
    /// What is told of its creation.
    const CREATED: Option<ActivityKey>;
    /// What is told of its changes.
    const UPDATED: Option<ActivityKey>;
    /// What is told of its deletion.
    const DELETED: Option<ActivityKey>;
    /// The order of lists that name none: newest first.
    const NEWEST_FIRST: Sort<Self>;

    /// What it is called.
    fn title(&self) -> &str;
    /// Its title in addresses.
    fn slug(&self) -> &str;
    /// Sets its title in addresses.
    fn set_slug(&mut self, slug: String);
    /// May only those it belongs to see it?
    fn is_private(&self) -> bool;
    /// When it was deleted.
    fn deleted(&self) -> Option<Timestamp>;
    /// Marks it as deleted or not.
    fn set_deleted(&mut self, at: Option<Timestamp>);
    /// Was it archived?
    fn is_archived(&self) -> bool;
    /// It was changed at this time.
    fn touch(&mut self, now: Timestamp);
    /// Shows it first, or no longer.
    fn feature(&mut self, featured: bool);
    /// Marks given by the portal; none where the class has no badges.
    fn badges_mut(&mut self) -> Option<&mut Vec<Badge>>;
    /// What clients stored.
    fn extras_mut(&mut self) -> &mut Document;

    /// Those that everybody sees in lists.
    fn visible() -> Filter<Self>;

    /// The stored form of what is told when it changes; lists that are long and never told may be
    /// left out. Error: see [`Document::of`].
    fn tellable(&self) -> Result<Document, serde_json::Error> {
        Document::of(self)
    }

    /// Does everybody see it in lists? The same as [`Self::visible`], for one.
    fn is_visible(&self) -> bool {
        !self.is_private() && self.deleted().is_none() && !self.is_archived()
    }

    /// Where it is in its life.
    fn lifecycle(&self) -> Lifecycle {
        match (self.deleted().is_some(), self.is_private()) {
            (false, false) => Lifecycle::Public,
            (false, true) => Lifecycle::Private,
            (true, false) => Lifecycle::Deleted,
            (true, true) => Lifecycle::PrivateDeleted,
        }
    }
}
