//! Finds events of all objects for operators: newest or oldest first, never more than asked for.
//!
//! The history of one object is found by its index; every other search walks through the events in the
//! order of their positions until the answer is full. Called by `api::events`.

use rusqlite::{Row, types::Value};

use super::{transaction::ReadTx, user_conditions::Sql};
use crate::{clock::Timestamp, domain::AggregateType, error::Error};

/// Which events are wanted; what is empty or `None` says nothing.
#[derive(Clone, Debug, Default)]
pub struct EventSearch {
    /// Only events with a greater sequence in the history of their object.
    pub after_sequence: i64,
    /// How many at most.
    pub limit: u32,
    /// Oldest first instead of newest first.
    pub is_ascending: bool,
    /// The id of the user who did it, or the name of a service.
    pub editor: Option<String>,
    /// The event types.
    pub types: Vec<String>,
    /// The id of the object.
    pub aggregate_id: Option<String>,
    /// The kinds of objects; an empty list is none of them.
    pub aggregate_types: Option<Vec<AggregateType>>,
    /// The id of the organization, or of the instance, that owned the object.
    pub owner_id: Option<String>,
    /// When it happened.
    pub time: TimeBounds,
}

/// A span of time without its ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeBounds {
    /// Only what is later.
    pub after: Option<Timestamp>,
    /// Only what is earlier.
    pub before: Option<Timestamp>,
}

/// An event with its object and its editor.
#[derive(Clone, Debug)]
pub struct FoundEvent {
    /// Its number in the history of its object.
    pub sequence: i64,
    /// The event type.
    pub name: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// The id of the user who did it, or the name of a service.
    pub editor: String,
    /// The editor's name to show; empty unless it is a user who still exists.
    pub editor_name: String,
    /// The kind of its object.
    pub aggregate_type: Option<AggregateType>,
    /// The id of its object.
    pub aggregate_id: String,
    /// The id of the organization, or of the instance, that owned the object.
    pub owner_id: String,
    /// JSON; `None` without keys.
    pub payload: Option<String>,
}

/// The object and the owner come by the rows that the event names.
const SELECT: &str = "SELECT e.sequence, e.type, e.created_at, e.editor,
        (SELECT coalesce(u.display_name, u.machine_name) FROM users u WHERE u.id = e.editor AND u.state <> 3),
        e.aggregate_type,
        CASE e.aggregate_type
            WHEN 1 THEN (SELECT u.id FROM users u WHERE u.row = e.aggregate)
            WHEN 2 THEN (SELECT o.id FROM orgs o WHERE o.row = e.aggregate)
            ELSE (SELECT id FROM instance)
        END,
        CASE e.owner WHEN 0 THEN (SELECT id FROM instance) ELSE (SELECT o.id FROM orgs o WHERE o.row = e.owner) END,
        e.payload
    FROM events e WHERE ";

impl ReadTx<'_> {
    /// The events that a search finds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn search_events(&self, search: &EventSearch) -> Result<Vec<FoundEvent>, Error> {
        let mut sql = Sql::default();
        sql.push(SELECT)
            .push("e.sequence > ")
            .bind(search.after_sequence);
        if let Some(id) = &search.aggregate_id {
            write_object(&mut sql, &self.objects(id)?);
        }
        write_kinds_and_owner(&mut sql, search);
        if let Some(editor) = &search.editor {
            sql.push(" AND e.editor = ").bind(editor.clone());
        }
        if !search.types.is_empty() {
            sql.push(" AND e.type IN ").bind_list(&search.types);
        }
        if let Some(after) = search.time.after {
            sql.push(" AND e.created_at > ").bind(after.micros());
        }
        if let Some(before) = search.time.before {
            sql.push(" AND e.created_at < ").bind(before.micros());
        }
        sql.push(" ORDER BY e.position ")
            .push(if search.is_ascending { "ASC" } else { "DESC" })
            .push(" LIMIT ")
            .bind(i64::from(search.limit));
        self.select(&sql, found_event)
    }

    /// What has that id, by kind and row; ids of different kinds may be the same.
    fn objects(&self, id: &str) -> Result<Vec<(i64, i64)>, Error> {
        self.rows(
            "SELECT 1, row FROM users WHERE id = ?1 UNION ALL SELECT 2, row FROM orgs WHERE id = ?1
             UNION ALL SELECT 3, row FROM instance WHERE id = ?1",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

/// The histories of objects, each by the index.
fn write_object(sql: &mut Sql, objects: &[(i64, i64)]) {
    sql.push(" AND (");
    for (index, (kind, row)) in objects.iter().enumerate() {
        sql.push(if index == 0 { "" } else { " OR " })
            .push(&format!("(e.aggregate_type = {kind} AND e.aggregate = "))
            .bind(*row)
            .push(")");
    }
    sql.push(if objects.is_empty() { "0)" } else { ")" });
}

/// What the objects are and whose.
fn write_kinds_and_owner(sql: &mut Sql, search: &EventSearch) {
    if let Some(types) = &search.aggregate_types {
        let numbers: Vec<i64> = types.iter().map(|kind| *kind as i64).collect();
        // The `+` keeps SQLite from walking through all events of a kind by the index and sorting them.
        sql.push(" AND +e.aggregate_type IN ").bind_list(&numbers);
    }
    if let Some(id) = &search.owner_id {
        let id: Value = id.clone().into();
        sql.push(" AND e.owner IN (SELECT row FROM orgs WHERE id = ")
            .bind(id.clone())
            .push(" UNION ALL SELECT 0 FROM instance WHERE id = ")
            .bind(id)
            .push(")");
    }
}

fn found_event(row: &Row<'_>) -> rusqlite::Result<FoundEvent> {
    let text = |index| {
        row.get::<_, Option<String>>(index)
            .map(Option::unwrap_or_default)
    };
    Ok(FoundEvent {
        sequence: row.get(0)?,
        name: row.get(1)?,
        created_at: Timestamp::from_micros(row.get(2)?),
        editor: row.get(3)?,
        editor_name: text(4)?,
        aggregate_type: AggregateType::from_number(row.get(5)?),
        aggregate_id: text(6)?,
        owner_id: text(7)?,
        payload: row.get(8)?,
    })
}
