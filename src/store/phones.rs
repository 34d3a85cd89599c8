//! The phone columns of `users`: the hot path of Belfry. One point read, one update of one row.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{
    clock::Timestamp,
    domain::{
        Aggregate, AggregateType, CodeHash, HumanPhone, MessageId, PendingCode, PhoneNumber,
        UserState,
    },
    error::Error,
};

macro_rules! select_phone {
    ($condition:literal) => {
        concat!(
            "SELECT u.row, u.org, o.id, u.state, u.sequence, u.created_at, u.changed_at, u.phone, u.phone_is_verified,
                    u.phone_code_id, u.phone_code_hash, u.phone_code_expires_at, u.phone_code_wrong_tries, u.id,
                    u.phone_code_sealed
             FROM users u JOIN orgs o ON o.row = u.org
             WHERE u.kind = 1 AND u.state <> 3 AND ",
            $condition
        )
    };
}

impl ReadTx<'_> {
    /// The phone of a human, to be changed; `None` for an unknown or removed user and for a machine.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn human_phone(&self, user_id: &str) -> Result<Option<HumanPhone>, Error> {
        self.row(select_phone!("u.id = ?1"), [user_id], human_phone)
    }

    /// As [`ReadTx::human_phone`], by row.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn human_phone_in_row(&self, user: i64) -> Result<Option<HumanPhone>, Error> {
        self.row(select_phone!("u.row = ?1"), [user], human_phone)
    }
}

fn human_phone(row: &Row<'_>) -> rusqlite::Result<HumanPhone> {
    Ok(HumanPhone {
        user: Aggregate {
            kind: AggregateType::User,
            row: row.get(0)?,
            owner: row.get(1)?,
            owner_id: row.get(2)?,
            sequence: row.get(4)?,
            created_at: Timestamp::from_micros(row.get(5)?),
            changed_at: Timestamp::from_micros(row.get(6)?),
            id: row.get(13)?,
            pending: Vec::new(),
        },
        state: UserState::from_number(row.get(3)?).unwrap_or(UserState::Inactive),
        number: row
            .get::<_, Option<String>>(7)?
            .map(PhoneNumber::from_normalized),
        is_verified: row.get(8)?,
        code: match row.get::<_, Option<i64>>(9)? {
            Some(id) => Some(PendingCode {
                id: MessageId(id),
                hash: CodeHash(row.get(10)?),
                expires_at: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_micros),
                wrong_tries: row.get(12)?,
                sealed: row.get(14)?,
            }),
            None => None,
        },
    })
}

impl WriteTx<'_> {
    /// Writes a phone and its events.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_phone(&self, phone: &mut HumanPhone) -> Result<(), Error> {
        self.append(&mut phone.user)?;
        let code = phone.code.as_ref();
        self.execute(
            "UPDATE users SET sequence = ?1, changed_at = ?2, phone = ?3, phone_is_verified = ?4, phone_code_id = ?5,
                    phone_code_hash = ?6, phone_code_expires_at = ?7, phone_code_wrong_tries = ?8,
                    phone_code_sealed = ?9
             WHERE row = ?10",
            params![
                phone.user.sequence,
                phone.user.changed_at.micros(),
                phone.number.as_ref().map(PhoneNumber::as_str),
                phone.is_verified,
                code.map(|code| code.id.0),
                code.map(|code| code.hash.0),
                code.and_then(|code| code.expires_at).map(Timestamp::micros),
                code.map_or(0, |code| code.wrong_tries),
                code.and_then(|code| code.sealed.as_deref()),
                phone.user.row,
            ],
        )?;
        Ok(())
    }

    /// Forgets the sealed codes that are not good any more: nothing repeats them.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn forget_sealed_codes(&self, now: Timestamp) -> Result<(), Error> {
        self.execute(
            "UPDATE users SET phone_code_sealed = NULL
             WHERE phone_code_sealed IS NOT NULL AND phone_code_expires_at < ?1",
            [now.micros()],
        )?;
        Ok(())
    }
}
