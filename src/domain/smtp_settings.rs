//! How a mail server is reached and who its e-mails come from; the password is kept apart, sealed.
//!
//! The API takes and shows them, `store` keeps them, `mail` connects by them.

/// A mail server without its password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SmtpSettings {
    /// The address that e-mails come from.
    pub sender_address: String,
    /// The name that e-mails come from.
    pub sender_name: String,
    /// Where answers go; empty is to the sender.
    pub reply_to: String,
    /// Whether the connection must be encrypted.
    pub tls: bool,
    /// `host:port`
    pub host: String,
    /// The user name; empty if the server asks for none.
    pub user: String,
}
