//! Belfry SMS provider `email`: hands each message as an e-mail to a gateway that turns e-mails into SMS.
//!
//! The number becomes the recipient's address, the text the body, and the message's id the Message-ID.
//! Every conversation with the mail server knows its stage, because the stage decides what a failure
//! means: before the text has left nothing can have been sent.

mod bounded;
mod compose;
mod conversation;
mod verdict;

use std::{path::PathBuf, time::Duration};

use belfry_plugin::{Description, Failure, Health, Host, Message, Provider, Sent};
use serde::Deserialize;

use crate::{compose::Composer, conversation::Mailer};

/// The `config` table of the provider.
#[derive(Clone, Deserialize)]
pub struct Config {
    /// The mail server, without the port.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub encryption: Encryption,
    /// A file with certificates of authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The name to log in with.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Who the e-mails come from.
    pub from: String,
    /// The address of a number.
    pub recipient: String,
    /// The subject, if the gateway wants one.
    pub subject: Option<String>,
    /// The longest text that the gateway takes.
    pub max_characters: Option<usize>,
}

/// Whether and how the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// `tls` on port 465, `none` to this machine, otherwise `starttls`.
    Auto,
    /// From the first byte.
    Tls,
    /// After the greeting, and not without.
    Starttls,
    /// Not at all.
    None,
}

/// The provider.
pub struct Email {
    composer: Composer,
    mailer: Mailer,
    max_characters: usize,
}

impl Provider for Email {
    type Config = Config;

    fn description() -> Description {
        Description::new("email", "E-mail to SMS")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(4)
            .config_schema(schema())
    }

    fn create(_host: Host, config: Config) -> Result<Self, Failure> {
        Ok(Self {
            composer: Composer::new(&config)?,
            max_characters: config.max_characters.unwrap_or(usize::MAX),
            mailer: Mailer::new(config)?,
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let characters = message.text.chars().count();
        if characters > self.max_characters {
            let most = self.max_characters;
            return Err(Failure::Rejected(
                format!("the text has {characters} characters, the gateway takes {most}").into(),
            ));
        }
        let mail = self.composer.compose(message)?;
        self.mailer.deliver(&mail, message.timeout)?;
        Ok(Sent::default())
    }
}

impl Health for Email {
    fn health(&self, timeout: Duration) -> Result<(), Failure> {
        self.mailer.probe(timeout)
    }
}

belfry_plugin::export!(Email: Send + Health);

fn schema() -> serde_json::Value {
    serde_json::json!({
        "type": "object",
        "required": ["host", "from", "recipient"],
        "properties": {
            "host": {
                "type": "string",
                "pattern": "^[^\\s:/]+$|^[0-9A-Fa-f:]+$",
                "title": "Mail server",
                "description": "Name or address, without the port",
            },
            "port": {
                "type": "integer",
                "minimum": 1,
                "maximum": 65535,
                "default": 587,
                "title": "Port",
            },
            "encryption": {
                "type": "string",
                "enum": ["auto", "starttls", "tls", "none"],
                "default": "auto",
                "title": "Encryption",
                "description": "auto: tls on port 465, none to this machine, otherwise starttls",
            },
            "ca_file": {
                "type": "string",
                "format": "path",
                "minLength": 1,
                "title": "Authorities",
                "description": "PEM file with certificates that are trusted beside those of the system",
            },
            "user": {
                "type": "string",
                "minLength": 1,
                "title": "User",
            },
            "password": {
                "type": "string",
                "minLength": 1,
                "writeOnly": true,
                "title": "Password",
            },
            "from": {
                "type": "string",
                "minLength": 3,
                "title": "From",
                "description": "The sender that the gateway knows, such as Belfry <sms@example.org>",
            },
            "recipient": {
                "type": "string",
                "minLength": 3,
                "title": "Recipient",
                "description": "The address of a number: {digits}@gateway.example; also {e164} (+41…) and {zeros} (0041…)",
            },
            "subject": {
                "type": "string",
                "maxLength": 500,
                "writeOnly": true,
                "title": "Subject",
                "description": "Some gateways want a password here; {id}, {sender}, {e164}, {digits} and {zeros} are filled in",
            },
            "max_characters": {
                "type": "integer",
                "minimum": 1,
                "title": "Most characters",
                "description": "A longer text is rejected; without it the gateway decides",
            },
        },
    })
}
