//! Text search in SQL: the functions that the schema and the searches call, and the word index.
//!
//! `user_words` finds users by any part of a text. Each three neighbouring characters of a key are one
//! word there: a letter for the column and the characters in hexadecimal, so that words are plain and
//! two characters are the beginning of a word. Every text ends in two marks, so that its last
//! characters are words too. The index narrows; `text_matches` decides. Nothing here reads or writes.

use rusqlite::{Connection, functions::FunctionFlags};

use crate::domain::{Comparison, UserText, search_key};

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

/// The columns in the order in which `search_words` takes them.
const COLUMNS: [UserText; 6] = [
    UserText::UserName,
    UserText::FirstName,
    UserText::LastName,
    UserText::NickName,
    UserText::DisplayName,
    UserText::Email,
];

/// Makes the functions known to a connection: the schema's triggers and migrations need them too.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    // search_key(text): the text without regard to case.
    connection.create_scalar_function("search_key", 1, flags, |context| {
        let text = context.get_raw(0).as_str_or_null()?;
        Ok(text.map(search_key))
    })?;
    // search_words(user name, first, last, nick, display name, e-mail): what `user_words` holds.
    connection.create_scalar_function("search_words", 6, flags, |context| {
        let mut words = Vec::new();
        for (index, column) in COLUMNS.into_iter().enumerate() {
            if let Some(text) = context.get_raw(index).as_str_or_null()? {
                collect(column, &(search_key(text) + END), &mut words);
            }
        }
        words.sort_unstable();
        words.dedup();
        Ok(words.join(" "))
    })?;
    // text_matches(text, comparison, other): `Comparison::accepts`; a missing text never matches.
    connection.create_scalar_function("text_matches", 3, flags, |context| {
        let comparison = match context.get::<i64>(1)? {
            0 => Comparison::Equals,
            1 => Comparison::StartsWith,
            2 => Comparison::Contains,
            _ => Comparison::EndsWith,
        };
        let text = context.get_raw(0).as_str_or_null()?;
        let other = context.get_raw(2).as_str()?;
        Ok(text.is_some_and(|text| comparison.accepts(text, other)))
    })
}

/// The query of `user_words` for the users whose text may hold the key or end with it; `None` if it
/// is too short to be looked up.
pub(super) fn query(column: UserText, comparison: Comparison, key: &str) -> Option<String> {
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
    word + &hex::encode(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_looked_up_by_its_words() {
        let query = |comparison, key| query(UserText::Email, comparison, key);
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
