//! E-mail to an HTTP endpoint: the JSON, its signature, and another try after a refusal.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider},
    endpoint::{endpoint, is_signed},
    plugins::build_shipped,
};

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
