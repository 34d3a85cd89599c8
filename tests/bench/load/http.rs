//! A load generator for HTTP/1.1: keep-alive connections, each with one request under way at a time.
//!
//! One thread; it parses no more of an answer than where it ends and whether it is a 2xx, so that it
//! leaves the cores to the server.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What a load yielded.
#[derive(Default)]
pub struct Measured {
    /// Answers with a 2xx status.
    pub good: usize,
    /// All others.
    pub bad: usize,
    /// How long it ran.
    pub elapsed: Duration,
    /// The time from each request to its answer, unordered.
    pub latencies: Vec<Duration>,
}

impl Measured {
    /// Good answers a second.
    pub fn rate(&self) -> f64 {
        self.good as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that a fraction of the requests did not exceed.
    pub fn quantile(&mut self, fraction: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * fraction).round() as usize;
        if self.latencies.is_empty() {
            return Duration::ZERO;
        }
        *self.latencies.select_nth_unstable(index).1
    }

    /// Notes an answer.
    pub fn add(&mut self, is_good: bool, latency: Duration) {
        *if is_good {
            &mut self.good
        } else {
            &mut self.bad
        } += 1;
        self.latencies.push(latency);
    }

    fn merge(&mut self, other: Self) {
        self.good += other.good;
        self.bad += other.bad;
        self.latencies.extend(other.latencies);
    }
}

/// Runs one client for each connection side by side on this thread and adds up what they measured.
pub fn side_by_side(connections: usize, client: impl AsyncFn() -> Measured) -> Measured {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::now();
    let clients = (0..connections).map(|_| client());
    let mut all = Measured::default();
    runtime
        .block_on(futures_util::future::join_all(clients))
        .into_iter()
        .for_each(|measured| all.merge(measured));
    all.elapsed = start.elapsed();
    all
}

/// Sends what `write` writes over `connections` connections, again and again, for some time.
pub fn run(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    write: &dyn Fn(&mut Vec<u8>),
) -> Measured {
    let end = Instant::now() + length;
    side_by_side(connections, async || {
        let mut measured = Measured::default();
        let mut client = Client::connect(address).await;
        let mut request = Vec::with_capacity(512);
        while Instant::now() < end {
            request.clear();
            write(&mut request);
            let start = Instant::now();
            let status = client
                .ask(&request)
                .await
                .expect("the server closed a connection");
            measured.add((200..300).contains(&status), start.elapsed());
        }
        measured
    })
}

/// One connection.
pub struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            answer: Vec::with_capacity(4096),
        }
    }

    /// Sends a request and reads the whole answer; the status, or `None` if the server hung up before.
    pub async fn ask(&mut self, request: &[u8]) -> Option<u16> {
        // A server may answer and hang up before it has read everything.
        let _ = self.stream.write_all(request).await;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await.unwrap_or(0) == 0 {
                return None;
            }
            if let Some(head) = find(&self.answer, b"\r\n\r\n") {
                let (length, status) = read_head(&self.answer[..head + 2]);
                if self.answer.len() >= head + 4 + length {
                    return Some(status);
                }
            }
        }
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        find(&self.answer, b"\r\n\r\n").map_or(&[], |head| &self.answer[head + 4..])
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// The length of the body and the status.
fn read_head(head: &[u8]) -> (usize, u16) {
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
    };
    let length = head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        name.eq_ignore_ascii_case(b"content-length:")
            .then(|| number(value.trim_ascii()))
    });
    (length.unwrap_or(0), number(&head[9..12]) as u16)
}

/// One request over a connection of its own.
pub fn run_once(address: SocketAddr, request: &[u8]) -> Option<u16> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { Client::connect(address).await.ask(request).await })
}
