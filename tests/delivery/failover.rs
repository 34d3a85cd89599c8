//! Several providers: the next one takes over when one crashes or fails, in the configured order.

use std::time::Duration;

use crate::{
    app::{file_provider, wait_for},
    plugins::{SWITCH, with_switch},
};

fn switch_then_file() -> String {
    format!("{SWITCH}{}", file_provider("second.jsonl"))
}

#[test]
fn a_second_provider_takes_over_from_one_that_crashes_and_the_server_lives() {
    let app = with_switch("segfault", &switch_then_file());
    let server = app.pid();
    let numbers: Vec<_> = (0..20).map(|_| app.human_with_phone().1).collect();
    wait_for("the second provider", Duration::from_secs(30), || {
        let written = std::fs::read_to_string(app.path("second.jsonl")).unwrap_or_default();
        numbers
            .iter()
            .all(|number| written.contains(number))
            .then_some(())
    });
    assert!(app.sms().is_empty());
    assert!(app.lives() && app.pid() == server);
    assert_eq!(
        app.call("GET", "/debug/ready", &serde_json::Value::Null).0,
        200
    );
    let log = app.log();
    assert!(log.contains("SIGSEGV"), "the log names the fault: {log}");
}

#[test]
fn the_first_provider_is_asked_first_and_the_second_only_when_it_fails() {
    let app = with_switch("ok", &switch_then_file());
    let (_, first) = app.human_with_phone();
    app.wait_for_sms(&first);

    app.switch_to("unavailable");
    let (_, second) = app.human_with_phone();
    wait_for("the second provider", Duration::from_secs(30), || {
        let written = std::fs::read_to_string(app.path("second.jsonl")).unwrap_or_default();
        written.contains(&second).then_some(())
    });
    let written = std::fs::read_to_string(app.path("second.jsonl")).unwrap();
    assert!(
        !written.contains(&first),
        "one message goes to one provider"
    );
    assert_eq!(app.sms().len(), 1);
}

#[test]
fn a_single_message_reaches_the_second_provider_after_two_crashes() {
    let app = with_switch("segfault", &switch_then_file());
    let (_, number) = app.human_with_phone();
    wait_for("the second provider", Duration::from_secs(10), || {
        let written = std::fs::read_to_string(app.path("second.jsonl")).unwrap_or_default();
        written.contains(&number).then_some(())
    });
    assert!(app.calls().len() <= 2, "{:?}", app.calls());
}
