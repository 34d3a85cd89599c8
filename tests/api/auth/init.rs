//! The commands that give the first token, and others from the command line.

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::Kind,
    operations::{GET_MY_USER, GET_USER_BY_ID_V1},
};

#[test]
fn init_made_an_organization_and_a_machine_that_owns_the_instance() {
    let app = App::shared();
    let shown = app.rest_as_admin(&GET_MY_USER, json!({})).ok();
    let user = &shown["user"];
    assert_eq!(user["id"], app.admin.user.as_str());
    assert_eq!(user["userName"], "admin");
    assert!(user["machine"].is_object());
    assert_eq!(user["details"]["resourceOwner"], app.admin.org.as_str());
}

#[test]
fn init_beside_a_running_server_changes_nothing_and_shows_no_token() {
    let app = App::shared();
    let output = app.command(&["init"]);
    assert!(output.status.success(), "{output:?}");
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        printed,
        json!({"orgId": app.admin.org, "userId": app.admin.user})
    );
    app.rest_as_admin(&GET_MY_USER, json!({})).ok();
}

#[test]
fn a_token_from_the_command_line_works_beside_a_running_server() {
    let app = App::shared();
    let human = app.human();
    let token = app.token_of(&human);
    let shown = app.rest(&GET_MY_USER, &token, None, json!({})).ok();
    assert_eq!(shown["user"]["id"], human.as_str());
    app.rest(&GET_USER_BY_ID_V1, &token, None, json!({"id": human}))
        .fails(Kind::NotFound, "AUTHZ-cdgFk");
    let output = app.command(&["token", "create", "--user", "1"]);
    assert!(!output.status.success());
}

#[test]
fn neither_tokens_nor_codes_nor_numbers_are_in_the_log() {
    let app = App::start("[log]\nlevel = \"debug\"\n");
    let number = app.number();
    let user = app.human_with_phone(&number);
    let code = app.code_for(&number);
    let token = app.token_of(&user);
    app.rest(&GET_MY_USER, &token, None, json!({})).ok();
    let request = json!({"userId": user, "verificationCode": code});
    app.rest_as_admin(&crate::operations::VERIFY_PHONE, request)
        .ok();
    let log = app.log();
    assert!(!log.is_empty());
    for secret in [
        &token,
        &app.admin.token,
        &code,
        &number,
        &number[1..].to_owned(),
    ] {
        assert!(!log.contains(secret.as_str()), "{secret} is in the log");
    }
}
