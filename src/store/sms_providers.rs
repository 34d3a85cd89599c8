//! The table `sms_providers`: Twilio accounts and HTTP endpoints that SMS go through.

use rusqlite::{Row, params};

use super::{
    provider::{self, Provider},
    transaction::{ReadTx, WriteTx},
};
use crate::error::Error;

/// How the names of SMS providers among the providers begin.
pub const SMS_PREFIX: &str = "sms-";

/// A way to send SMS.
pub type SmsProvider = Provider<SmsProviderKind>;

/// What an SMS provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsProviderKind {
    /// A Twilio account; the secret is its token.
    Twilio(TwilioSettings),
    /// An HTTP endpoint; the secret is the signing key.
    Http {
        /// The URL.
        endpoint: String,
    },
}

/// A Twilio account without its token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwilioSettings {
    /// The SID of the account.
    pub sid: String,
    /// The number or name that the SMS come from; may be empty.
    pub sender_number: String,
    /// The SID of the Verify service; empty if the codes are Belfry's.
    pub verify_service_sid: String,
}

impl SmsProvider {
    /// Its name among the providers.
    pub fn name(&self) -> String {
        format!("{SMS_PREFIX}{}", self.id)
    }

    /// The plugin that it goes through.
    pub fn plugin(&self) -> &'static str {
        match &self.kind {
            SmsProviderKind::Twilio(_) => "twilio",
            SmsProviderKind::Http { .. } => "http",
        }
    }
}

const KIND_COLUMNS: &str = "kind, sid, sender_number, verify_service_sid, endpoint";

impl ReadTx<'_> {
    /// The provider that is used.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn active_sms_provider(&self) -> Result<Option<SmsProvider>, Error> {
        self.row(&select("WHERE is_active = 1"), [], read)
    }

    /// The provider with an id.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sms_provider(&self, id: &str) -> Result<Option<SmsProvider>, Error> {
        self.row(&select("WHERE id = ?1"), [id], read)
    }

    /// All providers, in the order in which they were added.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn sms_providers(&self) -> Result<Vec<SmsProvider>, Error> {
        self.rows(&select("ORDER BY row"), [], read)
    }
}

fn select(which: &str) -> String {
    let columns = provider::COLUMNS;
    format!("SELECT {columns}, {KIND_COLUMNS} FROM sms_providers {which}")
}

fn read(row: &Row<'_>) -> rusqlite::Result<SmsProvider> {
    let at = |column: usize| provider::KIND + column;
    let kind = if row.get::<_, i64>(at(0))? == 1 {
        SmsProviderKind::Twilio(TwilioSettings {
            sid: row.get(at(1))?,
            sender_number: row.get(at(2))?,
            verify_service_sid: row.get(at(3))?,
        })
    } else {
        SmsProviderKind::Http {
            endpoint: row.get(at(4))?,
        }
    };
    provider::provider(row, kind)
}

impl WriteTx<'_> {
    /// Keeps a provider, new or changed. Making one active makes the others inactive.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn save_sms_provider(&self, provider: &SmsProvider) -> Result<(), Error> {
        self.has_sms_provider.set(true);
        if provider.is_active {
            self.execute(
                "UPDATE sms_providers SET is_active = 0 WHERE is_active = 1 AND id <> ?1",
                [&provider.id],
            )?;
        }
        let none = TwilioSettings::default();
        let (kind, twilio, endpoint) = match &provider.kind {
            SmsProviderKind::Twilio(twilio) => (1, twilio, ""),
            SmsProviderKind::Http { endpoint } => (2, &none, endpoint.as_str()),
        };
        self.execute(
            "INSERT INTO sms_providers (id, description, is_active, secret, sequence, created_at, changed_at,
                 kind, sid, sender_number, verify_service_sid, endpoint)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET description = excluded.description, is_active = excluded.is_active,
                 secret = excluded.secret, sequence = excluded.sequence, changed_at = excluded.changed_at,
                 sid = excluded.sid, sender_number = excluded.sender_number,
                 verify_service_sid = excluded.verify_service_sid, endpoint = excluded.endpoint",
            params![
                provider.id,
                provider.description,
                provider.is_active,
                provider.sealed_secret,
                provider.sequence,
                provider.created_at.micros(),
                provider.changed_at.micros(),
                kind,
                twilio.sid,
                twilio.sender_number,
                twilio.verify_service_sid,
                endpoint,
            ],
        )?;
        Ok(())
    }

    /// Forgets a provider.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn delete_sms_provider(&self, id: &str) -> Result<(), Error> {
        self.has_sms_provider.set(true);
        self.execute("DELETE FROM sms_providers WHERE id = ?1", [id])?;
        Ok(())
    }
}
