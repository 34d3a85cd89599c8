//! What a server and its child say to each other: a 32-bit little-endian length, then one protobuf
//! message of at most 1 MB, over a socket pair.
//!
//! `Load` goes to the child and `Hello` comes back; `Create` and its `Reply` (call 0); then `Call`s
//! and `Reply`s in any order, `Log` whenever it pleases, `Stop` at the end. Both ends are the same
//! executable, but an upgrade may replace it while the server runs, so the Hello carries a version.

use std::io::{self, Read, Write};

use prost::Message as _;

/// The version of these messages.
pub(super) const VERSION: u32 = 3;
/// The longest message in bytes.
pub(super) const MAX_FRAME: usize = 1024 * 1024;

/// One message, either way.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Frame {
    #[prost(oneof = "Body", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub body: Option<Body>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Body {
    #[prost(message, tag = "1")]
    Load(Load),
    #[prost(message, tag = "2")]
    Hello(Hello),
    #[prost(message, tag = "3")]
    Create(Create),
    #[prost(message, tag = "4")]
    Call(Request),
    #[prost(message, tag = "5")]
    Reply(Reply),
    #[prost(message, tag = "6")]
    Log(Log),
    #[prost(message, tag = "7")]
    Stop(Stop),
}

/// To the child: load this file, which the server has checked.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Load {
    #[prost(bytes = "vec", tag = "1")]
    pub path: Vec<u8>,
    #[prost(uint64, optional, tag = "2")]
    pub memory_limit: Option<u64>,
}

/// From the child: loaded, or why not.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Hello {
    #[prost(uint32, tag = "1")]
    pub version: u32,
    #[prost(string, tag = "2")]
    pub refusal: String,
    #[prost(string, tag = "3")]
    pub description: String,
    #[prost(bool, tag = "4")]
    pub send: bool,
    #[prost(bool, tag = "5")]
    pub verify: bool,
    #[prost(bool, tag = "6")]
    pub health: bool,
    #[prost(bool, tag = "7")]
    pub poll: bool,
    #[prost(bool, tag = "8")]
    pub webhook: bool,
}

/// To the child: build the instance.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Create {
    #[prost(string, tag = "1")]
    pub config_json: String,
}

/// To the child: call a function of the plugin.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Request {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(uint32, tag = "2")]
    pub timeout_ms: u32,
    #[prost(oneof = "Function", tags = "3, 4, 5, 6, 7, 8")]
    pub function: Option<Function>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Function {
    #[prost(message, tag = "3")]
    Send(Message),
    #[prost(message, tag = "4")]
    VerifyStart(Message),
    #[prost(message, tag = "5")]
    VerifyCheck(Check),
    #[prost(message, tag = "6")]
    Health(Health),
    #[prost(message, tag = "7")]
    Poll(Poll),
    #[prost(message, tag = "8")]
    Webhook(Webhook),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Message {
    #[prost(uint32, tag = "2")]
    pub attempt: u32,
    #[prost(string, tag = "4")]
    pub message_id: String,
    #[prost(string, tag = "5")]
    pub to: String,
    #[prost(string, tag = "6")]
    pub sender: String,
    #[prost(string, tag = "7")]
    pub text: String,
    #[prost(string, tag = "8")]
    pub locale: String,
    #[prost(string, tag = "9")]
    pub template_name: String,
    #[prost(string, tag = "10")]
    pub metadata_json: String,
    #[prost(string, tag = "11")]
    pub receipt_url: String,
    #[prost(int64, tag = "12")]
    pub expires_at_unix_ms: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Check {
    #[prost(string, tag = "1")]
    pub message_id: String,
    #[prost(string, tag = "2")]
    pub provider_id: String,
    #[prost(string, tag = "3")]
    pub to: String,
    #[prost(string, tag = "4")]
    pub code: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Health {}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Poll {
    #[prost(string, repeated, tag = "1")]
    pub ids: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Webhook {
    #[prost(string, tag = "1")]
    pub method: String,
    #[prost(string, tag = "2")]
    pub url: String,
    #[prost(message, repeated, tag = "3")]
    pub headers: Vec<Header>,
    #[prost(bytes = "vec", tag = "4")]
    pub body: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Header {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub value: String,
}

/// From the child: what became of call `id`; 0 is Create.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Reply {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(int32, tag = "2")]
    pub status: i32,
    #[prost(uint32, tag = "3")]
    pub retry_after_ms: u32,
    #[prost(uint32, tag = "4")]
    pub segments: u32,
    #[prost(string, tag = "5")]
    pub provider_id: String,
    #[prost(string, tag = "6")]
    pub provider_code: String,
    #[prost(string, tag = "7")]
    pub detail: String,
    #[prost(string, tag = "8")]
    pub price: String,
    #[prost(int32, tag = "9")]
    pub verdict: i32,
    #[prost(uint32, tag = "10")]
    pub http_status: u32,
    #[prost(message, repeated, tag = "11")]
    pub receipts: Vec<Receipt>,
    #[prost(bool, tag = "12")]
    pub is_garbage: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Receipt {
    #[prost(string, tag = "1")]
    pub provider_id: String,
    #[prost(int32, tag = "2")]
    pub state: i32,
    #[prost(string, tag = "3")]
    pub provider_code: String,
    #[prost(int64, tag = "4")]
    pub at_unix_ms: i64,
}

/// From the child: a line of the plugin, if it is not empty, and how many were dropped before it.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Log {
    #[prost(int32, tag = "1")]
    pub level: i32,
    #[prost(string, tag = "2")]
    pub message_id: String,
    #[prost(string, tag = "3")]
    pub line: String,
    #[prost(uint64, tag = "4")]
    pub dropped: u64,
}

/// To the child: finish the calls, destroy the instance, leave.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Stop {}

/// Writes one frame in one piece.
///
/// # Errors
/// Those of the socket, and `InvalidInput` for a message that is too long.
pub(super) fn write(socket: &mut impl Write, body: Body) -> io::Result<()> {
    let frame = Frame { body: Some(body) };
    let length = frame.encoded_len();
    if length > MAX_FRAME {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the message is longer than 1 MB",
        ));
    }
    let mut bytes = Vec::with_capacity(4 + length);
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
    bytes.extend_from_slice(&frame.encode_to_vec());
    socket.write_all(&bytes)
}

/// Reads one frame; `None` at the end of the stream.
///
/// # Errors
/// Those of the socket, and `InvalidData` for what is not a frame.
pub(super) fn read(socket: &mut impl Read) -> io::Result<Option<Body>> {
    let mut length = [0; 4];
    match socket.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame too long"));
    }
    let mut bytes = vec![0; length];
    socket.read_exact(&mut bytes)?;
    let frame = Frame::decode(&*bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    frame
        .body
        .map(Some)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "empty frame"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_as_it_was() {
        let body = Body::Log(Log {
            level: 3,
            message_id: "m1".into(),
            line: "hello".into(),
            dropped: 3,
        });
        let mut wire = Vec::new();
        write(&mut wire, body.clone()).unwrap();
        let mut wire = &*wire;
        assert_eq!(read(&mut wire).unwrap(), Some(body));
        assert_eq!(read(&mut wire).unwrap(), None);
    }

    #[test]
    fn what_is_not_a_frame_is_an_error() {
        for wire in [
            &[255, 255, 255, 255][..],
            &[0, 0, 0, 0],
            &[9, 0, 0, 0, 1],
            &[2, 0, 0, 0, 0xff, 0xff],
        ] {
            assert!(read(&mut &*wire).is_err(), "{wire:?}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_refused() {
        let line = "x".repeat(MAX_FRAME);
        let body = Body::Log(Log {
            level: 3,
            message_id: String::new(),
            line,
            dropped: 0,
        });
        assert!(write(&mut Vec::new(), body).is_err());
    }
}
