//! What the host does about each kind of bad plugin (plugin-abi §11).

use std::time::{Duration, Instant};

use belfry::plugin::{Isolation, Options, Registry, StartError, Status};
use serde_json::{Value, json};

use crate::bed::{self, BOTH, Bed};

/// Builds `bad.c` as that case and gives options that find it as plugin `case`.
fn built(case: &str, flags: &[&str]) -> Options {
    let folder = bed::folder("bad");
    let define = format!("-DCASE={case}");
    let mut all = vec![define.as_str()];
    all.extend(flags);
    // Several tests may want the same case at once.
    let own = format!("{}-{:?}", case.to_lowercase(), std::thread::current().id());
    let own: String = own
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let made = bed::compile("tests/plugins/bad.c", &folder, &own, &all);
    std::fs::rename(made, folder.join(format!("{case}.so"))).unwrap();
    let mut options = bed::options();
    options.plugin_dir = Some(folder);
    options
}

fn start(name: &str, case: &str, isolation: Isolation) -> Bed {
    start_with(name, case, isolation, json!({}))
}

fn start_with(name: &str, case: &str, isolation: Isolation, config: Value) -> Bed {
    Bed::start(bed::config(name, case, isolation, config), built(case, &[]))
}

#[test]
fn a_plugin_that_is_no_good_is_refused_with_the_reason() {
    for isolation in BOTH {
        for (case, flags, reason) in [
            (
                "WRONG_MAGIC",
                &[][..],
                "it begins with 0x12345678, not 0x59464c42",
            ),
            (
                "WRONG_MAJOR",
                &[],
                "made for interface version 9.0, this server has 1.0",
            ),
            ("OTHER_MAJOR_ONLY", &[], "does not know interface version 1"),
            ("SHORT_TABLE", &[], "table has 40 bytes, version 1.0 has 96"),
            ("GOOD", &["-DWRONG_SYMBOL"], "no symbol belfry_plugin_main"),
            (
                "GOOD",
                &["-DMISSING_FUNCTION"],
                "belfry_test_no_such_function",
            ),
            ("NO_DESCRIPTION", &[], "no description"),
            ("BAD_JSON", &[], "description is not valid"),
            ("TOO_CONCURRENT", &[], "max_concurrency must be 1 to 64"),
            ("CANNOT_SEND", &[], "can neither send nor verify"),
            (
                "CREATE_SILENT",
                &[],
                "create failed: the plugin gives no reason",
            ),
        ] {
            let name = format!("refused-{isolation:?}-{case}{}", flags.concat());
            // The case's name tells files apart that are built with other flags.
            let mut options = built(case, flags);
            let plugin = format!("{case}{}", flags.concat().replace('-', "_"));
            let folder = options.plugin_dir.clone().unwrap();
            if plugin != case {
                std::fs::rename(
                    folder.join(format!("{case}.so")),
                    folder.join(format!("{plugin}.so")),
                )
                .unwrap();
            }
            options.limits.probe = Duration::from_secs(60);
            let config = bed::config(&name, &plugin, isolation, json!({}));
            let bed = Bed::start(config, options);
            let state = bed.state();
            assert!(
                state.starts_with("failed: ") && state.contains(reason),
                "{name}: {state}"
            );
            let result = bed.provider.send(&bed::message("m"));
            assert_eq!(result.status, Status::Unavailable, "{name}");
            assert!(!bed.provider.is_available());
            bed.registry.stop();
        }
    }
}

#[test]
fn a_failed_create_names_no_secret() {
    for isolation in BOTH {
        let name = format!("create-fails-{isolation:?}");
        let bed = start_with(&name, "CREATE_FAILS", isolation, json!({"key": "hunter2"}));
        let state = bed.state();
        assert!(
            state.contains(r#"create failed: bad key in {"key":"[secret]"}"#),
            "{state}"
        );
        assert!(
            bed::log_of(&name)
                .iter()
                .all(|line| !line.contains("hunter2"))
        );
        bed.registry.stop();
    }
}

#[test]
fn a_crash_while_loading_or_creating_ends_only_the_child() {
    let options = built("GOOD", &["-DEXITS_ON_LOAD"]);
    let folder = options.plugin_dir.clone().unwrap();
    std::fs::rename(folder.join("GOOD.so"), folder.join("EXITS_ON_LOAD.so")).unwrap();
    let config = bed::config("exits", "EXITS_ON_LOAD", Isolation::Process, json!({}));
    let bed = Bed::start(config, options);
    assert!(
        bed.state().contains("exit status: 7 before its Hello"),
        "{}",
        bed.state()
    );
    bed.registry.stop();

    let bed = start("create-crashes", "CREATE_CRASHES", Isolation::Process);
    assert!(
        bed.state().contains("signal: 11 (SIGSEGV)"),
        "{}",
        bed.state()
    );
    bed.registry.stop();
}

#[test]
fn a_slow_start_is_killed_and_delays_nobody_else() {
    let mut options = built("SLOW_START", &[]);
    options.limits.hello = Duration::from_millis(700);
    let slow = bed::config("slow", "SLOW_START", Isolation::Process, json!({}));
    let started = Instant::now();
    let registry = Registry::start(vec![slow], options).unwrap();
    assert!(started.elapsed() < Duration::from_millis(500));
    let provider = registry.providers()[0].clone();
    assert_eq!(provider.state().to_string(), "loading");
    assert_eq!(
        provider.send(&bed::message("m")).status,
        Status::Unavailable
    );
    bed::wait("the slow one is refused", || {
        provider.state().to_string().starts_with("failed")
    });
    assert!(
        provider
            .state()
            .to_string()
            .contains("no Hello within 700ms")
    );
    registry.stop();

    let mut options = built("CREATE_HANGS", &[]);
    options.limits.create = Duration::from_millis(300);
    let hangs = bed::config(
        "create-hangs",
        "CREATE_HANGS",
        Isolation::Process,
        json!({}),
    );
    let bed = Bed::start(hangs, options);
    assert!(
        bed.state().contains("gave no answer within 300ms"),
        "{}",
        bed.state()
    );
    bed.registry.stop();
}

#[test]
fn a_required_provider_that_is_broken_stops_the_start() {
    let mut config = bed::config("must", "WRONG_MAGIC", Isolation::Process, json!({}));
    config.required = true;
    let Err(error) = Registry::start(vec![config], built("WRONG_MAGIC", &[])) else {
        panic!("it started");
    };
    assert!(matches!(&error, StartError::Required(name, _) if name == "must"));
    assert!(error.to_string().contains("not 0x59464c42"), "{error}");
}

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
    bed.wait_until_available();
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
        bed.registry.stop();
    }
}

#[test]
fn a_plugin_that_closes_every_descriptor_hurts_only_itself() {
    let bed = start("closes", "CLOSES_ALL", Isolation::Process);
    let result = bed.provider.send(&bed::message("m"));
    assert_eq!(result.status, Status::OutcomeUnknown);
    bed.wait_until_available();
    bed.registry.stop();
}

#[test]
fn a_child_has_no_environment_no_cores_and_few_descriptors() {
    let bed = start("report", "REPORT", Isolation::Process);
    assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
    let log = bed::log_of("report");
    let expected = "env 0 cwd / stdin /dev/null core 0 files 512";
    assert!(log.iter().any(|line| line.contains(expected)), "{log:?}");
    bed.registry.stop();
}

#[test]
fn a_newer_minor_version_with_a_longer_table_loads() {
    for isolation in BOTH {
        let bed = start(&format!("newer-{isolation:?}"), "NEWER", isolation);
        assert_eq!(bed.state(), "ready");
        assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
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
