//! Belfry keeps users and their phone numbers and verifies the numbers by SMS, behind ZITADEL's user
//! and phone API. This page is the architecture; it stays above the level of single modules.
//!
//! # One way through
//!
//! A request comes in on one port, over HTTP/1.1 or HTTP/2, as REST, gRPC, gRPC-Web or Connect.
//! [`transport`] turns all of them into one call of `pipeline::run`: decode, authenticate, authorize,
//! validate, command or query, encode. What an rpc looks like, how REST reaches it and which
//! permission it needs is declared once, in the .proto files of [`contract`]; what answers it is
//! registered once, in [`api`]. [`auth`] says who calls and what that caller may.
//!
//! A command does everything that needs no row first (numbers, codes, hashes), then hands one closure
//! to [`store`]. The single writer thread commits the closures that wait together in one transaction,
//! each in a savepoint of its own, and answers after the fsync. State, history (`events`) and outbox
//! (`messages`) change together or not at all. Reads of a few rows run on the worker thread itself.
//!
//! A code by SMS passes the limits against pumping in that same closure (`api::codes`), so that nothing
//! of a refused call stays and no two calls pass a limit together.
//!
//! # Afterwards
//!
//! [`delivery`] is woken by the commit, takes messages from the outbox, checks that each is still
//! wanted and renders it; what it says is [`wording`]'s. An SMS is offered to the providers of [`plugin`]
//! in their order: those that the API keeps, then those of the configuration; [`app`] makes them of both.
//! An e-mail goes to the active mail server through [`mail`]; each way has its own threads. What became
//! of it is written in batches. A message is sent at least once and keeps one id over all attempts, so that
//! `kill -9` at any moment loses nothing that was acknowledged.
//!
//! # Who may import whom
//!
//! `main → cli → app → transport → api → store → domain`. [`transport`] and [`api`] may use [`auth`]
//! and [`contract`]; [`auth`] reads the store; [`delivery`] uses store, domain, wording, plugin and mail;
//! [`wording`], which `api` uses too, store and domain; [`mail`] domain; [`jose`], which signs and reads
//! tokens, nothing but error, clock and config, and [`plugin`] [`masked_url`] besides; [`domain`] nothing
//! but the clock's instants. Only [`app`] knows everybody. Only `store` knows SQL, only `transport` serves
//! HTTP, and `api` knows no JSON. `tests/layers.rs` holds this.
//!
//! Time, randomness and the caller come in through `api::Ctx`; [`clock`], [`ids`], [`secrets`],
//! [`masked_url`], [`config`] and [`error`] are small and used where they are needed.

pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
pub mod delivery;
pub mod domain;
pub mod error;
pub mod ids;
pub mod jose;
pub mod mail;
pub mod masked_url;
pub mod plugin;
pub mod secrets;
pub mod store;
pub mod transport;
pub mod wording;
