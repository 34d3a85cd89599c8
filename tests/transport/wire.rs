//! The running binary and bare sockets to it.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The HTTP/2 preface and empty settings.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Longer than every limit that is tested.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of its own, stopped and swept away when dropped.
pub struct Belfry {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Belfry {
    pub fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("transport-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[database]\npath = \"belfry.db\"\n\
             [notifications]\nproviders = []\n"
        );
        std::fs::write(folder.join("config.toml"), config).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_belfry"))
            .args(["serve", "--config", "config.toml"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut belfry = Self {
            process,
            port,
            folder,
        };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                belfry.process.try_wait().unwrap().is_none(),
                "the server ended by itself"
            );
            assert!(started.elapsed() < PATIENCE, "the server does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        belfry
    }

    pub fn connect(&self) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends a request and reads until the server closes.
    pub fn exchange(&self, request: &[u8]) -> Answer {
        let mut connection = self.connect();
        connection.send(request);
        // Whoever keeps the connection open after this request ends it now.
        connection.end();
        Answer(connection.read_to_end())
    }

    /// Sends `first` at once and `rest` bit by bit until the server closes; what came back and when
    /// that was.
    pub fn trickle(&self, first: &[u8], rest: &[u8]) -> (Vec<u8>, Duration) {
        let mut connection = self.connect();
        let started = Instant::now();
        connection.send(first);
        let mut writer = connection.stream.try_clone().unwrap();
        let filler = rest.iter().copied().chain(std::iter::repeat(b'x'));
        let rest: Vec<u8> = filler.take(rest.len().max(200)).collect();
        thread::spawn(move || {
            for byte in rest {
                if writer.write_all(&[byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(250));
            }
        });
        (connection.read_to_end(), started.elapsed())
    }

    pub fn stop(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.process.wait().unwrap()
    }
}

impl Drop for Belfry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A bare socket.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub fn send(&mut self, bytes: &[u8]) {
        // A server that has refused may have stopped reading; its answer is what counts.
        let _ = self.stream.write_all(bytes);
    }

    pub fn end(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Reads until the bytes have come.
    pub fn read_until(&mut self, bytes: &[u8]) {
        while !self.read.windows(bytes.len()).any(|window| window == bytes) {
            assert!(
                self.read_some(),
                "ended after {:?}",
                String::from_utf8_lossy(&self.read)
            );
        }
        self.read.clear();
    }

    /// Everything until the server closes.
    pub fn read_to_end(&mut self) -> Vec<u8> {
        while self.read_some() {}
        std::mem::take(&mut self.read)
    }

    fn read_some(&mut self) -> bool {
        let mut piece = [0; 16 << 10];
        match self.stream.read(&mut piece) {
            Ok(length) => {
                self.read.extend_from_slice(&piece[..length]);
                length > 0
            }
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => {
                panic!("still open after {PATIENCE:?}")
            }
            Err(_) => false,
        }
    }
}

/// An HTTP/1.1 answer.
pub struct Answer(Vec<u8>);

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    pub fn status(&self) -> u16 {
        let text = self.0.get(9..12).unwrap_or_default();
        std::str::from_utf8(text).unwrap().parse().unwrap_or(0)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.0[..self.split()]).unwrap();
        head.split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn body(&self) -> &str {
        std::str::from_utf8(self.raw_body()).unwrap()
    }

    pub fn raw_body(&self) -> &[u8] {
        self.0.get(self.split() + 4..).unwrap_or_default()
    }

    fn split(&self) -> usize {
        let split = self.0.windows(4).position(|window| window == b"\r\n\r\n");
        split.unwrap_or(self.0.len())
    }
}

/// One HTTP/2 frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A header block of literals, without Huffman codes and without the dynamic table.
pub fn headers(method: &str, path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let fixed = [
        (":method", method),
        (":path", path),
        (":scheme", "http"),
        (":authority", "x"),
    ];
    let mut block = Vec::new();
    for (name, value) in fixed.iter().chain(more) {
        block.push(0);
        for text in [name, value] {
            block.push(
                u8::try_from(text.len())
                    .ok()
                    .filter(|length| *length < 127)
                    .unwrap(),
            );
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// The kinds of the frames in a row of whole frames.
pub fn frame_kinds(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while bytes.len() >= 9 {
        kinds.push(bytes[3]);
        let length = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize;
        bytes = bytes.get(9 + length..).unwrap_or_default();
    }
    kinds
}
