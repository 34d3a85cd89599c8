//! `belfry plugin new`, `describe` and `send`, as an author uses them; and a provider in a third language,
//! made of the header alone.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread::JoinHandle,
};

use serde_json::Value;

use crate::{
    bed,
    checker::{passes, plugin, text},
};

/// An empty folder for one test.
fn fresh(name: &str) -> PathBuf {
    let folder = bed::folder("authors").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, command: &str, arguments: &[&str]) -> Output {
    let output = Command::new(command)
        .args(arguments)
        .current_dir(folder)
        // What a build needs is there since the workspace was built.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", bed::folder("authors").join("target"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{command} {arguments:?}: {}",
        text(&output.stderr)
    );
    output
}

fn new(folder: &Path, arguments: &[&str]) -> Output {
    run(
        folder,
        bed::executable().to_str().unwrap(),
        &[&["plugin", "new"], arguments].concat(),
    )
}

const RECORDED: [&str; 4] = ["--config", "config.toml", "--replay", "replay.json"];

/// The arguments of [`RECORDED`] for a provider in that folder.
fn recorded(folder: &Path) -> Vec<String> {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    RECORDED
        .iter()
        .map(|argument| match argument.starts_with("--") {
            true => (*argument).to_owned(),
            false => path(argument),
        })
        .collect()
}

#[test]
fn a_new_provider_in_c_builds_tests_and_passes() {
    let parent = fresh("c");
    let said = text(&new(&parent, &["town-crier", "--lang", "c"]).stdout);
    assert!(
        said.contains("belfry plugin check town-crier.so --config config.toml"),
        "{said}"
    );
    let folder = parent.join("town-crier");
    let flags = "CFLAGS=-std=c99 -Wall -Wextra -pedantic -Werror -O2";
    let tested = text(&run(&folder, "make", &["test", flags]).stdout);
    assert!(tested.contains("ok: the message is posted as JSON") && !tested.contains("FAILED"));
    run(&folder, "make", &[flags]);
    let arguments = recorded(&folder);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let lines = passes(&folder.join("town-crier.so"), &arguments);
    assert!(lines.contains("a message: OK as g-1"), "{lines}");
    passes(&folder.join("town-crier.so"), &arguments[..2]);
}

#[test]
fn a_new_provider_in_rust_builds_tests_and_passes_with_either_sdk() {
    let parent = fresh("rust");
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/sdk");
    new(&parent, &["town-crier", "--lang", "rust"]);
    new(
        &parent,
        &[
            "by-clone",
            "--lang",
            "rust",
            "--sdk",
            clone.to_str().unwrap(),
        ],
    );
    assert!(!parent.join("by-clone/belfry-plugin").exists());
    for name in ["town-crier", "by-clone"] {
        let folder = parent.join(name);
        // Not every toolchain brings these two.
        let has = |tool: &str| {
            let version = Command::new(env!("CARGO"))
                .args([tool, "--version"])
                .output();
            version.is_ok_and(|output| output.status.success())
        };
        if has("fmt") {
            run(&folder, env!("CARGO"), &["fmt", "--check"]);
        }
        if has("clippy") {
            let arguments = ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"];
            run(&folder, env!("CARGO"), &arguments);
        }
        let tested = text(&run(&folder, env!("CARGO"), &["test", "--quiet"]).stdout);
        assert!(tested.contains("2 passed"), "{tested}");
        run(&folder, env!("CARGO"), &["build", "--quiet"]);
        let library = format!("target/debug/libbelfry_{}.so", name.replace('-', "_"));
        let arguments = recorded(&folder);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let lines = passes(&bed::folder("authors").join(library), &arguments);
        assert!(lines.contains("a message: OK as g-1"), "{lines}");
    }
}

#[test]
fn what_is_there_is_left_alone_and_bad_names_are_explained() {
    let folder = fresh("names");
    fs::write(folder.join("town"), "a file").unwrap();
    for (name, part) in [
        ("town", "town is there already"),
        ("Town", "has lower-case letters"),
        ("../town", "has lower-case letters"),
        ("twilio", "comes with Belfry"),
        ("belfry-town", "leave out \"belfry-\""),
    ] {
        let output = Command::new(bed::executable())
            .args(["plugin", "new", name, "--lang", "c"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {error}");
        assert!(error.contains(part), "{name}: {error}");
    }
    assert_eq!(fs::read_to_string(folder.join("town")).unwrap(), "a file");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn each_shipped_plugin_is_described_with_its_settings() {
    bed::build_shipped();
    for name in bed::shipped() {
        let library = bed::executable().with_file_name(format!("libbelfry_{name}.so"));
        let library = library.to_str().unwrap();
        let described = plugin(&["describe", library]);
        assert!(described.status.success(), "{}", text(&described.stderr));
        let described = text(&described.stdout);
        assert!(
            described.contains(&format!("plugin = \"{name}\"")),
            "{described}"
        );
        assert!(described.contains("  can         send"), "{described}");
        let json = plugin(&["describe", library, "--json"]);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(json["description"]["id"], name);
        assert!(
            described.contains(json["sha256"].as_str().unwrap()),
            "{described}"
        );
        let settings = json["description"]["config_schema"]["properties"].as_object();
        for (key, setting) in settings.into_iter().flatten() {
            let line = described
                .lines()
                .find(|line| line.trim_start().starts_with(&format!("{key} ")));
            let line = line.unwrap_or_else(|| panic!("{key}: {described}"));
            let is_secret = setting["writeOnly"] == true;
            assert_eq!(line.contains(", secret"), is_secret, "{line}");
        }
    }
}

/// A gateway that gives that answer once, and then what it was asked.
fn gateway(answer: &'static str) -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/sms", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut reader = BufReader::new(listener.accept().unwrap().0);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            assert_ne!(reader.read_line(&mut head).unwrap(), 0);
            let line = head[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        reader.into_inner().write_all(answer.as_bytes()).unwrap();
        (head, String::from_utf8(body).unwrap())
    });
    (endpoint, asked)
}

/// The provider in C++ of `pigeon.cpp`.
fn pigeon(folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let include = format!("-I{}", root.join("plugins/include").display());
    let source = root.join("tests/plugins/pigeon.cpp");
    run(
        folder,
        "g++",
        &[
            "-std=c++11",
            "-Wall",
            "-Wextra",
            "-pedantic",
            "-Werror",
            "-O2",
            "-shared",
            "-fPIC",
            "-fvisibility=hidden",
            &include,
            "-o",
            "pigeon.so",
            source.to_str().unwrap(),
        ],
    );
    folder.join("pigeon.so")
}

#[test]
fn a_provider_in_a_third_language_passes_and_sends() {
    let folder = fresh("pigeon");
    let library = pigeon(&folder);
    let config = folder.join("config.json");
    let config = config.to_str().unwrap();
    let (endpoint, asked) = gateway("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nc++-7");
    fs::write(
        config,
        serde_json::json!({"endpoint": endpoint}).to_string(),
    )
    .unwrap();
    passes(&library, &["--config", config]);
    let library = library.to_str().unwrap();
    let sms = [
        "--to",
        "+447700900123",
        "--text",
        "Grüezi & adieu",
        "--id",
        "m-1",
    ];
    let sent = plugin(&[&["send", library, "--config", config][..], &sms].concat());
    let said = text(&sent.stdout);
    assert!(sent.status.success(), "{said}{}", text(&sent.stderr));
    assert!(
        said.starts_with("accepted: OK") && said.contains("c++-7"),
        "{said}"
    );
    let (head, body) = asked.join().unwrap();
    assert!(head.starts_with("POST /sms HTTP/1.1\r\n"), "{head}");
    assert_eq!(
        body,
        "to=%2B447700900123&text=Gr%C3%BCezi%20%26%20adieu&id=m%2D1"
    );
}

#[test]
fn send_succeeds_only_when_the_provider_accepts() {
    let folder = fresh("send");
    let library = pigeon(&folder);
    let library = library.to_str().unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (config, replay) = (path("config.toml"), path("replay.json"));
    fs::write(&config, "endpoint = \"https://sms.example.com/send\"").unwrap();
    let send = |answers: &str, more: &[&str]| {
        fs::write(&replay, format!("{{\"answers\": [{answers}]}}")).unwrap();
        let order = [
            "send",
            library,
            "--config",
            &config,
            "--replay",
            &replay,
            "--to",
            "+447700900123",
        ];
        let output = plugin(&[&order[..], &["--text", "hello"], more].concat());
        (output.status.code(), text(&output.stdout))
    };
    let (code, said) = send(r#"{"status": 201, "body": "id-1"}"#, &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("provider id   id-1"), "{said}");
    let (code, said) = send(r#"{"status": 503}"#, &["--json"]);
    assert_eq!(code, Some(1));
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&said["status"], &said["provider_code"]),
        (&"UNAVAILABLE".into(), &"503".into())
    );
    let (code, said) = send(r#"{"failure": "no_answer"}"#, &[]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("not accepted: OUTCOME_UNKNOWN"), "{said}");
    let (code, said) = send(
        r#"{"url": "https://other.example.com", "status": 200}"#,
        &[],
    );
    assert_eq!(code, Some(1));
    assert!(
        said.contains("the file has no answer for POST https://sms.example.com/send"),
        "{said}"
    );

    let output = plugin(&["send", library, "--to", "+447700900123", "--text", "x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("endpoint must be given"),
        "{}",
        text(&output.stderr)
    );
    let output = plugin(&["send", library, "--to", "0791234567", "--text", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("with its country code"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_a_plugin_does_to_its_process_is_told_and_its_keys_are_not() {
    let folder = fresh("careless");
    let build = |case: &str| {
        let definition = format!("-DCASE={case}");
        bed::compile("tests/plugins/careless.c", &folder, case, &[&definition])
    };
    let config = folder.join("config.toml");
    fs::write(&config, "api_key = \"s3cr3t\"").unwrap();
    let send = |case: &str, sms: &str| {
        let library = build(case);
        let config = config.to_str().unwrap();
        let library = library.to_str().unwrap();
        plugin(&[
            "send",
            library,
            "--to",
            "+447700900123",
            "--text",
            sms,
            "--config",
            config,
        ])
    };
    let output = send("CRASHES_ON_EMOJI", "🔔");
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains("signal: 6 (SIGABRT); nobody knows whether"),
        "{error}"
    );
    let said = text(&send("TELLS_THE_KEY", "hello").stdout);
    assert!(said.contains("the key [secret] is refused"), "{said}");
    let output = send("SHOUTS_THE_KEY", "hello");
    let (said, error) = (text(&output.stdout), text(&output.stderr));
    assert!(
        !said.contains("s3cr3t") && !error.contains("s3cr3t"),
        "{said}"
    );
    for line in ["of [secret]", "[secret] CHF", "with [secret]"] {
        assert!(said.contains(line), "{said}");
    }
    let said = text(&send("PRINTS", "hello").stdout);
    assert!(said.contains("wrote to its standard output"), "{said}");
    let said = text(&send("FOREIGN_HOST", "hello").stdout);
    assert!(
        said.contains("refused: POST https://elsewhere.example.com/sms"),
        "{said}"
    );
}
