//! Belfry SMS provider `log`: one line in the server's log for each message, and no SMS.
//!
//! The shortest provider there is. Neither code nor text is shown, and the server masks the number.

use belfry_plugin::{Description, Failure, Host, Message, Provider, Sent};
use serde::Deserialize;

/// There is nothing to configure.
#[derive(Deserialize)]
pub struct Config {}

/// The provider.
pub struct Log(Host);

impl Provider for Log {
    type Config = Config;

    fn description() -> Description {
        Description::new("log", "Log").version(env!("CARGO_PKG_VERSION"))
    }

    fn create(host: Host, _: Config) -> Result<Self, Failure> {
        Ok(Self(host))
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let (id, to, locale) = (message.id, message.to, message.locale);
        let (template, length) = (message.template_name, message.text.chars().count());
        self.0.info(format!(
            "message {id} to {to}: {template} in {locale}, {length} characters"
        ));
        Ok(Sent::default())
    }
}

belfry_plugin::export!(Log: Send);
