//! Reads a delivery receipt out of a `deliver_sm` or `data_sm`.
//!
//! The optional parameters win over the text where both speak. Times are not read: they are the
//! SMSC's local time without a zone, with or without seconds; the time of arrival says more.

use crate::wire::{Octets, id};

/// How far a message, or a part of it, has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The SMSC has it.
    Accepted,
    /// On its way, or nobody knows.
    Sent,
    /// On the handset.
    Delivered,
    /// Never.
    Undelivered,
    /// Not in time.
    Expired,
}

impl State {
    /// Nothing follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Undelivered | Self::Expired)
    }
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The SMSC's id of the message, as the receipt has it.
    pub id: String,
    pub state: State,
    /// The SMSC's word, and its error code if there is one.
    pub code: String,
    /// Both addresses; the recipient's is one of them.
    pub addresses: [String; 2],
}

/// What a `deliver_sm` is to us.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    Receipt(Receipt),
    /// A message from a handset, or a notification without an id.
    Other,
    /// Not readable.
    Garbage,
}

/// The optional parameters that we look at.
mod tag {
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
    pub const NETWORK_ERROR_CODE: u16 = 0x0423;
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
    pub const MESSAGE_STATE: u16 = 0x0427;
}

/// The bits of `esm_class` that name the type of a message.
const TYPE: u8 = 0x3c;
/// Type 0: an ordinary message. A handset can write what looks like a receipt, so its text is not read.
const ORDINARY: u8 = 0;

/// Reads the body of a PDU with that id.
pub fn read(pdu: u32, body: &[u8]) -> Delivery {
    let Some(raw) = Raw::read(pdu, body) else {
        return Delivery::Garbage;
    };
    let ordinary = raw.esm_class & TYPE == ORDINARY;
    let words = if ordinary {
        Words::default()
    } else {
        Words::read(&raw.text())
    };
    let state = raw
        .state
        .map(state_of_number)
        .or_else(|| words.stat.as_deref().map(state_of_word));
    let (Some(id), Some((state, word))) = (raw.id.or(words.id), state) else {
        return Delivery::Other;
    };
    let error = raw.error.or(words
        .err
        .filter(|err| err.bytes().any(|octet| octet != b'0')));
    let code = match error {
        Some(error) => format!("{word} {error}"),
        None => word,
    };
    Delivery::Receipt(Receipt {
        id,
        state,
        code,
        addresses: raw.addresses,
    })
}

/// The fields that matter.
struct Raw {
    esm_class: u8,
    data_coding: u8,
    addresses: [String; 2],
    message: Vec<u8>,
    id: Option<String>,
    state: Option<u8>,
    error: Option<String>,
}

impl Raw {
    fn read(pdu: u32, body: &[u8]) -> Option<Self> {
        let mut body = Octets(body);
        body.text(); // service_type
        body.pair()?;
        let source = body.text();
        body.pair()?;
        let destination = body.text();
        let esm_class = body.octet()?;
        let (data_coding, message) = if pdu == id::DATA_SM {
            body.octet()?; // registered_delivery
            (body.octet()?, Vec::new())
        } else {
            body.pair()?; // protocol_id, priority_flag
            body.text(); // schedule_delivery_time
            body.text(); // validity_period
            body.pair()?; // registered_delivery, replace_if_present
            let data_coding = body.octet()?;
            body.octet()?; // sm_default_msg_id
            let length = body.octet()?;
            (data_coding, body.take(length.into())?.to_vec())
        };
        let mut raw = Self {
            esm_class,
            data_coding,
            addresses: [source, destination],
            message,
            id: None,
            state: None,
            error: None,
        };
        raw.read_optional(body);
        Some(raw)
    }

    /// Reads optional parameters until one does not fit.
    fn read_optional(&mut self, mut body: Octets<'_>) {
        while let Some(tag) = body.pair()
            && let Some(length) = body.pair()
            && let Some(value) = body.take(length.into())
        {
            match tag {
                tag::RECEIPTED_MESSAGE_ID => {
                    self.id = Some(Octets(value).text()).filter(|id| !id.is_empty());
                }
                tag::MESSAGE_STATE => self.state = value.first().copied(),
                tag::NETWORK_ERROR_CODE if value.len() == 3 => {
                    let code = u16::from_be_bytes([value[1], value[2]]);
                    self.error = (code != 0).then(|| code.to_string());
                }
                tag::MESSAGE_PAYLOAD => self.message = value.to_vec(),
                _ => {}
            }
        }
    }

    fn text(&self) -> String {
        if self.data_coding == 8 {
            let units = self.message.chunks_exact(2);
            let units: Vec<_> = units
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            return String::from_utf16_lossy(&units);
        }
        String::from_utf8_lossy(&self.message).into_owned()
    }
}

/// The words of a receipt's text: `id:… sub:001 … stat:DELIVRD err:000 text:…`.
#[derive(Default)]
struct Words {
    id: Option<String>,
    stat: Option<String>,
    err: Option<String>,
}

impl Words {
    fn read(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        // What follows `text:` is the message itself and may say anything.
        let end = find(&lower, "text:").unwrap_or(text.len());
        let word = |key: &str| -> Option<String> {
            let start = find(&lower[..end], key)? + key.len();
            let value = text[start..end].split_whitespace().next()?;
            // `id: sub:001` has no id.
            Some(value.to_owned()).filter(|value| !value.contains(':'))
        };
        Self {
            id: word("id:"),
            stat: word("stat:"),
            err: word("err:"),
        }
    }
}

/// Where `key` begins as a word of its own.
fn find(text: &str, key: &str) -> Option<usize> {
    let mut places = text.match_indices(key).map(|(place, _)| place);
    places.find(|place| *place == 0 || text.as_bytes()[place - 1].is_ascii_whitespace())
}

fn state_of_number(number: u8) -> (State, String) {
    let (state, word) = match number {
        1 => (State::Sent, "ENROUTE"),
        2 => (State::Delivered, "DELIVRD"),
        3 => (State::Expired, "EXPIRED"),
        4 => (State::Undelivered, "DELETED"),
        5 => (State::Undelivered, "UNDELIV"),
        6 => (State::Accepted, "ACCEPTD"),
        8 => (State::Undelivered, "REJECTD"),
        _ => (State::Sent, "UNKNOWN"),
    };
    (state, word.to_owned())
}

fn state_of_word(word: &str) -> (State, String) {
    // Some write the word out, some in lower case.
    let word = word.to_ascii_uppercase();
    let starts = |starts: &[&str]| starts.iter().any(|start| word.starts_with(start));
    let state = match () {
        () if starts(&["DELIV"]) => State::Delivered,
        () if starts(&["EXPIR"]) => State::Expired,
        () if starts(&["UNDEL", "REJ", "DELET", "FAIL"]) => State::Undelivered,
        () if starts(&["ACC"]) => State::Accepted,
        () => State::Sent,
    };
    (state, word.chars().take(16).collect())
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
