//! A plugin in the hands of its author: loaded in a process of its own, without a server and without
//! a database.
//!
//! `describe`, `check` and `send` of `belfry plugin` each start such processes, so that whatever the
//! plugin does is told in words and never ends the command itself. `process` starts one and waits;
//! `inside` is what runs in it, under the limits that a server's child has; an [`Order`] goes in, a
//! [`Report`] comes out. The file is loaded as it lies: who tries a plugin has decided to run it.

mod host;
mod inside;
mod letter;
mod process;
mod replay;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(super) use host::{Notes, Reach, Seen, TrialHost, Trouble};
pub use inside::run_plugin_trial;
pub use letter::{Letter, Outcome, send};
pub(super) use process::{Ended, run};
pub use replay::Replay;

use super::{
    check::{Fault, Setup},
    message::Status,
};

/// How long loading may take, as with a server.
const LOADING: Duration = Duration::from_secs(5);

/// What the process is to do.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    /// The plugin.
    pub library: PathBuf,
    /// What to do with it.
    pub task: Task,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Task {
    /// Load it and say what it is.
    Describe,
    /// Make the check of that index.
    Check(usize, Setup),
    /// Send one message.
    Send(Letter, Setup),
}

/// What became of it.
#[derive(Serialize, Deserialize)]
pub(super) enum Report {
    /// The file is not a plugin for this host; with the reason.
    Refused(String),
    Described(Loaded),
    Checked(Result<String, Fault>, Notes),
    Sent(Outcome),
}

/// A status as the header calls it.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "OK",
        Status::InvalidRecipient => "INVALID_RECIPIENT",
        Status::Rejected => "REJECTED",
        Status::Unsupported => "UNSUPPORTED",
        Status::Throttled => "THROTTLED",
        Status::Unavailable => "UNAVAILABLE",
        Status::OutcomeUnknown => "OUTCOME_UNKNOWN",
        Status::Unauthorized => "UNAUTHORIZED",
        Status::Misconfigured => "MISCONFIGURED",
        Status::Internal => "INTERNAL",
    }
}

/// What a plugin's table and description say.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Loaded {
    /// The JSON of `describe`, whatever is in it.
    pub description: String,
    /// The interface that it was made for.
    pub abi: (u32, u32),
    /// What it can do, such as `send` and `poll`.
    pub abilities: Vec<String>,
}

/// The file of a plugin that an author names.
#[derive(Clone)]
pub(super) struct Library {
    /// Absolute.
    pub path: PathBuf,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// In bytes.
    pub size: usize,
}

impl Library {
    /// Finds the file and hashes it.
    ///
    /// # Errors
    /// One sentence that says what to give instead.
    pub(super) fn at(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let path = file.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!(
                "there is no file {shown}; give the path of the built library, such as \
                 target/release/libbelfry_town.so or ./town.so"
            ),
            _ => format!("cannot find {shown}: {error}"),
        })?;
        if path.is_dir() {
            return Err(format!(
                "{shown} is a folder; give the path of the built library in it, such as \
                 target/release/libbelfry_town.so"
            ));
        }
        let bytes = fs::read(&path).map_err(|error| format!("cannot read {shown}: {error}"))?;
        Ok(Self {
            path,
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: bytes.len(),
        })
    }

    /// The name under which a configuration would name it.
    pub(super) fn name(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        match stem.strip_prefix("libbelfry_") {
            Some(ident) => ident.replace('_', "-"),
            None => stem.into_owned(),
        }
    }

    /// Loads it in a process of its own.
    ///
    /// # Errors
    /// Why it is no plugin, or how the process ended.
    pub(super) fn load(&self, executable: &Path) -> (Result<Loaded, String>, Ended) {
        let order = Order {
            library: self.path.clone(),
            task: Task::Describe,
        };
        let mut ended = run(executable, &order, LOADING);
        let loaded = match ended.take_report() {
            Ok(Report::Described(loaded)) => Ok(loaded),
            Ok(Report::Refused(reason)) => Err(reason),
            Ok(_) => Err("its process said something else".into()),
            Err(end) => Err(format!("its process {end}")),
        };
        (loaded, ended)
    }
}
