//! Frames on the connection.
//!
//! Out: the PDUs of the crate `rusmpp`. In: only the head is read here and the body is handed on as it
//! is, since many centres bend the standard (an optional parameter without its NUL, an address that
//! is too long), and a strict decoder would end the session over it, again and again.

use bytes::{Buf, Bytes, BytesMut};
use rusmpp::{Command, tokio_codec::CommandCodec};
use tokio_util::codec::{Decoder, Encoder};

/// The length of a PDU's head.
const HEAD: usize = 16;
/// Longer than any PDU with a full `message_payload`.
const LONGEST: usize = 80 * 1024;

/// The ids of the PDUs that we read.
pub mod id {
    pub const GENERIC_NACK: u32 = 0x8000_0000;
    pub const BIND_TRANSCEIVER_RESP: u32 = 0x8000_0009;
    pub const SUBMIT_SM_RESP: u32 = 0x8000_0004;
    pub const DELIVER_SM: u32 = 0x0000_0005;
    pub const DATA_SM: u32 = 0x0000_0103;
    pub const UNBIND: u32 = 0x0000_0006;
    pub const UNBIND_RESP: u32 = 0x8000_0006;
    pub const ENQUIRE_LINK: u32 = 0x0000_0015;
    pub const ALERT_NOTIFICATION: u32 = 0x0000_0102;
    pub const OUTBIND: u32 = 0x0000_000b;
    /// The bit that makes an answer of a request.
    pub const ANSWER: u32 = 0x8000_0000;
}

/// A PDU that came in.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub id: u32,
    pub status: u32,
    pub sequence: u32,
    pub body: Bytes,
}

/// The codec of a session.
#[derive(Default)]
pub struct Wire {
    out: CommandCodec,
}

impl Decoder for Wire {
    type Item = Frame;
    type Error = std::io::Error;

    fn decode(&mut self, from: &mut BytesMut) -> std::io::Result<Option<Frame>> {
        let Some(length) = from
            .first_chunk()
            .map(|octets| u32::from_be_bytes(*octets) as usize)
        else {
            return Ok(None);
        };
        if !(HEAD..=LONGEST).contains(&length) {
            // A stream cannot be read on after that.
            let text = format!("a PDU of {length} octets");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, text));
        }
        if from.len() < length {
            from.reserve(length - from.len());
            return Ok(None);
        }
        let mut pdu = from.split_to(length);
        pdu.advance(4);
        let (id, status, sequence) = (pdu.get_u32(), pdu.get_u32(), pdu.get_u32());
        Ok(Some(Frame {
            id,
            status,
            sequence,
            body: pdu.freeze(),
        }))
    }
}

impl Encoder<Command> for Wire {
    type Error = std::io::Error;

    fn encode(&mut self, command: Command, to: &mut BytesMut) -> std::io::Result<()> {
        self.out.encode(command, to).map_err(std::io::Error::other)
    }
}

/// Reads a body from its front; `None` where it ends too early.
pub struct Octets<'a>(pub &'a [u8]);

impl<'a> Octets<'a> {
    /// One octet.
    pub fn octet(&mut self) -> Option<u8> {
        self.take(1).map(|octets| octets[0])
    }

    /// Two octets, the high one first.
    pub fn pair(&mut self) -> Option<u16> {
        self.take(2)
            .map(|octets| u16::from_be_bytes([octets[0], octets[1]]))
    }

    /// That many octets.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Text up to NUL, or up to the end if there is none.
    pub fn text(&mut self) -> String {
        let end = self.0.iter().position(|octet| *octet == 0);
        let text = String::from_utf8_lossy(&self.0[..end.unwrap_or(self.0.len())]).into_owned();
        self.0 = &self.0[end.map_or(self.0.len(), |end| end + 1)..];
        text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rusmpp::{CommandStatus, Pdu};

    #[test]
    fn frames_are_found_in_any_pieces() {
        let mut wire = Wire::default();
        let mut stream = BytesMut::new();
        wire.encode(
            Command::new(CommandStatus::EsmeRok, 7, Pdu::EnquireLink),
            &mut stream,
        )
        .unwrap();
        wire.encode(
            Command::new(CommandStatus::EsmeRthrottled, 8, Pdu::Unbind),
            &mut stream,
        )
        .unwrap();
        let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
        for octet in stream {
            buffer.extend_from_slice(&[octet]);
            frames.extend(wire.decode(&mut buffer).unwrap());
        }
        let heads: Vec<_> = frames
            .iter()
            .map(|frame| (frame.id, frame.status, frame.sequence))
            .collect();
        assert_eq!(heads, [(id::ENQUIRE_LINK, 0, 7), (id::UNBIND, 0x58, 8)]);
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_stream() {
        for length in [0_u32, 15, 81 * 1024, u32::MAX] {
            let mut buffer = BytesMut::from(&length.to_be_bytes()[..]);
            assert!(Wire::default().decode(&mut buffer).is_err(), "{length}");
        }
    }

    #[test]
    fn a_body_ends_where_it_ends() {
        let mut octets = Octets(b"ab\0\x01\x02\x03cd");
        assert_eq!(octets.text(), "ab");
        assert_eq!((octets.octet(), octets.pair()), (Some(1), Some(0x0203)));
        assert_eq!(octets.take(3), None);
        assert_eq!(octets.text(), "cd");
        assert_eq!((octets.octet(), octets.text().as_str()), (None, ""));
    }
}
