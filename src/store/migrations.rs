//! Brings a database to the current schema, or refuses one that is newer.
//!
//! `schema.sql` is the current schema and makes new databases. An older database is brought up by the
//! numbered steps in [`STEPS`], one transaction each; `PRAGMA user_version` says where it stands.

use anyhow::{bail, ensure};
use rusqlite::{Connection, TransactionBehavior};

/// The version that `schema.sql` describes.
const VERSION: i64 = 6;

/// Step n brings a database from version n + 1 to n + 2.
const STEPS: &[&str] = &[
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
];

/// Creates or upgrades the schema.
///
/// # Errors
/// If the database is newer than this program, is not Belfry's, or cannot be written.
pub(super) fn run(connection: &mut Connection) -> anyhow::Result<()> {
    const {
        assert!(
            STEPS.len() as i64 == VERSION - 1,
            "one step for each version after the first"
        )
    };
    if version(connection)? == VERSION {
        return Ok(());
    }
    // Two processes may come here at once; the second finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > VERSION {
        bail!(
            "it has schema version {found}, but this belfry knows {VERSION} at most; run the newer belfry instead"
        );
    }
    if found == 0 {
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        ensure!(tables == 0, "it is not a belfry database");
        transaction.execute_batch(include_str!("../../schema.sql"))?;
    } else {
        for step in STEPS.iter().skip(usize::try_from(found)? - 1) {
            transaction.execute_batch(step)?;
        }
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::{super::sql_functions, *};

    /// Every table and index with its columns, whatever the text of the statement that made it.
    fn shape(connection: &Connection) -> BTreeMap<String, Vec<String>> {
        let query = "SELECT m.type || ' ' || m.name,
                            coalesce(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk,
                                     i.name)
                     FROM sqlite_schema m
                     LEFT JOIN pragma_table_info(m.name) c ON m.type = 'table'
                     LEFT JOIN pragma_index_info(m.name) i ON m.type = 'index'
                     ORDER BY 1, 2";
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let mut shape: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows.unwrap() {
            let (object, column): (String, Option<String>) = row.unwrap();
            shape.entry(object).or_default().extend(column);
        }
        shape
    }

    #[test]
    fn an_upgraded_database_has_the_shape_of_a_new_one() {
        let mut old = Connection::open_in_memory().unwrap();
        sql_functions::register(&old).unwrap();
        old.execute_batch(include_str!("../../tests/data/schema-1.sql"))
            .unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        run(&mut old).unwrap();
        let mut new = Connection::open_in_memory().unwrap();
        sql_functions::register(&new).unwrap();
        run(&mut new).unwrap();
        assert_eq!(shape(&old), shape(&new));
    }

    #[test]
    fn messages_keep_what_became_of_them() {
        let mut old = Connection::open_in_memory().unwrap();
        sql_functions::register(&old).unwrap();
        old.execute_batch(include_str!("../../tests/data/schema-1.sql"))
            .unwrap();
        for step in &STEPS[..2] {
            old.execute_batch(step).unwrap();
        }
        old.pragma_update(None, "user_version", 3).unwrap();
        old.execute_batch(
            "INSERT INTO orgs (row, id, name, name_key, state, sequence, created_at, changed_at)
                 VALUES (1, '1', 'A', 'a', 1, 1, 1, 1);
             INSERT INTO users (row, id, org, kind, state, sequence, created_at, changed_at, user_name, user_name_key)
                 VALUES (1, '2', 1, 2, 1, 1, 1, 1, 'a', 'a'), (2, '3', 1, 1, 3, 1, 1, 1, NULL, NULL);
             INSERT INTO messages (id, user, purpose, channel, recipient, code, origin, expires_at, state, attempts,
                                   unknown_outcomes, due_at, provider, provider_id, receipt, receipt_at)
             VALUES (1, 1, 1, 1, '+41', x'00', '', 9, 0, 0, 0, 5, NULL, NULL, NULL, NULL),
                    (2, 1, 1, 1, '+41', x'00', '', 9, 0, 2, 0, 5, 'a', NULL, NULL, NULL),
                    (3, 1, 1, 1, '+41', NULL, '', 9, 1, 1, 0, 5, 'a', 'x', NULL, NULL),
                    (4, 1, 1, 1, '+41', NULL, '', 9, 1, 1, 0, 5, 'a', 'y', 2, 6),
                    (5, 1, 1, 1, '+41', NULL, '', 9, 1, 1, 0, 5, 'a', 'z', 4, 7),
                    (6, 1, 1, 1, '+41', NULL, '', 9, 2, 1, 0, 5, 'a', NULL, NULL, NULL),
                    (7, 1, 1, 1, '+41', NULL, '', 9, 3, 0, 0, 5, NULL, NULL, NULL, NULL),
                    (8, 1, 1, 1, '+41', NULL, '', 9, 4, 0, 0, 5, NULL, NULL, NULL, NULL),
                    (9, 1, 1, 1, '+41', NULL, '', 9, 2, 2, 2, 5, 'a', NULL, NULL, NULL),
                    -- A removed user's go.
                    (10, 2, 1, 1, '+41', NULL, '', 9, 1, 1, 0, 5, 'a', 'r', 1, 5);",
        )
        .unwrap();
        run(&mut old).unwrap();
        let read = |query: &str| -> Vec<(i64, i64, i64)> {
            let mut statement = old.prepare(query).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            rows.unwrap().map(Result::unwrap).collect()
        };
        let messages = [
            (1, 0, 5),
            (2, 0, 5),
            (3, 2, 5),
            (4, 3, 6),
            (5, 5, 7),
            (6, 7, 5),
            (7, 6, 5),
            (8, 9, 5),
            (9, 8, 5),
        ];
        let states = "SELECT id, state, changed_at FROM messages ORDER BY id";
        assert_eq!(read(states), messages);
        let attempts = [
            (2, 6, 0),
            (3, 1, 0),
            (4, 1, 1),
            (5, 1, 0),
            (6, 3, 0),
            (9, 7, 0),
        ];
        let statuses = "SELECT message, status, awaits_receipt FROM attempts ORDER BY message";
        assert_eq!(read(statuses), attempts);
    }
}
