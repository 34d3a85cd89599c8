//! kill -9 under load: no acknowledged change and no SMS is lost.
//!
//! `BELFRY_KILL_ROUNDS` says how many rounds (8 without it). Every number is used once, so a line in
//! `sms.jsonl` tells which change it is of.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rand::RngExt as _;

use crate::{
    app::{App, children, file_provider, has_ended, wait_for},
    people::{Caller, sequence},
    plugins::build_shipped,
};

const CONNECTIONS: usize = 8;
const USERS_OF_EACH: usize = 4;

/// A change that was answered with 200.
struct Acknowledged {
    user: String,
    number: String,
    sequence: i64,
}

/// What one connection did until the server was gone.
#[derive(Default)]
struct Work {
    acknowledged: Vec<Acknowledged>,
    /// The change that got no answer: it may be there or not.
    open: Option<(String, String)>,
}

/// The figures of all rounds.
#[derive(Default)]
struct Figures {
    acknowledged: usize,
    open_and_kept: usize,
    longest_start: Duration,
    longest_delivery: Duration,
}

#[test]
fn kill_9_under_load_loses_no_acknowledged_change_and_no_sms() {
    build_shipped();
    let rounds = std::env::var("BELFRY_KILL_ROUNDS").map_or(8, |text| text.parse().unwrap());
    let app = App::start(&file_provider("sms.jsonl"));
    let humans = |_| (0..USERS_OF_EACH).map(|_| app.human()).collect();
    let users: Vec<Vec<String>> = (0..CONNECTIONS).map(humans).collect();
    let numbers = AtomicU32::new(0);
    let mut figures = Figures::default();
    for round in 0..rounds {
        let work = load_until_killed(&app, &users, &numbers);
        figures.longest_start = figures.longest_start.max(app.serve());
        let restarted = Instant::now();
        app.expect_consistent();
        expect_changes(&app, &work, &mut figures);
        expect_deliveries(&app, &users);
        figures.longest_delivery = figures.longest_delivery.max(restarted.elapsed());
        assert!(figures.acknowledged > round, "there is no load to speak of");
    }
    let (messages, repeats) = (app.sms().len(), app.repeats());
    println!(
        "{rounds} rounds of kill -9: {} changes acknowledged, none lost; {} unanswered ones were kept; \
         {messages} SMS, {repeats} of them repeats; longest start {:?}, longest time from ready to \
         everything checked and sent {:?}",
        figures.acknowledged,
        figures.open_and_kept,
        figures.longest_start,
        figures.longest_delivery,
    );
    // The file provider takes one message at a time, so one at most is in flight at a kill, and the
    // outcomes of a moment may be not yet written.
    assert!(
        repeats <= rounds * 20,
        "{repeats} repeats in {rounds} rounds"
    );
}

/// Changes phones over several connections, kills the server in the middle, and waits for the end of
/// its plugin.
fn load_until_killed(app: &App, users: &[Vec<String>], numbers: &AtomicU32) -> Vec<Work> {
    let plugins = children(app.pid());
    assert!(!plugins.is_empty(), "the provider runs in a child");
    let begin = Barrier::new(users.len() + 1);
    let work = thread::scope(|scope| {
        let connections: Vec<_> = users
            .iter()
            .map(|users| {
                let (caller, begin) = (app.caller(), &begin);
                scope.spawn(move || {
                    begin.wait();
                    change_until_gone(&caller, users, numbers)
                })
            })
            .collect();
        begin.wait();
        // The moment of the kill is what varies from round to round; nothing can be awaited here.
        thread::sleep(Duration::from_millis(rand::rng().random_range(20..400)));
        app.kill();
        let done = connections.into_iter().map(|thread| thread.join().unwrap());
        done.collect()
    });
    for plugin in plugins {
        wait_for(
            "the plugin's process to end by itself",
            Duration::from_secs(5),
            || has_ended(plugin).then_some(()),
        );
    }
    work
}

fn change_until_gone(caller: &Caller, users: &[String], numbers: &AtomicU32) -> Work {
    let mut work = Work::default();
    for (turn, user) in users.iter().cycle().enumerate() {
        let number = format!("+4179{:07}", numbers.fetch_add(1, Ordering::Relaxed));
        let answer = match turn % 2 {
            0 => caller.update_phone(user, &number),
            _ => caller.set_phone(user, &number),
        };
        match answer {
            Ok((200, answer)) => work.acknowledged.push(Acknowledged {
                user: user.clone(),
                number,
                sequence: sequence(&answer),
            }),
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => {
                work.open = Some((user.clone(), number));
                break;
            }
        }
    }
    work
}

/// Every answered change is in the history, and the last of each user is the state, unless the one
/// that got no answer came after it.
fn expect_changes(app: &App, work: &[Work], figures: &mut Figures) {
    let history = app.numbers_in_history();
    for Work { acknowledged, open } in work {
        let mut last = HashMap::new();
        for change in acknowledged {
            assert!(
                history.contains(&change.number),
                "{} is lost",
                change.number
            );
            last.insert(&change.user, change);
        }
        figures.acknowledged += acknowledged.len();
        let kept = open.as_ref().filter(|(_, number)| history.contains(number));
        figures.open_and_kept += usize::from(kept.is_some());
        for (user, change) in last {
            let (number, sequence) = app.phone_of(user);
            assert!(
                sequence >= change.sequence,
                "{sequence} < {}",
                change.sequence
            );
            let expected = match kept {
                Some((owner, kept)) if owner == user => kept,
                _ => &change.number,
            };
            assert_eq!(&number, expected);
        }
    }
}

/// Within 30 s nothing waits any more, and the code that each user has to type was sent to the
/// user's number, under its id.
fn expect_deliveries(app: &App, users: &[Vec<String>]) {
    wait_for("the outbox to be empty", Duration::from_secs(30), || {
        (app.queued() == 0).then_some(())
    });
    let sent: HashSet<(String, String)> =
        app.sms().into_iter().map(|sms| (sms.id, sms.to)).collect();
    for user in users.iter().flatten() {
        let phone = app.stored_phone(user);
        if let (Some(id), Some(number)) = (phone.pending, phone.number) {
            assert!(
                sent.contains(&(id.to_string(), number.clone())),
                "the SMS {id} to {number} is lost"
            );
        }
    }
}
