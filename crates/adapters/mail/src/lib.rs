//! Mail to the log, to a maildir, or to a server by SMTP.
//!
//! [`from_url`] turns the setting `mail.url` into a [`Mailer`]:
//!
//! | URL | what happens with a mail |
//! |---|---|
//! | `log:` | one line in the log, without body and with a masked address |
//! | `maildir:///PATH` | one file in `PATH/new`, as mail programs read it |
//! | `smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required]` | sent; port 587 with a user, else 25 |
//! | `smtps://[USER:PASSWORD@]HOST[:PORT]` | sent by TLS from the first byte; port 465 |

mod compose;
mod log;
mod maildir;
mod smtp;

use std::sync::Arc;

use basalt_ports::mail::Mailer;
use url::Url;

pub use crate::{compose::Sender, log::LogMailer, maildir::MaildirMailer, smtp::SmtpMailer};

/// Why a mailer could not be made. Texts name the setting, never a password.
#[derive(Debug, thiserror::Error)]
pub enum MailUrlError {
    /// The setting is not a URL that we know.
    #[error("mail.url must be log:, maildir:///PATH, smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…")]
    UnknownUrl,
    /// `tls` has another value than those three.
    #[error("tls in mail.url must be required, opportunistic or none")]
    UnknownTls,
    /// The sender is not a mail address.
    #[error("the sender of mails is not a mail address")]
    InvalidSender(#[from] lettre::address::AddressError),
    /// The folder cannot be made.
    #[error("the folder of mail.url cannot be made")]
    Folder(#[source] std::io::Error),
    /// The host name cannot be verified by TLS.
    #[error("the host of mail.url is not valid for TLS")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// Makes the mailer behind a URL; `from` is `portal@example.org` or `Portal <portal@example.org>`. No server is contacted.
///
/// Errors: every variant of [`MailUrlError`].
pub fn from_url(url: &str, from: &str) -> Result<Arc<dyn Mailer>, MailUrlError> {
    let sender = Sender::parse(from)?;
    let url = Url::parse(url).map_err(|_invalid| MailUrlError::UnknownUrl)?;
    match url.scheme() {
        "log" => Ok(Arc::new(LogMailer)),
        "maildir" => {
            if url.has_host() && !url.host_str().unwrap_or_default().is_empty() {
                return Err(MailUrlError::UnknownUrl);
            }
            // The rules for percent signs and drive letters are those of `file:`.
            let file = Url::parse(&format!("file://{}", url.path())).map_err(|_invalid| MailUrlError::UnknownUrl)?;
            let path = file.to_file_path().map_err(|()| MailUrlError::UnknownUrl)?;
            Ok(Arc::new(MaildirMailer::open(path, sender).map_err(MailUrlError::Folder)?))
        }
        "smtp" | "smtps" => Ok(Arc::new(SmtpMailer::from_url(&url, sender)?)),
        _ => Err(MailUrlError::UnknownUrl),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str) -> Result<(), MailUrlError> {
        from_url(url, "Portal <portal@example.org>").map(drop)
    }

    #[test]
    fn the_four_kinds_of_url_are_known() {
        for url in [
            "log:",
            "log://",
            "smtp://127.0.0.1:2525",
            "smtp://mail.example.org",
            "smtp://user:p%40ss@mail.example.org:587?tls=none",
            "smtps://user:pass@mail.example.org",
        ] {
            made(url).unwrap();
        }
        let home = tempfile::tempdir().unwrap();
        made(&format!("maildir://{}", home.path().join("a b").display())).unwrap();
        assert!(home.path().join("a b/new").is_dir());
    }

    #[test]
    fn other_urls_are_refused_without_telling_secrets() {
        for url in
            ["", "log", "imap://user:SECRET@host", "maildir://host/path", "smtp:", "smtp://user:SECRET@host?tls=maybe"]
        {
            let error = made(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
        }
    }

    #[test]
    fn the_sender_must_be_an_address() {
        assert!(matches!(from_url("log:", "nobody"), Err(MailUrlError::InvalidSender(_))));
    }
}
