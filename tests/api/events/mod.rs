//! The history of everything, for operators.

pub mod list;
pub mod types;
