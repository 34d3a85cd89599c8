//! What tests ask of the server over REST: users, phones, codes.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use ureq::{Agent, http::Request};

use crate::app::App;

/// A status and a JSON body.
pub type Answer = (u16, Value);

/// One caller with a connection of its own that stays open.
#[derive(Clone)]
pub struct Caller {
    agent: Agent,
    origin: String,
    token: String,
}

impl Caller {
    /// The same with another token.
    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Sends a request; an error is one of the connection.
    pub fn call(&self, verb: &str, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let request = Request::builder()
            .method(verb)
            .uri(format!("{}{path}", self.origin))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let answer = match verb {
            "GET" | "DELETE" => self.agent.run(request.body(())?)?,
            _ => self.agent.run(request.body(body.to_string())?)?,
        };
        let status = answer.status().as_u16();
        let body = answer.into_body().read_to_vec()?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Gives a user a number with v1 `UpdateHumanPhone`; the answer is the sequence.
    pub fn update_phone(&self, user: &str, number: &str) -> Result<Answer, ureq::Error> {
        let path = format!("/management/v1/users/{user}/phone");
        self.call("PUT", &path, &json!({ "phone": number }))
    }

    /// The same with v2 `SetPhone`.
    pub fn set_phone(&self, user: &str, number: &str) -> Result<Answer, ureq::Error> {
        let path = format!("/v2/users/{user}/phone");
        self.call("POST", &path, &json!({ "phone": number }))
    }
}

/// The sequence that an answer names.
#[track_caller]
pub fn sequence(answer: &Value) -> i64 {
    let text = answer["details"]["sequence"].as_str();
    let text = text.unwrap_or_else(|| panic!("no sequence in {answer}"));
    text.parse().unwrap()
}

impl App {
    /// A caller with the administrator's token.
    pub fn caller(&self) -> Caller {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Caller {
            agent: agent.new_agent(),
            origin: format!("http://{}", self.address),
            token: self.token.clone(),
        }
    }

    /// A request on a new connection that the server has to answer.
    #[track_caller]
    pub fn call(&self, verb: &str, path: &str, body: &Value) -> Answer {
        let answer = self.caller().call(verb, path, body);
        answer.unwrap_or_else(|fault| panic!("{verb} {path}: {fault}"))
    }

    /// As [`App::call`], and the answer has to be 200.
    #[track_caller]
    pub fn ok(&self, verb: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(verb, path, body);
        assert!(
            matches!(status, 200 | 201),
            "{verb} {path}: {status} {answer}"
        );
        answer
    }

    /// A Swiss mobile number that nobody else in this test has.
    pub fn number(&self) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("+4179{:07}", 1_000_000 + number)
    }

    /// A person without a phone; the id.
    #[track_caller]
    pub fn human(&self) -> String {
        let name = format!("human-{}", self.counter.fetch_add(1, Ordering::Relaxed));
        let request = json!({
            "username": name,
            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
            "email": {"email": format!("{name}@example.com"), "isVerified": true},
        });
        let made = self.ok("POST", "/v2/users/human", &request);
        made["userId"].as_str().unwrap().to_owned()
    }

    /// A person with a new address, of which `more` says what becomes: the id and the address.
    #[track_caller]
    pub fn human_with_email(&self, more: Value) -> (String, String) {
        let name = format!("human-{}", self.counter.fetch_add(1, Ordering::Relaxed));
        let address = format!("{name}@example.com");
        let mut email = more;
        email["email"] = json!(address);
        let request = json!({
            "username": name,
            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
            "email": email,
        });
        let made = self.ok("POST", "/v2/users/human", &request);
        (made["userId"].as_str().unwrap().to_owned(), address)
    }

    /// A person with a new number, to which a code is on its way: the id and the number.
    #[track_caller]
    pub fn human_with_phone(&self) -> (String, String) {
        let user = self.human();
        let number = self.change_phone(&user);
        (user, number)
    }

    /// Gives a user a new number.
    #[track_caller]
    pub fn change_phone(&self, user: &str) -> String {
        let number = self.number();
        let path = format!("/management/v1/users/{user}/phone");
        self.ok("PUT", &path, &json!({ "phone": number }));
        number
    }

    /// The number that `GetHumanPhone` shows, and the sequence of the user.
    #[track_caller]
    pub fn phone_of(&self, user: &str) -> (String, i64) {
        let path = format!("/management/v1/users/{user}/phone");
        let shown = self.ok("GET", &path, &Value::Null);
        let number = shown["phone"]["phone"].as_str().unwrap().to_owned();
        (number, sequence(&shown))
    }
}
