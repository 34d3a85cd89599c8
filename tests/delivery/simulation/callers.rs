//! Those who cause messages: connections that make people with phones and change their phones.
//!
//! A place is a message: its number is made from it, so that both sides know one another. In each ten
//! five people are made; four more places are changes for people who were made long before, and the
//! last is one for a person of just now, whose code may be replaced before it went out.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::json;

use crate::{
    app::{App, wait_for},
    people::{Answer, Caller},
};

const CONNECTIONS: usize = 8;
/// After so many tens a connection changes phones of those whom it made.
const LONG_BEFORE: usize = 30;

/// The number of a place; even and odd ones have routes of their own.
pub fn number(place: usize) -> String {
    format!("+417{}10{place:05}", 9 - place % 2)
}

/// What the callers have done.
#[derive(Default)]
pub struct Callers {
    /// Places that were answered with 200.
    acknowledged: Mutex<HashSet<usize>>,
    count: AtomicUsize,
}

impl Callers {
    /// How many changes were answered by now.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// The numbers of all changes that were answered.
    pub fn numbers(&self) -> HashSet<String> {
        let places = self.acknowledged.lock().unwrap();
        places.iter().map(|place| number(*place)).collect()
    }

    /// Makes all changes; returns when every one was tried. A server that is killed meanwhile has to
    /// come back.
    pub fn run(&self, app: &App, messages: usize) {
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                scope.spawn(move || self.work(app, connection, messages));
            }
        });
    }

    fn work(&self, app: &App, connection: usize, messages: usize) {
        let caller = app.caller();
        // By ten, the people who were made in it.
        let mut people: Vec<Vec<String>> = Vec::new();
        for ten in (connection..messages.div_ceil(10)).step_by(CONNECTIONS) {
            let mut made = Vec::new();
            for part in 0..10 {
                let place = ten * 10 + part;
                if place >= messages {
                    return;
                }
                let before = people.len().checked_sub(LONG_BEFORE);
                let old = before.and_then(|before| people[before].get(part.wrapping_sub(5)));
                let user = if part == 9 { made.last() } else { old };
                let answer = match user {
                    Some(user) if place.is_multiple_of(2) => {
                        caller.update_phone(user, &number(place))
                    }
                    Some(user) => caller.set_phone(user, &number(place)),
                    None => person(&caller, place),
                };
                if let Some(user) = self.answered(app, place, answer) {
                    made.push(user);
                }
            }
            people.push(made);
        }
    }

    /// Notes what was answered; the user, if one was made.
    fn answered(
        &self,
        app: &App,
        place: usize,
        answer: Result<Answer, ureq::Error>,
    ) -> Option<String> {
        match answer {
            Ok((200 | 201, answer)) => {
                self.acknowledged.lock().unwrap().insert(place);
                self.count.fetch_add(1, Ordering::Relaxed);
                answer["userId"].as_str().map(str::to_owned)
            }
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => {
                wait_for("the server to be back", Duration::from_secs(60), || {
                    let url = format!("http://{}/debug/ready", app.address);
                    ureq::get(url).call().ok().map(drop)
                });
                None
            }
        }
    }
}

fn person(caller: &Caller, place: usize) -> Result<Answer, ureq::Error> {
    let request = json!({
        "username": format!("person-{place}"),
        "profile": {"givenName": "Ada", "familyName": "Lovelace"},
        "email": {"email": format!("person-{place}@example.com"), "isVerified": true},
        "phone": {"phone": number(place)},
    });
    caller.call("POST", "/v2/users/human", &request)
}
