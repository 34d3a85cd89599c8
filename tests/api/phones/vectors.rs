//! Numbers as people write them, against what Google's libphonenumber makes of them.
//!
//! `tests/data/phone-numbers.tsv` goes to the number type itself, row by row; the vectors of
//! contract/phone.md §1 go through v2 `SetPhone` of the running server.

use belfry::domain::{PhoneNumber, PhoneNumberFault};
use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    operations::{GET_HUMAN_PHONE, SET_PHONE},
};

const VECTORS: &[(&str, &[&str])] = &[
    (
        "+41791234567",
        &[
            "+41791234567",
            "+41 79 123 45 67",
            "0791234567",
            "079-123-45-67",
            "(079) 123 45 67",
            "0041791234567",
            "41791234567",
            "791234567",
            "+410791234567",
            "+41 (0)79 123 45 67",
            "+41.79.123.45.67",
            "+41/79/1234567",
            "++41791234567",
            " +41791234567 ",
            "\u{a0}+41791234567\u{a0}",
            "+\u{ff14}\u{ff11}\u{ff17}\u{ff19}1234567",
            "+\u{664}\u{661}\u{667}\u{669}1234567",
            "tel:+41791234567",
            "tel:0791234567;phone-context=+41",
            "+41791234567;ext=12",
            "+41791234567 ext. 12",
            "+41791234567x99",
            "my number is +41791234567",
        ],
    ),
    ("+16502530000", &["+1 650-253-0000", "001 650 253 0000"]),
    ("+442079460958", &["+44 (0)20 7946 0958"]),
    ("+390612345678", &["+390612345678", "+39 06 12345678"]),
    ("+33123456789", &["+330123456789", "+33 0 1 23 45 67 89"]),
    ("+79123456789", &["+7 8 912 345 67 89"]),
    ("+5491112345678", &["+54 9 11 1234 5678"]),
    ("+80012345678", &["+800 1234 5678"]),
    ("+979123456789", &["+979 123 456 789"]),
    ("+881612345678", &["+8816 1234 5678"]),
    ("+18003569377", &["+1-800-FLOWERS"]),
    ("+4118003569377", &["1-800-FLOWERS"]),
    ("+4112", &["+4112", "12"]),
    ("+41117", &["+41117", "117"]),
    ("+4100", &["+4100"]),
    ("+41000", &["000"]),
    ("+41000000000", &["+41000000000"]),
    ("+42312345", &["+42312345"]),
    ("+41791234567890123", &["+41791234567890123"]),
    ("+4179123456789012345", &["+4179123456789012345"]),
    ("+4179", &["+41*79"]),
    ("+417912345672636673", &["+41 79 123 45 67 and more"]),
];

const REFUSED: &[&str] = &[
    "+",
    "abc",
    "1",
    "0",
    "00",
    "+1",
    "+4",
    "+41",
    "+49",
    "+411",
    "+12",
    "+0123456789",
    "+00000000",
    "+999123456789",
    "+417912345678901234567",
    "+41791234567 / +41791234568",
];

#[test]
fn set_phone_normalizes_the_contracts_vectors() {
    let app = App::shared();
    for (e164, texts) in VECTORS {
        for text in *texts {
            let user = app.human();
            let request = json!({"userId": user, "phone": text, "isVerified": true});
            app.rest_as_admin(&SET_PHONE, request).ok();
            let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
            assert_eq!(shown.ok()["phone"]["phone"], *e164, "{text:?}");
        }
    }
}

#[test]
fn set_phone_refuses_the_contracts_vectors() {
    let app = App::shared();
    let user = app.human();
    for text in REFUSED {
        let request = json!({"userId": user, "phone": text});
        app.rest_as_admin(&SET_PHONE, request)
            .fails(Kind::Invalid, "PHONE-so0wa");
    }
}

#[test]
fn every_row_of_the_sample_is_normalized_as_google_does_it() {
    let rows = include_str!("../../data/phone-numbers.tsv");
    let mut count = 0;
    let mut different = Vec::new();
    for row in rows.lines().filter(|row| !row.starts_with('#')) {
        let [input, region, expected] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("a row has three columns: {row:?}");
        };
        let input = unescaped(input);
        let expected = match expected {
            "-" if input.is_empty() => Err(PhoneNumberFault::Empty),
            "-" => Err(PhoneNumberFault::Invalid),
            e164 => Ok(e164.to_owned()),
        };
        let got = PhoneNumber::parse(&input, region.parse().unwrap());
        let got = got.map(|number| number.as_str().to_owned());
        count += 1;
        if got != expected {
            different.push(format!("{row:?}: {got:?}"));
        }
    }
    assert!(count > 3000, "only {count} rows");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Undoes the escapes of the input column: `\t`, `\n`, `\r`, `\\` and `\uXXXX`.
fn unescaped(text: &str) -> String {
    let mut plain = Vec::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            plain.extend(next.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        match rest.next() {
            Some('t') => plain.push(u16::from(b'\t')),
            Some('n') => plain.push(u16::from(b'\n')),
            Some('r') => plain.push(u16::from(b'\r')),
            Some('\\') => plain.push(u16::from(b'\\')),
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                plain.push(u16::from_str_radix(&digits, 16).unwrap());
            }
            escape => panic!("unknown escape {escape:?} in {text:?}"),
        }
    }
    String::from_utf16(&plain).unwrap()
}
