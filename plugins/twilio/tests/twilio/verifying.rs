//! Codes that Twilio makes, sends and checks.

use belfry_plugin::{Check, Failure, Message, Verdict, Verify};
use serde_json::json;

use crate::account::*;

fn pending() -> Answer {
    answer(
        201,
        json!({"sid": VERIFICATION, "status": "pending", "valid": false}),
    )
}

fn check() -> Check<'static> {
    Check {
        message_id: "m1",
        provider_id: VERIFICATION,
        to: NUMBER,
        code: "123456",
        ..Check::default()
    }
}

fn verdict(answer: Answer) -> Result<Verdict, Failure> {
    let gateway = Gateway::new([answer]);
    twilio(&gateway.host, verify_config()).check(&check())
}

#[test]
fn without_a_service_the_host_sends_the_code() {
    let gateway = Gateway::new([]);
    let provider = twilio(&gateway.host, config(json!({"verify_service_sid": ""})));
    assert!(matches!(
        provider.start(&message()),
        Err(Failure::Unsupported(_))
    ));
    assert!(matches!(
        provider.check(&check()),
        Err(Failure::Unsupported(_))
    ));
}

#[test]
fn a_verification_is_started_by_sms_in_the_messages_language() {
    let gateway = Gateway::new([pending()]);
    let mut config = verify_config();
    config["risk_check"] = "enable".into();
    let german = Message {
        locale: "de",
        text: "",
        ..message()
    };
    let sent = twilio(&gateway.host, config).start(&german).unwrap();
    assert_eq!(sent.provider_id, VERIFICATION);
    let asked = &gateway.asked()[0];
    assert_eq!(
        asked.url,
        format!("https://verify.twilio.com/v2/Services/{SERVICE}/Verifications")
    );
    let expected = [
        ("To", NUMBER),
        ("Channel", "sms"),
        ("Locale", "de"),
        ("RiskCheck", "enable"),
    ];
    assert_eq!(
        asked.form,
        expected.map(|(name, value)| (name.into(), value.into()))
    );
}

#[test]
fn a_language_that_twilio_does_not_know_is_left_to_twilio() {
    for refused in [refusal(404, 20_404), refusal(400, 60_200)] {
        let gateway = Gateway::new([refused, pending()]);
        let bulgarian = Message {
            locale: "bg",
            ..message()
        };
        let sent = twilio(&gateway.host, verify_config()).start(&bulgarian);
        assert_eq!(sent.unwrap().provider_id, VERIFICATION);
        let asked = gateway.asked();
        assert_eq!(asked[0].field("Locale"), Some("bg"));
        assert_eq!(asked[1].field("Locale"), None);
        assert_eq!(asked[1].field("To"), Some(NUMBER));
    }
}

#[test]
fn what_is_refused_without_a_language_too_is_refused() {
    let started = |answers: Vec<Answer>, locale| {
        let gateway = Gateway::new(answers);
        let message = Message {
            locale,
            ..message()
        };
        let failure = twilio(&gateway.host, verify_config()).start(&message);
        (failure.unwrap_err(), gateway.asked().len())
    };
    let (failure, requests) = started(vec![refusal(404, 20_404), refusal(404, 20_404)], "de");
    assert!(matches!(failure, Failure::Misconfigured(_)), "{failure:?}");
    assert_eq!(requests, 2);
    let (failure, requests) = started(vec![refusal(400, 60_200)], "");
    assert!(
        matches!(failure, Failure::InvalidRecipient(_)),
        "{failure:?}"
    );
    assert_eq!(requests, 1);
}

/// The limits per number come with 429, the blocks with 403: neither may stop the provider for others.
#[test]
fn the_limits_of_one_number_do_not_stop_the_provider() {
    for (status, code) in [
        (429, 60_202),
        (429, 60_203),
        (429, 60_212),
        (403, 60_205),
        (403, 60_238),
        (403, 60_410),
        (403, 60_605),
    ] {
        let gateway = Gateway::new([refusal(status, code)]);
        let failure = twilio(&gateway.host, verify_config())
            .start(&message())
            .unwrap_err();
        assert!(
            matches!(
                failure,
                Failure::Rejected(_) | Failure::InvalidRecipient(_) | Failure::Unsupported(_)
            ),
            "error {code}: {failure:?}"
        );
    }
    let gateway = Gateway::new([refusal(429, 20_429)]);
    let failure = twilio(&gateway.host, verify_config()).start(&message());
    assert!(matches!(failure, Err(Failure::Throttled(..))));
}

#[test]
fn a_start_without_an_answer_is_of_unknown_outcome() {
    let start = |answer| {
        let gateway = Gateway::new([answer]);
        twilio(&gateway.host, verify_config()).start(&message())
    };
    for unclear in [
        no_answer(true),
        answer(201, json!({})),
        answer(201, json!([7])),
    ] {
        assert!(matches!(start(unclear), Err(Failure::OutcomeUnknown(_))));
    }
    assert!(matches!(
        start(no_answer(false)),
        Err(Failure::Unavailable(_))
    ));
}

#[test]
fn a_verification_that_failed_at_once_is_not_sent() {
    for status in ["failed", "canceled", "max_attempts_reached"] {
        let answer = answer(201, json!({"sid": VERIFICATION, "status": status}));
        let gateway = Gateway::new([answer]);
        let failure = twilio(&gateway.host, verify_config()).start(&message());
        assert!(matches!(failure, Err(Failure::Rejected(_))), "{status}");
    }
}

#[test]
fn a_code_is_checked_by_the_verification_it_belongs_to() {
    let gateway = Gateway::new([
        answer(200, json!({"status": "approved"})),
        answer(200, json!({"status": "approved"})),
    ]);
    let provider = twilio(&gateway.host, verify_config());
    assert_eq!(provider.check(&check()), Ok(Verdict::Approved));
    let unnamed = Check {
        provider_id: "",
        ..check()
    };
    assert_eq!(provider.check(&unnamed), Ok(Verdict::Approved));
    let asked = gateway.asked();
    assert!(asked[0].url.ends_with("/VerificationCheck"));
    assert_eq!(asked[0].field("VerificationSid"), Some(VERIFICATION));
    assert_eq!(asked[0].field("Code"), Some("123456"));
    assert_eq!(asked[0].field("To"), None);
    assert_eq!(asked[1].field("To"), Some(NUMBER));
}

#[test]
fn every_answer_to_a_check_is_a_verdict() {
    for (status, expected) in [
        ("approved", Verdict::Approved),
        ("pending", Verdict::WrongCode),
        ("max_attempts_reached", Verdict::Exhausted),
        ("expired", Verdict::Expired),
        ("canceled", Verdict::Expired),
        ("deleted", Verdict::Expired),
        ("failed", Verdict::Expired),
    ] {
        let answer = answer(
            200,
            json!({"status": status, "valid": status == "approved"}),
        );
        assert_eq!(verdict(answer), Ok(expected), "{status}");
    }
    assert_eq!(verdict(refusal(404, 20_404)), Ok(Verdict::Expired));
    assert_eq!(verdict(refusal(429, 60_202)), Ok(Verdict::Exhausted));
    assert_eq!(verdict(refusal(400, 60_200)), Ok(Verdict::WrongCode));
}

#[test]
fn a_check_that_was_not_answered_is_a_failure() {
    assert!(matches!(
        verdict(refusal(401, 20_003)),
        Err(Failure::Unauthorized(_))
    ));
    assert!(matches!(
        verdict(refusal(429, 20_429)),
        Err(Failure::Throttled(..))
    ));
    assert!(matches!(
        verdict(refusal(503, 0)),
        Err(Failure::Unavailable(_))
    ));
    for unclear in [
        no_answer(true),
        answer(200, json!({"status": "new word"})),
        answer(200, json!({"valid": true})),
        answer(200, json!("approved")),
    ] {
        assert!(matches!(verdict(unclear), Err(Failure::OutcomeUnknown(_))));
    }
}

#[test]
fn what_cannot_be_a_code_is_wrong_without_asking() {
    let gateway = Gateway::new([]);
    let provider = twilio(&gateway.host, verify_config());
    for code in ["", "123", "12345678901"] {
        let check = Check { code, ..check() };
        assert_eq!(provider.check(&check), Ok(Verdict::WrongCode));
    }
    assert!(gateway.asked().is_empty());
}
