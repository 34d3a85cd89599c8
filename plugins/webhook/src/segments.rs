//! How many SMS a text takes (providers-wire §13): 160 septets alone or 153 a part in GSM 7-bit, 70 or
//! 67 UTF-16 units in UCS-2. One character outside the table turns the whole text into UCS-2.

/// The characters of one septet, 3GPP TS 23.038.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those that take an escape as well.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// The encoding that a text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The default alphabet of GSM.
    Gsm7,
    /// UTF-16, two octets a unit.
    Ucs2,
}

impl Encoding {
    /// As templates see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }
}

/// The encoding of a text and the number of its parts.
pub fn segments(text: &str) -> (Encoding, usize) {
    let septets: Option<usize> = text.chars().map(septets).sum();
    let (encoding, length, alone, part) = match septets {
        Some(septets) => (Encoding::Gsm7, septets, 160, 153),
        None => (Encoding::Ucs2, text.encode_utf16().count(), 70, 67),
    };
    match length <= alone {
        true => (encoding, 1),
        false => (encoding, length.div_ceil(part)),
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
    fn one_character_decides_and_brackets_count_twice() {
        for (text, expected) in [
            ("a".repeat(160), (Encoding::Gsm7, 1)),
            ("a".repeat(161), (Encoding::Gsm7, 2)),
            ("€".repeat(80), (Encoding::Gsm7, 1)),
            ("€".repeat(81), (Encoding::Gsm7, 2)),
            ("a".repeat(307), (Encoding::Gsm7, 3)),
            ("ò and à".into(), (Encoding::Gsm7, 1)),
            ("código".into(), (Encoding::Ucs2, 1)),
            ("ж".repeat(70), (Encoding::Ucs2, 1)),
            ("😀".repeat(36), (Encoding::Ucs2, 2)),
        ] {
            assert_eq!(segments(&text), expected, "{text}");
        }
        assert_eq!(BASIC.chars().count(), 127, "128 with the escape");
    }
}
