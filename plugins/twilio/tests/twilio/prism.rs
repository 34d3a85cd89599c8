//! Against Prism, a mock that checks each request against Twilio's own OpenAPI and answers with its
//! examples. It proves paths, encodings, field names and formats; it knows no errors of Twilio's.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use belfry_plugin::{
    Check, Failure, FakeHost, Health, Message, Poll, Provider, ReceiptState, Verdict, Verify,
};
use serde_json::json;

use crate::account::*;

/// A running mock of one of Twilio's APIs; it ends with the value.
struct Prism {
    process: Child,
    url: String,
}

impl Prism {
    fn start(specification: &str) -> Self {
        let program = installed("twilio/node_modules/@stoplight/prism-cli/dist/index.js");
        let folder = installed("twilio/node_modules/@twilio-alpha/mcp/twilio-oai/spec/json");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut process = Command::new("node")
            .arg(program)
            .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string()])
            .arg(folder.join(specification))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening = lines.any(|line| line.unwrap().contains("listening"));
        assert!(listening, "Prism did not start");
        // It logs every request: a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn messages_are_sent_and_asked_for_as_the_published_api_says() {
    let prism = Prism::start("twilio_api_v2010.json");
    let host = FakeHost::online();
    let now = host.host().now_unix_ms();
    let long = Duration::from_secs(30);
    let message = Message {
        timeout: long,
        receipt_url: RECEIPTS,
        expires_at_unix_ms: now + 300_000,
        ..message()
    };
    let all = json!({
        "api_url": prism.url, "messaging_service_sid": "MG00000000000000000000000000000000",
        "max_price": 0.05, "risk_check": "enable", "smart_encoded": true,
        "content_retention": "retain", "address_retention": "obfuscate",
    });
    let provider = twilio(&host, config(all));
    let sent = provider.send(&message).unwrap();
    assert_eq!(sent.provider_id, "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(sent.segments, 1);

    let receipts = provider.poll(&[&sent.provider_id], long).unwrap();
    assert_eq!(receipts[0].provider_id, sent.provider_id);
    assert_eq!(receipts[0].state, ReceiptState::Sent);
    assert!(receipts[0].at_unix_ms > 0);

    assert_eq!(provider.health(long), Ok(()));
    let keyed = json!({"api_url": prism.url, "api_key_sid": "SK1", "api_key_secret": "s"});
    assert_eq!(twilio(&host, config(keyed)).health(long), Ok(()));

    // The mock does look: this is no SID of an account.
    let wrong = json!({"api_url": prism.url, "account_sid": "AC1"});
    let failure = twilio(&host, config(wrong)).send(&message);
    assert!(matches!(failure, Err(Failure::Rejected(_))), "{failure:?}");
}

#[test]
fn verifications_are_started_and_checked_as_the_published_api_says() {
    let prism = Prism::start("twilio_verify_v2.json");
    let host = FakeHost::online();
    let long = Duration::from_secs(30);
    let mut config = verify_config();
    config["verify_url"] = prism.url.clone().into();
    config["risk_check"] = "enable".into();
    let provider = twilio(&host, config.clone());
    let message = Message {
        timeout: long,
        locale: "de",
        ..message()
    };
    let sent = provider.start(&message).unwrap();
    assert_eq!(sent.provider_id, "VEaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    let check = Check {
        provider_id: &sent.provider_id,
        code: "123456",
        timeout: long,
        ..Check::default()
    };
    assert_eq!(provider.check(&check), Ok(Verdict::Approved));
    assert_eq!(provider.health(long), Ok(()));

    // The mock does look: this is no SID of a verification.
    let unknown = Check {
        provider_id: "VE1",
        ..check
    };
    let failure = provider.check(&unknown);
    assert!(matches!(failure, Err(Failure::Rejected(_))), "{failure:?}");
}
