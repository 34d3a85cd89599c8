//! What users can be searched for, and how texts are compared.
//!
//! A [`UserCondition`] is the whole language of user searches; `api` builds it from a request, `store`
//! finds the users without looking at all of them. Case is disregarded through [`search_key`], which
//! works character by character, so that parts of texts have parts of keys.

use super::{TextMethod, UserState};

/// How a text is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the other.
    Equals,
    /// It begins with the other.
    StartsWith,
    /// It holds the other somewhere.
    Contains,
    /// It ends with the other.
    EndsWith,
}

impl Comparison {
    /// Whether `text` compares with `other` that way, byte by byte.
    pub fn accepts(self, text: &str, other: &str) -> bool {
        match self {
            Self::Equals => text == other,
            Self::StartsWith => text.starts_with(other),
            Self::Contains => text.contains(other),
            Self::EndsWith => text.ends_with(other),
        }
    }
}

/// A text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// The text, taken literally.
    pub text: String,
    /// How it is compared.
    pub comparison: Comparison,
    /// Whether upper and lower case are the same.
    pub ignores_case: bool,
}

impl TextMatch {
    /// A text that is compared in one of the API's ways, by number.
    pub fn new(text: String, method: i32) -> Self {
        let method = TextMethod::from_number(method);
        Self {
            text,
            comparison: method.comparison(),
            ignores_case: method.ignores_case(),
        }
    }
}

/// A text of users; a machine has a user name only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserText {
    /// The user name, which is also the only login name.
    UserName,
    /// The first or given name.
    FirstName,
    /// The last or family name.
    LastName,
    /// The nick name.
    NickName,
    /// The name to show.
    DisplayName,
    /// The e-mail address.
    Email,
}

/// What a user must be like to be found.
#[derive(Clone, Debug, PartialEq)]
pub enum UserCondition {
    /// One of its texts.
    Text(UserText, TextMatch),
    /// Its number.
    Phone(TextMatch),
    /// Its state.
    State(UserState),
    /// Whether it is a human or a machine.
    IsHuman(bool),
    /// It has one of these ids.
    Ids(Vec<String>),
    /// It has exactly one of these e-mail addresses.
    Emails(Vec<String>),
    /// It belongs to the organization with that id.
    Org(String),
    /// One of its metadata. Conditions on metadata that must all hold, hold for the same entry.
    Metadata(MetadataCondition),
    /// Everything here holds; nothing here: always.
    All(Vec<UserCondition>),
    /// Something here holds; nothing here: never.
    Any(Vec<UserCondition>),
    /// This does not hold, also because the user has no such text.
    Not(Box<UserCondition>),
}

/// What an entry of a user's metadata must be like.
#[derive(Clone, Debug, PartialEq)]
pub enum MetadataCondition {
    /// Its key.
    Key(TextMatch),
    /// Its value is this, at most 200 bytes.
    ValueIs(Vec<u8>),
    /// Its value is not this.
    ValueIsNot(Vec<u8>),
}

/// What users are sorted by; those that are alike, and those of lists without an order, by their age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserOrder {
    /// One of their texts without regard to case; users without it come last ascending.
    Text(UserText),
    /// Their state's number.
    State,
    /// Humans before machines.
    Kind,
    /// When they were made.
    CreatedAt,
}

/// A text without regard to case: two texts are the same if their keys are, and the key of a part is
/// a part of the key. (Which is why the final sigma, whose lower case depends on its place, is folded.)
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'A'..='Z' => key.push(c.to_ascii_lowercase()),
            'Σ' | 'ς' => key.push('σ'),
            _ => key.extend(c.to_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_part_is_a_part_of_the_key() {
        let key = search_key("ΟΔΟΣ ÄÖÜ İstanbul");
        for part in ["ΟΔΟΣ", "οδος", "ΔΟ", "äöü", "İST", "BUL"] {
            assert!(key.contains(&search_key(part)), "{part}");
        }
        assert_eq!(search_key("Straße"), "straße");
    }

    #[test]
    fn methods_take_texts_literally() {
        assert!(Comparison::Contains.accepts("100% sure", "0% s"));
        assert!(!Comparison::Contains.accepts("100 sure", "0%s"));
        assert!(Comparison::StartsWith.accepts("a_b", "a_"));
        assert!(!Comparison::EndsWith.accepts("axb", "_b"));
        assert!(Comparison::Equals.accepts("", ""));
    }
}
