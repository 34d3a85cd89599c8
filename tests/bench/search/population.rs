//! Fills a database past the server: users first, then what searches need in one go, as the migration
//! of an older database does it. A million users take a minute; one after the other they would take
//! twenty times as long, because each touches a dozen places of the file.

use std::path::Path;

use belfry::domain::{search_key, search_words};
use rusqlite::{Connection, functions::FunctionFlags, params};

use super::names::person;

/// Organizations besides the first.
const SMALL_ORGS: usize = 50;
/// One of so many users is in a small organization, locked, a machine, or has metadata.
const ELSEWHERE: usize = 10;
const LOCKED: usize = 500;
const MACHINE: usize = 200;
const METADATA: usize = 50;

/// Adds users; the ids by number, and the id of one small organization.
pub fn fill(database: &Path, users: usize) -> (Vec<String>, String) {
    let connection = Connection::open(database).unwrap();
    register_functions(&connection);
    connection
        .execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY; BEGIN;",
        )
        .unwrap();
    let kept = put_aside(&connection);
    let first_org = "SELECT default_org FROM instance";
    let first_org: i64 = connection
        .query_row(first_org, [], |row| row.get(0))
        .unwrap();
    let small_orgs: Vec<i64> = (0..SMALL_ORGS)
        .map(|number| add_org(&connection, number))
        .collect();
    let ids: Vec<String> = (0..users).map(id).collect();
    for number in 0..users {
        let org = match number % ELSEWHERE {
            0 => small_orgs[number / ELSEWHERE % SMALL_ORGS],
            _ => first_org,
        };
        add_user(&connection, org, number);
    }
    connection.execute_batch(&backfill()).unwrap();
    for sql in kept {
        connection.execute_batch(&sql).unwrap();
    }
    connection
        .execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    (ids, "org1".to_owned())
}

/// The metadata value of a person near a number.
pub fn customer(number: usize) -> String {
    format!("customer {}", number / METADATA * METADATA + 3)
}

/// An id as the server would have made it.
fn id(number: usize) -> String {
    (300_000_000_000_000_000 + number * 65_536).to_string()
}

/// The functions that the schema calls.
fn register_functions(connection: &Connection) {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("search_key", 1, flags, |context| {
            Ok(context.get_raw(0).as_str_or_null()?.map(search_key))
        })
        .unwrap();
    connection
        .create_scalar_function("search_words", 6, flags, |context| {
            let mut texts = [None; 6];
            for (index, text) in texts.iter_mut().enumerate() {
                *text = context.get_raw(index).as_str_or_null()?;
            }
            Ok(search_words(texts))
        })
        .unwrap();
}

/// Drops what would be kept up to date user by user; the statements that make it again.
fn put_aside(connection: &Connection) -> Vec<String> {
    let which = "FROM sqlite_schema WHERE type = 'trigger' OR (type = 'index' AND tbl_name = 'user_search')";
    let read = |column: &str| -> Vec<String> {
        let mut statement = connection
            .prepare(&format!("SELECT {column} {which}"))
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    };
    let kept = read("sql");
    for drop in read("'DROP ' || type || ' ' || name") {
        connection.execute_batch(&drop).unwrap();
    }
    connection
        .execute_batch("DELETE FROM user_search; DELETE FROM user_words; DELETE FROM user_counts;")
        .unwrap();
    kept
}

/// The statements of the migration that fill the tables for searches.
fn backfill() -> String {
    let migration = include_str!("../../../src/store/migrations/2.sql");
    let start = migration.find("INSERT INTO user_search").unwrap();
    let last = start + migration[start..].find("INSERT INTO user_counts").unwrap();
    let end = last + migration[last..].find(';').unwrap() + 1;
    migration[start..end].to_owned()
}

fn add_org(connection: &Connection, number: usize) -> i64 {
    let insert = "INSERT INTO orgs (id, name, name_key, state, sequence, created_at, changed_at)
         VALUES (?1, ?1, ?1, 1, 0, 0, 0)";
    let mut statement = connection.prepare_cached(insert).unwrap();
    statement.insert([format!("org{number}")]).unwrap()
}

fn add_user(connection: &Connection, org: i64, number: usize) {
    let person = person(number);
    let is_machine = number % MACHINE == 1;
    let human = |text: String| (!is_machine).then_some(text);
    let insert = "INSERT INTO users (id, org, kind, state, sequence, created_at, changed_at, phone, user_name,
             user_name_key, first_name, last_name, nick_name, display_name, preferred_language, gender, email,
             email_is_verified, machine_name, description, access_token_type)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', 0, ?13, 1, ?14, '', 0)";
    let user = connection
        .prepare_cached(insert)
        .unwrap()
        .insert(params![
            id(number),
            org,
            if is_machine { 2 } else { 1 },
            if number % LOCKED == 2 { 4 } else { 1 },
            number as i64 * 1_000_000,
            human(person.phone),
            person.user_name,
            person.user_name.to_lowercase(),
            human(person.given.to_owned()),
            human(person.family.clone()),
            human(String::new()),
            human(format!("{} {}", person.given, person.family)),
            human(person.email),
            is_machine.then_some(&person.family),
        ])
        .unwrap();
    if number % METADATA == 3 {
        let insert = "INSERT INTO user_metadata VALUES (?1, 'customer', ?2, 1, 0, 0)";
        let mut statement = connection.prepare_cached(insert).unwrap();
        let value = format!("customer {number}").into_bytes();
        statement.execute(params![user, value]).unwrap();
    }
}
