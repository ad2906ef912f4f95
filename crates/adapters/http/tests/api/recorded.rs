//! What the reference answered, replayed here: every entry of `tests/oracle/recorded/`, against a copy
//! of the seed it was recorded on. What we answer otherwise on purpose is named in [`DIFFERENCES`],
//! each with its reason.

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

use actix_web::http::Method;
use basalt_app::keys;
use basalt_domain::{COLLECTIONS, Document};
use basalt_ports::{Change, ChangeSet};
use serde_json::{Map, Value, json};

use crate::support::{Answer, FRONT, SERVER, TestApp};

mod datasets;
mod others;

const SEED: &str = include_str!("../../../../../tests/oracle/seed.json");
const REQUESTS: &str = include_str!("../../../../../tests/oracle/families.requests");

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/oracle/recorded/", $name, ".json"))
    };
}

/// Entries that we answer otherwise.
type Differences = &'static [(&'static str, usize, &'static str)];

/// Entries that we answer otherwise: file, number of the entry from 0, why.
const DIFFERENCES: Differences = &[
    ("organizations", 8, KEY_OF_INACTIVE),
    ("organizations", 10, "redirects keep the query"),
    ("organizations", 20, "a missing slash is no detour"),
    ("organizations", 49, ENGLISH),
    ("organizations", 50, "`Allow` names the methods of this very path"),
    ("organizations", 66, "a name that is no text is refused, not a fault"),
    ("organizations", 74, CREATION),
    ("organizations", 75, CREATION),
    ("organizations", 161, "`Allow` names the methods of this very path, and 405 is always JSON"),
    ("organizations", 191, SAYS_WHY),
    ("organizations", 229, CATALOGUE),
    ("organizations", 256, "members are counted again when an account is deleted"),
    ("organizations", 257, "members are counted again when an account is deleted"),
    ("membership_flow", 0, CREATION),
    ("membership_flow", 8, CATALOGUE),
    ("membership_flow", 11, SAYS_WHY),
    ("membership_flow", 12, CATALOGUE),
    ("membership_flow", 29, CATALOGUE),
    ("membership_flow", 30, CATALOGUE),
    ("membership_flow", 31, CATALOGUE),
    ("membership_flow", 32, CATALOGUE),
    ("membership_flow", 33, CATALOGUE),
    ("membership_flow", 34, CATALOGUE),
    ("membership_flow", 37, CATALOGUE),
    ("membership_flow", 42, CATALOGUE),
    ("masks", 4, MASKED_ERROR),
    ("masks", 5, MASKED_ERROR),
    ("users", 7, "of those who are equal the newest is first"),
    ("users", 14, "the words of a name are found in any order"),
    ("users", 38, "a taken address is refused, not a fault"),
    ("users", 41, NEW_IS_ACTIVE),
    ("users", 44, NEW_IS_ACTIVE),
    ("users", 50, "a name that is no text is refused, not a fault"),
    ("users", 52, NEW_IS_ACTIVE),
    ("users", 54, NEW_IS_ACTIVE),
    ("users", 55, "choices are told as a client may send them"),
    ("users", 56, NEW_IS_ACTIVE),
    ("users", 57, NEW_IS_ACTIVE),
    ("users", 59, NEW_IS_ACTIVE),
    ("users", 60, NEW_IS_ACTIVE),
    ("users", 62, NEW_IS_ACTIVE),
    ("users", 67, NEW_IS_ACTIVE),
    ("me", 17, "choices are told as a client may send them"),
    ("me", 22, ALLOW),
    ("me", 25, CATALOGUE),
    ("me", 27, CATALOGUE),
    ("me", 33, CATALOGUE),
    ("me", 34, CATALOGUE),
    ("me", 40, "followers are counted when they leave, too"),
    ("me", 50, "there are scopes besides `admin`"),
    ("me", 57, "it is not told whether another has a key of this id"),
    ("me", 59, "a path that has other methods answers 405"),
    ("avatars", 0, "the pictures are our own"),
    ("avatars", 2, "sizes have bounds, told in words"),
    ("avatars", 5, "a missing slash is no detour"),
    ("notifications", 1, CATALOGUE),
    ("notifications", 2, CATALOGUE),
    ("notifications", 9, CATALOGUE),
    ("notifications", 12, CATALOGUE),
    ("notifications", 14, CATALOGUE),
    ("notifications", 15, CATALOGUE),
    ("activity", 0, CATALOGUE),
    ("activity", 1, CATALOGUE),
    ("activity", 2, CATALOGUE),
    ("activity", 3, CATALOGUE),
    ("activity", 6, CATALOGUE),
    ("activity", 14, CATALOGUE),
    ("api_tokens", 1, "the recorder used the new key in between"),
    ("api_tokens", 4, "a path that has other methods answers 405"),
    ("api_tokens", 5, ALLOW),
];

const ALLOW: &str = "`Allow` names the methods of this very path, and 405 is always JSON";
const SAYS_WHY: &str = "409 shows the member and, like every refusal, says why";
const CATALOGUE: &str = "needs datasets or other objects of the catalogue";
const CREATION: &str = "the answer to a creation shows what its admin may do and see";
const ENGLISH: &str = "labels are English";
const KEY_OF_INACTIVE: &str = "the key of a deactivated user is refused";
const MASKED_ERROR: &str = "masks do not touch refusals";
const NEW_IS_ACTIVE: &str = "an account that an administrator creates is active";

static IDS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let seed: Value = serde_json::from_str(SEED).unwrap();
    serde_json::from_value(seed["ids"].clone()).unwrap()
});

/// A portal with the seed in it, some minutes later. The key of a seeded user is `udata_NAME`.
async fn seeded() -> TestApp {
    let app = TestApp::new().await;
    let seed: Value = serde_json::from_str(SEED).unwrap();
    let secret = &app.services.context.secrets.api_token;
    let mut changes = Vec::new();
    for of in COLLECTIONS {
        for record in seed["collections"][of.name].as_array().into_iter().flatten() {
            let mut document: Document = serde_json::from_value(record.clone()).unwrap();
            if let Some(whose) = record["token_of"].as_str() {
                document.remove("token_of");
                document.insert("token_hash", keys::hash(secret, &format!("udata_{whose}")));
            }
            let id = document.get("_id").unwrap().clone();
            changes.push(Change::Insert { of, id, document });
        }
    }
    app.store().commit(ChangeSet::from(changes)).await.unwrap();
    app.clock.advance_millis(330 * 24 * 3_600_000);
    app
}

/// Families that were recorded together, in the order of `families.requests`.
const FAMILIES: [(&str, &str); 8] = [
    ("organizations", recorded!("organizations")),
    ("contacts", recorded!("contacts")),
    ("followers", recorded!("followers")),
    ("users", recorded!("users")),
    ("me", recorded!("me")),
    ("avatars", recorded!("avatars")),
    ("notifications", recorded!("notifications")),
    ("activity", recorded!("activity")),
];

#[actix_web::test]
async fn every_family_answers_as_recorded() {
    let app = seeded().await;
    let mut replays: Vec<Replay> = FAMILIES.iter().map(|(file, entries)| Replay::new(file, entries)).collect();
    let mut told = String::new();
    for line in REQUESTS.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let replay = replays.iter_mut().find(|replay| replay.is_next(line));
        let replay = replay.unwrap_or_else(|| panic!("not recorded: {line}"));
        told.push_str(&replay.step(&app).await);
    }
    assert!(replays.iter().all(Replay::is_over), "more was recorded than is on the list");
    assert!(told.is_empty(), "{told}");
}

#[actix_web::test]
async fn the_way_into_an_organization_is_as_recorded() {
    let told = replay(&seeded().await, "membership_flow", recorded!("membership_flow")).await;
    assert!(told.is_empty(), "{told}");
}

#[actix_web::test]
async fn keys_are_made_and_revoked_as_recorded() {
    let told = replay(&seeded().await, "api_tokens", recorded!("api_tokens")).await;
    assert!(told.is_empty(), "{told}");
}

#[actix_web::test]
async fn masks_are_applied_as_recorded() {
    let told = replay(&seeded().await, "masks", recorded!("masks")).await;
    assert!(told.is_empty(), "{told}");
}

#[actix_web::test]
async fn uploads_are_answered_as_recorded() {
    let app = seeded().await;
    let mut replay = Replay::new("uploads", recorded!("uploads"));
    let pictures = app.post("/api/1/organizations/").plain_key("udata_user");
    let pictures = pictures.json(&json!({"name": "Pictures", "description": "d"})).send().await;
    replay.names.insert("pic".into(), pictures.json()["id"].as_str().unwrap().into());
    let mut told = String::new();
    while !replay.is_over() {
        told.push_str(&replay.step(&app).await);
    }
    assert!(told.is_empty(), "{told}");
}

#[test]
fn no_difference_is_named_twice() {
    for (at, (file, entry, _why)) in DIFFERENCES.iter().enumerate() {
        let again = DIFFERENCES.iter().skip(at + 1).any(|(other, number, _why)| (other, number) == (file, entry));
        assert!(!again, "{file} {entry}");
    }
}

/// Asks what was asked then, and tells what is answered otherwise.
async fn replay(app: &TestApp, file: &'static str, recorded: &str) -> String {
    let mut replay = Replay::new(file, recorded);
    let mut told = String::new();
    while !replay.is_over() {
        told.push_str(&replay.step(app).await);
    }
    told
}

/// The entries of one file, asked one after the other.
struct Replay {
    file: &'static str,
    entries: Vec<Value>,
    next: usize,
    names: HashMap<String, String>,
    differences: Differences,
}

impl Replay {
    fn new(file: &'static str, recorded: &str) -> Self {
        Self::but(file, recorded, DIFFERENCES)
    }

    /// The same with these differences.
    fn but(file: &'static str, recorded: &str, differences: Differences) -> Self {
        Self { file, entries: serde_json::from_str(recorded).unwrap(), next: 0, names: IDS.clone(), differences }
    }

    fn is_over(&self) -> bool {
        self.next == self.entries.len()
    }

    /// Is the next entry about this line of the list: `[who] METHOD path [body]`?
    fn is_next(&self, line: &str) -> bool {
        let Some(entry) = self.entries.get(self.next) else { return false };
        let mut words = line.split_whitespace().peekable();
        let who = words.next_if(|word| word.bytes().any(|byte| byte.is_ascii_lowercase()));
        entry["as"].as_str() == who
            && entry["method"].as_str() == words.next()
            && entry["path"].as_str().is_some_and(|path| line.contains(path))
    }

    /// Asks the next entry, and tells what is answered otherwise.
    async fn step(&mut self, app: &TestApp) -> String {
        let (file, number) = (self.file, self.next);
        let entry = self.entries[number].clone();
        self.next += 1;
        app.clock.advance_millis(1000);
        let answer = ask(app, &entry, &self.names).await;
        self.learn(&entry, &answer);
        let (expected, found) = (expected(&entry), found(entry["method"].as_str().unwrap(), &answer, &self.names));
        let why = self.differences.iter().find(|(of, at, _why)| *of == file && *at == number);
        let mut told = String::new();
        match (expected == found, why) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(_)) => writeln!(told, "{file} {number} is the same now: take it from the list").unwrap(),
            (false, None) => {
                let (method, path, body) = (&entry["method"], &entry["path"], &entry["body"]);
                writeln!(told, "\n{file} {number}: {} {method} {path} {body}", entry["as"]).unwrap();
                differences("", &expected, &found, &mut told);
            }
        }
        told
    }

    /// Names the ids that later entries speak of, in the order in which they speak of them.
    fn learn(&mut self, entry: &Value, answer: &Answer) {
        if let [Value::String(name), Value::String(pointer)] = entry["learn"].as_array().map_or(&[][..], Vec::as_slice)
        {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if let Some(id) = body.pointer(pointer).and_then(Value::as_str) {
                self.names.insert(name.clone(), id.to_owned());
            }
            return;
        }
        if let Some(told) = entry["learn"].as_object() {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            for (name, pointer) in told {
                if let Some(id) = body.pointer(pointer.as_str().unwrap()).and_then(Value::as_str) {
                    self.names.insert(name.clone(), id.to_owned());
                }
            }
            return;
        }
        if answer.status != 201 {
            return;
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        let Some(id) = body["id"].as_str() else { return };
        let later = self.entries.iter().skip(self.next).filter_map(|entry| entry["path"].as_str());
        let spoken_of = later.flat_map(|path| path.split('{').skip(1).filter_map(|part| part.split('}').next()));
        if let Some(name) = spoken_of.into_iter().find(|name| !self.names.contains_key(*name)).map(str::to_owned) {
            self.names.insert(name, id.to_owned());
        }
    }
}

async fn ask(app: &TestApp, entry: &Value, names: &HashMap<String, String>) -> Answer {
    let method = Method::from_bytes(entry["method"].as_str().unwrap().as_bytes()).unwrap();
    let path = filled(entry["path"].as_str().unwrap(), names);
    let mut request = app.request(method, &encoded(&path)).header("user-agent", "Python-urllib/3.11");
    match entry["as"].as_str() {
        None => {}
        Some("wrong-key") => request = request.plain_key("wrong"),
        Some(who) => request = request.plain_key(&format!("udata_{who}")),
    }
    for (name, value) in entry["sent_headers"].as_object().into_iter().flatten() {
        if name.eq_ignore_ascii_case("x-fields") {
            request = request.header("x-fields", value.as_str().unwrap());
        } else if name.eq_ignore_ascii_case("x-get-datasets-full-objects") {
            request = request.header("x-get-datasets-full-objects", value.as_str().unwrap());
        }
    }
    if let Some(raw) = entry.get("raw_body").and_then(Value::as_str) {
        request = request.raw("application/json", raw.to_owned());
    } else if let Some(form) = entry.get("multipart") {
        let file = &form["file"];
        let bbox = form["bbox"].as_str().unwrap_or_default();
        request = match file["picture"].as_str() {
            Some(picture) => request.file(file["filename"].as_str().unwrap(), &picture_like(picture), bbox),
            None => request.raw("multipart/form-data; boundary=x", form_of(form)),
        };
    } else if let Some(body) = entry.get("body") {
        request = request.raw("application/json", filled(&body.to_string(), names));
    }
    let answer = request.send().await;
    app.settle().await;
    answer
}

/// A form of texts and files of text.
fn form_of(form: &Value) -> String {
    let mut body = String::new();
    for (name, value) in form.as_object().into_iter().flatten() {
        let (head, text) = match value["text"].as_str() {
            Some(text) => {
                let file = value["filename"].as_str().unwrap_or_default();
                let kind = value["content_type"].as_str().unwrap_or_default();
                (format!("; filename=\"{file}\"\r\nContent-Type: {kind}"), text)
            }
            None => (String::new(), value.as_str().unwrap_or_default()),
        };
        write!(body, "--x\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n{text}\r\n").unwrap();
    }
    body.push_str("--x--\r\n");
    body
}

/// A picture as the record describes it: `800x400 PNG`, or those bytes themselves.
fn picture_like(described: &str) -> Vec<u8> {
    let Some((size, format)) = described.split_once(' ') else { return described.into() };
    let Some((width, height)) = size.split_once('x') else { return described.into() };
    let (Ok(width), Ok(height)) = (width.parse(), height.parse()) else { return described.into() };
    let format = image::ImageFormat::from_extension(format.to_lowercase()).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn filled(text: &str, names: &HashMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
}

fn encoded(path: &str) -> String {
    path.chars()
        .map(|letter| if letter.is_ascii() && letter != ' ' { letter.to_string() } else { percent(letter) })
        .collect()
}

fn percent(letter: char) -> String {
    percent_encoding::utf8_percent_encode(&letter.to_string(), percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What was recorded, with what differs everywhere put as we answer it.
fn expected(entry: &Value) -> Value {
    let status = entry["status"].as_u64().unwrap();
    let mut body = entry["response"].clone();
    let redirected = status == 308;
    if redirected || body.get("text").is_some_and(|text| text.as_str().is_some_and(|text| text.starts_with("<!"))) {
        body = Value::Null;
    }
    if body == json!("") || body == json!({"text": ""}) {
        body = Value::Null;
    }
    if let Value::Object(map) = &mut body
        && status >= 400
    {
        told_as_here(map);
    }
    let location = entry["headers"]["Location"].as_str();
    shown(status, &body, location, entry["headers"]["Allow"].as_str(), &HashMap::new())
}

/// Sentences that the product words otherwise for every operation, see `docs/api/differences.md`.
fn told_as_here(body: &mut Map<String, Value>) {
    body.remove("status");
    let said = body.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    // The full stop belongs to the suggestions that followed it and are cut off in the records.
    if let Some(short) = said.strip_suffix('.').filter(|short| short.ends_with("found") || short.ends_with("exists")) {
        body.insert("message".into(), short.into());
    }
    if said.starts_with("The server could not verify") {
        body.insert("message".into(), "Unauthorized".into());
    } else if said == "Invalid API token" {
        body.insert("message".into(), "Invalid API Key".into());
    } else if let Some(error) = body.get("error").cloned() {
        body.insert("message".into(), error);
    } else if said.is_empty()
        && let Some(request) = body.get("errors").and_then(|errors| errors.get("request")).cloned()
    {
        body.insert("message".into(), request);
    } else if said.is_empty() && body.contains_key("errors") {
        body.insert("message".into(), "Input payload validation failed".into());
    }
}

fn found(method: &str, answer: &Answer, names: &HashMap<String, String>) -> Value {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    if answer.status == 308 || method == "HEAD" {
        body = Value::Null;
    }
    if let Value::Object(map) = &mut body
        && answer.status >= 400
    {
        map.remove("status");
    }
    let header = |name| Some(answer.header(name)).filter(|value| !value.is_empty());
    shown(u64::from(answer.status), &body, header("location"), header("allow"), names)
}

fn shown(
    status: u64,
    body: &Value,
    location: Option<&str>,
    allow: Option<&str>,
    names: &HashMap<String, String>,
) -> Value {
    let mut allow: Vec<&str> = allow.unwrap_or_default().split(", ").collect();
    allow.sort_unstable();
    let mut shown = json!({"status": status, "location": location, "body": body, "allow": allow});
    settle(&mut shown, names);
    shown
}

/// Ids by name, times and new ids by kind, addresses by place.
fn settle(value: &mut Value, names: &HashMap<String, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, names)),
        Value::Object(map) => {
            let settled = std::mem::take(map).into_iter().map(|(key, mut value)| {
                settle(&mut value, names);
                // The reference counts by month in jobs that ran between the recorded answers.
                if key.ends_with("_by_months") {
                    value = Value::Null;
                }
                (key, value)
            });
            *map = settled.collect();
        }
        Value::String(text) => *text = settled(text, names),
        _ => {}
    }
}

fn settled(text: &str, names: &HashMap<String, String>) -> String {
    let mut text = text.replace(SERVER, "{server}").replace(FRONT, "https://portal.example.org");
    for (name, id) in names {
        text = text.replace(id, &format!("{{{name}}}"));
    }
    if is_time(&text) {
        return "[time]".into();
    }
    if text.starts_with("udata_") {
        return "[key]".into();
    }
    if text.contains("/resources/") {
        let parts = text.split('/').map(|part| if is_stamp(part) { "[time]" } else { part });
        text = parts.collect::<Vec<_>>().join("/");
    }
    let mut out = String::new();
    for word in text.split_inclusive(|letter: char| {
        !letter.is_ascii_alphanumeric() && letter != '-' && letter != '{' && letter != '}' && letter != '_'
    }) {
        let core = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '}');
        let known = core.starts_with('{') && core.ends_with('}') && core != "{server}";
        let kept = known && IDS.contains_key(core.trim_matches(['{', '}']));
        if (known && !kept) || is_id(core) {
            out.push_str("[id]");
            out.push_str(&word[core.len()..]);
        } else {
            out.push_str(word);
        }
    }
    if let Some((_before, file)) = out.split_once("{server}/resources/") {
        return format!("[hosted]/{}", file.rsplit('/').next().unwrap_or_default());
    }
    match out.split_once("{server}/avatars/").or_else(|| out.split_once("{server}/images/")) {
        Some((_before, file)) => format!("[file].{}", file.rsplit('.').next().unwrap_or_default()),
        None => out,
    }
}

fn is_id(word: &str) -> bool {
    let hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    (word.len() == 24 && hex(word)) || (word.len() == 36 && hex(&word.replace('-', "")))
}

/// `20261123-211934`, in addresses of uploads.
fn is_stamp(part: &str) -> bool {
    part.len() == 15 && part.split('-').all(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn is_time(text: &str) -> bool {
    text.len() >= 19
        && text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && basalt_domain::Timestamp::parse(text).is_ok()
}

fn differences(path: &str, expected: &Value, found: &Value, told: &mut String) {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let none = json!("(absent)");
                differences(&format!("{path}.{key}"), a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none), told);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, told);
            }
        }
        (a, b) if a == b => {}
        (a, b) => writeln!(told, "  {path}: recorded {a}, here {b}").unwrap(),
    }
}
