//! `[codes]`: how the codes that verify a phone are made, and how often wrong ones may come.

use std::time::Duration;

use serde::Deserialize;
use validator::Validate;

use super::duration;

/// `[codes]`
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Codes {
    /// Wrong tries for one code; here and below 0 is no limit.
    #[validate(range(max = 100))]
    pub max_wrong_tries: u32,
    /// Wrong tries for one number within a rolling day.
    #[validate(range(max = 10_000))]
    pub max_wrong_tries_per_number_and_day: u32,
    /// Wrong tries for all numbers and addresses of one user within a rolling day.
    #[validate(range(max = 10_000))]
    pub max_wrong_tries_per_user_and_day: u32,
    /// The codes that verify a phone.
    #[validate(nested)]
    pub verify_phone: PhoneCodes,
}

impl Codes {
    /// Whether some way to guess codes is not limited.
    pub fn may_be_guessed(&self) -> bool {
        self.max_wrong_tries == 0 || self.max_wrong_tries_per_number_and_day == 0
    }
}

/// `[codes.verify_phone]`: how the codes that verify a phone are made.
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneCodes {
    /// The number of characters.
    #[validate(range(min = 4, max = 20))]
    pub length: u32,
    /// The life of a code; zero is for ever.
    #[serde(deserialize_with = "duration::any")]
    pub expiry: Duration,
    /// a to z
    pub include_lower_letters: bool,
    /// A to Z
    pub include_upper_letters: bool,
    /// 0 to 9
    pub include_digits: bool,
    /// Punctuation
    pub include_symbols: bool,
    /// Whether a code that is sent again is the same one, as long as it is good.
    pub repeat_on_resend: bool,
}

impl Default for Codes {
    fn default() -> Self {
        Self {
            max_wrong_tries: 5,
            max_wrong_tries_per_number_and_day: 20,
            max_wrong_tries_per_user_and_day: 50,
            verify_phone: PhoneCodes::default(),
        }
    }
}

impl Default for PhoneCodes {
    fn default() -> Self {
        Self {
            length: 6,
            expiry: Duration::from_secs(3600),
            include_lower_letters: false,
            include_upper_letters: true,
            include_digits: true,
            include_symbols: false,
            repeat_on_resend: false,
        }
    }
}
