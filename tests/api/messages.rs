//! Messages: what became of them, sent again, and the way they go. Belfry's own service.

pub mod preview;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    clients::Kind,
    operations::{
        ACTIVATE_PROVIDER, ADD_PROVIDER, COUNT_MESSAGES, EXPLAIN_ROUTE, GET_MESSAGE, LIST_MESSAGES,
        RESEND_MESSAGE, SET_EMAIL, UPDATE_HUMAN_PHONE,
    },
    providers::endpoint,
    table::{Case, Scene, Table, case, run_tables},
};

const ACCEPTED: &str = "MESSAGE_STATE_ACCEPTED";
const QUEUED: &str = "MESSAGE_STATE_QUEUED";

/// The messages of a user by SMS, the newest first.
fn messages_of(t: &Scene, user: &str) -> Vec<Value> {
    let request = json!({"userId": user, "channel": "MESSAGE_CHANNEL_SMS"});
    let found = t.rest_as_admin(&LIST_MESSAGES, request).ok();
    found["messages"].as_array().cloned().unwrap_or_default()
}

/// Waits until the newest message of a user is in a state.
#[track_caller]
fn wait_for(t: &Scene, user: &str, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let messages = messages_of(t, user);
        match messages.into_iter().next() {
            Some(newest) if newest["state"] == state => return newest,
            newest => assert!(begun.elapsed() < Duration::from_secs(20), "{newest:?}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A human whose SMS a provider took, the number and the message.
fn human_with_message(t: &Scene) -> (String, String, Value) {
    let number = t.number();
    let user = t.human_with_phone(&number);
    let message = wait_for(t, &user, ACCEPTED);
    (user, number, message)
}

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap()
}

const NEEDS_INSTANCE_ROLE: Case = case("the owner of an organization may not", |t| {
    let owner = t.token_with_roles(t.org_id(), &["ORG_OWNER"]);
    let request = json!({"id": "1", "phone": "+41791234567"});
    t.by(&owner)
        .call(t.fitting(request))
        .fails(Kind::Denied, "AUTH-5mWD2");
});

const UNKNOWN: Case = case("an unknown one is not found", |t| {
    for id in ["1", "nobody", "99999999999999999999"] {
        t.call(json!({"id": id})).fails(Kind::NotFound, "MSG-N0tFd");
    }
});

/// The cases of `ListMessages`.
pub const LIST: Table = Table {
    operation: &LIST_MESSAGES,
    cases: &[
        case("a message is found by whatever is known of it", |t| {
            let (user, number, message) = human_with_message(t);
            for filter in [
                json!({"userId": user}),
                json!({"recipientPrefix": number}),
                json!({"userId": user, "states": [ACCEPTED, "MESSAGE_STATE_FAILED"]}),
                json!({"userId": user, "purpose": "MESSAGE_PURPOSE_VERIFY_PHONE"}),
                json!({"userId": user, "provider": "file", "organizationId": t.org_id()}),
                json!({"userId": user, "createdFrom": message["creationDate"]}),
            ] {
                let found = t.call(filter.clone()).ok();
                let messages = found["messages"].as_array().cloned().unwrap_or_default();
                let sms = messages
                    .iter()
                    .find(|found| found["channel"] == "MESSAGE_CHANNEL_SMS");
                assert_eq!(sms.map(id), Some(id(&message)), "{filter}: {found}");
            }
            for filter in [
                json!({"userId": user, "states": ["MESSAGE_STATE_FAILED"]}),
                json!({"userId": user, "provider": "nobody"}),
                json!({"userId": user, "createdBefore": "2020-01-01T00:00:00Z"}),
                json!({"userId": "nobody"}),
            ] {
                let found = t.call(filter.clone()).ok();
                assert!(found["messages"].is_null(), "{filter}: {found}");
            }
        }),
        case("it says all that is known but the text and the code", |t| {
            let (user, number, message) = human_with_message(t);
            for (member, value) in [
                ("userId", json!(user)),
                ("organizationId", json!(t.org_id())),
                ("channel", json!("MESSAGE_CHANNEL_SMS")),
                ("purpose", json!("MESSAGE_PURPOSE_VERIFY_PHONE")),
                ("recipient", json!(number)),
                ("state", json!(ACCEPTED)),
                ("attempts", json!(1)),
                ("provider", json!("file")),
                ("status", json!("CALL_STATUS_OK")),
                ("nextAttempt", Value::Null),
                ("unknownOutcomes", Value::Null),
            ] {
                assert_eq!(message[member], value, "{member} of {message}");
            }
            for member in ["stateSince", "creationDate", "expirationDate"] {
                assert!(message[member].is_string(), "{member} of {message}");
            }
        }),
        case(
            "a page is a part of the list, the newest first unless ascending",
            |t| {
                let (user, number, _) = human_with_message(t);
                let other = t.number();
                t.rest_as_admin(&UPDATE_HUMAN_PHONE, json!({"userId": user, "phone": other}))
                    .ok();
                wait_for(t, &user, ACCEPTED);
                let numbers = |pagination: Value| {
                    let sms = "MESSAGE_CHANNEL_SMS";
                    let request = json!({"userId": user, "channel": sms, "pagination": pagination});
                    let found = t.call(request).ok();
                    assert_eq!(found["pagination"]["totalResult"], "2", "{found}");
                    let messages = found["messages"].as_array().unwrap().clone();
                    let recipients = messages.iter().map(|it| it["recipient"].clone());
                    recipients.collect::<Vec<_>>()
                };
                assert_eq!(numbers(json!({})), [json!(other), json!(number)]);
                assert_eq!(numbers(json!({"asc": true})), [json!(number), json!(other)]);
                assert_eq!(numbers(json!({"limit": 1, "offset": "1"})), [json!(number)]);
                let beyond = json!({"pagination": {"limit": 1001}});
                t.call(beyond).fails(Kind::Invalid, "QUERY-4M0fs");
            },
        ),
        case("an unknown state is refused", |t| {
            t.call(json!({"states": [77]})).expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `CountMessages`.
pub const COUNT: Table = Table {
    operation: &COUNT_MESSAGES,
    cases: &[
        case("messages are counted by channel, provider and state", |t| {
            let accepted = |request: Value| {
                let counts = t.call(request).ok()["counts"].clone();
                let counts = counts.as_array().cloned().unwrap_or_default();
                let of_file = counts.iter().find(|count| {
                    count["provider"] == "file"
                        && count["state"] == ACCEPTED
                        && count["channel"] == "MESSAGE_CHANNEL_SMS"
                });
                of_file.map_or(0, |count| {
                    count["count"].as_str().unwrap().parse::<u64>().unwrap()
                })
            };
            let before = accepted(json!({}));
            human_with_message(t);
            assert!(accepted(json!({})) > before);
            let long_ago = json!({"createdBefore": "2020-01-01T00:00:00Z"});
            assert_eq!(accepted(long_ago), 0);
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetMessage`.
pub const GET: Table = Table {
    operation: &GET_MESSAGE,
    cases: &[
        case("a message is shown with every attempt", |t| {
            let (_, _, message) = human_with_message(t);
            let shown = t.call(json!({"id": id(&message)})).ok();
            assert_eq!(shown["message"], message);
            let attempts = shown["attempts"].as_array().unwrap();
            assert_eq!(attempts.len(), 1);
            let attempt = &attempts[0];
            assert_eq!(attempt["number"], 1);
            assert_eq!(attempt["provider"], "file");
            assert_eq!(attempt["status"], "CALL_STATUS_OK");
            assert!(attempt["start"].is_string() && attempt["end"].is_string());
            assert!(attempt["receipt"].is_null(), "{attempt}");
        }),
        UNKNOWN,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ResendMessage`.
pub const RESEND: Table = Table {
    operation: &RESEND_MESSAGE,
    cases: &[
        case("for one that is over a new code is made and sent", |t| {
            let (user, _, message) = human_with_message(t);
            let answer = t.call(json!({"id": id(&message)})).ok();
            assert_ne!(answer["id"], message["id"]);
            let again = wait_for(t, &user, ACCEPTED);
            assert_eq!(again["id"], answer["id"]);
            assert_eq!(again["resendOf"], message["id"]);
            let added = "user.human.phone.code.added";
            t.expect_last_events(&user, &[added, added]);
        }),
        case(
            "one that waits is tried at once, and by another provider if wanted",
            |t| {
                let t = &t.alone();
                let (user, _, message) = human_with_message(t);
                let dead = t.provider();
                t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": dead}))
                    .ok();
                let by_dead = json!({"id": id(&message), "provider": dead});
                let waiting = t.call(by_dead).ok()["id"].clone();
                let begun = Instant::now();
                let tried = loop {
                    let message = messages_of(t, &user).into_iter().next().unwrap();
                    if message["attempts"].as_u64() > Some(0) && message["state"] == QUEUED {
                        break message;
                    }
                    assert!(begun.elapsed() < Duration::from_secs(20), "{message}");
                };
                assert_eq!(tried["id"], waiting);
                assert_eq!(tried["onlyProvider"], dead.as_str());
                assert!(tried["nextAttempt"].is_string(), "{tried}");
                // It may be tried again at this very moment.
                let begun = Instant::now();
                let hurried = loop {
                    let request = json!({"id": waiting, "provider": "file"});
                    match t.call(request).0 {
                        Ok(answer) => break answer,
                        Err(failure) => assert_eq!(failure.id(), Some("MSG-S3nd1")),
                    }
                    assert!(begun.elapsed() < Duration::from_secs(20));
                };
                assert_eq!(hurried["id"], waiting);
                let sent = wait_for(t, &user, ACCEPTED);
                assert_eq!(sent["id"], waiting);
                assert_eq!(sent["provider"], "file");
            },
        ),
        case("one that is being sent is left alone", |t| {
            let t = &t.alone();
            // Takes connections and never answers.
            let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("http://{}/sms", deaf.local_addr().unwrap());
            let request = endpoint(json!({"name": "deaf", "config": {"endpoint": url}}));
            t.rest_as_admin(&ADD_PROVIDER, request).ok();
            t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": "deaf"}))
                .ok();
            let user = t.human_with_phone(&t.number());
            let message = wait_for(t, &user, "MESSAGE_STATE_SENDING");
            t.call(json!({"id": id(&message)}))
                .fails(Kind::Precondition, "MSG-S3nd1");
        }),
        case("nobody gets a code that is not waited for", |t| {
            let (user, number, message) = human_with_message(t);
            let verified = json!({"userId": user, "phone": number, "isPhoneVerified": true});
            t.rest_as_admin(&UPDATE_HUMAN_PHONE, verified).ok();
            t.call(json!({"id": id(&message)}))
                .fails(Kind::Precondition, "MSG-N0tWt");
        }),
        case("an e-mail is not sent again here", |t| {
            let user = t.human();
            let request = json!({"userId": user, "email": format!("{user}@other.example")});
            t.rest_as_admin(&SET_EMAIL, request).ok();
            let request = json!({"userId": user, "channel": "MESSAGE_CHANNEL_EMAIL"});
            let found = t.rest_as_admin(&LIST_MESSAGES, request).ok();
            t.call(json!({"id": found["messages"][0]["id"]}))
                .fails(Kind::Precondition, "MSG-Em41l");
        }),
        case("an unknown provider is not found", |t| {
            let (_, _, message) = human_with_message(t);
            t.call(json!({"id": id(&message), "provider": "nobody"}))
                .fails(Kind::NotFound, "PROV-N0tFd");
        }),
        UNKNOWN,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ExplainRoute`.
pub const ROUTE: Table = Table {
    operation: &EXPLAIN_ROUTE,
    cases: &[
        case("without rules every provider may be asked", |t| {
            let t = &t.alone();
            let answer = t.call(json!({"phone": "079 123 45 67"})).ok();
            let expected = json!({
                "phone": "+41791234567",
                "region": "CH",
                "providers": [
                    {"name": "file", "state": "PROVIDER_STATE_READY", "available": true},
                ],
                "provider": "file",
            });
            assert_eq!(answer, expected);
        }),
        case("what is no number is refused", |t| {
            t.call(json!({"phone": "abc"}))
                .fails(Kind::Invalid, "PHONE-so0wa");
            t.call(json!({})).expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    list_messages = LIST,
    count_messages = COUNT,
    get_message = GET,
    resend_message = RESEND,
    explain_route = ROUTE,
}
