//! E-mail to an HTTP endpoint: the JSON, its signature, and another try after a refusal.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    app::{App, file_provider},
    plugins::build_shipped,
};

/// One call that the endpoint got: its signature header and its body.
struct Call {
    signature: String,
    body: String,
}

/// An endpoint that answers these statuses in turn, the last one for ever.
fn endpoint(statuses: &'static [u16]) -> (String, Receiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (calls, received) = channel();
    thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut signature, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let Some((name, value)) = line.trim().split_once(": ") else {
                    // The request line has no colon with a space, the end of the headers nothing.
                    if line.trim().is_empty() {
                        break;
                    }
                    continue;
                };
                match name.to_ascii_lowercase().as_str() {
                    "zitadel-signature" => value.clone_into(&mut signature),
                    "content-length" => length = value.parse().unwrap(),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = statuses[turn.min(statuses.len() - 1)];
            let answer =
                format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            let body = String::from_utf8(body).unwrap();
            if calls.send(Call { signature, body }).is_err() {
                return;
            }
        }
    });
    (url, received)
}

/// Whether a call was signed with a key, as a receiver checks it.
fn is_signed(call: &Call, key: &str) -> bool {
    let (time, code) = call.signature.split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(format!("{time}.{}", call.body).as_bytes());
    mac.verify_slice(&hex::decode(code).unwrap()).is_ok()
}

#[test]
fn an_http_provider_gets_signed_json_and_is_asked_again_after_a_refusal() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (url, calls) = endpoint(&[500, 204]);
    let added = app.ok(
        "POST",
        "/admin/v1/email/http",
        &json!({"endpoint": url, "description": "Hook"}),
    );
    let id = added["id"].as_str().unwrap();
    let key = added["signingKey"].as_str().unwrap();
    app.ok(
        "POST",
        &format!("/admin/v1/email/{id}/_activate"),
        &json!({}),
    );

    let (user, address) = app.human_with_email(json!({"sendCode": {}}));
    let next = || calls.recv_timeout(Duration::from_secs(20)).unwrap();
    let (first, second) = (next(), next());
    assert!(is_signed(&first, key) && is_signed(&second, key));
    assert!(!is_signed(&second, "another"));
    assert_eq!(first.body, second.body, "the same message again");
    let body: Value = serde_json::from_str(&second.body).unwrap();
    let context = &body["contextInfo"];
    assert_eq!(context["eventType"], "user.human.email.code.added");
    assert_eq!(context["recipientEmailAddress"], address);
    assert_eq!(context["provider"]["id"], id);
    assert_eq!(
        body["templateData"]["subject"],
        "Verify your e-mail address"
    );
    let arguments = &body["args"];
    assert_eq!(arguments["userID"], user);
    assert_eq!(arguments["displayName"], "Ada Lovelace");
    let code = json!({"verificationCode": arguments["code"]});
    app.ok("POST", &format!("/v2/users/{user}/email/verify"), &code);

    let renewed = app.ok(
        "PUT",
        &format!("/admin/v1/email/http/{id}"),
        &json!({"endpoint": url, "description": "Hook", "expirationSigningKey": "0s"}),
    );
    let renewed = renewed["signingKey"].as_str().unwrap();
    assert_ne!(renewed, key);
    app.human_with_email(json!({"sendCode": {}}));
    assert!(is_signed(&next(), renewed));
}
