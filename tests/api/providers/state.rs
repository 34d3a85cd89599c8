//! `ActivateProvider`, `DeactivateProvider` and `RemoveProvider`.

use serde_json::json;

use super::{
    CHANGED_ELSEWHERE, LIMITS_OF_NAME, NEEDS_INSTANCE_ROLE, UNKNOWN, expect_event, show::names,
};
use crate::{
    clients::Kind,
    operations::{
        ACTIVATE_PROVIDER, DEACTIVATE_PROVIDER, GET_PROVIDER, RELOAD_PROVIDERS, REMOVE_PROVIDER,
    },
    table::{Table, case, run_tables},
};

/// The cases of `ActivateProvider`.
pub const ACTIVATE: Table = Table {
    operation: &ACTIVATE_PROVIDER,
    cases: &[
        case(
            "several are in use, in front of those of the configuration",
            |t| {
                let (first, second) = (t.provider(), t.provider());
                for name in [&second, &first] {
                    t.call(json!({"name": name})).ok();
                    expect_event(t, name, "activated", json!({}));
                    let shown = t.shown_provider(name)["provider"].clone();
                    assert_eq!(shown["state"], "PROVIDER_STATE_READY", "{shown}");
                    assert_eq!(shown["abilities"], json!(["Send"]));
                    assert_eq!(shown["generation"], "1");
                    assert_eq!(shown["libraries"], "1");
                    assert!(shown["residentBytes"].is_string(), "{shown}");
                    assert_eq!(shown["faults"], json!({}));
                    assert_eq!(shown["version"], env!("CARGO_PKG_VERSION"));
                    assert_eq!(shown["source"], "PROVIDER_SOURCE_API");
                    assert_eq!(shown["sha256"], super::show::plugin(t, "http")["sha256"]);
                }
                let names = names(t);
                let place = |wanted: &str| names.iter().position(|name| name == wanted).unwrap();
                assert!(place(&first) < place(&second) && place(&second) < place("file"));
                for name in [&first, &second] {
                    t.rest_as_admin(&DEACTIVATE_PROVIDER, json!({"name": name}))
                        .ok();
                }
            },
        ),
        case("an active one is active already", |t| {
            let name = t.provider();
            t.call(json!({"name": name})).ok();
            t.call(json!({"name": name}))
                .fails(Kind::Precondition, "PROV-Act1v");
            t.rest_as_admin(&REMOVE_PROVIDER, json!({"name": name}))
                .ok();
        }),
        case("a plugin that may not run is not used", |t| {
            let t = &t.alone();
            let name = t.provider();
            t.configure("[notifications]\nrequire_pins = true\n");
            t.rest_as_admin(&RELOAD_PROVIDERS, json!({})).ok();
            let failure = t
                .call(json!({"name": name}))
                .fails(Kind::Precondition, "PROV-P1ugn");
            assert!(failure.message.contains("libbelfry_http.so"), "{failure:?}");
        }),
        case("a name that the configuration has taken is not used", |t| {
            let t = &t.alone();
            let name = t.provider();
            t.configure(&format!(
                "[[notifications.providers]]\nname = \"{name}\"\nplugin = \"log\"\n"
            ));
            t.rest_as_admin(&RELOAD_PROVIDERS, json!({})).ok();
            t.call(json!({"name": name}))
                .fails(Kind::Precondition, "PROV-Tak3n");
        }),
        CHANGED_ELSEWHERE,
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `DeactivateProvider`.
pub const DEACTIVATE: Table = Table {
    operation: &DEACTIVATE_PROVIDER,
    cases: &[
        case("an active one becomes inactive", |t| {
            let name = t.provider();
            t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": name}))
                .ok();
            t.call(json!({"name": name})).ok();
            expect_event(t, &name, "deactivated", json!({}));
            let shown = t.shown_provider(&name)["provider"].clone();
            assert_eq!(shown["state"], "PROVIDER_STATE_INACTIVE");
            assert!(shown["generation"].is_null(), "{shown}");
        }),
        case("an inactive one is inactive already", |t| {
            t.call(json!({"name": t.provider()}))
                .fails(Kind::Precondition, "PROV-1nact");
        }),
        CHANGED_ELSEWHERE,
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `RemoveProvider`.
pub const REMOVE: Table = Table {
    operation: &REMOVE_PROVIDER,
    cases: &[
        case("a removed one is gone, in use or not", |t| {
            let (idle, used) = (t.provider(), t.provider());
            t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": used}))
                .ok();
            for name in [&idle, &used] {
                t.call(json!({"name": name})).ok();
                expect_event(t, name, "removed", json!({}));
                t.rest_as_admin(&GET_PROVIDER, json!({"name": name}))
                    .fails(Kind::NotFound, "PROV-N0tFd");
                t.call(json!({"name": name}))
                    .fails(Kind::NotFound, "PROV-N0tFd");
            }
        }),
        CHANGED_ELSEWHERE,
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    activate_provider_agrees_with_its_table = ACTIVATE,
    deactivate_provider_agrees_with_its_table = DEACTIVATE,
    remove_provider_agrees_with_its_table = REMOVE,
}
