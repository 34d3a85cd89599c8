//! Texts: what Twilio is asked, and what its answers mean for the message and for the provider.

use std::time::Duration;

use belfry_plugin::{Failure, FakeHost, Health, Level, Message, Provider, Reason, Sent};
use serde_json::json;

use crate::account::*;

fn queued() -> Answer {
    answer(
        201,
        json!({"sid": MESSAGE, "status": "queued", "num_segments": "2", "error_code": null,
               "price": null, "price_unit": "USD"}),
    )
}

/// What a message becomes if Twilio answers so.
fn outcome(answer: Answer) -> Result<Sent, Failure> {
    outcome_with(json!({}), answer)
}

fn outcome_with(more: serde_json::Value, answer: Answer) -> Result<Sent, Failure> {
    let gateway = Gateway::new([answer]);
    twilio(&gateway.host, config(more)).send(&message())
}

fn reason(failure: &Failure) -> &Reason {
    match failure {
        Failure::InvalidRecipient(reason)
        | Failure::Rejected(reason)
        | Failure::Unsupported(reason)
        | Failure::Throttled(reason, _)
        | Failure::Unavailable(reason)
        | Failure::OutcomeUnknown(reason)
        | Failure::Unauthorized(reason)
        | Failure::Misconfigured(reason)
        | Failure::Internal(reason) => reason,
    }
}

/// The variant's name in the words of `error_actions`.
fn word(failure: &Failure) -> &'static str {
    match failure {
        Failure::InvalidRecipient(_) => "invalid_recipient",
        Failure::Rejected(_) => "rejected",
        Failure::Unsupported(_) => "unsupported",
        Failure::Throttled(..) => "throttled",
        Failure::Unavailable(_) => "unavailable",
        Failure::OutcomeUnknown(_) => "outcome_unknown",
        Failure::Unauthorized(_) => "unauthorized",
        Failure::Misconfigured(_) => "misconfigured",
        Failure::Internal(_) => "internal",
    }
}

#[test]
fn a_text_is_posted_with_what_the_message_needs() {
    let gateway = Gateway::new([queued()]);
    let sent = twilio(&gateway.host, config(json!({}))).send(&Message {
        text: "Grüezi & <1+1=2>\n@belfry.example #123456",
        receipt_url: RECEIPTS,
        expires_at_unix_ms: 1_700_000_000_000 + 299_999,
        ..message()
    });
    assert_eq!(sent.as_ref().unwrap().provider_id, MESSAGE);
    assert_eq!(sent.unwrap().segments, 2);
    let asked = &gateway.asked()[0];
    assert_eq!(asked.method, "POST");
    assert_eq!(
        asked.url,
        format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    );
    // printf AC00000000000000000000000000000000:12345 | base64
    assert_eq!(
        asked.authorization,
        "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDoxMjM0NQ=="
    );
    let expected = [
        ("To", NUMBER),
        ("Body", "Grüezi & <1+1=2>\n@belfry.example #123456"),
        ("From", "+15005550006"),
        ("ValidityPeriod", "299"),
        ("StatusCallback", RECEIPTS),
    ];
    assert_eq!(
        asked.form,
        expected.map(|(name, value)| (name.into(), value.into()))
    );
}

#[test]
fn every_option_reaches_twilio() {
    let gateway = Gateway::new([queued()]);
    let all = config(json!({
        "api_key_sid": "SK1", "api_key_secret": "s", "messaging_service_sid": "MG1",
        "api_url": "https://api.dublin.ie1.twilio.com/", "max_price": 0.05, "risk_check": "disable",
        "smart_encoded": true, "content_retention": "discard", "address_retention": "obfuscate",
        "status_callback": false,
    }));
    let message = Message {
        sender: "Belfry",
        receipt_url: RECEIPTS,
        expires_at_unix_ms: 0,
        ..message()
    };
    twilio(&gateway.host, all).send(&message).unwrap();
    let asked = &gateway.asked()[0];
    assert!(
        asked
            .url
            .starts_with("https://api.dublin.ie1.twilio.com/2010-04-01/")
    );
    assert_eq!(asked.authorization, "Basic U0sxOnM=");
    for (name, value) in [
        ("From", "Belfry"),
        ("MessagingServiceSid", "MG1"),
        ("MaxPrice", "0.05"),
        ("RiskCheck", "disable"),
        ("SmartEncoded", "true"),
        ("ContentRetention", "discard"),
        ("AddressRetention", "obfuscate"),
    ] {
        assert_eq!(asked.field(name), Some(value), "{name}");
    }
    assert_eq!(asked.field("StatusCallback"), None);
    assert_eq!(asked.field("ValidityPeriod"), None);
}

#[test]
fn a_text_waits_at_twilio_no_longer_than_it_is_of_use() {
    for (milliseconds, seconds) in [(1, "1"), (1_999, "1"), (86_400_000, "36000")] {
        let gateway = Gateway::new([queued()]);
        let message = Message {
            expires_at_unix_ms: 1_700_000_000_000 + milliseconds,
            ..message()
        };
        twilio(&gateway.host, config(json!({})))
            .send(&message)
            .unwrap();
        assert_eq!(gateway.asked()[0].field("ValidityPeriod"), Some(seconds));
    }
    let gateway = Gateway::new([]);
    let late = Message {
        expires_at_unix_ms: 1_700_000_000_000,
        ..message()
    };
    let failure = twilio(&gateway.host, config(json!({}))).send(&late);
    assert!(matches!(failure, Err(Failure::Rejected(_))));
    assert!(gateway.asked().is_empty());
}

#[test]
fn no_callback_is_asked_for_that_could_not_be_checked() {
    let gateway = Gateway::new([queued()]);
    let keyed = json!({
        "account_sid": ACCOUNT, "api_key_sid": "SK1", "api_key_secret": "s", "sender_number": "+1",
    });
    let provider = twilio(&gateway.host, keyed.clone());
    assert_eq!(gateway.host.lines()[0].0, Level::Warn);
    let message = Message {
        receipt_url: RECEIPTS,
        ..message()
    };
    provider.send(&message).unwrap();
    assert_eq!(gateway.asked()[0].field("StatusCallback"), None);

    let gateway = Gateway::new([queued()]);
    let mut with_key = keyed;
    with_key["webhook_key"] = "k".into();
    twilio(&gateway.host, with_key).send(&message).unwrap();
    assert_eq!(gateway.asked()[0].field("StatusCallback"), Some(RECEIPTS));
    assert!(gateway.host.lines().is_empty());
}

#[test]
fn without_a_sender_texts_are_for_another_provider() {
    let gateway = Gateway::new([queued()]);
    let provider = twilio(&gateway.host, verify_config());
    assert!(matches!(
        provider.send(&message()),
        Err(Failure::Unsupported(_))
    ));
    assert!(gateway.asked().is_empty());
    // Unless the message brings one.
    let sender = Message {
        sender: "Belfry",
        ..message()
    };
    provider.send(&sender).unwrap();
    assert_eq!(gateway.asked()[0].field("From"), Some("Belfry"));
}

#[test]
fn a_refusal_means_what_its_status_and_its_code_say() {
    for (status, code, expected) in [
        // The status alone
        (400, 99_999, "rejected"),
        (401, 20_003, "unauthorized"),
        (401, 21_211, "unauthorized"),
        (403, 20_403, "unauthorized"),
        (402, 0, "misconfigured"),
        (404, 20_404, "misconfigured"),
        (408, 0, "outcome_unknown"),
        (429, 20_429, "throttled"),
        (429, 63_038, "throttled"),
        (500, 20_500, "unavailable"),
        (503, 21_211, "unavailable"),
        (504, 0, "outcome_unknown"),
        (302, 0, "misconfigured"),
        // Refined by the code
        (400, 21_211, "invalid_recipient"),
        (400, 21_614, "invalid_recipient"),
        (400, 21_265, "invalid_recipient"),
        (400, 21_635, "invalid_recipient"),
        (400, 21_612, "unsupported"),
        (400, 21_408, "unsupported"),
        (400, 21_212, "misconfigured"),
        (400, 21_606, "misconfigured"),
        (400, 21_608, "misconfigured"),
        (400, 21_659, "misconfigured"),
        (400, 21_660, "misconfigured"),
        (400, 21_610, "rejected"),
        (400, 21_617, "rejected"),
        (400, 21_611, "throttled"),
    ] {
        let failure = outcome(refusal(status, code)).unwrap_err();
        assert_eq!(word(&failure), expected, "HTTP {status}, error {code}");
        let reason = reason(&failure);
        assert_eq!(reason.code, code.to_string());
        assert!(!reason.text.contains(NUMBER), "{}", reason.text);
    }
}

#[test]
fn the_operator_knows_better() {
    for action in [
        "invalid_recipient",
        "rejected",
        "unsupported",
        "throttled",
        "unavailable",
        "outcome_unknown",
        "unauthorized",
        "misconfigured",
    ] {
        for status in [400, 401, 429, 503] {
            let more = json!({"error_actions": {"21211": action}});
            let failure = outcome_with(more, refusal(status, 21_211)).unwrap_err();
            assert_eq!(word(&failure), action, "HTTP {status}");
        }
    }
}

#[test]
fn the_pause_is_as_long_as_twilio_wants() {
    let mut answer = refusal(429, 20_429);
    answer.as_mut().unwrap().retry_after = Some(Duration::from_secs(7));
    let Err(Failure::Throttled(_, pause)) = outcome(answer) else {
        panic!("not throttled");
    };
    assert_eq!(pause, Some(Duration::from_secs(7)));
}

#[test]
fn an_answer_that_says_nothing_leaves_the_outcome_open() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{\"sid\":",
        "{\"sid\":null}",
        "{\"sid\":\"\"}",
        "{\"sid\":7}",
        "<html>Welcome to this network</html>",
    ] {
        let mut answer = answer(201, json!(null));
        answer.as_mut().unwrap().body = body.into();
        let failure = outcome(answer).unwrap_err();
        assert_eq!(word(&failure), "outcome_unknown", "{body}");
    }
    assert_eq!(
        word(&outcome(no_answer(true)).unwrap_err()),
        "outcome_unknown"
    );
    assert_eq!(word(&outcome(no_answer(false)).unwrap_err()), "unavailable");
}

#[test]
fn an_answer_with_odd_types_is_read_as_far_as_it_goes() {
    let odd =
        json!({"sid": MESSAGE, "status": 3, "num_segments": 2, "error_code": "x", "price": 1});
    let sent = outcome(answer(200, odd)).unwrap();
    assert_eq!((sent.provider_id.as_str(), sent.segments), (MESSAGE, 2));
    let priced = json!({
        "sid": MESSAGE, "num_segments": "many", "price": "-0.00790", "price_unit": "usd",
    });
    let sent = outcome(answer(201, priced)).unwrap();
    assert_eq!((sent.price.as_str(), sent.segments), ("0.00790 USD", 0));
}

#[test]
fn a_message_that_failed_at_once_is_not_sent() {
    for (code, expected) in [
        (json!(30_005), "invalid_recipient"),
        (json!("30034"), "misconfigured"),
        (json!(null), "rejected"),
    ] {
        let failed = json!({"sid": MESSAGE, "status": "failed", "error_code": code});
        let failure = outcome(answer(201, failed)).unwrap_err();
        assert_eq!(word(&failure), expected);
    }
}

#[test]
fn health_asks_for_what_the_configuration_needs() {
    let health = |config, answers: Vec<Answer>| {
        let gateway = Gateway::new(answers);
        let outcome = twilio(&gateway.host, config).health(Duration::from_secs(1));
        let urls: Vec<_> = gateway.asked().into_iter().map(|asked| asked.url).collect();
        (outcome, urls)
    };
    let account = format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}.json");
    let service = format!("https://verify.twilio.com/v2/Services/{SERVICE}");
    let active = || answer(200, json!({"status": "active"}));

    let both = config(json!({"verify_service_sid": SERVICE}));
    let (outcome, urls) = health(both, vec![active(), answer(200, json!({}))]);
    assert_eq!((outcome, urls), (Ok(()), vec![account, service.clone()]));

    let (outcome, urls) = health(verify_config(), vec![refusal(404, 20_404)]);
    assert!(matches!(outcome, Err(Failure::Misconfigured(_))));
    assert_eq!(urls, [service]);

    // The usual API keys may not read the account.
    let keyed = config(json!({"api_key_sid": "SK1", "api_key_secret": "s"}));
    let (outcome, urls) = health(keyed, vec![answer(200, json!({"messages": []}))]);
    assert_eq!(outcome, Ok(()));
    assert!(urls[0].contains("/Messages.json?PageSize=1"), "{urls:?}");

    let suspended = answer(200, json!({"status": "suspended"}));
    let (outcome, _) = health(config(json!({})), vec![suspended]);
    assert!(matches!(outcome, Err(Failure::Misconfigured(_))));

    let (outcome, _) = health(config(json!({})), vec![refusal(401, 20_003)]);
    assert!(matches!(outcome, Err(Failure::Unauthorized(_))));

    // Nothing was sent, so nothing is of unknown outcome.
    for unclear in [no_answer(true), refusal(504, 0)] {
        let (outcome, _) = health(config(json!({})), vec![unclear]);
        assert!(matches!(outcome, Err(Failure::Unavailable(_))));
    }
}

#[test]
fn no_key_and_no_number_is_told() {
    let gateway = Gateway::new([refusal(400, 21_211)]);
    let failure = twilio(&gateway.host, config(json!({}))).send(&message());
    let told = format!("{failure:?} {:?}", gateway.host.lines());
    for secret in [NUMBER, TOKEN, "123456", "QUMw"] {
        assert!(!told.contains(secret), "{told}");
    }
    let refused = belfry_twilio::Twilio::create(
        FakeHost::default().host(),
        serde_json::from_value(json!({"account_sid": ACCOUNT, "auth_token": "tell-nobody"}))
            .unwrap(),
    );
    let Err(Failure::Misconfigured(reason)) = refused else {
        panic!("accepted");
    };
    assert!(!reason.text.contains("tell-nobody"));
}
