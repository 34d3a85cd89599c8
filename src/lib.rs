//! Belfry keeps users and their phone numbers and verifies the numbers by SMS.

pub mod api;
pub mod auth;
pub mod clock;
pub mod contract;
pub mod error;
pub mod transport;
