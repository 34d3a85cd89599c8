//! The table `access_tokens`: what the token endpoint has given out, found by the hash of its text.
//!
//! JWTs stand here like opaque tokens: the hash of the whole text says that this server signed it, so
//! that no signature is verified again, and a row that is gone ends the token at once.

use rusqlite::params;

use super::{
    tokens::{AccessGrant, BearerToken, bearer_token},
    transaction::{ReadTx, WriteTx},
};
use crate::{clock::Timestamp, error::Error};

/// Rows of tokens that are over which one new token takes along.
const FORGOTTEN_AT_ONCE: i64 = 4;

/// An access token to be kept.
#[derive(Clone, Debug)]
pub struct NewAccessToken {
    /// Its id.
    pub id: String,
    /// The hash of its text (`secrets::hash_token`).
    pub hash: [u8; 32],
    /// The row of the user it stands for.
    pub user: i64,
    /// The row of the user who acts as that one.
    pub actor: Option<i64>,
    /// Who asked for it.
    pub client_id: String,
    /// For whom it is.
    pub audience: Vec<String>,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

impl ReadTx<'_> {
    /// The access token whose text has that hash.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(super) fn access_token(&self, hash: &[u8; 32]) -> Result<Option<BearerToken>, Error> {
        self.row(
            "SELECT t.id, u.row, u.id, u.state, o.row, o.id, t.scopes, t.created_at, t.expires_at,
                    t.audience, t.client_id, a.row, a.id
             FROM access_tokens t JOIN users u ON u.row = t.user JOIN orgs o ON o.row = u.org
             LEFT JOIN users a ON a.row = t.actor
             WHERE t.hash = ?1",
            [hash],
            |row| {
                let actor: (Option<i64>, Option<String>) = (row.get(11)?, row.get(12)?);
                let access = AccessGrant {
                    audience: row.get(9)?,
                    client_id: row.get(10)?,
                    actor: actor.0.zip(actor.1),
                };
                bearer_token(row, Some(access))
            },
        )
    }
}

impl WriteTx<'_> {
    /// Keeps an access token, and forgets some that are over.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn insert_access_token(&self, token: &NewAccessToken) -> Result<(), Error> {
        self.insert(
            "INSERT INTO access_tokens
                 (id, hash, user, actor, client_id, audience, scopes, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                token.id,
                token.hash,
                token.user,
                token.actor,
                token.client_id,
                token.audience.join(" "),
                token.scopes.join(" "),
                self.stamp.now.micros(),
                token.expires_at.micros(),
            ],
        )?;
        self.execute(
            "DELETE FROM access_tokens WHERE row IN
                 (SELECT row FROM access_tokens WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)",
            params![self.stamp.now.micros(), FORGOTTEN_AT_ONCE],
        )?;
        Ok(())
    }

    /// Forgets an access token: it stops being good at once.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_access_token(&self, id: &str) -> Result<(), Error> {
        self.execute("DELETE FROM access_tokens WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Forgets the access tokens that stand for a user, and those with which the user acts as another.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub(super) fn delete_access_tokens_of(&self, user: i64) -> Result<(), Error> {
        self.execute("DELETE FROM access_tokens WHERE user = ?1", [user])?;
        self.execute("DELETE FROM access_tokens WHERE actor = ?1", [user])?;
        Ok(())
    }
}
