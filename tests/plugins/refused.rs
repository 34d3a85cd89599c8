//! Plugins that never become ready, and what is said about them (plugin-abi §11).

use std::time::{Duration, Instant};

use belfry::plugin::{Isolation, Registry, Reload, StartError, Status};
use serde_json::json;

use crate::bed::{self, BOTH, Bed, built, start, start_with};

#[test]
fn a_plugin_that_is_no_good_is_refused_with_the_reason() {
    for isolation in BOTH {
        for (case, definitions, reason) in [
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
            ("GOOD", &["WRONG_SYMBOL"], "no symbol belfry_plugin_main"),
            (
                "GOOD",
                &["MISSING_FUNCTION"],
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
            let (plugin, mut options) = built(case, definitions);
            let name = format!("refused-{isolation:?}-{plugin}");
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
fn what_create_refuses_waits_for_a_reload_and_what_is_unavailable_for_the_clock() {
    for isolation in BOTH {
        let (plugin, options) = built("CREATE_FAILS", &[]);
        let name = format!("final-{isolation:?}");
        let config = bed::config(&name, &plugin, isolation, json!({}));
        let bed = Bed::start(config.clone(), options);
        let tries = |name: &str| bed::log_of(name).len();
        assert_eq!(bed.provider.retry_at(), None);

        let unavailable = format!("unavailable-{isolation:?}");
        let (plugin, options) = built("CREATE_UNAVAILABLE", &[]);
        let other = bed::config(&unavailable, &plugin, isolation, json!({}));
        let other = Bed::start(other, options);
        assert!(other.state().ends_with("create failed: no network yet"));
        let first = other.provider.retry_at().unwrap();
        bed::wait("the second try by the clock", || {
            other.provider.retry_at().is_some_and(|next| next > first)
        });
        other.registry.stop();

        // As much time went by for the first one, and nothing happened.
        assert_eq!((bed.provider.retry_at(), tries(&name)), (None, 1));
        let mut repaired = config;
        repaired.plugin = built("GOOD", &[]).0;
        bed.registry.apply(vec![repaired], Reload::Changed).unwrap();
        bed.wait_for_state("ready");
        bed.registry.stop();
    }
}

#[test]
fn a_slow_start_in_the_server_is_refused_after_the_fact_and_logged() {
    let (plugin, mut options) = built("SLOW_START", &["BRIEFLY"]);
    options.limits.hello = Duration::from_millis(300);
    options.limits.probe = Duration::from_secs(60);
    let config = bed::config("slow-inside", &plugin, Isolation::InProcess, json!({}));
    let registry = Registry::start(vec![config], options).unwrap();
    let provider = registry.providers()[0].clone();
    assert_eq!(provider.state().to_string(), "loading", "nobody waits");
    let reason = "failed: took longer than 300ms to load";
    bed::wait("it is refused", || provider.state().to_string() == reason);
    assert_eq!(
        provider.send(&bed::message("m")).status,
        Status::Unavailable
    );
    let log = bed::log_of("slow-inside");
    assert!(log.iter().any(|line| line.contains(reason)), "{log:?}");
    registry.stop();
}

#[test]
fn a_crash_while_loading_or_creating_ends_only_the_child() {
    let (plugin, options) = built("GOOD", &["EXITS_ON_LOAD"]);
    let config = bed::config("exits", &plugin, Isolation::Process, json!({}));
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
    let (plugin, mut options) = built("SLOW_START", &[]);
    options.limits.hello = Duration::from_millis(700);
    let slow = bed::config("slow", &plugin, Isolation::Process, json!({}));
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

    let (plugin, mut options) = built("CREATE_HANGS", &[]);
    options.limits.create = Duration::from_millis(300);
    let hangs = bed::config("create-hangs", &plugin, Isolation::Process, json!({}));
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
    let (plugin, options) = built("WRONG_MAGIC", &[]);
    let mut config = bed::config("must", &plugin, Isolation::Process, json!({}));
    config.required = true;
    let Err(error) = Registry::start(vec![config], options) else {
        panic!("it started");
    };
    assert!(matches!(&error, StartError::Required(name, _) if name == "must"));
    assert!(error.to_string().contains("not 0x59464c42"), "{error}");
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
