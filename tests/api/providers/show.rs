//! `ListPlugins`, `ListProviders`, `GetProvider`, `ListProviderErrors` and `ReloadProviders`.

use serde_json::{Value, json};

use super::{LIMITS_OF_NAME, NEEDS_INSTANCE_ROLE, SECRET, UNKNOWN};
use crate::{
    app::App,
    clients::Kind,
    message_providers::SMS,
    operations::{
        ACTIVATE_PROVIDER, DEACTIVATE_PROVIDER, GET_PROVIDER, LIST_PLUGINS, LIST_PROVIDER_ERRORS,
        LIST_PROVIDERS, RELOAD_PROVIDERS, SEND_TEST_MESSAGE,
    },
    passed,
    people::headers,
    table::{Scene, Table, case, run_tables},
};

/// The cases of `ListPlugins`.
pub const PLUGINS: Table = Table {
    operation: &LIST_PLUGINS,
    cases: &[
        case(
            "an installed plugin says what it is and how it is configured",
            |t| {
                let plugins = t.call(json!({})).ok()["plugins"].clone();
                let plugins = plugins.as_array().unwrap();
                let name = |plugin: &Value| plugin["name"].as_str().unwrap().to_owned();
                let names: Vec<_> = plugins.iter().map(name).collect();
                assert!(
                    names.is_sorted() && names.contains(&"file".to_owned()),
                    "{names:?}"
                );
                let http = plugins.iter().find(|plugin| plugin["name"] == "http");
                let http = http.unwrap();
                assert_eq!(http["loads"], true, "{http}");
                assert!(
                    http["file"]
                        .as_str()
                        .unwrap()
                        .ends_with("/libbelfry_http.so")
                );
                assert_eq!(http["sha256"].as_str().unwrap().len(), 64);
                assert_eq!(http["title"], "HTTP");
                assert_eq!(http["version"], env!("CARGO_PKG_VERSION"));
                assert_eq!(http["abilities"], json!(["Send"]));
                assert_eq!(http["maxConcurrency"], 16);
                let properties = &http["configSchema"]["properties"];
                assert_eq!(properties["signing_key"]["writeOnly"], true);
                assert_eq!(properties["endpoint"]["maxLength"].as_f64(), Some(2048.0));
            },
        ),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ListProviders`.
pub const LIST: Table = Table {
    operation: &LIST_PROVIDERS,
    cases: &[
        case(
            "each says where it comes from, and those that are not in use come last",
            |t| {
                let (idle, sms) = (t.provider(), SMS.http(t));
                let answer = t.call(json!({})).ok();
                let find = |name: &str| {
                    let providers = answer["providers"].as_array().unwrap();
                    let place = providers.iter().position(|shown| shown["name"] == name);
                    let place = place.unwrap_or_else(|| panic!("no {name} in {answer}"));
                    (place, providers[place].clone())
                };
                let (of_file, file) = find("file");
                assert_eq!(file["source"], "PROVIDER_SOURCE_CONFIG");
                assert_eq!(file["plugin"], "file");
                assert_eq!(file["state"], "PROVIDER_STATE_READY");
                assert_eq!(file["sha256"], plugin(t, "file")["sha256"]);
                assert!(
                    file["since"].is_string() && file["details"].is_null(),
                    "{file}"
                );
                let (of_idle, idle) = find(&idle);
                assert_eq!(idle["source"], "PROVIDER_SOURCE_API");
                let (of_sms, shown) = find(&format!("sms-{sms}"));
                let expected = json!({
                    "details": SMS.shown(t, &sms)["details"],
                    "name": format!("sms-{sms}"),
                    "description": "Hook",
                    "source": "PROVIDER_SOURCE_SMS_PROVIDER",
                    "plugin": "http",
                    "state": "PROVIDER_STATE_INACTIVE",
                    "smsProviderId": sms,
                });
                assert_eq!(shown, expected);
                assert!(of_file < of_idle && of_file < of_sms);
                assert!(!answer.to_string().contains(SECRET));
            },
        ),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `GetProvider`.
pub const GET: Table = Table {
    operation: &GET_PROVIDER,
    cases: &[
        case("one that is kept has its settings without secrets", |t| {
            let name = t.provider();
            let shown = t.call(json!({"name": name})).ok();
            assert_eq!(
                shown["config"],
                json!({"endpoint": "http://localhost:1/sms"})
            );
            assert_eq!(shown["hidden"], json!(["signing_key"]));
            assert!(!shown.to_string().contains(SECRET));
        }),
        case("secrets inside of URLs are masked", |t| {
            let name = t.unique("masked");
            let config = json!({"endpoint": "https://user:passw0rd@a.example.com/?key=k3y&to="});
            let request = super::endpoint(json!({"name": name, "config": config}));
            t.rest_as_admin(&crate::operations::ADD_PROVIDER, request)
                .ok();
            let shown = t.call(json!({"name": name})).ok();
            let masked = json!({"endpoint": "https://***@a.example.com/?key=***&to="});
            assert_eq!(shown["config"], masked);
        }),
        case(
            "the settings of others are shown where they are changed",
            |t| {
                let sms = format!("sms-{}", SMS.http(t));
                for name in ["file", &sms] {
                    let shown = t.call(json!({"name": name})).ok();
                    assert_eq!(shown["provider"]["name"], name);
                    assert!(
                        shown["config"].is_null() && shown["hidden"].is_null(),
                        "{shown}"
                    );
                }
            },
        ),
        UNKNOWN,
        LIMITS_OF_NAME,
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ListProviderErrors`.
pub const ERRORS: Table = Table {
    operation: &LIST_PROVIDER_ERRORS,
    cases: &[
        case("calls that failed are listed, the newest first", |t| {
            let name = t.provider();
            t.rest_as_admin(&ACTIVATE_PROVIDER, json!({"name": name}))
                .ok();
            let send = || {
                let request = json!({"name": name, "to": "+41791234567"});
                let sent = t.rest_as_admin(&SEND_TEST_MESSAGE, request).ok();
                sent["result"]["messageId"].clone()
            };
            let (first, second) = (send(), send());
            // Messages of other cases may have come to it too.
            let listed = |request: Value| {
                let errors = t.call(request).ok()["errors"].clone();
                errors.as_array().cloned().unwrap_or_default()
            };
            let errors = listed(json!({"name": name}));
            let place = |id: &Value| errors.iter().position(|error| error["messageId"] == *id);
            assert!(
                place(&second).unwrap() < place(&first).unwrap(),
                "{errors:?}"
            );
            let error = &errors[place(&first).unwrap()];
            assert_eq!(error["provider"], name.as_str());
            assert_eq!(error["status"], "CALL_STATUS_UNAVAILABLE");
            assert!(
                error["time"].is_string() && error["detail"].is_string(),
                "{error}"
            );
            assert!(!error.to_string().contains("+41791234567"), "{error}");
            assert_eq!(listed(json!({"name": name, "limit": "1"})).len(), 1);
            let all = listed(json!({}));
            assert!(all.iter().any(|error| error["messageId"] == first));
            let counts = t.shown_provider(&name)["provider"]["counts"].clone();
            assert_eq!(counts[0]["status"], "CALL_STATUS_UNAVAILABLE", "{counts}");
            t.rest_as_admin(&DEACTIVATE_PROVIDER, json!({"name": name}))
                .ok();
            assert!(listed(json!({"name": name})).is_empty());
        }),
        case("a name has at most 200 characters", |t| {
            t.call(json!({"name": "a".repeat(201)})).expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

/// The cases of `ReloadProviders`.
pub const RELOAD: Table = Table {
    operation: &RELOAD_PROVIDERS,
    cases: &[
        case("all providers are answered, as the list has them", |t| {
            let answer = t.call(json!({})).ok();
            let providers = answer["providers"].as_array().unwrap();
            let file = providers.iter().find(|shown| shown["name"] == "file");
            assert_eq!(file.unwrap()["state"], "PROVIDER_STATE_READY");
        }),
        case("what the configuration says now is what runs", |t| {
            let app = App::start("[notifications]\nwatch = false");
            let call = || {
                let headers = headers(&app.admin.token, None);
                app.clients
                    .call(t.encoding, t.operation, &json!({}), &headers)
            };
            let file = app.path("config.toml");
            let config = std::fs::read_to_string(&file).unwrap();
            let renamed = config.replace("name = \"file\"", "name = \"other\"");
            std::fs::write(&file, renamed).unwrap();
            call().ok();
            assert_eq!(names(&app), ["other"]);
            std::fs::write(&file, "[[notifications.providers]]\nname = 7").unwrap();
            let answer = call();
            passed::answered(t.operation, &answer);
            answer.fails(Kind::Precondition, "PROV-Re1od");
            assert_eq!(names(&app), ["other"]);
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    list_plugins_agrees_with_its_table = PLUGINS,
    list_providers_agrees_with_its_table = LIST,
    get_provider_agrees_with_its_table = GET,
    list_provider_errors_agrees_with_its_table = ERRORS,
    reload_providers_agrees_with_its_table = RELOAD,
}

/// An installed plugin, as it is listed.
pub fn plugin(t: &Scene, name: &str) -> Value {
    let listed = t.rest_as_admin(&LIST_PLUGINS, json!({})).ok();
    let plugins = listed["plugins"].as_array().unwrap();
    let found = plugins.iter().find(|plugin| plugin["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {listed}"))
        .clone()
}

/// The names of all providers, as they are listed.
pub fn names(app: &App) -> Vec<String> {
    let listed = app.rest_as_admin(&LIST_PROVIDERS, json!({})).ok();
    let providers = listed["providers"].as_array().unwrap();
    let name = |shown: &Value| shown["name"].as_str().unwrap().to_owned();
    providers.iter().map(name).collect()
}
