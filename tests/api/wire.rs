//! What holds for every answer and for what is no operation: headers, unknown paths, probes, CORS.

use http::Response;
use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Headers, Kind},
    operations::{GET_HUMAN_PHONE, UPDATE_HUMAN_PHONE},
    people::headers,
};

fn json_of(answer: &Response<Vec<u8>>) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/json");
    serde_json::from_slice(answer.body()).unwrap()
}

fn json_headers(app: &App) -> Headers {
    let mut headers = headers(&app.admin.token, None);
    headers.push(("content-type", "application/json".to_owned()));
    headers
}

#[test]
fn answers_are_not_to_be_stored() {
    let app = App::shared();
    let headers = headers(&app.admin.token, None);
    for target in [
        "/auth/v1/users/me",
        "/management/v1/users/1/phone",
        "/v2/users/1",
        "/nobody",
    ] {
        let answer = app.clients.http("GET", target, &headers, None);
        assert_eq!(answer.headers()["cache-control"], "no-store", "{target}");
        assert_eq!(answer.headers()["pragma"], "no-cache", "{target}");
        assert!(answer.headers().contains_key("expires"), "{target}");
    }
}

#[test]
fn a_rest_call_without_a_token_is_told_how_to_authenticate() {
    let app = App::shared();
    let answer = app.clients.http("GET", "/auth/v1/users/me", &vec![], None);
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "auth header missing");
}

#[test]
fn an_unknown_path_is_not_found() {
    let app = App::shared();
    let headers = headers(&app.admin.token, None);
    for target in [
        "/nobody",
        "/management/v1/nobody",
        "/management/v1/users//phone",
        "/management/v1/users/1/phone/",
        "/v2/users/1/phone/nobody",
        "/auth/v1/users/1/phone",
        "/system/v1/healthz",
    ] {
        let answer = app.clients.http("GET", target, &headers, None);
        assert_eq!(answer.status(), 404, "{target}");
        assert_eq!(
            json_of(&answer),
            json!({"code": 5, "message": "Not Found"}),
            "{target}"
        );
    }
}

#[test]
fn a_known_path_with_another_verb_is_not_allowed() {
    let app = App::shared();
    let headers = headers(&app.admin.token, None);
    for (verb, target) in [
        ("PATCH", "/management/v1/users/1/phone"),
        ("POST", "/management/v1/healthz"),
        ("GET", "/v2/users/1/phone/verify"),
        ("PUT", "/auth/v1/users/me"),
    ] {
        let answer = app.clients.http(verb, target, &headers, None);
        assert_eq!(answer.status(), 405, "{verb} {target}");
        assert_eq!(
            json_of(&answer),
            json!({"code": 12, "message": "Method Not Allowed"})
        );
    }
}

#[test]
fn an_rpc_that_is_not_there_is_unimplemented() {
    let app = App::shared();
    let mut grpc = headers(&app.admin.token, None);
    grpc.push(("content-type", "application/grpc".to_owned()));
    grpc.push(("te", "trailers".to_owned()));
    for path in [
        "/zitadel.management.v1.ManagementService/ListProjects",
        "/zitadel.nobody.v1.NobodyService/Nothing",
    ] {
        let empty = vec![0; 5];
        let raw = app.clients.http2("POST", path, &grpc, empty).unwrap();
        assert_eq!(raw.head.status, 200, "{path}");
        let trailers = raw.trailers.unwrap_or(raw.head.headers);
        let code = format!("{}", Kind::Unimplemented as i64);
        assert_eq!(trailers["grpc-status"], code.as_str(), "{path}");
    }
}

#[test]
fn connect_is_not_offered_for_v1_services() {
    let app = App::shared();
    let headers = json_headers(&app);
    let target = UPDATE_HUMAN_PHONE.grpc_path();
    let body = b"{}".to_vec();
    let answer = app.clients.http("POST", &target, &headers, Some(body));
    assert_eq!(answer.status(), 404);
}

#[test]
fn native_grpc_over_http_1_is_an_unsupported_media_type() {
    let app = App::shared();
    let mut headers = headers(&app.admin.token, None);
    headers.push(("content-type", "application/grpc".to_owned()));
    let target = UPDATE_HUMAN_PHONE.grpc_path();
    let answer = app
        .clients
        .http("POST", &target, &headers, Some(vec![0; 5]));
    assert_eq!(answer.status(), 415);
}

#[test]
fn a_v1_rest_path_reads_json_whatever_the_content_type_says() {
    let app = App::shared();
    for content_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
    ] {
        let (user, number) = (app.human(), app.number());
        let mut headers = headers(&app.admin.token, None);
        headers.push(("content-type", content_type.to_owned()));
        let target = format!("/management/v1/users/{user}/phone");
        let body = json!({"phone": number}).to_string().into_bytes();
        let answer = app.clients.http("PUT", &target, &headers, Some(body));
        assert_eq!(answer.status(), 200, "{content_type}");
    }
}

#[test]
fn a_path_parameter_wins_over_the_body() {
    let app = App::shared();
    let (user, other, number) = (app.human(), app.human(), app.number());
    let target = format!("/management/v1/users/{user}/phone");
    let body = json!({"userId": other, "phone": number}).to_string();
    let headers = json_headers(&app);
    let answer = app
        .clients
        .http("PUT", &target, &headers, Some(body.into_bytes()));
    assert_eq!(answer.status(), 200);
    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
    assert_eq!(shown.ok()["phone"]["phone"], number.as_str());
}

#[test]
fn members_may_be_written_in_snake_case_and_unknown_ones_are_ignored() {
    let app = App::shared();
    let (user, number) = (app.human(), app.number());
    let target = format!("/management/v1/users/{user}/phone");
    let body = json!({"phone": number, "is_phone_verified": true, "nobody": {"x": [1]}});
    let headers = json_headers(&app);
    let body = Some(body.to_string().into_bytes());
    let answer = app.clients.http("PUT", &target, &headers, body);
    assert_eq!(answer.status(), 200);
    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
    let phone = json!({"phone": number, "isPhoneVerified": true});
    assert_eq!(shown.ok()["phone"], phone);
}

#[test]
fn the_probes_answer_without_a_token() {
    let app = App::shared();
    let healthz = app.clients.http("GET", "/debug/healthz", &vec![], None);
    assert_eq!(
        (healthz.status().as_u16(), healthz.body().as_slice()),
        (200, &b"ok"[..])
    );
    let ready = app.clients.http("GET", "/debug/ready", &vec![], None);
    assert_eq!(ready.status(), 200);
    let content: Value = serde_json::from_slice(ready.body()).unwrap();
    assert_eq!(content, json!("ok"));
}

#[test]
fn a_browser_may_call_from_any_origin() {
    let app = App::shared();
    let preflight = vec![
        ("origin", "https://app.example".to_owned()),
        ("access-control-request-method", "POST".to_owned()),
        (
            "access-control-request-headers",
            "authorization,content-type,x-grpc-web,x-user-agent,x-zitadel-orgid".to_owned(),
        ),
    ];
    let target = UPDATE_HUMAN_PHONE.grpc_path();
    let answer = app.clients.http("OPTIONS", &target, &preflight, None);
    assert!(answer.status().is_success(), "{}", answer.status());
    let allowed = answer.headers()["access-control-allow-origin"].to_str();
    assert_eq!(allowed.unwrap(), "https://app.example");
    assert_eq!(answer.headers()["access-control-allow-credentials"], "true");

    let mut call = headers(&app.admin.token, None);
    call.push(("origin", "https://app.example".to_owned()));
    let answer = app.clients.http("GET", "/auth/v1/users/me", &call, None);
    let exposed = answer.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap()
        .to_lowercase();
    for name in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
        assert!(exposed.contains(name), "{exposed}");
    }
}

#[test]
fn acknowledged_changes_survive_a_power_cut() {
    let app = App::start("");
    let number = app.number();
    let user = app.human_with_phone(&number);
    let sms = app.wait_for_sms(&number, 1);
    app.restart();
    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
    assert_eq!(shown.ok()["phone"], json!({"phone": number}));
    let request = json!({"userId": user, "verificationCode": sms.code()});
    app.rest_as_admin(&crate::operations::VERIFY_PHONE, request)
        .ok();
}
