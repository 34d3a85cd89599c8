//! The table `email_providers`: mail servers and HTTP endpoints that e-mails go through.

use rusqlite::{Row, params};

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, domain::SmtpSettings, error::Error};

/// A way to send e-mail.
#[derive(Clone, Debug)]
pub struct EmailProvider {
    /// Its id.
    pub id: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it is the one that is used.
    pub is_active: bool,
    /// What it is.
    pub kind: EmailProviderKind,
    /// The password or the signing key, sealed (`secrets::Keys::seal_setting`).
    pub sealed_secret: Vec<u8>,
    /// The sequence of the instance's event that last changed it.
    pub sequence: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What an e-mail provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailProviderKind {
    /// A mail server.
    Smtp(SmtpSettings),
    /// An HTTP endpoint, by its URL.
    Http {
        /// The URL.
        endpoint: String,
    },
}

const COLUMNS: &str =
    "id, description, is_active, kind, sender_address, sender_name, reply_to, tls, host, user,
    endpoint, secret, sequence, created_at, changed_at";

impl ReadTx<'_> {
    /// The provider that is used.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn active_email_provider(&self) -> Result<Option<EmailProvider>, Error> {
        self.row(
            &format!("SELECT {COLUMNS} FROM email_providers WHERE is_active = 1"),
            [],
            provider,
        )
    }

    /// The provider with an id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn email_provider(&self, id: &str) -> Result<Option<EmailProvider>, Error> {
        self.row(
            &format!("SELECT {COLUMNS} FROM email_providers WHERE id = ?1"),
            [id],
            provider,
        )
    }

    /// All providers, in the order in which they were added.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn email_providers(&self) -> Result<Vec<EmailProvider>, Error> {
        self.rows(
            &format!("SELECT {COLUMNS} FROM email_providers ORDER BY row"),
            [],
            provider,
        )
    }
}

fn provider(row: &Row<'_>) -> rusqlite::Result<EmailProvider> {
    let is_smtp = row.get::<_, i64>(3)? == 1;
    Ok(EmailProvider {
        id: row.get(0)?,
        description: row.get(1)?,
        is_active: row.get(2)?,
        kind: if is_smtp {
            EmailProviderKind::Smtp(SmtpSettings {
                sender_address: row.get(4)?,
                sender_name: row.get(5)?,
                reply_to: row.get(6)?,
                tls: row.get(7)?,
                host: row.get(8)?,
                user: row.get(9)?,
            })
        } else {
            EmailProviderKind::Http {
                endpoint: row.get(10)?,
            }
        },
        sealed_secret: row.get(11)?,
        sequence: row.get(12)?,
        created_at: Timestamp::from_micros(row.get(13)?),
        changed_at: Timestamp::from_micros(row.get(14)?),
    })
}

impl WriteTx<'_> {
    /// Keeps a provider, new or changed. Making one active makes the others inactive.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_email_provider(&self, provider: &EmailProvider) -> Result<(), Error> {
        if provider.is_active {
            // What waits for somebody to send it is looked at again.
            self.has_message.set(true);
            self.execute(
                "UPDATE email_providers SET is_active = 0 WHERE is_active = 1 AND id <> ?1",
                [&provider.id],
            )?;
        }
        let none = SmtpSettings::default();
        let (kind, smtp, endpoint) = match &provider.kind {
            EmailProviderKind::Smtp(smtp) => (1, smtp, ""),
            EmailProviderKind::Http { endpoint } => (2, &none, endpoint.as_str()),
        };
        self.execute(
            "INSERT INTO email_providers (id, description, is_active, kind, sender_address, sender_name, reply_to,
                 tls, host, user, endpoint, secret, sequence, created_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (id) DO UPDATE SET description = excluded.description, is_active = excluded.is_active,
                 sender_address = excluded.sender_address, sender_name = excluded.sender_name,
                 reply_to = excluded.reply_to, tls = excluded.tls, host = excluded.host, user = excluded.user,
                 endpoint = excluded.endpoint, secret = excluded.secret, sequence = excluded.sequence,
                 changed_at = excluded.changed_at",
            params![
                provider.id,
                provider.description,
                provider.is_active,
                kind,
                smtp.sender_address,
                smtp.sender_name,
                smtp.reply_to,
                smtp.tls,
                smtp.host,
                smtp.user,
                endpoint,
                provider.sealed_secret,
                provider.sequence,
                provider.created_at.micros(),
                provider.changed_at.micros(),
            ],
        )?;
        Ok(())
    }

    /// Forgets a provider.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_email_provider(&self, id: &str) -> Result<(), Error> {
        self.execute("DELETE FROM email_providers WHERE id = ?1", [id])?;
        Ok(())
    }
}
