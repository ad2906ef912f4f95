//! Mails as files: for development, for tests, and for a mail system that picks them up.
//!
//! The layout is maildir (<https://cr.yp.to/proto/maildir.html>): a mail is written in `tmp`, and appears whole in `new`.

use std::{
    io,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use basalt_ports::mail::{MailError, Mailer, Message};
use tokio::{fs, io::AsyncWriteExt as _};
use uuid::Uuid;

use crate::compose::Sender;

/// Puts each mail as a file into a maildir. Names begin with the time, so they sort in the order of sending.
#[derive(Clone, Debug)]
pub struct MaildirMailer {
    folder: PathBuf,
    sender: Sender,
}

impl MaildirMailer {
    /// Makes the folder, with `tmp`, `new` and `cur`, when it is not there.
    pub fn open(folder: PathBuf, sender: Sender) -> io::Result<Self> {
        for part in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(folder.join(part))?;
        }
        Ok(Self { folder, sender })
    }

    async fn store(&self, mail: &[u8]) -> io::Result<()> {
        let name = file_name();
        let temporary = self.folder.join("tmp").join(&name);
        let written = async {
            let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary).await?;
            file.write_all(mail).await?;
            file.sync_all().await?;
            fs::rename(&temporary, self.folder.join("new").join(&name)).await
        };
        let written = written.await;
        if written.is_err() {
            // Best effort: what stays in `tmp` is no mail, and mail programs clean up there.
            let _ = fs::remove_file(&temporary).await;
        }
        written
    }
}

#[async_trait]
impl Mailer for MaildirMailer {
    #[tracing::instrument(name = "mail.maildir.send", skip_all)]
    async fn send(&self, message: Message) -> Result<(), MailError> {
        let mail = self.sender.compose(message)?.formatted();
        self.store(&mail).await.map_err(|error| MailError::Unavailable(error.into()))
    }
}

/// Unique on all machines that share the folder.
fn file_name() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "maildir asks for the time of the machine in the name; no answer depends on it"
    )]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!(
        "{}.M{:06}P{}_{}.basalt",
        since.as_secs(),
        since.subsec_micros(),
        std::process::id(),
        Uuid::new_v4().simple()
    )
}
