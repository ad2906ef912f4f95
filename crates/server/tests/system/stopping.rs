//! Stopping: running requests are finished, idle connections do not hold it up.

use std::{
    io::{BufRead, BufReader, Write},
    time::{Duration, Instant},
};

use crate::program::{Home, answer, connect, head};

fn a_running_request_is_finished_at(signal: &str) {
    let home = Home::new();
    let key = home.admin_key();
    let mut server = home.serve();
    // An idle connection that is kept alive.
    let mut idle = connect(server.address).unwrap();
    idle.write_all(head("GET", "/health/live", None, 0, "").as_bytes()).unwrap();
    let mut status = String::new();
    BufReader::new(idle.try_clone().unwrap()).read_line(&mut status).unwrap();
    assert!(status.contains("200"), "{status}");

    // The server says 100 when it waits for the body: then the request is running.
    let body = r#"{"name": "slow", "description": "came late"}"#;
    let mut slow = connect(server.address).unwrap();
    let expect = "Expect: 100-continue\r\n";
    slow.write_all(head("POST", "/api/1/organizations/", Some(&key), body.len(), expect).as_bytes()).unwrap();
    let mut reader = BufReader::new(slow.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.contains("100"), "{line}");
    reader.read_line(&mut line).unwrap();

    server.signal(signal);
    let began = Instant::now();
    while connect(server.address).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(20), "still accepts connections");
        std::thread::yield_now();
    }
    slow.write_all(body.as_bytes()).unwrap();
    let created = answer(&mut slow).unwrap();
    assert_eq!(created.status, 201, "{created:?}");
    assert!(server.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(20), "held up by the idle connection");
    let id = created.body["id"].as_str().unwrap();
    assert!(home.export().iter().any(|line| line.contains(id)), "and what it wrote is there");
}

#[test]
fn a_running_request_is_finished_when_the_program_is_terminated() {
    a_running_request_is_finished_at("TERM");
}

#[test]
fn a_running_request_is_finished_when_the_program_is_interrupted() {
    a_running_request_is_finished_at("INT");
}
