//! The table `tokens`: personal access tokens, found by the hash of their text.

use rusqlite::{Row, params};

use super::{
    orgs::OrgRef,
    transaction::{ReadTx, WriteTx},
};
use crate::{clock::Timestamp, domain::UserState, error::Error};

/// A token that goes behind "Bearer", whether it is still good or not.
#[derive(Clone, Debug)]
pub struct BearerToken {
    /// Its id.
    pub id: String,
    /// The row of the user it stands for.
    pub user: i64,
    /// The user's id.
    pub user_id: String,
    /// The user's state.
    pub state: UserState,
    /// The user's organization.
    pub org: OrgRef,
    /// What it is good for, separated by single spaces.
    pub scopes: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// What only an access token has; `None` for a personal access token.
    pub access: Option<AccessGrant>,
}

/// What only an access token has.
#[derive(Clone, Debug)]
pub struct AccessGrant {
    /// For whom it is, separated by single spaces.
    pub audience: String,
    /// Who asked for it.
    pub client_id: String,
    /// The row and the id of the user who acts as the token's user.
    pub actor: Option<(i64, String)>,
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
    /// The token whose text has that hash, personal or from the token endpoint.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn bearer_token(&self, hash: &[u8; 32]) -> Result<Option<BearerToken>, Error> {
        let personal = self.row(
            "SELECT t.id, u.row, u.id, u.state, o.row, o.id, t.scopes, t.created_at, t.expires_at
             FROM tokens t JOIN users u ON u.row = t.user JOIN orgs o ON o.row = u.org
             WHERE t.hash = ?1 AND t.is_revoked = 0",
            [hash],
            |row| bearer_token(row, None),
        )?;
        match personal {
            Some(token) => Ok(Some(token)),
            None => self.access_token(hash),
        }
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

/// Reads the columns that both kinds of tokens have.
pub(super) fn bearer_token(
    row: &Row<'_>,
    access: Option<AccessGrant>,
) -> rusqlite::Result<BearerToken> {
    Ok(BearerToken {
        id: row.get(0)?,
        user: row.get(1)?,
        user_id: row.get(2)?,
        // A state that nobody knows is as good as deleted: the token is refused.
        state: UserState::from_number(row.get(3)?).unwrap_or(UserState::Deleted),
        org: OrgRef {
            row: row.get(4)?,
            id: row.get(5)?,
        },
        scopes: row.get(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        expires_at: Timestamp::from_micros(row.get(8)?),
        access,
    })
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

    /// Makes all tokens of a user worthless for good: personal access tokens stay listed.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn revoke_tokens_of(&self, user: i64) -> Result<(), Error> {
        self.execute("UPDATE tokens SET is_revoked = 1 WHERE user = ?1", [user])?;
        self.delete_access_tokens_of(user)
    }

    /// Forgets all tokens of a user.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_tokens_of(&self, user: i64) -> Result<(), Error> {
        self.execute("DELETE FROM tokens WHERE user = ?1", [user])?;
        self.delete_access_tokens_of(user)
    }
}
