//! HTTP/1.1: drives actix-http over one connection and keeps its errors in the contract's form.
//!
//! actix-http answers what it cannot parse by itself, with a status and no body. [`OwnErrors`] finds
//! those answers on their way out and gives them the JSON body; the application's own errors always
//! have one, so nothing else is touched.

use std::{
    io,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::net::TcpStream;

use super::{
    answer::Answer,
    connection::{Activity, Connection, Watch, write_some},
    expiry::{Expired, Expiry},
    limits::Limits,
    status::Refusal,
};

/// actix-http's own timers run on a clock with half a second of grain.
const SLACK: Duration = Duration::from_secs(1);

/// Drives a connection until it ends or its time is over.
pub async fn drive<F>(
    stream: Rc<TcpStream>,
    limits: &Limits,
    dispatch: impl FnOnce(Connection) -> F,
) where
    F: Future,
{
    let activity = Activity::new();
    let watch = Watch::Http1(OwnErrors::default());
    let connection = Connection::new(stream.clone(), activity.clone(), watch);
    let expired = tokio::select! {
        biased;
        _ = dispatch(connection) => return,
        expired = Expiry::new(activity, limits, SLACK) => expired,
    };
    if expired == Expired::Incomplete {
        // The peer may be gone or not reading; then there is nobody to tell.
        let _ = stream.try_write(&bytes_of(&Refusal::too_slow()));
    }
}

/// A whole HTTP/1.1 response that closes the connection.
fn bytes_of(refusal: &Refusal) -> Vec<u8> {
    let answer = Answer::refused(refusal);
    let reason = actix_web::http::StatusCode::from_u16(answer.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\npragma: no-cache\r\nexpires: {now}\r\ndate: {now}\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len(),
    );
    [head.into_bytes(), answer.body].concat()
}

/// Replaces the bodiless error answers of actix-http.
#[derive(Default)]
pub struct OwnErrors {
    /// What is written instead and not sent yet.
    pending: Vec<u8>,
}

impl OwnErrors {
    /// Writes bytes of the dispatcher. An error answer of its own is always the last thing in them.
    pub fn poll_write(
        &mut self,
        stream: &TcpStream,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_flush(stream, cx))?;
        match own_error(bytes) {
            None => write_some(stream, cx, bytes),
            Some((0, refusal)) => {
                self.pending = bytes_of(&refusal);
                Poll::Ready(Ok(bytes.len()))
            }
            Some((before, _)) => write_some(stream, cx, &bytes[..before]),
        }
    }

    /// Sends what is pending.
    pub fn poll_flush(&mut self, stream: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let written = ready!(write_some(stream, cx, &self.pending))?;
            self.pending.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

/// Where the error answer begins, and what it refuses.
fn own_error(bytes: &[u8]) -> Option<(usize, Refusal)> {
    const LONGEST: usize = 256;
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let tail = bytes.len().saturating_sub(LONGEST);
    let start = bytes[tail..]
        .windows(10)
        .rposition(|window| window == b"HTTP/1.1 4" || window == b"HTTP/1.0 4")?;
    let start = tail + start;
    let head = std::str::from_utf8(&bytes[start..])
        .ok()?
        .to_ascii_lowercase();
    if !head.contains("\r\ncontent-length: 0\r\n") {
        return None;
    }
    let refusal = match &head[9..12] {
        "408" => Refusal::too_slow(),
        "431" => Refusal::headers_too_large(),
        _ => Refusal::bad_request(),
    };
    Some((start, refusal))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_bodiless_errors_at_the_end_are_replaced() {
        let own =
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        let (start, refusal) = own_error(own).unwrap();
        assert_eq!((start, refusal.http), (0, 431));

        let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let (start, refusal) = own_error(&[&ok[..], own].concat()).unwrap();
        assert_eq!((start, refusal.http), (ok.len(), 431));

        assert!(own_error(ok).is_none());
        assert!(own_error(b"HTTP/1.1 404 Not Found\r\ncontent-length: 31\r\n\r\n").is_none());
        assert!(own_error(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").is_none());
    }
}
