//! The built server as a process that a test starts, kills and starts again on the same data.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicU32},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with configuration, database and key, and the server on it while one runs.
pub struct App {
    folder: TempDir,
    child: Mutex<Option<Child>>,
    environment: Vec<(String, String)>,
    /// Where the server listens.
    pub address: SocketAddr,
    /// The administrator's token.
    pub token: String,
    /// Numbers names and phones, so that no two are equal.
    pub(crate) counter: AtomicU32,
}

/// The provider entry for `file` that writes to a path.
pub fn file_provider(path: &str) -> String {
    format!(
        "[[notifications.providers]]\nname = \"file\"\nplugin = \"file\"\nconfig = {{ path = \"{path}\" }}\n"
    )
}

impl App {
    /// A running server with these lines of TOML after the address and the database.
    pub fn start(more: &str) -> Self {
        let app = Self::prepare(more, &[]);
        app.serve();
        app
    }

    /// A server with a database that is made ready and that does not run yet.
    pub fn prepare(more: &str, environment: &[(&str, &str)]) -> Self {
        let mut app = Self::bare(more, environment);
        let init = app.command(&["init"]).output().unwrap();
        assert!(init.status.success(), "{}", lossy(&init.stderr));
        app.token = token_in(&init.stdout).expect("the first init prints pat");
        app
    }

    /// Only a folder with a configuration.
    pub fn bare(more: &str, environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(folder.path().join("clock"), "0").unwrap();
        let environment = environment.iter();
        let app = Self {
            folder,
            child: Mutex::new(None),
            environment: environment
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            address: free_address(),
            token: String::new(),
            counter: AtomicU32::new(0),
        };
        app.configure(more);
        app
    }

    /// Writes the configuration; the next start reads it.
    pub fn configure(&self, more: &str) {
        let config = format!(
            "{more}\n[server]\nlisten = \"{}\"\n[database]\npath = \"belfry.db\"\nbusy_timeout = \"1s\"\n",
            self.address
        );
        fs::write(self.path("config.toml"), config).unwrap();
    }

    /// A command of the binary on this configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_belfry"));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.path("config.toml"))
            .current_dir(self.folder.path())
            .env("BELFRY_TEST_CLOCK", self.path("clock"))
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs `serve` to its end, which must come soon: for a start that is refused.
    pub fn refused(&self) -> Output {
        let mut child = self
            .command(&["serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for("the server to refuse", Duration::from_secs(10), || {
            child.try_wait().unwrap()
        });
        child.wait_with_output().unwrap()
    }

    /// Starts the server and waits until it is ready; tells how long that took.
    pub fn serve(&self) -> Duration {
        let open = |name: &str| {
            let mut options = File::options();
            options.append(true).create(true);
            options.open(self.path(name)).unwrap()
        };
        let begun = Instant::now();
        let child = self
            .command(&["serve"])
            .stdout(open("stdout"))
            .stderr(open("belfry.log"))
            .spawn()
            .unwrap();
        *self.child() = Some(child);
        wait_for("the server to be ready", Duration::from_secs(30), || {
            let ended = self.child().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}", self.tail_of_log());
            let ready = ureq::get(format!("http://{}/debug/ready", self.address)).call();
            ready.is_ok().then_some(())
        });
        begun.elapsed()
    }

    /// The process id of the running server.
    pub fn pid(&self) -> Pid {
        Pid::from_child(self.child().as_ref().expect("a running server"))
    }

    /// Ends the server as a power cut would.
    pub fn kill(&self) {
        kill_process(self.pid(), Signal::KILL).unwrap();
        self.child().take().unwrap().wait().unwrap();
    }

    /// Ends the server with SIGTERM; tells how and after how long.
    pub fn terminate(&self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        kill_process(self.pid(), Signal::TERM).unwrap();
        let mut child = self.child().take().unwrap();
        let status = wait_for("the server to stop", Duration::from_secs(20), || {
            child.try_wait().unwrap()
        });
        (status, begun.elapsed())
    }

    /// Stops the server in order and starts it again.
    pub fn restart(&self) {
        assert!(self.terminate().0.success(), "{}", self.tail_of_log());
        self.serve();
    }

    /// Tells the server to read its providers again.
    pub fn reload(&self) {
        kill_process(self.pid(), Signal::HUP).unwrap();
    }

    /// Waits until the log has a line with that.
    #[track_caller]
    pub fn wait_for_log(&self, part: &str) {
        wait_for(part, Duration::from_secs(20), || {
            self.log().contains(part).then_some(())
        });
    }

    /// Whether the server still runs.
    pub fn lives(&self) -> bool {
        let mut child = self.child();
        child
            .as_mut()
            .is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// Moves the server's clock forward.
    pub fn advance(&self, by: Duration) {
        let now: u64 = fs::read_to_string(self.path("clock"))
            .unwrap()
            .parse()
            .unwrap();
        fs::write(self.path("clock.next"), (now + by.as_secs()).to_string()).unwrap();
        fs::rename(self.path("clock.next"), self.path("clock")).unwrap();
    }

    /// A file in the server's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("belfry.log")).unwrap_or_default()
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tail_of_log(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(mut child) = self.child().take() {
            child.kill().ok();
            child.wait().ok();
        }
        if thread::panicking() {
            println!("The end of the server's log:\n{}", self.tail_of_log());
        }
    }
}

/// The children of a process that live.
pub fn children(parent: Pid) -> Vec<Pid> {
    let stat = |path: &Path| fs::read_to_string(path.join("stat")).ok();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| {
            // After the name in parentheses: state, parent.
            let stat = stat(&entry.path())?;
            let mut fields = stat.rsplit_once(") ")?.1.split(' ');
            let (state, of) = (fields.next()?, fields.next()?);
            let id = entry.file_name().to_str()?.parse().ok()?;
            (state != "Z" && of == parent.as_raw_nonzero().to_string())
                .then(|| Pid::from_raw(id))
                .flatten()
        })
        .collect()
}

/// Whether a process that is nobody's child here has ended; one that nobody has reaped yet counts.
pub fn has_ended(process: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    stat.ok()
        .as_deref()
        .and_then(|stat| stat.rsplit_once(") "))
        .is_none_or(|(_, fields)| fields.starts_with('Z'))
}

/// Asks again and again until there is an answer.
#[track_caller]
pub fn wait_for<T>(what: &str, most: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < most, "waited {most:?} in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The token in what `init` or a first `serve` printed.
pub fn token_in(stdout: &[u8]) -> Option<String> {
    let printed: Value = serde_json::from_slice(stdout).ok()?;
    Some(printed["pat"].as_str()?.to_owned())
}

/// A port that nobody uses. Below the range that the system takes for outgoing connections, and
/// numbered from the process id, so that nobody takes it while a server is down.
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

/// As [`free_address`], for another server.
pub fn free_port() -> u16 {
    free_address().port()
}

pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
