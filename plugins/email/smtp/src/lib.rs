//! One e-mail to one mail server over SMTP: what the server's own e-mails and the plugin `email` share.
//!
//! A [`Mailer`] keeps connections and holds a conversation at a time with each. Every conversation knows
//! its stage, because the stage decides what a failure means: before the text has left nothing can have
//! been sent. It ends as a whole when its time is out, and stops listening to a server that talks without
//! end. What was said is judged in [`verdict`](Verdict).

mod bounded;
mod conversation;
mod verdict;

pub use conversation::{Encryption, Mail, Mailer, Server};
pub use verdict::{Failure, Verdict};
