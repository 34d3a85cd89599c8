//! From a text to the bodies of its parts: the alphabet, then the cuts.
//!
//! A text that fits the configured alphabet goes in it, any other as UTF-16 (which handsets read
//! where the standard says UCS-2). A part never ends inside a character: neither between escape and
//! septet nor between surrogates. Limits are those of the air: 140 octets, less 6 for the header.

use belfry_plugin::Failure;
use rusmpp::extra::encoding::gsm7bit::Gsm7BitUnpacked;

use crate::config::{Alphabet, Concatenation, Config};

/// `data_coding` of UCS-2.
const UCS2: u8 = 8;
/// The one character of the extension table that the library does not know.
const FORM_FEED: (char, [u8; 2]) = ('\u{c}', [0x1b, 0x0a]);
/// A header counts parts in one octet.
const MOST_PARTS: usize = 255;

/// A text, cut.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut {
    /// Of all parts.
    pub data_coding: u8,
    /// What goes into the requests, in order; one for each request.
    pub bodies: Vec<Vec<u8>>,
    /// How many SMS it takes on the air.
    pub segments: u32,
}

/// Cuts `text` as the configuration says.
///
/// # Errors
/// [`Failure::Rejected`] if it is longer than 255 parts.
pub fn cut(config: &Config, text: &str) -> Result<Cut, Failure> {
    let encoded = encode(config.alphabet, text);
    let (alone, part) = encoded.limits;
    let bodies = if encoded.cost() <= alone {
        vec![
            encoded
                .characters
                .iter()
                .flat_map(|(octets, _)| octets)
                .copied()
                .collect(),
        ]
    } else {
        encoded.fill(part)
    };
    if bodies.len() > MOST_PARTS {
        return Err(Failure::Rejected(
            "the text is longer than 255 parts".into(),
        ));
    }
    let segments = bodies.len() as u32;
    let whole = config.concatenation == Concatenation::Payload && segments > 1;
    Ok(Cut {
        data_coding: encoded.data_coding.unwrap_or(config.data_coding),
        bodies: if whole { vec![bodies.concat()] } else { bodies },
        segments,
    })
}

/// A text as characters of one alphabet.
struct Encoded {
    /// `None` for the configured one.
    data_coding: Option<u8>,
    /// The octets of each character, and what it costs of the limits.
    characters: Vec<(Vec<u8>, usize)>,
    /// What fits a text alone, and each part of a longer one.
    limits: (usize, usize),
}

impl Encoded {
    fn cost(&self) -> usize {
        self.characters.iter().map(|(_, cost)| cost).sum()
    }

    /// Whole characters, as many as go into each part.
    fn fill(&self, limit: usize) -> Vec<Vec<u8>> {
        let (mut parts, mut part, mut used) = (Vec::new(), Vec::new(), 0);
        for (octets, cost) in &self.characters {
            if used + cost > limit {
                parts.push(std::mem::take(&mut part));
                used = 0;
            }
            part.extend_from_slice(octets);
            used += cost;
        }
        parts.push(part);
        parts
    }
}

fn encode(alphabet: Alphabet, text: &str) -> Encoded {
    let gsm = gsm7(text);
    let coded = match alphabet {
        Alphabet::Gsm7 => gsm.map(|characters| (characters, (160, 153))),
        Alphabet::Latin1 | Alphabet::Ascii => {
            let last = if alphabet == Alphabet::Ascii {
                0x7f
            } else {
                0xff
            };
            octets(text, last).map(|characters| match gsm {
                // The SMSC turns it into septets, so it costs what they cost.
                Some(gsm) => {
                    let costs = gsm.into_iter().map(|(_, cost)| cost);
                    let characters = characters.into_iter().zip(costs);
                    (
                        characters
                            .map(|((octets, _), cost)| (octets, cost))
                            .collect(),
                        (160, 153),
                    )
                }
                None => (characters, (140, 134)),
            })
        }
    };
    match coded {
        Some((characters, limits)) => Encoded {
            data_coding: None,
            characters,
            limits,
        },
        None => Encoded {
            data_coding: Some(UCS2),
            characters: utf16(text),
            limits: (140, 134),
        },
    }
}

/// One or two septets for each character, or `None` if one is not in the table.
fn gsm7(text: &str) -> Option<Vec<(Vec<u8>, usize)>> {
    let codec = Gsm7BitUnpacked::new();
    let mut buffer = [0; 4];
    text.chars()
        .map(|character| {
            if character == FORM_FEED.0 {
                return Some((FORM_FEED.1.to_vec(), 2));
            }
            let septets = codec
                .encode_to_vec(character.encode_utf8(&mut buffer))
                .ok()?;
            let cost = septets.len();
            Some((septets, cost))
        })
        .collect()
}

/// One octet for each character up to `last`.
fn octets(text: &str, last: u8) -> Option<Vec<(Vec<u8>, usize)>> {
    text.chars()
        .map(|character| {
            let octet = u8::try_from(u32::from(character)).ok()?;
            (octet <= last).then(|| (vec![octet], 1))
        })
        .collect()
}

/// Two octets for each character, four for those beyond the basic plane.
fn utf16(text: &str) -> Vec<(Vec<u8>, usize)> {
    let mut buffer = [0; 2];
    text.chars()
        .map(|character| {
            let units = character.encode_utf16(&mut buffer);
            let octets: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            let cost = octets.len();
            (octets, cost)
        })
        .collect()
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
