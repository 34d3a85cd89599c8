//! The host that a plugin on trial gets: it keeps what the plugin logs and asks for, and answers
//! requests from a file, from the network, or as a gateway in trouble would.
//!
//! Whatever answers, a request to a host that the plugin may not reach is refused, as a server does.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use belfry_plugin::{Client, HttpFailure, HttpResponse};
use log::Level;
use serde::{Deserialize, Serialize};

use super::replay::{Player, Replay};
use crate::plugin::{
    host::{Services, lock, made},
    message::HttpRequest,
};

/// Longer waits than this are not a gateway's silence but a plugin that forgets its deadline.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

/// Who answers the requests of a plugin.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::plugin) enum Reach {
    /// Nobody: each is refused as if there were no network.
    Nobody,
    /// A file.
    Replay(Replay),
    /// Those that are asked.
    Real,
}

enum Usual {
    Nobody,
    Replay(Player),
    Real,
}

/// What becomes of a request when the gateway is in trouble.
#[derive(Clone)]
pub(in crate::plugin) enum Trouble {
    /// It is taken and never answered.
    Silent,
    /// Nothing listens.
    Down,
    /// It is answered, with this.
    Answers(HttpResponse),
}

/// A request that a plugin made.
pub(in crate::plugin) struct Asked {
    pub url: String,
    /// Headers and body as one text, to look for something in.
    pub content: String,
    pub timeout: Duration,
}

/// What was seen of all instances of a process, to be told.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::plugin) struct Notes {
    /// How many requests were made.
    pub asked: usize,
    /// Requests that the file has no answer for.
    pub unanswered: Vec<String>,
    /// Requests to hosts that are not among the plugin's own.
    pub forbidden: Vec<String>,
    /// Where a secret was seen.
    pub leaks: Vec<String>,
}

impl Notes {
    pub(in crate::plugin) fn add(&mut self, more: Self) {
        self.asked += more.asked;
        self.unanswered.extend(more.unanswered);
        self.forbidden.extend(more.forbidden);
        self.leaks.extend(more.leaks);
    }
}

/// What one instance did with its host.
#[derive(Default)]
pub(in crate::plugin) struct Seen {
    pub lines: Vec<(Level, String)>,
    pub asked: Vec<Asked>,
    in_flight: usize,
    /// The most requests that were under way at the same time.
    pub most_in_flight: usize,
}

/// The host of a trial.
pub(in crate::plugin) struct TrialHost {
    usual: Usual,
    client: Client,
    /// After so many requests comes the trouble.
    trouble: Mutex<Option<(usize, Trouble)>>,
    seen: Mutex<Seen>,
    notes: Arc<Mutex<Notes>>,
    /// How long an answer takes at least, so that calls at the same time meet.
    slowness: Mutex<Duration>,
}

impl TrialHost {
    /// A host that reaches what `client` may reach, and adds to `notes`.
    pub(in crate::plugin) fn new(
        reach: Reach,
        client: Client,
        notes: Arc<Mutex<Notes>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            usual: match reach {
                Reach::Nobody => Usual::Nobody,
                Reach::Replay(replay) => Usual::Replay(Player::new(replay)),
                Reach::Real => Usual::Real,
            },
            client,
            trouble: Mutex::default(),
            seen: Mutex::default(),
            notes,
            slowness: Mutex::default(),
        })
    }

    /// From now on: the next `after` requests as usual, then the trouble.
    pub(in crate::plugin) fn trouble(&self, after: usize, trouble: Trouble) {
        *lock(&self.trouble) = Some((after, trouble));
    }

    /// From now on each answer takes at least that long.
    pub(in crate::plugin) fn slow_down(&self, by: Duration) {
        *lock(&self.slowness) = by;
    }

    /// What was seen until now.
    pub(in crate::plugin) fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&lock(&self.seen))
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
        match self.next_trouble() {
            Some(Trouble::Silent) => {
                thread::sleep(request.timeout.min(LONGEST_SILENCE));
                return Err(failure(true, "no answer in time"));
            }
            Some(Trouble::Down) => return Err(failure(false, "connection refused")),
            Some(Trouble::Answers(response)) => return Ok(response),
            None => {}
        }
        match &self.usual {
            Usual::Nobody => Err(failure(
                false,
                "nobody is reached in a trial without answers",
            )),
            Usual::Real => made(&self.client, request),
            Usual::Replay(player) => player.answer(request).unwrap_or_else(|| {
                lock(&self.notes).unanswered.push(address(request));
                Err(failure(false, "the file has no answer to this request"))
            }),
        }
    }

    fn next_trouble(&self) -> Option<Trouble> {
        match &mut *lock(&self.trouble) {
            Some((0, trouble)) => Some(trouble.clone()),
            Some((after, _)) => {
                *after -= 1;
                None
            }
            None => None,
        }
    }
}

impl Services for TrialHost {
    fn log(&self, level: Level, _: &str, line: &str) {
        lock(&self.seen).lines.push((level, line.to_owned()));
    }

    fn http(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
        {
            let mut seen = lock(&self.seen);
            seen.asked.push(asked(request));
            seen.in_flight += 1;
            seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
            let mut notes = lock(&self.notes);
            notes.asked += 1;
            if !self.client.admits(&request.url) {
                notes.forbidden.push(address(request));
                seen.in_flight -= 1;
                return Err(failure(
                    false,
                    "this plugin may not reach that address: it is none of its http_hosts",
                ));
            }
        }
        thread::sleep((*lock(&self.slowness)).min(request.timeout));
        let answer = self.answer(request);
        lock(&self.seen).in_flight -= 1;
        answer
    }
}

/// A request without its query, which may hold a key.
fn address(request: &HttpRequest) -> String {
    let url = request.url.split('?').next().unwrap_or_default();
    format!("{} {url}", request.method)
}

fn asked(request: &HttpRequest) -> Asked {
    let headers = request.headers.iter();
    let headers: String = headers
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    Asked {
        url: request.url.clone(),
        content: headers + &String::from_utf8_lossy(&request.body),
        timeout: request.timeout,
    }
}

fn failure(may_have_left: bool, text: &str) -> HttpFailure {
    HttpFailure {
        may_have_left,
        text: text.into(),
    }
}
