//! The port: binds it, accepts, tells HTTP/1.1 from HTTP/2, and stops in order.
//!
//! A connection is looked at, not read: four bytes `PRI ` begin HTTP/2 with prior knowledge, anything
//! else is HTTP/1. Workers are actix-server's, one thread each; a connection stays on its worker.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::Arc,
};

use actix_http::HttpService;
use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory as _, fn_factory, fn_service};
use anyhow::Context as _;
use tokio::{io::Interest, net::TcpStream, time::timeout};

use super::{
    app,
    connection::{Connection, LINGER},
    h1, h2,
    limits::Limits,
    server::Server,
};

/// Connections that may wait to be accepted; the kernel's own limit still applies.
const BACKLOG: i32 = 4096;

/// Open files that are not connections: database, plugins, the runtime's own.
const OTHER_FILES: usize = 256;

/// Beginning of the HTTP/2 preface that no HTTP/1 request shares.
const HTTP2: &[u8; 4] = b"PRI ";

/// A port that is bound and does not serve yet.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// Binds the address. Port 0 means any free one.
///
/// # Errors
/// If the address is in use or not ours; the text says which and what to do.
pub fn bind(listen: SocketAddr) -> anyhow::Result<Bound> {
    let listener = TcpListener::bind(listen).map_err(|fault| {
        let hint = match fault.kind() {
            io::ErrorKind::AddrInUse => {
                "the port is in use: stop the other program or choose another server.listen"
            }
            io::ErrorKind::AddrNotAvailable => "the address is not one of this machine",
            io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege",
            _ => "the address cannot be used",
        };
        anyhow::Error::new(fault).context(format!("cannot listen on {listen}: {hint}"))
    })?;
    // The standard library's backlog of 128 is too short for thousands of clients that come at once.
    rustix::net::listen(&listener, BACKLOG).context("cannot lengthen the backlog")?;
    let address = listener
        .local_addr()
        .context("cannot read the bound address")?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// The port, also if 0 was asked for.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` resolves; then no connection is accepted, idle ones are closed, and calls
    /// underway get `limits.drain` to end.
    ///
    /// # Errors
    /// If the workers cannot start.
    pub async fn serve(
        self,
        server: Arc<Server>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let files = allow_many_files();
        let limits = &server.limits;
        let workers = match limits.workers {
            0 => std::thread::available_parallelism().map_or(2, usize::from),
            workers => workers,
        };
        let connections =
            limits.connections.min(files.saturating_sub(OTHER_FILES)) / workers.max(1);
        let builder = actix_server::Server::build()
            .workers(workers.clamp(1, 512))
            .max_concurrent_connections(connections.max(1))
            .shutdown_timeout(limits.drain.as_secs())
            .shutdown_signal(stop);
        let stopping = builder.graceful_shutdown_signal();
        let factory = move || worker(server.clone(), stopping.clone());
        builder
            .listen("belfry", self.listener, factory)?
            .run()
            .await
    }
}

/// Each connection is an open file, and the soft limit is often as low as 1024. Gives the limit.
fn allow_many_files() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    let reached = match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum,
        Err(fault) => {
            log::warn!("the limit of open files stays as it is: {fault}");
            before
        }
    };
    // No limit at all is as good as the largest number.
    reached.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

/// What one worker thread does with the sockets it is given.
fn worker(
    server: Arc<Server>,
    stopping: GracefulShutdownSignal,
) -> impl actix_service::ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
{
    fn_factory(move || {
        let (server, stopping) = (server.clone(), stopping.clone());
        async move {
            let app = app::build(server.clone()).await?;
            let http1 = {
                let (app, stopping) = (app.clone(), stopping.clone());
                HttpService::build()
                    .keep_alive(server.limits.keep_alive)
                    .client_request_timeout(server.limits.request_read)
                    .client_disconnect_timeout(LINGER)
                    .graceful_shutdown_signal(move || {
                        let stopping = stopping.clone();
                        async move { stopping.notified().await }
                    })
                    .on_connect_ext(|connection: &Connection, data| {
                        data.insert(connection.activity());
                    })
                    .h1(fn_factory(move || {
                        let app = app.clone();
                        async move { Ok::<_, actix_web::Error>(app) }
                    }))
                    .new_service(())
                    .await?
            };
            let http1 = Rc::new(http1);
            Ok::<_, ()>(fn_service(move |stream: TcpStream| {
                let (server, app, http1) = (server.clone(), app.clone(), http1.clone());
                let stopping = stopping.clone();
                async move {
                    let stop = stopping.notified();
                    let Some(version) = tell(&stream, &server.limits, stop).await else {
                        return Ok(());
                    };
                    // Only a delay is at stake.
                    let _ = stream.set_nodelay(true);
                    // Boxed, so that connections that have not sent anything stay small.
                    match version {
                        Version::Http2 => {
                            let drive = h2::drive(stream, server, app, stopping.notified());
                            Box::pin(drive).await;
                        }
                        Version::Http1 => {
                            let dispatch = |connection: Connection| {
                                let peer = connection.peer();
                                http1.call((connection, peer))
                            };
                            let drive = h1::drive(Rc::new(stream), &server.limits, dispatch);
                            Box::pin(drive).await;
                        }
                    }
                    Ok(())
                }
            }))
        }
    })
}

enum Version {
    Http1,
    Http2,
}

/// Waits for the first bytes and tells the protocol; `None` if there is nobody to serve.
async fn tell(
    stream: &TcpStream,
    limits: &Limits,
    stop: impl Future<Output = ()>,
) -> Option<Version> {
    let first = tokio::select! {
        biased;
        first = timeout(limits.keep_alive, peek(stream, 1)) => first,
        () = stop => return None,
    };
    let first = first.ok()?.ok()?;
    if !HTTP2.starts_with(&first) {
        return (!first.is_empty()).then_some(Version::Http1);
    }
    match timeout(limits.request_read, peek(stream, HTTP2.len())).await {
        Ok(Ok(first)) if first == HTTP2 => Some(Version::Http2),
        Ok(Err(_)) => None,
        // HTTP/1, or so slow that HTTP/1 may say so.
        _ => Some(Version::Http1),
    }
}

/// Looks at the first bytes once there are `enough`, once they cannot be HTTP/2, or once no more can
/// come. A look that finds too few says "would block", so that the next one waits for the next packet;
/// the end of the peer's stream is asked for first, because no "would block" clears that readiness.
async fn peek(stream: &TcpStream, enough: usize) -> io::Result<Vec<u8>> {
    loop {
        let ended = stream.ready(Interest::READABLE).await?.is_read_closed();
        let look = stream.try_io(Interest::READABLE, || {
            let mut bytes = [0; HTTP2.len()];
            let (_, length) =
                rustix::net::recv(stream, &mut bytes[..], rustix::net::RecvFlags::PEEK)?;
            let seen = &bytes[..length.min(bytes.len())];
            let undecided = !seen.is_empty() && seen.len() < enough && HTTP2.starts_with(seen);
            if undecided && !ended {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(seen.to_vec())
        });
        match look {
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
            seen => return seen,
        }
    }
}
