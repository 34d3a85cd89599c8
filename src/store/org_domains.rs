//! The table `org_domains`: which domain belongs to which organization.
//!
//! A domain is stored in lower case and belongs to one organization. The events about it are the
//! organization's; their sequences are kept with it for the details of lists.

use rusqlite::{Row, params};

use super::{
    orgs::{OrgRef, org_ref},
    transaction::{ReadTx, WriteTx},
};
use crate::{clock::Timestamp, domain::Aggregate, error::Error};

/// A domain of an organization.
#[derive(Clone, Debug)]
pub struct OrgDomain {
    /// The domain, in lower case.
    pub domain: String,
    /// Whether it is known to be the organization's.
    pub is_verified: bool,
    /// Whether login names end in it.
    pub is_primary: bool,
    /// The sequence of the last event about it.
    pub sequence: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// The time of the last event about it.
    pub changed_at: Timestamp,
}

impl ReadTx<'_> {
    /// The organization that a verified domain belongs to.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn org_by_domain(&self, domain: &str) -> Result<Option<OrgRef>, Error> {
        self.row(
            "SELECT o.row, o.id FROM org_domains d JOIN orgs o ON o.row = d.org
             WHERE d.domain = ?1 AND d.is_verified = 1 AND o.state <> 3",
            [domain.to_lowercase()],
            org_ref,
        )
    }

    /// The row of the organization that has that domain, which is in lower case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn owner_of_domain(&self, domain: &str) -> Result<Option<i64>, Error> {
        self.row(
            "SELECT org FROM org_domains WHERE domain = ?1",
            [domain],
            |row| row.get(0),
        )
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

    /// A domain of an organization.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn domain_of(&self, org: i64, domain: &str) -> Result<Option<OrgDomain>, Error> {
        self.row(
            "SELECT domain, is_verified, is_primary, sequence, created_at, changed_at
             FROM org_domains WHERE domain = ?1 AND org = ?2",
            params![domain, org],
            org_domain,
        )
    }

    /// All domains of an organization, in the order of the alphabet.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn domains_of(&self, org: i64) -> Result<Vec<OrgDomain>, Error> {
        self.rows(
            "SELECT domain, is_verified, is_primary, sequence, created_at, changed_at
             FROM org_domains WHERE org = ?1 ORDER BY domain",
            [org],
            org_domain,
        )
    }
}

fn org_domain(row: &Row<'_>) -> rusqlite::Result<OrgDomain> {
    Ok(OrgDomain {
        domain: row.get(0)?,
        is_verified: row.get(1)?,
        is_primary: row.get(2)?,
        sequence: row.get(3)?,
        created_at: Timestamp::from_micros(row.get(4)?),
        changed_at: Timestamp::from_micros(row.get(5)?),
    })
}

impl WriteTx<'_> {
    /// Gives an organization a verified domain that nobody has. The sequence is that of the last event
    /// which the organization has collected so far.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_domain(&self, org: &Aggregate, domain: &str) -> Result<(), Error> {
        self.execute(
            "INSERT INTO org_domains (domain, org, is_verified, is_primary, sequence, created_at, changed_at)
             VALUES (?1, ?2, 1, 0, ?3, ?4, ?4)",
            params![domain, org.row, org.last_sequence(), self.stamp.now.micros()],
        )?;
        Ok(())
    }

    /// Makes a domain of an organization the primary one, and the only one.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn make_domain_primary(&self, org: &Aggregate, domain: &str) -> Result<(), Error> {
        self.execute(
            "UPDATE org_domains SET is_primary = 0 WHERE org = ?1 AND is_primary = 1",
            [org.row],
        )?;
        self.execute(
            "UPDATE org_domains SET is_primary = 1, sequence = ?1, changed_at = ?2
             WHERE domain = ?3 AND org = ?4",
            params![
                org.last_sequence(),
                self.stamp.now.micros(),
                domain,
                org.row
            ],
        )?;
        Ok(())
    }

    /// Takes a domain from whom it belongs to.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_domain(&self, domain: &str) -> Result<(), Error> {
        self.execute("DELETE FROM org_domains WHERE domain = ?1", [domain])?;
        Ok(())
    }
}
