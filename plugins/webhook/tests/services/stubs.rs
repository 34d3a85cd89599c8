//! The gateways: each function reads a request as its maker describes it. A missing or wrong part is
//! a panic, which the provider would see as an answer that never came, and so the test fails.

use serde_json::json;

use crate::{Asked, Reply, TEXT};

/// Where an account without a URL in the request is told to call.
const ACCOUNT: &str = "https://belfry.example/hooks/gateway/0123456789abcdef";

fn is_busy(number: &str) -> bool {
    number.ends_with("41790000429")
}

fn is_refused(number: &str) -> bool {
    number.ends_with("41790000400")
}

/// Digits without a plus.
fn digits(number: &str) -> &str {
    assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    number
}

/// E.164 with its plus.
fn plus(number: &str) -> &str {
    digits(number.strip_prefix('+').unwrap());
    number
}

pub fn vonage(asked: &Asked) -> Reply {
    assert_eq!(
        (asked.origin.as_str(), asked.path.as_str()),
        ("https://rest.nexmo.com", "/sms/json")
    );
    assert_eq!(asked.method, "POST");
    let form = asked.form();
    let to = digits(&form["to"]);
    let refuse = |status: &str| {
        Reply::new(
            200,
            json!({"message-count": "1", "messages": [{"status": status, "error-text": "no"}]}),
        )
    };
    if (form["api_key"].as_str(), form["api_secret"].as_str()) != ("key1", "good") {
        return refuse("4");
    }
    if is_busy(to) {
        return refuse("1");
    }
    if is_refused(to) {
        return refuse("6");
    }
    assert_eq!(form["text"], TEXT);
    assert_eq!(
        (form["from"].as_str(), form["ttl"].as_str()),
        ("Belfry", "300000")
    );
    assert!(
        !form.contains_key("type"),
        "the text is in the GSM alphabet"
    );
    assert_eq!(form["status-report-req"], "1");
    let id = "0A0000000123ABCD1";
    Reply::new(
        200,
        json!({"message-count": "1", "messages": [{
            "to": to, "message-id": id, "status": "0", "remaining-balance": "3.14",
            "message-price": "0.03330000", "network": "22801",
        }]}),
    )
    .gets(
        &form["callback"],
        &[
            ("msisdn", to),
            ("messageId", id),
            ("status", "delivered"),
            ("err-code", "0"),
            ("client-ref", &form["client-ref"]),
        ],
    )
}

pub fn messagebird(asked: &Asked) -> Reply {
    assert_eq!(
        (asked.origin.as_str(), asked.path.as_str()),
        ("https://rest.messagebird.com", "/messages")
    );
    let refuse = |status, code: u32, parameter: Option<&str>| {
        Reply::new(
            status,
            json!({"errors": [{"code": code, "description": "no", "parameter": parameter}]}),
        )
    };
    if asked.header("authorization") != "AccessKey good" {
        return refuse(401, 2, Some("access_key"));
    }
    let body = asked.json();
    let to = digits(body["recipients"][0].as_str().unwrap());
    if is_busy(to) {
        return refuse(500, 99, None);
    }
    if is_refused(to) {
        return refuse(422, 10, Some("recipients"));
    }
    assert_eq!(body["body"], TEXT);
    assert_eq!(body["originator"], "Belfry");
    assert_eq!(body["datacoding"], "auto");
    assert_eq!(body["validity"], 300);
    let id = "e8077d803532c0b5937c639b60216938";
    Reply::new(
        201,
        json!({"id": id, "reference": body["reference"], "recipients": {
            "totalCount": 1, "totalSentCount": 1, "totalDeliveredCount": 0,
            "items": [{"recipient": 41_791_234_567_u64, "status": "sent", "messagePartCount": 1}],
        }}),
    )
    .gets(
        body["reportUrl"].as_str().unwrap(),
        &[
            ("id", id),
            ("reference", "m-1"),
            ("recipient", to),
            ("status", "delivered"),
            ("statusDatetime", "2023-11-14T22:13:20+00:00"),
        ],
    )
}

pub fn sinch(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://eu.sms.api.sinch.com");
    assert_eq!(asked.path, "/xms/v1/plan1/batches");
    if asked.header("authorization") != "Bearer good" {
        return Reply::new(401, "");
    }
    let body = asked.json();
    let to = digits(body["to"][0].as_str().unwrap());
    if is_busy(to) {
        return Reply::new(429, "");
    }
    if is_refused(to) {
        return Reply::new(
            400,
            json!({"code": "syntax_invalid_parameter_format", "text": "no"}),
        );
    }
    assert_eq!(body["body"], TEXT);
    assert_eq!(body["from"], "Belfry");
    assert_eq!(body["delivery_report"], "per_recipient");
    assert_eq!(body["expire_at"], "2023-11-14T22:18:20Z");
    let id = "01FC66621XXXXX119Z8PMV1QPQ";
    Reply::new(201, json!({"id": id, "to": [to], "type": "mt_text"})).posts_json(
        body["callback_url"].as_str().unwrap(),
        &json!({
            "type": "recipient_delivery_report_sms", "batch_id": id, "recipient": to, "code": 0,
            "status": "Delivered", "at": "2023-11-14T22:13:20.123Z", "client_reference": "m-1",
        }),
    )
}

pub fn plivo(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://api.plivo.com");
    assert_eq!(asked.path, "/v1/Account/MA1/Message/");
    if asked.basic() != "MA1:good" {
        return Reply::new(401, json!({"error": "authentication failed"}));
    }
    let body = asked.json();
    let to = digits(body["dst"].as_str().unwrap());
    if is_busy(to) {
        return Reply::new(429, json!({"error": "rate limit"}));
    }
    if is_refused(to) {
        return Reply::new(400, json!({"api_id": "x", "error": "dst is not valid"}));
    }
    assert_eq!(body["text"], TEXT);
    assert_eq!(body["src"], "+12065550100");
    assert_eq!(body["method"], "POST");
    let id = "db3ce55a-7f1d-11e1-8ea7-1231380bc196";
    Reply::new(
        202,
        json!({"message": "message(s) queued", "message_uuid": [id], "api_id": "x"}),
    )
    .posts(
        body["url"].as_str().unwrap(),
        &[
            ("MessageUUID", id),
            ("Status", "delivered"),
            ("ErrorCode", "000"),
        ],
    )
}

pub fn elks(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://api.46elks.com");
    assert_eq!(asked.path, "/a1/sms");
    if asked.basic() != "u1:good" {
        return Reply::new(401, "API access requires Basic HTTP authentication");
    }
    let form = asked.form();
    let to = plus(&form["to"]);
    if is_busy(to) {
        return Reply::new(500, "Internal error");
    }
    if is_refused(to) {
        return Reply::new(400, "The number is not valid");
    }
    assert_eq!(form["message"], TEXT);
    assert_eq!(form["from"], "Belfry");
    assert_eq!(form["dontlog"], "message");
    let id = "s70df59406a1b4643b96f3f91e0bfb7b0";
    Reply::new(
        200,
        json!({"id": id, "status": "created", "direction": "outgoing", "parts": 1, "cost": 3500}),
    )
    .posts(
        &form["whendelivered"],
        &[
            ("id", id),
            ("status", "delivered"),
            ("delivered", "2023-11-14T22:13:20.000000"),
        ],
    )
}

pub fn seven(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://gateway.seven.io");
    assert_eq!(asked.path, "/api/sms");
    if asked.header("x-api-key") != "good" {
        return Reply::new(200, "900");
    }
    let body = asked.json();
    let to = digits(body["to"].as_str().unwrap());
    if is_busy(to) {
        return Reply::new(200, json!({"success": "600", "messages": []}));
    }
    if is_refused(to) {
        return Reply::new(200, json!({"success": "202", "messages": []}));
    }
    assert_eq!(body["text"], TEXT);
    assert_eq!(
        (body["from"].as_str(), body["ttl"].as_u64()),
        (Some("Belfry"), Some(5))
    );
    assert_eq!(body["foreign_id"], "m-1");
    Reply::new(
        200,
        json!({"success": "100", "total_price": 0.075, "balance": 46.99, "messages": [
            {"id": "77149", "recipient": to, "parts": 1, "success": true, "error": null},
        ]}),
    )
    .posts_json(
        ACCOUNT,
        &json!({"webhook_event": "dlr", "webhook_timestamp": "2023-11-14 22:13:21", "data": {
            "msg_id": "77149", "status": "DELIVERED", "timestamp": "2023-11-14 22:13:20.000000",
        }}),
    )
}

pub fn smsapi(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://api.smsapi.pl");
    assert_eq!(asked.path, "/sms.do");
    let refuse = |error: u32| {
        Reply::new(
            200,
            json!({"invalid_numbers": [], "error": error, "message": "no"}),
        )
    };
    if asked.header("authorization") != "Bearer good" {
        return refuse(101);
    }
    let form = asked.form();
    let to = digits(&form["to"]);
    if is_busy(to) {
        return refuse(201);
    }
    if is_refused(to) {
        return refuse(13);
    }
    assert_eq!(form["message"], TEXT);
    assert_eq!(form["from"], "Belfry");
    assert_eq!(
        (form["format"].as_str(), form["encoding"].as_str()),
        ("json", "utf-8")
    );
    let id = "6078616F30303030";
    Reply::new(
        200,
        json!({"count": 1, "list": [{"id": id, "points": 0.16, "status": "QUEUE", "idx": form["idx"]}]}),
    )
    .gets(
        &form["notify_url"],
        &[
            ("MsgId", id),
            ("status", "404"),
            ("idx", &form["idx"]),
            ("donedate", "1700000000"),
        ],
    )
}

pub fn clicksend(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "https://rest.clicksend.com");
    assert_eq!(asked.path, "/v3/sms/send");
    if asked.basic() != "u1:good" {
        return Reply::new(
            401,
            json!({"http_code": 401, "response_code": "UNAUTHORIZED"}),
        );
    }
    let body = asked.json();
    let message = &body["messages"][0];
    let to = plus(message["to"].as_str().unwrap());
    if is_busy(to) {
        return Reply::new(
            429,
            json!({"http_code": 429, "response_code": "TOO_MANY_REQUESTS"}),
        );
    }
    let id = "BF7AD270-0DE2-418B-B606-71D527D9C1AE";
    let answer = |status: &str| {
        json!({"http_code": 200, "response_code": "SUCCESS", "data": {
            "_currency": {"currency_name_short": "EUR"},
            "messages": [{"message_id": id, "message_parts": 1, "message_price": "0.0770", "status": status}],
        }})
    };
    if is_refused(to) {
        return Reply::new(200, answer("INVALID_RECIPIENT"));
    }
    assert_eq!(message["body"], TEXT);
    assert_eq!(message["from"], "Belfry");
    assert_eq!(message["custom_string"], "m-1");
    Reply::new(200, answer("SUCCESS")).posts(
        ACCOUNT,
        &[
            ("message_id", id),
            ("status_code", "201"),
            ("custom_string", "m-1"),
            ("timestamp", "1700000000"),
        ],
    )
}

pub fn android(asked: &Asked) -> Reply {
    assert_eq!(asked.origin, "http://192.168.1.7:8080");
    assert_eq!(asked.path, "/message");
    if asked.basic() != "sms:good" {
        return Reply::new(401, "");
    }
    let body = asked.json();
    let to = plus(body["phoneNumbers"][0].as_str().unwrap());
    if is_busy(to) {
        return Reply::new(503, "");
    }
    if is_refused(to) {
        return Reply::new(400, json!({"message": "invalid phone number"}));
    }
    assert_eq!(body["message"], TEXT);
    assert_eq!(
        (body["id"].as_str(), body["ttl"].as_u64()),
        (Some("m-1"), Some(300))
    );
    Reply::new(202, json!({"id": body["id"], "state": "Pending"})).posts_json(
        ACCOUNT,
        &json!({"deviceId": "d", "event": "sms:delivered", "id": "w", "payload": {
            "messageId": body["id"], "phoneNumber": to, "deliveredAt": "2023-11-14T22:13:20Z",
        }}),
    )
}
