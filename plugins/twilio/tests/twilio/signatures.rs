//! `X-Twilio-Signature` against Twilio's own helper libraries: that for Python for everything, that
//! for Node for what it knows. Each case is signed by the library, and then the library and the
//! provider say what they think of the call, as it was or tampered with: they must agree.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use belfry_plugin::{FakeHost, HttpRequest, ReceiptState, Webhook};
use serde_json::{Value, json};

use crate::account::*;

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
const SHARED: &str = "a shared key";

/// Reads cases, answers with what the Python library signs and believes.
const PYTHON: &str = r"
import json, sys
from twilio.request_validator import RequestValidator

class Many(dict):
    def getlist(self, name):
        return self[name]

def parameters(of):
    return of if isinstance(of, str) else Many(of)

answers = []
for case in json.load(sys.stdin):
    validator = RequestValidator(case['key'])
    signed = {} if isinstance(case['parameters'], str) else parameters(case['parameters'])
    signature = validator.compute_signature(case['url'], signed, case['algorithm'])
    seen = RequestValidator(case['seen_key'])
    valid = seen.validate(case['seen_url'], parameters(case['seen_parameters']), signature,
                          case['algorithm'])
    answers.append([signature, valid])
json.dump(answers, sys.stdout)
";

/// The same with the library for Node, which knows SHA-1 only.
const NODE: &str = r"
const twilio = require(process.argv[1]);
const cases = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(cases.map(c => {
  const text = typeof c.parameters === 'string';
  const signature = twilio.getExpectedTwilioSignature(c.key, c.url, text ? {} : c.parameters);
  const valid = typeof c.seen_parameters === 'string'
    ? twilio.validateRequestWithBody(c.seen_key, signature, c.seen_url, c.seen_parameters)
    : twilio.validateRequest(c.seen_key, signature, c.seen_url, c.seen_parameters);
  return [signature, valid];
})));
";

/// A call as Twilio signed it, and as it arrives.
fn case(algorithm: &str, url: &str, parameters: Value) -> Value {
    let key = match algorithm {
        "HMAC_SHA256" => SHARED,
        _ => TOKEN,
    };
    json!({
        "algorithm": algorithm, "key": key, "url": url, "parameters": parameters,
        "seen_key": key, "seen_url": url, "seen_parameters": parameters,
    })
}

/// `case` with one part changed on the way.
fn but(mut case: Value, part: &str, value: impl Into<Value>) -> Value {
    case[part] = value.into();
    case
}

fn delivered() -> Value {
    json!({"MessageSid": ["SM1"], "MessageStatus": ["delivered"], "To": [NUMBER]})
}

fn cases(algorithm: &str) -> Vec<Value> {
    let of = |url: &str, parameters: Value| case(algorithm, url, parameters);
    let plain = || of(RECEIPTS, delivered());
    let body = r#"{"MessageSid":"SM1","MessageStatus":"delivered"}"#;
    // printf '%s' '{"MessageSid":"SM1","MessageStatus":"delivered"}' | sha256sum
    let hash = "bodySHA256=ce8c3c8da52a17f7dd3e526b3b67d41402b438513f6b2faf55189573f2873f02";
    let json_url = format!("{RECEIPTS}?{hash}");
    vec![
        plain(),
        of("https://belfry.example/hooks/twilio?x=1", delivered()),
        of(RECEIPTS, json!({})),
        // Names in byte order, whatever their case; empty values; characters beyond ASCII
        of(
            RECEIPTS,
            json!({"b": ["1"], "B": ["2"], "a": [""], "ä": ["ü é 🔔"], "a b": ["c&d=e+f"]}),
        ),
        // A name given several times: each value once, sorted
        of(RECEIPTS, json!({"A": ["2", "1", "2", "10"], "AA": ["3"]})),
        // Signed with and without the port, seen without and with it
        but(
            of("https://belfry.example:443/hooks/twilio", delivered()),
            "seen_url",
            RECEIPTS,
        ),
        but(
            plain(),
            "seen_url",
            "https://belfry.example:443/hooks/twilio",
        ),
        but(
            of("http://belfry.example:80/hooks", delivered()),
            "seen_url",
            "http://belfry.example/hooks",
        ),
        of("https://belfry.example:8443/hooks", delivered()),
        but(
            of("https://belfry.example/hooks", delivered()),
            "seen_url",
            "https://belfry.example:8443/hooks",
        ),
        of("https://belfry.example", delivered()),
        // A body that is no form: its hash is in the URL
        of(&json_url, json!(body)),
        of(&format!("{RECEIPTS}?a=b&{hash}&c=d"), json!(body)),
        // And what must not be believed
        but(plain(), "seen_key", "another key"),
        but(plain(), "seen_url", format!("{RECEIPTS}/")),
        but(plain(), "seen_url", "http://belfry.example/hooks/twilio"),
        but(plain(), "seen_url", format!("{RECEIPTS}?x=1")),
        but(
            plain(),
            "seen_parameters",
            json!({"MessageSid": ["SM2"], "MessageStatus": ["delivered"], "To": [NUMBER]}),
        ),
        but(
            plain(),
            "seen_parameters",
            json!({"MessageSid": ["SM1"], "MessageStatus": ["delivered"]}),
        ),
        but(
            of(&json_url, json!(body)),
            "seen_parameters",
            r#"{"MessageSid":"SM2","MessageStatus":"delivered"}"#,
        ),
    ]
}

/// What a library signs each case with, and whether it believes it.
fn oracle(program: &mut Command, cases: &[Value]) -> Vec<(String, bool)> {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let question = json!(cases).to_string();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether the provider believes the call of a case with that signature.
fn believed(case: &Value, signature: &str) -> bool {
    let algorithm = case["algorithm"].as_str().unwrap();
    let mut config = config(json!({}));
    let secret = match algorithm {
        "HMAC_SHA256" => "webhook_key",
        _ => "auth_token",
    };
    config[secret] = case["seen_key"].clone();
    let settings = format!("key=webhooks_sharedkey_1, algorithm={algorithm}");
    let (kind, body) = match &case["seen_parameters"] {
        Value::String(body) => ("application/json", body.clone()),
        parameters => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, values) in parameters.as_object().unwrap() {
                for value in values.as_array().unwrap() {
                    form.append_pair(name, value.as_str().unwrap());
                }
            }
            (FORM, form.finish())
        }
    };
    let headers = [
        ("content-type", kind),
        ("x-twilio-signature", signature),
        ("x-twilio-webhooks-signature-settings", settings.as_str()),
    ];
    let count = if algorithm == "HMAC_SHA256" { 3 } else { 2 };
    let request = HttpRequest {
        url: case["seen_url"].as_str().unwrap(),
        headers: &headers[..count],
        body: body.as_bytes(),
        ..HttpRequest::default()
    };
    twilio(&FakeHost::default(), config)
        .webhook(&request)
        .is_ok()
}

fn agree(library: &str, cases: &[Value], answers: &[(String, bool)]) {
    assert_eq!(cases.len(), answers.len());
    for (case, (signature, valid)) in cases.iter().zip(answers) {
        assert_eq!(believed(case, signature), *valid, "{library}: {case:#}");
    }
    let believed = answers.iter().filter(|(_, valid)| *valid).count();
    assert_eq!((believed, answers.len()), (13, 20), "{library}");
}

#[test]
fn twilios_python_library_believes_the_same_calls() {
    for algorithm in ["HMAC_SHA1", "HMAC_SHA256"] {
        let cases = cases(algorithm);
        let mut python = Command::new(installed("venv/bin/python"));
        let answers = oracle(python.args(["-c", PYTHON]), &cases);
        agree(&format!("Python, {algorithm}"), &cases, &answers);
    }
}

#[test]
fn twilios_node_library_believes_the_same_calls() {
    let cases = cases("HMAC_SHA1");
    let library = installed("twilio/node_modules/twilio");
    let mut node = Command::new("node");
    let answers = oracle(node.args(["-e", NODE]).arg(library), &cases);
    agree("Node", &cases, &answers);
}

/// What the libraries leave to their caller.
#[test]
fn a_call_without_what_is_needed_to_check_it_is_not_believed() {
    let provider = twilio(&FakeHost::default(), config(json!({})));
    let signature = ("x-twilio-signature", "LdBTZqMO5uIocaKNJU3XM1KaVKM=");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let json = ("content-type", "application/json");
    let settings = |value| ("X-Twilio-Webhooks-Signature-Settings", value);
    let call = |headers: &[(&str, &str)]| {
        provider.webhook(&HttpRequest {
            url: "https://belfry.example/hooks/twilio?x=1",
            headers,
            body: b"MessageSid=SM1&MessageStatus=delivered&To=%2B41791234567",
            ..HttpRequest::default()
        })
    };
    let answer = call(&[form, signature, settings("")]).unwrap();
    assert_eq!(answer.receipts[0].state, ReceiptState::Delivered);
    for headers in [
        &[form] as &[(&str, &str)],
        &[form, ("x-twilio-signature", "")],
        &[form, ("x-twilio-signature", "not base64!")],
        &[form, ("x-twilio-signature", "LdBTZqMO5uIocaKNJU3XM1KaVKM")],
        // No hash of this body is in the URL
        &[json, signature],
        &[signature],
        // Announced as signed with a key that we do not have, or in a way that we do not know
        &[form, signature, settings("key=k,algorithm=HMAC_SHA1")],
        &[form, signature, settings("key=k,algorithm=HMAC_SHA256")],
        &[form, signature, settings("key=k,algorithm=NONE")],
    ] {
        assert!(call(headers).is_err(), "{headers:?}");
    }
}

/// Who sees one call signed without a body must not be able to add one.
#[test]
fn a_body_that_is_not_signed_is_not_believed() {
    let provider = twilio(&FakeHost::default(), config(json!({})));
    let call = |kind, body: &[u8]| {
        // printf https://belfry.example/hooks/twilio | openssl dgst -sha1 -hmac 12345 -binary | base64
        let signature = "BGr1p8X1HHKYeaXif5rZm83d0LQ=";
        provider.webhook(&HttpRequest {
            url: RECEIPTS,
            headers: &[("content-type", kind), ("x-twilio-signature", signature)],
            body,
            ..HttpRequest::default()
        })
    };
    for kind in ["", FORM, "application/json"] {
        assert_eq!(call(kind, b"").unwrap().receipts, [], "{kind}");
    }
    let body = br#"{"MessageSid":"SM1","MessageStatus":"delivered"}"#;
    for kind in ["", FORM, "application/json", "text/plain"] {
        assert!(call(kind, body).is_err(), "{kind}");
    }
}
