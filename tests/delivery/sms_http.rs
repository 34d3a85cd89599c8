//! SMS through an HTTP endpoint that the administration API keeps: from its activation to its
//! deactivation, in front of the providers of the configuration.

use std::{
    sync::mpsc::{Receiver, TryRecvError},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    endpoint::{Call, endpoint, is_signed},
    plugins::build_shipped,
};

/// What the API keeps, by its path.
fn post(app: &App, path: &str, request: Value) -> Value {
    app.ok("POST", &format!("/admin/v1/sms/{path}"), &request)
}

fn next(calls: &Receiver<Call>) -> Call {
    calls.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn sms_go_through_an_endpoint_from_its_activation_to_its_deactivation() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (url, calls) = endpoint(&[204]);
    let request = json!({"endpoint": url, "description": "Hook"});
    let added = post(&app, "http", request);
    let id = added["id"].as_str().unwrap();
    let key = added["signingKey"].as_str().unwrap();

    let (_, before) = app.human_with_phone();
    app.wait_for_sms(&before);

    post(&app, &format!("{id}/_activate"), json!({}));
    let (user, number) = app.human_with_phone();
    let call = next(&calls);
    assert!(is_signed(&call, key) && !is_signed(&call, "another"));
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let context = &body["contextInfo"];
    assert_eq!(context["eventType"], "user.human.phone.code.added");
    assert_eq!(context["recipientPhoneNumber"], number);
    let provider = json!({"id": id, "description": "Hook"});
    assert_eq!(context["provider"], provider);
    let code = json!({"verificationCode": body["args"]["code"]});
    app.ok("POST", &format!("/v2/users/{user}/phone/verify"), &code);

    // It is there again after a start.
    app.restart();
    app.human_with_phone();
    assert!(is_signed(&next(&calls), key));

    post(&app, &format!("{id}/_deactivate"), json!({}));
    let (_, after) = app.human_with_phone();
    app.wait_for_sms(&after);
    assert_eq!(calls.try_recv().err(), Some(TryRecvError::Empty));
    assert_eq!(app.sms().len(), 2);
}

#[test]
fn a_change_of_the_active_endpoint_takes_effect_while_messages_go() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (first, to_first) = endpoint(&[204]);
    let (second, to_second) = endpoint(&[204]);
    let added = post(&app, "http", json!({"endpoint": first}));
    let id = added["id"].as_str().unwrap();
    post(&app, &format!("{id}/_activate"), json!({}));
    app.human_with_phone();
    next(&to_first);

    let change = json!({"endpoint": second, "description": "Moved"});
    app.ok("PUT", &format!("/admin/v1/sms/http/{id}"), &change);
    // The old endpoint gets messages until the new plugin is there, which is moments.
    let call = loop {
        app.human_with_phone();
        let arrived = wait_for("an SMS", Duration::from_secs(20), || {
            let moved = to_second.try_recv().map(Some);
            moved.or_else(|_| to_first.try_recv().map(|_| None)).ok()
        });
        if let Some(call) = arrived {
            break call;
        }
    };
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let provider = json!({"id": id, "description": "Moved"});
    assert_eq!(body["contextInfo"]["provider"], provider);

    // Another one that becomes active takes its place; a removed one is not used.
    let other = post(&app, "http", json!({"endpoint": first}));
    let other = other["id"].as_str().unwrap();
    post(&app, &format!("{other}/_activate"), json!({}));
    app.human_with_phone();
    next(&to_first);
    app.ok("DELETE", &format!("/admin/v1/sms/{other}"), &json!({}));
    let (_, last) = app.human_with_phone();
    app.wait_for_sms(&last);
}
