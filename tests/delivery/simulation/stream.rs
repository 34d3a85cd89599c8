//! The live view while all this happens: every change that it shows has to be one forward.

use std::{collections::HashMap, sync::Mutex};

use crate::{app::App, life::Listener};

/// What was seen.
#[derive(Default)]
pub struct Seen {
    last: HashMap<String, String>,
    pub changes: usize,
    /// Whether some changes were missed.
    pub has_gap: bool,
    pub faults: Vec<String>,
}

impl Seen {
    /// Some changes are missed.
    pub fn miss(&mut self) {
        self.has_gap = true;
        self.last.clear();
    }

    /// The state that a message was seen in last.
    pub fn state(&self, id: i64) -> Option<&str> {
        self.last.get(&id.to_string()).map(String::as_str)
    }
}

/// Listens until the server ends.
pub fn listen(mut listener: Listener, seen: &Mutex<Seen>) {
    while let Some((_, name, data)) = listener.next() {
        let mut seen = seen.lock().unwrap();
        if name == "gap" {
            seen.miss();
            continue;
        }
        let text = |member: &str| data[member].as_str().unwrap_or_default().to_owned();
        let (id, state) = (text("id"), text("state"));
        seen.changes += 1;
        let before = seen.last.insert(id.clone(), state.clone());
        let before = before.as_deref().unwrap_or("");
        let is_new_here = before.is_empty() && seen.has_gap;
        if !is_new_here && !is_forward(before, &state) {
            seen.faults
                .push(format!("{id} from {before:?} to {state:?}"));
        }
    }
}

/// A client of the stream.
pub fn listener(app: &App) -> Listener {
    Listener::start(app, &[])
}

/// Whether a message may come from one state into another.
fn is_forward(before: &str, after: &str) -> bool {
    match before {
        "" => after == "queued",
        "queued" => after != "queued",
        "sending" => after != "sending",
        "accepted" => matches!(after, "sent" | "delivered" | "undelivered" | "expired"),
        "sent" => matches!(after, "delivered" | "undelivered" | "expired"),
        "unknown" => matches!(
            after,
            "accepted" | "sent" | "delivered" | "undelivered" | "expired"
        ),
        _ => false,
    }
}
