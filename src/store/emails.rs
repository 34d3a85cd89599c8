//! The e-mail columns of `users`, with the pending code for the address.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{Aggregate, AggregateType, CodePurpose, HumanEmail, UserState},
    error::Error,
};

impl ReadTx<'_> {
    /// The e-mail address of a human, to be changed; `None` for an unknown or removed user and for a machine.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn human_email(&self, user_id: &str) -> Result<Option<HumanEmail>, Error> {
        let found = self.row(
            "SELECT u.row, u.org, o.id, u.state, u.sequence, u.created_at, u.changed_at, u.email, u.email_is_verified
             FROM users u JOIN orgs o ON o.row = u.org
             WHERE u.kind = 1 AND u.state <> 3 AND u.id = ?1",
            [user_id],
            |row| {
                Ok(HumanEmail {
                    user: Aggregate {
                        kind: AggregateType::User,
                        row: row.get(0)?,
                        owner: row.get(1)?,
                        owner_id: row.get(2)?,
                        id: user_id.to_owned(),
                        sequence: row.get(4)?,
                        created_at: Timestamp::from_micros(row.get(5)?),
                        changed_at: Timestamp::from_micros(row.get(6)?),
                        pending: Vec::new(),
                    },
                    state: UserState::from_number(row.get(3)?).unwrap_or(UserState::Inactive),
                    address: row.get(7)?,
                    is_verified: row.get(8)?,
                    code: None,
                })
            },
        )?;
        let Some(mut email) = found else {
            return Ok(None);
        };
        email.code = self.pending_code(email.user.row, CodePurpose::VerifyEmail)?;
        Ok(Some(email))
    }
}

impl WriteTx<'_> {
    /// Writes an e-mail address and its events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_email(&self, email: &mut HumanEmail) -> Result<(), Error> {
        self.save_user_events(&mut email.user)?;
        let user = email.user.row;
        self.execute(
            "UPDATE users SET email = ?1, email_is_verified = ?2 WHERE row = ?3",
            params![email.address, email.is_verified, user],
        )?;
        match &email.code {
            Some(code) => self.save_code(user, CodePurpose::VerifyEmail, code),
            None => self.delete_code(user, CodePurpose::VerifyEmail),
        }
    }
}
