//! Files of any size go through a bounded memory.

use std::io::{Read, Write};

use crate::program::{Home, Server, answer, connect, head};

const BOUNDARY: &str = "basalt";
/// `a;b`, line after line: `yes 'a;b' | head -c 209715200 | sha1sum`.
const LINES: &[u8] = b"a;b\n";
const BYTES: usize = 200 << 20;
const SHA1: &str = "5e3a9d89716f8aabcc8770e1225c470786c6234b";
/// What the process may take at most, in kB; the file alone is more.
const MEMORY_KB: u64 = 150_000;

/// The most memory that the program ever had, in kB.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn a_large_file_is_taken_and_given_in_a_memory_that_does_not_hold_it() {
    let home = Home::new();
    let key = home.admin_key();
    let server = home.serve();
    let body = serde_json::json!({"title": "Large", "description": "d"});
    let dataset = server.ask("POST", "/api/1/datasets/", &key, Some(&body));
    let path = format!("/api/1/datasets/{}/upload/", dataset.body["id"].as_str().unwrap());

    let before = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let mut stream = connect(server.address).unwrap();
    let first = head("POST", &path, Some(&key), before.len() + BYTES + after.len(), "Connection: close\r\n");
    let form = format!("multipart/form-data; boundary={BOUNDARY}");
    stream.write_all(first.replace("application/json", &form).as_bytes()).unwrap();
    stream.write_all(before.as_bytes()).unwrap();
    let some = LINES.repeat(16_384);
    for _piece in 0..BYTES / some.len() {
        stream.write_all(&some).unwrap();
    }
    stream.write_all(after.as_bytes()).unwrap();
    let uploaded = answer(&mut stream).unwrap();
    assert_eq!(uploaded.status, 201, "{uploaded:?}");
    assert_eq!(uploaded.body["filesize"], BYTES);
    assert_eq!(uploaded.body["checksum"], serde_json::json!({"type": "sha1", "value": SHA1}));

    let url = uploaded.body["url"].as_str().unwrap();
    let file = url.find("/resources/").map(|at| &url[at..]).unwrap();
    let mut stream = connect(server.address).unwrap();
    stream.write_all(head("GET", file, None, 0, "Connection: close\r\n").as_bytes()).unwrap();
    let (mut piece, mut given) = (vec![0; 1 << 20], 0);
    loop {
        let read = stream.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        given += read;
    }
    assert!((BYTES..BYTES + 2_000).contains(&given), "{given} bytes with the head");
    assert!(peak(&server) < MEMORY_KB, "{} kB", peak(&server));
}
