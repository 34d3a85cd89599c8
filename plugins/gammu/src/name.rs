//! The names of outgoing files: `OUT<priority><date>_<time>_<serial>_<number>_<note>.txt<flags>`.
//!
//! The daemon sends in the order of the names, reads the number and the flags from them, ignores the rest,
//! and keeps at most 99 bytes of them. The note carries the message's id.

use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

/// The longest note; with it a name has 88 bytes at most.
const MAX_NOTE: usize = 40;
/// The last millisecond that has a year of four digits.
const END_OF_TIME: i64 = 253_402_300_799_999;

/// What a name says beside number and note.
#[derive(Clone, Copy)]
pub struct Flags {
    /// `A` to `Z`.
    pub priority: char,
    /// `d`: the network reports what became of it.
    pub delivery_report: bool,
    /// `f`: shown at once and not kept.
    pub flash: bool,
}

/// The note of a message: its id, or a digest of an id that would not fit into a name.
pub fn note(id: &str) -> String {
    let fits = (1..=MAX_NOTE).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match fits {
        true => id.to_owned(),
        false => hex::encode(Sha256::digest(id))
            .chars()
            .take(MAX_NOTE)
            .collect(),
    }
}

/// The name of a message's file. The serial is the millisecond: it keeps the order within a second.
pub fn file_name(now_unix_ms: i64, number: &str, note: &str, flags: Flags) -> String {
    let since = Duration::from_millis(now_unix_ms.clamp(0, END_OF_TIME).unsigned_abs());
    // 2026-11-24T12:53:51.007Z
    let stamp = humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string();
    let stamp = stamp.replace(['-', ':', 'Z'], "").replace(['T', '.'], "_");
    let priority = flags.priority;
    let report = if flags.delivery_report { "d" } else { "" };
    let flash = if flags.flash { "f" } else { "" };
    format!("OUT{priority}{stamp}_{number}_{note}.txt{report}{flash}")
}

/// The note in a file's name; `None` if it is no outgoing text.
pub fn note_in(name: &str) -> Option<&str> {
    let (stem, _) = name.strip_prefix("OUT")?.rsplit_once(".txt")?;
    let (_, note) = stem.rsplit_once('_')?;
    Some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: Flags = Flags {
        priority: 'A',
        delivery_report: true,
        flash: true,
    };

    #[test]
    fn a_name_is_as_documented() {
        let name = file_name(
            1_700_000_000_007,
            "+41791234567",
            "351234567890123456",
            FLAGS,
        );
        assert_eq!(
            name,
            "OUTA20231114_221320_007_+41791234567_351234567890123456.txtdf"
        );
        assert_eq!(note_in(&name), Some("351234567890123456"));
    }

    #[test]
    fn no_id_makes_a_name_longer_than_the_daemon_reads() {
        let ids = ["", "a_b", "../../etc/passwd", &"9".repeat(41), "ü", "a.txt"];
        for id in ids {
            let name = file_name(i64::MAX, "+123456789012345", &note(id), FLAGS);
            assert!(name.len() < 99, "{name}");
            assert!(!name.contains('/'), "{name}");
            assert_eq!(note_in(&name), Some(note(id).as_str()));
        }
        assert_ne!(note("a_b"), note("a_c"));
    }

    #[test]
    fn foreign_files_have_no_note_of_ours() {
        for name in [
            ".belfry-1",
            "IN2026_1.txt",
            "OUT+41791234567.txt",
            "OUTA_1_2.smsbackup",
        ] {
            assert_eq!(note_in(name), None, "{name}");
        }
    }
}
