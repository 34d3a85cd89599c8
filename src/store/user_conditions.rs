//! A [`UserCondition`] as SQL over `user_search`, with everything that a caller wrote bound.
//!
//! A condition that an index can find is written so that SQLite uses the index; where the users are to
//! be walked through anyway, a `+` keeps it from starting at the wrong end: without statistics about
//! the data, and with plans that never look at what is bound, it could not know. The words of a text
//! narrow, `text_matches` decides. Called by `user_search`.

use rusqlite::types::Value;

use crate::domain::{
    Comparison, MetadataCondition, TextMatch, UserCondition, UserState, UserText, search_key,
    search_query,
};

/// A piece of SQL with the values of its parameters, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub text: String,
    pub values: Vec<Value>,
}

impl Sql {
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Binds a list as one value; SQL reads it with `json_each`.
    pub fn bind_list<T: serde::Serialize>(&mut self, list: &[T]) -> &mut Self {
        // Texts and numbers always become JSON.
        let json = serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned());
        self.push("(SELECT value FROM json_each(")
            .bind(json)
            .push("))")
    }

    pub fn text_matches(&mut self, text: &str, comparison: Comparison, other: &str) -> &mut Self {
        let comparison = match comparison {
            Comparison::Equals => 0,
            Comparison::StartsWith => 1,
            // SQLite's own function says the same in a fifth of the time.
            Comparison::Contains => {
                return self
                    .push(&format!("instr({text}, "))
                    .bind(other.to_owned())
                    .push(") > 0");
            }
            Comparison::EndsWith => 3,
        };
        self.push(&format!("text_matches({text}, {comparison}, "))
            .bind(other.to_owned())
            .push(")")
    }

    /// `column` begins with `beginning`, which is not empty, as a range.
    fn range(&mut self, column: &str, beginning: &str) -> &mut Self {
        self.push(&format!("{column} >= "))
            .bind(beginning.to_owned());
        if let Some(end) = after_beginning(beginning) {
            self.push(&format!(" AND {column} < ")).bind(end);
        }
        self
    }
}

/// The first text behind all that begin so; `None` if there is none.
fn after_beginning(beginning: &str) -> Option<String> {
    let mut end = beginning.to_owned();
    while let Some(last) = end.pop() {
        // The next scalar value; the gap of the surrogates is stepped over.
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            end.push(next);
            return Some(end);
        }
    }
    None
}

/// How well an index finds the users of a condition: better is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Not at all: the users have to be walked through.
    None,
    /// Those of a rare state or kind.
    Kind,
    /// By a part of a text.
    Part,
    /// By the beginning of a text.
    Beginning,
    /// By a whole text or an id.
    Whole,
}

/// How well an index finds the users of a condition.
pub(super) fn reach(condition: &UserCondition) -> Reach {
    match condition {
        UserCondition::Text(column, wanted) => reach_of_text(*column, wanted),
        UserCondition::Phone(wanted) => match wanted.comparison {
            Comparison::Equals => Reach::Whole,
            Comparison::StartsWith if !wanted.text.is_empty() => Reach::Beginning,
            _ => Reach::Part,
        },
        UserCondition::Ids(_) | UserCondition::Emails(_) => Reach::Whole,
        UserCondition::Metadata(_) => Reach::Part,
        UserCondition::State(UserState::Active) | UserCondition::IsHuman(true) => Reach::None,
        UserCondition::State(_) | UserCondition::IsHuman(false) => Reach::Kind,
        UserCondition::Org(_) | UserCondition::Not(_) => Reach::None,
        UserCondition::All(parts) => parts.iter().map(reach).max().unwrap_or(Reach::None),
        UserCondition::Any(parts) => parts.iter().map(reach).min().unwrap_or(Reach::Whole),
    }
}

fn reach_of_text(column: UserText, wanted: &TextMatch) -> Reach {
    let key = search_key(&wanted.text);
    match wanted.comparison {
        Comparison::Equals => Reach::Whole,
        Comparison::StartsWith if !key.is_empty() => Reach::Beginning,
        Comparison::StartsWith => Reach::None,
        comparison if search_query(column, comparison, &key).is_some() => Reach::Part,
        _ => Reach::None,
    }
}

/// Writes a condition. One that leads is what SQLite begins with, by an index; any other is only
/// checked for the users that something else has found.
pub(super) fn write(sql: &mut Sql, condition: &UserCondition, leads: bool) {
    let plus = if leads { "" } else { "+" };
    match condition {
        UserCondition::Text(column, wanted) => write_text(sql, *column, wanted, leads),
        UserCondition::Phone(wanted) if leads => write_leading_phone(sql, wanted),
        UserCondition::Phone(wanted) => {
            let phone = "(SELECT p.phone FROM users p WHERE p.row = s.row)";
            sql.text_matches(phone, wanted.comparison, &wanted.text);
        }
        UserCondition::State(UserState::Active) => {
            sql.push("+s.state = 1");
        }
        UserCondition::State(state) => {
            sql.push(&format!("{plus}s.state = {}", *state as i64));
        }
        UserCondition::IsHuman(true) => {
            sql.push("+s.kind = 1");
        }
        UserCondition::IsHuman(false) => {
            sql.push(plus).push("s.kind = 2");
        }
        UserCondition::Ids(ids) => {
            sql.push(plus)
                .push("s.row IN (SELECT i.row FROM users i WHERE i.id IN ")
                .bind_list(&without_nul(ids))
                .push(")");
        }
        UserCondition::Emails(emails) => {
            let emails = without_nul(emails);
            let keys: Vec<_> = emails.iter().map(|email| search_key(email)).collect();
            sql.push(&format!("({plus}s.email_key IN "))
                .bind_list(&keys)
                .push(" AND (SELECT u.email FROM users u WHERE u.row = s.row) IN ")
                .bind_list(&emails)
                .push(")");
        }
        UserCondition::Org(id) => {
            sql.push("+s.org = (SELECT o.row FROM orgs o WHERE o.id = ")
                .bind(id.clone())
                .push(" AND o.state <> 3)");
        }
        UserCondition::Metadata(_) => write_metadata(sql, &[condition], leads),
        UserCondition::All(parts) => write_all(sql, parts, leads),
        UserCondition::Any(parts) => {
            let lead = leads && reach(condition) > Reach::None;
            sql.push("(");
            for (index, part) in parts.iter().enumerate() {
                sql.push(if index == 0 { "" } else { " OR " });
                write(sql, part, lead);
            }
            sql.push(if parts.is_empty() { "0)" } else { ")" });
        }
        UserCondition::Not(part) => {
            sql.push("(");
            write(sql, part, false);
            sql.push(" IS NOT TRUE)");
        }
    }
}

/// Of several conditions the one with the best index leads.
fn write_all(sql: &mut Sql, parts: &[UserCondition], leads: bool) {
    let best = parts.iter().map(reach).max();
    let leads = |part: &UserCondition| leads && Some(reach(part)) == best;
    let (entry, others): (Vec<_>, Vec<_>) = parts.iter().partition(|part| is_entry(part));
    sql.push("(1");
    if !entry.is_empty() {
        sql.push(" AND ");
        write_metadata(sql, &entry, entry.iter().any(|part| leads(part)));
    }
    for part in others {
        sql.push(" AND ");
        write(sql, part, leads(part));
    }
    sql.push(")");
}

/// The key column and the text itself.
pub(super) const fn columns(text: UserText) -> (&'static str, &'static str) {
    match text {
        UserText::UserName => ("s.user_name_key", "u.user_name"),
        UserText::FirstName => ("s.first_name_key", "u.first_name"),
        UserText::LastName => ("s.last_name_key", "u.last_name"),
        UserText::NickName => ("s.nick_name_key", "u.nick_name"),
        UserText::DisplayName => ("s.display_name_key", "u.display_name"),
        UserText::Email => ("s.email_key", "u.email"),
    }
}

fn write_text(sql: &mut Sql, column: UserText, wanted: &TextMatch, leads: bool) {
    let (key_column, text_column) = columns(column);
    let TextMatch {
        text,
        comparison,
        ignores_case,
    } = wanted;
    let key = search_key(text);
    sql.push("(");
    match comparison {
        Comparison::Equals if leads => sql.push(key_column).push(" = ").bind(key),
        Comparison::StartsWith if leads && !key.is_empty() => sql.range(key_column, &key),
        comparison => {
            if leads && let Some(query) = search_query(column, *comparison, &key) {
                sql.push("s.row IN (SELECT rowid FROM user_words WHERE user_words MATCH ")
                    .bind(query)
                    .push(") AND ");
            }
            sql.text_matches(key_column, *comparison, &key)
        }
    };
    if !ignores_case {
        let original = format!("(SELECT {text_column} FROM users u WHERE u.row = s.row)");
        sql.push(" AND ").text_matches(&original, *comparison, text);
    }
    sql.push(")");
}

/// Numbers are all digits, so that case says nothing.
fn write_leading_phone(sql: &mut Sql, wanted: &TextMatch) {
    sql.push("s.row IN (SELECT p.row FROM users p WHERE p.phone IS NOT NULL AND ");
    match wanted.comparison {
        Comparison::Equals => sql.push("p.phone = ").bind(wanted.text.clone()),
        Comparison::StartsWith if !wanted.text.is_empty() => sql.range("p.phone", &wanted.text),
        comparison => sql.text_matches("p.phone", comparison, &wanted.text),
    }
    .push(")");
}

/// Whether a condition is about one entry of the metadata.
fn is_entry(condition: &UserCondition) -> bool {
    match condition {
        UserCondition::Metadata(_) => true,
        UserCondition::All(parts) | UserCondition::Any(parts) => {
            !parts.is_empty() && parts.iter().all(is_entry)
        }
        _ => false,
    }
}

/// One entry of the metadata for which all of the conditions hold.
fn write_metadata(sql: &mut Sql, parts: &[&UserCondition], leads: bool) {
    sql.push(if leads {
        "s.row IN (SELECT m.user FROM user_metadata m WHERE 1"
    } else {
        "EXISTS (SELECT 1 FROM user_metadata m WHERE m.user = s.row"
    });
    for part in parts {
        sql.push(" AND ");
        write_entry(sql, part);
    }
    sql.push(")");
}

fn write_entry(sql: &mut Sql, condition: &UserCondition) {
    match condition {
        UserCondition::Metadata(MetadataCondition::Key(wanted)) => write_entry_key(sql, wanted),
        UserCondition::Metadata(MetadataCondition::ValueIs(value)) => {
            sql.push("(substr(m.value, 1, 200) = ")
                .bind(value.clone())
                .push(" AND m.value = ")
                .bind(value.clone())
                .push(")");
        }
        UserCondition::Metadata(MetadataCondition::ValueIsNot(value)) => {
            sql.push("m.value <> ").bind(value.clone());
        }
        UserCondition::All(parts) | UserCondition::Any(parts) => {
            let between = match condition {
                UserCondition::All(_) => " AND ",
                _ => " OR ",
            };
            sql.push("(");
            for (index, part) in parts.iter().enumerate() {
                sql.push(if index == 0 { "" } else { between });
                write_entry(sql, part);
            }
            sql.push(")");
        }
        // `is_entry` lets nothing else through; it would match nothing.
        _ => {
            sql.push("0");
        }
    }
}

fn write_entry_key(sql: &mut Sql, wanted: &TextMatch) {
    let TextMatch {
        text,
        comparison,
        ignores_case,
    } = wanted;
    match (comparison, ignores_case) {
        (Comparison::Equals, false) => sql.push("m.key = ").bind(text.clone()),
        (Comparison::StartsWith, false) if !text.is_empty() => {
            sql.push("(").range("m.key", text).push(")")
        }
        (_, false) => sql.text_matches("m.key", *comparison, text),
        (_, true) => sql.text_matches("search_key(m.key)", *comparison, &search_key(text)),
    };
}

/// JSON cannot carry a NUL into SQL, and no stored text would be the same.
fn without_nul(texts: &[String]) -> Vec<&String> {
    texts.iter().filter(|text| !text.contains('\0')).collect()
}

#[cfg(test)]
mod tests {
    use super::after_beginning;

    #[test]
    fn the_end_of_a_range_is_behind_everything_that_begins_so() {
        assert_eq!(after_beginning("ab").as_deref(), Some("ac"));
        assert_eq!(after_beginning("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_beginning("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_beginning("\u{10FFFF}"), None);
    }
}
