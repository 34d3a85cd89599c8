//! The mixed load: 64 connections read and change, and a third of the requests are hostile.
//!
//! Nothing a client sends may yield a 5xx or a hang, good requests stay quick beside it, and the
//! memory stays bounded (issue, "Limits under stress"). Shipped limits only.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    io::Write as _,
    time::{Duration, Instant},
};

use rand::{RngExt as _, rngs::SmallRng};

use super::{
    bed::Server,
    http::{Client, Measured, side_by_side},
    people::{self, People},
};

const CONNECTIONS: usize = 64;

/// A hostile client hangs up after this long, its request half sent or not.
const RUDE: Duration = Duration::from_millis(200);
const PATIENT: Duration = Duration::from_secs(30);

/// What the mixed load yielded.
pub struct Mixed {
    good: Measured,
    statuses: BTreeMap<u16, usize>,
    hung_up: usize,
    abandoned: usize,
    resident_mib: u64,
    log_mib: u64,
}

/// Runs the mixed load for some time.
pub fn run(server: &Server, people: &People, length: Duration) -> Mixed {
    let end = Instant::now() + length;
    let statuses = RefCell::new(BTreeMap::new());
    let (hung_up, abandoned) = (Cell::new(0), Cell::new(0));
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let (good, (resident_mib, log_mib)) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| highest(server, &is_over));
        let good = side_by_side(CONNECTIONS, async || {
            let mut measured = Measured::default();
            let mut random = people::random();
            let mut client = Client::connect(server.address).await;
            while Instant::now() < end {
                let mut request = Vec::new();
                let is_hostile = match random.random_range(0..6) {
                    0 | 1 => {
                        hostile(&mut request, people, &mut random);
                        true
                    }
                    2 | 3 => {
                        people.put_phone(&mut request, &mut random);
                        false
                    }
                    _ => {
                        people.get_user(&mut request, &mut random);
                        false
                    }
                };
                let start = Instant::now();
                let patience = if is_hostile { RUDE } else { PATIENT };
                match tokio::time::timeout(patience, client.ask(&request)).await {
                    Ok(Some(status)) => {
                        *statuses.borrow_mut().entry(status).or_insert(0) += 1;
                        if !is_hostile {
                            measured.add(status == 200, start.elapsed());
                        }
                    }
                    Ok(None) => hung_up.set(hung_up.get() + 1),
                    Err(_elapsed) => {
                        assert!(is_hostile, "a good request hangs");
                        abandoned.set(abandoned.get() + 1);
                    }
                }
                if is_hostile {
                    client = Client::connect(server.address).await;
                }
            }
            measured
        });
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        (good, watch.join().unwrap())
    });
    Mixed {
        good,
        statuses: statuses.into_inner(),
        hung_up: hung_up.get(),
        abandoned: abandoned.get(),
        resident_mib,
        log_mib,
    }
}

/// The most memory and the longest log seen.
fn highest(server: &Server, is_over: &std::sync::atomic::AtomicBool) -> (u64, u64) {
    let mut highest = (0, 0);
    while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
        highest.0 = highest.0.max(server.resident_mib());
        highest.1 = highest.1.max(server.log_mib());
        std::thread::sleep(Duration::from_millis(250));
    }
    highest
}

/// Writes a request that deserves a 4xx, or an end of the connection.
fn hostile(request: &mut Vec<u8>, people: &People, random: &mut SmallRng) {
    let token = people.token();
    let path = format!("/management/v1/users/{}/phone", people.any(random));
    match random.random_range(0..14) {
        0 => people::send(request, "PUT", &path, token, r#"{"phone":"#),
        1 => people::send(
            request,
            "PUT",
            &path,
            token,
            r#"{"phone":"+41\u0000\ud83d\ude00"}"#,
        ),
        2 => people::send(
            request,
            "PUT",
            &path,
            "wrong",
            r#"{"phone":"+41791234567"}"#,
        ),
        3 => people::send(
            request,
            "PUT",
            "/management/v1/users/%00%ff/phone",
            token,
            "{}",
        ),
        4 => people::send(request, "PATCH", &path, token, "{}"),
        5 => people::send(request, "PUT", &path, token, &"[".repeat(100_000)),
        6 => people::send(
            request,
            "PUT",
            &path,
            token,
            &format!(r#"{{"phone":"{}"}}"#, "9".repeat(300_000)),
        ),
        7 => people::get(
            request,
            &format!("/management/v1/users/{}", "x".repeat(12_000)),
            token,
        ),
        8 => write!(
            request,
            "GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
            "y".repeat(40_000)
        )
        .unwrap(),
        9 => write!(
            request,
            "PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999\r\n\r\n"
        )
        .unwrap(),
        10 => request.extend((0..200).map(|_| random.random::<u8>()).chain(*b"\r\n\r\n")),
        11 => framed(request, token, &[0, 0xff, 0xff, 0xff, 0xff, 1]),
        12 => framed(request, token, &[0, 0, 0, 0, 3, 0xff, 0xff, 0xff]),
        _ => people::get(request, "/management/v1/users/unknown", token),
    }
}

/// A gRPC-Web request with any bytes for a body.
fn framed(request: &mut Vec<u8>, token: &str, body: &[u8]) {
    write!(
        request,
        "POST /zitadel.user.v2.UserService/SetPhone HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/grpc-web+proto\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    request.extend_from_slice(body);
}

impl fmt::Display for Mixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut latencies = self.good.latencies.clone();
        latencies.sort_unstable();
        let at = |fraction: f64| {
            let index = (latencies.len().saturating_sub(1) as f64 * fraction) as usize;
            latencies
                .get(index)
                .map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
        };
        writeln!(
            f,
            "mixed load, {CONNECTIONS} connections, {:.0} s: {:.0} good answers a second, {} good requests refused",
            self.good.elapsed.as_secs_f64(),
            self.good.rate(),
            self.good.bad
        )?;
        writeln!(
            f,
            "  p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
            at(0.5),
            at(0.99),
            at(1.0)
        )?;
        writeln!(
            f,
            "  statuses {:?}; without an answer {} connections ended, {} were abandoned",
            self.statuses, self.hung_up, self.abandoned
        )?;
        let failures: usize = self.statuses.range(500..).map(|(_, count)| count).sum();
        writeln!(
            f,
            "  5xx: {failures}; at most {} MiB resident, log of at most {} MiB",
            self.resident_mib, self.log_mib
        )
    }
}
