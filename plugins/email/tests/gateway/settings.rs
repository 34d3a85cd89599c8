//! Settings that cannot work, and the limit of characters.

use std::fs;

use belfry_email::{Config, Email};
use belfry_plugin::{Failure, FakeHost, Message, Provider as _};

use crate::mail_server::{MailServer, config, message};

/// Makes one setting wrong.
type Change = fn(&mut Config);

#[test]
fn settings_that_cannot_work_are_told_at_once() {
    let cases: [(&str, Change); 9] = [
        ("from", |config| config.from = "nobody".into()),
        ("recipient", |config| config.recipient = "{digits}".into()),
        ("recipient", |config| {
            config.recipient = "all@gateway.example".into()
        }),
        ("recipient", |config| {
            config.recipient = "{number}@gateway.example".into()
        }),
        ("ASCII", |config| {
            config.recipient = "{digits}@zürich.example".into()
        }),
        ("subject", |config| config.subject = Some("{secret".into())),
        ("password", |config| config.user = Some("belfry".into())),
        ("user", |config| config.password = Some("secret".into())),
        ("ca_file", |config| {
            config.ca_file = Some("/nonexistent.pem".into())
        }),
    ];
    for (named, change) in cases {
        let mut config = config(25);
        change(&mut config);
        let Err(Failure::Misconfigured(reason)) = Email::create(FakeHost::default().host(), config)
        else {
            panic!("{named} was taken");
        };
        assert!(reason.text.contains(named), "{}", reason.text);
        assert!(!reason.text.contains("secret"), "{}", reason.text);
    }
}

#[test]
fn a_file_without_certificates_is_told() {
    let server = MailServer::start(&[]);
    fs::write(
        server.path("broken.pem"),
        "-----BEGIN CERTIFICATE-----\nx\n",
    )
    .unwrap();
    let mut config = config(server.port);
    config.ca_file = Some(server.path("broken.pem"));
    let outcome = Email::create(FakeHost::default().host(), config).map(|_| ());
    assert!(
        matches!(outcome, Err(Failure::Misconfigured(_))),
        "{outcome:?}"
    );
}

#[test]
fn a_text_is_not_cut_but_rejected() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|config| config.max_characters = Some(5));
    provider.send(&message("1", "5 €üß")).unwrap();
    let outcome = provider.send(&message("2", "6 €üß😀"));
    assert!(matches!(outcome, Err(Failure::Rejected(_))), "{outcome:?}");
    let outcome = provider.send(&message("3", "a\0b"));
    assert!(matches!(outcome, Err(Failure::Rejected(_))), "{outcome:?}");
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn what_is_no_number_is_an_invalid_recipient() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    let long = format!("+{}", "1".repeat(100));
    for to in [
        "",
        "+",
        "41790000001",
        "+41 79",
        "+4179@evil.example,",
        "+41\r\n",
        &long,
    ] {
        let outcome = provider.send(&Message {
            to,
            ..message("1", "hello")
        });
        assert!(
            matches!(outcome, Err(Failure::InvalidRecipient(_))),
            "{to}: {outcome:?}"
        );
    }
    assert!(server.mails().is_empty());
}
