//! The server's end of a plugin's process: start it, speak to it, kill it when it is late, and say
//! how it ended.
//!
//! A child is this executable with `plugin-host`, one end of a socket pair as its standard input, an
//! empty environment, `/` as its directory and a process group of its own. One thread reads its
//! frames, one its output. Whatever ends it, its calls in flight are `OutcomeUnknown` and `on_death`
//! is told once; `provider` decides whether there will be another.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, PipeReader, Read},
    net::Shutdown,
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStrExt, net::UnixStream, process::CommandExt},
    },
    path::Path,
    process::{Child as Process, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use log::Level;

use super::{
    Limits, abi,
    frame::{self, Body},
    host::{MAX_LINE, PluginLog, cut, lock},
    instance::{Instance, OnDeath, Refusal},
    message::{Abilities, Answer, Call, Status},
};

/// How long the socket may refuse to take a frame before the child counts as hanging.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a child that was asked to stop may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);
/// The call id of Create.
const CREATE: u64 = 0;

/// What a child needs to start.
pub(super) struct Start<'a> {
    /// This server's executable.
    pub executable: &'a Path,
    /// The private copy of the plugin.
    pub library: &'a Path,
    /// The most bytes of private memory.
    pub memory_limit: Option<u64>,
    /// How long to wait for what.
    pub limits: Limits,
}

/// A running child.
pub(super) struct Child {
    process: Mutex<Process>,
    /// Its process id.
    id: u32,
    socket: Mutex<UnixStream>,
    /// Who waits for which reply; `None` when the child is dead.
    calls: Mutex<Option<HashMap<u64, Sender<Answer>>>>,
    next: AtomicU64,
    /// Why the child was killed, if it was.
    verdict: Mutex<Option<String>>,
    /// Disconnected when the reading thread has ended and the process is reaped.
    ended: Receiver<()>,
    limits: Limits,
    log: Arc<PluginLog>,
    on_death: OnDeath,
}

/// Why a call has no reply.
enum Lost {
    /// The child cannot have seen it.
    NotSent(String),
    /// Nobody knows.
    Unknown(String),
}

impl Child {
    /// Starts a child that loads the plugin; returns it with the plugin's description and abilities.
    ///
    /// # Errors
    /// Why the plugin was refused, or that no Hello came in time.
    pub(super) fn start(
        start: &Start<'_>,
        log: Arc<PluginLog>,
        on_death: OnDeath,
    ) -> Result<(Arc<Self>, String, Abilities), String> {
        let (ours, theirs) = UnixStream::pair().map_err(|error| error.to_string())?;
        let (process, output) = spawn(start.executable, theirs.into())
            .map_err(|error| format!("cannot start a child process: {error}"))?;
        let (done, ended) = bounded(0);
        let child = Arc::new(Self {
            id: process.id(),
            process: Mutex::new(process),
            socket: Mutex::new(ours.try_clone().map_err(|error| error.to_string())?),
            calls: Mutex::new(Some(HashMap::new())),
            next: AtomicU64::new(CREATE + 1),
            verdict: Mutex::default(),
            ended,
            limits: start.limits,
            log: log.clone(),
            on_death,
        });
        let (hello, hellos) = bounded(1);
        spawn_thread({
            let child = child.clone();
            move || child.read(ours, hello, done)
        })?;
        spawn_thread(move || capture(output, &log))?;
        let hello = child
            .greet(start, &hellos)
            .inspect_err(|_| child.kill("was refused"))?;
        let abilities = hello.abilities();
        Ok((child, hello.description, abilities))
    }

    fn greet(
        &self,
        start: &Start<'_>,
        hellos: &Receiver<frame::Hello>,
    ) -> Result<frame::Hello, String> {
        let load = frame::Load {
            path: start.library.as_os_str().as_bytes().to_owned(),
            memory_limit: start.memory_limit,
        };
        // A child that is dead already says so below.
        let _ = self.write(Body::Load(load));
        let hello = match hellos.recv_timeout(self.limits.hello) {
            Ok(hello) => hello,
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!("no Hello within {:?}: killed", self.limits.hello));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(format!("its process {} before its Hello", self.end()));
            }
        };
        if hello.version != frame::VERSION {
            return Err("the server's executable was replaced; restart the server".into());
        }
        match hello.refusal.as_str() {
            "" => Ok(hello),
            refusal => Err(abi::clean(cut(refusal))),
        }
    }

    /// Builds the plugin's instance.
    ///
    /// # Errors
    /// What the plugin says, or how its process ended.
    pub(super) fn create(&self, config_json: String) -> Result<(), Refusal> {
        let body = Body::Create(frame::Create { config_json });
        match self.exchange(CREATE, body, self.limits.create) {
            Ok(answer) if answer.status == Status::Ok => Ok(()),
            Ok(answer) => {
                let detail = self.log.mask(&answer.detail);
                Err(Refusal::of_plugin(&answer, &detail))
            }
            Err(Lost::NotSent(reason) | Lost::Unknown(reason)) => {
                Err(format!("create failed: {reason}").into())
            }
        }
        .inspect_err(|_| self.kill("was refused"))
    }

    /// One frame there, one reply back.
    fn exchange(&self, id: u64, body: Body, wait: Duration) -> Result<Answer, Lost> {
        let (answer, reply) = bounded(1);
        match &mut *lock(&self.calls) {
            Some(calls) => calls.insert(id, answer),
            None => return Err(Lost::NotSent(format!("its process {}", self.end()))),
        };
        if let Err(error) = self.write(body) {
            if let Some(calls) = &mut *lock(&self.calls) {
                calls.remove(&id);
            }
            if error.kind() != std::io::ErrorKind::InvalidInput {
                self.kill("does not take messages");
            }
            return Err(Lost::NotSent(error.to_string()));
        }
        match reply.recv_timeout(wait) {
            Ok(result) => Ok(result),
            Err(RecvTimeoutError::Timeout) => {
                let reason = format!("gave no answer within {wait:?} and was killed");
                self.kill(&reason);
                Err(Lost::Unknown(format!("its process {reason}")))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Lost::Unknown(format!("its process {}", self.end())))
            }
        }
    }

    fn write(&self, body: Body) -> std::io::Result<()> {
        let mut socket = lock(&self.socket);
        socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
        frame::write(&mut *socket, body)
    }

    /// The reading thread: until the stream ends, then reaps the process.
    fn read(&self, mut socket: UnixStream, hello: Sender<frame::Hello>, done: Sender<()>) {
        loop {
            match frame::read(&mut socket) {
                Ok(Some(Body::Hello(body))) => drop(hello.try_send(body)),
                Ok(Some(Body::Log(line))) => self.relay(&line),
                Ok(Some(Body::Reply(reply))) => {
                    let waiting = lock(&self.calls)
                        .as_mut()
                        .and_then(|calls| calls.remove(&reply.id));
                    match waiting {
                        Some(answer) => drop(answer.try_send(reply.into_answer())),
                        None => log::warn!("a plugin answered a call that was not made"),
                    }
                }
                Ok(None) | Err(_) => break,
                Ok(Some(_)) => {
                    self.kill("broke the protocol");
                    break;
                }
            }
        }
        let status = reap(&self.process);
        let reason = lock(&self.verdict)
            .get_or_insert_with(|| ending(status))
            .clone();
        // From here on nobody can wait, and those who do get no reply.
        let waiting = lock(&self.calls).take();
        drop((waiting, hello, done));
        (self.on_death)(format!("its process {reason}"));
    }

    fn relay(&self, line: &frame::Log) {
        let level = match line.level {
            abi::log_level::ERROR => Level::Error,
            abi::log_level::WARN => Level::Warn,
            abi::log_level::INFO => Level::Info,
            _ => Level::Debug,
        };
        if line.dropped > 0 {
            self.log.note_dropped(line.dropped);
        }
        if !line.line.is_empty() {
            self.log
                .write(level, &abi::clean(&line.message_id), &line.line);
        }
    }

    /// Ends the process at once; the first reason is the one that is told.
    fn kill(&self, reason: &str) {
        lock(&self.verdict).get_or_insert_with(|| reason.to_owned());
        // Fails only for a process that has ended.
        let _ = lock(&self.process).kill();
        // The reader must not wait for a stray process that holds the other end.
        let _ = lock(&self.socket).shutdown(Shutdown::Both);
    }

    /// How the process ended, once it has.
    fn end(&self) -> String {
        let _ = self.ended.recv_timeout(STOP_TIMEOUT);
        lock(&self.verdict)
            .clone()
            .unwrap_or_else(|| "ended".into())
    }
}

impl Instance for Child {
    fn call(&self, call: &Call) -> Answer {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let request = Body::Call(frame::Request::new(id, call));
        match self.exchange(id, request, call.timeout() + self.limits.grace) {
            Ok(answer) => answer,
            Err(Lost::NotSent(reason)) => Answer::of_host(Status::Unavailable, reason),
            Err(Lost::Unknown(reason)) => Answer::of_host(Status::OutcomeUnknown, reason),
        }
    }

    fn is_alive(&self) -> bool {
        lock(&self.calls).is_some()
    }

    fn process(&self) -> Option<u32> {
        Some(self.id)
    }

    fn stop(&self) {
        let _ = self.write(Body::Stop(frame::Stop {}));
        if self.ended.recv_timeout(STOP_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            self.kill("did not stop and was killed");
            let _ = self.ended.recv_timeout(STOP_TIMEOUT);
        }
    }
}

fn spawn(executable: &Path, socket: OwnedFd) -> std::io::Result<(Process, PipeReader)> {
    let (output, stdout) = std::io::pipe()?;
    let stderr = stdout.try_clone()?;
    let process = Command::new(executable)
        .arg("plugin-host")
        .env_clear()
        .current_dir("/")
        // A Ctrl-C at the terminal is for the server, which lets calls in flight end.
        .process_group(0)
        .stdin(Stdio::from(socket))
        .stdout(stdout)
        .stderr(stderr)
        .spawn()?;
    Ok((process, output))
}

fn spawn_thread(work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    thread::Builder::new()
        .name("belfry-child".into())
        .spawn(work)
        .map(drop)
        .map_err(|error| format!("cannot start a thread: {error}"))
}

/// What the plugin prints, line by line, into the log.
fn capture(output: PipeReader, log: &PluginLog) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = MAX_LINE as u64;
        match output.by_ref().take(most).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            log.write(Level::Info, "", &format!("output: {}", text.trim_end()));
        }
    }
}

/// Waits for a process whose stream has ended; one that lives on is killed.
fn reap(process: &Mutex<Process>) -> Option<ExitStatus> {
    let deadline = Instant::now() + Duration::from_millis(500);
    loop {
        match lock(process).try_wait() {
            Ok(None) if Instant::now() < deadline => {}
            Ok(None) => {
                let _ = lock(process).kill();
                return lock(process).wait().ok();
            }
            Ok(status) => return status,
            Err(_) => return None,
        }
        thread::sleep(Duration::from_millis(2));
    }
}

pub(super) fn ending(status: Option<ExitStatus>) -> String {
    match status {
        Some(status) => format!("ended: {status}"),
        None => "ended".into(),
    }
}
