//! A database of one size and a server on it, in a folder below `target`.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::population;

/// A running server; dropping it stops it.
pub struct Bed {
    /// Where it listens.
    pub address: SocketAddr,
    /// The instance owner's token.
    pub token: String,
    /// The users by number.
    pub ids: Vec<String>,
    /// An organization of few users.
    pub small_org: String,
    process: Child,
}

impl Bed {
    /// Makes and fills a database, and starts the server.
    pub fn fill(users: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-search-{users}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let config = format!("[server]\nlisten = \"{port}\"\n[notifications]\nproviders = []\n");
        fs::write(folder.join("config.toml"), config).unwrap();
        let made = belfry(&folder, "init").output().unwrap();
        let text = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{text}");
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();

        let database = folder.join("belfry.db");
        let start = Instant::now();
        let (ids, small_org) = population::fill(&database, users);
        let seconds = start.elapsed().as_secs_f64();
        let size = fs::metadata(&database).map_or(0, |file| file.len() >> 20);
        println!(
            "{users} users: filled in {seconds:.1} s, {:.0} a second, {size} MiB",
            users as f64 / seconds
        );
        let log = fs::File::create(folder.join("server.log")).unwrap();
        let mut serve = belfry(&folder, "serve");
        let process = serve.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let start = Instant::now();
        while std::net::TcpStream::connect(port).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the server does not start"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Self {
            address: port,
            token: made["pat"].as_str().unwrap().to_owned(),
            ids,
            small_org,
            process,
        }
    }

    /// Resident memory of the server.
    pub fn resident_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) >> 10
    }
}

fn belfry(folder: &Path, command: &str) -> Command {
    let mut belfry = Command::new(env!("CARGO_BIN_EXE_belfry"));
    belfry
        .args([command, "--config"])
        .arg(folder.join("config.toml"));
    belfry
}

impl Drop for Bed {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}
