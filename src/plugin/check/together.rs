//! What all checks saw together, and what is to be said of it at the end.

use super::bench::{Finding, cannot, failed};
use crate::plugin::trial::Notes;

/// The titles of the last lines.
pub(super) const TITLES: [&str; 4] = ["secrets", "hosts", "recorded answers", "standard output"];

/// What all checks saw together.
#[derive(Default)]
pub(super) struct Together {
    notes: Notes,
    /// The first check in which something was printed, and how many bytes.
    printed: Option<(&'static str, usize)>,
}

impl Together {
    pub(super) fn add(&mut self, notes: Notes) {
        self.notes.add(notes);
    }

    pub(super) fn add_output(&mut self, title: &'static str, output: &[u8]) {
        if !output.is_empty() {
            self.printed.get_or_insert((title, output.len()));
        }
    }

    /// What the last lines say, as [`TITLES`] has them.
    pub(super) fn findings(&self, has_replay: bool) -> [Finding; 4] {
        [
            self.secrets(),
            self.hosts(),
            self.answers(has_replay),
            self.output(),
        ]
    }

    fn secrets(&self) -> Finding {
        match self.notes.leaks.first() {
            None => Ok("no text, code or key in a log line or a detail".into()),
            Some(leak) => Err(failed(
                leak.clone(),
                "log neither; the server masks them, but cannot know every spelling",
            )),
        }
    }

    fn hosts(&self) -> Finding {
        match (self.notes.forbidden.first(), self.notes.asked) {
            (Some(request), _) => Err(failed(
                format!("it asks for {request}, which is none of its http_hosts"),
                "add the host to http_hosts, or \"{setting}\" for the URL in a setting",
            )),
            (None, 0) => Err(cannot("it made no request through the host")),
            (None, count) => Ok(format!("{count} requests, none to a foreign host")),
        }
    }

    fn answers(&self, has_replay: bool) -> Finding {
        match self.notes.unanswered.first() {
            _ if !has_replay => Err(cannot("none given, see --replay")),
            Some(request) => Err(failed(
                format!("the file has none for {request}"),
                "add one with that \"method\" and beginning of the \"url\"",
            )),
            None => Ok("one for each request".into()),
        }
    }

    fn output(&self) -> Finding {
        match self.printed {
            None => Ok("nothing is written to it".into()),
            Some((title, count)) => Err(failed(
                format!("{count} bytes were written to it by {title:?}"),
                "descriptors 0 to 2 are the server's: use the host's log",
            )),
        }
    }
}
