//! The tables `orgs` and `org_domains`.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Aggregate, AggregateType, Organization},
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

impl ReadTx<'_> {
    /// The organization with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_by_id(&self, id: &str) -> Result<Option<OrgRef>, Error> {
        self.row(
            "SELECT row, id FROM orgs WHERE id = ?1 AND state <> 3",
            [id],
            |row| {
                Ok(OrgRef {
                    row: row.get(0)?,
                    id: row.get(1)?,
                })
            },
        )
    }

    /// The organization that a verified domain belongs to.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_by_domain(&self, domain: &str) -> Result<Option<OrgRef>, Error> {
        self.row(
            "SELECT o.row, o.id FROM org_domains d JOIN orgs o ON o.row = d.org
             WHERE d.domain = ?1 AND d.is_verified = 1 AND o.state <> 3",
            [domain.to_lowercase()],
            |row| {
                Ok(OrgRef {
                    row: row.get(0)?,
                    id: row.get(1)?,
                })
            },
        )
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

    /// Whether any organization has that domain.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn domain_is_taken(&self, domain: &str) -> Result<bool, Error> {
        Ok(self
            .row(
                "SELECT 1 FROM org_domains WHERE domain = ?1",
                [domain],
                |_| Ok(()),
            )?
            .is_some())
    }

    /// The domain that an organization's login names would end in.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn primary_domain(&self, org: i64) -> Result<Option<String>, Error> {
        self.row(
            "SELECT domain FROM org_domains WHERE org = ?1 AND is_primary = 1",
            [org],
            |row| row.get(0),
        )
    }

    /// The organization in a row, to be changed.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn organization(&self, org: i64) -> Result<Option<Organization>, Error> {
        self.row(
            "SELECT id, sequence, created_at, changed_at, name FROM orgs WHERE row = ?1 AND state <> 3",
            [org],
            |row| {
                let id: String = row.get(0)?;
                Ok(Organization {
                    aggregate: Aggregate {
                        kind: AggregateType::Org,
                        row: org,
                        owner: org,
                        owner_id: id.clone(),
                        id,
                        sequence: row.get(1)?,
                        created_at: Timestamp::from_micros(row.get(2)?),
                        changed_at: Timestamp::from_micros(row.get(3)?),
                        pending: Vec::new(),
                    },
                    name: row.get(4)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Makes an organization without a history yet.
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
        })
    }

    /// Gives an organization its verified primary domain.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_primary_domain(&self, org: i64, domain: &str) -> Result<(), Error> {
        self.execute(
            "INSERT INTO org_domains (domain, org, is_verified, is_primary) VALUES (?1, ?2, 1, 1)",
            params![domain, org],
        )?;
        Ok(())
    }

    /// Writes an organization's events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_org(&self, organization: &mut Organization) -> Result<(), Error> {
        let aggregate = &mut organization.aggregate;
        self.append(aggregate)?;
        self.execute(
            "UPDATE orgs SET sequence = ?1, changed_at = ?2 WHERE row = ?3",
            params![
                aggregate.sequence,
                aggregate.changed_at.micros(),
                aggregate.row
            ],
        )?;
        Ok(())
    }
}
