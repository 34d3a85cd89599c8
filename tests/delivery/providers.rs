//! Providers of plugins that are added while the server runs: from the first call to the SMS, its
//! failures, its failover, and the pins of plugins.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    endpoint::endpoint,
    plugins::{PLUGINS, SWITCH, build_shipped, with_switch},
};

const PROVIDERS: &str = "/belfry/v1/providers";

fn add(app: &App, request: Value) {
    app.ok("POST", PROVIDERS, &request);
}

fn activate(app: &App, name: &str) {
    app.ok("POST", &format!("{PROVIDERS}/{name}/_activate"), &json!({}));
}

#[test]
fn a_provider_that_is_added_while_the_server_runs_takes_the_sms_until_it_is_removed() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    // Over the API, files stay in a folder of their own.
    let added = app.path("belfry.files/added.jsonl");
    let config = json!({"path": "added.jsonl"});
    add(
        &app,
        json!({"name": "added", "plugin": "file", "config": config}),
    );
    let (_, before) = app.human_with_phone();
    app.wait_for_sms(&before);

    activate(&app, "added");
    let (_, number) = app.human_with_phone();
    let taken = |number: &str| {
        let lines = std::fs::read_to_string(&added).unwrap_or_default();
        lines.contains(number).then_some(())
    };
    wait_for("the SMS", Duration::from_secs(20), || taken(&number));
    app.restart();
    let (_, after_a_start) = app.human_with_phone();
    wait_for("the SMS", Duration::from_secs(20), || taken(&after_a_start));

    app.ok("DELETE", &format!("{PROVIDERS}/added"), &json!({}));
    let (_, after) = app.human_with_phone();
    app.wait_for_sms(&after);
    assert!(taken(&after).is_none());
}

#[test]
fn what_a_provider_refuses_goes_to_the_next_one_and_is_listed() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (url, calls) = endpoint(&[503]);
    let config = json!({"endpoint": url, "signing_key": "s3cret"});
    add(
        &app,
        json!({"name": "poor", "plugin": "http", "config": config}),
    );
    activate(&app, "poor");
    let (_, number) = app.human_with_phone();
    app.wait_for_sms(&number);
    let call = calls.recv_timeout(Duration::from_secs(20)).unwrap();
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let provider = json!({"id": "poor", "description": ""});
    assert_eq!(body["contextInfo"]["provider"], provider);

    let errors = app.ok("GET", "/belfry/v1/provider_errors?name=poor", &json!({}));
    let [error] = errors["errors"].as_array().unwrap().as_slice() else {
        panic!("one error is expected in {errors}");
    };
    assert_eq!(error["status"], "CALL_STATUS_UNAVAILABLE");
    assert_eq!(error["messageId"], body["contextInfo"]["messageId"]);
    let listed = app.ok("GET", PROVIDERS, &json!({}));
    let counted = |name: &str| {
        let providers = listed["providers"].as_array().unwrap();
        let provider = providers.iter().find(|shown| shown["name"] == name);
        provider.unwrap()["counts"].clone()
    };
    let count = |status: &str| json!([{"status": status, "count": "1"}]);
    assert_eq!(counted("poor"), count("CALL_STATUS_UNAVAILABLE"));
    assert_eq!(counted("file"), count("CALL_STATUS_OK"));
}

#[test]
fn a_plugin_that_is_not_pinned_is_listed_with_its_hash_and_not_run_where_pins_are_obligatory() {
    build_shipped();
    let app = App::start("[notifications]\nrequire_pins = true\n");
    let listed = || {
        let plugins = app.ok("GET", "/belfry/v1/plugins", &json!({}));
        let plugins = plugins["plugins"].as_array().unwrap().clone();
        let found = plugins.into_iter().find(|plugin| plugin["name"] == "file");
        found.unwrap()
    };
    let plugin = listed();
    assert!(plugin["loads"].is_null(), "{plugin}");
    assert!(plugin["reason"].as_str().unwrap().contains("not pinned"));

    let config = json!({"path": "pinned.jsonl"});
    let mut request = json!({"name": "pinned", "plugin": "file", "config": config});
    let (status, refused) = app.call("POST", PROVIDERS, &request);
    assert_eq!(
        (status, &refused["details"][0]["id"]),
        (400, &json!("PROV-P1ugn"))
    );
    request["sha256"] = plugin["sha256"].clone();
    add(&app, request);
    activate(&app, "pinned");
    let shown = app.ok("GET", &format!("{PROVIDERS}/pinned"), &json!({}));
    assert_eq!(shown["provider"]["state"], "PROVIDER_STATE_READY");
    assert_eq!(listed()["loads"], true);
}

#[test]
fn the_configuration_pins_files_for_every_provider_and_other_pins_hold_at_once() {
    build_shipped();
    let required = "[notifications]\nrequire_pins = true\n";
    let app = App::start(required);
    let endpoint = json!({"endpoint": "http://localhost:1/sms"});
    let id = app.ok("POST", "/admin/v1/sms/http", &endpoint)["id"].clone();
    let id = id.as_str().unwrap();
    let activation = format!("/admin/v1/sms/{id}/_activate");
    let refused = |path: &str, request: &Value| {
        let (status, refused) = app.call("POST", path, request);
        let id = &refused["details"][0]["id"];
        assert_eq!((status, id), (400, &json!("PROV-P1ugn")), "{refused}");
        refused["message"].as_str().unwrap().to_owned()
    };
    let said = refused(&activation, &json!({}));
    assert!(said.contains("[notifications.pins]"), "{said}");
    let shown = app.ok("GET", &format!("/admin/v1/sms/{id}"), &json!({}));
    assert_eq!(shown["config"]["state"], "SMS_PROVIDER_CONFIG_INACTIVE");
    let request = json!({"name": "other", "plugin": "http", "config": endpoint});
    assert!(refused(PROVIDERS, &request).contains("\"libbelfry_http.so\" = "));

    let plugins = app.ok("GET", "/belfry/v1/plugins", &json!({}));
    let plugins = plugins["plugins"].as_array().unwrap().clone();
    let pins = plugins.iter().map(|plugin| {
        let file = std::path::Path::new(plugin["file"].as_str().unwrap());
        format!("{:?} = {}\n", file.file_name().unwrap(), plugin["sha256"])
    });
    let pins: String = pins.collect();
    let config = |pins: &str| {
        let file = file_provider("sms.jsonl");
        format!("{required}[notifications.pins]\n{pins}{file}")
    };
    let reload = |pins: &str| {
        app.configure(&config(pins));
        app.ok("POST", &format!("{PROVIDERS}/_reload"), &json!({}))["providers"].clone()
    };
    reload(&pins);
    app.ok("POST", &activation, &json!({}));
    add(&app, request);
    activate(&app, "other");
    let listed = app.ok("GET", PROVIDERS, &json!({}))["providers"].clone();
    let seen = listed.as_array().unwrap().iter();
    let seen: Vec<_> = seen
        .map(|shown| [&shown["name"], &shown["state"]])
        .collect();
    let ready = "PROVIDER_STATE_READY";
    let sms = format!("sms-{id}");
    assert_eq!(
        seen,
        [[sms.as_str(), ready], ["other", ready], ["file", ready]]
    );

    // Another pin is another file, which there is not: what runs goes on and says so.
    let http = plugins
        .iter()
        .find(|plugin| plugin["name"] == "http")
        .unwrap();
    let other = pins.replace(http["sha256"].as_str().unwrap(), &"0".repeat(64));
    for shown in reload(&other).as_array().unwrap() {
        let fault = shown["reloadFault"].as_str().unwrap_or_default();
        let is_http = shown["plugin"] == "http";
        assert_eq!(fault.contains("another is pinned"), is_http, "{shown}");
        assert_eq!(shown["state"], ready);
    }
}

/// Nothing is sent: that would call Twilio.
#[test]
fn a_twilio_account_that_is_activated_suits_its_plugin() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    for more in [
        json!({"senderNumber": "+15005550006"}),
        json!({"verifyServiceSid": format!("VA{}", "0".repeat(32))}),
    ] {
        let mut account = json!({"sid": format!("AC{}", "0".repeat(32)), "token": "t0ken"});
        for (name, value) in more.as_object().unwrap() {
            account[name] = value.clone();
        }
        let added = app.ok("POST", "/admin/v1/sms/twilio", &account);
        let id = added["id"].as_str().unwrap();
        app.ok("POST", &format!("/admin/v1/sms/{id}/_activate"), &json!({}));
        let shown = app.ok("GET", &format!("{PROVIDERS}/sms-{id}"), &json!({}));
        assert_eq!(
            shown["provider"]["state"], "PROVIDER_STATE_READY",
            "{shown}"
        );
        assert_eq!(shown["provider"]["plugin"], "twilio");
        assert!(!shown.to_string().contains("t0ken"));
    }
}

#[test]
fn a_name_that_the_configuration_takes_later_is_the_configurations() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let config = json!({"path": "added.jsonl"});
    add(
        &app,
        json!({"name": "twice", "plugin": "file", "config": config}),
    );
    activate(&app, "twice");
    app.configure(&file_provider("sms.jsonl").replace("name = \"file\"", "name = \"twice\""));
    app.restart();
    let (_, number) = app.human_with_phone();
    app.wait_for_sms(&number);
    let listed = app.ok("GET", PROVIDERS, &json!({}));
    let states = listed["providers"].as_array().unwrap().iter();
    let states: Vec<_> = states
        .map(|shown| [&shown["source"], &shown["state"]])
        .collect();
    let expected = [
        ["PROVIDER_SOURCE_CONFIG", "PROVIDER_STATE_READY"],
        ["PROVIDER_SOURCE_API", "PROVIDER_STATE_FAILED"],
    ];
    assert_eq!(states, expected);
    let reason = listed["providers"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("of this name"), "{reason}");

    let of_it = |end: &str| format!("{PROVIDERS}/twice{end}");
    app.ok("POST", &of_it("/_deactivate"), &json!({}));
    let (status, refused) = app.call("POST", &of_it("/_activate"), &json!({}));
    let id = &refused["details"][0]["id"];
    assert_eq!((status, id), (400, &json!("PROV-Tak3n")), "{refused}");
    app.ok("DELETE", &of_it(""), &json!({}));
    let listed = app.ok("GET", PROVIDERS, &json!({}));
    let sources = listed["providers"].as_array().unwrap().iter();
    let sources: Vec<_> = sources.map(|shown| &shown["source"]).collect();
    assert_eq!(sources, ["PROVIDER_SOURCE_CONFIG"]);
    let (status, _) = app.call("DELETE", &of_it(""), &json!({}));
    assert_eq!(status, 400, "what is left is the configuration's");
}

#[test]
fn one_whose_secrets_cannot_be_opened_says_so_when_it_is_tried() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let config = json!({"path": "added.jsonl"});
    add(
        &app,
        json!({"name": "sealed", "plugin": "file", "config": config}),
    );
    activate(&app, "sealed");
    app.terminate();
    let database = rusqlite::Connection::open(app.path("belfry.db")).unwrap();
    let changed = database.execute("UPDATE plugin_providers SET secret = x'00'", []);
    assert_eq!(changed.unwrap(), 1);
    drop(database);
    app.serve();
    let sending = format!("{PROVIDERS}/sealed/_send");
    let (status, refused) = app.call("POST", &sending, &json!({"to": "+41791234567"}));
    let id = &refused["details"][0]["id"];
    assert_eq!((status, id), (400, &json!("PROV-N0run")), "{refused}");
    let shown = app.ok("GET", &format!("{PROVIDERS}/sealed"), &json!({}));
    assert_eq!(shown["provider"]["state"], "PROVIDER_STATE_FAILED");
    for said in [&refused["message"], &shown["provider"]["reason"]] {
        assert!(said.as_str().unwrap().contains("another key"), "{said}");
    }
    // Given again, they are sealed with the key that there is.
    app.ok(
        "PUT",
        &format!("{PROVIDERS}/sealed"),
        &json!({"config": config}),
    );
    let shown = app.ok("GET", &format!("{PROVIDERS}/sealed"), &json!({}));
    assert_eq!(shown["provider"]["state"], "PROVIDER_STATE_READY");
}

#[test]
fn an_endpoint_gets_the_secrets_of_its_url_which_are_sealed() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (url, calls) = endpoint(&[200]);
    let url = url.replace("http://", "http://user:passw0rd@");
    let request = json!({"endpoint": format!("{url}?key=qu3ry-k3y")});
    let added = app.ok("POST", "/admin/v1/sms/http", &request);
    let id = added["id"].as_str().unwrap();
    app.ok("POST", &format!("/admin/v1/sms/{id}/_activate"), &json!({}));
    app.restart();
    let request = json!({"to": "+41791234567"});
    let sent = app.ok("POST", &format!("{PROVIDERS}/sms-{id}/_send"), &request);
    assert_eq!(sent["result"]["status"], "CALL_STATUS_OK", "{sent}");
    let call = calls.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(call.target, "/hook?key=qu3ry-k3y");
    assert!(!call.signature.is_empty());
    let stored: String = app
        .database()
        .query_row("SELECT endpoint FROM sms_providers", [], |row| row.get(0))
        .unwrap();
    assert!(stored.starts_with("http://***@127.0.0.1:"), "{stored}");
    assert!(stored.ends_with("/hook?key=***"), "{stored}");
    let log = app.log();
    assert!(!log.contains("passw0rd") && !log.contains("qu3ry-k3y"));
}

#[test]
fn a_list_loads_a_broken_plugin_once_until_its_file_changes() {
    let app = App::prepare(PLUGINS, &[]);
    let mark = app.path("mark");
    let definition = format!("MARK={:?}", mark.display().to_string());
    app.build("broken", &[&definition]);
    app.serve();
    let loaded_after_a_list = || {
        let plugins = app.ok("GET", "/belfry/v1/plugins", &json!({}));
        let reason = plugins["plugins"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("not a provider"), "{plugins}");
        std::fs::read_to_string(&mark).unwrap().lines().count()
    };
    assert_eq!(loaded_after_a_list(), 1);
    assert_eq!(loaded_after_a_list(), 1);
    app.build("broken", &[&definition]);
    assert_eq!(loaded_after_a_list(), 2);
    assert_eq!(loaded_after_a_list(), 2);
    app.ok("POST", &format!("{PROVIDERS}/_reload"), &json!({}));
    assert_eq!(loaded_after_a_list(), 3);
}

#[test]
fn tests_that_a_gateway_keeps_waiting_hold_up_no_list() {
    let app = with_switch("hang", SWITCH);
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            let (app, done) = (&app, done.clone());
            scope.spawn(move || {
                let request = json!({"to": "+41791234567"});
                let answer = app.ok("POST", &format!("{PROVIDERS}/switch/_send"), &request);
                done.send(answer).unwrap();
            });
        }
        wait_for("the first test", Duration::from_secs(20), || {
            (!app.calls().is_empty()).then_some(())
        });
        for _ in 0..20 {
            app.ok("GET", PROVIDERS, &json!({}));
        }
        assert!(is_done.try_recv().is_err(), "a test ended before the lists");
    });
}
