//! What the mail server's refusals mean, by stage.

use std::{mem::discriminant, time::Duration};

use belfry_email::Encryption;
use belfry_plugin::{Failure, Health as _, Message, Provider as _, Reason};

use crate::mail_server::{MailServer, free_port, message, provider};

/// A kind of failure, whatever its reason.
type Kind = fn(Reason) -> Failure;

#[track_caller]
fn assert_kind<T: std::fmt::Debug>(outcome: Result<T, Failure>, kind: Kind, case: &str) -> Reason {
    let failure = outcome.expect_err(case);
    let expected = discriminant(&kind(Reason::default()));
    assert_eq!(discriminant(&failure), expected, "{case}: {failure:?}");
    match failure {
        Failure::InvalidRecipient(reason)
        | Failure::Rejected(reason)
        | Failure::Unavailable(reason)
        | Failure::OutcomeUnknown(reason)
        | Failure::Unauthorized(reason)
        | Failure::Misconfigured(reason) => reason,
        other => panic!("{case}: {other:?}"),
    }
}

#[test]
fn a_refusal_means_what_its_stage_says() {
    let cases: &[(&str, Kind, &str)] = &[
        ("MAIL 451 4.3.0 later", Failure::Unavailable, "451 4.3.0"),
        (
            "MAIL 550 5.7.1 not your address",
            Failure::Misconfigured,
            "550 5.7.1",
        ),
        ("MAIL 552 too big", Failure::Rejected, "552"),
        (
            "MAIL 530 5.7.0 log in first",
            Failure::Unauthorized,
            "530 5.7.0",
        ),
        (
            "451 4.7.1 later 41790000001",
            Failure::Unavailable,
            "451 4.7.1",
        ),
        ("421 closing", Failure::Unavailable, "421"),
        (
            "550 5.1.1 no 41790000001",
            Failure::InvalidRecipient,
            "550 5.1.1",
        ),
        ("550 no", Failure::InvalidRecipient, "550"),
        ("501 what", Failure::InvalidRecipient, "501"),
        ("553 5.1.3 what", Failure::InvalidRecipient, "553 5.1.3"),
        (
            "550 5.7.1 no relaying for you",
            Failure::Misconfigured,
            "550 5.7.1",
        ),
        ("556 no such domain", Failure::Misconfigured, "556"),
        ("552 5.2.2 full", Failure::Rejected, "552 5.2.2"),
        ("554 no", Failure::Rejected, "554"),
        ("DATA 451 later", Failure::Unavailable, "451"),
        (
            "DATA 452 4.3.1 disk full",
            Failure::Unavailable,
            "452 4.3.1",
        ),
        ("DATA 550 5.7.1 spam: hello", Failure::Rejected, "550 5.7.1"),
        (
            "DATA 554 5.6.0 hello 41790000001",
            Failure::Rejected,
            "554 5.6.0",
        ),
        ("DATA 354 go on", Failure::OutcomeUnknown, "354"),
        ("DATA what do you mean", Failure::OutcomeUnknown, ""),
        ("DATA drop", Failure::OutcomeUnknown, ""),
        ("drop", Failure::Unavailable, ""),
        ("MAIL drop", Failure::Unavailable, ""),
        ("MAIL what do you mean", Failure::Unavailable, ""),
    ];
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    for (mood, kind, code) in cases {
        server.set_mood(mood);
        let reason = assert_kind(provider.send(&message("351", "hello")), *kind, mood);
        assert_eq!(reason.code, *code, "{mood}");
        assert!(!reason.text.contains("0000001"), "{mood}: {}", reason.text);
        assert!(!reason.text.contains("hello"), "{mood}: {}", reason.text);
    }
    assert!(server.mails().is_empty());
    // None of it broke the provider.
    server.set_mood("");
    provider.send(&message("351", "hello")).unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn time_runs_out_before_or_after_the_text() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|_| ());
    let cases: &[(&str, Kind)] = &[
        ("MAIL slow 30", Failure::Unavailable),
        ("slow 30", Failure::Unavailable),
        ("DATA slow 30", Failure::OutcomeUnknown),
    ];
    for (mood, kind) in cases {
        server.set_mood(mood);
        let timeout = Duration::from_millis(500);
        let outcome = provider.send(&Message {
            timeout,
            ..message("351", "hello")
        });
        assert_kind(outcome, *kind, mood);
    }
}

#[test]
fn a_refused_login_is_unauthorized() {
    let server = MailServer::start(&["--user", "belfry", "--password", "secret"]);
    let provider = server.provider(|config| {
        config.user = Some("belfry".into());
        config.password = Some("wrong-one".into());
    });
    for outcome in [
        provider.send(&message("351", "hello")).map(|_| ()),
        provider.health(Duration::from_secs(10)),
    ] {
        let reason = assert_kind(outcome, Failure::Unauthorized, "wrong password");
        assert_eq!(reason.code, "535 5.7.8");
        assert!(!reason.text.contains("wrong-one"));
    }
    let anonymous = server.provider(|_| ());
    let outcome = anonymous.send(&message("351", "hello"));
    assert_kind(outcome, Failure::Unauthorized, "no password");
}

#[test]
fn a_login_that_the_server_does_not_offer_is_a_wrong_setting() {
    let server = MailServer::start(&[]);
    let provider = server.provider(|config| {
        config.user = Some("belfry".into());
        config.password = Some("secret".into());
    });
    let outcome = provider.send(&message("351", "hello"));
    assert_kind(outcome, Failure::Misconfigured, "no AUTH there");
}

#[test]
fn a_server_that_cannot_be_talked_to_has_sent_nothing() {
    let nobody = provider(free_port(), |_| ());
    assert_kind(
        nobody.send(&message("351", "hello")),
        Failure::Unavailable,
        "refused",
    );
    assert_kind(
        nobody.health(Duration::from_secs(10)),
        Failure::Unavailable,
        "refused",
    );
    let unknown = provider(25, |config| {
        config.host = "mail.invalid".into();
        config.encryption = Encryption::None;
    });
    assert_kind(
        unknown.send(&message("351", "hello")),
        Failure::Unavailable,
        "no name",
    );
}

#[test]
fn encryption_is_not_given_up() {
    let plain = MailServer::start(&[]);
    let provider = plain.provider(|config| config.encryption = Encryption::Starttls);
    let outcome = provider.send(&message("351", "hello"));
    assert_kind(outcome, Failure::Misconfigured, "no STARTTLS there");

    let stranger = MailServer::start(&["--tls", "starttls"]);
    let provider = stranger.provider(|config| config.encryption = Encryption::Starttls);
    let outcome = provider.send(&message("351", "hello"));
    let reason = assert_kind(outcome, Failure::Unavailable, "an unknown authority");
    assert!(reason.text.contains("UnknownIssuer"), "{}", reason.text);
    assert!(plain.mails().is_empty() && stranger.mails().is_empty());
}
