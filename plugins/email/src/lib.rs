//! Belfry SMS provider `email`: hands each message as an e-mail to a gateway that turns e-mails into SMS.
//!
//! The number becomes the recipient's address, the text the body, and the message's id the Message-ID.
//! The conversation with the mail server is [`belfry_smtp`]'s, which the server's own e-mails share.

mod compose;

use std::{fs, net::IpAddr, path::PathBuf, time::Duration};

use belfry_plugin::{Description, Failure, Health, Host, Message, Provider, Reason, Sent};
use belfry_smtp::{Mailer, Server, Verdict};
use serde::Deserialize;

use crate::compose::Composer;

/// TLS from the first byte (RFC 8314).
const SUBMISSIONS: u16 = 465;
/// Calls at the same time, each on a connection of its own.
const CONCURRENCY: u32 = 4;

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
            .max_concurrency(CONCURRENCY)
            .config_schema(schema())
    }

    fn create(_host: Host, config: Config) -> Result<Self, Failure> {
        Ok(Self {
            composer: Composer::new(&config)?,
            max_characters: config.max_characters.unwrap_or(usize::MAX),
            mailer: mailer(config)?,
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
        let delivered = self.mailer.deliver(&mail, message.timeout);
        delivered.map(|()| Sent::default()).map_err(failure)
    }
}

impl Health for Email {
    fn health(&self, timeout: Duration) -> Result<(), Failure> {
        self.mailer.probe(timeout).map_err(failure)
    }
}

belfry_plugin::export!(Email: Send + Health);

/// A way to the mail server of a configuration.
fn mailer(config: Config) -> Result<Mailer, Failure> {
    let wrong = |what: String| Failure::Misconfigured(what.into());
    let encryption = match config.encryption {
        Encryption::Tls => belfry_smtp::Encryption::Tls,
        Encryption::Starttls => belfry_smtp::Encryption::Starttls,
        Encryption::None => belfry_smtp::Encryption::None,
        Encryption::Auto if config.port == SUBMISSIONS => belfry_smtp::Encryption::Tls,
        Encryption::Auto if is_this_machine(&config.host) => belfry_smtp::Encryption::None,
        Encryption::Auto => belfry_smtp::Encryption::Starttls,
    };
    let login = match (config.user, config.password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err(wrong("user and password belong together".into())),
    };
    let authority = config.ca_file.map(|path| {
        let unreadable = |error| wrong(format!("ca_file {}: {error}", path.display()));
        fs::read(&path).map_err(unreadable)
    });
    Mailer::new(Server {
        host: config.host,
        port: config.port,
        encryption,
        authority: authority.transpose()?,
        login,
        most_kept: CONCURRENCY as usize,
    })
    .map_err(wrong)
}

/// What a conversation that ended early means for the message. The domain is the gateway's, so a wrong
/// one is the operator's to mend; the server's words may quote the number or the text.
fn failure(failure: belfry_smtp::Failure) -> Failure {
    let reason = Reason::with_code(failure.text, failure.code);
    match failure.verdict {
        Verdict::Unavailable => Failure::Unavailable(reason),
        Verdict::OutcomeUnknown => Failure::OutcomeUnknown(reason),
        Verdict::Unauthorized => Failure::Unauthorized(reason),
        Verdict::Misconfigured | Verdict::InvalidDomain => Failure::Misconfigured(reason),
        Verdict::InvalidRecipient => Failure::InvalidRecipient(reason),
        Verdict::Rejected => Failure::Rejected(reason),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

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
