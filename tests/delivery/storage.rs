//! A full disk and a locked database: an error for the caller, never a lost change, and back to work
//! as soon as there is room.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};

use crate::{
    app::{App, children, file_provider, wait_for},
    database::ACCEPTED,
    people::Answer,
    plugins::build_shipped,
};

/// Limits the size of files that a process writes: to it, the disk is full.
fn limit_files(process: Pid, most: Option<u64>) {
    let limit = Rlimit {
        current: most,
        maximum: None,
    };
    prlimit(Some(process), Resource::Fsize, limit).unwrap();
}

fn try_change(app: &App, user: &str, number: &str) -> Answer {
    let path = format!("/management/v1/users/{user}/phone");
    app.call("PUT", &path, &json!({ "phone": number }))
}

#[track_caller]
fn expect_unavailable((status, body): Answer) {
    assert_eq!(status, 503, "{body}");
    assert_eq!(body["code"], 14, "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(!message.is_empty() && !message.contains("SQL"), "{message}");
}

#[test]
fn a_full_disk_refuses_changes_and_nothing_that_was_acknowledged_is_lost() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (user, before) = app.human_with_phone();
    app.wait_for_sms(&before);

    let processes: Vec<_> = children(app.pid()).into_iter().chain([app.pid()]).collect();
    for process in &processes {
        limit_files(*process, Some(1024));
    }
    let mut refused = Vec::new();
    for _ in 0..20 {
        let number = app.number();
        let begun = Instant::now();
        expect_unavailable(try_change(&app, &user, &number));
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(app.phone_of(&user).0, before, "reads go on");
        refused.push(number);
    }
    assert_eq!(app.call("GET", "/debug/healthz", &Value::Null).0, 200);
    assert!(app.lives());

    for process in &processes {
        limit_files(*process, None);
    }
    let after = app.number();
    wait_for("writing to resume", Duration::from_secs(10), || {
        (try_change(&app, &user, &after).0 == 200).then_some(())
    });
    // A kill between the sending and its record would repeat the message, which is allowed.
    wait_for("the outcome to be written", Duration::from_secs(30), || {
        (app.message_to(&after).state == ACCEPTED).then_some(())
    });
    app.kill();
    app.serve();
    assert_eq!(app.phone_of(&user).0, after);
    let history = app.numbers_in_history();
    assert!(history.contains(&before) && history.contains(&after));
    assert!(refused.iter().all(|number| !history.contains(number)));
    app.expect_consistent();
    assert_eq!(app.repeats(), 0);
}

#[test]
fn a_disk_that_fills_up_under_load_keeps_what_was_acknowledged() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let users: Vec<_> = (0..8).map(|_| app.human()).collect();
    let room = std::fs::metadata(app.path("belfry.db-wal")).unwrap().len() + 200_000;
    limit_files(app.pid(), Some(room));
    let work = |user: &str| {
        let caller = app.caller();
        let begun = Instant::now();
        let (mut acknowledged, mut refusals) = (Vec::new(), 0);
        while refusals < 20 && begun.elapsed() < Duration::from_secs(20) {
            let number = app.number();
            match caller.update_phone(user, &number).unwrap() {
                (200, _) => acknowledged.push(number),
                other => {
                    expect_unavailable(other);
                    refusals += 1;
                }
            }
        }
        assert_eq!(refusals, 20, "the disk has filled up");
        acknowledged
    };
    let acknowledged: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = users
            .iter()
            .map(|user| scope.spawn(|| work(user)))
            .collect();
        let done = threads.into_iter().map(|thread| thread.join().unwrap());
        done.flatten().collect()
    });
    assert!(acknowledged.len() > users.len());
    let complaints = app.log().matches("the writing of a batch failed").count();
    assert!(
        (1..=10).contains(&complaints),
        "{complaints} lines about one trouble"
    );
    limit_files(app.pid(), None);
    let last = app.number();
    wait_for("writing to resume", Duration::from_secs(10), || {
        (try_change(&app, &users[0], &last).0 == 200).then_some(())
    });
    app.kill();
    app.serve();
    let history = app.numbers_in_history();
    assert!(acknowledged.iter().all(|number| history.contains(number)));
    app.expect_consistent();
    app.wait_for_sms(&last);
}

#[test]
fn a_database_that_another_process_locks_refuses_changes_until_it_is_free() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let (user, before) = app.human_with_phone();
    app.wait_for_sms(&before);
    let other = Connection::open(app.path("belfry.db")).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();

    // The busy timeout is 1 s here; a change may have to wait for the end of the batch before it.
    let begun = Instant::now();
    expect_unavailable(try_change(&app, &user, &app.number()));
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    assert_eq!(app.phone_of(&user).0, before, "reads go on");
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );

    other.execute_batch("ROLLBACK").unwrap();
    let after = app.number();
    assert_eq!(try_change(&app, &user, &after).0, 200);
    app.wait_for_sms(&after);
    app.expect_consistent();
}
