//! Accounts and keys made on the command line, used by HTTP.

use crate::program::Home;

#[test]
fn a_key_made_on_the_command_line_works_at_once() {
    let home = Home::new();
    let server = home.serve();
    let key = home.admin_key();
    let me = server.ask("GET", "/api/1/me/", &key, None);
    assert_eq!(me.status, 200, "{me:?}");
    assert_eq!(me.body["first_name"], "Ada");
    assert_eq!(me.body["email"], "ada@example.org");
    assert_eq!(server.ask("GET", "/api/1/users/", &key, None).status, 200, "{me:?}");
    assert_eq!(server.ask("GET", "/api/1/me/", "udata_wrong", None).status, 401);
}

#[test]
fn a_key_for_reading_does_not_write() {
    let home = Home::new();
    home.admin_key();
    let printed =
        home.run(&["token", "create", "--user", "ada@example.org", "--scope", "read", "--expires", "2999-01-01"]);
    let key = printed.lines().last().unwrap();
    let server = home.serve();
    assert_eq!(server.ask("GET", "/api/1/me/", key, None).status, 200);
    let body = serde_json::json!({"name": "n", "description": "d"});
    assert_eq!(server.ask("POST", "/api/1/organizations/", key, Some(&body)).status, 403);
}

#[test]
fn wrong_wishes_are_explained() {
    let home = Home::new();
    let names = ["--first-name", "A", "--last-name", "B"];
    let weak = [&["user", "create", "--email", "a@example.org", "--password", "weak"][..], &names[..]].concat();
    assert!(home.fails(&weak).contains("password: "));
    let odd = [&["user", "create", "--email", "nobody", "--password", "Passw0rd-1"][..], &names[..]].concat();
    assert!(home.fails(&odd).contains("email: "));
    assert!(home.fails(&["token", "create", "--user", "a@example.org"]).contains("no active account"));
    assert!(
        home.fails(&["token", "create", "--user", "a@example.org", "--scope", "all"]).contains("read, write, admin")
    );
    assert!(home.fails(&["token", "create", "--user", "a@example.org", "--expires", "1999-01-01"]).contains("ended"));
    home.admin_key();
    let again = ["user", "create", "--email", "Ada@example.org", "--password", "Passw0rd-1"];
    assert!(home.fails(&[&again[..], &names[..]].concat()).contains("email: "));
}
