//! What survives: kill -9, broken providers, full disks, locked databases, restarts and signals.
//!
//! Black-box tests over the spawned binary, its socket, its `SQLite` file and real plugins. `app.rs` runs
//! the server, `people.rs` asks it for things, `sms.rs` reads what providers wrote, `database.rs`
//! looks into the file, `plugins.rs` builds a provider that a test breaks and repairs (`switch.c`) and
//! one with every ability (`gateway.c`),
//! `simulation` runs thousands of messages over providers that misbehave as a script says (`scripted.c`),
//! `mail_server.rs` runs a real mail server.

#![allow(clippy::unwrap_used, missing_docs)]

mod app;
mod bad_plugins;
mod database;
mod email;
mod email_hostile;
mod email_http;
mod email_kill;
mod email_security;
mod endpoint;
mod failover;
mod gateways;
mod key;
mod kill;
mod life;
mod limits;
mod mail_server;
mod people;
mod plugins;
mod privacy;
mod providers;
mod recovery;
mod reload;
mod routes;
mod secrecy;
mod shutdown;
mod simulation;
mod sms;
mod sms_http;
mod start;
mod storage;
mod swap;
mod wiping;
