//! The port for an analyser: a service that is told of every change of a resource and looks at what
//! is behind it, as udata's hydra does.

use async_trait::async_trait;
use basalt_domain::Document;

use crate::files::Cause;

/// What happened to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceAction {
    /// It was added.
    Created,
    /// It was changed.
    Updated,
    /// It was removed.
    Deleted,
}

impl ResourceAction {
    /// Its name where it waits to be told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::Deleted].into_iter().find(|action| action.as_str() == name)
    }
}

/// What an analyser is told.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceEvent {
    /// What happened.
    pub action: ResourceAction,
    /// Id of the dataset.
    pub dataset: String,
    /// Id of the resource.
    pub resource: String,
    /// The resource as it is now: plain texts, numbers and maps. None once it is removed.
    pub document: Option<Document>,
}

/// Why an analyser was not told.
#[derive(Debug, thiserror::Error)]
#[error("the analyser was not told")]
pub struct AnalyserError(#[source] pub Cause);

/// Is told of changes of resources.
#[async_trait]
pub trait Analyser: Send + Sync + 'static {
    /// Tells it. An error means that it may not know: it is told again later, perhaps twice.
    async fn tell(&self, event: &ResourceEvent) -> Result<(), AnalyserError>;
}
