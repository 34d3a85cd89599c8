//! How a text is compared in a search (contract/README §8, `TextQueryMethod`).

/// The ways to compare; the numbers are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMethod {
    /// The same text.
    Equals = 0,
    /// The same text but for its case.
    EqualsIgnoreCase = 1,
    /// Begins with.
    StartsWith = 2,
    /// Begins with, but for the case.
    StartsWithIgnoreCase = 3,
    /// Has it somewhere.
    Contains = 4,
    /// Has it somewhere, but for the case.
    ContainsIgnoreCase = 5,
    /// Ends with.
    EndsWith = 6,
    /// Ends with, but for the case.
    EndsWithIgnoreCase = 7,
}

impl TextMethod {
    /// The way with that number; limits let no unknown number through.
    pub fn from_number(number: i32) -> Self {
        match number {
            1 => Self::EqualsIgnoreCase,
            2 => Self::StartsWith,
            3 => Self::StartsWithIgnoreCase,
            4 => Self::Contains,
            5 => Self::ContainsIgnoreCase,
            6 => Self::EndsWith,
            7 => Self::EndsWithIgnoreCase,
            _ => Self::Equals,
        }
    }

    /// Whether a text is as wanted.
    pub fn matches(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::Equals => text == wanted,
            Self::StartsWith => text.starts_with(wanted),
            Self::Contains => text.contains(wanted),
            Self::EndsWith => text.ends_with(wanted),
            Self::EqualsIgnoreCase => text.to_lowercase() == wanted.to_lowercase(),
            Self::StartsWithIgnoreCase => text.to_lowercase().starts_with(&wanted.to_lowercase()),
            Self::ContainsIgnoreCase => text.to_lowercase().contains(&wanted.to_lowercase()),
            Self::EndsWithIgnoreCase => text.to_lowercase().ends_with(&wanted.to_lowercase()),
        }
    }
}
