//! Against the SMSC of the package `smpp34` 1.5.0 of `PyPI`: the bytes, exactly.

#![allow(clippy::unwrap_used)]

mod support;

use belfry_plugin::{Failure, Provider, ReceiptState};
use serde_json::json;
use support::{Peer, message, provider, wait_for};

#[test]
fn texts_have_the_known_bytes() {
    let peer = Peer::pypi(0);
    let (smpp, _host) = provider(peer.port, json!({}));
    for (id, text, data_coding, body) in [
        ("a", "Grüezi €{}[]", 0, "47727e657a69201b651b281b291b3c1b3e"),
        (
            "b",
            "Код 123456",
            8,
            "041a043e04340020003100320033003400350036",
        ),
        ("c", "🔔1", 8, "d83ddd140031"),
        ("d", "", 0, ""),
    ] {
        let provider_id = smpp.send(&message(id, text)).unwrap().provider_id;
        let submit = peer.wait("submit_sm");
        assert_eq!(
            (&submit["data_coding"], &submit["body"]),
            (&json!(data_coding), &json!(body))
        );
        assert_eq!(
            (&submit["to"], &submit["source"]),
            (&json!("41791234567"), &json!("Belfry"))
        );
        wait_for(&smpp, &provider_id, ReceiptState::Delivered);
    }
}

#[test]
fn parts_begin_with_a_header_and_end_between_characters() {
    let peer = Peer::pypi(0);
    let (smpp, _host) = provider(peer.port, json!({}));
    // The euro would need the septets 153 and 154.
    let text = format!("{}€{}", "a".repeat(152), "b".repeat(20));
    assert_eq!(smpp.send(&message("a", &text)).unwrap().segments, 2);
    let (first, second) = (peer.wait("submit_sm"), peer.wait("submit_sm"));
    let body = first["body"].as_str().unwrap();
    let reference = &body[6..8];
    assert_eq!(body, format!("050003{reference}0201{}", "61".repeat(152)));
    assert_eq!(
        second["body"],
        format!("050003{reference}02021b65{}", "62".repeat(20))
    );
    assert_eq!(
        (&first["esm_class"], &second["esm_class"]),
        (&json!(0x40), &json!(0x40))
    );

    let bells = "🔔".repeat(36);
    assert_eq!(smpp.send(&message("b", &bells)).unwrap().segments, 2);
    let (first, second) = (peer.wait("submit_sm"), peer.wait("submit_sm"));
    assert!(
        first["body"]
            .as_str()
            .unwrap()
            .ends_with(&"d83ddd14".repeat(33))
    );
    assert_eq!(first["body"].as_str().unwrap().len(), 2 * (6 + 132));
    assert!(
        second["body"]
            .as_str()
            .unwrap()
            .ends_with(&"d83ddd14".repeat(3))
    );
    wait_for(&smpp, "m1,m2", ReceiptState::Delivered);
    wait_for(&smpp, "m3,m4", ReceiptState::Delivered);
}

#[test]
fn sar_parameters_and_payload_have_the_known_bytes() {
    let peer = Peer::pypi(0);
    let (smpp, _host) = provider(peer.port, json!({"concatenation": "sar"}));
    smpp.send(&message("a", &"a".repeat(200))).unwrap();
    let (first, second) = (peer.wait("submit_sm"), peer.wait("submit_sm"));
    let reference = first["tlvs"]["020c"].clone();
    assert_eq!(reference.as_str().unwrap().len(), 4);
    assert_eq!(
        first["tlvs"],
        json!({"020c": reference, "020e": "02", "020f": "01"})
    );
    assert_eq!(
        second["tlvs"],
        json!({"020c": reference, "020e": "02", "020f": "02"})
    );
    assert_eq!(
        (&first["body"], &second["body"]),
        (&json!("61".repeat(153)), &json!("61".repeat(47)))
    );
    drop(smpp);
    let (smpp, _host) = provider(peer.port, json!({"concatenation": "payload"}));
    smpp.send(&message("a", &"a".repeat(300))).unwrap();
    let submit = peer.wait("submit_sm");
    assert_eq!(
        (&submit["body"], &submit["tlvs"]),
        (&json!(""), &json!({"0424": "61".repeat(300)}))
    );
}

#[test]
fn a_throttled_message_is_sent_at_the_next_try() {
    let peer = Peer::pypi(1);
    let (smpp, _host) = provider(peer.port, json!({}));
    assert!(matches!(
        smpp.send(&message("a", "Code 1")),
        Err(Failure::Throttled(_, Some(_)))
    ));
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "m2"
    );
    wait_for(&smpp, "m2", ReceiptState::Delivered);
}
