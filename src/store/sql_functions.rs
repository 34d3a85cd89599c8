//! The functions of the domain that the schema's triggers, its migrations and the searches call in SQL.
//!
//! Every connection knows them, because any may fire a trigger. They only compute.

use rusqlite::{Connection, functions::FunctionFlags};

use crate::domain::{Comparison, search_key, search_words};

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
        let mut texts = [None; 6];
        for (index, text) in texts.iter_mut().enumerate() {
            *text = context.get_raw(index).as_str_or_null()?;
        }
        Ok(search_words(texts))
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
