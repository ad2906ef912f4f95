//! Use cases: load, decide, commit, tell. No HTTP words.

pub mod activities;
pub mod caller;
pub mod contacts;
pub mod context;
pub mod datasets;
pub mod error;
pub mod folding;
pub mod follows;
pub mod form;
pub mod keys;
pub mod legal;
pub mod notices;
pub mod objects;
pub mod organizations;
pub mod passwords;
pub mod pictures;
pub mod posts;
pub mod search;
pub mod sites;
pub mod slugs;
pub mod system;
pub mod tokens;
pub mod topics;
pub mod users;
pub mod work;

use std::sync::Arc;

use basalt_domain::{Chart, Dataservice, Reuse, Topic};

pub use caller::Caller;
pub use context::{Context, Secrets};
pub use error::AppError;
pub use form::Form;

/// Every use case, over one set of ports. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The ports themselves.
    pub context: Arc<Context>,
    /// Organisations and their members.
    pub organizations: organizations::Organizations,
    /// Accounts.
    pub users: users::Users,
    /// Finding what people type.
    pub search: search::Search,
    /// Keys and who they belong to.
    pub tokens: tokens::Tokens,
    /// Who follows what.
    pub follows: follows::Follows,
    /// What happened.
    pub activities: activities::Activities,
    /// Contact points.
    pub contacts: contacts::Contacts,
    /// Notices to users.
    pub notices: notices::Notices,
    /// Work that waits.
    pub work: work::Work,
    /// Datasets.
    pub datasets: objects::Objects<basalt_domain::Dataset>,
    /// Resources of datasets.
    pub resources: datasets::Resources,
    /// Community resources.
    pub community_resources: datasets::CommunityResources,
    /// Uploaded files.
    pub uploads: datasets::Uploads,
    /// Reuses.
    pub reuses: objects::Objects<Reuse>,
    /// Dataservices.
    pub dataservices: objects::Objects<Dataservice>,
    /// Topics.
    pub topics: objects::Objects<Topic>,
    /// Elements of topics.
    pub topic_elements: topics::Elements,
    /// Visualisations.
    pub charts: objects::Objects<Chart>,
    /// Posts.
    pub posts: posts::Posts,
    /// The portal itself.
    pub sites: sites::Sites,
}

impl Services {
    /// All use cases over these ports.
    pub fn new(context: Context) -> Self {
        let context = Arc::new(context);
        Self {
            organizations: organizations::Organizations::new(Arc::clone(&context)),
            users: users::Users::new(Arc::clone(&context)),
            tokens: tokens::Tokens::new(Arc::clone(&context)),
            follows: follows::Follows::new(Arc::clone(&context)),
            activities: activities::Activities::new(Arc::clone(&context)),
            contacts: contacts::Contacts::new(Arc::clone(&context)),
            notices: notices::Notices::new(Arc::clone(&context)),
            work: work::Work::new(Arc::clone(&context)),
            datasets: objects::Objects::new(Arc::clone(&context)),
            resources: datasets::Resources::new(objects::Objects::new(Arc::clone(&context))),
            community_resources: datasets::CommunityResources::new(Arc::clone(&context)),
            uploads: datasets::Uploads::new(Arc::clone(&context)),
            reuses: objects::Objects::new(Arc::clone(&context)),
            dataservices: objects::Objects::new(Arc::clone(&context)),
            topics: objects::Objects::new(Arc::clone(&context)),
            topic_elements: topics::Elements::new(Arc::clone(&context)),
            charts: objects::Objects::new(Arc::clone(&context)),
            posts: posts::Posts::new(Arc::clone(&context)),
            search: search::Search::new(Arc::clone(&context)),
            sites: sites::Sites::new(Arc::clone(&context)),
            context,
        }
    }
}
