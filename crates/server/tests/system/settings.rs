//! Settings and their layers, as the program sees them.

use std::net::TcpListener;

use serde_json::Value;

use crate::program::{Home, Server, stderr};

#[test]
fn without_any_configuration_a_portal_is_served() {
    let home = Home::new();
    let server = home.serve();
    let list = server.get("/api/1/organizations/");
    assert_eq!((list.status, &list.body["total"]), (200, &Value::from(0)));
    for path in ["/health/live", "/health/ready", "/metrics", "/api/1/swagger.json"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert!(home.path("data/basalt.sqlite").is_file());
    assert!(home.path("data/files").is_dir());
    assert!(home.path("data/secrets.toml").is_file());
}

#[test]
fn the_environment_wins_over_the_file() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap();
    let file = format!("[http]\nbind = \"{bind}\"\n[storage]\nurl = \"sqlite://mine/portal.sqlite\"\n");
    home.file("basalt.toml", file);
    let mut command = home.command(&["serve", "--config", "basalt.toml"]);
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains(&bind.to_string()), "{}", stderr(&refused));
    let server = Server::start(command.env("BASALT__HTTP__BIND", "127.0.0.1:0"));
    assert_ne!(server.address, bind);
    assert!(home.path("mine/portal.sqlite").is_file(), "the file still counts for the rest");
}

#[test]
fn check_tells_all_wrong_settings_at_once() {
    let home = Home::new();
    home.file("basalt.toml", "[http]\nmax_page_size = \"many\"\nbnid = 1\n[log]\nformat = \"xml\"\n");
    let output =
        home.command(&["check", "--config", "basalt.toml"]).env("BASALT__STORAGE__URL", "oracle://x/y").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    for name in [
        "http.max_page_size",
        "http.bnid",
        "log.format (basalt.toml): is not one of its values",
        "storage.url (BASALT__STORAGE__URL)",
    ] {
        assert!(told.contains(name), "{name} in {told}");
    }
}

#[test]
fn check_tells_all_that_does_not_answer_at_once() {
    let home = Home::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = home
        .command(&["check"])
        .env("BASALT__STORAGE__URL", format!("mongodb://me:SECRET@{nobody}/db?serverSelectionTimeoutMS=500"))
        .env("BASALT__FILES__URL", "ftp://host/files")
        .env("BASALT__MAIL__URL", "pigeon://host")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    for name in ["storage.url:", "files.url:", "mail.url:"] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(!told.contains("SECRET"), "{told}");
    let output = home
        .command(&["check"])
        .env("BASALT__MAIL__URL", format!("smtp://{nobody}"))
        .env("BASALT__SEARCH__PATH", "basalt.sqlite/index")
        .env("BASALT__STORAGE__URL", "sqlite://basalt.sqlite")
        .output()
        .unwrap();
    let told = stderr(&output);
    for fault in ["mail.url: mail server unavailable", "search.path: basalt.sqlite/index: "] {
        assert!(told.contains(fault), "{fault} in {told}");
    }
    assert!(home.run(&["check"]).contains("right"), "and the defaults pass");
}

#[test]
fn a_request_keeps_the_id_it_came_with() {
    let home = Home::new();
    let server = home.serve();
    let made = server.get("/health/live");
    assert!(made.header("x-request-id").is_some_and(|id| id.len() > 8), "{}", made.head);
    let mut stream = crate::program::connect(server.address).unwrap();
    let head = crate::program::head("GET", "/health/live", None, 0, "X-Request-Id: abc-1\r\nConnection: close\r\n");
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    assert_eq!(crate::program::answer(&mut stream).unwrap().header("x-request-id"), Some("abc-1"));
}
