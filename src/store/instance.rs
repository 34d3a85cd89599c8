//! The table `instance`: the one row that says what database this is.

use rusqlite::params;

use super::{
    orgs::OrgRef,
    transaction::{ReadTx, WriteTx},
};
use crate::{
    clock::Timestamp,
    domain::{Aggregate, AggregateType, Event},
    error::Error,
};

/// The instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its identity and history.
    pub aggregate: Aggregate,
    /// The organization made at the first run, unless another was chosen.
    pub default_org: OrgRef,
    /// Belongs to the key file (`secrets::Keys::check`).
    pub key_check: Vec<u8>,
}

impl ReadTx<'_> {
    /// The instance.
    ///
    /// # Errors
    /// If the database cannot be read, or is a new one: whatever serves has made the instance.
    pub fn instance(&self) -> Result<Instance, Error> {
        self.instance_if_any()?.ok_or_else(none)
    }

    /// The instance; `None` in a new database.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn instance_if_any(&self) -> Result<Option<Instance>, Error> {
        self.row(
            "SELECT i.id, i.sequence, i.created_at, i.changed_at, i.key_check, o.row, o.id
             FROM instance i JOIN orgs o ON o.row = i.default_org",
            [],
            |row| {
                let id: String = row.get(0)?;
                Ok(Instance {
                    aggregate: Aggregate {
                        kind: AggregateType::Instance,
                        row: 1,
                        owner: 0,
                        owner_id: id.clone(),
                        id,
                        sequence: row.get(1)?,
                        created_at: Timestamp::from_micros(row.get(2)?),
                        changed_at: Timestamp::from_micros(row.get(3)?),
                        pending: Vec::new(),
                    },
                    key_check: row.get(4)?,
                    default_org: OrgRef {
                        row: row.get(5)?,
                        id: row.get(6)?,
                    },
                })
            },
        )
    }
}

impl ReadTx<'_> {
    /// The id of the ZITADEL project, which access tokens for this API name in their audience.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn project_id(&self) -> Result<String, Error> {
        let id = self.row("SELECT project_id FROM instance", [], |row| row.get(0))?;
        id.ok_or_else(none)
    }
}

impl ReadTx<'_> {
    /// The language of messages to users who prefer none; `None` for the configured one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn default_language(&self) -> Result<Option<String>, Error> {
        self.row("SELECT default_language FROM instance", [], |row| {
            row.get(0)
        })
        .map(Option::flatten)
    }
}

impl WriteTx<'_> {
    /// Makes an organization the default one; the events are written by [`WriteTx::save_instance`].
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_default_org(&self, org: i64) -> Result<(), Error> {
        self.execute("UPDATE instance SET default_org = ?1", [org])?;
        Ok(())
    }

    /// Sets the language of messages; the events are written by [`WriteTx::save_instance`].
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set_default_language(&self, language: &str) -> Result<(), Error> {
        self.execute("UPDATE instance SET default_language = ?1", [language])?;
        Ok(())
    }

    /// Gives the instance its project; one that it has already stays.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn ensure_project_id(&self, id: &str) -> Result<(), Error> {
        self.execute(
            "UPDATE instance SET project_id = ?1 WHERE project_id = ''",
            [id],
        )?;
        Ok(())
    }

    /// Writes the instance of a new database.
    ///
    /// # Errors
    /// If the database cannot be written or has an instance.
    pub fn insert_instance(&self, instance: &Instance) -> Result<(), Error> {
        self.insert(
            "INSERT INTO instance (row, id, default_org, key_check, sequence, created_at, changed_at)
             VALUES (1, ?1, ?2, ?3, 0, ?4, ?4)",
            params![instance.aggregate.id, instance.default_org.row, instance.key_check, self.stamp.now.micros()],
        )?;
        Ok(())
    }

    /// Writes an event of the instance; what comes back is the instance after it.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn append_to_instance(&self, event: Event) -> Result<Aggregate, Error> {
        let mut instance = self.instance()?;
        instance.aggregate.push(event);
        self.save_instance(&mut instance)?;
        Ok(instance.aggregate)
    }

    /// Writes the instance's events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_instance(&self, instance: &mut Instance) -> Result<(), Error> {
        self.append(&mut instance.aggregate)?;
        self.execute(
            "UPDATE instance SET sequence = ?1, changed_at = ?2",
            params![
                instance.aggregate.sequence,
                instance.aggregate.changed_at.micros()
            ],
        )?;
        Ok(())
    }
}

fn none() -> Error {
    Error::internal("there is no instance")
}
