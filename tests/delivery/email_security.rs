//! Encryption and authentication towards mail servers, and providers that the API keeps.

use std::{net::TcpListener, time::Duration};

use serde_json::json;

use crate::{
    app::{App, file_provider, free_port, wait_for},
    email::smtp,
    mail_server::{MailServer, code_in},
    plugins::build_shipped,
};

/// A server that trusts a mail server's certificate.
fn trusting(mail: &MailServer, config: &str) -> App {
    build_shipped();
    let authority = mail.path("ca.pem");
    let environment = [("SSL_CERT_FILE", authority.to_str().unwrap())];
    let app = App::prepare(
        &format!("{config}{}", file_provider("sms.jsonl")),
        &environment,
    );
    app.serve();
    app
}

#[test]
fn starttls_encrypts_and_the_user_is_authenticated() {
    encrypts("starttls", free_port());
}

#[test]
fn port_465_is_encrypted_from_the_first_byte() {
    // Below 1024 a port may need rights that this test does not ask for.
    match TcpListener::bind("127.0.0.1:465").map(drop) {
        Ok(()) => encrypts("tls", 465),
        Err(fault) => eprintln!("not tested: port 465 cannot be listened on: {fault}"),
    }
}

fn encrypts(tls: &str, port: u16) {
    let options = ["--tls", tls, "--user", "belfry", "--password", "pässword"];
    let mail = MailServer::start(port, &options);
    let more = "tls = true\nuser = \"belfry\"\npassword = \"pässword\"";
    let app = trusting(&mail, &smtp("localhost", mail.port, more));
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["isEncrypted"], true);
    assert_eq!(got["user"], "belfry");
    assert!(!app.log().contains("pässword"));
}

#[test]
fn a_certificate_that_nobody_vouches_for_gets_neither_email_nor_password() {
    build_shipped();
    let options = [
        "--tls",
        "starttls",
        "--user",
        "belfry",
        "--password",
        "secret",
    ];
    let mail = MailServer::start(free_port(), &options);
    let more = "tls = true\nuser = \"belfry\"\npassword = \"secret\"";
    let config = smtp("localhost", mail.port, more);
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("two attempts", Duration::from_secs(20), || {
        (app.message_to(&address).attempts >= 2).then_some(())
    });
    assert!(app.log().contains("not sent"), "{}", app.log());
    assert!(mail.mails().is_empty());
}

#[test]
fn a_mail_server_without_tls_gets_nothing_where_tls_is_demanded() {
    build_shipped();
    let mail = MailServer::start(free_port(), &[]);
    let config = smtp("127.0.0.1", mail.port, "tls = true");
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("two attempts", Duration::from_secs(20), || {
        (app.message_to(&address).attempts >= 2).then_some(())
    });
    assert!(mail.mails().is_empty());
}

#[test]
fn a_provider_of_the_api_takes_over_without_a_restart_and_outlives_one() {
    build_shipped();
    let options = ["--user", "belfry", "--password", "R1ght-Passw0rd"];
    let mail = MailServer::start(free_port(), &options);
    let app = App::start(&file_provider("sms.jsonl"));
    // There is no mail server at all yet, so that the e-mail waits.
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    let request = json!({
        "senderAddress": "admin@example.org",
        "senderName": "Admin",
        "host": format!("127.0.0.1:{}", mail.port),
        "user": "belfry",
        "password": "Wr0ng-Passw0rd",
    });
    let added = app.ok("POST", "/admin/v1/smtp", &request);
    let id = added["id"].as_str().unwrap();
    app.ok(
        "POST",
        &format!("/admin/v1/smtp/{id}/_activate"),
        &json!({}),
    );
    wait_for("a refused password", Duration::from_secs(20), || {
        (app.message_to(&address).attempts >= 1).then_some(())
    });
    assert!(mail.mails().is_empty());
    let right = json!({"password": "R1ght-Passw0rd"});
    app.ok("PUT", &format!("/admin/v1/smtp/{id}/password"), &right);
    let got = mail.wait_for_mail(&address);
    assert_eq!(got["fromAddress"], "admin@example.org");
    assert_eq!(got["user"], "belfry");
    assert!(!code_in(&got).is_empty());

    app.restart();
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    mail.wait_for_mail(&address);
    for secret in ["Wr0ng-Passw0rd", "R1ght-Passw0rd"] {
        assert!(!app.log().contains(secret));
        let bytes = app.bytes_of_database();
        let is_there = bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_there, "{secret:?} is in the database");
    }
}

#[test]
fn a_test_email_is_sent_at_once_and_a_failure_says_why() {
    build_shipped();
    let options = ["--user", "belfry", "--password", "right"];
    let mail = MailServer::start(free_port(), &options);
    let app = App::start(&file_provider("sms.jsonl"));
    let host = format!("127.0.0.1:{}", mail.port);
    let request = |password: &str| {
        json!({
            "senderAddress": "admin@example.org", "senderName": "Admin", "host": host,
            "user": "belfry", "password": password, "receiverAddress": "ada@example.com",
        })
    };
    app.ok("POST", "/admin/v1/smtp/_test", &request("right"));
    assert_eq!(mail.mails()[0]["to"], "ada@example.com");
    let (status, answer) = app.call("POST", "/admin/v1/email/smtp/_test", &request("Wr0ng"));
    assert_eq!((status, &answer["code"]), (400, &json!(9)), "{answer}");
    let message = answer["message"].as_str().unwrap();
    assert!(
        message.contains("535") && message.ends_with("(SMTP-Fa1l5)"),
        "{message}"
    );
    assert!(!message.contains("Wr0ng"));

    let added = app.ok("POST", "/admin/v1/smtp", &request("right"));
    let id = added["id"].as_str().unwrap();
    let receiver = json!({"receiverAddress": "bob@example.com"});
    app.ok("POST", &format!("/admin/v1/smtp/{id}/_test"), &receiver);
    assert_eq!(mail.mails()[1]["to"], "bob@example.com");
    // Without a password, that of the mail server with the id is used.
    let mut by_id = request("");
    by_id["id"] = json!(id);
    app.ok("POST", "/admin/v1/smtp/_test", &by_id);
    assert_eq!(mail.mails().len(), 3);
}
