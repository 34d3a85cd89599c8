//! Ways to send SMS that the administration API keeps (contract/providers.md §1): Twilio accounts, and
//! how all are shown. What they have in common with e-mail is in `message_providers`.
//!
//! No Twilio account becomes active in a test: that would call Twilio.

use serde_json::{Value, json};

use crate::{app::App, operations::ADD_SMS_PROVIDER_TWILIO, people::merged};

pub mod show;
pub mod twilio;

/// A Twilio account that nobody has, with members added or replaced.
pub fn account(more: Value) -> Value {
    let request = json!({
        "sid": "AC0123456789abcdef0123456789abcdef",
        "token": "t0ken-0f-an-acc0unt",
        "senderNumber": "+15005550006",
        "description": "Sends codes",
        "verifyServiceSid": "VA0123456789abcdef0123456789abcdef",
    });
    merged(request, more)
}

impl App {
    /// A Twilio account that is kept and inactive; the id.
    pub fn twilio_account(&self) -> String {
        let added = self.rest_as_admin(&ADD_SMS_PROVIDER_TWILIO, account(json!({})));
        added.ok()["id"].as_str().unwrap().to_owned()
    }
}
