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

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_log_tells_neither_body_nor_whole_address() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let (to, subject) = ("claire.dupont@example.org".to_owned(), "Reset".to_owned());
        LogMailer.send(Message { to, subject, text: "SECRET".into(), html: Some("SECRET".into()) }).await.unwrap();
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(logged.contains("c***@example.org") && logged.contains("Reset"), "{logged}");
        assert!(!logged.contains("claire") && !logged.contains("SECRET"), "{logged}");
    }
}
