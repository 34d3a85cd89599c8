//! The table `events`: appends what aggregates have collected, reads histories.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Aggregate, AggregateType, AsOf},
    error::Error,
};

/// Which part of a history is wanted.
#[derive(Clone, Copy, Debug)]
pub struct EventPage {
    /// Only events with a greater sequence.
    pub after_sequence: i64,
    /// How many at most.
    pub limit: u32,
    /// Oldest first instead of newest first.
    pub is_ascending: bool,
}

/// An event of the past.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its number in the history of its object.
    pub sequence: i64,
    /// The event type.
    pub name: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// The id of the user who did it, or the name of a service.
    pub editor: String,
    /// The editor's name to show and user name, if the editor is a user who still exists.
    pub editor_names: Option<(String, String)>,
    /// The id of the organization that owned the object.
    pub owner_id: String,
}

impl WriteTx<'_> {
    /// Numbers and writes the events that an aggregate has collected; its row must exist.
    pub(super) fn append(&self, aggregate: &mut Aggregate) -> Result<(), Error> {
        // A change that waited for its turn must not seem older than the one before it.
        let now = self.stamp.now.max(aggregate.changed_at);
        for event in aggregate.pending.drain(..) {
            aggregate.sequence += 1;
            self.insert(
                "INSERT INTO events (aggregate_type, aggregate, sequence, type, created_at, editor, owner, payload, actor)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    aggregate.kind as i64,
                    aggregate.row,
                    aggregate.sequence,
                    event.name(),
                    now.micros(),
                    self.stamp.editor,
                    aggregate.owner,
                    event.payload(),
                    self.stamp.actor,
                ],
            )?;
            aggregate.changed_at = now;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// Which state of the database this read sees, for the details of lists.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn as_of(&self) -> Result<AsOf, Error> {
        let last = self.row(
            "SELECT position, created_at FROM events ORDER BY position DESC LIMIT 1",
            [],
            |row| {
                Ok(AsOf {
                    position: row.get::<_, i64>(0)?.unsigned_abs(),
                    time: Timestamp::from_micros(row.get(1)?),
                })
            },
        )?;
        Ok(last.unwrap_or(AsOf {
            position: 0,
            time: Timestamp::from_micros(0),
        }))
    }

    /// The history of a user while it belonged to an organization; empty for an unknown user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn user_changes(
        &self,
        user_id: &str,
        org: i64,
        page: EventPage,
    ) -> Result<Vec<StoredEvent>, Error> {
        match self.user_slot(user_id)? {
            Some((user, ..)) => self.history(AggregateType::User, user, org, page),
            None => Ok(Vec::new()),
        }
    }

    /// The history of an organization.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_changes(&self, org: i64, page: EventPage) -> Result<Vec<StoredEvent>, Error> {
        self.history(AggregateType::Org, org, org, page)
    }

    fn history(
        &self,
        kind: AggregateType,
        aggregate: i64,
        owner: i64,
        page: EventPage,
    ) -> Result<Vec<StoredEvent>, Error> {
        let order = if page.is_ascending { "ASC" } else { "DESC" };
        self.rows(
            &format!(
                "SELECT e.sequence, e.type, e.created_at, e.editor, o.id,
                        coalesce(editor.display_name, editor.machine_name), editor.user_name
                 FROM events e JOIN orgs o ON o.row = e.owner
                 LEFT JOIN users editor ON editor.id = e.editor AND editor.state <> 3
                 WHERE e.aggregate_type = ?1 AND e.aggregate = ?2 AND e.sequence > ?3 AND e.owner = ?4
                 ORDER BY e.sequence {order} LIMIT ?5"
            ),
            params![
                kind as i64,
                aggregate,
                page.after_sequence,
                owner,
                page.limit,
            ],
            |row| {
                let names: (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
                Ok(StoredEvent {
                    sequence: row.get(0)?,
                    name: row.get(1)?,
                    created_at: Timestamp::from_micros(row.get(2)?),
                    editor: row.get(3)?,
                    owner_id: row.get(4)?,
                    editor_names: names.0.zip(names.1),
                })
            },
        )
    }
}
