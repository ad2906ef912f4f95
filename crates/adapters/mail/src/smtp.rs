//! Mail by SMTP.
//!
//! A connection per mail: a portal sends few, and a pooled connection that the server closed meanwhile costs a mail.

use std::{fmt, net::IpAddr, time::Duration};

use async_trait::async_trait;
use basalt_ports::mail::{MailError, Mailer, Message};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    transport::smtp::{
        Error as SmtpError,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use url::{Host, Url};

use crate::{MailUrlError, compose::Sender};

/// How long the server may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Hands each mail to a server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
}

/// Without the transport, which knows the password.
impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer").field("sender", &self.sender).finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// From `smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required|opportunistic|none]` or `smtps://…`.
    ///
    /// Without `tls`, `smtp:` encrypts when the server can; with a password it must, except on the own machine: a password is never sent
    /// in clear because somebody on the way dropped a line.
    pub fn from_url(url: &Url, sender: Sender) -> Result<Self, MailUrlError> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailUrlError::UnknownUrl)?;
        // `[::1]` is an address with brackets in a URL and without elsewhere.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let credentials = credentials(url)?;
        let encrypted = || TlsParameters::new(host.to_owned()).map_err(MailUrlError::Tls);
        let (tls, default_port) = if url.scheme() == "smtps" {
            (Tls::Wrapper(encrypted()?), 465)
        } else {
            let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
            let tls = match asked.as_deref() {
                Some("required") => Tls::Required(encrypted()?),
                Some("opportunistic") => Tls::Opportunistic(encrypted()?),
                Some("none") => Tls::None,
                Some(_) => return Err(MailUrlError::UnknownTls),
                None if credentials.is_some() && !is_own_machine(host) => Tls::Required(encrypted()?),
                None => Tls::Opportunistic(encrypted()?),
            };
            (tls, if credentials.is_some() { 587 } else { 25 })
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(url.port().unwrap_or(default_port))
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.build(), sender })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    #[tracing::instrument(name = "mail.smtp.send", skip_all)]
    async fn send(&self, message: Message) -> Result<(), MailError> {
        let mail = self.sender.compose(message)?;
        self.transport.send(mail).await.map(drop).map_err(meaning)
    }

    #[tracing::instrument(name = "mail.smtp.ready", skip_all)]
    async fn ready(&self) -> Result<(), MailError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Unavailable("the server greets and does not answer".into())),
            Err(error) => Err(MailError::Unavailable(error.into())),
        }
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailUrlError> {
    if url.username().is_empty() {
        return Ok(None);
    }
    let decoded = |text: &str| -> Result<String, MailUrlError> {
        // The only decoder at hand is that of query strings, where a plus is a space; here it is a plus.
        let query = format!("v={}", text.replace('+', "%2B"));
        let (_, value) = url::form_urlencoded::parse(query.as_bytes()).next().ok_or(MailUrlError::UnknownUrl)?;
        Ok(value.into_owned())
    };
    Ok(Some(Credentials::new(decoded(url.username())?, decoded(url.password().unwrap_or_default())?)))
}

fn is_own_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

/// 5xx is about this mail; a refused password or connection is about us, and may be repaired before the next attempt.
fn meaning(error: SmtpError) -> MailError {
    let code = error.status().map(u16::from);
    match code {
        Some(530..=539) => MailError::Unavailable(error.into()),
        Some(500..) => MailError::Rejected(error.into()),
        _ => MailError::Unavailable(error.into()),
    }
}
