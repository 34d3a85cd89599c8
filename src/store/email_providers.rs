//! The table `email_providers`: mail servers and HTTP endpoints that e-mails go through.

use rusqlite::{Row, params};

use super::{
    provider::{self, Provider},
    transaction::{ReadTx, WriteTx},
};
use crate::{domain::SmtpSettings, error::Error};

/// A way to send e-mail.
pub type EmailProvider = Provider<EmailProviderKind>;

/// What an e-mail provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailProviderKind {
    /// A mail server; the secret is the password.
    Smtp(SmtpSettings),
    /// An HTTP endpoint; the secret is the signing key.
    Http {
        /// The URL.
        endpoint: String,
    },
}

const KIND_COLUMNS: &str = "kind, sender_address, sender_name, reply_to, tls, host, user, endpoint";

impl ReadTx<'_> {
    /// The provider that is used.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn active_email_provider(&self) -> Result<Option<EmailProvider>, Error> {
        self.row(&select("WHERE is_active = 1"), [], read)
    }

    /// The provider with an id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn email_provider(&self, id: &str) -> Result<Option<EmailProvider>, Error> {
        self.row(&select("WHERE id = ?1"), [id], read)
    }

    /// All providers, in the order in which they were added.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn email_providers(&self) -> Result<Vec<EmailProvider>, Error> {
        self.rows(&select("ORDER BY row"), [], read)
    }
}

fn select(which: &str) -> String {
    let columns = provider::COLUMNS;
    format!("SELECT {columns}, {KIND_COLUMNS} FROM email_providers {which}")
}

fn read(row: &Row<'_>) -> rusqlite::Result<EmailProvider> {
    let at = |column: usize| provider::KIND + column;
    let kind = if row.get::<_, i64>(at(0))? == 1 {
        EmailProviderKind::Smtp(SmtpSettings {
            sender_address: row.get(at(1))?,
            sender_name: row.get(at(2))?,
            reply_to: row.get(at(3))?,
            tls: row.get(at(4))?,
            host: row.get(at(5))?,
            user: row.get(at(6))?,
        })
    } else {
        EmailProviderKind::Http {
            endpoint: row.get(at(7))?,
        }
    };
    provider::provider(row, kind)
}

impl WriteTx<'_> {
    /// Keeps a provider, new or changed. Making one active makes the others inactive.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_email_provider(&self, provider: &EmailProvider) -> Result<(), Error> {
        if provider.is_active {
            // What waits for somebody to send it is looked at again.
            self.wakes_delivery.set(true);
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
