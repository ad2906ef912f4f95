//! From a message to the bytes that travel (RFC 5322).

use basalt_ports::mail::{MailError, Message};
use lettre::{
    Message as Mail,
    address::AddressError,
    message::{Mailbox, MultiPart, SinglePart, header},
};
use uuid::Uuid;

/// Who writes all mails of this portal.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads `portal@example.org` or `Portal <portal@example.org>`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        text.parse().map(Self)
    }

    /// The whole mail. Errors: `InvalidAddress` of the recipient, `Rejected` when no mail can be made of it.
    pub(crate) fn compose(&self, message: Message) -> Result<Mail, MailError> {
        let Message { to, subject, text, html } = message;
        let to: Mailbox = to.parse().map_err(|error: AddressError| MailError::InvalidAddress(error.into()))?;
        let builder = Mail::builder()
            .from(self.0.clone())
            .to(to)
            .subject(one_line(&subject))
            .message_id(Some(format!("<{}@{}>", Uuid::new_v4(), self.0.email.domain())))
            // No answers of holiday robots to robots (RFC 3834).
            .header(AutoSubmitted);
        let mail = match html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(text, html)),
            None => builder.singlepart(SinglePart::plain(text)),
        };
        mail.map_err(|error| MailError::Rejected(error.into()))
    }
}

/// A subject is one line, whatever names a user has put into it: a line break would begin another header.
fn one_line(subject: &str) -> String {
    subject.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(to: &str, subject: &str, html: Option<&str>) -> Result<String, MailError> {
        let message = Message {
            to: to.into(),
            subject: subject.into(),
            text: "Bonjour à vous".into(),
            html: html.map(Into::into),
        };
        let mail = Sender::parse("Portal <portal@example.org>").unwrap().compose(message)?;
        Ok(String::from_utf8(mail.formatted()).unwrap())
    }

    #[test]
    fn a_mail_has_the_headers_that_servers_expect() {
        let mail = composed("claire@example.org", "Hello", None).unwrap();
        for header in [
            "From: Portal <portal@example.org>\r\n",
            "To: claire@example.org\r\n",
            "Subject: Hello\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
        ] {
            assert!(mail.contains(header), "{header}{mail}");
        }
        assert!(mail.contains("\r\nDate: ") || mail.starts_with("Date: "), "{mail}");
        assert!(mail.contains("@example.org>\r\n") && mail.contains("Message-ID: <"), "{mail}");
    }

    #[test]
    fn a_mail_with_html_has_both_bodies() {
        let mail = composed("claire@example.org", "Hello", Some("<p>Bonjour</p>")).unwrap();
        assert!(
            mail.contains("multipart/alternative") && mail.contains("text/plain") && mail.contains("<p>Bonjour</p>"),
            "{mail}"
        );
    }

    #[test]
    fn a_subject_cannot_smuggle_headers() {
        let mail = composed("claire@example.org", "Hello\r\nBcc: all@example.org\n\n<body>", None).unwrap();
        assert!(mail.contains("Subject: Hello Bcc: all@example.org <body>\r\n"), "{mail}");
        assert!(!mail.contains("\nBcc:"), "{mail}");
    }

    #[test]
    fn an_address_cannot_smuggle_recipients() {
        for to in ["nobody", "", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org"] {
            assert!(matches!(composed(to, "Hello", None), Err(MailError::InvalidAddress(_))), "{to:?}");
        }
    }
}
