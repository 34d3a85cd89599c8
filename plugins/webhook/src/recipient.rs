//! A recipient in the forms that gateways ask for.
//!
//! The national form and the country need the numbering plans of the world, so they come from the
//! library with which the server itself reads numbers.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

/// One number in all its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// `+41791234567`
    pub e164: String,
    /// `41791234567`
    pub digits: String,
    /// `0041791234567`
    pub zeros: String,
    /// `0791234567`, as it is dialled at home
    pub national: String,
    /// `CH`; empty if the number belongs to no country
    pub country: String,
}

impl Recipient {
    /// The forms of a number in E.164.
    pub fn new(e164: &str) -> Self {
        let digits = e164.trim_start_matches('+');
        let number = PHONE_NUMBER_UTIL.parse(e164, None).ok();
        let national = number.as_ref().map(|number| {
            let written = number.format_as(PhoneNumberFormat::National);
            written.chars().filter(char::is_ascii_digit).collect()
        });
        let country = number.as_ref().and_then(|number| {
            // A number that is in no plan still has the country of its calling code.
            number
                .get_region_code()
                .or_else(|| PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code))
        });
        Self {
            e164: format!("+{digits}"),
            digits: digits.to_owned(),
            zeros: format!("00{digits}"),
            national: national.unwrap_or_else(|| digits.to_owned()),
            country: country
                .map(|region| region.to_string())
                // A calling code of no country, such as +882.
                .filter(|code| code.len() == 2)
                .unwrap_or_default(),
        }
    }

    /// A number of the same country and length that is nobody's, for a dry run.
    pub fn masked(&self) -> Self {
        let calling_code = PHONE_NUMBER_UTIL
            .parse(&self.e164, None)
            .map_or(0, |number| number.country_code);
        let zeros = |text: &str| text.chars().map(|_| '0').collect::<String>();
        let rest = self.digits.strip_prefix(&calling_code.to_string());
        let digits = match rest {
            Some(rest) => format!("{calling_code}{}", zeros(rest)),
            None => zeros(&self.digits),
        };
        Self {
            e164: format!("+{digits}"),
            zeros: format!("00{digits}"),
            national: zeros(&self.national),
            country: self.country.clone(),
            digits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_what_gateways_call_it() {
        for (e164, zeros, national, country) in [
            ("+41791234567", "0041791234567", "0791234567", "CH"),
            ("+390612345678", "00390612345678", "0612345678", "IT"),
            ("+12065550100", "0012065550100", "2065550100", "US"),
            ("+16045550100", "0016045550100", "6045550100", "CA"),
            ("+919876543210", "00919876543210", "09876543210", "IN"),
            ("+4112", "004112", "12", "CH"),
        ] {
            let recipient = Recipient::new(e164);
            assert_eq!(recipient.e164, e164);
            assert_eq!(recipient.digits, e164[1..]);
            assert_eq!(recipient.zeros, zeros);
            assert_eq!(recipient.national, national);
            assert_eq!(recipient.country, country);
        }
    }

    #[test]
    fn a_mask_keeps_the_country_only() {
        let masked = Recipient::new("+41791234567").masked();
        assert_eq!(masked.e164, "+41000000000");
        assert_eq!(masked.national, "0000000000");
        assert_eq!(masked.country, "CH");
    }
}
