//! Receipts as the standard has them and as they are found.

#![allow(clippy::unwrap_used)]

use bytes::BytesMut;
use rusmpp::{
    encode::{Length, owned::Encode},
    pdus::DeliverSm,
    tlvs::MessageDeliveryRequestTlvValue as Tlv,
    types::{COctetString, OctetString},
    values::{DataCoding, EsmClass, MessageState, NetworkErrorCode},
};

use super::*;
use std::str::FromStr;

/// A `deliver_sm` of the library, with the type in `esm_class`.
fn deliver(esm_class: u8, text: &[u8]) -> DeliverSm {
    DeliverSm::builder()
        .source_addr(COctetString::from_str("41791234567").unwrap())
        .destination_addr(COctetString::from_str("Belfry").unwrap())
        .esm_class(EsmClass::from(esm_class))
        .short_message(OctetString::from_slice(text).unwrap())
        .build()
}

fn body(deliver: &DeliverSm) -> Vec<u8> {
    let mut body = BytesMut::with_capacity(deliver.length());
    deliver.encode(&mut body);
    body.to_vec()
}

fn of_text(text: &str) -> Option<(String, State, String)> {
    receipt_in(&body(&deliver(0x04, text.as_bytes())))
}

fn receipt_in(body: &[u8]) -> Option<(String, State, String)> {
    match read(id::DELIVER_SM, body) {
        Delivery::Receipt(receipt) => Some((receipt.id, receipt.state, receipt.code)),
        _ => None,
    }
}

#[test]
fn the_text_of_the_standard_is_read() {
    let text = "id:0a1B sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:Your code";
    assert_eq!(
        of_text(text),
        Some(("0a1B".into(), State::Delivered, "DELIVRD".into()))
    );
    let Delivery::Receipt(receipt) = read(id::DELIVER_SM, &body(&deliver(0x04, text.as_bytes())))
    else {
        panic!("no receipt");
    };
    assert_eq!(receipt.addresses, ["41791234567", "Belfry"]);
}

#[test]
fn every_word_for_a_state_is_known() {
    for (word, state) in [
        ("ENROUTE", State::Sent),
        ("DELIVRD", State::Delivered),
        ("delivrd", State::Delivered),
        ("DELIVERED", State::Delivered),
        ("EXPIRED", State::Expired),
        ("DELETED", State::Undelivered),
        ("UNDELIV", State::Undelivered),
        ("FAILED", State::Undelivered),
        ("ACCEPTD", State::Accepted),
        ("UNKNOWN", State::Sent),
        ("REJECTD", State::Undelivered),
        ("REJECTED", State::Undelivered),
    ] {
        let text = format!("id:1 stat:{word} err:000");
        assert_eq!(of_text(&text).unwrap().1, state, "{word}");
    }
}

#[test]
fn oddities_of_the_text_do_no_harm() {
    let expected = Some(("17".into(), State::Undelivered, "UNDELIV 069".into()));
    for text in [
        // Seconds in the dates, capital letters, no text, other order, blanks after the colon.
        "id:17 sub:001 dlvrd:000 submit date:260101000059 done date:260101000101 stat:UNDELIV err:069 text:",
        "ID:17 SUB:001 DLVRD:000 STAT:UNDELIV ERR:069",
        "stat:UNDELIV err:069 id:17",
        "id: 17 stat: UNDELIV err: 069",
        "id:17\nstat:UNDELIV\nerr:069\ntext:id:18 stat:DELIVRD err:000",
    ] {
        assert_eq!(of_text(text), expected, "{text}");
    }
    // The message itself is not read, nor is a word inside another.
    assert_eq!(of_text("id:17 text:stat:DELIVRD"), None);
    assert_eq!(of_text("paid:17 stat:DELIVRD"), None);
    assert_eq!(of_text("id: sub:001 stat:DELIVRD"), None);
    assert_eq!(of_text(""), None);
}

#[test]
fn optional_parameters_win_over_the_text() {
    let mut deliver = deliver(0x04, b"id:1 stat:ENROUTE err:000");
    deliver.push_tlv(Tlv::ReceiptedMessageId(
        COctetString::from_str("2").unwrap(),
    ));
    deliver.push_tlv(Tlv::MessageState(MessageState::Undeliverable));
    deliver.push_tlv(Tlv::NetworkErrorCode(NetworkErrorCode::new(
        Default::default(),
        27,
    )));
    let expected = Some(("2".into(), State::Undelivered, "UNDELIV 27".into()));
    assert_eq!(receipt_in(&body(&deliver)), expected);
}

#[test]
fn a_receipted_id_without_its_nul_is_read() {
    let mut bytes = body(&deliver(0x04, b""));
    bytes.extend_from_slice(&[
        0x00, 0x1e, 0x00, 0x03, b'a', b'b', b'c', 0x04, 0x27, 0x00, 0x01, 2,
    ]);
    assert_eq!(
        receipt_in(&bytes),
        Some(("abc".into(), State::Delivered, "DELIVRD".into()))
    );
    // A parameter that is longer than the PDU ends the reading, not the receipt.
    bytes.extend_from_slice(&[0x14, 0x00, 0xff, 0xff, 1]);
    assert_eq!(receipt_in(&bytes).unwrap().0, "abc");
}

#[test]
fn a_receipt_in_ucs_2_or_in_the_payload_is_read() {
    let text = "id:9 stat:EXPIRED err:000";
    let ucs: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut wide = deliver(0x04, &ucs);
    wide.data_coding = DataCoding::Ucs2;
    assert_eq!(receipt_in(&body(&wide)).unwrap().1, State::Expired);
    let mut bytes = body(&deliver(0x04, b""));
    bytes.extend_from_slice(&[0x04, 0x24, 0x00, text.len() as u8]);
    bytes.extend_from_slice(text.as_bytes());
    assert_eq!(receipt_in(&bytes).unwrap().1, State::Expired);
}

#[test]
fn a_handset_cannot_write_a_receipt() {
    let forged = body(&deliver(0x00, b"id:1 stat:DELIVRD err:000"));
    assert_eq!(read(id::DELIVER_SM, &forged), Delivery::Other);
    // A header in front, as long messages have it.
    let forged = body(&deliver(
        0x40,
        b"\x05\x00\x03\x01\x01\x01 id:1 stat:DELIVRD",
    ));
    assert_eq!(read(id::DELIVER_SM, &forged), Delivery::Other);
}

#[test]
fn any_beginning_of_a_body_is_survived() {
    let whole = body(&deliver(0x04, b"id:1 stat:DELIVRD err:000"));
    for end in 0..whole.len() {
        assert_eq!(receipt_in(&whole[..end]), None, "{end}");
        read(id::DATA_SM, &whole[..end]);
    }
    assert_eq!(read(id::DELIVER_SM, b""), Delivery::Garbage);
}

#[test]
fn a_data_sm_brings_its_receipt_in_parameters() {
    let mut bytes = b"\0\x01\x0141791234567\0\x05\0Belfry\0\x04\0\0".to_vec();
    bytes.extend_from_slice(&[0x00, 0x1e, 0x00, 0x02, b'7', 0, 0x04, 0x27, 0x00, 0x01, 3]);
    let Delivery::Receipt(receipt) = read(id::DATA_SM, &bytes) else {
        panic!("no receipt");
    };
    assert_eq!((receipt.id.as_str(), receipt.state), ("7", State::Expired));
}
