//! The wording of messages: what types there are, of which parts a text consists, and Belfry's own texts.
//!
//! Templates have variables in Go's notation (`template.rs`). Which text holds, strongest first: that of
//! the number's country, organization, instance, built-in (contract/phone.md §5); `wording` chooses.

mod built_in;

use std::fmt;

use super::MessagePurpose;

pub use built_in::{LANGUAGES, built_in};

/// The types of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageType {
    /// The SMS that verifies a phone.
    VerifyPhone,
    /// The SMS with a one-time password; Belfry is no login server and never sends it.
    VerifySmsOtp,
    /// The e-mail that verifies an address.
    VerifyEmail,
    /// The e-mail that lets a user finish the initialization.
    InitCode,
    /// The message that lets a user set a new password.
    PasswordReset,
    /// The e-mail that invites a user.
    InviteUser,
}

impl MessageType {
    /// The name, as events and templates have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyPhone => "VerifyPhone",
            Self::VerifySmsOtp => "VerifySMSOTP",
            Self::VerifyEmail => "VerifyEmail",
            Self::InitCode => "InitCode",
            Self::PasswordReset => "PasswordReset",
            Self::InviteUser => "InviteUser",
        }
    }
}

impl MessageType {
    /// The type of the message for a purpose.
    pub fn of(purpose: MessagePurpose) -> Self {
        match purpose {
            MessagePurpose::VerifyPhone => Self::VerifyPhone,
            MessagePurpose::VerifyEmail => Self::VerifyEmail,
            MessagePurpose::Initialization => Self::InitCode,
            MessagePurpose::PasswordReset => Self::PasswordReset,
            MessagePurpose::Invitation => Self::InviteUser,
        }
    }

    /// The variable that shows the code.
    pub fn code_variable(self) -> &'static str {
        match self {
            Self::VerifySmsOtp => "OTP",
            _ => "Code",
        }
    }
}

/// The variables of all messages (contract/phone.md §5).
pub const VARIABLES: [&str; 18] = [
    "Code",
    "Domain",
    "UserID",
    "OrgID",
    "UserName",
    "FirstName",
    "LastName",
    "NickName",
    "DisplayName",
    "LastEmail",
    "VerifiedEmail",
    "LastPhone",
    "VerifiedPhone",
    "PreferredLoginName",
    "LoginName",
    "LoginNames",
    "ChangeDate",
    "CreationDate",
];

/// Where a wording comes from, the weakest first; the numbers are the API's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextSource {
    /// Belfry's own text.
    BuiltIn = 1,
    /// The instance words it.
    Instance = 2,
    /// The organization words it.
    Organization = 3,
    /// The template of the number's country.
    Country = 4,
}

/// In words, for operators.
impl fmt::Display for TextSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BuiltIn => "built-in",
            Self::Instance => "the instance's",
            Self::Organization => "the organization's",
            Self::Country => "the template of the country",
        })
    }
}

/// The parts of a text, in the order of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the parts are those of the contract")]
pub enum TextKey {
    Title,
    PreHeader,
    Subject,
    Greeting,
    Text,
    ButtonText,
    Footer,
}

impl TextKey {
    /// All parts.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::PreHeader,
        Self::Subject,
        Self::Greeting,
        Self::Text,
        Self::ButtonText,
        Self::Footer,
    ];

    /// The name, as events have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::PreHeader => "PreHeader",
            Self::Subject => "Subject",
            Self::Greeting => "Greeting",
            Self::Text => "Text",
            Self::ButtonText => "ButtonText",
            Self::Footer => "Footer",
        }
    }
}

/// The wording of a message; a part that is not worded is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageText([String; 7]);

impl MessageText {
    /// A part.
    pub fn get(&self, key: TextKey) -> &str {
        &self.0[key as usize]
    }

    /// Words a part.
    pub fn set(&mut self, key: TextKey, text: impl Into<String>) {
        self.0[key as usize] = text.into();
    }

    /// Whether no part is worded.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }

    /// This text with the parts that it lacks taken from another.
    pub fn or(mut self, other: &Self) -> Self {
        for key in TextKey::ALL {
            if self.get(key).is_empty() {
                self.set(key, other.get(key));
            }
        }
        self
    }
}
