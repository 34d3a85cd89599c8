//! The tree itself: every key, its default and its range. `config.toml` says the same in words.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;
use validator::Validate;

use super::{
    codes::Codes,
    duration,
    limits::SendLimits,
    phone::Phone,
    routes::Route,
    secret::{ProviderConfig, Secret},
    texts::{Sms, Template},
};

/// The whole configuration.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The port and its limits.
    #[validate(nested)]
    pub server: Server,
    /// The database.
    #[validate(nested)]
    pub database: Database,
    /// The instance key.
    pub secrets: Secrets,
    /// Phone numbers.
    #[validate(nested)]
    pub phone: Phone,
    /// Verification codes.
    #[validate(nested)]
    pub codes: Codes,
    /// What is refused before an SMS is sent.
    #[validate(nested)]
    pub limits: SendLimits,
    /// Messages and providers.
    #[validate(nested)]
    pub notifications: Notifications,
    /// The mail server for an instance that has made no e-mail provider active.
    #[validate(nested)]
    pub smtp: Option<Smtp>,
    /// The log.
    pub log: Log,
    /// The folder that relative paths refer to: the file's, or the working directory without one.
    #[serde(skip)]
    pub base: PathBuf,
    /// The file that it was read from; `None` for the defaults.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// The origin that clients see, without a trailing slash.
    #[validate(custom(function = "is_origin"))]
    pub external_url: Option<String>,
    /// Worker threads; 0 is one for each core.
    #[validate(range(max = 256))]
    pub workers: usize,
    /// What a client may do.
    #[validate(nested)]
    pub limits: Limits,
}

/// `[server.limits]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest request body in bytes.
    #[validate(range(min = 1024, max = 67_108_864))]
    pub body_bytes: usize,
    /// The largest head of a request in bytes.
    #[validate(range(min = 1024, max = 131_072))]
    pub header_bytes: u32,
    /// The most connections at one time.
    #[validate(range(min = 1, max = 1_000_000))]
    pub connections: usize,
    /// The most concurrent requests on one HTTP/2 connection.
    #[validate(range(min = 1, max = 10_000))]
    pub streams_per_connection: u32,
    /// The time to send a request's head, and again its body.
    #[serde(deserialize_with = "duration::positive")]
    pub read_timeout: Duration,
    /// The time a call may take.
    #[serde(deserialize_with = "duration::positive")]
    pub call_timeout: Duration,
    /// The time an idle connection stays open.
    #[serde(deserialize_with = "duration::positive")]
    pub keep_alive: Duration,
    /// The time running requests have to end after SIGTERM.
    #[serde(deserialize_with = "duration::positive")]
    pub shutdown_timeout: Duration,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The `SQLite` file.
    pub path: PathBuf,
    /// How many changes may wait to be written.
    #[validate(range(min = 1, max = 1_000_000))]
    pub write_queue: usize,
    /// The time to wait for another process that holds the database locked.
    #[serde(deserialize_with = "duration::any")]
    pub busy_timeout: Duration,
}

/// `[secrets]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secrets {
    /// The instance key; by default `belfry.key` beside the database.
    pub key_file: Option<PathBuf>,
}

/// `[notifications]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Notifications {
    /// The language of texts for users whose own has none.
    pub default_language: String,
    /// The time that final messages are kept.
    #[serde(deserialize_with = "duration::positive")]
    pub retention: Duration,
    /// Where plugins are.
    pub plugin_dir: Option<PathBuf>,
    /// Whether the providers are read again when a file has changed.
    #[serde(default = "yes")]
    pub watch: bool,
    /// Whether a plugin without a pinned hash is refused.
    pub require_pins: bool,
    /// The SHA-256 of plugins' files, in hexadecimal, by the names of the files.
    pub pins: BTreeMap<String, String>,
    /// What is done with a message that may have been sent.
    pub on_unknown_outcome: OnUnknownOutcome,
    /// How often the providers are gone through for a message; 0 is until it expires.
    #[validate(range(max = 1000))]
    pub max_attempts: u32,
    /// What is done with a message that nobody is there to send.
    pub without_provider: WithoutProvider,
    /// The providers, in the order they are tried.
    #[validate(nested)]
    pub providers: Vec<Provider>,
    /// The rules that choose among them.
    #[validate(nested)]
    pub routes: Vec<Route>,
    /// How SMS end.
    pub sms: Sms,
    /// The texts that countries demand.
    #[validate(nested)]
    pub templates: Vec<Template>,
}

/// What is done with a message that may have been sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknownOutcome {
    /// It is sent once more with the same id.
    #[default]
    RetryOnce,
    /// It is given up.
    Stop,
}

/// What is done with a message that nobody is there to send.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum WithoutProvider {
    /// It waits until it expires.
    #[default]
    Wait,
    /// It ends at once.
    Drop,
}

/// `[[notifications.providers]]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The operator's name for it.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The plugin's name.
    #[validate(length(min = 1, max = 100))]
    pub plugin: String,
    /// Where it runs.
    #[serde(default)]
    pub isolation: Isolation,
    /// Whether the server refuses to start without it.
    #[serde(default)]
    pub required: bool,
    /// The SHA-256 of the plugin's file, in hexadecimal.
    #[validate(length(equal = 64))]
    pub sha256: Option<String>,
    /// The most bytes of private memory its process may use.
    pub memory_limit: Option<u64>,
    /// Calls at one time, if fewer than the plugin takes.
    #[validate(range(min = 1, max = 64))]
    pub max_concurrency: Option<u32>,
    /// Messages a second; 0.2 is one in five seconds.
    #[validate(range(min = 0.001, max = 100_000.0))]
    pub max_per_second: Option<f64>,
    /// What the plugin wants to know; may hold secrets, so it is never shown.
    #[serde(default)]
    pub config: ProviderConfig,
}

/// Where a plugin runs.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// In a child process of its own.
    #[default]
    Process,
    /// In the server.
    InProcess,
}

/// `[smtp]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// `host:port`
    #[validate(length(min = 1, max = 500))]
    pub host: String,
    /// Whether the connection must be encrypted.
    #[serde(default = "yes")]
    pub tls: bool,
    /// The user name; empty if the server asks for none.
    #[serde(default)]
    pub user: String,
    /// The password.
    #[serde(default)]
    pub password: Secret,
    /// The address that e-mails come from.
    #[validate(email)]
    pub sender_address: String,
    /// The name that e-mails come from.
    #[serde(default)]
    pub sender_name: String,
    /// Where answers go; empty is to the sender.
    #[serde(default)]
    pub reply_to_address: String,
}

fn yes() -> bool {
    true
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// The least important level that is written.
    pub level: log::LevelFilter,
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            listen,
            external_url: None,
            workers: 0,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 4 << 20,
            header_bytes: 16 << 10,
            connections: 20_000,
            streams_per_connection: 200,
            read_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(75),
            shutdown_timeout: Duration::from_secs(8),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            path: "belfry.db".into(),
            write_queue: 4096,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            watch: true,
            default_language: "en".to_owned(),
            retention: Duration::from_secs(30 * 24 * 3600),
            plugin_dir: None,
            require_pins: false,
            pins: BTreeMap::new(),
            on_unknown_outcome: OnUnknownOutcome::RetryOnce,
            max_attempts: 0,
            without_provider: WithoutProvider::Wait,
            providers: Vec::new(),
            routes: Vec::new(),
            sms: Sms::default(),
            templates: Vec::new(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: log::LevelFilter::Info,
        }
    }
}

fn is_origin(url: &str) -> Result<(), validator::ValidationError> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(authority)
            if !authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' ']) =>
        {
            Ok(())
        }
        _ => Err(validator::ValidationError::new("origin").with_message(
            "must be a scheme and a host such as https://belfry.example.org, without a path".into(),
        )),
    }
}
