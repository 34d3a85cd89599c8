//! An account at Twilio, the provider that uses it, and a gateway that plays its answers.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use belfry_plugin::{FakeHost, HttpFailure, HttpResponse, Message, Provider};
use belfry_twilio::Twilio;
use serde_json::{Value, json};

pub const ACCOUNT: &str = "AC00000000000000000000000000000000";
pub const SERVICE: &str = "VA00000000000000000000000000000000";
pub const MESSAGE: &str = "SM00000000000000000000000000000000";
pub const VERIFICATION: &str = "VE00000000000000000000000000000000";
pub const TOKEN: &str = "12345";
pub const NUMBER: &str = "+41791234567";
pub const RECEIPTS: &str = "https://belfry.example/hooks/twilio";

/// A configuration with a sender, and `more` on top.
pub fn config(more: Value) -> Value {
    let mut config = json!({
        "account_sid": ACCOUNT, "auth_token": TOKEN, "sender_number": "+15005550006",
    });
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

/// A configuration with a Verify service and no sender.
pub fn verify_config() -> Value {
    json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "verify_service_sid": SERVICE})
}

pub fn twilio(host: &FakeHost, config: Value) -> Twilio {
    Twilio::create(host.host(), serde_json::from_value(config).unwrap()).unwrap()
}

/// The message that most tests send.
pub fn message() -> Message<'static> {
    Message {
        id: "m1",
        to: NUMBER,
        text: "Code 123456",
        ..Message::default()
    }
}

/// What the provider asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub url: String,
    pub authorization: String,
    pub form: Vec<(String, String)>,
}

impl Asked {
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.form.iter().filter(|(other, _)| other == name);
        let value = fields.next().map(|(_, value)| value.as_str());
        assert!(fields.next().is_none(), "{name} is given twice");
        value
    }
}

pub type Answer = Result<HttpResponse, HttpFailure>;

/// A gateway that gives those answers, one a request, and remembers the requests.
pub struct Gateway {
    pub host: FakeHost,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Gateway {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Mutex::new(answers.into_iter().collect::<VecDeque<_>>());
        let log = asked.clone();
        let host = FakeHost::answering(move |request| {
            log.lock().unwrap().push(Asked {
                method: request.method.to_owned(),
                url: request.url.to_owned(),
                authorization: request.header("authorization").unwrap().to_owned(),
                form: form_urlencoded::parse(request.body).into_owned().collect(),
            });
            answers.lock().unwrap().pop_front().unwrap()
        });
        Self { host, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

pub fn answer(status: u16, body: Value) -> Answer {
    Ok(HttpResponse {
        status,
        body: body.to_string().into_bytes(),
        content_type: "application/json".into(),
        retry_after: None,
    })
}

/// An error as Twilio writes it. Its message quotes the number, as Twilio's do.
pub fn refusal(status: u16, code: u32) -> Answer {
    answer(
        status,
        json!({
            "code": code, "status": status,
            "message": format!("The number {NUMBER} is not wanted"),
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        }),
    )
}

pub fn no_answer(may_have_left: bool) -> Answer {
    Err(HttpFailure {
        may_have_left,
        text: "the wire is cut".into(),
    })
}

/// A file below `target/`, which tests/run.sh fills.
pub fn installed(path: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../target")
        .join(path);
    assert!(
        file.exists(),
        "{} is not there: tests/run.sh installs it",
        file.display()
    );
    file
}
