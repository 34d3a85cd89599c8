//! Belfry's own texts: one file a language below `built_in/`, embedded and read at their first use.
//!
//! The title of an e-mail is its subject too, and its preheader unless that is worded. What goes by SMS
//! fits one segment, in the GSM 7-bit alphabet where the language allows it: "código" would not do in
//! Spanish (providers-wire §13).

use std::sync::LazyLock;

use serde::Deserialize;

use super::{MessageText, MessageType, TextKey};

macro_rules! languages {
    ($($language:literal)*) => {
        /// The languages that there are texts in (contract/phone.md §5).
        pub const LANGUAGES: &[&str] = &[$($language),*];

        const FILES: &[&str] = &[$(include_str!(concat!("built_in/", $language, ".toml"))),*];
    };
}

languages! {
    "bg" "cs" "de" "en" "es" "fr" "hu" "id" "it" "ja" "ko" "mk" "nl" "pl" "pt" "ro" "ru" "sv" "tr" "uk" "zh"
}

/// The file of each language, in their order.
static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    let read = |file: &&str| {
        // Every file is read by the tests below, and none can change afterwards.
        toml::from_str(file).expect("an embedded file of texts is well-formed")
    };
    FILES.iter().map(read).collect()
});

/// Belfry's own text of a type in a language; `None` for a language without texts.
pub fn built_in(message: MessageType, language: &str) -> Option<MessageText> {
    let place = LANGUAGES.iter().position(|known| *known == language)?;
    let texts = TEXTS.get(place)?;
    let wording = match message {
        MessageType::VerifyPhone => &texts.verify_phone,
        MessageType::VerifySmsOtp => &texts.verify_sms_otp,
        MessageType::VerifyEmail => &texts.verify_email,
        MessageType::InitCode => &texts.init_code,
        MessageType::PasswordReset => &texts.password_reset,
        MessageType::InviteUser => &texts.invite_user,
    };
    let mut text = MessageText::default();
    text.set(TextKey::Text, &wording.text);
    if let Some(title) = &wording.title {
        text.set(TextKey::Title, title);
        text.set(TextKey::Subject, title);
        text.set(
            TextKey::PreHeader,
            wording.pre_header.as_ref().unwrap_or(title),
        );
        text.set(TextKey::Greeting, &texts.greeting);
    }
    text.set(TextKey::ButtonText, &wording.button_text);
    Some(text)
}

/// The file of a language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    greeting: String,
    #[serde(rename = "VerifyPhone")]
    verify_phone: Wording,
    #[serde(rename = "VerifySMSOTP")]
    verify_sms_otp: Wording,
    #[serde(rename = "VerifyEmail")]
    verify_email: Wording,
    #[serde(rename = "InitCode")]
    init_code: Wording,
    #[serde(rename = "PasswordReset")]
    password_reset: Wording,
    #[serde(rename = "InviteUser")]
    invite_user: Wording,
}

/// A message in that file; one that only goes by SMS has no title.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    title: Option<String>,
    pre_header: Option<String>,
    text: String,
    #[serde(default)]
    button_text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Encoding, Segments, render};

    const SMS: [MessageType; 3] = [
        MessageType::VerifyPhone,
        MessageType::VerifySmsOtp,
        MessageType::PasswordReset,
    ];
    const EMAILS: [MessageType; 4] = [
        MessageType::VerifyEmail,
        MessageType::InitCode,
        MessageType::PasswordReset,
        MessageType::InviteUser,
    ];

    #[test]
    fn every_sms_shows_its_code_and_fits_one_segment() {
        for language in LANGUAGES {
            for message in SMS {
                let text = built_in(message, language).unwrap();
                let sms = render(text.get(TextKey::Text), |variable| match variable {
                    "Code" => Some("K7QX2B"),
                    "OTP" => Some("83402917"),
                    "Domain" => Some("accounts.example.com"),
                    _ => None,
                });
                let code = if message == MessageType::VerifySmsOtp {
                    "83402917"
                } else {
                    "K7QX2B"
                };
                assert_eq!(sms.matches(code).count(), 1, "{language}: {sms}");
                assert!(!sms.contains("<no value>"), "{language}: {sms}");
                let segments = Segments::of(&sms);
                assert_eq!(segments.count, 1, "{language}: {segments:?} {sms}");
            }
        }
    }

    #[test]
    fn the_sms_that_verifies_a_phone_is_in_gsm_7_bit_where_the_language_allows_it() {
        let others: Vec<_> = LANGUAGES
            .iter()
            .filter(|language| {
                let text = built_in(MessageType::VerifyPhone, language).unwrap();
                Segments::of(text.get(TextKey::Text)).encoding == Encoding::Ucs2
            })
            .collect();
        assert_eq!(
            others,
            [
                &"bg", &"cs", &"hu", &"ja", &"ko", &"mk", &"ru", &"uk", &"zh"
            ]
        );
    }

    #[test]
    fn every_email_has_a_subject_and_shows_its_code() {
        for language in LANGUAGES {
            for message in EMAILS {
                let text = built_in(message, language).unwrap();
                for key in TextKey::ALL {
                    let is_empty = text.get(key).is_empty();
                    assert_eq!(is_empty, key == TextKey::Footer, "{language} {message:?}");
                }
                let code = text.get(TextKey::Text).matches("{{.Code}}").count();
                assert_eq!(code, 1, "{language} {message:?}");
            }
        }
    }

    #[test]
    fn the_variables_of_all_languages_are_those_of_english() {
        let variables = |text: &MessageText, key| {
            let mut names: Vec<_> = crate::domain::variables(text.get(key))
                .map(str::to_owned)
                .collect();
            names.sort();
            names
        };
        for language in LANGUAGES {
            for message in SMS.into_iter().chain(EMAILS) {
                let english = built_in(message, "en").unwrap();
                let text = built_in(message, language).unwrap();
                for key in TextKey::ALL {
                    assert_eq!(
                        variables(&text, key),
                        variables(&english, key),
                        "{language} {message:?} {key:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_two_languages_say_the_same() {
        let mut seen = std::collections::HashSet::new();
        for language in LANGUAGES {
            let text = built_in(MessageType::VerifyEmail, language).unwrap();
            assert!(
                seen.insert(text.get(TextKey::Text).to_owned()),
                "{language}"
            );
        }
        assert_eq!(built_in(MessageType::VerifyPhone, "tlh"), None);
    }
}
