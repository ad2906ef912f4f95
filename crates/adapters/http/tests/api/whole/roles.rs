//! Who may do what, over HTTP, cell by cell: seven roles, every kind of object, every action.

use actix_web::http::Method;
use basalt_domain::{Organization, OrganizationRole};
use serde_json::{Value, json};

use crate::support::{Account, Answer, TestApp, an_organization};

fn a_resource() -> Value {
    json!({"title": "A table", "filetype": "remote", "type": "main", "url": "https://example.org/a.csv"})
}

/// What was observed on the reference.
const OBSERVED: &str = include_str!("../../golden/roles.txt");

/// What follows from the rules where nobody asked the reference.
const MORE: &str = include_str!("../../golden/roles_more.txt");

/// Requests of fixed paths, as observed on the reference.
const FIXED: &str = include_str!("../../golden/roles_fixed.txt");

/// Cells that are decided otherwise, see `docs/api/differences.md`: a private topic is hidden like
/// everything private.
const DECIDED: [(&str, &str, usize, u16); 2] = [("topic", "read private", 0, 404), ("topic", "read private", 1, 404)];

/// How one kind of object is reached.
struct Kind {
    name: &'static str,
    path: &'static str,
    change: Method,
    deleted: &'static str,
    body: fn(number: usize, dataset: &str) -> Value,
}

const KINDS: [Kind; 7] = [
    Kind {
        name: "dataset",
        path: "/api/1/datasets/",
        change: Method::PUT,
        deleted: "deleted",
        body: |number, _dataset| json!({"title": format!("Dataset {number}"), "description": "d"}),
    },
    Kind {
        name: "reuse",
        path: "/api/1/reuses/",
        change: Method::PUT,
        deleted: "deleted",
        body: |number, _dataset| {
            let url = format!("https://example.org/{number}");
            json!({"title": format!("Reuse {number}"), "description": "d", "type": "api", "topic": "health", "url": url})
        },
    },
    Kind {
        name: "dataservice",
        path: "/api/1/dataservices/",
        change: Method::PATCH,
        deleted: "deleted_at",
        body: |number, _dataset| json!({"title": format!("Dataservice {number}")}),
    },
    Kind {
        name: "topic",
        path: "/api/2/topics/",
        change: Method::PUT,
        deleted: "deleted",
        body: |number, _dataset| json!({"name": format!("Topic {number}")}),
    },
    Kind {
        name: "contact point",
        path: "/api/1/contacts/",
        change: Method::PUT,
        deleted: "deleted",
        body: |number, _dataset| json!({"name": format!("Desk {number}"), "email": "desk@example.org", "role": "contact"}),
    },
    Kind {
        name: "community resource",
        path: "/api/1/datasets/community_resources/",
        change: Method::PUT,
        deleted: "deleted",
        body: |number, dataset| {
            let url = format!("https://example.org/{number}.csv");
            json!({"title": "More", "filetype": "remote", "type": "main", "url": url, "dataset": dataset})
        },
    },
    Kind {
        name: "visualization",
        path: "/api/1/visualizations/",
        change: Method::PATCH,
        deleted: "deleted_at",
        body: |number, _dataset| {
            json!({
                "title": format!("Chart {number}"), "description": "d",
                "x_axis": {"column_x": "a", "type": "discrete"},
                "series": [{"resource_id": RESOURCE, "type": "line", "column_y": "b"}]
            })
        },
    },
];
const RESOURCE: &str = "00000000-0000-4000-8000-000000000000";

struct World {
    app: TestApp,
    organization: Organization,
    dataset: String,
    /// Anonymous, stranger, partial editor twice, editor, admin, sysadmin; and one who has objects of their own.
    roles: [Option<Account>; 8],
    /// Whose the objects are that are asked about: the organisation's admin, for it, or [`OWNER`].
    maker: usize,
}

const ADMIN: usize = 5;
const OWNER: usize = 7;

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await.searching().await;
        let (stranger, partial) = (app.user("Stan Stranger").await, app.user("Paul Partial").await);
        let (editor, admin) = (app.user("Edda Editor").await, app.user("Olga Owner").await);
        let (sysadmin, owner) = (app.admin().await, app.user("Ulysse Owner").await);
        let organization = an_organization()
            .with_admin(&admin)
            .with_editor(&editor)
            .with(&partial, OrganizationRole::PartialEditor)
            .stored(&app)
            .await;
        let partially = partial.clone();
        let accounts = [stranger, partially, partial, editor, admin, sysadmin, owner].map(Some);
        let [stranger, partially, partial, editor, admin, sysadmin, owner] = accounts;
        let roles = [None, stranger, partially, partial, editor, admin, sysadmin, owner];
        let mut world = Self { app, organization, dataset: String::new(), roles, maker: ADMIN };
        world.dataset = world.create(&KINDS[0], 0).await;
        world
    }

    async fn send(&self, role: usize, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.app.request(method, path);
        if let Some(account) = &self.roles[role] {
            request = request.key(account);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    fn body(&self, kind: &Kind, number: usize) -> Value {
        let mut body = (kind.body)(number, &self.dataset);
        if self.maker == ADMIN {
            body["organization"] = json!(self.organization.id.to_string());
        }
        body
    }

    /// A new object.
    async fn create(&self, kind: &Kind, number: usize) -> String {
        let answer = self.send(self.maker, Method::POST, kind.path, Some(&self.body(kind, number))).await;
        assert_eq!(answer.status, 201, "{}: {:?}", kind.name, answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// What this role is answered when it does this with a new object.
    async fn status(&self, kind: &Kind, action: &str, role: usize, number: usize) -> u16 {
        if action == "create for the organization" {
            return self.send(role, Method::POST, kind.path, Some(&self.body(kind, number))).await.status;
        }
        let id = self.create(kind, number).await;
        if role == 3 {
            self.assign(kind, &id).await;
        }
        let path = format!("{}{id}/", kind.path);
        if action.contains(" private") {
            let hidden = self.send(self.maker, kind.change.clone(), &path, Some(&json!({"private": true}))).await;
            assert_eq!(hidden.status, 200, "{}: {:?}", kind.name, hidden.body);
        }
        if action.contains(" deleted") {
            assert_eq!(self.send(self.maker, Method::DELETE, &path, None).await.status, 204);
        }
        let resource = match action {
            "edit resource" | "remove resource" => {
                let made = self.send(self.maker, Method::POST, &format!("{path}resources/"), Some(&a_resource())).await;
                format!("{path}resources/{}/", made.json()["id"].as_str().unwrap())
            }
            _ => format!("{path}resources/"),
        };
        let renamed = json!({"description": "other"});
        let (method, path, body) = match action {
            "read" | "read private" | "read deleted" => (Method::GET, path, None),
            "edit" | "edit deleted" => (kind.change.clone(), path, Some(renamed)),
            "restore deleted" => (kind.change.clone(), path, Some(json!({kind.deleted: null}))),
            "delete" => (Method::DELETE, path, None),
            "feature" => (Method::POST, format!("{path}featured/"), None),
            "add resource" => (Method::POST, resource, Some(a_resource())),
            "edit resource" => (Method::PUT, resource, Some(renamed)),
            "remove resource" => (Method::DELETE, resource, None),
            told if told.ends_with("as linked data") => (Method::GET, format!("{path}rdf.ttl"), None),
            other => panic!("unknown action {other}"),
        };
        self.send(role, method, &path, body.as_ref()).await.status
    }

    /// Gives the object to the partial editor, and nothing else.
    async fn assign(&self, kind: &Kind, id: &str) {
        let class = match kind.name {
            "dataset" => "Dataset",
            "reuse" => "Reuse",
            "dataservice" => "Dataservice",
            other => panic!("{other} cannot be assigned"),
        };
        let partial = self.roles[3].as_ref().unwrap().id;
        let path = format!("/api/1/organizations/{}/member/{partial}/assignments/", self.organization.id);
        let answer = self.send(ADMIN, Method::PUT, &path, Some(&json!([{"class": class, "id": id}]))).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
}

/// Kind, action and cells of each line of the tables.
fn rows() -> impl Iterator<Item = (&'static Kind, &'static str, Vec<&'static str>)> {
    OBSERVED.lines().chain(MORE.lines()).filter(|line| !line.starts_with('#')).map(|line| {
        let [name, action, cells] = line.splitn(3, '|').map(str::trim).collect::<Vec<_>>().try_into().unwrap();
        let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
        (kind, action, cells.split_whitespace().collect())
    })
}

/// What a cell says, or what is decided in its place; `None` where it does not apply.
fn expected(kind: &Kind, action: &str, column: usize, cells: &[&str]) -> Option<u16> {
    let observed = cells[column].parse().ok()?;
    let decided = DECIDED.iter().find(|decided| (decided.0, decided.1, decided.2) == (kind.name, action, column));
    Some(decided.map_or(observed, |decided| decided.3))
}

#[actix_web::test]
async fn each_role_is_answered_as_the_table_says() {
    let world = World::new().await;
    let (mut number, mut wrong) = (1, Vec::new());
    for (kind, action, cells) in rows() {
        for role in 0..cells.len() {
            let Some(expected) = expected(kind, action, role, &cells) else { continue };
            number += 1;
            let status = world.status(kind, action, role, number).await;
            if status != expected {
                wrong.push(format!("{}, {action}, role {role}: {status}, not {expected}", kind.name));
            }
        }
    }
    assert!(number > 340, "the table was read: {number} cells");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without an organisation the owner has what the editor has, and members of organisations have nothing.
#[actix_web::test]
async fn each_role_is_answered_about_the_object_of_a_person_as_the_table_says() {
    const EDITOR: usize = 4;
    const STRANGER: usize = 1;
    let mut world = World::new().await;
    world.maker = OWNER;
    let roles =
        [(0, 0), (STRANGER, STRANGER), (2, STRANGER), (EDITOR, STRANGER), (ADMIN, STRANGER), (6, 6), (OWNER, EDITOR)];
    let (mut number, mut wrong) = (1, Vec::new());
    for (kind, action, cells) in rows().filter(|(_kind, action, _cells)| *action != "create for the organization") {
        for (role, column) in roles {
            let Some(expected) = expected(kind, action, column, &cells) else { continue };
            number += 1;
            let status = world.status(kind, action, role, number).await;
            if status != expected {
                wrong.push(format!("{}, {action}, role {role}: {status}, not {expected}", kind.name));
            }
        }
    }
    assert!(number > 330, "the table was read: {number} cells");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn each_role_is_answered_at_fixed_paths_as_the_table_says() {
    let world = World::new().await;
    let editor = world.roles[4].as_ref().unwrap().id.to_string();
    let fill = |path: &str| {
        let path = path.replace("{org}", &world.organization.id.to_string());
        path.replace("{editor}", &editor).replace("{dataset}", &world.dataset)
    };
    // The reference was asked where these badges were given already.
    for (path, badge) in [("organizations/{org}", "company"), ("datasets/{dataset}", "hvd")] {
        let body = json!({"kind": badge});
        let answer = world.send(6, Method::POST, &fill(&format!("/api/1/{path}/badges/")), Some(&body)).await;
        assert_eq!(answer.status, 201, "{path}");
    }
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in FIXED.lines().filter(|line| !line.starts_with('#')) {
        let [action, request, body, cells] = line.split('|').map(str::trim).collect::<Vec<_>>().try_into().unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(body).unwrap());
        for (role, cell) in [0, 1, 2, 4, ADMIN, 6].into_iter().zip(cells.split_whitespace()) {
            asked += 1;
            let status = world.send(role, method.clone(), &fill(path), body.as_ref()).await.status;
            if status.to_string() != cell {
                wrong.push(format!("{action}, role {role}: {status}, not {cell}"));
            }
        }
    }
    assert_eq!(asked, 72, "the table was read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
