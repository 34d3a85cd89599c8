//! Everything that is held about a person: told in full, and taken away for good (GDPR articles 15, 17
//! and 20; security-facts, "Privacy").
//!
//! [`TABLES`] names each table that has rows of users; a test sees that none is missing. Secrets and
//! hashes of them are not told: they say nothing about a person.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rusqlite::{Row, params, types::ValueRef};
use serde_json::{Map, Value, json};

use super::transaction::{ReadTx, WriteTx, storage};
use crate::{clock::Timestamp, domain::PhoneNumber, error::Error};

/// A table with rows of users: what its part of the export is called, how a user's rows are found, and
/// which columns are not told.
struct Table {
    part: &'static str,
    table: &'static str,
    of_user: &'static str,
    hidden: &'static [&'static str],
}

const fn table(
    part: &'static str,
    table: &'static str,
    of_user: &'static str,
    hidden: &'static [&'static str],
) -> Table {
    Table {
        part,
        table,
        of_user,
        hidden,
    }
}

/// Where a person's data is, beside the row in `users`.
const TABLES: &[Table] = &[
    table("codes", "user_codes", "user = ?1", &["user", "hash"]),
    table("metadata", "user_metadata", "user = ?1", &["user"]),
    table("identities", "user_idp_links", "user = ?1", &["user"]),
    table("memberships", "members", "user = ?1", &["user"]),
    table(
        "personalAccessTokens",
        "tokens",
        "user = ?1",
        &["row", "user", "hash"],
    ),
    table(
        "accessTokens",
        "access_tokens",
        "user = ?1 OR actor = ?1",
        &["row", "user", "actor", "hash"],
    ),
    table("keys", "machine_keys", "user = ?1", &["row", "user"]),
    table("secrets", "machine_secrets", "user = ?1", &["user", "hash"]),
    table("messages", "messages", "user = ?1", &["user", "code"]),
    table(
        "attempts",
        "attempts",
        "message IN (SELECT id FROM messages WHERE user = ?1)",
        &[],
    ),
    table(
        "events",
        "events",
        "aggregate_type = 1 AND aggregate = ?1",
        &["aggregate_type", "aggregate", "owner"],
    ),
];

/// Under which number and address a user is and was reached.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    /// The number now.
    pub phone: Option<PhoneNumber>,
    /// The e-mail address now.
    pub email: Option<String>,
    /// The numbers in the history.
    pub past: Vec<PhoneNumber>,
}

impl ReadTx<'_> {
    /// The row of a user, removed or not; `None` if there never was one of that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn any_user_row(&self, id: &str) -> Result<Option<i64>, Error> {
        self.row("SELECT row FROM users WHERE id = ?1", [id], |row| {
            row.get(0)
        })
    }

    /// Under which number and address a user is and was reached.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn contacts(&self, user: i64) -> Result<Contacts, Error> {
        let number = PhoneNumber::from_normalized;
        let now = self.row(
            "SELECT phone, email FROM users WHERE row = ?1",
            [user],
            |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?)),
        )?;
        let (phone, email) = now.unwrap_or_default();
        let past = self.rows(
            "SELECT DISTINCT payload ->> 'phone' FROM events
             WHERE aggregate_type = 1 AND aggregate = ?1 AND payload ->> 'phone' IS NOT NULL",
            [user],
            |row| row.get(0).map(number),
        )?;
        Ok(Contacts {
            phone: phone.map(number),
            email,
            past,
        })
    }

    /// Everything that is held about a user, as JSON on several lines; of a removed one what is left. `subjects` are the
    /// keyed hashes under which tries of the user, and sends to it, are counted.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn personal_data(&self, user: i64, subjects: &[[u8; 16]]) -> Result<String, Error> {
        let mut export = Map::new();
        let hidden = [
            "row",
            "org",
            "phone_code_hash",
            "phone_code_sealed",
            "password_hash",
            "user_name_key",
        ];
        let users = self.dump("SELECT * FROM users WHERE row = ?1", user, &hidden)?;
        let mut about = users.into_iter().next().unwrap_or_default();
        about["organization"] = json!(self.row(
            "SELECT o.id FROM users u JOIN orgs o ON o.row = u.org WHERE u.row = ?1",
            [user],
            |row| row.get::<_, String>(0),
        )?);
        about["has_password"] = json!(self.row(
            "SELECT password_hash IS NOT NULL FROM users WHERE row = ?1",
            [user],
            |row| row.get::<_, bool>(0),
        )?);
        export.insert("user".to_owned(), about);
        for Table {
            part,
            table,
            of_user,
            hidden,
        } in TABLES
        {
            let query = format!("SELECT * FROM {table} WHERE {of_user} ORDER BY 1, 2");
            let rows = self.dump(&query, user, hidden)?;
            export.insert((*part).to_owned(), Value::Array(rows));
        }
        for (part, query) in [
            (
                "wrongTries",
                "SELECT tried_at FROM wrong_codes WHERE number = ?1 ORDER BY tried_at",
            ),
            (
                "limitedSends",
                "SELECT sent_at FROM sends WHERE subject = ?1 ORDER BY sent_at",
            ),
        ] {
            let mut times = BTreeSet::new();
            for subject in subjects {
                // What is counted for a number and for a user happened once.
                times.extend(self.rows(query, [subject], |row| row.get::<_, i64>(0))?);
            }
            let times = times.into_iter().map(time);
            export.insert(part.to_owned(), times.collect());
        }
        Ok(format!("{:#}", Value::Object(export)))
    }

    fn dump(&self, query: &str, user: i64, hidden: &[&str]) -> Result<Vec<Value>, Error> {
        let mut statement = self.connection.prepare_cached(query).map_err(storage)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let rows = statement.query_map([user], |row| told(row, &names, hidden));
        let rows = rows.map_err(storage)?;
        rows.collect::<rusqlite::Result<_>>().map_err(storage)
    }
}

impl WriteTx<'_> {
    /// Forgets the messages to a user, those that wait too; tells how many.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_messages_of(&self, user: i64) -> Result<usize, Error> {
        self.execute("DELETE FROM messages WHERE user = ?1", [user])
    }

    /// Takes what a user's history tells away: that something happened stays, with its time. Tells of how
    /// many events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn empty_history(&self, user: i64) -> Result<usize, Error> {
        self.execute(
            "UPDATE events SET payload = NULL
             WHERE aggregate_type = 1 AND aggregate = ?1 AND payload IS NOT NULL",
            [user],
        )
    }

    /// Forgets the tries and the sends that were counted under a keyed hash.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_tries(&self, subject: &[u8; 16]) -> Result<(), Error> {
        self.execute(
            "DELETE FROM wrong_codes WHERE number = ?1",
            params![subject],
        )?;
        self.execute("DELETE FROM sends WHERE subject = ?1", params![subject])?;
        Ok(())
    }
}

/// A row as JSON: times in RFC 3339, bytes in Base64, JSON as it is.
fn told(row: &Row<'_>, names: &[String], hidden: &[&str]) -> rusqlite::Result<Value> {
    let mut object = Map::new();
    for (place, name) in names.iter().enumerate() {
        if hidden.contains(&name.as_str()) {
            continue;
        }
        let value = match row.get_ref(place)? {
            ValueRef::Null => continue,
            ValueRef::Integer(micros) if name.ends_with("_at") => time(micros),
            // Ids are 63 bits: too long for a number in JSON.
            ValueRef::Integer(id)
                if matches!(
                    name.as_str(),
                    "id" | "message" | "resend_of" | "phone_code_id"
                ) =>
            {
                json!(id.to_string())
            }
            ValueRef::Integer(number) => json!(number),
            ValueRef::Real(number) => json!(number),
            ValueRef::Text(text) => {
                let text = String::from_utf8_lossy(text);
                match name.as_str() {
                    "payload" => serde_json::from_str(&text).unwrap_or_else(|_| json!(text)),
                    _ => json!(text),
                }
            }
            ValueRef::Blob(bytes) => json!(BASE64_STANDARD.encode(bytes)),
        };
        object.insert(name.clone(), value);
    }
    Ok(Value::Object(object))
}

fn time(micros: i64) -> Value {
    let instant = Timestamp::from_micros(micros);
    let wire = prost_types::Timestamp {
        seconds: instant.seconds(),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap_or(0),
    };
    json!(wire.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::sql_functions;
    use rusqlite::Connection;

    #[test]
    fn no_table_with_rows_of_users_is_missing() {
        let database = Connection::open_in_memory().unwrap();
        sql_functions::register(&database).unwrap();
        database
            .execute_batch(include_str!("../../schema.sql"))
            .unwrap();
        let query = "SELECT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
                     WHERE f.\"table\" = 'users' UNION
                     SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                     WHERE c.name = 'user' AND m.name NOT LIKE '%_providers'";
        let mut statement = database.prepare(query).unwrap();
        let tables: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(tables.len() > 5, "{tables:?}");
        for table in tables {
            let is_told = TABLES.iter().any(|told| told.table == table);
            assert!(is_told, "{table} is not exported");
        }
    }
}
