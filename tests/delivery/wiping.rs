//! Codes that became useless while no provider worked are never sent, and nothing of them is kept.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    database::{ACCEPTED, EXPIRED, Message, SUPERSEDED},
    plugins::build_shipped,
};

#[test]
fn useless_codes_are_never_sent_and_their_rows_are_wiped() {
    build_shipped();
    let app = App::start(&file_provider("later/sms.jsonl"));
    let (_, expired) = app.human_with_phone();
    app.advance(Duration::from_secs(3700));
    // Also while nobody could send it, an expired code does not stay.
    wait_for(
        "the expired message to be wiped",
        Duration::from_secs(25),
        || (app.message_to(&expired).state == EXPIRED).then_some(()),
    );

    let (changed, superseded) = app.human_with_phone();
    let wanted = app.change_phone(&changed);
    let (without, removed) = app.human_with_phone();
    app.ok(
        "DELETE",
        &format!("/v2/users/{without}/phone"),
        &Value::Null,
    );
    let (gone, of_removed_user) = app.human_with_phone();
    app.ok("DELETE", &format!("/v2/users/{gone}"), &Value::Null);
    let (set, set_as_verified) = app.human_with_phone();
    let path = format!("/management/v1/users/{set}/phone");
    app.ok(
        "PUT",
        &path,
        &json!({"phone": set_as_verified, "isPhoneVerified": true}),
    );
    let (owner, verified) = app.human_with_phone();
    let phone = format!("/v2/users/{owner}/phone");
    let resent = app.ok(
        "POST",
        &format!("{phone}/resend"),
        &json!({"returnCode": {}}),
    );
    let code = resent["verificationCode"].as_str().unwrap();
    app.ok(
        "POST",
        &format!("{phone}/verify"),
        &json!({"verificationCode": code}),
    );

    fs::create_dir(app.path("later")).unwrap();
    let written = || fs::read_to_string(app.path("later/sms.jsonl")).unwrap_or_default();
    wait_for(
        "the one SMS that is wanted",
        Duration::from_secs(30),
        || written().contains(&wanted).then_some(()),
    );
    wait_for("the outbox to be empty", Duration::from_secs(30), || {
        (app.queued() == 0).then_some(())
    });
    assert_eq!(written().lines().count(), 1, "{}", written());
    let state = |number: &str| {
        let Message {
            state, has_code, ..
        } = app.message_to(number);
        assert!(!has_code, "the code of a final message is wiped");
        state
    };
    assert_eq!(state(&wanted), ACCEPTED);
    assert_eq!(state(&expired), EXPIRED);
    for number in [superseded, removed, set_as_verified, verified] {
        assert_eq!(state(&number), SUPERSEDED, "{number}");
    }
    // With a user the messages go.
    let query = "SELECT count(*) FROM messages WHERE recipient = ?1";
    let left = app
        .database()
        .query_row(query, [of_removed_user], |row| row.get(0));
    assert_eq!(left, Ok(0));
}
