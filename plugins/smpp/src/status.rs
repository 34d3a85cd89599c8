//! What the SMSC's `command_status` means for a message and for the provider.
//!
//! The operator's table (`statuses`) comes first; the values from 0x400 on are the SMSC's own and
//! mean "not now" unless that table says more.

use std::collections::BTreeMap;

use belfry_plugin::{Failure, Reason};
use rusmpp::CommandStatus;
use serde::Deserialize;

use crate::config::{Config, status_key};

/// How long everything waits after the SMSC said that we are too fast.
pub const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// The code of a bind that was refused since another session is open.
pub const ALREADY_BOUND: u32 = 0x05;

/// A failure that a status can stand for, as the operator writes it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// [`Failure::InvalidRecipient`]
    InvalidRecipient,
    /// [`Failure::Rejected`]
    Rejected,
    /// [`Failure::Unsupported`]
    Unsupported,
    /// [`Failure::Throttled`]
    Throttled,
    /// [`Failure::Unavailable`]
    Unavailable,
    /// [`Failure::Unauthorized`]
    Unauthorized,
    /// [`Failure::Misconfigured`]
    Misconfigured,
    /// [`Failure::Internal`]
    Internal,
}

/// The operator's table by number.
pub fn overrides(config: &Config) -> BTreeMap<u32, Meaning> {
    let entries = config.statuses.iter();
    entries
        .filter_map(|(key, meaning)| Some((status_key(key)?, *meaning)))
        .collect()
}

/// The failure of a message that was answered with `status`.
pub fn of_message(status: u32, overrides: &BTreeMap<u32, Meaning>) -> Failure {
    let meaning = overrides.get(&status).copied().unwrap_or(match status {
        // Queue full, throttled.
        0x14 | 0x58 => Meaning::Throttled,
        // System error, temporary error of the receiver's application; a bind that was lost.
        0x08 | 0x64 | 0x04 => Meaning::Unavailable,
        // Destination address.
        0x0b => Meaning::InvalidRecipient,
        // Length, submit failed, permanent error, refused.
        0x01 | 0x45 | 0x65 | 0x66 => Meaning::Rejected,
        // Length and id of the command: we spoke nonsense.
        0x02 | 0x03 => Meaning::Internal,
        // Sender; flags, service type, classes; types of number and plans; times; optional parameters.
        0x06
        | 0x07
        | 0x0a
        | 0x15
        | 0x42
        | 0x43
        | 0x48..=0x51
        | 0x53
        | 0x54
        | 0x61
        | 0x62
        | 0x63
        | 0xc0..=0xc4
        | 0x100..=0x106 => Meaning::Misconfigured,
        _ => Meaning::Unavailable,
    });
    failure(meaning, reason("the SMSC refused the message", status))
}

/// The failure of a bind that was answered with `status`.
pub fn of_bind(status: u32, overrides: &BTreeMap<u32, Meaning>) -> Failure {
    let meaning = overrides.get(&status).copied().unwrap_or(match status {
        0x0d..=0x0f => Meaning::Unauthorized,
        0x14 | 0x58 => Meaning::Throttled,
        0x08 | 0x64 => Meaning::Unavailable,
        _ => Meaning::Misconfigured,
    });
    failure(meaning, reason("the SMSC refused the bind", status))
}

/// Whether the bind was refused since another session is open.
pub fn is_already_bound(failure: &Failure) -> bool {
    matches!(failure, Failure::Misconfigured(reason) if reason.code == code(ALREADY_BOUND))
}

fn failure(meaning: Meaning, reason: Reason) -> Failure {
    match meaning {
        Meaning::InvalidRecipient => Failure::InvalidRecipient(reason),
        Meaning::Rejected => Failure::Rejected(reason),
        Meaning::Unsupported => Failure::Unsupported(reason),
        Meaning::Throttled => Failure::Throttled(reason, Some(PAUSE)),
        Meaning::Unavailable => Failure::Unavailable(reason),
        Meaning::Unauthorized => Failure::Unauthorized(reason),
        Meaning::Misconfigured => Failure::Misconfigured(reason),
        Meaning::Internal => Failure::Internal(reason),
    }
}

fn reason(text: &str, status: u32) -> Reason {
    let name = match CommandStatus::from(status) {
        CommandStatus::Other(_) => "a status of its own".to_owned(),
        known => format!("{known:?}")
            .to_uppercase()
            .replacen("ESME", "ESME_", 1),
    };
    Reason::with_code(format!("{text}: {name}"), code(status))
}

fn code(status: u32) -> String {
    format!("0x{status:08X}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    #[test]
    fn each_status_of_a_message_has_its_meaning() {
        let none = BTreeMap::new();
        let of = |status| of_message(status, &none);
        for status in [0x14, 0x58] {
            assert!(matches!(of(status), Failure::Throttled(_, Some(PAUSE))));
        }
        for status in [0x08, 0x64, 0x04, 0xfe, 0xff, 0x400, 0x4ff] {
            assert!(matches!(of(status), Failure::Unavailable(_)), "{status:#x}");
        }
        assert!(matches!(of(0x0b), Failure::InvalidRecipient(_)));
        for status in [0x01, 0x45, 0x65, 0x66] {
            assert!(matches!(of(status), Failure::Rejected(_)), "{status:#x}");
        }
        for status in [0x0a, 0x48, 0x49, 0x50, 0x51, 0x62, 0xc1] {
            assert!(
                matches!(of(status), Failure::Misconfigured(_)),
                "{status:#x}"
            );
        }
    }

    #[test]
    fn each_status_of_a_bind_has_its_meaning() {
        let none = BTreeMap::new();
        let of = |status| of_bind(status, &none);
        for status in [0x0d, 0x0e, 0x0f] {
            assert!(
                matches!(of(status), Failure::Unauthorized(_)),
                "{status:#x}"
            );
        }
        for status in [0x05, 0x53, 0x401] {
            assert!(
                matches!(of(status), Failure::Misconfigured(_)),
                "{status:#x}"
            );
        }
        assert!(matches!(of(0x08), Failure::Unavailable(_)));
        assert!(is_already_bound(&of(0x05)) && !is_already_bound(&of(0x0e)));
    }

    #[test]
    fn the_operators_table_comes_first_and_the_reason_names_the_status() {
        let config =
            config(serde_json::json!({"statuses": {"0x401": "rejected", "88": "unavailable"}}));
        assert!(config.check().is_ok());
        let table = overrides(&config);
        let expected = Reason::with_code(
            "the SMSC refused the message: a status of its own",
            "0x00000401",
        );
        assert_eq!(of_message(0x401, &table), Failure::Rejected(expected));
        let expected = Reason::with_code(
            "the SMSC refused the message: ESME_RTHROTTLED",
            "0x00000058",
        );
        assert_eq!(of_message(0x58, &table), Failure::Unavailable(expected));
    }

    #[test]
    fn a_key_that_is_no_status_is_refused() {
        let config = config(serde_json::json!({"statuses": {"ESME_RTHROTTLED": "rejected"}}));
        assert!(matches!(config.check(), Err(Failure::Misconfigured(_))));
    }
}
