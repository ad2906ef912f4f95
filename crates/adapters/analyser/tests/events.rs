//! What an analyser hears, from a real one's end of the line.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use basalt_analyser::HttpAnalyser;
use basalt_domain::Document;
use basalt_ports::analyser::{Analyser, ResourceAction, ResourceEvent};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Hears one request, answers it with this status, and tells what was heard.
async fn heard(event: ResourceEvent, key: Option<&str>, status: &'static str) -> (String, bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let hearing = tokio::spawn(async move {
        let (mut stream, _from) = listener.accept().await.unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut buffer).await.unwrap();
            text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                break;
            }
        }
        stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await.unwrap();
        text
    });
    let told = HttpAnalyser::new(&url, key.map(Into::into)).unwrap().tell(&event).await.is_ok();
    (hearing.await.unwrap(), told)
}

fn event(action: ResourceAction) -> ResourceEvent {
    let document = Document::new().with("id", "r").with("url", "https://example.org/a.csv");
    ResourceEvent { action, dataset: "d".into(), resource: "r".into(), document: Some(document) }
}

#[tokio::test]
async fn a_new_resource_is_posted_with_the_key() {
    let (text, told) = heard(event(ResourceAction::Created), Some("secret"), "201 Created").await;
    assert!(told);
    assert!(text.starts_with("POST /api/resources/ HTTP/1.1\r\n"), "{text}");
    assert!(text.contains("authorization: Bearer secret\r\n"), "{text}");
    let expected = r#"{"resource_id":"r","dataset_id":"d","document":{"id":"r","url":"https://example.org/a.csv"}}"#;
    assert!(text.ends_with(expected), "{text}");
}

#[tokio::test]
async fn a_changed_and_a_removed_one_are_named_in_the_address() {
    for (action, method) in [(ResourceAction::Updated, "PUT"), (ResourceAction::Deleted, "DELETE")] {
        let (text, told) = heard(event(action), None, "200 OK").await;
        assert!(told);
        assert!(text.starts_with(&format!("{method} /api/resources/r HTTP/1.1\r\n")), "{text}");
        assert!(!text.contains("authorization"), "{text}");
    }
}

#[tokio::test]
async fn a_refusal_is_an_error() {
    let (_text, told) = heard(event(ResourceAction::Created), None, "503 Service Unavailable").await;
    assert!(!told);
}
