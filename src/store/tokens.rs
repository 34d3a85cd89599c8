//! The table `tokens`: personal access tokens, found by the hash of their text.

use rusqlite::params;

use super::{
    orgs::OrgRef,
    transaction::{ReadTx, WriteTx},
};
use crate::{clock::Timestamp, domain::UserState, error::Error};

/// The user that a token stands for.
#[derive(Clone, Debug)]
pub struct TokenOwner {
    /// When the token stops being good.
    pub expires_at: Timestamp,
    /// The user's row.
    pub user: i64,
    /// The user's id.
    pub user_id: String,
    /// The user's state.
    pub state: UserState,
    /// The user's organization.
    pub org: OrgRef,
}

/// A token to be kept.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its id.
    pub id: String,
    /// The hash of its text (`secrets::hash_token`).
    pub hash: [u8; 32],
    /// The user's row.
    pub user: i64,
    /// What it is good for.
    pub scopes: &'static [&'static str],
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// The sequence of the event that tells of it.
    pub sequence: i64,
}

impl ReadTx<'_> {
    /// The user whose token has that hash.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn token_owner(&self, hash: &[u8; 32]) -> Result<Option<TokenOwner>, Error> {
        self.row(
            "SELECT t.expires_at, u.row, u.id, u.state, o.row, o.id
             FROM tokens t JOIN users u ON u.row = t.user JOIN orgs o ON o.row = u.org
             WHERE t.hash = ?1 AND t.is_revoked = 0",
            [hash],
            |row| {
                Ok(TokenOwner {
                    expires_at: Timestamp::from_micros(row.get(0)?),
                    user: row.get(1)?,
                    user_id: row.get(2)?,
                    // A state that nobody knows is as good as deleted: the token is refused.
                    state: UserState::from_number(row.get(3)?).unwrap_or(UserState::Deleted),
                    org: OrgRef {
                        row: row.get(4)?,
                        id: row.get(5)?,
                    },
                })
            },
        )
    }

    /// Whether a user has a token with that id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn has_token(&self, user: i64, token_id: &str) -> Result<bool, Error> {
        let found = self.row(
            "SELECT 1 FROM tokens WHERE id = ?1 AND user = ?2",
            params![token_id, user],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl WriteTx<'_> {
    /// Keeps a token.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_token(&self, token: &NewToken) -> Result<(), Error> {
        self.insert(
            "INSERT INTO tokens (id, hash, user, scopes, expires_at, sequence, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                token.id,
                token.hash,
                token.user,
                token.scopes.join(" "),
                token.expires_at.micros(),
                token.sequence,
                self.stamp.now.micros()
            ],
        )?;
        Ok(())
    }

    /// Forgets a token.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_token(&self, token_id: &str) -> Result<(), Error> {
        self.execute("DELETE FROM tokens WHERE id = ?1", [token_id])?;
        Ok(())
    }

    /// Makes all tokens of a user worthless for good; they stay listed.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn revoke_tokens_of(&self, user: i64) -> Result<(), Error> {
        self.execute("UPDATE tokens SET is_revoked = 1 WHERE user = ?1", [user])?;
        Ok(())
    }

    /// Forgets all tokens of a user.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_tokens_of(&self, user: i64) -> Result<(), Error> {
        self.execute("DELETE FROM tokens WHERE user = ?1", [user])?;
        Ok(())
    }
}
