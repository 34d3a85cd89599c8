//! Thousands of messages over three providers that fail, throttle, time out, crash, and whose gateways
//! report late, doubled, out of order and forged: each message ends in the one right state, none is
//! lost, and what the server counts is what the providers wrote down.
//!
//! `BELFRY_SIMULATION_MESSAGES` says how many (10,000 without it). `scripted.c` is the provider,
//! `callers` causes the messages, `gateways` reports, `stream` watches, and `verdict` finds the right
//! ends from the providers' logs and the receipts without the server.

mod callers;
mod gateways;
mod logs;
mod stream;
mod verdict;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    app::{App, wait_for},
    plugins::{PLUGINS, build_shipped},
};
use callers::Callers;
use gateways::Gateways;
use stream::Seen;
use verdict::{Evidence, Verdict, messages, verdict};

/// The providers; the place in the list is the number of each.
pub const PROVIDERS: [&str; 3] = ["alpha", "beta", "gamma"];
/// For their shares see `scripted.c`: invalid, rejected, unsupported, throttled, unavailable, sent with an
/// unknown outcome, not sent with an unknown outcome; of 10,000.
const SHARES: [&str; 3] = [
    "150 150 500 300 900 300 200",
    "50 100 200 200 300 200 300",
    "200 50 1000 400 600 300 300",
];
/// How long all messages may take on a machine that is busy with other tests.
const LONG: Duration = Duration::from_secs(600);

/// What is done to whom.
struct Plan {
    messages: usize,
    stops: bool,
    /// Places at which a provider crashes (c), hangs (h), or answers after its deadline (l).
    faults: [String; 3],
    /// After so many changes the server is killed.
    kill_after: Option<usize>,
}

fn configuration(plan: &Plan) -> String {
    let policy = if plan.stops {
        "on_unknown_outcome = \"stop\"\n"
    } else {
        ""
    };
    let providers = (0..).zip(PROVIDERS).map(|(number, name)| {
        let script = format!("{} {}", SHARES[number], plan.faults[number]);
        format!(
            "[[notifications.providers]]\nname = \"{name}\"\nplugin = \"scripted\"\n\
             config = {{ folder = \".\", number = \"{number}\", script = \"{}\" }}\n",
            script.trim_end()
        )
    });
    let routes = [
        ("even", "+4179", &["alpha", "beta", "gamma"]),
        ("odd", "+4178", &["gamma", "alpha", "beta"]),
    ];
    let routes = routes.iter().map(|(name, prefix, chain)| {
        format!(
            "[[notifications.routes]]\nname = \"{name}\"\nprefixes = [\"{prefix}\"]\nproviders = {chain:?}\n"
        )
    });
    let all: String = providers.chain(routes).collect();
    format!("{PLUGINS}{policy}{all}")
}

#[test]
fn thousands_of_messages_end_right_over_bad_providers() {
    let messages =
        std::env::var("BELFRY_SIMULATION_MESSAGES").map_or(10_000, |text| text.parse().unwrap());
    let at = |part: usize| messages * part / 20;
    simulate(&Plan {
        messages,
        stops: false,
        faults: [
            format!("h{} c{} l{}", at(1) & !1, at(8) & !1, at(2) & !1),
            format!("c{} c{}", at(8) & !1, at(12) | 1),
            format!("h{} c{} l{}", at(1) | 1, at(14) | 1, at(3) | 1),
        ],
        kill_after: None,
    });
}

#[test]
fn an_operator_who_wants_nothing_twice_gets_that() {
    simulate(&Plan {
        messages: 1500,
        stops: true,
        faults: ["c300 c900".into(), "".into(), "c601".into()],
        kill_after: None,
    });
}

#[test]
fn messages_end_right_also_when_the_server_is_killed_among_them() {
    simulate(&Plan {
        messages: 1500,
        stops: false,
        faults: ["c300".into(), "".into(), "c901".into()],
        kill_after: Some(700),
    });
}

fn simulate(plan: &Plan) {
    build_shipped();
    let begun = Instant::now();
    let url = ("BELFRY__SERVER__EXTERNAL_URL", "https://sms.example.com");
    let app = App::prepare(&configuration(plan), &[url]);
    app.build("scripted", &[]);
    app.serve();
    let (callers, gateways) = (Callers::default(), Gateways::new(plan.stops));
    let (seen, is_over) = (Mutex::new(Seen::default()), AtomicBool::new(false));
    let run = Run {
        app: &app,
        plan,
        callers: &callers,
        gateways: &gateways,
    };
    thread::scope(|scope| {
        scope.spawn(|| gateways::play(&gateways, &app, &is_over));
        // However this ends, the gateways must not hold it up.
        let end = End(&app, &is_over);
        let listen = || {
            let listener = stream::listener(&app);
            scope.spawn(|| stream::listen(listener, &seen))
        };
        let mut listening = listen();
        let calling = scope.spawn(|| callers.run(&app, plan.messages));
        if let Some(count) = plan.kill_after {
            wait_for("some changes", LONG, || {
                (callers.count() >= count).then_some(())
            });
            app.kill();
            listening.join().unwrap();
            // What happens before somebody listens again is missed.
            seen.lock().unwrap().miss();
            app.serve();
            listening = listen();
        }
        calling.join().unwrap();
        let changed = begun.elapsed();
        wait_for("all messages to leave the outbox", LONG, || {
            thread::sleep(Duration::from_millis(100));
            (app.queued() == 0).then_some(())
        });
        let emptied = begun.elapsed();
        run.expect_right_ends();
        gateways.tell_the_rest();
        let right = run.expect_right_ends();
        run.expect_counts(&right);
        app.expect_consistent();
        let times = [changed, emptied, begun.elapsed()];
        assert!(app.terminate().0.success());
        listening.join().unwrap();
        let seen = seen.lock().unwrap();
        run.print(&right, &seen, times);
        run.expect_stream(&seen);
        drop(end);
    });
}

/// Sets a flag when it goes, and ends the server after a fault, so that nobody waits for it.
struct End<'a>(&'a App, &'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
        if thread::panicking() && self.0.lives() {
            self.0.kill();
        }
    }
}

/// One run of the simulation.
struct Run<'a> {
    app: &'a App,
    plan: &'a Plan,
    callers: &'a Callers,
    gateways: &'a Gateways,
}

impl Run<'_> {
    /// Waits until every message is where it has to be; receipts take up to some seconds.
    #[track_caller]
    fn expect_right_ends(&self) -> Verdict {
        let begun = Instant::now();
        loop {
            self.gateways.wait_until_told();
            let evidence = Evidence {
                calls: &logs::calls(self.app),
                reported: &self.gateways.reported(),
                acknowledged: &self.callers.numbers(),
                stops: self.plan.stops,
            };
            let found = verdict(&messages(self.app), &evidence);
            if found.faults.is_empty() {
                return found;
            }
            let faults = &found.faults[..found.faults.len().min(20)];
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "{} faults, such as\n{}",
                found.faults.len(),
                faults.join("\n")
            );
            thread::sleep(Duration::from_secs(1));
        }
    }

    /// The API counts what the logs say.
    fn expect_counts(&self, right: &Verdict) {
        let answer = self
            .app
            .ok("POST", "/belfry/v1/messages/_count", &json!({}));
        let counts = answer["counts"].as_array().unwrap().iter().map(|count| {
            let text = |member: &str| count[member].as_str().unwrap_or_default().to_owned();
            let state = text("state").replace("MESSAGE_STATE_", "").to_lowercase();
            (
                (text("provider"), state),
                text("count").parse::<u64>().unwrap(),
            )
        });
        let right = right
            .counts
            .iter()
            .map(|((provider, state), count)| ((provider.clone(), (*state).to_owned()), *count));
        assert_eq!(counts.collect::<BTreeMap<_, _>>(), right.collect());
    }

    fn expect_stream(&self, seen: &Seen) {
        assert!(
            seen.faults.is_empty(),
            "{:?}",
            &seen.faults[..seen.faults.len().min(20)]
        );
        for message in messages(self.app) {
            let state = seen.state(message.id);
            let is_known = state.is_some() || seen.has_gap;
            assert!(is_known, "{} was never seen", message.id);
            assert!(
                state.is_none_or(|state| state == message.state),
                "{state:?} {}",
                message.id
            );
        }
    }

    fn print(&self, right: &Verdict, seen: &Seen, [changed, emptied, all]: [Duration; 3]) {
        let calls = logs::calls(self.app);
        let mut by_provider: BTreeMap<_, [usize; 12]> = BTreeMap::new();
        for call in calls.values() {
            let figures = by_provider.entry(call.provider).or_default();
            figures[usize::try_from(call.answer.unwrap_or(0)).unwrap()] += 1;
            figures[11] += usize::from(call.is_sent);
        }
        println!(
            "{} messages: {:?}",
            right.ends.values().sum::<usize>(),
            right.ends
        );
        for (provider, figures) in by_provider {
            let count: usize = figures[..11].iter().sum();
            println!(
                "{provider}: {count} calls, {} sendings; by answer (first none) {:?}",
                figures[11],
                &figures[..11]
            );
        }
        println!(
            "{} messages sent more than once, {} sendings too many; {} calls cut off, {} attempts not asked",
            right.doubled, right.repeats, right.cut_off, right.not_asked
        );
        let of = |count: &std::sync::atomic::AtomicUsize| count.load(Ordering::Relaxed);
        println!(
            "{} receipts, {} of them before the call was over; {} forged, {} about nothing, {} calls tried again",
            of(&self.gateways.posted),
            of(&self.gateways.early),
            of(&self.gateways.forged),
            of(&self.gateways.unknown),
            of(&self.gateways.tried_again),
        );
        println!(
            "{} changes seen on the stream, some missed: {}",
            seen.changes, seen.has_gap
        );
        println!(
            "all changes after {changed:?}, nothing waits after {emptied:?}, the end after {all:?}"
        );
    }
}
