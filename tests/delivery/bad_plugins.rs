//! The server with each bad plugin of `tests/plugins/bad.c`, in front of one that works: it starts,
//! answers, names the fault, and the message goes out through the other (plugin-abi §11).

use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{
    app::{App, file_provider, wait_for},
    plugins::{PLUGINS, build_shipped},
};

/// Servers at one time.
const AT_ONCE: usize = 6;

/// A build of `bad.c`, how it runs, and what the log says of it.
type Case = (&'static str, &'static str, &'static str);

const BOTH: &[(&str, &str)] = &[
    ("WRONG_MAGIC", "not a provider's table"),
    ("WRONG_MAJOR", "made for interface version 9"),
    ("OTHER_MAJOR_ONLY", "does not know interface version"),
    ("SHORT_TABLE", "table has 40 bytes"),
    ("NO_DESCRIPTION", "no description"),
    ("BAD_JSON", "description is not valid"),
    ("TOO_CONCURRENT", "max_concurrency must be 1 to 64"),
    ("CANNOT_SEND", "can neither send nor verify"),
    ("CREATE_FAILS", "create failed: bad key"),
    ("CREATE_SILENT", "the plugin gives no reason"),
    ("GARBAGE", "unknown status"),
    ("NO_STATUS", "the plugin set no status"),
    ("HANG", "no answer within"),
];

/// In the server itself these would end it, which is documented.
const PROCESS: &[(&str, &str)] = &[
    ("CREATE_CRASHES", "SIGSEGV"),
    ("CREATE_HANGS", "no answer within"),
    ("SLOW_START", "no Hello within"),
    ("ABORT", "SIGABRT"),
    ("SEGFAULT", "SIGSEGV"),
    ("EXIT", "exit status: 7"),
    ("CLOSES_ALL", "its process"),
];

#[test]
fn the_server_survives_every_bad_plugin_and_fails_over() {
    build_shipped();
    let of =
        |isolation| move |(case, fault): &(&'static str, &'static str)| (*case, isolation, *fault);
    let cases: Vec<Case> = BOTH
        .iter()
        .map(of("process"))
        .chain(BOTH.iter().map(of("in-process")))
        .chain(PROCESS.iter().map(of("process")))
        .collect();
    let left = Mutex::new(cases);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    survives(case);
                }
            });
        }
    });
}

fn survives((case, isolation, fault): Case) {
    let bad = format!(
        "[[notifications.providers]]\nname = \"bad\"\nplugin = \"bad\"\nisolation = \"{isolation}\"\n"
    );
    let app = App::prepare(
        &format!("{PLUGINS}{bad}{}", file_provider("sms.jsonl")),
        &[],
    );
    app.add_file_plugin();
    app.build_from("tests/plugins/bad.c", "bad", &[&format!("CASE={case}")]);
    app.serve();
    let (user, number) = app.human_with_phone();
    let sms = wait_for(
        &format!("the SMS past {case}, {isolation}"),
        Duration::from_secs(90),
        || app.sms().into_iter().find(|sms| sms.to == number),
    );
    assert_eq!(app.phone_of(&user).0, number, "{case}, {isolation}");
    assert!(!sms.code().is_empty());
    wait_for(
        &format!("{fault:?} of {case}, {isolation}"),
        Duration::from_secs(30),
        || app.log().contains(fault).then_some(()),
    );
    assert!(app.lives(), "{case}, {isolation}");
}
