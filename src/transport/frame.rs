//! gRPC's message frames: one flag byte, four bytes of length, the message.
//!
//! tonic frames too, but ties it to HTTP/2 and to generated traits; the same frames also arrive over
//! HTTP/1 and on REST paths here, and a unary call has exactly one. Used by `grpc` and `grpc_web`.

use bytes::{Buf as _, Bytes};

use crate::error::Error;

/// The flag of the frame that carries trailers in gRPC-Web.
pub const TRAILERS: u8 = 0x80;

const COMPRESSED: u8 = 0x01;

/// Appends one frame.
pub fn write(into: &mut Vec<u8>, flag: u8, payload: &[u8]) {
    // Answers are far below 4 GiB: what they hold was read under the body limit.
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    into.push(flag);
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(payload);
}

/// The one message of a unary request; `None` for an empty body.
///
/// # Errors
/// UNIMPLEMENTED for a compressed message, INVALID for anything that is not exactly one whole frame.
pub fn read_unary(mut body: Bytes) -> Result<Option<Bytes>, Error> {
    let mut message = None;
    while !body.is_empty() {
        if body.len() < 5 {
            return Err(Error::invalid("malformed frame: its head is incomplete"));
        }
        let flag = body.get_u8();
        let length = body.get_u32() as usize;
        if body.len() < length {
            return Err(Error::invalid("malformed frame: shorter than it says"));
        }
        let payload = body.split_to(length);
        match flag {
            0 if message.is_none() => message = Some(payload),
            0 => return Err(Error::invalid("malformed request: more than one message")),
            // Browsers' trailers, if any, say nothing that the headers do not.
            TRAILERS => {}
            flag if flag & COMPRESSED != 0 => {
                return Err(Error::unimplemented("compressed messages are not accepted"));
            }
            _ => return Err(Error::invalid("malformed frame: unknown flag")),
        }
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::Code;

    fn read(bytes: &[u8]) -> Result<Option<Bytes>, Code> {
        read_unary(Bytes::copy_from_slice(bytes)).map_err(|error| error.code)
    }

    #[test]
    fn one_whole_frame_is_the_message() {
        let mut bytes = Vec::new();
        write(&mut bytes, 0, b"abc");
        assert_eq!(bytes, b"\0\0\0\0\x03abc");
        assert_eq!(read(&bytes).unwrap().unwrap(), "abc");
        assert_eq!(read(b"\0\0\0\0\0").unwrap().unwrap(), "");
        assert_eq!(read(b"").unwrap(), None);
    }

    #[test]
    fn anything_but_one_whole_frame_is_refused() {
        for bytes in [
            &b"\0"[..],
            b"\0\0\0\0",
            b"\0\0\0\0\x01",
            b"\0\xff\xff\xff\xffabc",
            b"\0\0\0\0\0\0\0\0\0\0",
            b"\x02\0\0\0\0",
            b"{}",
        ] {
            assert_eq!(read(bytes), Err(Code::InvalidArgument), "{bytes:?}");
        }
        assert_eq!(read(b"\x01\0\0\0\x01a"), Err(Code::Unimplemented));
    }
}
