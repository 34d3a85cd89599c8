//! Each ready service against a small stub of its gateway.
//!
//! There is no gateway of these makers to run here. The stubs in `stubs` are written from the
//! published descriptions that `providers-wire.md` (sections 4, 5, 9 and 12) sums up, apart from the
//! data files: they read the request as a gateway does, refuse what it would refuse, and call back at
//! the address that they were given. What they do not prove is that a maker behaves as it says.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use belfry_plugin::{
    Failure, FakeHost, HttpRequest, HttpResponse, Message, Provider, ReceiptState, Webhook,
};
use belfry_webhook::Gateway;
use serde_json::{Value, json};

mod stubs;

/// The text that is sent: with what breaks a careless template.
pub const TEXT: &str = "K7QX2B is \"your\" code & <key> 100%\n\n@x.example #K7QX2B";
/// Numbers for which the stubs have no time, and which they refuse.
const BUSY: &str = "+41790000429";
const REFUSED: &str = "+41790000400";
const SECRET: &str = "0123456789abcdef";

/// What a stub was asked.
pub struct Asked {
    /// `POST` or `GET`.
    pub method: String,
    /// Scheme and host.
    pub origin: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    body: String,
}

/// What a stub answers, and how it calls back.
pub struct Reply {
    pub status: u16,
    pub body: String,
    pub call: Option<Call>,
}

/// A call of the gateway.
#[derive(Clone)]
pub struct Call {
    pub url: String,
    pub content_type: &'static str,
    pub body: String,
}

impl Reply {
    pub fn new(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            body: body.to_string(),
            call: None,
        }
    }

    /// Calls back with a form at `url`.
    pub fn posts(mut self, url: &str, fields: &[(&str, &str)]) -> Self {
        self.call = Some(Call {
            url: url.to_owned(),
            content_type: "application/x-www-form-urlencoded",
            body: form(fields),
        });
        self
    }

    /// Calls back with JSON at `url`.
    pub fn posts_json(mut self, url: &str, body: &Value) -> Self {
        self.call = Some(Call {
            url: url.to_owned(),
            content_type: "application/json",
            body: body.to_string(),
        });
        self
    }

    /// Calls back with a GET.
    pub fn gets(mut self, url: &str, fields: &[(&str, &str)]) -> Self {
        self.call = Some(Call {
            url: format!("{url}?{}", form(fields)),
            content_type: "",
            body: String::new(),
        });
        self
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

fn fields(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

impl Asked {
    fn new(request: &HttpRequest<'_>) -> Self {
        let (scheme, rest) = request.url.split_once("://").unwrap();
        let (host, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Self {
            method: request.method.to_owned(),
            origin: format!("{scheme}://{host}"),
            path: format!("/{path}"),
            query: fields(query),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned()))
                .collect(),
            body: String::from_utf8(request.body.to_vec()).unwrap(),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn form(&self) -> BTreeMap<String, String> {
        assert_eq!(
            self.header("content-type"),
            "application/x-www-form-urlencoded"
        );
        fields(&self.body)
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_str(&self.body).unwrap()
    }

    /// The name and password of Basic authentication.
    pub fn basic(&self) -> String {
        use base64::Engine as _;
        let Some(encoded) = self.header("authorization").strip_prefix("Basic ") else {
            return String::new();
        };
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded);
        String::from_utf8(decoded.unwrap()).unwrap()
    }
}

/// A service, its stub, and what is expected of both.
struct Case {
    service: &'static str,
    /// What the operator writes.
    config: Value,
    /// The key that is made wrong for the configuration error.
    key: &'static str,
    stub: fn(&Asked) -> Reply,
    /// The gateway's id, the parts and the price.
    accepted: (&'static str, u32, &'static str),
    /// What becomes of a wrong key, a busy gateway, and a number that is refused.
    failures: [&'static str; 3],
    /// The id in the receipt.
    receipt: &'static str,
}

struct Run {
    gateway: Gateway,
    call: Arc<Mutex<Option<Call>>>,
}

impl Run {
    fn new(case: &Case, wrong_key: bool) -> Self {
        let mut config = json!({"service": case.service, "receipt_secret": SECRET});
        let config = config.as_object_mut().unwrap();
        config.extend(case.config.as_object().unwrap().clone());
        if wrong_key {
            config.insert(case.key.to_owned(), "wrong".into());
        }
        let call = Arc::new(Mutex::new(None));
        let (kept, stub) = (call.clone(), case.stub);
        let host = FakeHost::answering(move |request| {
            let reply = stub(&Asked::new(request));
            *kept.lock().unwrap() = reply.call;
            Ok(HttpResponse {
                status: reply.status,
                body: reply.body.into_bytes(),
                ..HttpResponse::default()
            })
        });
        let gateway = Gateway::create(host.host(), config.clone());
        let gateway = gateway.unwrap_or_else(|failure| panic!("{}: {failure:?}", case.service));
        Self { gateway, call }
    }

    fn send(&self, to: &str) -> Result<belfry_plugin::Sent, Failure> {
        self.gateway.send(&Message {
            id: "m-1",
            to,
            text: TEXT,
            template_name: "VerifyPhone",
            receipt_url: "https://belfry.example/hooks/gateway",
            expires_at_unix_ms: 1_700_000_300_000,
            ..Message::default()
        })
    }
}

fn kind(result: Result<belfry_plugin::Sent, Failure>) -> String {
    let shown = format!("{result:?}");
    let shown = shown.trim_start_matches("Err(");
    shown
        .split(['(', ' '])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn run(case: &Case) {
    let good = Run::new(case, false);
    let sent = good.send("+41791234567");
    let sent = sent.unwrap_or_else(|failure| panic!("{}: {failure:?}", case.service));
    let (id, segments, price) = case.accepted;
    assert_eq!(sent.provider_id, id);
    assert_eq!((sent.segments, sent.price.as_str()), (segments, price));

    let call = good.call.lock().unwrap().take().unwrap();
    let read = |url: &str, body: &str| {
        good.gateway.webhook(&HttpRequest {
            url,
            headers: &[("content-type", call.content_type)],
            body: body.as_bytes(),
            ..HttpRequest::default()
        })
    };
    let receipts = read(&call.url, &call.body).unwrap().receipts;
    assert_eq!(receipts.len(), 1, "{}", case.service);
    assert_eq!(receipts[0].provider_id, case.receipt);
    assert_eq!(receipts[0].state, ReceiptState::Delivered);
    let forged = call.url.replace(SECRET, "0123456789abcdeX");
    assert!(matches!(
        read(&forged, &call.body),
        Err(Failure::Rejected(_))
    ));

    let [wrong_key, busy, refused] = case.failures;
    assert_eq!(kind(Run::new(case, true).send("+41791234567")), wrong_key);
    assert_eq!(kind(good.send(BUSY)), busy);
    assert_eq!(kind(good.send(REFUSED)), refused);
}

#[test]
fn vonage() {
    run(&Case {
        service: "vonage",
        config: json!({"api_key": "key1", "api_secret": "good", "from": "Belfry"}),
        key: "api_secret",
        stub: stubs::vonage,
        accepted: ("0A0000000123ABCD1", 1, "0.03330000"),
        failures: ["Unauthorized", "Throttled", "InvalidRecipient"],
        receipt: "0A0000000123ABCD1",
    });
}

#[test]
fn messagebird() {
    run(&Case {
        service: "messagebird",
        config: json!({"access_key": "good", "from": "Belfry"}),
        key: "access_key",
        stub: stubs::messagebird,
        accepted: ("e8077d803532c0b5937c639b60216938", 1, ""),
        failures: ["Unauthorized", "Unavailable", "InvalidRecipient"],
        receipt: "e8077d803532c0b5937c639b60216938",
    });
}

#[test]
fn sinch() {
    run(&Case {
        service: "sinch",
        config: json!({"service_plan_id": "plan1", "api_token": "good", "region": "eu", "from": "Belfry"}),
        key: "api_token",
        stub: stubs::sinch,
        accepted: ("01FC66621XXXXX119Z8PMV1QPQ", 0, ""),
        failures: ["Unauthorized", "Throttled", "Rejected"],
        receipt: "01FC66621XXXXX119Z8PMV1QPQ",
    });
}

#[test]
fn plivo() {
    run(&Case {
        service: "plivo",
        config: json!({"auth_id": "MA1", "auth_token": "good", "from": "+12065550100"}),
        key: "auth_token",
        stub: stubs::plivo,
        accepted: ("db3ce55a-7f1d-11e1-8ea7-1231380bc196", 0, ""),
        failures: ["Unauthorized", "Throttled", "Rejected"],
        receipt: "db3ce55a-7f1d-11e1-8ea7-1231380bc196",
    });
}

#[test]
fn elks() {
    run(&Case {
        service: "46elks",
        config: json!({"username": "u1", "password": "good", "from": "Belfry"}),
        key: "password",
        stub: stubs::elks,
        accepted: ("s70df59406a1b4643b96f3f91e0bfb7b0", 1, ""),
        failures: ["Unauthorized", "Unavailable", "Rejected"],
        receipt: "s70df59406a1b4643b96f3f91e0bfb7b0",
    });
}

#[test]
fn seven() {
    run(&Case {
        service: "seven",
        config: json!({"api_key": "good", "from": "Belfry"}),
        key: "api_key",
        stub: stubs::seven,
        accepted: ("77149", 1, "0.075"),
        failures: ["Unauthorized", "Unavailable", "InvalidRecipient"],
        receipt: "77149",
    });
}

#[test]
fn smsapi() {
    run(&Case {
        service: "smsapi",
        config: json!({"api_token": "good", "region": "pl", "from": "Belfry"}),
        key: "api_token",
        stub: stubs::smsapi,
        accepted: ("6078616F30303030", 0, "0.16"),
        failures: ["Unauthorized", "Unavailable", "InvalidRecipient"],
        receipt: "6078616F30303030",
    });
}

#[test]
fn clicksend() {
    run(&Case {
        service: "clicksend",
        config: json!({"username": "u1", "api_key": "good", "from": "Belfry"}),
        key: "api_key",
        stub: stubs::clicksend,
        accepted: ("BF7AD270-0DE2-418B-B606-71D527D9C1AE", 1, "0.0770 EUR"),
        failures: ["Unauthorized", "Throttled", "InvalidRecipient"],
        receipt: "BF7AD270-0DE2-418B-B606-71D527D9C1AE",
    });
}

#[test]
fn android_sms_gateway() {
    run(&Case {
        service: "android-sms-gateway",
        config: json!({"endpoint": "http://192.168.1.7:8080", "username": "sms", "password": "good"}),
        key: "password",
        stub: stubs::android,
        accepted: ("m-1", 0, ""),
        failures: ["Unauthorized", "Unavailable", "Rejected"],
        receipt: "m-1",
    });
}
