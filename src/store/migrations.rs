//! Brings a database to the current schema, or refuses one that is newer.
//!
//! `schema.sql` is the current schema and makes new databases. An older database is brought up by the
//! numbered steps in [`STEPS`], one transaction each; `PRAGMA user_version` says where it stands.

use anyhow::{bail, ensure};
use rusqlite::{Connection, TransactionBehavior};

/// The version that `schema.sql` describes.
const VERSION: i64 = 5;

/// Step n brings a database from version n + 1 to n + 2.
const STEPS: &[&str] = &[
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
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
}
