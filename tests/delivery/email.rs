//! E-mail through a real mail server: what arrives, over what connection, and what a refusal means.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, free_port, wait_for},
    database::{ACCEPTED, FAILED, QUEUED, SENDING, SUPERSEDED},
    mail_server::{MailServer, code_in},
    plugins::{SWITCH, build_shipped, with_switch},
};

/// `[smtp]` for a mail server on this machine.
pub fn smtp(host: &str, port: u16, more: &str) -> String {
    format!(
        "[smtp]\nhost = \"{host}:{port}\"\nsender_address = \"belfry@example.com\"\n\
         sender_name = \"Grüße, Glockenturm\"\n{more}\n"
    )
}

/// A running server that sends through a mail server without TLS.
fn with_mail() -> (MailServer, App) {
    build_shipped();
    let mail = MailServer::start(free_port(), &[]);
    let config = smtp("127.0.0.1", mail.port, "tls = false");
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    (mail, app)
}

/// Whether a user's history tells of an event.
fn has_event(app: &App, user: &str, event: &str) -> bool {
    let path = format!("/management/v1/users/{user}/changes/_search");
    let history = app.ok("POST", &path, &json!({}));
    let key = format!("EventTypes.{event}");
    let changes = history["result"].as_array().unwrap();
    changes
        .iter()
        .any(|change| change["eventType"]["key"] == key)
}

#[test]
fn a_code_arrives_by_email_and_verifies_the_address() {
    let (mail, app) = with_mail();
    let send = json!({"urlTemplate": "https://app.example/verify?user={{.UserID}}&org={{.OrgID}}&code={{.Code}}"});
    let (user, address) = app.human_with_email(json!({"sendCode": send}));
    let got = mail.wait_for_mail(&address);
    let code = code_in(&got);
    assert_eq!(got["envelopeFrom"], "belfry@example.com");
    assert_eq!(got["envelopeTo"], json!([address]));
    assert_eq!(got["fromName"], "Grüße, Glockenturm");
    assert_eq!(got["fromAddress"], "belfry@example.com");
    assert_eq!(got["replyTo"], Value::Null);
    assert_eq!(got["subject"], "Verify your e-mail address");
    assert!(got["date"].is_string(), "{got}");
    let id = got["messageId"].as_str().unwrap();
    assert!(id.ends_with("@example.com>"), "{id}");
    let link = format!("https://app.example/verify?user={user}&org=");
    let end = format!("&code={code}");
    let text = got["text"].as_str().unwrap();
    assert!(text.contains(&link) && text.contains(&end), "{text}");
    assert!(text.starts_with("Hello Ada Lovelace,"), "{text}");
    let html = got["html"].as_str().unwrap();
    assert!(html.contains(&link.replace('&', "&amp;")), "{html}");
    assert!(html.contains(&code), "{html}");

    wait_for("the history to tell", Duration::from_secs(5), || {
        has_event(&app, &user, "user.human.email.code.sent").then_some(())
    });
    assert_eq!(app.message_to(&address).state, ACCEPTED);
    assert!(!app.message_to(&address).has_code);
    let path = format!("/v2/users/{user}/email/verify");
    app.ok("POST", &path, &json!({"verificationCode": code}));
    assert!(has_event(&app, &user, "user.human.email.verified"));
    assert!(!app.log().contains(&address), "addresses are masked");
    assert!(!app.log().contains(&code));
    app.expect_consistent();
}

#[test]
fn initializations_password_resets_and_invitations_arrive() {
    let (mail, app) = with_mail();
    let initial = json!({
        "userName": "initial",
        "profile": {"firstName": "Ada", "lastName": "Lovelace", "preferredLanguage": "de"},
        "email": {"email": "initial@example.com"},
    });
    app.ok("POST", "/management/v1/users/human", &initial);
    let got = mail.wait_for_mail("initial@example.com");
    assert!(!code_in(&got).is_empty());
    assert_eq!(got["subject"], "Registrierung abschließen");

    let (user, address) = app.human_with_email(json!({"isVerified": true}));
    let reset = format!("/v2/users/{user}/password_reset");
    app.ok("POST", &reset, &json!({"sendLink": {}}));
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["subject"], "Set a new password");
    let set =
        json!({"newPassword": {"password": "Analytical1!"}, "verificationCode": code_in(&got)});
    app.ok("POST", &format!("/v2/users/{user}/password"), &set);

    let (user, address) = app.human_with_email(json!({"isVerified": true}));
    let invite = json!({"sendCode": {"applicationName": "Kirchgemeinde Würenlos"}});
    app.ok("POST", &format!("/v2/users/{user}/invite_code"), &invite);
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["subject"], "Invitation to Kirchgemeinde Würenlos");
    let verify = json!({"verificationCode": code_in(&got)});
    app.ok(
        "POST",
        &format!("/v2/users/{user}/invite_code/verify"),
        &verify,
    );
    for event in [
        "user.human.invite.code.sent",
        "user.human.invite.check.succeeded",
    ] {
        wait_for(event, Duration::from_secs(5), || {
            has_event(&app, &user, event).then_some(())
        });
    }
}

#[test]
fn names_with_umlauts_arrive_and_nothing_in_them_is_html_or_a_header() {
    let (mail, app) = with_mail();
    let request = json!({
        "username": "zoe",
        "profile": {
            "givenName": "Zoë <b>\"Ö\"</b>",
            "familyName": "Müller",
            "displayName": "Zoë <b>\"Ö\"</b>\r\nBcc: eve@example.com",
            "preferredLanguage": "de",
        },
        "email": {"email": "zoe@example.com", "sendCode": {}},
    });
    app.ok("POST", "/v2/users/human", &request);
    let got = mail.wait_for_mail("zoe@example.com");
    let text = got["text"].as_str().unwrap();
    assert!(text.contains("Zoë <b>\"Ö\"</b>"), "{text}");
    let html = got["html"].as_str().unwrap();
    assert!(
        html.contains("Zoë &lt;b&gt;&quot;Ö&quot;&lt;/b&gt;"),
        "{html}"
    );
    assert!(html.contains("lang=\"de\""), "{html}");
    assert_eq!(got["envelopeTo"], json!(["zoe@example.com"]));
    let headers = got["headers"].as_array().unwrap();
    assert!(!headers.contains(&json!("Bcc")), "{headers:?}");
}

#[test]
fn what_the_application_is_called_never_becomes_a_header() {
    let (mail, app) = with_mail();
    let (user, address) = app.human_with_email(json!({"isVerified": true}));
    let invite = json!({"sendCode": {"applicationName": "A\r\nBcc: eve@example.com\r\n\r\nB"}});
    app.ok("POST", &format!("/v2/users/{user}/invite_code"), &invite);
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["envelopeTo"], json!([address]));
    assert!(!got["headers"].as_array().unwrap().contains(&json!("Bcc")));
    let subject = got["subject"].as_str().unwrap();
    assert!(subject.contains("Bcc: eve@example.com"), "{subject}");
}

#[test]
fn what_waited_while_the_mail_server_was_down_arrives_under_one_id() {
    build_shipped();
    let mut mail = MailServer::prepare(free_port(), &[]);
    let config = smtp(
        "127.0.0.1",
        mail.port,
        "tls = false\nreply_to_address = \"help@example.com\"",
    );
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    let (user, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("two attempts", Duration::from_secs(20), || {
        (app.message_to(&address).attempts >= 2).then_some(())
    });
    mail.run();
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["replyTo"], "help@example.com");
    let path = format!("/v2/users/{user}/email/verify");
    app.ok("POST", &path, &json!({"verificationCode": code_in(&got)}));
}

#[test]
fn only_the_newest_code_is_sent_when_the_mail_server_is_back() {
    build_shipped();
    let mut mail = MailServer::prepare(free_port(), &[]);
    let config = smtp("127.0.0.1", mail.port, "tls = false");
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    let (user, address) = app.human_with_email(json!({"sendCode": {}}));
    for _ in 0..2 {
        app.ok(
            "POST",
            &format!("/v2/users/{user}/email/resend"),
            &json!({}),
        );
    }
    let states = || {
        let database = app.database();
        let mut query = database
            .prepare("SELECT state FROM messages WHERE recipient = ?1 ORDER BY id")
            .unwrap();
        let states = query.query_map([&address], |row| row.get(0)).unwrap();
        states.map(Result::unwrap).collect::<Vec<i64>>()
    };
    wait_for("the older ones to end", Duration::from_secs(30), || {
        (states() == [SUPERSEDED, SUPERSEDED, QUEUED]).then_some(())
    });
    mail.run();
    let got = mail.wait_for_mail(&address);
    let path = format!("/v2/users/{user}/email/verify");
    app.ok("POST", &path, &json!({"verificationCode": code_in(&got)}));
    assert_eq!(mail.mails().len(), 1);
}

#[test]
fn a_temporary_refusal_is_tried_again_and_a_permanent_one_ends_the_message() {
    let (mail, app) = with_mail();
    mail.set_mood("451 4.7.1 later");
    let (_, later) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("two attempts", Duration::from_secs(20), || {
        (app.message_to(&later).attempts >= 2).then_some(())
    });
    mail.set_mood("550 5.1.1 no such user");
    let (user, never) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("the message to end", Duration::from_secs(20), || {
        (app.message_to(&never).state == FAILED).then_some(())
    });
    assert!(!app.message_to(&never).has_code);
    assert_eq!(app.message_to(&never).attempts, 1);
    assert!(!has_event(&app, &user, "user.human.email.code.sent"));
    assert!(app.log().contains("5.1.1 no such user"), "the log says why");
    assert!(mail.mails().is_empty());
}

#[test]
fn a_sender_that_is_refused_waits_for_better_settings() {
    let (mail, app) = with_mail();
    mail.set_mood("550 5.7.1 you may not send");
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("two attempts", Duration::from_secs(20), || {
        (app.message_to(&address).attempts >= 2).then_some(())
    });
    mail.set_mood("");
    mail.wait_for_mail(&address);
}

#[test]
fn a_slow_mail_server_holds_no_sms_up_and_a_hanging_sms_provider_no_email() {
    let mail = MailServer::start(free_port(), &[]);
    let config = smtp("127.0.0.1", mail.port, "tls = false");
    let app = with_switch("ok", &format!("{SWITCH}{config}"));
    mail.set_mood("slow 5");
    let slow: Vec<_> = (0..24)
        .map(|_| app.human_with_email(json!({"sendCode": {}})).1)
        .collect();
    let begun = std::time::Instant::now();
    let (_, number) = app.human_with_phone();
    app.wait_for_sms(&number);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert!(mail.mails().is_empty(), "the mail server is slow indeed");
    mail.set_mood("");
    for address in &slow {
        mail.wait_for_mail(address);
    }

    app.switch_to("hang");
    let (_, number) = app.human_with_phone();
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    let begun = std::time::Instant::now();
    mail.wait_for_mail(&address);
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(app.message_to(&number).state, SENDING);
}

#[test]
fn connections_to_the_mail_server_are_used_again() {
    let (mail, app) = with_mail();
    for _ in 0..6 {
        let (_, address) = app.human_with_email(json!({"sendCode": {}}));
        mail.wait_for_mail(&address);
    }
    let mails = mail.mails();
    let first = &mails[0]["connection"];
    assert!(mails.iter().all(|mail| mail["connection"] == *first));
}
