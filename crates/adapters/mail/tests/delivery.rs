//! Mails that arrive: in a maildir, and at a server that listens in the test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use basalt_mail::from_url;
use basalt_ports::mail::{MailError, Message};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

const FROM: &str = "Portal <portal@example.org>";

fn a_message(text: &str) -> Message {
    Message {
        to: "claire@example.org".into(),
        subject: "Réinitialisation".into(),
        text: text.into(),
        html: Some(format!("<p>{text}</p>")),
    }
}

/// What a server heard, connection by connection, and what it answers to which command.
#[derive(Clone, Default)]
struct Sink {
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
    refusal: Option<(&'static str, &'static str)>,
}

impl Sink {
    async fn listen(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sink = self.clone();
                tokio::spawn(async move { sink.talk(stream).await });
            }
        });
        address
    }

    fn refusing(command: &'static str, answer: &'static str) -> Self {
        Self { refusal: Some((command, answer)), ..Self::default() }
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 sink\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            self.heard.lock().unwrap().push(line.clone());
            let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match (command.as_str(), self.refusal) {
                (command, Some((refused, answer))) if command == refused => answer,
                ("EHLO", _) => "250-sink\r\n250 AUTH PLAIN LOGIN",
                ("AUTH", _) => "235 welcome",
                ("DATA", _) => "354 go on",
                ("QUIT", _) => "221 bye",
                _ => "250 ok",
            };
            writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
            if answer.starts_with("354") {
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                self.mails.lock().unwrap().push(mail);
                writer.write_all(b"250 taken\r\n").await.ok()?;
            }
        }
        Some(())
    }

    fn heard(&self, beginning: &str) -> bool {
        self.heard.lock().unwrap().iter().any(|line| line.starts_with(beginning))
    }
}

#[tokio::test]
async fn a_mail_reaches_the_server() {
    let sink = Sink::default();
    let address = sink.clone().listen().await;
    let mailer = from_url(&format!("smtp://{address}"), FROM).unwrap();
    mailer.send(a_message("a secret link")).await.unwrap();
    mailer.send(a_message("another one")).await.unwrap();
    assert!(sink.heard("MAIL FROM:<portal@example.org>") && sink.heard("RCPT TO:<claire@example.org>"));
    assert!(!sink.heard("AUTH"));
    let mails = sink.mails.lock().unwrap();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].contains("a secret link") && mails[0].contains("<p>a secret link</p>"), "{}", mails[0]);
    assert!(mails[0].contains("To: claire@example.org"), "{}", mails[0]);
}

#[tokio::test]
async fn user_and_password_of_the_url_are_given_to_a_server_on_the_own_machine() {
    let sink = Sink::default();
    let address = sink.clone().listen().await;
    let mailer = from_url(&format!("smtp://us%40er:p+ss%2F@{address}"), FROM).unwrap();
    mailer.send(a_message("hello")).await.unwrap();
    // base64 of "\0us@er\0p+ss/"
    assert!(sink.heard("AUTH PLAIN AHVzQGVyAHArc3Mv"), "{:?}", sink.heard.lock().unwrap());
}

#[tokio::test]
async fn a_password_is_not_told_to_a_server_that_cannot_encrypt_when_tls_is_required() {
    let sink = Sink::default();
    let address = sink.clone().listen().await;
    let mailer = from_url(&format!("smtp://user:pass@{address}?tls=required"), FROM).unwrap();
    assert!(mailer.send(a_message("hello")).await.is_err());
    assert!(!sink.heard("AUTH") && !sink.heard("MAIL"));
}

#[tokio::test]
async fn a_line_with_one_dot_does_not_end_the_mail() {
    let sink = Sink::default();
    let address = sink.clone().listen().await;
    let message = Message { html: None, ..a_message("before\n.\nafter") };
    from_url(&format!("smtp://{address}"), FROM).unwrap().send(message).await.unwrap();
    assert!(sink.mails.lock().unwrap()[0].contains("after"));
}

#[tokio::test]
async fn a_refused_recipient_is_rejected_for_good() {
    let address = Sink::refusing("RCPT", "550 unknown").listen().await;
    let sent = from_url(&format!("smtp://{address}"), FROM).unwrap().send(a_message("hello")).await;
    assert!(matches!(sent, Err(MailError::Rejected(_))), "{sent:?}");
}

#[tokio::test]
async fn what_may_work_later_is_unavailable() {
    for (command, answer) in
        [("RCPT", "451 greylisted"), ("DATA", "452 full"), ("AUTH", "535 wrong password"), ("EHLO", "421 busy")]
    {
        let address = Sink::refusing(command, answer).listen().await;
        let sent = from_url(&format!("smtp://user:pass@{address}"), FROM).unwrap().send(a_message("hello")).await;
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{answer}: {sent:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sent = from_url(&format!("smtp://{nobody}"), FROM).unwrap().send(a_message("hello")).await;
    assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
}

#[tokio::test]
async fn a_wrong_address_is_told_before_anybody_is_called() {
    for url in ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1"] {
        let message = Message { to: "nobody".into(), ..a_message("hello") };
        let sent = from_url(url, FROM).unwrap().send(message).await;
        assert!(matches!(sent, Err(MailError::InvalidAddress(_))), "{sent:?}");
    }
}

fn files(home: &TempDir, part: &str) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(home.path().join(part)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn each_mail_is_a_file_in_the_maildir_in_the_order_of_sending() {
    let home = tempfile::tempdir().unwrap();
    let mailer = from_url(&format!("maildir://{}", home.path().display()), FROM).unwrap();
    for text in ["first", "second", "third"] {
        mailer.send(a_message(text)).await.unwrap();
    }
    let mails = files(&home, "new");
    assert_eq!(mails.len(), 3);
    for (file, text) in mails.iter().zip(["first", "second", "third"]) {
        let mail = std::fs::read_to_string(file).unwrap();
        assert!(mail.contains(text) && mail.contains("To: claire@example.org"), "{mail}");
    }
    assert!(files(&home, "tmp").is_empty());
}

#[tokio::test]
async fn a_maildir_that_went_away_is_unavailable() {
    let home = tempfile::tempdir().unwrap();
    let mailer = from_url(&format!("maildir://{}", home.path().display()), FROM).unwrap();
    drop(home);
    let sent = mailer.send(a_message("hello")).await;
    assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
}

#[tokio::test]
async fn the_log_takes_every_mail() {
    from_url("log:", FROM).unwrap().send(a_message("hello")).await.unwrap();
}
