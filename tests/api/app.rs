//! The built server as a process of its own, with its own folder, database, key and port.
//!
//! Tests that change nothing for others share one server ([`App::shared`]); it stops with the last
//! test that uses it. Tests that move the clock or need another configuration start their own.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, Once, Weak, atomic::AtomicU32},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::clients::Clients;

/// A running server and what a test needs to use it.
pub struct App {
    folder: TempDir,
    child: Mutex<Child>,
    /// Clients for every encoding.
    pub clients: Clients,
    /// Where the server listens.
    pub address: SocketAddr,
    /// The first organization, its instance owner and the owner's token.
    pub admin: Admin,
    /// Numbers names and phones, so that no two cases meet.
    pub(crate) counter: AtomicU32,
}

/// What `belfry init` prints.
pub struct Admin {
    /// The id of the first organization.
    pub org: String,
    /// The id of the machine user that owns the instance.
    pub user: String,
    /// Its token.
    pub token: String,
}

impl App {
    /// The server that tests share; started for the first one and stopped after the last.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<App>> = Mutex::new(Weak::new());
        let mut shared = SHARED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let app = Arc::new(Self::start(""));
            *shared = Arc::downgrade(&app);
            app
        })
    }

    /// Starts a server with the default configuration and more lines of TOML.
    pub fn start(more: &str) -> Self {
        build_providers();
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("clock"), "0").unwrap();
        for _ in 0..5 {
            // Somebody else may take the port before the server does; then there is another try.
            let address = free_address();
            write_config(folder.path(), address, more);
            let init = belfry(folder.path(), &["init"]);
            assert!(init.status.success(), "{}", lossy(&init.stderr));
            let ids: Value = serde_json::from_slice(&init.stdout)
                .unwrap_or_else(|fault| panic!("init: {fault}: {}", lossy(&init.stdout)));
            let member = |name: &str| ids[name].as_str().map(str::to_owned);
            let mut child = serve(folder.path());
            if wait_until_ready(&mut child, address, folder.path()) {
                return Self {
                    child: Mutex::new(child),
                    clients: Clients::new(address),
                    address,
                    admin: Admin {
                        org: member("orgId").expect("init prints orgId"),
                        user: member("userId").expect("init prints userId"),
                        token: member("pat").expect("the first init prints pat"),
                    },
                    counter: AtomicU32::new(0),
                    folder,
                };
            }
        }
        panic!("the server did not start");
    }

    /// Runs a command of the binary on this server's configuration.
    pub fn command(&self, arguments: &[&str]) -> Output {
        belfry(self.folder.path(), arguments)
    }

    /// Moves the server's clock forward.
    pub fn advance(&self, by: Duration) {
        let clock = self.path("clock");
        let now: u64 = fs::read_to_string(&clock).unwrap().trim().parse().unwrap();
        let next = self.path("clock.next");
        fs::write(&next, (now + by.as_secs()).to_string()).unwrap();
        fs::rename(&next, &clock).unwrap();
    }

    /// Writes the configuration anew, with more lines of TOML; the server reads it when it is told to.
    pub fn configure(&self, more: &str) {
        write_config(self.folder.path(), self.address, more);
    }

    /// A file in the server's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("belfry.log")).unwrap_or_default()
    }

    /// Stops the server at once, as a power cut would, and starts it again on its data.
    pub fn restart(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        *child = serve(self.folder.path());
        assert!(
            wait_until_ready(&mut child, self.address, self.folder.path()),
            "no restart: {}",
            self.log()
        );
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let child = self
            .child
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        child.kill().ok();
        child.wait().ok();
        if thread::panicking() {
            let log = self.log();
            let tail: Vec<_> = log.lines().rev().take(40).collect();
            println!("The end of the server's log:");
            for line in tail.iter().rev() {
                println!("  {line}");
            }
        }
    }
}

fn write_config(folder: &Path, address: SocketAddr, more: &str) {
    let config = format!(
        "[server]\nlisten = \"{address}\"\n\n[database]\npath = \"belfry.db\"\n\n\
         [[notifications.providers]]\nname = \"file\"\nplugin = \"file\"\n\
         config = {{ path = \"sms.jsonl\" }}\n\n{more}\n"
    );
    fs::write(folder.join("config.toml"), config).unwrap();
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belfry"));
    command
        .args(arguments)
        .arg("--config")
        .arg(folder.join("config.toml"))
        .current_dir(folder)
        .env("BELFRY_TEST_CLOCK", folder.join("clock"))
        .stdin(Stdio::null());
    command
}

fn belfry(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn serve(folder: &Path) -> Child {
    let log = File::options()
        .append(true)
        .create(true)
        .open(folder.join("belfry.log"))
        .unwrap();
    command(folder, &["serve"])
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Waits for `/debug/ready`; false if the process ended, for example because the port is taken.
fn wait_until_ready(child: &mut Child, address: SocketAddr, folder: &Path) -> bool {
    let agent = ureq::Agent::new_with_defaults();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        if let Some(status) = child.try_wait().unwrap() {
            let log = fs::read_to_string(folder.join("belfry.log")).unwrap_or_default();
            println!("the server ended with {status}:\n{log}");
            return false;
        }
        // Its own word: somebody else's server may answer at a port that was taken a moment before.
        let log = fs::read_to_string(folder.join("belfry.log")).unwrap_or_default();
        let is_there = log.contains(&format!("listens on {address}"));
        let ready = format!("http://{address}/debug/ready");
        if is_there && agent.get(ready).call().is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().ok();
    child.wait().ok();
    panic!(
        "not ready within 30 s:\n{}",
        fs::read_to_string(folder.join("belfry.log")).unwrap_or_default()
    );
}

/// A port that nobody uses. Below the range that the system takes for outgoing connections, and numbered
/// from the process id, so that nobody takes it before the server does.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let step = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let port = 10_000 + (std::process::id().wrapping_mul(64) + step) % 20_000;
        let address = SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// The server looks for its providers beside its executable, where only a build of the workspace puts them.
fn build_providers() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let executable = Path::new(env!("CARGO_BIN_EXE_belfry"));
        for plugin in ["file", "http"] {
            let library = executable.with_file_name(format!("libbelfry_{plugin}.so"));
            if library.exists() {
                continue;
            }
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "--package", &format!("belfry-{plugin}")]);
            if executable.parent().is_some_and(|p| p.ends_with("release")) {
                build.arg("--release");
            }
            let status = build
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap();
            assert!(status.success(), "the {plugin} provider does not build");
        }
    });
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
