//! `AddProvider` and `UpdateProvider`.

use serde_json::{Value, json};

use super::{
    CHANGED_ELSEWHERE, LIMITS_OF_NAME, NEEDS_INSTANCE_ROLE, SECRET, UNKNOWN, endpoint, events_of,
    expect_event,
};
use crate::{
    app::App,
    clients::{Answer, Kind},
    message_providers::database_holds,
    operations::{ADD_PROVIDER, UPDATE_PROVIDER},
    people::merged,
    table::{Table, case, run_tables},
};

/// The cases of `AddProvider`.
pub const ADD: Table = Table {
    operation: &ADD_PROVIDER,
    cases: &[
        case(
            "a new one is inactive, and its secrets are told nowhere",
            |t| {
                let name = t.unique("new");
                let more = json!({"name": name, "memoryLimit": "500000000"});
                let answer = t.call(endpoint(more)).ok();
                assert!(answer["details"]["creationDate"].is_string(), "{answer}");
                let payload = json!({
                    "plugin": "http", "description": "Sends codes", "memoryLimit": 500_000_000.0,
                });
                expect_event(t, &name, "added", payload);
                let shown = t.shown_provider(&name);
                let expected = json!({
                    "provider": {
                        "details": answer["details"],
                        "name": name,
                        "description": "Sends codes",
                        "source": "PROVIDER_SOURCE_API",
                        "plugin": "http",
                        "state": "PROVIDER_STATE_INACTIVE",
                        "memoryLimit": "500000000",
                    },
                    "config": {"endpoint": "http://localhost:1/sms"},
                    "hidden": ["signing_key"],
                });
                assert_eq!(shown, expected);
            },
        ),
        case("a pinned file is that one and no other", |t| {
            let name = t.unique("pinned");
            let sha256 = super::show::plugin(t, "http")["sha256"].clone();
            let upper = sha256.as_str().unwrap().to_uppercase();
            t.call(endpoint(json!({"name": name, "sha256": upper})))
                .ok();
            let shown = t.shown_provider(&name);
            assert_eq!(shown["provider"]["pinnedSha256"], sha256);
            let more = json!({"name": t.unique("pinned"), "sha256": "0".repeat(64)});
            let failure = t.call(endpoint(more));
            let failure = failure.fails(Kind::Precondition, "PROV-P1ugn");
            assert!(failure.message.contains("another is pinned"), "{failure:?}");
        }),
        case(
            "a name that is taken is told before what is wrong with the plugin",
            |t| {
                let taken = t.provider();
                for name in [&taken, "file"] {
                    let more = json!({"name": name, "plugin": "nothing", "config": {"a": 1}});
                    t.call(endpoint(more)).fails(Kind::Exists, "PROV-Ex1st");
                }
            },
        ),
        case(
            "a plugin that is not there is told before its settings",
            |t| {
                let more = json!({"name": t.unique("a"), "plugin": "nothing", "config": {"a": 1}});
                let failure = t.call(endpoint(more));
                let failure = failure.fails(Kind::Precondition, "PROV-P1ugn");
                assert!(
                    failure.message.contains("libbelfry_nothing.so"),
                    "{failure:?}"
                );
                let more = json!({"name": t.unique("a"), "plugin": "../http"});
                t.call(endpoint(more))
                    .fails(Kind::Precondition, "PROV-P1ugn");
            },
        ),
        case(
            "settings are checked against the schema, and no value is told",
            |t| {
                let long = "k".repeat(70_000);
                for (config, said) in [
                    (json!({"signing_key": SECRET}), "config.endpoint is missing"),
                    (
                        json!({"endpoint": 7}),
                        "config.endpoint must be of type string",
                    ),
                    (json!({"endpoint": SECRET}), "config.endpoint must match"),
                    (
                        json!({"endpoint": "http://a", "b": SECRET}),
                        "config.b is unknown",
                    ),
                    (
                        json!({"endpoint": "http://a", "signing_key": long}),
                        "64 kB",
                    ),
                ] {
                    let more = json!({"name": t.unique("a"), "config": config});
                    let failure = t.call(endpoint(more));
                    let failure = failure.fails(Kind::Invalid, "PROV-Set5g");
                    assert!(failure.message.contains(said), "{failure:?}");
                    assert!(!failure.message.contains(SECRET), "{failure:?}");
                }
                let more = json!({"name": t.unique("a"), "config": null});
                t.call(endpoint(more)).fails(Kind::Invalid, "PROV-Set5g");
            },
        ),
        case("files stay in a folder of their own", |t| {
            for path in ["/tmp/sms.jsonl", "../sms.jsonl", "a/../../b"] {
                let more =
                    json!({"name": t.unique("p"), "plugin": "file", "config": {"path": path}});
                let failure = t.call(endpoint(more)).fails(Kind::Invalid, "PROV-Set5g");
                let said = "the folder belfry.files";
                assert!(failure.message.contains(said), "{failure:?}");
            }
            let more =
                json!({"name": t.unique("p"), "plugin": "file", "config": {"path": "a.jsonl"}});
            t.call(endpoint(more)).ok();
        }),
        case("a null setting is none", |t| {
            let name = t.unique("null");
            let config = json!({"endpoint": "http://a", "signing_key": null});
            t.call(endpoint(json!({"name": name, "config": config})))
                .ok();
            let shown = t.shown_provider(&name);
            assert_eq!(shown["config"], json!({"endpoint": "http://a"}));
            assert!(shown["hidden"].is_null(), "{shown}");
        }),
        case("names, pins and lengths come first", |t| {
            let call = |more: Value| {
                let request = merged(json!({"name": "a", "plugin": "nothing"}), more);
                t.call(endpoint(request)).expect_invalid();
            };
            for name in ["", "a b", "a/b", "-a", ".a", "sms-1", "ä", &"a".repeat(101)] {
                call(json!({"name": name}));
            }
            for sha256 in ["0", &"0".repeat(65), &"g".repeat(64)] {
                call(json!({"sha256": sha256}));
            }
            call(json!({"plugin": ""}));
            call(json!({"plugin": "a".repeat(101)}));
            call(json!({"description": "a".repeat(201)}));
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `UpdateProvider`.
pub const UPDATE: Table = Table {
    operation: &UPDATE_PROVIDER,
    cases: &[
        case("only what differs is told, and hidden settings stay", |t| {
            let name = t.provider();
            let config = json!({"endpoint": "http://localhost:1/sms"});
            let request = json!({"name": name, "config": config, "description": "Sends more"});
            let answer = t.call(request).ok();
            expect_event(t, &name, "changed", json!({"description": "Sends more"}));
            let shown = t.shown_provider(&name);
            assert_eq!(shown["config"], config);
            assert_eq!(shown["hidden"], json!(["signing_key"]));
            assert_eq!(shown["provider"]["description"], "Sends more");
            assert_eq!(shown["provider"]["details"], answer["details"]);
        }),
        case("a URL that is given back as it is shown stays", |t| {
            let name = t.provider();
            let update = |endpoint: &str| {
                let config = json!({"endpoint": endpoint, "signing_key": SECRET});
                t.call(json!({"name": name, "config": config, "description": "Sends codes"}))
            };
            update("https://user:passw0rd@a.example.com/?key=k3y").ok();
            let before = t.shown_provider(&name);
            let shown = "https://***@a.example.com/?key=***";
            assert_eq!(before["config"]["endpoint"], shown);
            update(shown).ok();
            assert_eq!(t.shown_provider(&name), before);
            for other in [
                "https://***@b.example.com/",
                "https://a.example.com/?key=***",
            ] {
                let failure = update(other).fails(Kind::Invalid, "PROV-Set5g");
                assert!(failure.message.contains("config.endpoint"), "{failure:?}");
            }
            assert_eq!(events_of(t, &name).len(), 2);
        }),
        case(
            "of changes at the same time, one is made and the others are told",
            |t| {
                let name = t.provider();
                let config = |place: usize| json!({"endpoint": "http://localhost:1/sms", "signing_key": place.to_string()});
                let answers: Vec<_> = std::thread::scope(|scope| {
                    let update = |place| {
                        let request = json!({"name": name, "config": config(place)});
                        scope.spawn(move || t.call(request))
                    };
                    let running: Vec<_> = (0..8).map(update).collect();
                    running
                        .into_iter()
                        .map(|call| call.join().unwrap())
                        .collect()
                });
                let (done, refused): (Vec<_>, Vec<_>) = answers
                    .into_iter()
                    .partition(|answer: &Answer| answer.0.is_ok());
                let done = done.len();
                for answer in refused {
                    answer.fails(Kind::Aborted, "PROV-Chng3");
                }
                assert_eq!(events_of(t, &name).len(), 1 + done);
            },
        ),
        case("a key is not sent to another address unasked", |t| {
            let name = t.provider();
            let mut config = json!({"endpoint": "http://localhost:2/sms"});
            let request = json!({"name": name, "config": config});
            let failure = t.call(request).fails(Kind::Invalid, "PROV-Set5g");
            let wanted = "give config.signing_key again";
            assert!(failure.message.contains(wanted), "{failure:?}");
            assert_eq!(events_of(t, &name).len(), 1);
            config["signing_key"] = json!(SECRET);
            t.call(json!({"name": name, "config": config})).ok();
            let shown = t.shown_provider(&name);
            assert_eq!(shown["config"]["endpoint"], config["endpoint"]);
            assert_eq!(shown["hidden"], json!(["signing_key"]));
        }),
        case("a hidden setting that is null is taken away", |t| {
            let name = t.provider();
            let config = json!({"endpoint": "http://localhost:1/sms", "signing_key": null});
            t.call(json!({"name": name, "config": config, "description": "Sends codes"}))
                .ok();
            expect_event(t, &name, "changed", json!({}));
            assert!(t.shown_provider(&name)["hidden"].is_null());
        }),
        case(
            "without settings they stay; pin and limit are as given",
            |t| {
                let name = t.provider();
                let sha256 = super::show::plugin(t, "http")["sha256"].clone();
                let change = json!({"description": "", "sha256": sha256});
                let limit = json!({"name": name, "memoryLimit": "500000000"});
                t.call(merged(limit, change.clone())).ok();
                // Numbers of events are doubles.
                let limit = json!({"memoryLimit": 500_000_000.0});
                expect_event(t, &name, "changed", merged(change, limit));
                let shown = t.shown_provider(&name);
                assert_eq!(
                    shown["config"],
                    json!({"endpoint": "http://localhost:1/sms"})
                );
                t.call(json!({"name": name})).ok();
                let none = json!({"sha256": "", "memoryLimit": 0.0});
                expect_event(t, &name, "changed", none);
            },
        ),
        case("nothing different is no event and no error", |t| {
            let name = t.provider();
            let before = t.shown_provider(&name);
            let config = json!({"endpoint": "http://localhost:1/sms"});
            for config in [json!(null), config] {
                let request = json!({"name": name, "description": "Sends codes"});
                let answer = t.call(merged(request, json!({"config": config}))).ok();
                assert_eq!(answer["details"], before["provider"]["details"]);
            }
            assert_eq!(events_of(t, &name).len(), 1);
        }),
        case(
            "a wrong pin is told before wrong settings, and nothing is changed",
            |t| {
                let name = t.provider();
                let wrong = json!({"name": name, "config": {"a": 1}, "sha256": "0".repeat(64)});
                t.call(wrong).fails(Kind::Precondition, "PROV-P1ugn");
                let wrong = json!({"name": name, "config": {"endpoint": SECRET}});
                let failure = t.call(wrong).fails(Kind::Invalid, "PROV-Set5g");
                assert!(!failure.message.contains(SECRET), "{failure:?}");
                assert_eq!(events_of(t, &name).len(), 1);
            },
        ),
        case("pins and lengths come first", |t| {
            for more in [
                json!({"sha256": "0"}),
                json!({"sha256": "g".repeat(64)}),
                json!({"description": "a".repeat(201)}),
            ] {
                t.call(merged(json!({"name": "nobody"}), more))
                    .expect_invalid();
            }
        }),
        CHANGED_ELSEWHERE,
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    add_provider_agrees_with_its_table = ADD,
    update_provider_agrees_with_its_table = UPDATE,
}

/// Also in the clear text of the database there is none.
#[test]
fn settings_are_sealed() {
    let app = App::start("");
    app.provider();
    assert!(database_holds(&app, "Sends codes"), "the rows are there");
    assert!(!database_holds(&app, SECRET));
    assert!(!database_holds(&app, "localhost:1/sms"));
}
