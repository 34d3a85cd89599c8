//! What kind of line a number is, as far as its numbering plan tells without asking anybody.

use std::{fmt, str::FromStr};

use rlibphonenumber::PhoneNumberType;

/// Kinds that codes may be refused to; mobile lines are none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// Dear to call, and shared by who has the number.
    PremiumRate,
    /// The callers pay a part.
    SharedCost,
    /// Pagers.
    Pager,
    /// Universal access numbers of companies.
    Uan,
    /// Voicemail boxes.
    Voicemail,
    /// Numbers that follow a person from line to line.
    PersonalNumber,
    /// Free to call.
    TollFree,
    /// Voice over IP, which proves no device.
    Voip,
    /// Lines that are surely fixed: where a plan cannot tell them from mobile ones, as in North America,
    /// a number is not of this kind.
    FixedLine,
}

impl NumberKind {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::PremiumRate, "premium_rate"),
        (Self::SharedCost, "shared_cost"),
        (Self::Pager, "pager"),
        (Self::Uan, "uan"),
        (Self::Voicemail, "voicemail"),
        (Self::PersonalNumber, "personal_number"),
        (Self::TollFree, "toll_free"),
        (Self::Voip, "voip"),
        (Self::FixedLine, "fixed_line"),
    ];

    pub(super) fn of(kind: PhoneNumberType) -> Option<Self> {
        match kind {
            PhoneNumberType::PremiumRate => Some(Self::PremiumRate),
            PhoneNumberType::SharedCost => Some(Self::SharedCost),
            PhoneNumberType::Pager => Some(Self::Pager),
            PhoneNumberType::UAN => Some(Self::Uan),
            PhoneNumberType::VoiceMail => Some(Self::Voicemail),
            PhoneNumberType::PersonalNumber => Some(Self::PersonalNumber),
            PhoneNumberType::TollFree => Some(Self::TollFree),
            PhoneNumberType::VoIP => Some(Self::Voip),
            PhoneNumberType::FixedLine => Some(Self::FixedLine),
            PhoneNumberType::Mobile
            | PhoneNumberType::FixedLineOrMobile
            | PhoneNumberType::Unknown => None,
        }
    }
}

/// As the configuration writes it.
impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(kind, _)| kind == self);
        f.write_str(name.map_or("unknown", |(_, name)| name))
    }
}

impl FromStr for NumberKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind = Self::NAMES.iter().find(|(_, name)| *name == text);
        kind.map(|(kind, _)| *kind).ok_or(
            "is none of premium_rate, shared_cost, pager, uan, voicemail, personal_number, toll_free, voip, fixed_line",
        )
    }
}
