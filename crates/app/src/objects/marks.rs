//! What administrators of the portal give to objects: the first place, badges; and extras.

use basalt_domain::{Badge, Document, ObjectId, policy::object::Action};
use basalt_ports::ChangeSet;

use super::{Class, Objects};
use crate::{AppError, Caller};

impl<E: Class> Objects<E> {
    /// Shows one first, or no longer. Errors: `SignIn`, `Forbidden`, `NotFound`.
    pub async fn feature(&self, caller: &Caller, id: ObjectId, featured: bool) -> Result<E, AppError> {
        let changed = self.change_with(caller, id, Action::Feature, None, async |object| {
            object.feature(featured);
            Ok(ChangeSet::new())
        });
        changed.await
    }

    /// Gives a badge of one of the known kinds: the badge, and whether it is new. Errors: `SignIn`,
    /// `Forbidden`, `Invalid` for an unknown kind.
    pub async fn add_badge(
        &self,
        caller: &Caller,
        id: ObjectId,
        kind: Option<&str>,
        known: &[(&str, &str)],
    ) -> Result<(Badge, bool), AppError> {
        let (by, now) = (caller.id()?, self.context().now());
        let told = format!("Unknown badge type for {}: {}", E::CLASS, kind.unwrap_or("None"));
        let unknown = || AppError::body(E::CLASS, told);
        let kind = kind.filter(|kind| known.iter().any(|(name, _label)| name == kind)).ok_or_else(unknown)?;
        let stored = self.fresh(id).await?;
        self.allow(caller, &stored.value, Action::Feature).await?;
        let mut present = stored.value;
        let found = present.badges_mut().and_then(|badges| badges.iter().find(|badge| badge.kind == kind).cloned());
        if let Some(badge) = found {
            return Ok((badge, false));
        }
        let badge = Badge {
            class: Some(format!("{}Badge", E::CLASS)),
            kind: kind.into(),
            created: now,
            created_by: Some(by),
            rest: Document::new(),
        };
        self.change_with(caller, id, Action::Feature, None, async |object| {
            if let Some(badges) = object.badges_mut()
                && !badges.iter().any(|present| present.kind == badge.kind)
            {
                badges.insert(0, badge.clone());
            }
            Ok(ChangeSet::new())
        })
        .await?;
        Ok((badge, true))
    }

    /// Takes a badge. Errors: `SignIn`, `Forbidden`, `NotFound` where there is none of this kind.
    pub async fn remove_badge(&self, caller: &Caller, id: ObjectId, kind: &str) -> Result<(), AppError> {
        let changed = self.change_with(caller, id, Action::Feature, None, async |object| {
            let badges = object.badges_mut().ok_or(AppError::NotFound("Badge"))?;
            let before = badges.len();
            badges.retain(|badge| badge.kind != kind);
            if badges.len() < before { Ok(ChangeSet::new()) } else { Err(AppError::NotFound("Badge")) }
        });
        changed.await.map(drop)
    }

    /// Replaces the extras by what the change makes of them. Errors: as of [`Self::update`].
    pub async fn change_extras(
        &self,
        caller: &Caller,
        id: ObjectId,
        change: impl Fn(&mut Document),
    ) -> Result<Document, AppError> {
        let mut changed = self
            .change_with(caller, id, Action::Edit, None, async |object| {
                change(object.extras_mut());
                Ok(ChangeSet::new())
            })
            .await?;
        Ok(std::mem::take(changed.extras_mut()))
    }
}
