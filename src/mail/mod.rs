//! One e-mail to one recipient: through a mail server, or to an HTTP endpoint.
//!
//! It knows how to connect and what an answer means; what an e-mail says and when it is tried again is
//! `delivery`'s, where a mail server comes from is `store`'s or the configuration's. `api` sends the
//! test e-mails. Everything here blocks: callers are threads that may wait.

mod http;
mod smtp;

pub use http::HttpEndpoint;
pub use smtp::{MailServer, SmtpMailer};

use std::fmt;

/// An e-mail, worded and addressed.
#[derive(Clone, Debug)]
pub struct Email {
    /// The same over all attempts; part of `Message-ID`.
    pub id: String,
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text for programs that show no HTML.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Why an e-mail did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Trying again may help: no connection, a full mailbox, greylisting.
    Temporary(String),
    /// The text has left, and nobody said what became of it: it may have been sent.
    Unknown(String),
    /// The server will never take it, such as an unknown recipient.
    Permanent(String),
    /// The settings are wrong: a bad address of the sender, a bad password.
    Settings(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Temporary(text)
        | Self::Unknown(text)
        | Self::Permanent(text)
        | Self::Settings(text)) = self;
        f.write_str(text)
    }
}

/// A secret of a mail server or an endpoint; prints nothing of itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
