//! `GET /belfry/v1/messages/_stream`: changes of messages as server-sent events (the HTML standard's
//! `text/event-stream`), for consoles and scripts.
//!
//! Needs a token with `iam.read`, which is looked at again while the stream lasts. A client that comes
//! back with `Last-Event-ID` gets what it missed, or an event `gap` if that is not remembered.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{answer::Answer, metadata::Metadata, server::Server, status::Refusal};
use crate::{contract::Requirement, error::Error};

/// The path.
const PATH: &str = "/belfry/v1/messages/_stream";
/// Streams at one time.
pub(super) const AT_ONCE: usize = 64;
/// Events that are read at one time.
const MOST_READ: usize = 200;
/// The longest silence; then a comment shows both sides that the other is there.
const SILENCE: Duration = Duration::from_secs(15);
/// How often it is looked whether the token is still good.
const TRUST: Duration = Duration::from_secs(30);
/// The type of the answer.
pub(super) const CONTENT_TYPE: &str = "text/event-stream";

/// An event of a stream.
pub struct StreamEvent {
    /// Its number; later ones are greater.
    pub id: u64,
    /// What it tells.
    pub name: &'static str,
    /// JSON on one line.
    pub data: String,
}

/// Where events come from.
pub trait Events: Send + Sync {
    /// The number of the newest one, to wait for others.
    fn watch(&self) -> watch::Receiver<u64>;
    /// Those after a number, `most` at most; may block for a moment.
    fn after(&self, number: u64, most: usize) -> Vec<StreamEvent>;
}

/// Whether a path is that of the stream.
pub(super) fn is_path(path: &str) -> bool {
    path == PATH
}

struct Listener {
    server: Arc<Server>,
    metadata: Metadata,
    newest: watch::Receiver<u64>,
    /// The number of the last event that was sent.
    sent: u64,
    is_begun: bool,
    /// When the token was last looked at.
    trusted: Instant,
    _turn: OwnedSemaphorePermit,
}

/// The stream for a client.
///
/// # Errors
/// The answer for who may not have it.
pub(super) fn open(
    server: &Arc<Server>,
    verb: &str,
    metadata: Result<Metadata, Error>,
    last_event_id: Option<&str>,
) -> Result<impl Stream<Item = Result<Bytes, std::convert::Infallible>> + use<>, Answer> {
    if verb != "GET" {
        return Err(Answer::refused(&Refusal::method_not_allowed("GET")));
    }
    let refused = |error: Error| Answer::rest_error(&error);
    let metadata = metadata.map_err(refused)?;
    may_listen(server, &metadata).map_err(refused)?;
    let Ok(turn) = server.stream_turns.clone().try_acquire_owned() else {
        let text = "too many streams are open; try again later";
        return Err(refused(Error::unavailable(text)));
    };
    let newest = server.events.watch();
    let now = *newest.borrow();
    let sent = last_event_id.and_then(|id| id.trim().parse().ok());
    let listener = Listener {
        server: server.clone(),
        metadata,
        newest,
        sent: sent.unwrap_or(now),
        is_begun: false,
        trusted: Instant::now(),
        _turn: turn,
    };
    Ok(stream::unfold(listener, |mut listener| async move {
        let bytes = listener.next().await?;
        Some((Ok(bytes), listener))
    }))
}

fn may_listen(server: &Server, metadata: &Metadata) -> Result<(), Error> {
    let principal = server.authenticator.authenticate(&metadata.credentials)?;
    principal.authorize(&Requirement::Permission("iam.read".to_owned()))
}

impl Listener {
    /// The next bytes; `None` when the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        if !std::mem::replace(&mut self.is_begun, true) {
            // Who reconnects waits so many milliseconds before.
            return Some(Bytes::from_static(b"retry: 3000\n\n"));
        }
        loop {
            if self.trusted.elapsed() >= TRUST {
                may_listen(&self.server, &self.metadata).ok()?;
                self.trusted = Instant::now();
            }
            self.newest.borrow_and_update();
            let (events, sent) = (self.server.events.clone(), self.sent);
            let read = tokio::task::spawn_blocking(move || events.after(sent, MOST_READ));
            let events = read.await.ok()?;
            if let Some(last) = events.last() {
                self.sent = last.id;
                return Some(written(&events));
            }
            // A connection on which nothing moves for too long is closed.
            let silence = SILENCE.min(self.server.limits.keep_alive / 2);
            match tokio::time::timeout(silence, self.newest.changed()).await {
                Ok(Ok(())) => {}
                // The server stops.
                Ok(Err(_)) => return None,
                Err(_silence) => return Some(Bytes::from_static(b": still here\n\n")),
            }
        }
    }
}

fn written(events: &[StreamEvent]) -> Bytes {
    let mut text = String::new();
    for StreamEvent { id, name, data } in events {
        text.push_str(&format!("id: {id}\nevent: {name}\ndata: {data}\n\n"));
    }
    text.into()
}
