//! Phone numbers in E.164, normalized the way Google's libphonenumber parses (contract/phone.md §1).
//!
//! Only that the text parses is demanded; whether the number is possible or valid for its region is
//! not. An extension is dropped: it cannot receive an SMS.

use std::{fmt, str::FromStr};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, enums};

use super::NumberKind;

/// A number in E.164, such as `+41791234567`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneNumberFault {
    /// There is no text.
    Empty,
    /// The text does not parse.
    Invalid,
}

/// The region whose national format a number without `+` is read in, as ISO 3166-1 alpha-2; with `ZZ`
/// there is none, and every number needs its country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(enums::Region);

impl Region {
    /// `ZZ`: none.
    pub const NOWHERE: Self = Self(enums::Region::ZZ);

    /// Its calling code, such as 41; `None` for `ZZ`.
    pub fn calling_code(self) -> Option<i32> {
        PHONE_NUMBER_UTIL.get_country_code_for_region(self.0)
    }
}

/// The two letters.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_region_str().fmt(f)
    }
}

impl FromStr for Region {
    type Err = &'static str;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        // This loads the numbering metadata (some 5 ms), so no request has to wait for it.
        enums::Region::from_str(code)
            .ok()
            .filter(|region| {
                code == "ZZ"
                    || PHONE_NUMBER_UTIL
                        .get_country_code_for_region(*region)
                        .is_some()
            })
            .map(Self)
            .ok_or("is no ISO 3166-1 alpha-2 region such as \"CH\"")
    }
}

impl PhoneNumber {
    /// Parses and normalizes a number as a person writes it.
    ///
    /// # Errors
    /// If the text is empty or libphonenumber cannot parse it in `region`.
    pub fn parse(text: &str, region: Region) -> Result<Self, PhoneNumberFault> {
        if text.is_empty() {
            return Err(PhoneNumberFault::Empty);
        }
        let number = PHONE_NUMBER_UTIL
            .parse(text, Some(region.0))
            .map_err(|_| PhoneNumberFault::Invalid)?;
        Ok(Self(number.format_as(PhoneNumberFormat::E164).into_owned()))
    }

    /// A number that was normalized before, as the database holds it.
    pub fn from_normalized(e164: String) -> Self {
        Self(e164)
    }

    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that the number belongs to; `None` for numbers of no country (`+800…`) and those that
    /// no numbering plan has. Of the countries of one calling code the digits tell which it is: `+1` is
    /// the United States and the Bahamas.
    pub fn region(&self) -> Option<Region> {
        let number = PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?;
        let region = number.get_region_code().map(Region)?;
        // Numbers of no country are of the region "001" there.
        region
            .to_string()
            .bytes()
            .all(|letter| letter.is_ascii_uppercase())
            .then_some(region)
    }

    /// As [`PhoneNumber::region`], with `ZZ` for none.
    pub fn country(&self) -> Region {
        self.region().unwrap_or(Region::NOWHERE)
    }

    /// What kind of line it is, if it is none of the usual ones.
    pub fn kind(&self) -> Option<NumberKind> {
        let number = PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?;
        NumberKind::of(number.get_type())
    }

    /// Its first digits, with the calling code.
    pub fn prefix(&self, digits: usize) -> &str {
        self.0.get(..=digits).unwrap_or(&self.0)
    }

    /// The number as a log may show it: the first three and the last two characters.
    pub fn masked(&self) -> String {
        let (head, tail) = (
            self.0.get(..3).unwrap_or(""),
            self.0.get(self.0.len().saturating_sub(2)..).unwrap_or(""),
        );
        if self.0.len() < 8 {
            "+…".to_owned()
        } else {
            format!("{head}…{tail}")
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, PhoneNumberFault> {
        let region = "CH".parse().expect("CH is a region");
        PhoneNumber::parse(text, region).map(|number| number.0)
    }

    #[test]
    fn national_and_international_forms_are_one_number() {
        for text in [
            "+41791234567",
            "0791234567",
            "(079) 123 45 67",
            "0041791234567",
            "+41 (0)79 123 45 67",
            "tel:0791234567;phone-context=+41",
            "+41791234567;ext=12",
            "\u{a0}+41791234567\u{a0}",
            "my number is +41791234567",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("+41791234567"), "{text}");
        }
    }

    #[test]
    fn a_number_that_parses_is_accepted_though_it_is_impossible() {
        for (text, e164) in [
            ("+4112", "+4112"),
            ("117", "+41117"),
            ("+41*79", "+4179"),
            ("000", "+41000"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(e164), "{text}");
        }
    }

    #[test]
    fn what_does_not_parse_is_refused() {
        assert_eq!(parse(""), Err(PhoneNumberFault::Empty));
        for text in [
            "+",
            "abc",
            "1",
            "+41",
            "+0123456789",
            "+999123456789",
            "+417912345678901234567",
        ] {
            assert_eq!(parse(text), Err(PhoneNumberFault::Invalid), "{text}");
        }
    }

    #[test]
    fn the_digits_tell_the_country_and_the_kind_not_the_calling_code() {
        let number = |text: &str| PhoneNumber(text.to_owned());
        for (text, country) in [
            ("+41791234567", "CH"),
            ("+16502530000", "US"),
            ("+12423591234", "BS"),
            ("+447400123456", "GB"),
            ("+447797712345", "JE"),
            ("+80012345678", "ZZ"),
        ] {
            assert_eq!(number(text).country().to_string(), country, "{text}");
        }
        for (text, kind) in [
            ("+41791234567", None),
            ("+16502530000", None),
            ("+41446681800", Some(NumberKind::FixedLine)),
            ("+41900123456", Some(NumberKind::PremiumRate)),
            ("+41840123456", Some(NumberKind::SharedCost)),
            ("+41800123456", Some(NumberKind::TollFree)),
            ("+447012345678", Some(NumberKind::PersonalNumber)),
            ("+4112", None),
        ] {
            assert_eq!(number(text).kind(), kind, "{text}");
        }
        assert_eq!(number("+41791234567").prefix(7), "+4179123");
        assert_eq!(number("+4112").prefix(7), "+4112");
    }

    #[test]
    fn a_log_shows_neither_the_number_nor_its_length() {
        assert_eq!(
            format!("{:?}", PhoneNumber("+41791234567".to_owned())),
            "+41…67"
        );
        assert_eq!(format!("{:?}", PhoneNumber("+4112".to_owned())), "+…");
    }
}
