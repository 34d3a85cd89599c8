//! Databases and servers for the bench, in a folder below `target`.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{http, people};

/// What a server has to send messages with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Providers {
    /// Nothing: messages wait.
    None,
    /// The `file` plugin in a child process, as the default configuration has it.
    File,
}

/// The plugin must be beside the server; `cargo bench` builds only the server.
pub fn build_file_plugin() {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--package", "belfry-file"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the plugin cannot be built");
}

/// A filled database that servers get copies of.
pub struct Stock {
    name: String,
    binary: PathBuf,
    folder: PathBuf,
    /// The administrator's token.
    pub token: String,
    /// The users that it was filled with.
    pub ids: Vec<String>,
}

impl Stock {
    /// Makes a database and fills it with users.
    pub fn fill(name: &str, binary: &Path, users: usize) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{name}"));
        let _ = fs::remove_dir_all(&folder);
        let folder_of_stock = folder.join("stock");
        write_config(&folder_of_stock, free_port(), Providers::None);
        let made = Command::new(binary)
            .args(["init", "--config"])
            .arg(folder_of_stock.join("config.toml"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        let token = made["pat"].as_str().unwrap().to_owned();

        let server = Server::start(name.to_owned(), binary, folder_of_stock);
        let start = Instant::now();
        let ids = people::add(server.address, &token, users);
        println!(
            "{name}: {users} users made in {:.1} s",
            start.elapsed().as_secs_f64()
        );
        Self {
            name: name.to_owned(),
            binary: binary.to_owned(),
            folder,
            token,
            ids,
        }
    }

    /// Starts a server on a copy.
    pub fn serve(&self, providers: Providers) -> Server {
        let (name, copy) = match providers {
            Providers::None => (self.name.clone(), "quiet"),
            Providers::File => (format!("{}, sending", self.name), "sending"),
        };
        let folder = self.folder.join(copy);
        write_config(&folder, free_port(), providers);
        for file in ["belfry.db", "belfry.db-wal", "belfry.key"] {
            let source = self.folder.join("stock").join(file);
            if source.exists() {
                fs::copy(source, folder.join(file)).unwrap();
            }
        }
        Server::start(name, &self.binary, folder)
    }
}

fn write_config(folder: &Path, port: u16, providers: Providers) {
    let providers = match providers {
        Providers::None => "providers = []",
        Providers::File => {
            "[[notifications.providers]]\nname = \"file\"\nplugin = \"file\"\nconfig = { path = \"sms.jsonl\" }"
        }
    };
    let text = format!("[server]\nlisten = \"127.0.0.1:{port}\"\n[notifications]\n{providers}\n");
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A running server; dropping it stops it.
pub struct Server {
    /// What the table calls it.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to the first good answer of `/debug/ready`.
    pub ready_after: Duration,
    folder: PathBuf,
    process: Child,
}

impl Server {
    fn start(name: String, binary: &Path, folder: PathBuf) -> Self {
        let config = fs::read_to_string(folder.join("config.toml")).unwrap();
        let address = config.split('"').nth(1).unwrap().parse().unwrap();
        let log = fs::File::create(folder.join("server.log")).unwrap();
        let start = Instant::now();
        let process = Command::new(binary)
            .args(["serve", "--config"])
            .arg(folder.join("config.toml"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        while !is_ready(address) {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{name} is not ready after 30 s"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        Self {
            name,
            address,
            ready_after: start.elapsed(),
            folder,
            process,
        }
    }

    /// Resident memory of the server and its plugins' processes.
    pub fn resident_mib(&self) -> u64 {
        let field = |pid: u32, name: &str| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let value = status
                .lines()
                .find_map(|line| line.strip_prefix(name).map(str::to_owned));
            value.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        };
        let own = self.process.id();
        let children = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            (field(pid, "PPid:") == Some(u64::from(own))).then_some(pid)
        });
        let kib: u64 = children
            .chain([own])
            .filter_map(|pid| field(pid, "VmRSS:"))
            .sum();
        kib >> 10
    }

    /// The size of the write-ahead log.
    pub fn log_mib(&self) -> u64 {
        fs::metadata(self.folder.join("belfry.db-wal")).map_or(0, |file| file.len() >> 20)
    }
}

fn is_ready(address: SocketAddr) -> bool {
    if std::net::TcpStream::connect(address).is_err() {
        return false;
    }
    let answer = http::run_once(
        address,
        b"GET /debug/ready HTTP/1.1\r\nhost: localhost\r\n\r\n",
    );
    answer == Some(200)
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}
