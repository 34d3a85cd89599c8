//! SMS providers: shared objects behind a C interface (`plugins/include/belfry_plugin.h`), each loaded
//! by default in a child process of its own.
//!
//! `delivery` and `app` see [`Registry`], [`Provider`], [`Call`] and [`Answer`]. Below them: `state` is
//! the state machine, `life` the thread that loads and reloads, `generation` one life of a plugin, `ending` its end,
//! `load` decides whether a file is loaded at all, `manifest` and `schema` read what the plugin says
//! about itself, `inproc` calls a plugin in this process, `child` and `plugin_host` are the two ends of
//! a child process, `frame` and `wire` are what they speak.
//! For authors of plugins, without a server: `scaffold` writes a new one, `trial` runs one in a process
//! of its own, which `describe`, `check` and the command `send` use.
//! Nothing here knows the database, a template or a retry: one call in, one [`Answer`] out.
//! A broken plugin is a state of its provider, never an error of the server.

mod abi;
mod catalogue;
mod check;
mod child;
mod describe;
mod door;
mod ending;
mod frame;
mod generation;
mod host;
mod inproc;
mod instance;
mod life;
mod load;
mod manifest;
mod memory;
mod message;
mod pins;
mod plugin_host;
mod provider;
mod record;
mod registry;
mod scaffold;
mod schema;
mod settings;
mod settings_shown;
mod state;
mod trial;
mod turns;
mod wire;
mod workers;

use std::{path::PathBuf, time::Duration};

pub use catalogue::{Catalogue, Description, Installed, SettingsFault};
pub use check::{CheckOrder, Line, Summary, check};
pub use describe::{Described, describe};
pub use door::{NoPlace, Place, ReportTurn};
pub use ending::Ending;
pub use message::{
    Abilities, Answer, Call, Check, HttpRequest, Message, Receipt, ReceiptState, Status, Verdict,
};
pub use pins::{PinTable, Pins};
pub use plugin_host::run_plugin_host;
pub use provider::{Provider, ProviderInfo};
pub use record::{Faults, PastFailure};
pub use registry::{Registry, Reload, StartError};
pub use scaffold::{Language, Scaffold, ScaffoldError, scaffold};
pub use settings::Settings;
pub use state::State;
pub use trial::{Letter, Outcome, Replay, run_plugin_trial, send};

/// What a provider is made from, secrets resolved: a `[[notifications.providers]]` entry of the
/// configuration, or what the API keeps.
#[derive(Clone, PartialEq)]
pub struct ProviderConfig {
    /// Unique among the providers; shown in the log.
    pub name: String,
    /// The plugin's name, such as `file` for `libbelfry_file.so`; no path.
    pub plugin: String,
    /// Where its code runs.
    pub isolation: Isolation,
    /// Whether the server refuses to start when it cannot be made ready.
    pub required: bool,
    /// The SHA-256 of the plugin's file in hexadecimal, if the operator pins it.
    pub sha256: Option<String>,
    /// The most bytes of private memory that its process may use; process isolation only.
    pub memory_limit: Option<u64>,
    /// How much of it is used at most.
    pub pace: Pace,
    /// The plugin's own settings, a JSON object. May hold secrets: never logged.
    pub config: serde_json::Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// How much of a provider is used at most, for gateways that take less than the plugin could send.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    /// Calls at one time, if fewer than the plugin takes.
    pub max_concurrency: Option<u32>,
    /// Messages a second; 0.2 is one in five seconds.
    pub max_per_second: Option<f64>,
}

/// Where a provider comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The configuration file.
    #[default]
    Config,
    /// The API's calls on providers.
    Api {
        /// What it is for; may be empty.
        description: String,
    },
    /// The administration API's calls on SMS providers, which have another name for it.
    SmsProvider {
        /// Its id there.
        id: String,
        /// What it is for; may be empty.
        description: String,
    },
}

/// Where a plugin's code runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// In a child process: whatever the plugin does, the server lives.
    #[default]
    Process,
    /// In the server itself: a crash of the plugin is a crash of the server.
    InProcess,
}

/// What all providers of a server share.
#[derive(Clone)]
pub struct Options {
    /// The only place to look for plugins; by default `plugins/` beside the executable, then beside it.
    pub plugin_dir: Option<PathBuf>,
    /// What relative paths in a plugin's configuration are relative to: the configuration file's folder.
    pub base: PathBuf,
    /// What paths in settings of the API are relative to, and stay below; made when it is needed.
    pub api_files: PathBuf,
    /// Which files of plugins may run.
    pub pins: Pins,
    /// The server's own executable; a child is `executable plugin-host`.
    pub executable: PathBuf,
    /// Where the private copies of checked plugins are kept; made with mode 0700 if it is missing.
    /// `None`: a folder of the server's user in the system's folder for temporary files.
    pub copies: Option<PathBuf>,
    /// The limits of time; the default is right for all but tests.
    pub limits: Limits,
}

impl Options {
    /// The defaults for that executable, with paths relative to `base`.
    pub fn new(executable: PathBuf, base: PathBuf) -> Self {
        Self {
            plugin_dir: None,
            api_files: base.join("provider-files"),
            base,
            pins: Pins::default(),
            executable,
            copies: None,
            limits: Limits::default(),
        }
    }

    /// The folder for files of the API as operators know it: from the configuration's folder, if it is
    /// there.
    pub(crate) fn api_files_shown(&self) -> String {
        let folder = &self.api_files;
        let folder = folder.strip_prefix(&self.base).unwrap_or(folder);
        folder.display().to_string()
    }
}

/// How long the host waits for a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the start of a child, or of loading, to the description.
    pub hello: Duration,
    /// How long the start of the server waits for plugins that are not required.
    pub patience: Duration,
    /// For `create`.
    pub create: Duration,
    /// How late a call may be before its process is killed, or its thread written off.
    pub grace: Duration,
    /// How long a closed or failed provider waits for its next probe.
    pub probe: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(5),
            patience: Duration::from_millis(200),
            create: Duration::from_secs(10),
            grace: Duration::from_secs(2),
            probe: Duration::from_secs(15),
        }
    }
}
