//! The port for outgoing mail.
//!
//! A use case composes a [`Message`] and hands it over after its commit. Delivery is the adapter's matter; a mail that could not be
//! sent never undoes what was committed.

use std::fmt;

use async_trait::async_trait;

use crate::files::Cause;

/// One mail to one person. The sender is configuration of the adapter.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The address of the recipient.
    pub to: String,
    /// One line, in the recipient's language.
    pub subject: String,
    /// The body for everybody.
    pub text: String,
    /// The same body for those who like it nicer.
    pub html: Option<String>,
}

/// Shows no address and no body: messages hold names and secret links, and debug output ends in logs.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("to", &masked(&self.to))
            .field("text_bytes", &self.text.len())
            .field("has_html", &self.html.is_some())
            .finish_non_exhaustive()
    }
}

/// An address as it may appear in logs: `c***@example.org`.
pub fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.chars().next().unwrap_or_default()),
        None => "***".to_owned(),
    }
}

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The recipient is not a mail address.
    #[error("invalid mail address")]
    InvalidAddress(#[source] Cause),
    /// The server will never take this mail: sending it again is useless.
    #[error("mail rejected")]
    Rejected(#[source] Cause),
    /// The server did not answer or asks for patience: send it again later.
    #[error("mail server unavailable")]
    Unavailable(#[source] Cause),
}

/// Sends mail.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over; `Ok` means that the next server has it, not that it was read.
    ///
    /// Errors: `InvalidAddress`, `Rejected`, `Unavailable`.
    async fn send(&self, message: Message) -> Result<(), MailError>;

    /// Would the next server take a mail now? Asks it without sending any.
    ///
    /// Errors: `Unavailable`.
    async fn ready(&self) -> Result<(), MailError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_tells_neither_address_nor_body() {
        let message = Message {
            to: "claire.dupont@example.org".into(),
            subject: "Reset".into(),
            text: "https://portal.example.org/reset/SECRET".into(),
            html: None,
        };
        let shown = format!("{message:?}");
        assert!(shown.contains("c***@example.org"), "{shown}");
        assert!(!shown.contains("claire") && !shown.contains("SECRET") && !shown.contains("Reset"), "{shown}");
    }
}
