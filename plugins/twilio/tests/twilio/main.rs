//! The provider from outside, through the SDK's traits.
//!
//! `sending`, `verifying` and `reporting` play Twilio's answers and look at the requests. `prism` speaks
//! to a mock that checks each request against Twilio's published OpenAPI. `signatures` asks Twilio's own
//! helper libraries. `outages` has a TCP server for what Prism cannot do: silence, cuts, floods. What
//! the played answers look like comes from Twilio's published description of its errors.
//!
//! The peers are installed by tests/run.sh: `target/venv` (Python) and `target/twilio` (Node).
#![allow(clippy::unwrap_used)]

mod account;
mod outages;
mod prism;
mod reporting;
mod sending;
mod signatures;
mod verifying;
