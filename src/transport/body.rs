//! Reads request bodies within the limits of size, time and memory.
//!
//! Small bodies are simply read. A larger one first needs one of a few places and keeps it until its
//! call is over, so that many large uploads at one time can neither fill the memory nor keep the workers
//! busy with decoding; none of the contract's messages is that large.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};

use tokio::sync::OwnedSemaphorePermit;

use super::{server::Server, status::Refusal};

/// Bodies up to this many bytes need no place.
const SMALL: usize = 64 << 10;

/// Of a refused body, this many bytes are still read, so that the client gets to see the answer.
const DRAINED_BYTES: usize = 1 << 20;

/// And for this long.
const DRAINED_TIME: std::time::Duration = std::time::Duration::from_secs(2);

/// Reads a whole body.
///
/// # Errors
/// 413 above the limit, 408 if it takes too long, 400 if it breaks off.
pub async fn read<E>(
    server: &Server,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Bytes, Refusal> {
    tokio::time::timeout(server.limits.request_read, collect(server, chunks))
        .await
        .unwrap_or_else(|_elapsed| Err(Refusal::too_slow()))
}

async fn collect<E>(
    server: &Server,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Bytes, Refusal> {
    let mut chunks = pin!(chunks);
    let mut body = BytesMut::new();
    let mut place = None;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad_request())?;
        let length = body.len() + chunk.len();
        if length > server.limits.body {
            return Err(Refusal::too_large(server.limits.body));
        }
        if length > SMALL && place.is_none() {
            // The semaphore is never closed.
            place = server.large_bodies.clone().acquire_owned().await.ok();
        }
        body.extend_from_slice(&chunk);
    }
    Ok(match place {
        None => body.freeze(),
        Some(place) => Bytes::from_owner(Placed {
            body,
            _place: place,
        }),
    })
}

/// A large body with its place, which is free again when the last view of the body is dropped.
struct Placed {
    body: BytesMut,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Placed {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// Reads and drops what is left of a body, within bounds: over HTTP/2 a body dropped half read resets
/// the stream, and the client would see that instead of the answer.
pub async fn drain<E>(chunks: impl Stream<Item = Result<Bytes, E>>) {
    let mut chunks = pin!(chunks);
    let rest = async {
        let mut dropped = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            dropped += chunk.len();
            if dropped > DRAINED_BYTES {
                break;
            }
        }
    };
    // Running out of time is one of the ways this ends.
    let _ = tokio::time::timeout(DRAINED_TIME, rest).await;
}
