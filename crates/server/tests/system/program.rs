//! Runs the program in a folder of its own, and asks it by HTTP.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder that the program is run in; deleted at the end.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Writes a file there.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The program with these arguments, and none of the settings that the tests run with.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_basalt"));
        for (name, _value) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BASALT__") {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command that must succeed; returns its standard output.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail with status 1; returns its standard error output.
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        stderr(&output)
    }

    /// Starts `basalt serve` on a free port.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]).env("BASALT__HTTP__BIND", "127.0.0.1:0"))
    }

    /// A new administrator's key.
    pub(crate) fn admin_key(&self) -> String {
        let names = ["--first-name", "Ada", "--last-name", "Admin"];
        let account = ["user", "create", "--email", "ada@example.org", "--password", "Passw0rd-1", "--admin"];
        self.run(&[&account[..], &names[..]].concat());
        let printed = self.run(&["token", "create", "--user", "ada@example.org"]);
        printed.lines().last().unwrap().to_owned()
    }

    /// The lines of an export without secrets.
    pub(crate) fn export(&self) -> Vec<String> {
        self.run(&["export", "-"]).lines().map(str::to_owned).collect()
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running `basalt serve` or `demo`; killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// What it printed before it was ready.
    pub(crate) said: Vec<String>,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Returns when the program says that it listens: nothing has to be waited for afterwards.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        // From here on the program ends with this value, also where it never listens.
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), said: Vec::new(), stdout };
        loop {
            let mut line = String::new();
            let read = server.stdout.read_line(&mut line).unwrap();
            assert!(read > 0, "ended before it listened: {:?}", server.said);
            if let Some(url) = line.trim().strip_prefix("basalt listens on http://") {
                server.address = url.parse().unwrap();
                return server;
            }
            server.said.push(line);
        }
    }

    /// As `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, None, None).unwrap()
    }

    pub(crate) fn ask(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Answer {
        ask(self.address, method, path, Some(key), body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// An answer by HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        found.and_then(|line| line.split_once(':')).map(|(_name, value)| value.trim())
    }
}

/// One request on a connection of its own. An error where the server goes away meanwhile.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: Option<&Value>,
) -> io::Result<Answer> {
    let mut stream = connect(address)?;
    let body = body.map(Value::to_string).unwrap_or_default();
    stream.write_all(head(method, path, key, body.len(), "Connection: close\r\n").as_bytes())?;
    stream.write_all(body.as_bytes())?;
    answer(&mut stream)
}

pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

pub(crate) fn head(method: &str, path: &str, key: Option<&str>, length: usize, more: &str) -> String {
    let key = key.map(|key| format!("X-API-KEY: {key}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{key}{more}\r\n"
    )
}

/// Reads an answer to the end of its connection.
pub(crate) fn answer(stream: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap_or(Value::Null) };
    Ok(Answer { status, head: head.to_owned(), body })
}

/// A file of this test.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system/fixtures").join(name)
}
