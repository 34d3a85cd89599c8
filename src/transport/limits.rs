//! What a client may ask of the server: sizes, counts and times, all configurable.

use std::time::Duration;

/// Limits of the port. The defaults suit a server that faces the network.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest request body in bytes; more is 413, over gRPC `RESOURCE_EXHAUSTED`.
    pub body: usize,
    /// Largest request head in bytes, at most 128 KiB; more is 431.
    pub headers: u32,
    /// Concurrent calls on one HTTP/2 connection.
    pub streams: u32,
    /// Concurrent connections of the whole server.
    pub connections: usize,
    /// Time for a request's head to arrive, and again for its body; more is 408.
    pub request_read: Duration,
    /// Longest time an operation may take, whatever the caller's own deadline is.
    pub call: Duration,
    /// How long a connection may stay open without a request.
    pub keep_alive: Duration,
    /// How long calls may go on after a stop was asked for, in whole seconds.
    pub drain: Duration,
    /// Threads that serve connections; 0 means one for each processor.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            headers: 16 << 10,
            streams: 200,
            connections: 20_000,
            request_read: Duration::from_secs(10),
            call: Duration::from_secs(30),
            keep_alive: Duration::from_secs(75),
            drain: Duration::from_secs(8),
            workers: 0,
        }
    }
}
