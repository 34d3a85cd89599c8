//! The words of the index that finds users by any part of a text.
//!
//! Each three neighbouring characters of a text's key are one word: a letter for the kind of text and
//! the characters in hexadecimal, so that words are plain and two characters are the beginning of a
//! word. Every text ends in two marks, so that its last characters are words too. The index narrows;
//! whether a text matches is for [`Comparison::accepts`] to say. Called by `store`.

use std::fmt::Write as _;

use super::{Comparison, UserText, search_key};

/// Stands behind the end of every text in the index.
const END: &str = "\u{3}\u{3}";
/// Words of a pattern that are looked up: more would not make the candidates fewer.
const MOST_WORDS: usize = 12;

/// What marks the words of a column.
const fn mark(text: UserText) -> char {
    match text {
        UserText::UserName => 'u',
        UserText::FirstName => 'f',
        UserText::LastName => 'l',
        UserText::NickName => 'n',
        UserText::DisplayName => 'd',
        UserText::Email => 'e',
    }
}

/// The texts in the order in which [`search_words`] takes them.
const TEXTS: [UserText; 6] = [
    UserText::UserName,
    UserText::FirstName,
    UserText::LastName,
    UserText::NickName,
    UserText::DisplayName,
    UserText::Email,
];

/// All words of a user's texts: user name, first, last, nick and display name, e-mail address.
pub fn search_words(texts: [Option<&str>; 6]) -> String {
    let mut words = Vec::new();
    for (kind, text) in TEXTS.into_iter().zip(texts) {
        if let Some(text) = text {
            collect(kind, &(search_key(text) + END), &mut words);
        }
    }
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The words that stand for the users whose text may hold the key or end with it; `None` if it
/// is too short to be looked up.
pub fn search_query(column: UserText, comparison: Comparison, key: &str) -> Option<String> {
    let pattern = match comparison {
        Comparison::EndsWith if !key.is_empty() => key.to_owned() + END,
        _ => key.to_owned(),
    };
    let mut words = Vec::new();
    collect(column, &pattern, &mut words);
    if words.is_empty() {
        let is_beginning = pattern.chars().count() == 2;
        return is_beginning.then(|| word(column, &pattern) + "*");
    }
    let step = words.len().div_ceil(MOST_WORDS);
    // From the end on, because that is where the marks are.
    let chosen: Vec<_> = words.into_iter().rev().step_by(step).collect();
    Some(chosen.join(" "))
}

/// All words of a text.
fn collect(column: UserText, text: &str, words: &mut Vec<String>) {
    let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
    for (index, &start) in starts.iter().enumerate() {
        if index + 3 <= starts.len() {
            let end = starts.get(index + 3).copied().unwrap_or(text.len());
            words.push(word(column, &text[start..end]));
        }
    }
}

fn word(column: UserText, characters: &str) -> String {
    let mut word = String::with_capacity(1 + 2 * characters.len());
    word.push(mark(column));
    for byte in characters.bytes() {
        // Writing to a text cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_looked_up_by_its_words() {
        let query = |comparison, key| search_query(UserText::Email, comparison, key);
        let find = |key| query(Comparison::Contains, key);
        assert_eq!(find("abcd").as_deref(), Some("e626364 e616263"));
        assert_eq!(find("ab").as_deref(), Some("e6162*"));
        assert_eq!(find("ä").as_deref(), None);
        assert_eq!(find("").as_deref(), None);
        let end = |key| query(Comparison::EndsWith, key);
        assert_eq!(end("b").as_deref(), Some("e620303"));
        assert_eq!(end(""), None);
        let long = find(&"abcdefghij".repeat(20)).unwrap_or_default();
        assert!(long.split(' ').count() <= MOST_WORDS);
    }
}
