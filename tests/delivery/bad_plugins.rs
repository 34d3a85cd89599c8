//! The server with each bad plugin of `tests/plugins/bad.c`, in front of one that works: it starts,
//! answers, names the fault, and the message goes out through the other (plugin-abi §11).

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    plugins::{PLUGINS, build_shipped},
};

/// Servers at one time.
const AT_ONCE: usize = 6;

/// A build of `bad.c`, how it runs, and what the log says of it.
type Case = (&'static str, &'static str, &'static str);

const BOTH: &[(&str, &str)] = &[
    ("WRONG_MAGIC", "not a provider's table"),
    ("WRONG_MAJOR", "made for interface version 9"),
    ("OTHER_MAJOR_ONLY", "does not know interface version"),
    ("SHORT_TABLE", "table has 40 bytes"),
    ("NO_DESCRIPTION", "no description"),
    ("BAD_JSON", "description is not valid"),
    ("TOO_CONCURRENT", "max_concurrency must be 1 to 64"),
    ("CANNOT_SEND", "can neither send nor verify"),
    ("CREATE_FAILS", "create failed: bad key"),
    ("CREATE_SILENT", "the plugin gives no reason"),
    ("GARBAGE", "unknown status"),
    ("NO_STATUS", "the plugin set no status"),
    ("HANG", "no answer within"),
];

/// What only the server itself does with one that runs in it.
const IN_PROCESS: &[(&str, &str)] = &[("SLOW_START", "took longer than 5s to load")];

/// In the server itself these would end it, which is documented.
const PROCESS: &[(&str, &str)] = &[
    ("CREATE_CRASHES", "SIGSEGV"),
    ("CREATE_HANGS", "no answer within"),
    ("SLOW_START", "no Hello within"),
    ("ABORT", "SIGABRT"),
    ("SEGFAULT", "SIGSEGV"),
    ("EXIT", "exit status: 7"),
    ("CLOSES_ALL", "its process"),
];

#[test]
fn the_server_survives_every_bad_plugin_and_fails_over() {
    build_shipped();
    let of =
        |isolation| move |(case, fault): &(&'static str, &'static str)| (*case, isolation, *fault);
    let cases: Vec<Case> = BOTH
        .iter()
        .map(of("process"))
        .chain(BOTH.iter().map(of("in-process")))
        .chain(PROCESS.iter().map(of("process")))
        .chain(IN_PROCESS.iter().map(of("in-process")))
        .collect();
    let left = Mutex::new(cases);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    survives(case);
                }
            });
        }
    });
}

fn survives((case, isolation, fault): Case) {
    let bad = format!(
        "[[notifications.providers]]\nname = \"bad\"\nplugin = \"bad\"\nisolation = \"{isolation}\"\n"
    );
    let app = App::prepare(
        &format!("{PLUGINS}{bad}{}", file_provider("sms.jsonl")),
        &[],
    );
    app.add_file_plugin();
    let definitions = [&format!("CASE={case}"), "SECONDS=6"];
    app.build_from("tests/plugins/bad.c", "bad", &definitions);
    app.serve();
    let (user, number) = app.human_with_phone();
    let sms = wait_for(
        &format!("the SMS past {case}, {isolation}"),
        Duration::from_secs(90),
        || app.sms().into_iter().find(|sms| sms.to == number),
    );
    assert_eq!(app.phone_of(&user).0, number, "{case}, {isolation}");
    assert!(!sms.code().is_empty());
    wait_for(
        &format!("{fault:?} of {case}, {isolation}"),
        Duration::from_secs(30),
        || app.log().contains(fault).then_some(()),
    );
    assert!(app.lives(), "{case}, {isolation}");
}

/// Sends a text through a provider: what came of it.
fn try_out(app: &App, provider: &str, text: &str) -> Value {
    let path = format!("/belfry/v1/providers/{provider}/_send");
    let request = json!({"to": "+41791234567", "text": text});
    app.ok("POST", &path, &request)["result"].clone()
}

fn shown(app: &App, provider: &str) -> Value {
    let path = format!("/belfry/v1/providers/{provider}");
    app.ok("GET", &path, &Value::Null)["provider"].clone()
}

/// Builds `tests/plugins/panics.rs` into the server's plugin folder.
fn add_panics(app: &App) {
    let beside = Path::new(env!("CARGO_BIN_EXE_belfry")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--example=panics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if beside.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "panics does not build");
    let library = beside.join("examples/libpanics.so");
    fs::copy(library, app.path("plugins/panics.so")).unwrap();
}

#[test]
fn a_panic_is_internal_and_costs_the_instance_and_nothing_else() {
    build_shipped();
    for isolation in ["process", "in-process"] {
        let panics = format!(
            "[[notifications.providers]]\nname = \"panics\"\nplugin = \"panics\"\n\
             isolation = \"{isolation}\"\nconfig = {{ word = \"is your code\" }}\n"
        );
        let next = file_provider("sms.jsonl");
        let app = App::prepare(&format!("{PLUGINS}{panics}{next}"), &[]);
        app.add_file_plugin();
        add_panics(&app);
        app.serve();
        let before = try_out(&app, "panics", "hello");
        assert_eq!(before["providerId"], "instance 1", "{before}");

        let (_, number) = app.human_with_phone();
        app.wait_for_sms(&number);
        let errors = app.ok("GET", "/belfry/v1/provider_errors?name=panics", &json!({}));
        assert_eq!(errors["errors"][0]["status"], "CALL_STATUS_INTERNAL");
        let detail = errors["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("panicked at"), "{detail}");

        let after = try_out(&app, "panics", "hello again");
        assert_eq!(after["status"], "CALL_STATUS_OK", "{isolation}: {after}");
        assert_eq!(after["providerId"], "instance 2", "{isolation}");
        let panics = shown(&app, "panics");
        assert_eq!(panics["state"], "PROVIDER_STATE_READY");
        assert_eq!(panics["generation"], "1", "no process has ended");
        assert!(app.lives() && !app.log().contains("is your code"));
    }
}

#[test]
fn a_plugin_that_leaks_is_stopped_by_its_limit_and_started_again() {
    let leaks = "[[notifications.providers]]\nname = \"leaks\"\nplugin = \"bad\"\n\
                 memory_limit = 67108864\n";
    let app = App::prepare(&format!("{PLUGINS}{leaks}"), &[]);
    app.build_from("tests/plugins/bad.c", "bad", &["CASE=LEAKS"]);
    app.serve();
    let resident = |app: &App| -> u64 {
        let text = shown(app, "leaks")["residentBytes"].clone();
        text.as_str().unwrap_or_default().parse().unwrap_or(0)
    };
    let at_first = resident(&app);
    assert_eq!(try_out(&app, "leaks", "x")["status"], "CALL_STATUS_OK");
    assert!(resident(&app) > at_first + (15 << 20), "it is seen to grow");
    // Each takes 16 MB of the 64.
    let last = (0..4).find_map(|_| {
        let result = try_out(&app, "leaks", "x");
        (result["status"] != "CALL_STATUS_OK").then_some(result)
    });
    let last = last.expect("the limit is kept");
    assert_eq!(last["status"], "CALL_STATUS_OUTCOME_UNKNOWN");
    assert!(last["detail"].as_str().unwrap().contains("SIGABRT"));

    // The next message goes out by the next process.
    app.human_with_phone();
    wait_for("the SMS", Duration::from_secs(30), || {
        let query = "SELECT COUNT(*) FROM attempts WHERE status = 1";
        let sent = app.database().query_row(query, [], |row| row.get(0));
        (sent.unwrap_or(0) == 1).then_some(())
    });
    let leaks = shown(&app, "leaks");
    assert_eq!(leaks["state"], "PROVIDER_STATE_READY");
    assert_eq!(leaks["generation"], "2");
    assert!(app.lives());
}

#[test]
fn a_plugin_that_prints_in_the_server_prints_where_the_server_does() {
    let noise = "[[notifications.providers]]\nname = \"noise\"\nplugin = \"bad\"\n\
                 isolation = \"in-process\"\n";
    let app = App::prepare(&format!("{PLUGINS}{noise}"), &[]);
    app.build_from("tests/plugins/bad.c", "bad", &["CASE=NOISE"]);
    app.serve();
    for _ in 0..3 {
        let result = try_out(&app, "noise", "x");
        assert_eq!(result["status"], "CALL_STATUS_OK", "{result}");
    }
    let stdout = fs::read_to_string(app.path("stdout")).unwrap();
    assert!(stdout.contains("noise for"), "{stdout}");
    assert!(!app.log().contains("output: noise"), "it is not captured");
    // A plugin in the server is counted with the server.
    let noise = shown(&app, "noise");
    assert_eq!(noise["libraries"], "1");
    assert!(
        noise["residentBytes"].as_str().unwrap().len() > 7,
        "{noise}"
    );
}
