//! The ids of messages, in the notations of answers and receipts.
//!
//! Many centres write a number in hexadecimal in one place and in decimal in the other, pad it with
//! zeros, or change its case.

use crate::config::ReceiptIds;

/// What a message of a receipt may have been called in the answer, in normal form.
pub struct Name {
    pub id: String,
    /// A guess: another notation of a number hits a stranger's message sooner or later, so the
    /// recipient has to be the same as well.
    pub guess: bool,
}

/// What the message of a receipt with that id may have been called.
pub fn names(receipt_ids: ReceiptIds, id: &str) -> Vec<Name> {
    let sure = |id: Option<String>| id.map(|id| Name { id, guess: false });
    let guess = |id: Option<String>| id.map(|id| Name { id, guess: true });
    let same = Some(normal(id));
    let (from_decimal, from_hexadecimal) = (hexadecimal(id), decimal(id));
    let names = match receipt_ids {
        ReceiptIds::Same => [sure(same), None, None],
        ReceiptIds::Decimal => [sure(from_decimal), None, None],
        ReceiptIds::Hex => [sure(from_hexadecimal), None, None],
        ReceiptIds::Auto => [sure(same), guess(from_decimal), guess(from_hexadecimal)],
    };
    names.into_iter().flatten().collect()
}

/// An id without what does not count: case, leading zeros, blanks.
pub fn normal(id: &str) -> String {
    let id = id.trim().to_ascii_lowercase();
    match id.trim_start_matches('0') {
        "" => id.get(..1).unwrap_or("").to_owned(),
        rest => rest.to_owned(),
    }
}

/// A decimal id in hexadecimal.
fn hexadecimal(id: &str) -> Option<String> {
    let digits = id.trim();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain
        .then(|| digits.parse::<u128>().ok())
        .flatten()
        .map(|number| format!("{number:x}"))
}

/// A hexadecimal id in decimal.
fn decimal(id: &str) -> Option<String> {
    let digits = id.trim();
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain
        .then(|| u128::from_str_radix(digits, 16).ok())
        .flatten()
        .map(|number| number.to_string())
}
