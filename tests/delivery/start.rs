//! Who may start beside a running server, and what is said to who may not.

use std::{fs, net::TcpListener};

use serde_json::Value;

use crate::app::{App, lossy};

#[test]
fn a_second_server_on_the_database_is_told_that_another_runs() {
    let app = App::start("");
    let config = fs::read_to_string(app.path("config.toml")).unwrap();
    let elsewhere = config.replace(&app.address.to_string(), "127.0.0.1:0");
    fs::write(app.path("config.toml"), elsewhere).unwrap();
    let output = app.refused();
    let said = lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("another belfry server runs on the database"),
        "{said}"
    );
    assert!(app.lives());
    app.human();
}

#[test]
fn a_server_after_a_killed_one_is_not_told_so() {
    let app = App::start("");
    app.kill();
    app.serve();
    app.human();
}

#[test]
fn init_and_token_create_work_beside_a_running_server() {
    let mut app = App::start("");
    let user = app.human();
    let init = app.command(&["init"]).output().unwrap();
    assert!(init.status.success(), "{}", lossy(&init.stderr));
    let ids: Value = serde_json::from_slice(&init.stdout).unwrap();
    assert!(ids["orgId"].is_string() && ids["userId"].is_string());
    assert_eq!(ids.get("pat"), None, "run again it makes no token");

    let made = app
        .command(&["token", "create", "--user", &user])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    app.token = made["token"].as_str().unwrap().to_owned();
    let me = app.ok("GET", "/auth/v1/users/me", &Value::Null);
    assert_eq!(me["user"]["id"], user);
}

#[test]
fn a_port_in_use_is_named_and_nothing_is_made() {
    let app = App::bare("", &[]);
    let other = TcpListener::bind(app.address).unwrap();
    let output = app.refused();
    let said = lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the port is in use") && said.contains(&app.address.to_string()),
        "{said}"
    );
    assert!(!app.path("belfry.db").exists());
    assert!(!app.path("belfry.key").exists());
    drop(other);
    app.serve();
}
