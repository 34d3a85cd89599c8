//! Custom message texts of organizations and the instance (contract/providers.md §5).
//!
//! Each encoding works in an organization of its own; texts of the instance are seen by everybody, so
//! that their cases take a language each.

mod configured;
pub mod instance;
pub mod org;
mod used;
