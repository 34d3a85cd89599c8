//! Every plugin that comes with Belfry passes `belfry plugin check`, with recorded answers where it makes
//! its requests through the host.

use std::fs;

use crate::{
    bed,
    checker::{file, passes, shipped},
};

/// A shipped plugin passes with that configuration, and is given messages.
fn shipped_passes(name: &str, config: &str, arguments: &[&str]) -> String {
    let config = file(&format!("{name}.toml"), config);
    let config = ["--config", config.to_str().unwrap()];
    let lines = passes(&shipped(name), &[&config, arguments].concat());
    assert!(lines.contains("ok      a message: "), "{lines}");
    lines
}

#[test]
fn the_small_shipped_plugins_pass() {
    assert!(passes(&shipped("log"), &[]).contains("a message: OK"));
    let lines = shipped_passes("file", "path = \"sms.jsonl\"", &[]);
    assert!(lines.contains("a message: OK as check-1"), "{lines}");
    let sms = fs::read_to_string(bed::folder("checker").join("sms.jsonl")).unwrap();
    assert!(sms.contains("+447700900123") && sms.contains("🔔"));
    let config = "endpoint = \"https://sms.lan/hook\"\nsigning_key = \"s3cr3t\"";
    let lines = shipped_passes("http", config, &[]);
    assert!(lines.contains("a message: UNAVAILABLE"), "{lines}");
    let answers =
        r#"{"answers": [{"method": "POST", "url": "https://sms.lan/hook", "status": 204}]}"#;
    let replay = file("http.json", answers);
    let lines = shipped_passes("http", config, &["--replay", replay.to_str().unwrap()]);
    for line in [
        "a message: OK",
        "a silent gateway: OUTCOME_UNKNOWN",
        "recorded answers: one for each",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
}

#[test]
fn the_shipped_plugins_for_gateways_pass() {
    let spool = bed::folder("checker").join("spool");
    for folder in ["outbox", "sent", "error"] {
        fs::create_dir_all(spool.join(folder)).unwrap();
    }
    let lines = shipped_passes("gammu", "spool = \"spool\"", &[]);
    assert!(lines.contains("a message: OK"), "{lines}");
    let config = "host = \"127.0.0.1\"\nport = 9\nfrom = \"a@example.org\"\nrecipient = \"{digits}@example.org\"";
    let lines = shipped_passes("email", config, &[]);
    assert!(lines.contains("a message: UNAVAILABLE"), "{lines}");
}

#[test]
fn smpp_passes_without_an_smsc() {
    let config = "host = \"127.0.0.1\"\nport = 9\nsystem_id = \"belfry\"\npassword = \"s3cr3t\"";
    let lines = shipped_passes("smpp", config, &[]);
    for line in [
        "a message: UNAVAILABLE",
        "poll: 50 unknown ids: OK, 0 receipts",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
}

#[test]
fn webhook_passes_with_and_without_recorded_answers() {
    let config =
        "service = \"46elks\"\nusername = \"u1\"\npassword = \"s3cr3t\"\nfrom = \"Belfry\"";
    let lines = shipped_passes("webhook", config, &[]);
    for line in [
        "a message: UNAVAILABLE",
        "webhook: 7 forged calls, none believed",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
    let replay = file(
        "webhook.json",
        r#"{"answers": [
            {"method": "POST", "url": "https://api.46elks.com/a1/sms", "contains": "447700900123",
             "status": 200, "content_type": "application/json",
             "body": {"id": "s01", "status": "created", "parts": 1}},
            {"method": "GET", "url": "https://api.46elks.com/", "status": 200, "body": {}}
        ]}"#,
    );
    let lines = shipped_passes("webhook", config, &["--replay", replay.to_str().unwrap()]);
    assert!(lines.contains("a message: OK as s01"), "{lines}");
}

#[test]
fn twilio_passes_with_and_without_recorded_answers() {
    let config =
        "account_sid = \"AC0123\"\nauth_token = \"s3cr3t\"\nsender_number = \"+15005550006\"";
    let lines = shipped_passes("twilio", config, &[]);
    for line in [
        "a message: UNAVAILABLE",
        "webhook: 7 forged calls, none believed",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
    let replay = file(
        "twilio.json",
        r#"{"answers": [
            {"method": "POST", "url": "https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json",
             "status": 201, "content_type": "application/json",
             "body": {"sid": "SM01", "status": "queued", "num_segments": "1", "price": null}},
            {"url": "https://api.twilio.com/", "status": 200, "content_type": "application/json",
             "body": {"sid": "SM01", "status": "delivered"}}
        ]}"#,
    );
    let lines = shipped_passes("twilio", config, &["--replay", replay.to_str().unwrap()]);
    assert!(lines.contains("a message: OK as SM01"), "{lines}");
}

#[test]
fn the_example_in_c_passes() {
    let folder = bed::folder("checker");
    let library = bed::compile("plugins/example-c/example.c", &folder, "example", &["-O2"]);
    let lines = passes(&library, &[]);
    assert!(
        lines.contains("a message: UNSUPPORTED: only Swiss numbers"),
        "{lines}"
    );
    let lines = passes(&library, &["--to", "+41791234567"]);
    assert!(
        lines.contains("a message: OK as c-1, 1 segments"),
        "{lines}"
    );
}
