//! Commands about one person: everything that is held about them, and its erasure.

use anyhow::Context as _;

use super::{Opened, Purpose, open};
use crate::{
    api::erasure::{self, Erased},
    config::Config,
};

/// Everything that is held about a user, as JSON on several lines.
///
/// # Errors
/// If there never was a user of that id, or the database cannot be read.
pub fn export_user(config: &Config, id: &str) -> anyhow::Result<String> {
    let Opened { store, keys, .. } = open(config, Purpose::Command)?;
    erasure::export(&store, &keys, id).with_context(|| format!("user {id:?}"))
}

/// Removes a user and erases what was held about them.
///
/// # Errors
/// If there never was a user of that id, or the database cannot be written.
pub fn erase_user(config: &Config, id: &str) -> anyhow::Result<Erased> {
    let opened = open(config, Purpose::Command)?;
    let erased = erasure::erase(&opened.store, &opened.clock, &opened.keys, id);
    erased.with_context(|| format!("user {id:?}"))
}
