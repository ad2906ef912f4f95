//! Kills the server in the middle of writes and looks afterwards for what it had acknowledged.
//!
//! This shows that a crash of the program loses nothing. A power cut is another matter: only `synchronous=FULL` (or the
//! floor's timing with it) speaks of that.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::drive::{Workload, drive};
use crate::error::BenchError;
use crate::fetch::{get_json, request};
use crate::operations::Address;
use crate::server::{Basalt, Running};

/// What was found after the restart.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Durability {
    /// Writes that were acknowledged before the kill.
    pub acknowledged: u64,
    /// Writes answered otherwise.
    pub refused: u64,
    /// Organisations whose last acknowledged write is not there.
    pub lost: usize,
    /// Organisations with the name of one write and the description of another.
    pub torn: usize,
    /// From restart to the first answer, in seconds.
    pub restart_seconds: f64,
}

struct Writes<'a> {
    organizations: &'a [Address],
    key: &'a str,
    server: Running,
    sent: Vec<u64>,
    acknowledged: Vec<u64>,
    refused: u64,
    count: u64,
}

impl Workload for Writes<'_> {
    fn request(&mut self, connection: usize, out: &mut Vec<u8>) {
        let (Some(org), Some(sent)) = (self.organizations.get(connection), self.sent.get_mut(connection)) else {
            return;
        };
        *sent += 1;
        let body =
            json!({"name": format!("Durable {sent}"), "description": format!("Write {sent} of its connection.")});
        let path = format!("/api/1/organizations/{}/", org.id);
        out.extend(request("PUT", &path, &[("X-API-KEY", self.key)], Some(&body.to_string())));
    }

    fn answered(&mut self, connection: usize, status: u16) {
        let (Some(sent), Some(acknowledged)) = (self.sent.get(connection), self.acknowledged.get_mut(connection))
        else {
            return;
        };
        if status == 200 {
            *acknowledged = *sent;
            self.count += 1;
        } else {
            self.refused += 1;
        }
    }

    fn over(&mut self) {
        self.server.kill();
    }
}

/// Writes for `duration` with one connection for each of `organizations`, kills, restarts and reads again.
pub fn check(
    basalt: &Basalt,
    server: Running,
    organizations: &[Address],
    key: &str,
    duration: Duration,
) -> Result<Durability, BenchError> {
    let address = server.address;
    let count = organizations.len();
    let mut writes =
        Writes { organizations, key, server, sent: vec![0; count], acknowledged: vec![0; count], refused: 0, count: 0 };
    drive(address, count, duration, &mut writes)?;
    let restarted = basalt.serve()?;
    let mut found = Durability {
        acknowledged: writes.count,
        refused: writes.refused,
        restart_seconds: restarted.started_in.as_secs_f64(),
        ..Durability::default()
    };
    for ((org, sent), acknowledged) in organizations.iter().zip(&writes.sent).zip(&writes.acknowledged) {
        let (name, description) = stored(restarted.address, org)?;
        if name != description {
            found.torn += 1;
        }
        // A write in flight at the kill may be there or not.
        if *acknowledged > 0 && !name.is_some_and(|number| (*acknowledged..=*sent).contains(&number)) {
            found.lost += 1;
        }
    }
    restarted.stop();
    Ok(found)
}

/// The numbers of the writes that name and description come from; absent when never written.
fn stored(server: SocketAddr, org: &Address) -> Result<(Option<u64>, Option<u64>), BenchError> {
    let answer = get_json(server, &format!("/api/1/organizations/{}/", org.id))?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name").strip_prefix("Durable ").and_then(|rest| rest.parse().ok());
    let description = text("description").strip_prefix("Write ").and_then(|rest| rest.split(' ').next()?.parse().ok());
    Ok((name, description))
}
