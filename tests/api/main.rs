//! Black-box tests: the built server is spawned and every operation is called over every encoding.
//!
//! `app.rs` runs the server, `clients/` speak to it, `table.rs` runs a table of cases. There is one
//! module for each folder of `src/api`, with one table for each operation. `coverage.rs` lists all
//! tables and fails when an operation of the contract has none; `passed.rs` writes down which has
//! passed over which encodings.

#![allow(clippy::unwrap_used)]

mod app;
mod auth;
mod clients;
mod codes;
mod coverage;
mod email_providers;
mod events;
mod instance;
mod keys;
mod limits;
mod members;
mod message_providers;
mod messages;
mod not_offered;
mod operations;
mod orgs;
mod passed;
mod people;
mod phones;
mod providers;
mod secret_generators;
mod sms;
mod sms_providers;
mod table;
mod texts;
mod tokens;
mod users;
mod wire;
