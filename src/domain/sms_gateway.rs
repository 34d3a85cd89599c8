//! What SMS go through, for those who keep and ask about it; the providers themselves are `plugin`'s.
//!
//! Settings of plugins are JSON as text: nothing here looks into them.

use std::{sync::Arc, time::Duration};

use crate::clock::Timestamp;

use super::{PhoneNumber, Route};

/// The running providers, and the plugins that there are. Everything here may block for seconds.
pub trait SmsGateway: Send + Sync {
    /// Waits until the changes that are committed by now have arrived, and what they started is there
    /// or has failed.
    fn settle(&self);
    /// Reads the configuration's providers again; false if that failed, and all goes on as before.
    fn reread(&self) -> bool;
    /// The providers in the order they are tried.
    fn providers(&self) -> Vec<RunningProvider>;
    /// The last calls that failed, of one provider or all, the newest first.
    fn failures(&self, provider: Option<&str>) -> Vec<ProviderFailure>;
    /// The rules that choose among the providers, in their order.
    fn routes(&self) -> Arc<[Route]>;
    /// The plugins that are installed.
    fn plugins(&self) -> Vec<InstalledPlugin>;
    /// Checks settings against the plugin's schema. What is hidden of those before and not given stays.
    /// The settings to keep.
    ///
    /// # Errors
    /// Why the plugin or the settings cannot be used.
    fn check(&self, wanted: &WantedPlugin) -> Result<String, PluginFault>;
    /// Whether a plugin may run and can be loaded; `sha256` is the hash that its provider pins.
    ///
    /// # Errors
    /// Why it cannot be used, and what to do.
    fn usable(&self, plugin: &str, sha256: Option<&str>) -> Result<(), PluginFault>;
    /// What may be shown of settings; `sha256` is the hash that their provider pins.
    fn shown(&self, plugin: &str, sha256: Option<&str>, settings: &str) -> ShownSettings;
    /// Sends a text through a provider; `None` if none of that name runs.
    fn send(&self, provider: &str, sms: TestSms) -> Option<TestResult>;
}

/// A provider that runs, or would if it could.
#[derive(Clone, Debug)]
pub struct RunningProvider {
    /// Its name.
    pub name: String,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version; empty if none is loaded.
    pub version: String,
    /// The SHA-256 of the file that runs; empty if none does.
    pub sha256: String,
    /// Whether it is one of the configuration.
    pub is_configured: bool,
    /// What it is doing.
    pub state: ProviderState,
    /// Why; may be empty.
    pub reason: String,
    /// Whether it would be asked to send a message now.
    pub is_available: bool,
    /// Since when.
    pub since: Timestamp,
    /// What the plugin can do.
    pub abilities: Vec<&'static str>,
    /// Which life of the plugin this is; 0 before the first.
    pub generation: u64,
    /// Calls that run at this moment.
    pub running: u64,
    /// How many calls came to what.
    pub counts: Vec<(CallStatus, u64)>,
    /// Why the last reload changed nothing; empty if it did.
    pub reload_fault: String,
    /// The bytes of memory that its process, which may be the server, has resident.
    pub resident_bytes: u64,
    /// How many libraries of plugins are in that process.
    pub libraries: u64,
    /// What it did wrong since the server started.
    pub faults: ProviderFaults,
}

/// What a plugin and its gateway did wrong, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProviderFaults {
    /// Answers with something that makes no sense.
    pub garbage: u64,
    /// Receipts for messages that nobody knows.
    pub unknown_receipts: u64,
    /// Calls of a gateway that the plugin did not believe.
    pub forged_reports: u64,
    /// Lines for the log that were too many.
    pub dropped_lines: u64,
}

/// What a provider is doing; the numbers are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderState {
    /// Kept and not used.
    Inactive = 1,
    /// Being loaded.
    Loading = 2,
    /// Takes calls.
    Ready = 3,
    /// Takes no calls for a moment.
    Paused = 4,
    /// Its process died and is started again.
    Restarting = 5,
    /// Of no use until someone changes something.
    Closed = 6,
    /// Could not be loaded.
    Failed = 7,
    /// The server is stopping.
    Stopped = 8,
}

/// What a call came to; the numbers are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// Done.
    Ok = 1,
    /// The number gets no SMS.
    InvalidRecipient = 2,
    /// Refused for good.
    Rejected = 3,
    /// Not what this provider does.
    Unsupported = 4,
    /// Too fast.
    Throttled = 5,
    /// Surely not done.
    Unavailable = 6,
    /// Nobody knows.
    OutcomeUnknown = 7,
    /// Wrong credentials.
    Unauthorized = 8,
    /// A wrong account or setting.
    Misconfigured = 9,
    /// A fault of the plugin.
    Internal = 10,
}

impl CallStatus {
    /// The status with that number.
    pub fn from_number(number: i64) -> Option<Self> {
        [
            Self::Ok,
            Self::InvalidRecipient,
            Self::Rejected,
            Self::Unsupported,
            Self::Throttled,
            Self::Unavailable,
            Self::OutcomeUnknown,
            Self::Unauthorized,
            Self::Misconfigured,
            Self::Internal,
        ]
        .into_iter()
        .find(|status| *status as i64 == number)
    }
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct ProviderFailure {
    /// The provider's name.
    pub provider: String,
    /// When.
    pub at: Timestamp,
    /// The message that it was about; empty for none.
    pub message_id: String,
    /// What it came to.
    pub status: CallStatus,
    /// The gateway's own code; may be empty.
    pub provider_code: String,
    /// For operators; masked.
    pub detail: String,
}

/// A plugin's file.
#[derive(Clone, Debug)]
pub struct InstalledPlugin {
    /// The plugin's name.
    pub name: String,
    /// The path of its file.
    pub file: String,
    /// The SHA-256 of the file, in hexadecimal; empty if it cannot be read.
    pub sha256: String,
    /// What it says about itself, or why it is not loaded.
    pub description: Result<PluginDescription, String>,
}

/// What a plugin says about itself.
#[derive(Clone, Debug, Default)]
pub struct PluginDescription {
    /// What people call it.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Who made it.
    pub vendor: String,
    /// Where there is more about it.
    pub homepage: String,
    /// The JSON schema of its settings.
    pub settings_schema: String,
    /// What it can do.
    pub abilities: Vec<&'static str>,
    /// Calls that it takes at one time.
    pub max_concurrency: u32,
    /// The hosts that it reaches through the server.
    pub http_hosts: Vec<String>,
    /// Whether the same message sent twice is one SMS.
    pub is_idempotent: bool,
}

/// A plugin and the settings that it is to have.
pub struct WantedPlugin {
    /// The plugin's name.
    pub plugin: String,
    /// The SHA-256 that its file must have.
    pub sha256: Option<String>,
    /// The settings.
    pub settings: String,
    /// Those before, if there are any.
    pub before: Option<String>,
}

/// Why a plugin cannot be used as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginFault {
    /// It is not there or cannot be loaded.
    Unusable(String),
    /// The settings do not suit it.
    Settings(String),
}

/// Settings as far as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownSettings {
    /// Those that the plugin's schema declares in full, and not as secret.
    pub settings: String,
    /// The names of the others.
    pub hidden: Vec<String>,
}

/// A text to try a provider with.
pub struct TestSms {
    /// Its id.
    pub id: String,
    /// Who gets it.
    pub to: PhoneNumber,
    /// What it says.
    pub text: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct TestResult {
    /// The decision.
    pub status: CallStatus,
    /// How many SMS it took; 0 if that is not known.
    pub segments: u32,
    /// What it cost; may be empty.
    pub price: String,
    /// The gateway's name for it; may be empty.
    pub provider_id: String,
    /// The gateway's own code; may be empty.
    pub provider_code: String,
    /// For operators; masked.
    pub detail: String,
    /// How long it took.
    pub took: Duration,
}
