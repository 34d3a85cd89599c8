//! Belfry keeps users and their phone numbers and verifies the numbers by SMS.

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
pub mod plugin;
pub mod secrets;
pub mod store;
pub mod transport;
