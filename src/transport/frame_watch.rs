//! Follows HTTP/2 frame boundaries in the bytes of a connection, without reading their content.
//!
//! hyper has no time limit for the preface, a frame's head or a header block, so a peer could hold a
//! connection open by sending them one byte at a time. DATA is left out: its time is the body's.

const PREFACE: usize = 24;
const HEAD: usize = 9;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const CONTINUATION: u8 = 0x9;
const END_HEADERS: u8 = 0x4;

/// Where in the stream of frames a connection is.
pub struct FrameWatch {
    preface_left: usize,
    head: [u8; HEAD],
    head_length: usize,
    payload_left: usize,
    in_header_block: bool,
}

impl FrameWatch {
    /// Before the first byte.
    pub fn new() -> Self {
        Self {
            preface_left: PREFACE,
            head: [0; HEAD],
            head_length: 0,
            payload_left: 0,
            in_header_block: false,
        }
    }

    /// Takes the next bytes; says whether something other than DATA is incomplete after them.
    pub fn read(&mut self, mut bytes: &[u8]) -> bool {
        skip(&mut self.preface_left, &mut bytes);
        while !bytes.is_empty() {
            if self.payload_left > 0 {
                skip(&mut self.payload_left, &mut bytes);
                continue;
            }
            if self.head_length == HEAD {
                self.head_length = 0;
            }
            self.head[self.head_length] = bytes[0];
            self.head_length += 1;
            bytes = &bytes[1..];
            if self.head_length == HEAD {
                self.begin_frame();
            }
        }
        let in_head = (1..HEAD).contains(&self.head_length);
        let in_payload = self.payload_left > 0 && self.head[3] != DATA;
        self.preface_left > 0 || in_head || in_payload || self.in_header_block
    }

    fn begin_frame(&mut self) {
        let [a, b, c, kind, flags, ..] = self.head;
        self.payload_left = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if matches!(kind, HEADERS | CONTINUATION) {
            self.in_header_block = flags & END_HEADERS == 0;
        }
    }
}

fn skip(left: &mut usize, bytes: &mut &[u8]) {
    let skipped = bytes.len().min(*left);
    *left -= skipped;
    *bytes = &bytes[skipped..];
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";

    fn after(pieces: &[&[u8]]) -> bool {
        let mut watch = FrameWatch::new();
        let mut incomplete = watch.read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        for piece in pieces {
            incomplete = watch.read(piece);
        }
        incomplete
    }

    #[test]
    fn whole_frames_are_complete() {
        assert!(!after(&[SETTINGS]));
        assert!(!after(&[SETTINGS, b"\0\0\x02\x01\x04\0\0\0\x01ab"]));
        assert!(!after(&[b"\0\0\x02\x01\x04\0\0\0\x01", b"a", b"b"]));
    }

    #[test]
    fn a_preface_a_head_and_a_header_block_can_be_incomplete() {
        assert!(FrameWatch::new().read(b"PRI * HTTP"));
        assert!(after(&[b"\0\0\0\x04"]));
        assert!(after(&[b"\0\0\x02\x01\x04\0\0\0\x01", b"a"]));
        assert!(after(&[b"\0\0\x02\x01\0\0\0\0\x01ab"]));
        assert!(!after(&[
            b"\0\0\x02\x01\0\0\0\0\x01ab",
            b"\0\0\0\x09\x04\0\0\0\x01"
        ]));
    }

    #[test]
    fn data_may_take_its_time() {
        assert!(!after(&[b"\0\0\x08\0\0\0\0\0\x01ab"]));
    }
}
