//! What is secret is neither in the files of the database nor in the log, whatever its level.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use serde_json::json;

use crate::{
    app::{App, file_provider, lossy, token_in},
    plugins::build_shipped,
};

#[test]
fn no_code_and_no_token_is_in_the_database_and_no_number_in_the_trace_log() {
    build_shipped();
    let app = App::prepare(&file_provider("sms.jsonl"), &[("RUST_LOG", "trace")]);
    app.serve();
    let (user, number) = app.human_with_phone();
    let first = app.wait_for_sms(&number).code();
    let phone = format!("/v2/users/{user}/phone");
    let resent = app.ok(
        "POST",
        &format!("{phone}/resend"),
        &json!({"returnCode": {}}),
    );
    let second = resent["verificationCode"].as_str().unwrap().to_owned();
    let wrong = app.call(
        "POST",
        &format!("{phone}/verify"),
        &json!({"verificationCode": first}),
    );
    assert_eq!(wrong.0, 400, "{}", wrong.1);
    app.ok(
        "POST",
        &format!("{phone}/verify"),
        &json!({"verificationCode": second}),
    );
    let (_, waiting) = app.human_with_phone();
    let third = app.wait_for_sms(&waiting).code();
    let made = app
        .command(&["token", "create", "--user", &user])
        .output()
        .unwrap();
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let token = made["token"].as_str().unwrap();
    // Query strings may hold secrets of the caller's.
    app.call("GET", "/debug/ready?key=SECRETQUERY", &json!(null));
    assert!(app.terminate().0.success());

    let database = app.bytes_of_database();
    let log = app.log();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log is at its lowest level"
    );
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    assert!(
        holds(&database, &number),
        "the files looked at are the right ones"
    );
    for secret in [&first, &second, &third, token, &app.token, "SECRETQUERY"] {
        assert!(!holds(&database, secret), "{secret} is in the database");
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for number in [&number, &waiting] {
        assert!(!log.contains(&number[3..]), "{number} is in the log");
    }
}

#[test]
fn only_the_owner_can_read_key_database_and_messages() {
    build_shipped();
    let mut app = App::bare(&file_provider("sms.jsonl"), &[]);
    // The mode must not depend on how the server is started.
    let mut open = Command::new("sh");
    open.args([
        "-c",
        "umask 0; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_belfry"),
        "init",
        "--config",
    ])
    .arg(app.path("config.toml"));
    let init = open.output().unwrap();
    assert!(init.status.success(), "{}", lossy(&init.stderr));
    app.token = token_in(&init.stdout).unwrap();
    app.serve();
    let (_, number) = app.human_with_phone();
    app.wait_for_sms(&number);
    for name in [
        "belfry.key",
        "belfry.db",
        "belfry.db-wal",
        "belfry.db-shm",
        "belfry.db.lock",
        "sms.jsonl",
    ] {
        let mode = fs::metadata(app.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name} has mode {mode:o}");
    }
}

#[test]
fn the_first_serve_prints_the_token_once_on_stdout_and_never_logs_it() {
    build_shipped();
    let mut app = App::bare(&file_provider("sms.jsonl"), &[("RUST_LOG", "trace")]);
    app.serve();
    let printed = fs::read(app.path("stdout")).unwrap();
    let token = token_in(&printed).expect("one JSON object with pat on stdout");
    assert!(!app.log().contains(&token));
    app.token.clone_from(&token);
    app.human_with_phone();
    app.restart();
    let printed = fs::read_to_string(app.path("stdout")).unwrap();
    assert_eq!(printed.matches(&token).count(), 1, "{printed}");
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(!app.log().contains(&token));
}
