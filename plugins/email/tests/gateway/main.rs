//! The provider against real mail servers: aiosmtpd from target/venv, maildev from target/maildev.

#![allow(clippy::unwrap_used)]

mod hostile;
mod mail_server;
mod maildev;
mod refusals;
mod settings;

use std::{collections::HashSet, thread, time::Duration};

use belfry_email::Encryption;
use belfry_plugin::{Health as _, Message, Provider as _};
use serde_json::Value;

use crate::mail_server::{MailServer, message};

#[test]
fn a_message_becomes_one_plain_mail() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    let text =
        "K7QX2B ist Ihr Code, gültig für Zürich € 😀.\n.\nfrom here on: @example.org #K7QX2B";
    provider.send(&message("351", text)).unwrap();
    let [mail] = &server.mails()[..] else {
        panic!("{:?}", server.mails());
    };
    assert_eq!(mail["envelopeFrom"], "sms@example.org");
    assert_eq!(
        mail["envelopeTo"],
        serde_json::json!(["41790000001@gateway.example"])
    );
    assert_eq!(mail["to"], "41790000001@gateway.example");
    assert_eq!(mail["fromAddress"], "sms@example.org");
    assert_eq!(mail["fromName"], "Belfry");
    assert_eq!(mail["messageId"], "<belfry.351@example.org>");
    assert_eq!(mail["subject"], Value::Null);
    assert_eq!(mail["text"].as_str().unwrap().replace("\r\n", "\n"), text);
    assert_eq!(mail["html"], "");
    assert_eq!(mail["isSevenBit"], true);
    assert_eq!(mail["isEncrypted"], false);
    let headers: HashSet<_> = mail["headers"].as_array().unwrap().iter().collect();
    let known = [
        "From",
        "To",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    let known: Vec<Value> = known.into_iter().map(Value::from).collect();
    assert_eq!(headers, known.iter().collect());
}

#[test]
fn the_message_id_is_the_same_over_all_attempts() {
    let server = MailServer::start(&[]);
    let first = message("351", "hello");
    server.provider(|_| ()).send(&first).unwrap();
    let again = Message {
        attempt: 2,
        ..first
    };
    server.provider(|_| ()).send(&again).unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0]["messageId"], mails[1]["messageId"]);
}

#[test]
fn long_lines_and_texts_arrive_as_they_are() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    for text in [
        "x".repeat(3000),
        "ü ".repeat(700) + "end",
        "a\r\nb\n\nc".to_owned(),
    ] {
        provider.send(&message("351", &text)).unwrap();
        let mails = server.mails();
        let taken = mails.last().unwrap()["text"].as_str().unwrap();
        assert_eq!(taken.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
    }
}

#[test]
fn recipient_and_subject_follow_their_templates() {
    let server = MailServer::start(&[]);
    let cases = [
        ("{e164}@gateway.example", "+41790000001@gateway.example"),
        (
            "{zeros}.sms@gateway.example",
            "0041790000001.sms@gateway.example",
        ),
    ];
    for (template, address) in cases {
        let provider = server.provider(|config| {
            config.recipient = template.into();
            config.subject = Some("pässword {id} {sender}".into());
        });
        let sender = "Belfry\r\nBcc: eve@example.org";
        provider
            .send(&Message {
                sender,
                ..message("351", "hello")
            })
            .unwrap();
        let mail = server.mails().pop().unwrap();
        assert_eq!(mail["envelopeTo"], serde_json::json!([address]));
        assert_eq!(mail["to"], address);
        assert_eq!(mail["subject"], "pässword 351 Belfry  Bcc: eve@example.org");
    }
}

#[test]
fn starttls_and_login_come_before_anything_else() {
    let options = [
        "--tls",
        "starttls",
        "--user",
        "belfry",
        "--password",
        "secret",
    ];
    let server = MailServer::start(&options);
    let provider = server.provider(|config| {
        config.encryption = Encryption::Starttls;
        config.ca_file = Some(server.path("ca.pem"));
        config.user = Some("belfry".into());
        config.password = Some("secret".into());
    });
    provider.health(Duration::from_secs(10)).unwrap();
    provider.send(&message("351", "hello")).unwrap();
    let mail = &server.mails()[0];
    assert_eq!(mail["isEncrypted"], true);
    assert_eq!(mail["user"], "belfry");
}

#[test]
fn tls_from_the_first_byte() {
    let server = MailServer::start(&["--tls", "tls"]);
    let provider = server.provider(|config| {
        config.encryption = Encryption::Tls;
        config.ca_file = Some(server.path("ca.pem"));
    });
    provider.send(&message("351", "hello")).unwrap();
    assert_eq!(server.mails()[0]["isEncrypted"], true);
}

#[test]
fn a_connection_is_kept_while_it_lives() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    provider.health(Duration::from_secs(10)).unwrap();
    provider.send(&message("1", "one")).unwrap();
    provider.send(&message("2", "two")).unwrap();
    // The server closes the kept connection when it is asked whether it lives.
    server.set_mood("NOOP drop");
    provider.send(&message("3", "three")).unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[0]["connection"], mails[1]["connection"]);
    assert_ne!(mails[1]["connection"], mails[2]["connection"]);
}

#[test]
fn several_messages_go_at_the_same_time() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    let ids: Vec<_> = (0..20).map(|id| id.to_string()).collect();
    thread::scope(|scope| {
        for ids in ids.chunks(5) {
            let provider = &provider;
            scope.spawn(move || {
                for id in ids {
                    provider.send(&message(id, id)).unwrap();
                }
            });
        }
    });
    let mails = server.mails();
    let texts: HashSet<_> = mails
        .iter()
        .map(|mail| mail["text"].as_str().unwrap())
        .collect();
    assert_eq!(mails.len(), 20);
    assert_eq!(texts, ids.iter().map(String::as_str).collect());
}
