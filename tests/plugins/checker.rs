//! `belfry plugin check`: each bad plugin fails at the line that names its fault. Those that pass are in
//! `checked`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
};

use crate::bed;

/// Runs `belfry plugin` with those arguments.
pub fn plugin(arguments: &[&str]) -> Output {
    Command::new(bed::executable())
        .arg("plugin")
        .args(arguments)
        .output()
        .unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines of a check that must pass.
pub fn passes(library: &Path, arguments: &[&str]) -> String {
    let output = plugin(&[&["check", library.to_str().unwrap()], arguments].concat());
    let lines = text(&output.stdout);
    assert!(
        output.status.success(),
        "{}:\n{lines}{}",
        library.display(),
        text(&output.stderr)
    );
    assert!(lines.contains(", 0 failed, "), "{lines}");
    lines
}

/// The checks that fail, as `title: reason`, and whether the exit code says so.
fn failures(library: &Path, arguments: &[&str]) -> Vec<String> {
    let output = plugin(&[&["check", library.to_str().unwrap()], arguments].concat());
    let lines = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{lines}{}",
        text(&output.stderr)
    );
    assert!(!lines.contains("s3cr3t"), "{lines}");
    let failed = lines.lines().filter_map(|line| line.split_once("FAILED  "));
    let failed: Vec<_> = failed.map(|(_, rest)| rest.to_owned()).collect();
    let hints = lines
        .lines()
        .filter(|line| line.starts_with("            hint: "))
        .count();
    assert_eq!(failed.len(), hints, "each failure has a hint: {lines}");
    failed
}

/// Most of a check is waiting.
fn in_parallel<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        for some in cases.chunks(cases.len().div_ceil(4)) {
            let test = &test;
            scope.spawn(move || some.iter().for_each(test));
        }
    });
}

/// A file for one test.
pub fn file(name: &str, content: &str) -> PathBuf {
    let path = bed::folder("checker").join(name);
    fs::write(&path, content).unwrap();
    path
}

/// A plugin that comes with Belfry.
pub fn shipped(name: &str) -> PathBuf {
    bed::build_shipped();
    bed::executable().with_file_name(format!("libbelfry_{name}.so"))
}

#[test]
fn each_careless_plugin_fails_at_the_line_that_names_its_fault() {
    let folder = bed::folder("careless");
    let build = |case: &str| {
        bed::compile(
            "tests/plugins/careless.c",
            &folder,
            case,
            &[&format!("-DCASE={case}")],
        )
    };
    passes(&build("CAREFUL"), &[]);
    let replay = file("careless.json", r#"{"answers": [{"status": 200}]}"#);
    let replay = replay.to_str().unwrap();
    let cases = [
        ("LEAKS", "hundreds of instances: 600 instances left"),
        (
            "LEAKS_DESCRIPTORS",
            "hundreds of instances: 20 descriptors are left open",
        ),
        (
            "LEAKS_THREADS",
            "hundreds of instances: 20 threads are left",
        ),
        ("LOGS_THE_CODE", "secrets: the code is in a log line"),
        ("TELLS_THE_KEY", "secrets: a secret setting is in `detail`"),
        (
            "NAMES_BY_THE_KEY",
            "secrets: a secret setting is in `provider_id` or `price`",
        ),
        ("PRINTS", "standard output: 8 bytes"),
        (
            "BELIEVES_FORGERIES",
            "webhook: believes a form without a signature",
        ),
        (
            "LOST_ANSWER_IS_UNAVAILABLE",
            "a silent gateway: says UNAVAILABLE although",
        ),
        (
            "REFUSED_IS_UNKNOWN",
            "a gateway that is down: says OUTCOME_UNKNOWN although",
        ),
        ("ERROR_IS_OK", "answers that are nonsense: says OK to a 401"),
        (
            "FORGETS_THE_DEADLINE",
            "a silent gateway: gives a request 2.5s when the message has 1s",
        ),
        (
            "FOREIGN_HOST",
            "hosts: it asks for POST https://elsewhere.example.com/sms",
        ),
        (
            "NO_IDEMPOTENCY_KEY",
            "the same message twice: promises idempotent_send",
        ),
        (
            "ONE_AFTER_THE_OTHER",
            "calls at the same time: promises 4 calls at a time",
        ),
        ("UNTYPED_SETTING", "schema: config.name has no type"),
        ("OPEN_SECRET", "schema: config.api_key sounds like a secret"),
        (
            "HEALTHY_WHEN_DOWN",
            "health: says OK although the gateway was not reached",
        ),
        (
            "INVENTS_RECEIPTS",
            "poll: says DELIVERED of a message that was never sent",
        ),
        ("APPROVES_ALL", "verify: approves a code although"),
        ("CONNECTS_IN_CREATE", "create: create makes 1 HTTP requests"),
        (
            "CRASHES_ON_EMOJI",
            "emoji and scripts: its process ended: signal: 6 (SIGABRT)",
        ),
        (
            "HOST_WITH_SCHEME",
            "description: http_hosts has \"https://sms.example.com\"",
        ),
        ("REFUSES_SILENTLY", "odd settings: refuses an odd"),
        (
            "NAMELESS_VERIFICATION",
            "verify: starts a verification without a name",
        ),
    ];
    in_parallel(&cases, |(case, expected)| {
        // What a lost answer means shows only where the others come.
        let needs_answers = *case == "LOST_ANSWER_IS_UNAVAILABLE";
        let arguments = if needs_answers {
            &["--replay", replay][..]
        } else {
            &[][..]
        };
        // Its secret is in the configuration.
        let key = file("careless.toml", "api_key = \"s3cr3t\"");
        let key = ["--config", key.to_str().unwrap()];
        let failures = failures(&build(case), &[arguments, &key].concat());
        assert!(
            failures.iter().any(|line| line.starts_with(expected)),
            "{case}: {failures:#?}"
        );
        // A fault of one kind fails its own line alone; a connection in create is also one in each of
        // the others, and what is leaked may be a descriptor.
        let is_alone = !["CONNECTS_IN_CREATE", "FOREIGN_HOST", "HOST_WITH_SCHEME"].contains(case);
        assert!(!is_alone || failures.len() == 1, "{case}: {failures:#?}");
    });
}

#[test]
fn each_bad_plugin_fails_at_the_line_that_names_its_fault() {
    let config = file("bad.toml", "");
    let config = ["--config", config.to_str().unwrap()];
    let cases = [
        ("WRONG_MAGIC", &[][..], "table: not a provider's table"),
        ("WRONG_MAJOR", &[], "table: made for interface version 9"),
        (
            "OTHER_MAJOR_ONLY",
            &[],
            "table: the plugin does not know interface version 1",
        ),
        ("SHORT_TABLE", &[], "table: the plugin's table has 40 bytes"),
        (
            "NO_DESCRIPTION",
            &[],
            "table: the plugin has no description",
        ),
        (
            "BAD_JSON",
            &[],
            "description: the plugin's description is not valid",
        ),
        (
            "TOO_CONCURRENT",
            &[],
            "description: the plugin's max_concurrency must be 1 to 64",
        ),
        (
            "CANNOT_SEND",
            &[],
            "table: the plugin can neither send nor verify",
        ),
        (
            "SLOW_START",
            &[],
            "table: its process did not come back within 5s",
        ),
        (
            "GOOD",
            &["WRONG_SYMBOL"],
            "table: has no symbol belfry_plugin_main",
        ),
        ("GOOD", &["MISSING_FUNCTION"], "table: cannot be loaded"),
        (
            "GOOD",
            &["EXITS_ON_LOAD"],
            "table: its process ended: exit status: 7",
        ),
        (
            "CREATE_FAILS",
            &[],
            "create: create fails: MISCONFIGURED: bad key",
        ),
        (
            "CREATE_SILENT",
            &[],
            "create: create fails: INTERNAL: the plugin gives no reason",
        ),
        (
            "CREATE_CRASHES",
            &[],
            "create: its process ended: signal: 11 (SIGSEGV)",
        ),
        (
            "ABORT",
            &[],
            "a message: its process ended: signal: 6 (SIGABRT)",
        ),
        (
            "SEGFAULT",
            &[],
            "a message: its process ended: signal: 11 (SIGSEGV)",
        ),
        ("EXIT", &[], "a message: its process ended: exit status: 7"),
        ("NO_STATUS", &[], "a message: INTERNAL"),
        ("GARBAGE", &[], "a message: INTERNAL"),
        ("NOISE", &[], "standard output: "),
        ("GOOD", &[], "secrets: the code is in a log line"),
    ];
    in_parallel(&cases, |(case, definitions, expected)| {
        let (plugin, options) = bed::built(case, definitions);
        let library = options.plugin_dir.unwrap().join(format!("{plugin}.so"));
        let failures = failures(&library, &config);
        assert!(
            failures.iter().any(|line| line.starts_with(expected)),
            "{plugin}: {failures:#?}"
        );
    });
}

#[test]
fn a_plugin_that_hangs_is_killed_and_named() {
    let (plugin, options) = bed::built("CREATE_HANGS", &[]);
    let library = options.plugin_dir.unwrap().join(format!("{plugin}.so"));
    // Its `create` sleeps for a minute, so only one check may wait for it.
    let failures = failures(&library, &["--only", "5"]);
    assert!(
        failures[0].starts_with("create: its process did not come back within "),
        "{failures:?}"
    );
}

#[test]
fn a_check_can_run_alone_and_in_this_process() {
    let folder = bed::folder("checker");
    let library = bed::compile("plugins/example-c/example.c", &folder, "alone", &["-O2"]);
    let lines = passes(
        &library,
        &["--only", "7", "--in-process", "--to", "+41791234567"],
    );
    assert!(
        lines.contains(" 7. ok      a message: OK as c-1"),
        "{lines}"
    );
    assert!(!lines.contains("emoji"), "{lines}");
    // What is judged at the end is judged by all.
    assert!(passes(&library, &["--only", "22"]).contains("emoji"));
}

#[test]
fn a_check_that_there_is_not_is_refused_with_the_list_of_those_there_are() {
    let folder = bed::folder("checker");
    let library = bed::compile("plugins/example-c/example.c", &folder, "listed", &["-O2"]);
    let lines = passes(&library, &[]);
    let titles = lines.lines().filter(|line| !line.contains(" checks: "));
    let titles: Vec<_> = titles.map(|line| (&line[..4], &line[12..])).collect();
    let library = library.to_str().unwrap();
    for number in ["0", "99", &(titles.len() + 1).to_string()] {
        let output = plugin(&["check", library, "--only", number]);
        let error = text(&output.stderr);
        assert_eq!(
            (output.status.code(), text(&output.stdout)),
            (Some(1), String::new())
        );
        assert!(
            error.contains(&format!("there is no check {number}; there are\n")),
            "{error}"
        );
        let listed: Vec<_> = error.lines().skip(1).collect();
        assert_eq!(listed.len(), titles.len(), "{error}");
        for (listed, (number, title)) in listed.iter().zip(&titles) {
            assert!(
                listed.starts_with(number) && title.starts_with(&listed[4..]),
                "{error}"
            );
        }
    }
}

#[test]
fn what_must_be_configured_is_said_and_nothing_is_sent_unasked() {
    let output = plugin(&["check", shipped("http").to_str().unwrap()]);
    let lines = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        lines.contains("configuration: endpoint must be given"),
        "{lines}"
    );
    assert!(
        lines.contains("--config FILE:\n                endpoint = \"…\""),
        "{lines}"
    );
    // All of its settings have defaults, and it would write to the spool of this machine.
    let lines = passes(&shipped("gammu"), &[]);
    assert!(
        lines.contains("a message: cannot: it might send for real"),
        "{lines}"
    );
}

#[test]
fn wrong_files_are_refused_in_words() {
    let library = shipped("http");
    let library = library.to_str().unwrap();
    let bad_answers = file("answers.json", r#"{"answers": [{"url": "x"}]}"#);
    let bad_config = file("config.toml", "endpoint = ");
    for (arguments, part) in [
        (
            vec!["check", "town"],
            "there is no file town; give the path",
        ),
        (vec!["check", "/tmp"], "/tmp is a folder"),
        (
            vec!["check", library, "--replay", bad_answers.to_str().unwrap()],
            "answers[0] needs a \"status\"",
        ),
        (
            vec!["check", library, "--config", bad_config.to_str().unwrap()],
            "config.toml",
        ),
        (
            vec!["check", library, "--config", "/nonexistent"],
            "cannot read /nonexistent",
        ),
    ] {
        let output = plugin(&arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(part), "{error}");
    }
    let output = plugin(&["check", library, "--live"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}
