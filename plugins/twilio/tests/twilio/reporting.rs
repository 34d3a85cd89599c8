//! What became of texts: polled, and by status callback. Whether a callback is Twilio's is in
//! `signatures`.

use std::time::Duration;

use belfry_plugin::{
    Failure, FakeHost, HttpRequest, Level, Poll, Receipt, ReceiptState, Webhook, WebhookAnswer,
};
use serde_json::json;

use crate::account::*;

const FORM: &str = "application/x-www-form-urlencoded";

/// A known answer: Twilio's Python and Node libraries sign so.
const SIGNED: HttpRequest<'static> = HttpRequest {
    method: "POST",
    url: "https://belfry.example/hooks/twilio?x=1",
    headers: &[
        ("Content-Type", FORM),
        ("X-Twilio-Signature", "LdBTZqMO5uIocaKNJU3XM1KaVKM="),
    ],
    body: b"MessageSid=SM1&MessageStatus=delivered&To=%2B41791234567",
    timeout: Duration::from_secs(1),
};

#[test]
fn a_callback_is_a_receipt() {
    let provider = twilio(&FakeHost::default(), config(json!({})));
    assert_eq!(
        provider.webhook(&SIGNED),
        Ok(WebhookAnswer::with([Receipt::new(
            "SM1",
            ReceiptState::Delivered
        )]))
    );
    let forged = HttpRequest {
        body: b"MessageSid=SM2&MessageStatus=delivered&To=%2B41791234567",
        ..SIGNED
    };
    assert!(matches!(
        provider.webhook(&forged),
        Err(Failure::Rejected(_))
    ));
}

/// Signed with `openssl dgst -sha1 -hmac 12345 -binary | base64` over the URL and, of a form, the
/// parameters.
#[test]
fn a_callback_is_read_as_form_and_as_json() {
    let provider = twilio(&FakeHost::default(), config(json!({})));
    let call = |url, kind, signature, body: &str| {
        let headers = [("content-type", kind), ("x-twilio-signature", signature)];
        let answer = provider.webhook(&HttpRequest {
            url,
            headers: &headers,
            body: body.as_bytes(),
            ..HttpRequest::default()
        });
        answer.unwrap().receipts
    };
    let failed = Receipt {
        provider_code: "30003".into(),
        ..Receipt::new("SM1", ReceiptState::Undelivered)
    };
    let form = "MessageSid=SM1&MessageStatus=failed&ErrorCode=30003";
    assert_eq!(
        call(RECEIPTS, FORM, "/J1uXFF/EERetRyV+z6X+exJfPY=", form),
        std::slice::from_ref(&failed)
    );
    let hashed = "https://belfry.example/hooks/twilio?bodySHA256=e5d53f80cd02b2f0f6599a9d743ca970364b47d91add8d84c5207aa5c626115e";
    let body = r#"{"MessageSid":"SM1","MessageStatus":"failed","ErrorCode":30003}"#;
    assert_eq!(
        call(
            hashed,
            "application/json",
            "rVufq/HghTeOoBB3jQRzFhtIgog=",
            body
        ),
        [failed]
    );
    // An incoming SMS is well, and no receipt.
    let incoming = "SmsStatus=received&From=%2B41791234567";
    assert_eq!(
        call(RECEIPTS, FORM, "LiA92IVjTzN6u9NmUNm4M52KnRY=", incoming),
        []
    );
}

#[test]
fn without_a_key_no_callback_is_believed() {
    let keyed = json!({
        "account_sid": ACCOUNT, "api_key_sid": "SK1", "api_key_secret": TOKEN, "sender_number": "+1",
    });
    let provider = twilio(&FakeHost::default(), keyed);
    assert!(matches!(
        provider.webhook(&SIGNED),
        Err(Failure::Rejected(_))
    ));
}

/// Asks for one message whose state Twilio gives as `body`.
fn polled(body: serde_json::Value) -> Option<Receipt> {
    let gateway = Gateway::new([answer(200, body)]);
    let found = twilio(&gateway.host, config(json!({}))).poll(&[MESSAGE], Duration::from_secs(1));
    found.unwrap().pop()
}

#[test]
fn every_state_of_twilios_is_one_of_ours() {
    for (status, state) in [
        ("accepted", Some(ReceiptState::Accepted)),
        ("scheduled", Some(ReceiptState::Accepted)),
        ("queued", Some(ReceiptState::Accepted)),
        ("sending", Some(ReceiptState::Accepted)),
        ("sent", Some(ReceiptState::Sent)),
        ("partially_delivered", Some(ReceiptState::Sent)),
        ("delivered", Some(ReceiptState::Delivered)),
        ("read", Some(ReceiptState::Delivered)),
        ("undelivered", Some(ReceiptState::Undelivered)),
        ("failed", Some(ReceiptState::Undelivered)),
        ("canceled", Some(ReceiptState::Undelivered)),
        ("receiving", None),
        ("received", None),
        ("a new word", None),
        ("", None),
    ] {
        let receipt = polled(json!({"sid": MESSAGE, "status": status}));
        assert_eq!(receipt.map(|receipt| receipt.state), state, "{status}");
    }
}

#[test]
fn a_polled_message_has_its_time_and_its_code() {
    let receipt = polled(json!({
        "status": "undelivered", "error_code": 30_003,
        "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
    }));
    // date -ud '2023-08-24 05:01:45' +%s
    let expected = Receipt {
        provider_id: MESSAGE.into(),
        state: ReceiptState::Undelivered,
        provider_code: "30003".into(),
        at_unix_ms: 1_692_853_305_000,
    };
    assert_eq!(receipt, Some(expected));
    let late = polled(json!({"status": "failed", "error_code": "30036", "date_updated": "today"}));
    let late = late.unwrap();
    assert_eq!((late.state, late.at_unix_ms), (ReceiptState::Expired, 0));
}

#[test]
fn what_only_the_operator_can_help_is_logged() {
    for (code, lines) in [(30_034, 1), (30_002, 1), (30_003, 0), (30_005, 0)] {
        let gateway = Gateway::new([answer(200, json!({"status": "failed", "error_code": code}))]);
        let provider = twilio(&gateway.host, config(json!({})));
        provider.poll(&[MESSAGE], Duration::from_secs(1)).unwrap();
        let logged = gateway.host.lines();
        assert_eq!(logged.len(), lines, "{code}: {logged:?}");
        assert!(logged.iter().all(|(level, _)| *level == Level::Error));
    }
}

#[test]
fn only_messages_are_asked_for_and_what_is_gone_is_left_out() {
    let gateway = Gateway::new([
        refusal(404, 20_404),
        answer(200, json!({"status": "delivered"})),
        answer(200, json!(["nonsense"])),
    ]);
    let provider = twilio(&gateway.host, config(json!({})));
    let ids = [
        VERIFICATION,
        "SM1",
        "../Keys",
        "SM2/../../x",
        "MM2",
        "",
        "SM3",
    ];
    let found = provider.poll(&ids, Duration::from_secs(1)).unwrap();
    assert_eq!(found, [Receipt::new("MM2", ReceiptState::Delivered)]);
    let asked = gateway.asked();
    let of =
        |id| format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{id}.json");
    let urls: Vec<_> = asked.iter().map(|asked| asked.url.as_str()).collect();
    assert_eq!(urls, [of("SM1"), of("MM2"), of("SM3")]);
    assert!(asked.iter().all(|asked| asked.method == "GET"));
}

#[test]
fn a_poll_that_is_stopped_keeps_what_it_has() {
    let delivered = || answer(200, json!({"status": "delivered"}));
    for stop in [refusal(429, 20_429), no_answer(true), refusal(503, 0)] {
        let gateway = Gateway::new([delivered(), stop, delivered()]);
        let provider = twilio(&gateway.host, config(json!({})));
        let found = provider.poll(&["SM1", "SM2", "SM3"], Duration::from_secs(1));
        assert_eq!(found.unwrap().len(), 1);
        assert_eq!(gateway.asked().len(), 2);
    }
    let gateway = Gateway::new([refusal(401, 20_003)]);
    let found = twilio(&gateway.host, config(json!({}))).poll(&["SM1"], Duration::from_secs(1));
    assert!(matches!(found, Err(Failure::Unauthorized(_))));
    let gateway = Gateway::new([]);
    let found = twilio(&gateway.host, config(json!({}))).poll(&["SM1"], Duration::ZERO);
    assert!(matches!(found, Err(Failure::Unavailable(_))));
}
