//! How many SMS a text takes: 160 septets alone or 153 a part in GSM 7-bit, 70 or 67 UTF-16 units in
//! UCS-2 (3GPP TS 23.038 and 23.040). One character outside the table turns the whole text into UCS-2.
//!
//! A part never ends inside a character, neither between the escape and its septet nor between two
//! surrogates, so that a text may take a part more than its length alone would say.

use std::fmt;

/// The characters of one septet; the escape to the others is not one.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those behind an escape, which take two.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// The encoding that a text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The default alphabet of GSM, seven bits a character.
    Gsm7 = 1,
    /// UTF-16, sixteen bits a unit.
    Ucs2 = 2,
}

impl Encoding {
    /// What its lengths are counted in.
    pub fn units(self) -> &'static str {
        match self {
            Self::Gsm7 => "septets",
            Self::Ucs2 => "UTF-16 units",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gsm7 => "GSM 7-bit",
            Self::Ucs2 => "UCS-2",
        })
    }
}

/// What a text takes as SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How it is encoded.
    pub encoding: Encoding,
    /// Its length in septets or UTF-16 units, as `encoding` says.
    pub units: usize,
    /// The number of SMS; an empty text is one.
    pub count: usize,
    /// The first character that forces UCS-2.
    pub outside: Option<char>,
}

impl Segments {
    /// Measures a text.
    pub fn of(text: &str) -> Self {
        let outside = text.chars().find(|character| septets(*character).is_none());
        let (encoding, alone, part) = match outside {
            None => (Encoding::Gsm7, 160, 153),
            Some(_) => (Encoding::Ucs2, 70, 67),
        };
        let cost = |character: char| match outside {
            None => septets(character).unwrap_or_default(),
            Some(_) => character.len_utf16(),
        };
        let units = text.chars().map(cost).sum();
        let count = if units <= alone {
            1
        } else {
            let (mut count, mut used) = (1, 0);
            for cost in text.chars().map(cost) {
                if used + cost > part {
                    count += 1;
                    used = 0;
                }
                used += cost;
            }
            count
        };
        Self {
            encoding,
            units,
            count,
            outside,
        }
    }
}

fn septets(character: char) -> Option<usize> {
    match character {
        _ if BASIC.contains(character) => Some(1),
        _ if EXTENDED.contains(character) => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_septet_once() {
        let mut all: Vec<_> = BASIC.chars().chain(EXTENDED.chars()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(BASIC.chars().count(), 127, "128 with the escape");
        assert_eq!(all.len(), 127 + 10);
    }

    #[test]
    fn a_text_takes_as_many_segments_as_its_encoding_says() {
        use Encoding::{Gsm7, Ucs2};
        for (text, encoding, units, count) in [
            (String::new(), Gsm7, 0, 1),
            ("a".repeat(160), Gsm7, 160, 1),
            ("a".repeat(161), Gsm7, 161, 2),
            ("a".repeat(306), Gsm7, 306, 2),
            ("a".repeat(307), Gsm7, 307, 3),
            ("€".repeat(80), Gsm7, 160, 1),
            ("ò and à".to_owned(), Gsm7, 7, 1),
            ("@host #1_2".to_owned(), Gsm7, 10, 1),
            ("código".to_owned(), Ucs2, 6, 1),
            ("ж".repeat(70), Ucs2, 70, 1),
            ("ж".repeat(71), Ucs2, 71, 2),
            ("ж".repeat(134), Ucs2, 134, 2),
            ("ж".repeat(135), Ucs2, 135, 3),
            ("😀".repeat(35), Ucs2, 70, 1),
        ] {
            let segments = Segments::of(&text);
            let found = (segments.encoding, segments.units, segments.count);
            assert_eq!(found, (encoding, units, count), "{text}");
        }
        assert_eq!(Segments::of("un código é").outside, Some('ó'));
        assert_eq!(Segments::of("{}").outside, None);
    }

    #[test]
    fn a_part_never_ends_inside_a_character() {
        // 306 septets are two full parts, but the escape would be the last of the first.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(152));
        assert_eq!(
            (Segments::of(&text).units, Segments::of(&text).count),
            (306, 3)
        );
        let text = format!("{}€{}", "a".repeat(151), "a".repeat(153));
        assert_eq!(
            (Segments::of(&text).units, Segments::of(&text).count),
            (306, 2)
        );
        // 134 units are two full parts, but a surrogate pair would be cut.
        let text = format!("{}😀{}", "ж".repeat(66), "ж".repeat(66));
        assert_eq!(
            (Segments::of(&text).units, Segments::of(&text).count),
            (134, 3)
        );
    }
}
