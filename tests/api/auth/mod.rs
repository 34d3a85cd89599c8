//! Who may call what: the rows of contract/README §7 for every operation over every encoding.

mod access;
pub mod healthz;
mod init;
mod roles;
