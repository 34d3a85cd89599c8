//! How a text is compared in a search (contract/README §8, `TextQueryMethod`).

use super::{Comparison, search_key};

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

    /// How the texts, or without regard to case their keys, are compared.
    pub fn comparison(self) -> Comparison {
        match self {
            Self::Equals | Self::EqualsIgnoreCase => Comparison::Equals,
            Self::StartsWith | Self::StartsWithIgnoreCase => Comparison::StartsWith,
            Self::Contains | Self::ContainsIgnoreCase => Comparison::Contains,
            Self::EndsWith | Self::EndsWithIgnoreCase => Comparison::EndsWith,
        }
    }

    /// Whether upper and lower case are the same.
    pub fn ignores_case(self) -> bool {
        matches!(
            self,
            Self::EqualsIgnoreCase
                | Self::StartsWithIgnoreCase
                | Self::ContainsIgnoreCase
                | Self::EndsWithIgnoreCase
        )
    }

    /// Whether a text is as wanted.
    pub fn matches(self, text: &str, wanted: &str) -> bool {
        if self.ignores_case() {
            let (text, wanted) = (search_key(text), search_key(wanted));
            return self.comparison().accepts(&text, &wanted);
        }
        self.comparison().accepts(text, wanted)
    }
}
