//! `belfry user`: what a person may ask for.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::{ConfigFile, load};
use crate::app;

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Print everything that is held about a user as JSON; of a removed one what is left
    Export {
        /// The user's id
        id: String,
        #[command(flatten)]
        file: ConfigFile,
    },
    /// Remove a user and everything personal: the messages, what the history tells, the counters of
    /// tries. It cannot be undone
    Erase {
        /// The user's id
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        file: ConfigFile,
    },
}

/// Runs it.
///
/// # Errors
/// If there never was such a user, or the database does not answer.
pub(super) fn run(command: &UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Export { id, file } => {
            let export = app::export_user(&load(file)?, id)?;
            writeln!(io::stdout().lock(), "{export}").context("cannot print the export")
        }
        UserCommand::Erase { id, yes, file } => {
            let config = load(file)?;
            if !yes {
                ask(id)?;
            }
            let erased = app::erase_user(&config, id)?;
            let erased = serde_json::to_string(&erased)?;
            writeln!(io::stdout().lock(), "{erased}").context("cannot print what was erased")
        }
    }
}

fn ask(id: &str) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() {
        bail!("give --yes to erase user {id:?}: it cannot be undone");
    }
    eprint!("Erase user {id} and everything that is held about them? It cannot be undone. [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    if !matches!(answer.trim(), "y" | "Y" | "yes") {
        bail!("nothing was erased");
    }
    Ok(())
}
