//! The test bed: builds plugins, starts registries with short limits, waits for conditions, and keeps
//! the log.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, Once, OnceLock},
    time::{Duration, Instant},
};

use belfry::plugin::{Isolation, Limits, Message, Options, Provider, ProviderConfig, Registry};
use serde_json::{Value, json};

/// Both ways to run a plugin.
pub const BOTH: [Isolation; 2] = [Isolation::Process, Isolation::InProcess];

/// The server's executable; plugins built by cargo are beside it.
pub fn executable() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_belfry"))
}

/// A folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Options with limits that let a test be quick.
pub fn options() -> Options {
    let mut options = Options::new(executable(), folder("base"));
    options.copies = Some(folder("").join("copies"));
    options.limits = Limits {
        patience: Duration::ZERO,
        hello: Duration::from_secs(3),
        create: Duration::from_secs(3),
        grace: Duration::from_millis(200),
        probe: Duration::from_millis(300),
    };
    options
}

pub fn config(name: &str, plugin: &str, isolation: Isolation, config: Value) -> ProviderConfig {
    ProviderConfig {
        name: name.into(),
        plugin: plugin.into(),
        isolation,
        required: false,
        sha256: None,
        memory_limit: None,
        pace: belfry::plugin::Pace::default(),
        config,
        origin: belfry::plugin::Origin::default(),
    }
}

pub fn message(id: &str) -> Message {
    Message {
        message_id: id.into(),
        attempt: 1,
        to: "+41791234567".into(),
        sender: "Belfry".into(),
        text: "Your code is K7QX2P".into(),
        locale: "de".into(),
        template_name: "VerifyPhone".into(),
        metadata_json: json!({
            "contextInfo": {"recipientPhoneNumber": "+41791234567"},
            "args": {"code": "K7QX2P"},
        })
        .to_string(),
        timeout: Duration::from_millis(500),
        receipt_url: String::new(),
        expires_at_unix_ms: 0,
    }
}

/// One provider in a registry of its own, once it is no longer loading.
pub struct Bed {
    pub registry: Registry,
    pub provider: Arc<Provider>,
}

impl Bed {
    pub fn start(config: ProviderConfig, options: Options) -> Self {
        keep_log();
        let registry = Registry::start(vec![config], options).unwrap();
        let provider = registry.providers()[0].clone();
        wait("the provider is loaded", || {
            provider.state().to_string() != "loading"
        });
        Self { registry, provider }
    }

    pub fn state(&self) -> String {
        self.provider.state().to_string()
    }

    pub fn wait_for_state(&self, start: &str) {
        let name = self.provider.name();
        wait(&format!("{name} is {start}"), || {
            self.state().starts_with(start)
        });
    }

    pub fn wait_until_available(&self) {
        let name = self.provider.name();
        wait(&format!("{name} is available"), || {
            self.provider.is_available()
        });
    }
}

/// Waits until `done`, at most 10 seconds.
pub fn wait(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Builds a C file of the repository into `folder` as `name.so`.
pub fn compile(source: &str, folder: &Path, name: &str, flags: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = folder.join(format!("{name}.so"));
    let output = Command::new("cc")
        .args([
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-pedantic",
            "-Werror",
            "-D_GNU_SOURCE",
        ])
        .args(["-shared", "-fPIC", "-fvisibility=hidden"])
        .args(flags)
        .arg("-I")
        .arg(root.join("plugins/include"))
        .arg("-o")
        .arg(&library)
        .arg(root.join(source))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    library
}

/// Builds `bad.c` as that case, with more definitions; the plugin's name, and options that find it.
pub fn built(case: &str, definitions: &[&str]) -> (String, Options) {
    let folder = folder("bad");
    let plugin = [&[case], definitions].concat().join(".");
    let mut flags = vec![format!("-DCASE={case}")];
    flags.extend(definitions.iter().map(|name| format!("-D{name}")));
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    // Several tests may build the same at once; each puts its own in place in one step.
    let thread = format!("{:?}", std::thread::current().id());
    let made = compile(
        "tests/plugins/bad.c",
        &folder,
        &format!("{plugin}.{thread}"),
        &flags,
    );
    std::fs::rename(made, folder.join(format!("{plugin}.so"))).unwrap();
    let mut options = options();
    options.plugin_dir = Some(folder);
    (plugin, options)
}

pub fn start(name: &str, case: &str, isolation: Isolation) -> Bed {
    start_with(name, case, isolation, json!({}))
}

pub fn start_with(name: &str, case: &str, isolation: Isolation, settings: Value) -> Bed {
    let (plugin, options) = built(case, &[]);
    Bed::start(config(name, &plugin, isolation, settings), options)
}

/// Builds the shipped plugins beside the executable: `cargo test` does not, and one that an earlier
/// build left there may be old. Takes a moment only when nothing has changed.
pub fn build_shipped() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.args(
            shipped()
                .iter()
                .map(|name| format!("--package=belfry-{name}")),
        );
        if executable().parent().unwrap().ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo.status().unwrap().success(),
            "cargo build of the plugins"
        );
    });
}

/// The names of the plugins that come with Belfry, apart from the example in C.
pub fn shipped() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
    let folders = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let crates = folders.filter(|entry| entry.path().join("Cargo.toml").exists());
    let names = crates.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name != "sdk").collect()
}

static LINES: OnceLock<Mutex<Vec<String>>> = OnceLock::new();

struct Keeper;

impl log::Log for Keeper {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}", record.level(), record.args());
        LINES.get_or_init(Mutex::default).lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keeper).unwrap();
        log::set_max_level(log::LevelFilter::Debug);
    });
}

/// The log lines about a provider.
pub fn log_of(provider: &str) -> Vec<String> {
    let lines = LINES.get_or_init(Mutex::default).lock().unwrap();
    let about = |line: &&String| {
        line.contains(&format!("provider {provider}:"))
            || line.contains(&format!("provider {provider} "))
    };
    lines.iter().filter(about).cloned().collect()
}
