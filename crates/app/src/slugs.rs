//! Slugs that are free, and redirects from those that changed.

use basalt_domain::{Entity, Field, SlugFollow, slug};
use basalt_ports::{ChangeSet, Repo, StorageError, Store};

use crate::Context;

/// A slug for this name. As long as nobody has said that the best one is taken, it is not asked for:
/// storage lets only one writer have it, and then the other is told.
pub async fn wanted<E: Entity>(
    repo: &Repo<E>,
    field: &Field<E, String>,
    (name, fallback): (&str, &str),
    taken: bool,
) -> Result<String, StorageError> {
    let mut base = slug::slugify(name);
    if base.is_empty() {
        base = fallback.to_owned();
    }
    let mut candidate = base.clone();
    let mut number = 0;
    while taken && repo.exists(field.eq(candidate.as_str())).await? {
        number += 1;
        candidate = slug::numbered(&base, number);
    }
    Ok(candidate)
}

/// Makes the old slug lead to the new one; chains are flattened, and what the new slug led to ends.
pub async fn moved(context: &Context, class: &str, old: &str, new: &str) -> Result<ChangeSet, StorageError> {
    let concerned = SlugFollow::from_old(class, new).or(SlugFollow::to_new(class, old));
    let mut changes = ChangeSet::new();
    for mut follow in context.store.slug_follows.fresh_list(concerned, u64::MAX).await? {
        if follow.value.old_slug == new {
            changes = changes.delete(&follow);
        } else {
            follow.value.new_slug = new.into();
            changes = changes.update(&follow);
        }
    }
    let follow = SlugFollow {
        id: context.id(),
        namespace: class.into(),
        old_slug: old.into(),
        new_slug: new.into(),
        rest: basalt_domain::Document::new(),
    };
    Ok(changes.insert(&follow))
}

/// Ends redirects from a slug that an object now has itself.
pub async fn taken(store: &Store, class: &str, slug: &str) -> Result<ChangeSet, StorageError> {
    let ended = store.slug_follows.fresh_list(SlugFollow::from_old(class, slug), u64::MAX).await?;
    Ok(ended.iter().fold(ChangeSet::new(), ChangeSet::delete))
}

/// What a reference in an address leads to.
pub enum Found<T> {
    /// The object.
    Here(T),
    /// Its present slug, where the reference was a former one or spelt otherwise.
    At(String),
    /// Nothing.
    Missing,
}

impl<T> Found<T> {
    /// The same about something of the object.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Here(object) => Found::Here(change(object)),
            Self::At(slug) => Found::At(slug),
            Self::Missing => Found::Missing,
        }
    }
}

/// Where a text that is no present slug leads: a former slug, or one that slugifies to a present one.
pub async fn redirect<E: Entity>(
    store: &Store,
    repo: &Repo<E>,
    field: &Field<E, String>,
    class: &str,
    reference: &str,
) -> Result<Option<String>, StorageError> {
    if let Some(follow) = store.slug_follows.first(SlugFollow::from_old(class, reference)).await? {
        return Ok(Some(follow.value.new_slug.clone()));
    }
    let slug = slug::slugify(reference);
    if slug.is_empty() || slug == reference {
        return Ok(None);
    }
    Ok(repo.exists(field.eq(slug.as_str())).await?.then_some(slug))
}
