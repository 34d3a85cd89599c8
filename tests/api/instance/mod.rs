//! What the server says about itself, the instance and its languages.

pub mod get;
pub mod languages;

pub use languages::TEXT_LANGUAGES;
