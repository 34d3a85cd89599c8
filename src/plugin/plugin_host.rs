//! The child's end: the body of the hidden command `belfry plugin-host`.
//!
//! It moves its socket away from the standard descriptors, limits itself, loads the one plugin that
//! the server names, and serves calls until it is told to stop or the server is gone. It reads no
//! configuration and no environment, and opens nothing but the plugin.

use std::{
    fs::File,
    io,
    os::unix::{ffi::OsStrExt, net::UnixStream},
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::Instant,
};

use belfry_plugin::{Client, HttpFailure, HttpResponse};
use crossbeam_channel::{Receiver, bounded};
use log::Level;
use rustix::{
    fs::FileType,
    process::{DumpableBehavior, Resource, Rlimit, Signal, getpid, kill_process, setrlimit},
};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    abi,
    frame::{self, Body},
    host::{Bucket, Services, lock, made},
    inproc::Native,
    load,
    manifest::{self, Manifest},
    message::{Answer, HttpRequest, Status},
};

/// Where the socket goes: far above what a plugin that counts descriptors would touch.
const SOCKET: i32 = 200;
/// The most descriptors that the process may have.
const DESCRIPTORS: u64 = 512;
/// The stack of a thread that makes calls, in bytes; what is not touched of it is not there.
const STACK: usize = 2 * 1024 * 1024;

/// Serves one plugin to the server that started this process.
pub fn run_plugin_host() -> ExitCode {
    match prepare().and_then(|socket| serve(&socket)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plugin-host: {error}");
            ExitCode::from(2)
        }
    }
}

/// Takes the socket from standard input and limits the process.
pub(super) fn prepare() -> io::Result<UnixStream> {
    let stdin = io::stdin();
    if FileType::from_raw_mode(rustix::fs::fstat(&stdin)?.st_mode) != FileType::Socket {
        return Err(io::Error::other("is started by the server, not by hand"));
    }
    let socket = rustix::io::fcntl_dupfd_cloexec(&stdin, SOCKET)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    // A core would hold codes and keys; the limit alone does not stop one that goes to a pipe.
    limit(Resource::Core, 0, 0)?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    limit(Resource::Nofile, DESCRIPTORS, DESCRIPTORS)?;
    outlive_signals()?;
    Ok(UnixStream::from(socket))
}

/// Limits a resource now, and how far it can be raised later.
fn limit(resource: Resource, now: u64, later: u64) -> io::Result<()> {
    let maximum = rustix::process::getrlimit(resource).maximum;
    let no_more = |most: u64| Some(maximum.map_or(most, |maximum| maximum.min(most)));
    let limit = Rlimit {
        current: no_more(now),
        maximum: no_more(later),
    };
    Ok(setrlimit(resource, limit)?)
}

/// Limits the private memory to what the operator allows and the stacks of so many threads. The system
/// counts a stack in full, touched or not, and they are the host's, so they must not be taken from the
/// plugin.
fn limit_memory(allowed: Option<u64>, threads: usize) -> io::Result<()> {
    let Some(allowed) = allowed else {
        return Ok(());
    };
    let with_stacks = |threads: usize| allowed.saturating_add((threads * STACK) as u64);
    let later = with_stacks(manifest::MOST_CALLS);
    limit(Resource::Data, with_stacks(threads), later)
}

/// Handles, by doing nothing, the signals that must not end it. A service manager sends the first
/// three to every process of the service, while the server lets calls in flight end and says Stop; the
/// last one comes with a write beyond a size limit, which is an error of the write and no more.
/// tokio's handlers stay after its runtime.
fn outlive_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let _guard = runtime.enter();
    for kind in [Signal::TERM, Signal::INT, Signal::HUP, Signal::XFSZ] {
        drop(signal(SignalKind::from_raw(kind.as_raw()))?);
    }
    Ok(())
}

/// The whole conversation.
fn serve(socket: &UnixStream) -> io::Result<()> {
    let mut reader = socket.try_clone()?;
    let writer = Arc::new(Writer {
        socket: Mutex::new(socket.try_clone()?),
        bucket: Mutex::new(Bucket::full()),
        client: OnceLock::new(),
    });
    let Some(Body::Load(order)) = frame::read(&mut reader)? else {
        return Err(io::Error::other("the server said no Load"));
    };
    limit_memory(order.memory_limit, 0)?;
    let loaded = load::open(Path::new(std::ffi::OsStr::from_bytes(&order.path)));
    let loaded = loaded.and_then(|loaded| Ok((Manifest::parse(&loaded.description)?, loaded)));
    let (manifest, loaded) = match loaded {
        Ok(loaded) => loaded,
        Err(refusal) => return writer.hello(frame::Hello::refused(refusal)),
    };
    let abilities = abi::abilities(&loaded.table);
    writer.hello(frame::Hello::loaded(loaded.description.clone(), abilities))?;

    let Some(Body::Create(create)) = frame::read(&mut reader)? else {
        return Ok(());
    };
    let config = serde_json::from_str(&create.config_json).unwrap_or_default();
    let _ = writer.client.set(manifest.client(&config));
    let native = match Native::create(&loaded, writer.clone(), &create.config_json) {
        Ok(native) => Arc::new(native),
        Err(answer) => return writer.reply(0, *answer),
    };
    limit_memory(order.memory_limit, manifest.max_concurrency)?;
    writer.reply(0, Answer::of_host(Status::Ok, ""))?;
    serve_calls(&mut reader, &writer, native, manifest.max_concurrency)
}

/// Reads calls and hands them to `count` threads, until Stop.
fn serve_calls(
    reader: &mut UnixStream,
    writer: &Arc<Writer>,
    native: Arc<Native>,
    count: usize,
) -> io::Result<()> {
    let (calls, queue) = bounded(64);
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let (native, queue, writer) = (native.clone(), queue.clone(), writer.clone());
            thread::Builder::new()
                .name("call".into())
                .stack_size(STACK)
                .spawn(move || work(&native, &queue, &writer))
        })
        .collect::<io::Result<_>>()?;
    loop {
        match frame::read(reader)? {
            Some(Body::Call(call)) => drop(calls.send(call)),
            Some(Body::Stop(_)) => break,
            // The server is gone: a plugin in the middle of a call, or one that hangs, must not stay.
            None => kill_process(getpid(), Signal::KILL)?,
            Some(_) => return Err(io::Error::other("the server broke the protocol")),
        }
    }
    drop(calls);
    for thread in threads {
        let _ = thread.join();
    }
    drop(native);
    Ok(())
}

fn work(native: &Native, queue: &Receiver<frame::Request>, writer: &Writer) {
    while let Ok(call) = queue.recv() {
        let id = call.id;
        let answer = match call.into_call() {
            Some(call) => native.call(&call),
            None => Answer::of_host(Status::Unsupported, "the call is not known"),
        };
        // Fails only when the server is gone, and then the reader ends the process.
        let _ = writer.reply(id, answer);
    }
}

/// The way back to the server, shared by the threads.
struct Writer {
    socket: Mutex<UnixStream>,
    bucket: Mutex<Bucket>,
    /// Made from the configuration, before the plugin can ask for it.
    client: OnceLock<Client>,
}

impl Writer {
    fn hello(&self, hello: frame::Hello) -> io::Result<()> {
        frame::write(&mut *lock(&self.socket), Body::Hello(hello))
    }

    /// The lines that were dropped are told first, so that they are counted when the call is over.
    fn reply(&self, id: u64, result: Answer) -> io::Result<()> {
        let dropped = lock(&self.bucket).told();
        if dropped > 0 {
            self.line(abi::log_level::WARN, "", "", dropped);
        }
        let reply = Body::Reply(frame::Reply::new(id, result));
        frame::write(&mut *lock(&self.socket), reply)
    }

    fn line(&self, level: i32, message_id: &str, line: &str, dropped: u64) {
        let log = frame::Log {
            level,
            message_id: message_id.to_owned(),
            line: line.to_owned(),
            dropped,
        };
        let _ = frame::write(&mut *lock(&self.socket), Body::Log(log));
    }
}

impl Services for Writer {
    fn http(&self, request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
        match self.client.get() {
            Some(client) => made(client, request),
            None => Err(HttpFailure {
                may_have_left: false,
                text: "there is no configuration yet".into(),
            }),
        }
    }

    /// A flood ends here already, so that replies do not wait behind it.
    fn log(&self, level: Level, message_id: &str, line: &str) {
        let Some(dropped) = lock(&self.bucket).take(Instant::now()) else {
            return;
        };
        let level = match level {
            Level::Error => abi::log_level::ERROR,
            Level::Warn => abi::log_level::WARN,
            Level::Info => abi::log_level::INFO,
            Level::Debug | Level::Trace => abi::log_level::DEBUG,
        };
        self.line(level, message_id, line, dropped);
    }
}
