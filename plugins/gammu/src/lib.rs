//! Belfry SMS provider `gammu`: a GSM modem on this machine, through gammu-smsd's files service.
//!
//! A message is a file in the daemon's outbox; the daemon moves it to `sent` or `error`. The last part of
//! the file's name is the message's id, so a message that was handed over before, however the call ended,
//! is found again in one of the three folders and never written twice.

mod name;
mod spool;

use std::{path::PathBuf, time::Duration};

use belfry_plugin::{
    Description, Failure, Health, Host, Message, Poll, Provider, Receipt, ReceiptState, Sent,
};
use serde::Deserialize;

use crate::{
    name::{Flags, file_name, note},
    spool::{Folder, Spool},
};

/// The daemon splits a text into at most 50 SMS and drops the rest without a word. Of the least
/// favourable text 66 units fit into each: a part holds 67, and a surrogate pair is not split.
const MAX_UTF16_UNITS: usize = 50 * 66;

/// The `config` table of the provider.
#[derive(Deserialize)]
pub struct Config {
    /// The folder with `outbox`, `sent` and `error`.
    pub spool: PathBuf,
    /// The daemon's `outboxpath`, if it is not in the spool.
    pub outbox: Option<PathBuf>,
    /// The daemon's `sentsmspath`, if it is not in the spool.
    pub sent: Option<PathBuf>,
    /// The daemon's `errorsmspath`, if it is not in the spool.
    pub error: Option<PathBuf>,
    /// `A` is sent first, `Z` last.
    pub priority: char,
    /// Asks the network for a delivery report.
    pub delivery_report: bool,
    /// Shows the text at once and does not keep it.
    pub flash: bool,
    /// Seconds after which a file that still waits means that the daemon does not work; 0 for never.
    pub stalled_after: u64,
}

/// The provider.
pub struct Gammu {
    host: Host,
    spool: Spool,
    flags: Flags,
}

impl Provider for Gammu {
    type Config = Config;

    fn description() -> Description {
        Description::new("gammu", "GSM modem through gammu-smsd")
            .version(env!("CARGO_PKG_VERSION"))
            .idempotent_send()
            .config_schema(schema())
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        let folder = |own: Option<PathBuf>, name| own.unwrap_or_else(|| config.spool.join(name));
        let outbox = folder(config.outbox, "outbox");
        let sent = folder(config.sent, "sent");
        let error = folder(config.error, "error");
        if outbox == sent || outbox == error || sent == error {
            return Err(Failure::Misconfigured(
                "outbox, sent and error must be three folders, here and in the smsdrc".into(),
            ));
        }
        if !config.priority.is_ascii_uppercase() {
            return Err(Failure::Misconfigured(
                "priority must be a letter from A to Z".into(),
            ));
        }
        let flags = Flags {
            priority: config.priority,
            delivery_report: config.delivery_report,
            flash: config.flash,
        };
        let stalled_after = Duration::from_secs(config.stalled_after);
        Ok(Self {
            host,
            spool: Spool::new(outbox, sent, error, stalled_after),
            flags,
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        check(message)?;
        let note = note(message.id);
        let waiting = self.spool.scan(Folder::Outbox)?;
        let is_known = waiting.contains(&note)
            || self.spool.scan(Folder::Sent)?.contains(&note)
            || self.spool.scan(Folder::Error)?.contains(&note);
        if !is_known {
            self.spool.check_daemon(&waiting)?;
            let name = file_name(self.host.now_unix_ms(), message.to, &note, self.flags);
            self.spool.put(&note, &name, &encode(message.text))?;
        }
        Ok(Sent {
            provider_id: note,
            ..Sent::default()
        })
    }
}

impl Health for Gammu {
    fn health(&self, _timeout: Duration) -> Result<(), Failure> {
        self.spool.check_writable()?;
        self.spool.scan(Folder::Sent)?;
        self.spool.scan(Folder::Error)?;
        self.spool.check_daemon(&self.spool.scan(Folder::Outbox)?)
    }
}

impl Poll for Gammu {
    fn poll(&self, ids: &[&str], _timeout: Duration) -> Result<Vec<Receipt>, Failure> {
        // In the direction in which files move, so that none slips through between two looks.
        let states = [
            (Folder::Outbox, ReceiptState::Accepted),
            (Folder::Sent, ReceiptState::Sent),
            (Folder::Error, ReceiptState::Undelivered),
        ];
        let mut receipts = Vec::new();
        let mut missing = ids.to_vec();
        for (folder, state) in states {
            let files = self.spool.scan(folder)?;
            missing.retain(|id| {
                let Some(path) = files.path(id) else {
                    return true;
                };
                receipts.push(Receipt {
                    at_unix_ms: spool::moved_at(path),
                    ..Receipt::new(*id, state)
                });
                false
            });
        }
        Ok(receipts)
    }
}

belfry_plugin::export!(Gammu: Send + Health + Poll);

/// What the daemon would take and then spoil without a word.
fn check(message: &Message<'_>) -> Result<(), Failure> {
    let digits = message.to.strip_prefix('+').unwrap_or_default();
    if !(2..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::InvalidRecipient("not an E.164 number".into()));
    }
    if message.text.is_empty() {
        return Err(Failure::Rejected("the text is empty".into()));
    }
    // There a text ends for the daemon.
    if message.text.contains('\0') {
        return Err(Failure::Rejected("the text holds a NUL".into()));
    }
    let units = message.text.encode_utf16().count();
    if units > MAX_UTF16_UNITS {
        return Err(Failure::Rejected(
            format!("the text has {units} UTF-16 units, gammu-smsd takes {MAX_UTF16_UNITS}").into(),
        ));
    }
    Ok(())
}

/// UTF-16 with a byte order mark: without one the daemon reads the file by its locale.
fn encode(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_be_bytes).collect()
}

fn schema() -> serde_json::Value {
    let folder = |title: &str, key: &str| {
        serde_json::json!({
            "type": "string",
            "format": "path",
            "minLength": 1,
            "title": title,
            "description": format!("The daemon's {key}, if it is not in the spool"),
        })
    };
    serde_json::json!({
        "type": "object",
        "properties": {
            "spool": {
                "type": "string",
                "format": "path",
                "minLength": 1,
                "default": "/var/spool/gammu",
                "title": "Spool",
                "description": "The folder with outbox, sent and error",
            },
            "outbox": folder("Outbox", "outboxpath"),
            "sent": folder("Sent", "sentsmspath"),
            "error": folder("Error", "errorsmspath"),
            "priority": {
                "type": "string",
                "pattern": "^[A-Z]$",
                "default": "A",
                "title": "Priority",
                "description": "A is sent first, Z last",
            },
            "delivery_report": {
                "type": "boolean",
                "default": false,
                "title": "Delivery report",
                "description": "Asks the network for a report; gammu-smsd keeps it, Belfry does not read it",
            },
            "flash": {
                "type": "boolean",
                "default": false,
                "title": "Flash SMS",
                "description": "The phone shows the text at once and does not keep it",
            },
            "stalled_after": {
                "type": "integer",
                "minimum": 0,
                "default": 300,
                "title": "Stalled after",
                "description": "Seconds after which a waiting file means that the daemon does not work; 0 for never",
            },
        },
    })
}
