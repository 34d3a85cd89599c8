//! Belfry SMS provider `twilio`: Twilio Programmable Messaging and Twilio Verify.
//!
//! A text goes out through Messages (`messages`). With a Verify service configured, Twilio makes,
//! sends and checks the codes instead (`verify`). What became of a text comes back by status callback
//! (`receipts`, whose `signature` is checked first) or is polled. `errors` is the one place that says
//! what a refusal means. All requests go through the host (`api`): this crate has no HTTP client.
//!
//! Neither numbers, texts, codes nor keys are logged or put into a reason; Twilio's own error messages
//! quote the number, so only their codes are passed on.

mod api;
mod config;
mod errors;
mod messages;
mod receipts;
mod signature;
mod verify;

use std::time::Duration;

use belfry_plugin::{
    Check, Description, Failure, Health, Host, HttpRequest, Message, Poll, Provider, Receipt, Sent,
    Verdict, Verify, Webhook, WebhookAnswer,
};

use api::{Api, Deadline};
pub use config::Config;
pub use errors::Action;
use errors::Actions;
use signature::Keys;

/// The provider.
pub struct Twilio {
    host: Host,
    api: Api,
    actions: Actions,
    keys: Keys,
    config: Config,
}

impl Provider for Twilio {
    type Config = Config;

    fn description() -> Description {
        Description::new("twilio", "Twilio")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(16)
            .http_hosts(["{api_url}", "{verify_url}"])
            .config_schema(config::schema())
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        let config = config.checked()?;
        let keys = Keys::new(config.auth_token.as_deref(), config.webhook_key.as_deref());
        if config.status_callback && config.has_sender() && keys.is_empty() {
            host.warn(
                "without auth_token or webhook_key no status callback can be checked, so Twilio is not \
                 asked for any; messages are polled instead",
            );
        }
        Ok(Self {
            api: Api::new(host.clone(), &config),
            actions: Actions::new(config.error_actions.clone()),
            keys,
            host,
            config,
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        self.send_text(message)
    }
}

impl Verify for Twilio {
    fn start(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        self.start_verification(message)
    }

    fn check(&self, check: &Check<'_>) -> Result<Verdict, Failure> {
        self.check_verification(check)
    }
}

impl Health for Twilio {
    /// Asks for what the configuration needs: the account if texts are sent, the service if codes are.
    fn health(&self, timeout: Duration) -> Result<(), Failure> {
        let deadline = Deadline::after(timeout);
        if self.config.has_sender() {
            self.check_account(deadline)?;
        }
        if let Some(service) = &self.config.verify_service_sid {
            self.check_service(service, deadline)?;
        }
        Ok(())
    }
}

impl Poll for Twilio {
    fn poll(&self, ids: &[&str], timeout: Duration) -> Result<Vec<Receipt>, Failure> {
        self.poll_messages(ids, Deadline::after(timeout))
    }
}

impl Webhook for Twilio {
    fn webhook(&self, request: &HttpRequest<'_>) -> Result<WebhookAnswer, Failure> {
        self.read_callback(request)
    }
}

belfry_plugin::export!(Twilio: Send + Verify + Health + Poll + Webhook);
