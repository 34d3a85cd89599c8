//! A connection that stops listening to a server which talks without being asked.
//!
//! lettre bounds an answer, but looks at the bound only at the end of a line: a line without an end would
//! fill the memory for as long as the message may take. And it reads an answer of many lines anew with each
//! of them, which takes seconds near its bound; so that time can run out meanwhile, each read rests once.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// More than any answer has, certificates included.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A connection with a bound on what is read between two writes.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    left: usize,
    /// Whether something was read since others had a turn.
    is_busy: bool,
}

impl Bounded {
    /// Bounds a connection.
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            left: LONGEST_ANSWER,
            is_busy: false,
        }
    }
}

impl AsyncTokioStream for Bounded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other("the server talks without end")));
        }
        if std::mem::take(&mut self.is_busy) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let read = buffer.filled().len() - before;
        self.left = self.left.saturating_sub(read);
        self.is_busy = read > 0;
        outcome
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.left = LONGEST_ANSWER;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
