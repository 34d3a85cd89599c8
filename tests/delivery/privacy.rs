//! What is held about a person is told in full, and is gone when it is to be gone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, lossy, wait_for},
    plugins::build_shipped,
};

fn export(app: &App, user: &str) -> Value {
    let printed = app.command(&["user", "export", user]).output().unwrap();
    assert!(printed.status.success(), "{}", lossy(&printed.stderr));
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// A person of whom there is something in every part.
fn person(app: &App) -> (String, String, String) {
    let (user, number) = app.human_with_phone();
    app.wait_for_sms(&number);
    let later = app.change_phone(&user);
    app.wait_for_sms(&later);
    let value = json!({"value": "c2VjcmV0"});
    app.ok(
        "POST",
        &format!("/management/v1/users/{user}/metadata/shoe"),
        &value,
    );
    let path = format!("/v2/users/{user}/phone/verify");
    let wrong = json!({"verificationCode": "WRONG1"});
    assert_eq!(app.call("POST", &path, &wrong).0, 400);
    let members = "/management/v1/orgs/me/members";
    let member = json!({"userId": user, "roles": ["ORG_OWNER"]});
    app.ok("POST", members, &member);
    (user, number, later)
}

#[test]
fn a_person_gets_everything_that_is_held_and_no_secret() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (user, number, later) = person(&app);
    let held = export(&app, &user);
    assert_eq!(held["user"]["id"], user.as_str());
    assert_eq!(held["user"]["phone"], later.as_str());
    assert_eq!(held["user"]["has_password"], false);
    assert_eq!(held["metadata"][0]["key"], "shoe");
    assert_eq!(held["metadata"][0]["value"], "c2VjcmV0");
    assert_eq!(held["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(held["wrongTries"].as_array().unwrap().len(), 1);
    let recipients = held["messages"].as_array().unwrap().iter();
    let recipients: Vec<_> = recipients
        .map(|it| it["recipient"].as_str().unwrap())
        .collect();
    assert_eq!(recipients, [number.as_str(), later.as_str()]);
    let attempt = &held["attempts"][0];
    assert_eq!(attempt["message"], held["messages"][0]["id"]);
    assert_eq!(attempt["provider"], "file");
    let events = held["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .any(|event| event["payload"]["phone"] == number.as_str())
    );
    let text = held.to_string();
    for secret in ["hash\":", "\"code\":", "\"row\":"] {
        assert!(!text.contains(secret), "{secret} in {held}");
    }
    let unknown = app.command(&["user", "export", "nobody"]).output().unwrap();
    assert!(!unknown.status.success());
    assert!(lossy(&unknown.stderr).contains("nobody"));
}

#[test]
fn an_erased_person_leaves_nothing_in_the_files_of_a_running_server() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (user, number, later) = person(&app);
    let (neighbour, kept) = app.human_with_phone();
    app.wait_for_sms(&kept);
    let refused = app.command(&["user", "erase", &user]).output().unwrap();
    assert!(!refused.status.success() && lossy(&refused.stderr).contains("--yes"));

    let erase = ["user", "erase", user.as_str(), "--yes"];
    let erased = app.command(&erase).output().unwrap();
    assert!(erased.status.success(), "{}", lossy(&erased.stderr));
    let erased: Value = serde_json::from_slice(&erased.stdout).unwrap();
    assert_eq!(erased["wasRemoved"], true);
    assert_eq!(erased["messages"], 2);
    let path = format!("/management/v1/users/{user}/phone");
    assert_eq!(app.call("GET", &path, &Value::Null).0, 404);
    let left = export(&app, &user);
    for part in [
        "messages",
        "attempts",
        "metadata",
        "memberships",
        "wrongTries",
    ] {
        assert_eq!(left[part], json!([]), "{part}");
    }
    assert!(!left.to_string().contains("Lovelace"), "{left}");
    assert_eq!(app.phone_of(&neighbour).0, kept);

    // The log of the database is written back at a stop; then the number is nowhere.
    assert!(app.terminate().0.success());
    let held = |what: &str| {
        let bytes = app.bytes_of_database();
        bytes
            .windows(what.len())
            .any(|part| part == what.as_bytes())
    };
    assert!(held(&kept));
    assert!(!held(&number) && !held(&later));
    app.serve();
    assert_eq!(app.phone_of(&neighbour).0, kept);
}

#[test]
fn a_removed_person_gets_no_sms_that_waits_and_has_no_messages() {
    build_shipped();
    let app = App::start("[notifications]\nproviders = []\n");
    let (user, _) = app.human_with_phone();
    wait_for("the message", Duration::from_secs(10), || {
        (app.queued() == 1).then_some(())
    });
    app.ok(
        "DELETE",
        &format!("/management/v1/users/{user}"),
        &json!({}),
    );
    assert_eq!(app.queued(), 0);
    assert_eq!(export(&app, &user)["messages"], json!([]));
}

#[test]
fn what_limits_count_of_a_person_is_told_and_erased() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let user = app.human();
    let made = app.command(&["token", "create", "--user", &user]).output();
    let made: Value = serde_json::from_slice(&made.unwrap().stdout).unwrap();
    let person = app.caller().with_token(made["token"].as_str().unwrap());
    let request = json!({"phone": app.number()});
    let (status, _) = person
        .call("PUT", "/auth/v1/users/me/phone", &request)
        .unwrap();
    assert_eq!(status, 200);
    let told = export(&app, &user);
    // Once, though it is counted for the number and for the person.
    assert_eq!(told["limitedSends"].as_array().unwrap().len(), 1, "{told}");
    let erase = ["user", "erase", user.as_str(), "--yes"];
    assert!(app.command(&erase).output().unwrap().status.success());
    assert_eq!(export(&app, &user)["limitedSends"], json!([]));
    let rows = app
        .database()
        .query_row("SELECT count(*) FROM sends", [], |row| row.get::<_, i64>(0));
    assert_eq!(rows.unwrap(), 0);
}
