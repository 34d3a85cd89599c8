//! Known bytes, the whole GSM table, and cuts at every edge.

#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::testing::config;

/// 3GPP TS 23.038, 6.2.1: the septet is the place in this text. The escape is left out as "\u{1b}".
const TABLE: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// 6.2.1.1, the extension table.
const EXTENSION: [(char, u8); 10] = [
    ('\u{c}', 0x0a),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2f),
    ('[', 0x3c),
    ('~', 0x3d),
    (']', 0x3e),
    ('|', 0x40),
    ('€', 0x65),
];

fn cut_with(settings: serde_json::Value, text: &str) -> Cut {
    cut(&config(settings), text).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_character_of_the_gsm_tables_has_its_septet() {
    assert_eq!(TABLE.chars().count(), 128);
    for (septet, character) in TABLE
        .chars()
        .enumerate()
        .filter(|(_, character)| *character != '\u{1b}')
    {
        let cut = cut_with(json!({}), &character.to_string());
        assert_eq!(
            (cut.data_coding, cut.bodies),
            (0, vec![vec![septet as u8]]),
            "{character:?}"
        );
    }
    for (character, septet) in EXTENSION {
        let cut = cut_with(json!({}), &character.to_string());
        assert_eq!(
            (cut.data_coding, cut.bodies),
            (0, vec![vec![0x1b, septet]]),
            "{character:?}"
        );
    }
}

#[test]
fn known_texts_have_known_bytes() {
    let gsm = cut_with(json!({}), "Grüezi €{}[]");
    assert_eq!(hex(&gsm.bodies[0]), "47727e657a69201b651b281b291b3c1b3e");
    let ucs = cut_with(json!({}), "Код 123456");
    assert_eq!(
        (ucs.data_coding, hex(&ucs.bodies[0]).as_str()),
        (8, "041a043e04340020003100320033003400350036")
    );
    let spanish = cut_with(json!({}), "código");
    assert_eq!((spanish.data_coding, spanish.bodies[0].len()), (8, 12));
}

#[test]
fn a_hundred_and_sixty_septets_fit_alone_and_one_more_takes_two_parts() {
    let lengths = |text: &str| -> Vec<usize> {
        cut_with(json!({}), text)
            .bodies
            .iter()
            .map(Vec::len)
            .collect()
    };
    assert_eq!(lengths(&"a".repeat(160)), [160]);
    assert_eq!(lengths(&"a".repeat(161)), [153, 8]);
    assert_eq!(lengths(&"a".repeat(306)), [153, 153]);
    assert_eq!(lengths(&"a".repeat(307)), [153, 153, 1]);
    assert_eq!(lengths(&"€".repeat(80)), [160]);
    // The 77th euro would need the octets 153 and 154.
    assert_eq!(lengths(&"€".repeat(81)), [152, 10]);
}

#[test]
fn seventy_units_fit_alone_and_no_surrogate_pair_is_torn() {
    let lengths = |text: &str| -> Vec<usize> {
        cut_with(json!({}), text)
            .bodies
            .iter()
            .map(Vec::len)
            .collect()
    };
    assert_eq!(lengths(&"Ж".repeat(70)), [140]);
    assert_eq!(lengths(&"Ж".repeat(71)), [134, 8]);
    assert_eq!(lengths(&"🔔".repeat(35)), [140]);
    // 67 units are 33 bells and half a bell.
    assert_eq!(lengths(&"🔔".repeat(36)), [132, 12]);
    let bodies = cut_with(json!({}), &"🔔".repeat(100)).bodies;
    for body in &bodies {
        let units = body
            .chunks(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        assert!(char::decode_utf16(units).all(|character| character.is_ok()));
    }
    assert_eq!(bodies.iter().map(Vec::len).sum::<usize>(), 400);
}

#[test]
fn latin_1_and_ascii_are_octets_and_cost_what_the_air_costs() {
    let latin = cut_with(
        json!({"alphabet": "latin1", "data_coding": 3}),
        "código [1]",
    );
    assert_eq!(
        (latin.data_coding, hex(&latin.bodies[0]).as_str()),
        (3, "63f36469676f205b315d")
    );
    let ascii = cut_with(json!({"alphabet": "ascii", "data_coding": 1}), "code [1]");
    assert_eq!(
        (ascii.data_coding, ascii.bodies[0].as_slice()),
        (1, b"code [1]".as_slice())
    );
    assert_eq!(cut_with(json!({"alphabet": "ascii"}), "é").data_coding, 8);
    assert_eq!(cut_with(json!({"alphabet": "latin1"}), "Ж").data_coding, 8);
    let lengths = |text: &str| -> Vec<usize> {
        let cut = cut_with(json!({"alphabet": "latin1"}), text);
        cut.bodies.iter().map(Vec::len).collect()
    };
    assert_eq!(lengths(&"a".repeat(160)), [160]);
    // Two septets each.
    assert_eq!(lengths(&"[".repeat(81)), [76, 5]);
    // Not in the GSM table, so eight bits each.
    assert_eq!(lengths(&"ó".repeat(140)), [140]);
    assert_eq!(lengths(&"ó".repeat(141)), [134, 7]);
}

#[test]
fn a_payload_is_one_body_and_counts_its_segments() {
    let cut = cut_with(json!({"concatenation": "payload"}), &"a".repeat(400));
    assert_eq!(
        (cut.bodies.len(), cut.bodies[0].len(), cut.segments),
        (1, 400, 3)
    );
}

#[test]
fn an_empty_text_is_one_empty_part_and_an_endless_one_is_refused() {
    let cut_of = |text: &str| cut(&config(json!({})), text);
    assert_eq!(cut_of("").unwrap().bodies, [Vec::<u8>::new()]);
    assert_eq!(cut_of(&"a".repeat(255 * 153)).unwrap().segments, 255);
    assert!(matches!(
        cut_of(&"a".repeat(255 * 153 + 1)),
        Err(Failure::Rejected(_))
    ));
}
