//! Ways to send e-mail, over `/smtp` and `/email` (contract/providers.md §2): mail servers, and what
//! both APIs show. What they have in common with SMS is in `message_providers`.
//!
//! No case here needs a mail server; `tests/delivery` sends through a real one.

use serde_json::{Value, json};

use crate::{app::App, message_providers::EMAIL, operations::ADD_SMTP_CONFIG, people::merged};

pub mod show;
pub mod smtp;
pub mod trial;

/// A mail server that nobody runs, with members added or replaced.
pub fn mail_server(more: Value) -> Value {
    let request = json!({
        "senderAddress": "belfry@example.com",
        "senderName": "Belfry",
        "tls": true,
        "host": "localhost:1",
        "user": "belfry",
        "password": "Secr3t-Passw0rd!",
        "replyToAddress": "help@example.com",
        "description": "Sends reminders",
    });
    merged(request, more)
}

impl App {
    /// A mail server that is kept and inactive; the id.
    pub fn smtp_config(&self) -> String {
        let added = self.rest_as_admin(&ADD_SMTP_CONFIG, mail_server(json!({})));
        added.ok()["id"].as_str().unwrap().to_owned()
    }

    /// An HTTP endpoint for e-mails that is kept and inactive; the id.
    pub fn http_provider(&self) -> String {
        EMAIL.http(self)
    }

    /// A way to send e-mail as `GetEmailProviderById` shows it.
    #[track_caller]
    pub fn email_provider(&self, id: &str) -> Value {
        EMAIL.shown(self, id)
    }
}
