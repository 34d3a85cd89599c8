//! `TestSMTPConfig`, `TestSMTPConfigById` and their twins of `/email`, with a mail server that speaks
//! just enough; `tests/delivery` sends test e-mails through a real one.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::mail_server;
use crate::{
    clients::Kind,
    message_providers::{LIMITS_OF_ID, NEEDS_INSTANCE_ROLE},
    operations::{
        ADD_SMTP_CONFIG, TEST_EMAIL_PROVIDER_SMTP, TEST_EMAIL_PROVIDER_SMTP_BY_ID,
        TEST_SMTP_CONFIG, TEST_SMTP_CONFIG_BY_ID,
    },
    people::merged,
    table::{Case, Scene, Table, case, run_tables},
};

/// The cases of `TestSMTPConfigById`.
pub const BY_ID: Table = Table {
    operation: &TEST_SMTP_CONFIG_BY_ID,
    cases: TESTING_BY_ID,
};

/// The cases of `TestEmailProviderSMTPById`.
pub const BY_ID_EMAIL: Table = Table {
    operation: &TEST_EMAIL_PROVIDER_SMTP_BY_ID,
    cases: TESTING_BY_ID,
};

/// The cases of `TestSMTPConfig`.
pub const DESCRIBED: Table = Table {
    operation: &TEST_SMTP_CONFIG,
    cases: TESTING,
};

/// The cases of `TestEmailProviderSMTP`.
pub const DESCRIBED_EMAIL: Table = Table {
    operation: &TEST_EMAIL_PROVIDER_SMTP,
    cases: TESTING,
};

const RECEIVER: &str = "ada@example.com";

const TESTING_BY_ID: &[Case] = &[
    case("a kept mail server is used, with its password", |t| {
        let (host, lines) = serve_once();
        let id = kept(t, &host);
        t.call(json!({"id": id, "receiverAddress": RECEIVER}))
            .expect_empty();
        expect_authenticated(&lines, "belfry", "Secr3t-Passw0rd!");
    }),
    case("a mail server that nobody runs is told", |t| {
        let id = t.smtp_config();
        let failure = t
            .call(json!({"id": id, "receiverAddress": RECEIVER}))
            .fails(Kind::Precondition, "SMTP-Fa1l5");
        assert!(failure.message.contains("refused"), "{failure:?}");
    }),
    case("an unknown one and an HTTP endpoint are not found", |t| {
        for id in ["1", &t.http_provider()] {
            t.call(json!({"id": id, "receiverAddress": RECEIVER}))
                .fails(Kind::NotFound, "SMTP-99klw");
        }
    }),
    case(
        "the receiver is an e-mail address of at most 200 characters",
        |t| {
            let long = format!("{}@example.com", "a".repeat(200));
            for receiver in ["", "ada", &long] {
                t.call(json!({"id": "1", "receiverAddress": receiver}))
                    .expect_invalid();
            }
        },
    ),
    LIMITS_OF_ID,
    NEEDS_INSTANCE_ROLE,
];

const TESTING: &[Case] = &[
    case("a described mail server is used", |t| {
        let (host, lines) = serve_once();
        t.call(described(json!({"host": host, "password": "g1ven"})))
            .expect_empty();
        expect_authenticated(&lines, "belfry", "g1ven");
    }),
    case(
        "without a password that of the mail server with the id is used",
        |t| {
            let (host, lines) = serve_once();
            let more = json!({"host": host, "password": "", "id": t.smtp_config()});
            t.call(described(more)).expect_empty();
            expect_authenticated(&lines, "belfry", "Secr3t-Passw0rd!");
        },
    ),
    case("a password or an id of one is needed", |t| {
        t.call(described(json!({"password": ""})))
            .fails(Kind::Invalid, "SMTP-p9kj");
        for id in ["1", &t.http_provider()] {
            t.call(described(json!({"password": "", "id": id})))
                .fails(Kind::NotFound, "SMTP-p9cc");
        }
    }),
    case(
        "a host without a port and a mail server that nobody runs are told",
        |t| {
            for host in ["localhost", "localhost:1"] {
                t.call(described(json!({"host": host})))
                    .fails(Kind::Precondition, "SMTP-Fa1l5");
            }
        },
    ),
    case("the limits come first", |t| {
        for (name, value) in [
            ("receiverAddress", "ada"),
            ("receiverAddress", ""),
            ("senderAddress", ""),
            ("senderName", ""),
            ("host", ""),
        ] {
            t.call(described(json!({name: value, "password": ""})))
                .expect_invalid();
        }
    }),
    NEEDS_INSTANCE_ROLE,
];

run_tables! {
    test_smtp_config_by_id_agrees_with_its_table = BY_ID,
    test_email_provider_smtp_by_id_agrees_with_its_table = BY_ID_EMAIL,
    test_smtp_config_agrees_with_its_table = DESCRIBED,
    test_email_provider_smtp_agrees_with_its_table = DESCRIBED_EMAIL,
}

fn described(more: Value) -> Value {
    let request = json!({
        "tls": null, "replyToAddress": null, "description": null, "receiverAddress": RECEIVER,
    });
    merged(mail_server(request), more)
}

fn kept(t: &Scene, host: &str) -> String {
    let request = mail_server(json!({"host": host, "tls": null}));
    let added = t.rest_as_admin(&ADD_SMTP_CONFIG, request).ok();
    added["id"].as_str().unwrap().to_owned()
}

/// Takes one e-mail; what comes back is the host and the lines that it is told.
fn serve_once() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (told, lines) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let reader = BufReader::new(stream.try_clone().unwrap());
        stream.write_all(b"220 test\r\n").unwrap();
        let mut is_content = false;
        for line in reader.lines() {
            let Ok(line) = line else { return };
            let answer = match line.split(' ').next().unwrap_or_default() {
                "." => {
                    is_content = false;
                    "250 taken"
                }
                _ if is_content => "",
                "EHLO" => "250-test\r\n250 AUTH PLAIN",
                "AUTH" => "235 known",
                "DATA" => {
                    is_content = true;
                    "354 go on"
                }
                _ => "250 so be it",
            };
            // The test may know enough already.
            let _ = told.send(line);
            if !answer.is_empty()
                && stream
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .is_err()
            {
                return;
            }
        }
    });
    (host, lines)
}

/// Expects that a mail server was told user and password, and the receiver.
#[track_caller]
fn expect_authenticated(lines: &Receiver<String>, user: &str, password: &str) {
    let lines: Vec<_> = lines.try_iter().collect();
    let plain = STANDARD.encode(format!("\0{user}\0{password}"));
    assert!(lines.contains(&format!("AUTH PLAIN {plain}")), "{lines:?}");
    assert!(
        lines.contains(&format!("RCPT TO:<{RECEIVER}>")),
        "{lines:?}"
    );
}
