//! Belfry keeps users and their phone numbers and verifies the numbers by SMS.

pub mod api;
pub mod auth;
pub mod clock;
pub mod config;
pub mod contract;
pub mod domain;
pub mod error;
pub mod ids;
pub mod secrets;
pub mod store;
pub mod plugin;
pub mod transport;
