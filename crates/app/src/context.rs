//! The ports that the use cases work with.

use std::sync::Arc;

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::{Clock, IdSource, Store, analyser::Analyser, files::FileStore, mail::Mailer, pictures::Pictures};
use secrecy::SecretString;
use uuid::Uuid;

/// The ports that the use cases work with, and the secrets.
pub struct Context {
    /// What is stored.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids and secrets.
    pub ids: Arc<dyn IdSource>,
    /// Uploaded files.
    pub files: Arc<dyn FileStore>,
    /// Pictures made of uploaded ones.
    pub pictures: Arc<dyn Pictures>,
    /// Who is told of changes of resources, if anybody.
    pub analyser: Option<Arc<dyn Analyser>>,
    /// Mails.
    pub mailer: Arc<dyn Mailer>,
    /// Secrets of this portal.
    pub secrets: Secrets,
    /// Does another program of udata's kind use the same database? Then new passwords are hashed
    /// in its scheme.
    pub shared_with_udata: bool,
}

/// Secrets of a portal; equal on all its nodes.
pub struct Secrets {
    /// Key of the hashes of API keys.
    pub api_token: SecretString,
    /// What API keys start with.
    pub api_token_prefix: String,
    /// Signs sessions, and keys of former versions.
    pub secret_key: SecretString,
    /// Salt of password hashes.
    pub password_salt: SecretString,
}

impl Context {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id.
    pub fn id(&self) -> ObjectId {
        self.ids.object_id()
    }

    /// A new UUID.
    pub fn uuid(&self) -> Uuid {
        self.ids.uuid()
    }
}
