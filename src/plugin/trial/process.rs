//! The command's end: start the process, give it its order, wait, and say how it ended.

use std::{
    io::{self, BufRead as _, BufReader, PipeReader, Read as _, Write as _},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded};

use super::{Order, Report};
use crate::plugin::{child::ending, host::lock};

/// The most of what a plugin prints that is kept.
const MAX_OUTPUT: usize = 64 * 1024;
/// How long a process may take to end after its report.
const LEAVING: Duration = Duration::from_secs(2);

/// A process that is over.
pub(in crate::plugin) struct Ended {
    report: Result<Report, String>,
    /// What it wrote to its standard output and error.
    pub output: Vec<u8>,
    /// How it ended, if that was wrong although it had reported.
    pub bad_end: Option<String>,
}

impl Ended {
    /// The report, once; or how the process ended without one.
    pub(in crate::plugin) fn take_report(&mut self) -> Result<Report, String> {
        let taken = Err("the report is taken".into());
        std::mem::replace(&mut self.report, taken)
    }
}

/// Runs one order in a process of its own, at most as long as `limit`.
pub(in crate::plugin) fn run(executable: &Path, order: &Order, limit: Duration) -> Ended {
    start(executable, order)
        .map(|started| started.wait(limit))
        .unwrap_or_else(|error| Ended {
            report: Err(format!("cannot start a process: {error}")),
            output: Vec::new(),
            bad_end: None,
        })
}

struct Started {
    process: Child,
    socket: UnixStream,
    output: Arc<Mutex<Vec<u8>>>,
    /// Disconnected when all of the output is read.
    captured: Receiver<()>,
}

fn start(executable: &Path, order: &Order) -> io::Result<Started> {
    let (mut ours, theirs) = UnixStream::pair()?;
    let (reader, stdout) = io::pipe()?;
    let stderr = stdout.try_clone()?;
    let process = Command::new(executable)
        .arg("plugin-trial")
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(stdout)
        .stderr(stderr)
        .spawn()?;
    let output = Arc::new(Mutex::new(Vec::new()));
    let (done, captured) = bounded(0);
    let kept = output.clone();
    thread::spawn(move || {
        capture(reader, &kept);
        drop(done);
    });
    // JSON has no line break, so the line's end is the order's end. A process that is dead already
    // shows below.
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    let _ = ours.write_all(&line);
    Ok(Started {
        process,
        socket: ours,
        output,
        captured,
    })
}

impl Started {
    fn wait(mut self, limit: Duration) -> Ended {
        let deadline = Instant::now() + limit;
        let _ = self.socket.set_read_timeout(Some(limit));
        let mut line = Vec::new();
        let read = BufReader::new(&self.socket).read_until(b'\n', &mut line);
        let is_late = matches!(&read, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        let report = serde_json::from_slice(&line).map_err(|_| ());
        let leaving = Instant::now() + LEAVING;
        let end = self.reap(
            if report.is_ok() {
                leaving
            } else {
                deadline.max(leaving)
            },
            is_late,
        );
        let _ = self.captured.recv_timeout(Duration::from_millis(500));
        let output = std::mem::take(&mut *lock(&self.output));
        let (report, bad_end) = match (report, end) {
            (Ok(report), Ok(status)) if status.success() => (Ok(report), None),
            (Ok(report), Ok(status)) => (Ok(report), Some(ending(Some(status)))),
            (Ok(report), Err(_)) => (Ok(report), Some("did not end".into())),
            (Err(()), _) if is_late => (
                Err(format!("did not come back within {limit:?} and was killed")),
                None,
            ),
            (Err(()), end) => (Err(ending(end.ok())), None),
        };
        Ended {
            report,
            output,
            bad_end,
        }
    }

    /// Waits for the process; one that is late is killed.
    fn reap(&mut self, deadline: Instant, is_late: bool) -> Result<std::process::ExitStatus, ()> {
        while !is_late && Instant::now() < deadline {
            match self.process.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                Ok(Some(status)) => return Ok(status),
                Err(_) => return Err(()),
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        Err(())
    }
}

fn capture(mut reader: PipeReader, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 4096];
    while let Ok(count) = reader.read(&mut chunk) {
        if count == 0 {
            return;
        }
        let mut kept = lock(kept);
        let room = MAX_OUTPUT.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&chunk[..room]);
    }
}
