//! The table `orgs`: makes, reads, changes and removes organizations.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Aggregate, AggregateType, OrgState, Organization},
    error::Error,
};

/// An organization by both of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgRef {
    /// The key inside the database.
    pub row: i64,
    /// The key outside.
    pub id: String,
}

/// What [`organization`] reads; `o` is the organization.
macro_rules! select_organization {
    ($rest:expr) => {
        concat!(
            "SELECT o.row, o.id, o.sequence, o.created_at, o.changed_at, o.name, o.state,
                    (SELECT d.domain FROM org_domains d WHERE d.org = o.row AND d.is_primary = 1)
             FROM orgs o WHERE o.state <> 3 AND ",
            $rest
        )
    };
}
pub(super) use select_organization;

/// An organization in the columns of [`select_organization`].
pub(super) fn organization(row: &Row<'_>) -> rusqlite::Result<Organization> {
    let (key, id): (i64, String) = (row.get(0)?, row.get(1)?);
    Ok(Organization {
        aggregate: Aggregate {
            kind: AggregateType::Org,
            row: key,
            owner: key,
            owner_id: id.clone(),
            id,
            sequence: row.get(2)?,
            created_at: Timestamp::from_micros(row.get(3)?),
            changed_at: Timestamp::from_micros(row.get(4)?),
            pending: Vec::new(),
        },
        name: row.get(5)?,
        state: OrgState::from_number(row.get(6)?).unwrap_or(OrgState::Inactive),
        primary_domain: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
    })
}

/// An organization in the columns `row, id`.
pub(super) fn org_ref(row: &Row<'_>) -> rusqlite::Result<OrgRef> {
    Ok(OrgRef {
        row: row.get(0)?,
        id: row.get(1)?,
    })
}

impl ReadTx<'_> {
    /// The organization with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_by_id(&self, id: &str) -> Result<Option<OrgRef>, Error> {
        self.row(
            "SELECT row, id FROM orgs WHERE id = ?1 AND state <> 3",
            [id],
            org_ref,
        )
    }

    /// Whether an organization has, or once had, that id: a history keeps its id for good.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_id_is_taken(&self, id: &str) -> Result<bool, Error> {
        let found = self.row("SELECT 1 FROM orgs WHERE id = ?1", [id], |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// Whether an organization has that name, without regard to case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_name_is_taken(&self, name: &str) -> Result<bool, Error> {
        let found = self.row(
            "SELECT 1 FROM orgs WHERE name_key = ?1",
            [name.to_lowercase()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The organization in a row.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn organization(&self, org: i64) -> Result<Option<Organization>, Error> {
        self.row(select_organization!("o.row = ?1"), [org], organization)
    }

    /// The row of the organization that holds the ZITADEL project: the one of the first run.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn project_org(&self) -> Result<Option<i64>, Error> {
        self.row("SELECT min(row) FROM orgs", [], |row| row.get(0))
            .map(Option::flatten)
    }

    /// The ids of some of an organization's users, but not of the one in the row `except`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn some_users_of(&self, org: i64, except: i64, limit: u32) -> Result<Vec<String>, Error> {
        self.rows(
            "SELECT id FROM users WHERE org = ?1 AND state <> 3 AND row <> ?2 LIMIT ?3",
            params![org, except, limit],
            |row| row.get(0),
        )
    }
}

impl WriteTx<'_> {
    /// Makes an organization without a history or a domain yet.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_org(&self, id: String, name: String) -> Result<Organization, Error> {
        let now = self.stamp.now;
        let row = self.insert(
            "INSERT INTO orgs (id, name, name_key, state, sequence, created_at, changed_at)
             VALUES (?1, ?2, ?3, 1, 0, ?4, ?4)",
            params![id, name, name.to_lowercase(), now.micros()],
        )?;
        Ok(Organization {
            aggregate: Aggregate {
                kind: AggregateType::Org,
                row,
                owner: row,
                owner_id: id.clone(),
                id,
                sequence: 0,
                created_at: now,
                changed_at: now,
                pending: Vec::new(),
            },
            name,
            state: OrgState::Active,
            primary_domain: String::new(),
        })
    }

    /// Writes an organization's name, state and events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_org(&self, organization: &mut Organization) -> Result<(), Error> {
        let aggregate = &mut organization.aggregate;
        self.append(aggregate)?;
        self.execute(
            "UPDATE orgs SET sequence = ?1, changed_at = ?2, name = ?3, name_key = ?4, state = ?5
             WHERE row = ?6",
            params![
                aggregate.sequence,
                aggregate.changed_at.micros(),
                organization.name,
                organization.name.to_lowercase(),
                organization.state as i64,
                aggregate.row
            ],
        )?;
        Ok(())
    }

    /// Writes an organization's last events and leaves what its history needs: name, domains,
    /// memberships and texts go. Its users have gone before.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn remove_org(&self, organization: &mut Organization) -> Result<(), Error> {
        organization.state = OrgState::Removed;
        let aggregate = &mut organization.aggregate;
        self.append(aggregate)?;
        self.execute(
            "UPDATE orgs SET sequence = ?1, changed_at = ?2, name = '', name_key = ' ' || row, state = 3
             WHERE row = ?3",
            params![
                aggregate.sequence,
                aggregate.changed_at.micros(),
                aggregate.row
            ],
        )?;
        self.execute("DELETE FROM org_domains WHERE org = ?1", [aggregate.row])?;
        self.execute("DELETE FROM members WHERE org = ?1", [aggregate.row])?;
        self.execute("DELETE FROM message_texts WHERE org = ?1", [aggregate.row])?;
        Ok(())
    }
}
