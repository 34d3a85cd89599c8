//! What a way to send messages is in the store, whether it sends e-mails or SMS.
//!
//! The tables `email_providers` and `sms_providers` have these columns in common; what else there is
//! is the kind's.

use rusqlite::Row;

use crate::clock::Timestamp;

/// A way to send messages.
#[derive(Clone, Debug)]
pub struct Provider<Kind> {
    /// Its id.
    pub id: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it is the one that is used.
    pub is_active: bool,
    /// What it is.
    pub kind: Kind,
    /// Its one secret, sealed (`secrets::Keys::seal_setting`): a password, a token or a signing key.
    pub sealed_secret: Vec<u8>,
    /// The sequence of the instance's event that last changed it.
    pub sequence: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// The secret of an HTTP endpoint: the key that signs what it gets and, sealed with it, a URL that holds
/// secrets itself. In the clear is the URL without them.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSecret {
    /// The key of the signature.
    pub signing_key: String,
    /// The whole URL.
    pub endpoint: String,
}

impl EndpointSecret {
    /// From the secret as it was sealed, and the URL in the clear.
    pub fn parse(secret: &str, in_the_clear: &str) -> Self {
        // A key is letters and digits.
        let (signing_key, endpoint) = secret.split_once('\n').unwrap_or((secret, in_the_clear));
        Self {
            signing_key: signing_key.to_owned(),
            endpoint: endpoint.to_owned(),
        }
    }

    /// What is sealed, given the URL in the clear.
    pub fn text(&self, in_the_clear: &str) -> String {
        let Self {
            signing_key,
            endpoint,
        } = self;
        match endpoint == in_the_clear {
            true => signing_key.clone(),
            false => format!("{signing_key}\n{endpoint}"),
        }
    }
}

/// The columns of every provider, which stand in front of those of its kind.
pub(super) const COLUMNS: &str =
    "id, description, is_active, secret, sequence, created_at, changed_at";

/// The first column of the kind.
pub(super) const KIND: usize = 7;

/// Reads a row that begins with [`COLUMNS`].
pub(super) fn provider<Kind>(row: &Row<'_>, kind: Kind) -> rusqlite::Result<Provider<Kind>> {
    Ok(Provider {
        id: row.get(0)?,
        description: row.get(1)?,
        is_active: row.get(2)?,
        kind,
        sealed_secret: row.get(3)?,
        sequence: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        changed_at: Timestamp::from_micros(row.get(6)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_sealed_with_its_key_only_if_it_holds_secrets() {
        for (endpoint, in_the_clear, sealed) in [
            ("http://host", "http://host", "key"),
            ("http://u:p@host", "http://***@host", "key\nhttp://u:p@host"),
        ] {
            let secret = EndpointSecret {
                signing_key: "key".to_owned(),
                endpoint: endpoint.to_owned(),
            };
            assert_eq!(secret.text(in_the_clear), sealed);
            assert!(EndpointSecret::parse(sealed, in_the_clear) == secret);
        }
    }
}
