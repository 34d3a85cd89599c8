//! An id may be used again after its user was removed; the history goes on where it stood.

use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    operations::{
        ADD_HUMAN_USER, ADD_MACHINE_USER, GET_HUMAN_PHONE, GET_MY_USER, GET_USER_BY_ID_V1,
        VERIFY_PHONE,
    },
};

#[test]
fn the_sequence_goes_on_when_an_id_is_used_again() {
    let app = App::shared();
    let id = app.unique("reused");
    let request = app.new_human(json!({"userId": id}));
    app.rest_as_admin(&ADD_HUMAN_USER, request.clone()).ok();
    app.remove(&id);
    let answer = app.rest_as_admin(&ADD_HUMAN_USER, request).ok();
    assert_eq!(answer["details"]["sequence"], "5");
    assert_eq!(
        app.events(&id),
        [
            "user.human.added",
            "user.human.email.verified",
            "user.removed",
            "user.human.added",
            "user.human.email.verified",
        ]
    );
}

#[test]
fn nothing_of_the_old_user_is_left_in_the_new_one() {
    let app = App::shared();
    let (id, number) = (app.unique("reused"), app.number());
    let phone = json!({"phone": number, "returnCode": {}});
    let request = app.new_human(json!({"userId": id, "phone": phone}));
    let answer = app.rest_as_admin(&ADD_HUMAN_USER, request).ok();
    let token = app.token_of(&id);
    app.remove(&id);
    app.rest_as_admin(&ADD_HUMAN_USER, app.new_human(json!({"userId": id})))
        .ok();

    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": id}));
    assert_eq!(shown.ok()["phone"], json!({}));
    let request = json!({"userId": id, "verificationCode": answer["phoneCode"]});
    app.rest_as_admin(&VERIFY_PHONE, request)
        .fails(Kind::Invalid, "COMMAND-eis9R");
    app.rest(&GET_MY_USER, &token, None, json!({}))
        .fails(Kind::Unauthenticated, "AUTH-7fs1e");
}

#[test]
fn a_machine_may_take_the_id_of_a_removed_person() {
    let app = App::shared();
    let id = app.unique("reused");
    app.rest_as_admin(&ADD_HUMAN_USER, app.new_human(json!({"userId": id})))
        .ok();
    app.remove(&id);
    let request = json!({"userId": id, "userName": app.unique("engine"), "name": "Engine"});
    app.rest_as_admin(&ADD_MACHINE_USER, request).ok();
    let shown = app
        .rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": id}))
        .ok();
    assert_eq!(shown["user"]["machine"]["name"], "Engine");
    assert!(shown["user"].get("human").is_none());
}

#[test]
fn ids_may_be_any_text() {
    let app = App::shared();
    for id in [
        "a/b c?d#e%2Fé",
        "..",
        "'; DROP TABLE users; --",
        "\u{1F514}",
    ] {
        let request = app.new_human(json!({"userId": id}));
        app.rest_as_admin(&ADD_HUMAN_USER, request).ok();
        if id == ".." {
            continue; // an HTTP client may take this segment away
        }
        let shown = app.rest_as_admin(&GET_USER_BY_ID_V1, json!({"id": id}));
        assert_eq!(shown.ok()["user"]["id"], id);
    }
}
