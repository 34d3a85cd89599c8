//! One accepted connection: its socket, shared, and what is known about its progress.
//!
//! Neither actix-http nor hyper ends a connection whose peer sends a later request head, or an HTTP/2
//! header block, byte by byte, or stops reading its answers. [`Activity`] keeps when something last
//! moved and since when a request is incomplete; `expiry` turns that into a deadline.

use std::{
    cell::Cell,
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Instant,
};

use super::{frame_watch::FrameWatch, h1::OwnErrors};

/// How long the rest of a refused request is read, so that the client gets to see the answer.
pub const LINGER: Duration = Duration::from_secs(2);

/// What happened on a connection, and when.
pub struct Activity {
    /// When bytes last moved (HTTP/1) or a request last began (HTTP/2).
    pub(super) last_progress: Cell<Instant>,
    /// Since when the head of a request is incomplete.
    pub(super) incomplete_since: Cell<Option<Instant>>,
    /// When the connection is closed in any case.
    pub(super) close_by: Cell<Option<Instant>>,
    underway: Cell<usize>,
}

/// A request underway; ends when dropped.
pub struct Underway(Rc<Activity>);

impl Activity {
    /// Nothing has happened yet.
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            last_progress: Cell::new(Instant::now()),
            incomplete_since: Cell::new(None),
            close_by: Cell::new(None),
            underway: Cell::new(0),
        })
    }

    /// A request head is complete and its handler runs.
    pub fn begin(self: &Rc<Self>) -> Underway {
        self.underway.set(self.underway.get() + 1);
        self.incomplete_since.set(None);
        self.last_progress.set(Instant::now());
        Underway(self.clone())
    }

    /// Whether a handler runs.
    pub fn is_busy(&self) -> bool {
        self.underway.get() > 0
    }

    /// The connection ends soon, however much of a refused request is still to come.
    pub fn close_soon(&self) {
        self.close_by.set(Some(Instant::now() + LINGER));
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.underway.set(self.0.underway.get().saturating_sub(1));
        self.0.last_progress.set(Instant::now());
    }
}

/// How the bytes of a connection are watched.
pub enum Watch {
    /// Bytes outside of a request begin the next head; the dispatcher's own errors get a body.
    Http1(OwnErrors),
    /// Frame boundaries tell whether a header block is incomplete.
    Http2(FrameWatch),
}

/// A connection as actix-http and hyper see it.
pub struct Connection {
    stream: Rc<TcpStream>,
    activity: Rc<Activity>,
    watch: Watch,
}

impl Connection {
    /// Wraps an accepted socket. The socket stays shared, so that a last answer can be sent after
    /// whoever drives this connection was stopped.
    pub fn new(stream: Rc<TcpStream>, activity: Rc<Activity>, watch: Watch) -> Self {
        Self {
            stream,
            activity,
            watch,
        }
    }

    /// What happened on it.
    pub fn activity(&self) -> Rc<Activity> {
        self.activity.clone()
    }

    /// Where it comes from.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }

    fn note_read(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        let since = &self.activity.incomplete_since;
        match &mut self.watch {
            Watch::Http1(_) => {
                self.activity.last_progress.set(now);
                if !self.activity.is_busy() && since.get().is_none() {
                    since.set(Some(now));
                }
            }
            Watch::Http2(frames) => {
                let incomplete = frames.read(bytes);
                since.set(incomplete.then(|| since.get().unwrap_or(now)));
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            ready!(this.stream.poll_read_ready(cx))?;
            let before = buffer.filled().len();
            match this.stream.try_read_buf(buffer) {
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(_) => {
                    this.note_read(&buffer.filled()[before..]);
                    return Poll::Ready(Ok(()));
                }
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
                Err(fault) => return Poll::Ready(Err(fault)),
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = match &mut this.watch {
            Watch::Http1(errors) => {
                let written = ready!(errors.poll_write(&this.stream, cx, bytes))?;
                this.activity.last_progress.set(Instant::now());
                written
            }
            Watch::Http2(_) => ready!(write_some(&this.stream, cx, bytes))?,
        };
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match &mut this.watch {
            Watch::Http1(errors) => errors.poll_flush(&this.stream, cx),
            Watch::Http2(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        let shut = rustix::net::shutdown(&*self.stream, rustix::net::Shutdown::Write);
        Poll::Ready(shut.map_err(io::Error::from))
    }
}

/// Writes what the socket takes now.
pub fn write_some(
    stream: &TcpStream,
    cx: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    loop {
        ready!(stream.poll_write_ready(cx))?;
        match stream.try_write(bytes) {
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
    }
}
