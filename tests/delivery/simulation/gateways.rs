//! The gateways behind the providers: they report what became of messages, each in its own bad way.
//!
//! A message has one fate, drawn from its place, and every sending of it gets that. News are late, out of
//! order, doubled, or there before the call that sent the message is over; others are forged, or about
//! messages that nobody knows.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ureq::Agent;

use super::{
    PROVIDERS,
    logs::{Key, Line, Tail, What},
};
use crate::app::{App, wait_for};

pub const ACCEPTED: i64 = 1;
pub const SENT: i64 = 2;
pub const DELIVERED: i64 = 3;
pub const UNDELIVERED: i64 = 4;
pub const EXPIRED: i64 = 5;

/// How long a gateway takes, so that the call that sent a message is mostly over.
const SOON: Duration = Duration::from_millis(400);
/// The most receipts in one call.
const MOST: usize = 16;
const OK: i64 = 1;

/// What the gateways have done.
#[derive(Default)]
pub struct Gateways {
    /// No attempt follows one that may have been sent.
    stops: bool,
    /// Whether all else is over.
    is_late: AtomicBool,
    /// Receipts that were taken, by attempt.
    reported: Mutex<HashMap<Key, Vec<Reported>>>,
    pub posted: AtomicUsize,
    pub forged: AtomicUsize,
    pub unknown: AtomicUsize,
    pub early: AtomicUsize,
    pub tried_again: AtomicUsize,
    /// How many turns in a row each gateway had nothing left to do.
    idle: [AtomicUsize; 3],
}

/// A receipt that the server took.
#[derive(Clone, Copy, Debug)]
pub struct Reported {
    pub state: i64,
    /// Whether it names the message by our id.
    pub by_our_id: bool,
}

/// A receipt that is to be posted.
#[derive(Clone, Debug)]
struct News {
    due: Instant,
    key: Key,
    state: i64,
    id: String,
    by_our_id: bool,
}

/// What a gateway tells of a message soon, and what when all else is over.
fn fate(place: usize) -> (&'static [i64], &'static [i64]) {
    match (place.wrapping_mul(2_654_435_761) >> 16) % 20 {
        0..5 => (&[DELIVERED], &[]),
        5 | 6 => (&[SENT, DELIVERED], &[]),
        7 | 8 => (&[DELIVERED, SENT], &[ACCEPTED]),
        9 | 10 => (&[DELIVERED, DELIVERED], &[DELIVERED]),
        11 => (&[DELIVERED], &[UNDELIVERED]),
        12 => (&[UNDELIVERED], &[DELIVERED]),
        13 => (&[EXPIRED], &[EXPIRED]),
        14 => (&[SENT, SENT], &[]),
        15 => (&[ACCEPTED], &[]),
        16 => (&[], &[ACCEPTED, SENT, DELIVERED]),
        17 => (&[], &[UNDELIVERED]),
        _ => (&[], &[]),
    }
}

impl Gateways {
    pub fn new(stops: bool) -> Self {
        Self {
            stops,
            ..Self::default()
        }
    }

    /// Plays the gateway of one provider until `is_over`.
    pub fn run(&self, app: &App, provider: &str, is_over: &AtomicBool) {
        let number = PROVIDERS.iter().position(|name| *name == provider).unwrap();
        let mut gateway = Gateway {
            all: self,
            is_over,
            agent: Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(Duration::from_secs(30)))
                .build()
                .new_agent(),
            url: format!("http://{}/hooks/{provider}", app.address),
            tail: Tail::of(app, provider),
            waiting: Vec::new(),
            late: Vec::new(),
            calls: 0,
        };
        while !is_over.load(Ordering::Relaxed) {
            let idle = &self.idle[number];
            match gateway.turn() {
                true => idle.store(0, Ordering::Release),
                false => drop(idle.fetch_add(1, Ordering::AcqRel)),
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Lets them tell what is left.
    pub fn tell_the_rest(&self) {
        self.is_late.store(true, Ordering::Relaxed);
    }

    /// Waits until every gateway has told what it has to tell now.
    pub fn wait_until_told(&self) {
        self.idle
            .iter()
            .for_each(|idle| idle.store(0, Ordering::Release));
        wait_for("the gateways", Duration::from_secs(120), || {
            // The first turn may have begun before the question.
            let is_idle = |idle: &AtomicUsize| idle.load(Ordering::Acquire) >= 2;
            self.idle.iter().all(is_idle).then_some(())
        });
    }

    /// What was reported by attempt.
    pub fn reported(&self) -> HashMap<Key, Vec<Reported>> {
        self.reported.lock().unwrap().clone()
    }
}

struct Gateway<'a> {
    all: &'a Gateways,
    is_over: &'a AtomicBool,
    agent: Agent,
    url: String,
    tail: Tail,
    waiting: Vec<News>,
    /// What is told when all else is over.
    late: Vec<News>,
    calls: usize,
}

impl Gateway<'_> {
    /// Reads what was sent and posts what is due; true while there is something left to do.
    fn turn(&mut self) -> bool {
        for line in self.tail.lines() {
            if matches!(line.what, What::Sent | What::SentSlowly) {
                self.plan(&line);
            }
        }
        if self.all.is_late.load(Ordering::Relaxed) {
            self.waiting.append(&mut self.late);
        }
        let now = Instant::now();
        let (mut due, waiting): (Vec<_>, Vec<_>) =
            self.waiting.drain(..).partition(|news| news.due <= now);
        self.waiting = waiting;
        due.sort_by_key(|news| news.due);
        for batch in due.chunks(MOST) {
            self.post(batch);
        }
        !self.waiting.is_empty()
    }

    fn plan(&mut self, line: &Line) {
        let (soon, late) = fate(line.place);
        let now = Instant::now();
        let is_early = line.what == What::SentSlowly;
        // Bad news by our id could be taken for those of the next attempt, where there may be one.
        let is_bad = soon
            .iter()
            .chain(late)
            .next()
            .is_some_and(|it| *it > DELIVERED);
        let is_doubtful = is_bad && !self.all.stops;
        let by_our_id = match &line.name {
            Some(_) => !is_doubtful && line.place.is_multiple_of(3),
            None if is_doubtful => return,
            None => true,
        };
        let id = match &line.name {
            Some(name) if !by_our_id => name.clone(),
            _ => line.message.to_string(),
        };
        let news = |(turn, state): (u32, &i64)| News {
            due: now + SOON * (turn + u32::from(!is_early)),
            key: (line.message, line.attempt),
            state: *state,
            id: id.clone(),
            by_our_id,
        };
        let soon: Vec<_> = (0..).zip(soon).map(news).collect();
        // What is bad and about an attempt that may be followed by another is told when it cannot be.
        if is_doubtful && line.status != OK {
            self.late.extend(soon);
        } else {
            let early = if is_early { soon.len() } else { 0 };
            self.all.early.fetch_add(early, Ordering::Relaxed);
            self.waiting.extend(soon);
        }
        self.late.extend((10..).zip(late).map(news));
    }

    fn post(&mut self, batch: &[News]) {
        self.calls += 1;
        if self.calls.is_multiple_of(16) {
            self.lie(&batch[0]);
        }
        let lines: Vec<_> = batch
            .iter()
            .map(|news| format!("{} {}\n", news.id, news.state))
            .collect();
        self.deliver("wax", &lines.concat(), 202);
        self.all.posted.fetch_add(batch.len(), Ordering::Relaxed);
        let mut reported = self.all.reported.lock().unwrap();
        for News {
            key,
            state,
            by_our_id,
            ..
        } in batch
        {
            reported.entry(*key).or_default().push(Reported {
                state: *state,
                by_our_id: *by_our_id,
            });
        }
    }

    /// What nobody may believe, and what is about nothing.
    fn lie(&self, news: &News) {
        let opposite = if news.state == DELIVERED {
            UNDELIVERED
        } else {
            DELIVERED
        };
        self.deliver("clay", &format!("{} {opposite}\n", news.id), 403);
        self.all.forged.fetch_add(1, Ordering::Relaxed);
        self.deliver("wax", "p-17-1 4\n18 3\nnonsense 3\n", 202);
        self.all.unknown.fetch_add(3, Ordering::Relaxed);
    }

    /// Posts until it is answered so; a server that cannot take it now says 503, or is not there.
    fn deliver(&self, seal: &str, body: &str, expected: u16) {
        loop {
            let request = self.agent.post(&self.url).header("x-seal", seal);
            match request.send(body).map(|answer| answer.status().as_u16()) {
                Ok(status) if status == expected => return,
                Ok(503) => {}
                Ok(status) => panic!("{status} instead of {expected} for {body:?}"),
                // The server was killed; the gateway tries until it is back.
                Err(_) => {}
            }
            self.all.tried_again.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(50));
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The providers have one gateway each.
pub fn play(gateways: &Gateways, app: &App, is_over: &AtomicBool) {
    thread::scope(|scope| {
        for provider in PROVIDERS {
            scope.spawn(move || gateways.run(app, provider, is_over));
        }
    });
}
