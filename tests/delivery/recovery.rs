//! A broken provider never fails a call: messages wait and go out within 30 s of the repair.

use std::{fs, time::Duration};

use crate::{
    app::{App, file_provider, wait_for},
    database::{ACCEPTED, Message, QUEUED, SENDING},
    plugins::{SWITCH, build_shipped, with_switch},
};

/// Five crashes in a minute close a provider, and the attempts between them back off.
const SOON: Duration = Duration::from_secs(40);

#[test]
fn a_message_waits_for_the_folder_of_the_file_provider() {
    build_shipped();
    let app = App::start(&file_provider("later/sms.jsonl"));
    let (_, number) = app.human_with_phone();
    wait_for("a second attempt", SOON, || {
        (app.message_to(&number).attempts >= 2).then_some(())
    });
    assert!(app.message_to(&number).state <= SENDING);

    fs::create_dir(app.path("later")).unwrap();
    wait_for("the SMS", Duration::from_secs(30), || {
        let written = fs::read_to_string(app.path("later/sms.jsonl")).unwrap_or_default();
        written.contains(&number).then_some(())
    });
    wait_for("the outcome", SOON, || {
        let message = app.message_to(&number);
        (message.state == ACCEPTED && !message.has_code).then_some(())
    });
}

#[test]
fn a_message_waits_for_a_plugin_that_crashes_and_then_does_not() {
    let app = with_switch("segfault", SWITCH);
    let server = app.pid();
    let (_, number) = app.human_with_phone();
    wait_for("the provider to be closed", SOON, || {
        app.log().contains("is closed").then_some(())
    });
    // The calls of the API go on meanwhile.
    let (_, second) = app.human_with_phone();
    app.switch_to("ok");
    app.wait_for_sms(&number);
    app.wait_for_sms(&second);
    assert_eq!(app.repeats(), 0);
    assert!(app.lives() && app.pid() == server);
}

#[test]
fn a_crashing_plugin_is_replaced_while_the_server_runs() {
    build_shipped();
    let app = App::prepare(&format!("{}{SWITCH}", crate::plugins::PLUGINS), &[]);
    app.add_plugins(&["ALWAYS_CRASHES"]);
    app.switch_to("ok");
    app.serve();
    let (_, number) = app.human_with_phone();
    wait_for("the provider to be closed", SOON, || {
        app.log().contains("is closed").then_some(())
    });
    app.build_switch(&[]);
    app.wait_for_sms(&number);
}

#[test]
fn a_message_waits_until_a_provider_is_configured() {
    build_shipped();
    let app = App::start("[notifications]\nproviders = []\n");
    let (_, number) = app.human_with_phone();
    wait_for("the warning", SOON, || {
        let said = app
            .log()
            .contains("1 messages wait for a provider: no provider is configured");
        said.then_some(())
    });
    let untouched = Message {
        state: QUEUED,
        has_code: true,
        attempts: 0,
    };
    assert_eq!(app.message_to(&number), untouched);

    app.configure(&file_provider("sms.jsonl"));
    app.restart();
    app.wait_for_sms(&number);
}

#[test]
fn a_provider_without_credentials_is_probed_at_most_every_15_seconds() {
    let app = with_switch("unauthorized", SWITCH);
    let numbers: Vec<_> = (0..3).map(|_| app.human_with_phone().1).collect();
    let calls = wait_for("the first probe", Duration::from_secs(40), || {
        let calls = app.calls();
        (calls.len() >= 2).then_some(calls)
    });
    let (first, probe) = (calls[0].0, calls[1].0);
    assert!(probe - first >= 14_900, "probed after {} ms", probe - first);
    app.switch_to("ok");
    for number in &numbers {
        app.wait_for_sms(number);
    }
    assert_eq!(app.repeats(), 0);
    assert_eq!(app.calls().len(), 2 + numbers.len(), "no call is wasted");
}
