//! The mailer of who has no mail server yet.

use async_trait::async_trait;
use basalt_ports::mail::{MailError, Mailer, Message, masked};

/// Writes one line per mail into the log: neither body nor whole address, because logs are read by more people than mails.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogMailer;

#[async_trait]
impl Mailer for LogMailer {
    async fn send(&self, message: Message) -> Result<(), MailError> {
        let to = masked(&message.to);
        tracing::info!(mail.to = %to, mail.subject = %message.subject, mail.text_bytes = message.text.len(), "mail to {to} not sent: mail.url is log:");
        Ok(())
    }
}
