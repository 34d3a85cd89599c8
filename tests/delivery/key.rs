//! A database and its key belong together, and a newer database is not touched.

use std::fs;

use rusqlite::Connection;

use crate::app::{App, lossy};

/// Expects exit code 1 and a message with these parts.
#[track_caller]
fn expect_refusal(app: &App, parts: &[&str]) {
    let output = app.refused();
    let said = lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty());
    let lines: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("belfry: "))
        .collect();
    assert_eq!(lines.len(), 1, "one message: {said}");
    for part in parts {
        assert!(lines[0].contains(part), "{part:?} is not in {:?}", lines[0]);
    }
}

#[test]
fn a_database_without_its_key_is_refused_and_no_key_is_made() {
    let app = App::prepare("", &[]);
    fs::rename(app.path("belfry.key"), app.path("kept")).unwrap();
    expect_refusal(&app, &["belfry.key", "restore it from the backup"]);
    assert!(!app.path("belfry.key").exists());
    fs::rename(app.path("kept"), app.path("belfry.key")).unwrap();
    app.serve();
}

#[test]
fn a_database_with_another_key_is_refused() {
    let app = App::prepare("", &[]);
    let kept = fs::read(app.path("belfry.key")).unwrap();
    fs::write(app.path("belfry.key"), [7; 32]).unwrap();
    expect_refusal(&app, &["belfry.db", "belfry.key", "belongs to another"]);
    fs::write(app.path("belfry.key"), &kept[..31]).unwrap();
    expect_refusal(&app, &["belfry.key", "32 bytes"]);
    fs::write(app.path("belfry.key"), kept).unwrap();
    app.serve();
}

#[test]
fn a_newer_database_is_refused_and_stays_as_it_is() {
    let app = App::prepare("", &[]);
    let database = Connection::open(app.path("belfry.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    expect_refusal(&app, &["belfry.db", "schema version 99", "newer belfry"]);
    let version: i64 = app
        .database()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_file_that_is_no_database_of_belfry_is_refused() {
    let app = App::bare("", &[]);
    let database = Connection::open(app.path("belfry.db")).unwrap();
    database.execute_batch("CREATE TABLE other (x)").unwrap();
    drop(database);
    expect_refusal(&app, &["belfry.db", "not a belfry database"]);

    fs::write(
        app.path("belfry.db"),
        "this is a text, and long enough to be looked at ".repeat(99),
    )
    .unwrap();
    expect_refusal(&app, &["belfry.db", "not a"]);
}
