//! Plugins that misbehave in a call, and what the host does about it (plugin-abi §11).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use belfry::plugin::{Isolation, Status};

use crate::bed::{self, BOTH, start};

#[test]
fn a_crash_in_a_call_is_an_unknown_outcome_and_a_restart() {
    for (case, ending) in [
        ("ABORT", "signal: 6 (SIGABRT)"),
        ("SEGFAULT", "signal: 11 (SIGSEGV)"),
        ("EXIT", "exit status: 7"),
    ] {
        let bed = start(case, case, Isolation::Process);
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::OutcomeUnknown, "{case}");
        assert!(result.detail.contains(ending), "{case}: {}", result.detail);
        bed.wait_until_available();
        bed.registry.stop();
    }
}

#[test]
fn after_a_crash_the_next_call_works() {
    let bed = start("crash-once", "CRASH_ONCE", Isolation::Process);
    assert_eq!(
        bed.provider.send(&bed::message("m")).status,
        Status::OutcomeUnknown
    );
    bed.wait_until_available();
    let mut again = bed::message("m");
    again.attempt = 2;
    assert_eq!(bed.provider.send(&again).status, Status::Ok);
    let log = bed::log_of("crash-once");
    let count = |part: &str| log.iter().filter(|line| line.contains(part)).count();
    assert_eq!(
        (count("is restarting"), count("is ready")),
        (1, 2),
        "{log:?}"
    );
    bed.registry.stop();
}

#[test]
fn five_crashes_close_and_a_probe_that_works_opens() {
    let bed = start("crashing", "CRASH_ONCE", Isolation::Process);
    for _ in 0..5 {
        bed.wait_until_available();
        assert_eq!(
            bed.provider.send(&bed::message("m")).status,
            Status::OutcomeUnknown
        );
    }
    bed.wait_for_state("closed");
    assert!(!bed.provider.is_available());
    assert!(bed.provider.retry_at().is_some());
    let told = Arc::new(AtomicBool::new(false));
    bed.registry.on_change({
        let told = told.clone();
        move || told.store(true, Ordering::SeqCst)
    });
    bed.wait_until_available();
    bed::wait("the new process is told", || told.load(Ordering::SeqCst));
    assert_eq!(bed.provider.retry_at(), None);
    assert!(
        bed.state().starts_with("closed"),
        "half open: {}",
        bed.state()
    );
    let mut again = bed::message("m");
    again.attempt = 2;
    assert_eq!(bed.provider.send(&again).status, Status::Ok);
    assert_eq!(bed.state(), "ready");
    bed.registry.stop();
}

#[test]
fn a_hanging_child_is_killed_with_all_its_calls() {
    let bed = start("hang", "HANG", Isolation::Process);
    assert_eq!(bed.provider.max_concurrency(), 2);
    let mut patient = bed::message("patient");
    patient.timeout = Duration::from_secs(30);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| bed.provider.send(&patient));
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::OutcomeUnknown);
        assert!(result.detail.contains("was killed"), "{}", result.detail);
        assert_eq!(other.join().unwrap().status, Status::OutcomeUnknown);
    });
    assert!(started.elapsed() < Duration::from_secs(3));
    bed.wait_until_available();
    bed.registry.stop();
}

#[test]
fn four_hanging_calls_close_an_in_process_plugin_until_they_come_back() {
    let bed = start("late", "LATE_ONCE", Isolation::InProcess);
    let mut short = bed::message("m");
    short.timeout = Duration::from_millis(50);
    for _ in 0..4 {
        let result = bed.provider.send(&short);
        assert_eq!(result.status, Status::OutcomeUnknown, "{}", result.detail);
        assert!(result.detail.contains("abandoned"), "{}", result.detail);
    }
    let result = bed.provider.send(&short);
    assert_eq!(result.status, Status::Misconfigured, "{}", result.detail);
    assert!(bed.state().starts_with("closed"), "{}", bed.state());
    bed::wait("the calls are back", || {
        bed.provider.send(&short).status == Status::Ok
    });
    assert_eq!(bed.state(), "ready");
    bed.registry.stop();
}

#[test]
fn garbage_is_internal_and_cleaned() {
    for isolation in BOTH {
        let bed = start(&format!("garbage-{isolation:?}"), "GARBAGE", isolation);
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::Internal);
        assert_eq!(result.provider_id, "A".repeat(128));
        assert!(result.provider_code.chars().all(|c| c == '\u{fffd}'));
        assert!(
            result.detail.contains("unknown status 77"),
            "{}",
            result.detail
        );
        assert_eq!(bed.provider.info().faults.garbage, 1);
        bed.registry.stop();

        let bed = start(&format!("unset-{isolation:?}"), "NO_STATUS", isolation);
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::Internal);
        assert!(result.detail.contains("set no status"));
        bed.registry.stop();
    }
}

#[test]
fn what_a_child_prints_is_in_the_log_without_number_and_text() {
    let bed = start("noise", "NOISE", Isolation::Process);
    assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
    bed::wait("the noise is logged", || {
        let log = bed::log_of("noise");
        let has = |part: &str| log.iter().any(|line| line.contains(part));
        has("output: noise for +417******67") && has("output: the text is [text]")
    });
    bed.registry.stop();
}

#[test]
fn the_log_masks_number_and_code_of_the_call_and_names_the_message() {
    for isolation in BOTH {
        let name = format!("masked-{isolation:?}");
        let bed = start(&name, "GOOD", isolation);
        assert_eq!(bed.provider.send(&bed::message("m-1")).status, Status::Ok);
        let log = bed::log_of(&name);
        let has = |part: &str| log.iter().any(|line| line.contains(part));
        assert!(has("[text] [m-1]") && has("+417******67 [m-1]"), "{log:?}");
        assert!(!has("K7QX2P") && !has("1791234567"), "{log:?}");
        bed.registry.stop();
    }
}

#[test]
fn a_flood_of_lines_is_cut_and_does_not_hold_up_the_reply() {
    for isolation in BOTH {
        let name = format!("flood-{isolation:?}");
        let bed = start(&name, "FLOOD", isolation);
        assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
        let lines = bed::log_of(&name).len();
        assert!((200..400).contains(&lines), "{lines} lines");
        let dropped = bed.provider.info().faults.dropped_lines;
        assert!((99_000..=100_001).contains(&dropped), "{dropped} dropped");
        bed.registry.stop();
    }
}

#[test]
fn a_provider_with_bad_credentials_is_closed_and_probed() {
    for isolation in BOTH {
        let bed = start(
            &format!("unauthorized-{isolation:?}"),
            "UNAUTHORIZED_ONCE",
            isolation,
        );
        assert_eq!(
            bed.provider.send(&bed::message("m")).status,
            Status::Unauthorized
        );
        assert!(bed.state().starts_with("closed"));
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::Unavailable);
        assert!(result.retry_after.unwrap() <= Duration::from_millis(300));
        bed.wait_until_available();
        assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
        assert_eq!(bed.state(), "ready");
        bed.registry.stop();
    }
}
