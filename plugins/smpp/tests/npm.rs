//! Against the SMSC of the npm package `smpp` 0.5.1: fields, long texts, receipts.

#![allow(clippy::unwrap_used)]

mod support;

use belfry_plugin::{Health, Message, Provider, ReceiptState, Sent};
use serde_json::json;
use support::{Peer, message, provider, wait_for};

#[test]
fn a_message_arrives_with_all_its_fields() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(
        peer.port,
        json!({"system_type": "OTP", "service_type": "CMT"}),
    );
    let sent = smpp.send(&message("a", "Grüezi €{}[]")).unwrap();
    assert_eq!(
        sent,
        Sent {
            provider_id: "m1".into(),
            segments: 1,
            ..Sent::default()
        }
    );
    let bind = peer.wait("bind");
    assert_eq!(
        (&bind["system_id"], &bind["version"], &bind["type"]),
        (&json!("belfry"), &json!(0x34), &json!("OTP"))
    );
    let submit = peer.wait("submit_sm");
    assert_eq!(submit["text"], "Grüezi €{}[]");
    assert_eq!(submit["to"], json!([1, 1, "41791234567"]));
    assert_eq!(submit["from"], json!([5, 0, "Belfry"]));
    assert_eq!(
        (&submit["esm_class"], &submit["data_coding"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        (&submit["registered"], &submit["service"]),
        (&json!(1), &json!("CMT"))
    );
    // In minutes: the fake host's clock stands an hour before the message expires.
    assert_eq!(submit["validity"], 60);
}

#[test]
fn settings_change_the_fields() {
    let peer = Peer::npm(json!({}));
    let settings = json!({
        "alphabet": "latin1", "data_coding": 3, "receipts": false, "validity": false,
        "source_ton": 2, "source_npi": 8, "destination_ton": 0, "destination_npi": 6,
    });
    let (smpp, _host) = provider(peer.port, settings);
    smpp.send(&Message {
        sender: "8828",
        ..message("a", "código")
    })
    .unwrap();
    let submit = peer.wait("submit_sm");
    assert_eq!(
        (&submit["text"], &submit["data_coding"]),
        (&json!("código"), &json!(3))
    );
    assert_eq!(submit["from"], json!([2, 8, "8828"]));
    assert_eq!(submit["to"], json!([0, 6, "41791234567"]));
    assert_eq!(
        (&submit["registered"], &submit["validity"]),
        (&json!(0), &json!(""))
    );
}

#[test]
fn other_scripts_and_emoji_go_as_utf_16() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(peer.port, json!({}));
    for (id, text) in [("a", "Код 123456"), ("b", "🔔 123456")] {
        smpp.send(&message(id, text)).unwrap();
        let submit = peer.wait("submit_sm");
        assert_eq!(
            (&submit["text"], &submit["data_coding"]),
            (&json!(text), &json!(8))
        );
    }
}

#[test]
fn a_long_text_goes_in_parts_and_is_delivered_when_all_are() {
    let peer = Peer::npm(json!({"receipts": ["DELIVRD"]}));
    let (smpp, _host) = provider(peer.port, json!({}));
    let text = format!("{}€{}", "a".repeat(152), "b".repeat(20));
    let sent = smpp.send(&message("a", &text)).unwrap();
    assert_eq!((sent.provider_id.as_str(), sent.segments), ("m1,m2", 2));
    let (first, second) = (peer.wait("submit_sm"), peer.wait("submit_sm"));
    assert_eq!(first["text"], "a".repeat(152));
    assert_eq!(second["text"], format!("€{}", "b".repeat(20)));
    assert_eq!(
        (&first["esm_class"], &second["esm_class"]),
        (&json!(0x40), &json!(0x40))
    );
    let header = |submit: &serde_json::Value| submit["udh"][0].as_str().unwrap().to_owned();
    let (first, second) = (header(&first), header(&second));
    assert!(
        first.starts_with("0003") && first.ends_with("0201"),
        "{first}"
    );
    assert!(
        second.starts_with(&first[..6]) && second.ends_with("0202"),
        "{second}"
    );
    let receipt = wait_for(&smpp, "m1,m2", ReceiptState::Delivered);
    assert_eq!(
        (receipt.provider_code.as_str(), receipt.at_unix_ms),
        ("DELIVRD", 1_700_000_000_000)
    );
    assert_eq!(peer.wait("deliver_sm_resp")["status"], 0);
}

#[test]
fn one_lost_part_is_a_lost_message() {
    let peer = Peer::npm(json!({"receipts": ["DELIVRD", "UNDELIV"]}));
    let (smpp, _host) = provider(peer.port, json!({}));
    smpp.send(&message("a", &"a".repeat(200))).unwrap();
    let receipt = wait_for(&smpp, "m1,m2", ReceiptState::Undelivered);
    assert_eq!(receipt.provider_code, "UNDELIV");
    // Under the same id it is sent whole once more.
    smpp.send(&message("a", &"a".repeat(200))).unwrap();
    let numbers: Vec<_> = (0..4)
        .map(|_| peer.wait("submit_sm")["n"].clone())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

#[test]
fn parts_can_go_with_sar_parameters_or_as_one_payload() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(peer.port, json!({"concatenation": "sar"}));
    let text = "a".repeat(400);
    assert_eq!(smpp.send(&message("a", &text)).unwrap().segments, 3);
    let parts: Vec<_> = (0..3).map(|_| peer.wait("submit_sm")).collect();
    for (index, part) in parts.iter().enumerate() {
        assert_eq!(part["sar"], json!([parts[0]["sar"][0], 3, index + 1]));
        assert_eq!((&part["esm_class"], &part["udh"]), (&json!(0), &json!([])));
    }
    let texts: String = parts
        .iter()
        .map(|part| part["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, text);
    drop(smpp);

    let (smpp, _host) = provider(peer.port, json!({"concatenation": "payload"}));
    assert_eq!(smpp.send(&message("a", &text)).unwrap().segments, 3);
    let submit = peer.wait("submit_sm");
    assert_eq!(
        (&submit["text"], &submit["payload"]),
        (&json!(text), &json!(true))
    );
    smpp.send(&message("b", "short")).unwrap();
    assert_eq!(peer.wait("submit_sm")["payload"], false);
}

#[test]
fn receipts_are_understood_in_all_notations() {
    for (settings, id) in [
        (json!({"receipts": ["DELIVRD"], "ids": "hex"}), "98765431"),
        (json!({"receipts": ["DELIVRD"], "ids": "decimal"}), "abc001"),
        (
            json!({"receipts": ["DELIVRD"], "early": true, "delay_ms": 100}),
            "m1",
        ),
        (json!({"receipts": ["DELIVRD"], "tlv": true}), "m1"),
    ] {
        let peer = Peer::npm(settings);
        let (smpp, _host) = provider(peer.port, json!({}));
        assert_eq!(smpp.send(&message("a", "Code 1")).unwrap().provider_id, id);
        wait_for(&smpp, id, ReceiptState::Delivered);
        assert_eq!(peer.wait("deliver_sm_resp")["status"], 0);
    }
}

#[test]
fn the_state_of_a_receipt_is_handed_on() {
    for (word, state) in [
        ("ENROUTE", ReceiptState::Sent),
        ("EXPIRED", ReceiptState::Expired),
        ("REJECTD", ReceiptState::Undelivered),
    ] {
        let peer = Peer::npm(json!({"receipts": [word]}));
        let (smpp, _host) = provider(peer.port, json!({}));
        smpp.send(&message("a", "Code 1")).unwrap();
        assert_eq!(wait_for(&smpp, "m1", state).provider_code, word);
    }
}

#[test]
fn a_message_that_was_taken_is_not_sent_again_under_its_id() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(peer.port, json!({}));
    let first = smpp.send(&message("a", "Code 1")).unwrap();
    assert_eq!(
        smpp.send(&Message {
            attempt: 2,
            ..message("a", "Code 1")
        })
        .unwrap(),
        first
    );
    assert_eq!(
        smpp.send(&message("b", "Code 1")).unwrap().provider_id,
        "m2"
    );
}

#[test]
fn health_binds_and_the_end_unbinds() {
    let peer = Peer::npm(json!({}));
    let (smpp, host) = provider(peer.port, json!({}));
    smpp.health(support::PATIENCE).unwrap();
    peer.wait("bind");
    peer.wait("enquire_link");
    drop(smpp);
    peer.wait("unbind");
    peer.wait("closed");
    let lines: Vec<String> = host.lines().into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, ["bound", "unbound"]);
}
