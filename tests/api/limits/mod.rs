//! Limits against pumping: who is refused, for how long, and that nothing of a refused call stays.

pub mod countries;
mod counts;
mod destinations;
mod numbers;
mod operations;
mod pumping;
mod repeated;
mod test_numbers;

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Answer, Kind},
    operations::{RESEND_MY_PHONE_VERIFICATION, SET_MY_PHONE, UPDATE_HUMAN_PHONE},
};

/// Expects the refusal of a limit, with a time to wait in seconds that the text tells too.
#[track_caller]
fn expect_wait(answer: Answer, id: &str, at_least: u64, at_most: u64) {
    let failure = answer.fails(Kind::Exhausted, id);
    let wait = failure.retry_after.expect("the time to wait").as_secs();
    assert!(
        (at_least..=at_most).contains(&wait),
        "{wait} s in {failure:?}"
    );
    assert!(failure.message.contains(&wait.to_string()), "{failure:?}");
}

/// A person, seen from their own calls.
struct Person<'a> {
    app: &'a App,
    id: String,
    token: String,
}

impl<'a> Person<'a> {
    fn new(app: &'a App) -> Self {
        let id = app.human();
        let token = app.token_of(&id);
        Self { app, id, token }
    }

    fn set(&self, number: &str) -> Answer {
        let request = json!({"phone": number});
        self.app.rest(&SET_MY_PHONE, &self.token, None, request)
    }

    fn resend(&self) -> Answer {
        let operation = &RESEND_MY_PHONE_VERIFICATION;
        self.app.rest(operation, &self.token, None, json!({}))
    }
}

/// Changes the phone of a user as the administrator.
fn change(app: &App, user: &str, number: &str) -> Answer {
    let request = json!({"userId": user, "phone": number});
    app.rest_as_admin(&UPDATE_HUMAN_PHONE, request)
}

/// How many messages were ever made.
fn messages(app: &App) -> usize {
    let request = json!({"channel": "MESSAGE_CHANNEL_SMS"});
    let found: Value = app
        .rest_as_admin(&crate::operations::LIST_MESSAGES, request)
        .ok();
    let total = found["pagination"]["totalResult"].as_str().unwrap_or("0");
    total.parse().unwrap()
}
