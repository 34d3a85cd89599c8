//! The table `members`: who has which roles in an organization or the instance.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, error::Error};

/// The `org` of a membership in the instance itself.
pub(super) const INSTANCE: i64 = 0;

/// A user's roles in one place.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The row of the organization; `None` for the instance.
    pub org: Option<i64>,
    /// The role names.
    pub roles: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
}

impl ReadTx<'_> {
    /// A user's memberships in one organization and in the instance.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn memberships_for(&self, user: i64, org: i64) -> Result<Vec<Membership>, Error> {
        self.rows(
            "SELECT org, roles, created_at FROM members WHERE user = ?1 AND org IN (?2, 0)",
            [user, org],
            membership,
        )
    }

    /// All memberships of a user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn memberships_of(&self, user: i64) -> Result<Vec<Membership>, Error> {
        self.rows(
            "SELECT org, roles, created_at FROM members WHERE user = ?1",
            [user],
            membership,
        )
    }

    /// The id of the user who has been a member of the instance for longest.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn first_instance_member(&self) -> Result<Option<String>, Error> {
        self.row(
            "SELECT u.id FROM members m JOIN users u ON u.row = m.user WHERE m.org = 0 ORDER BY m.created_at LIMIT 1",
            [],
            |row| row.get(0),
        )
    }

    /// A user's membership in an organization, or in the instance for `None`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn membership(&self, user: i64, org: Option<i64>) -> Result<Option<Membership>, Error> {
        self.row(
            "SELECT org, roles, created_at FROM members WHERE user = ?1 AND org = ?2",
            [user, org.unwrap_or(INSTANCE)],
            membership,
        )
    }

    /// Whether any member of the instance who can sign in has a role there.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn instance_has(&self, role: &str) -> Result<bool, Error> {
        let found = self.row(
            "SELECT 1 FROM members m JOIN users u ON u.row = m.user
             WHERE m.org = 0 AND instr(' ' || m.roles || ' ', ' ' || ?1 || ' ') > 0 AND u.state IN (1, 6)",
            [role],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

fn membership(row: &Row<'_>) -> rusqlite::Result<Membership> {
    let org: i64 = row.get(0)?;
    let roles: String = row.get(1)?;
    Ok(Membership {
        org: (org != INSTANCE).then_some(org),
        roles: roles.split_whitespace().map(str::to_owned).collect(),
        created_at: Timestamp::from_micros(row.get(2)?),
    })
}

impl WriteTx<'_> {
    /// Writes a membership, new or changed; `sequence` is that of the event that says so.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_membership(
        &self,
        user: i64,
        membership: &Membership,
        sequence: i64,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT INTO members (user, org, roles, sequence, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?6, ?5)
             ON CONFLICT (user, org) DO UPDATE
             SET roles = excluded.roles, sequence = excluded.sequence, changed_at = excluded.changed_at",
            params![
                user,
                membership.org.unwrap_or(INSTANCE),
                membership.roles.join(" "),
                sequence,
                self.stamp.now.micros(),
                membership.created_at.micros(),
            ],
        )?;
        Ok(())
    }

    /// Removes a user's membership in an organization, or in the instance for `None`.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_membership(&self, user: i64, org: Option<i64>) -> Result<(), Error> {
        self.execute(
            "DELETE FROM members WHERE user = ?1 AND org = ?2",
            [user, org.unwrap_or(INSTANCE)],
        )?;
        Ok(())
    }
}
