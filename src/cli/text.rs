//! `belfry text`: how messages would look.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{ConfigFile, load};
use crate::app::{self, TextQuestion};

#[derive(Subcommand)]
pub(super) enum TextCommand {
    /// Show the SMS that verifies a phone as it would be sent now, what it takes, and what is odd about it
    ///
    /// Nothing is sent, and the code in it is good for nothing. A server may run meanwhile.
    Preview(PreviewArguments),
}

#[derive(Args)]
pub(super) struct PreviewArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The language that the user prefers, such as de or pt-BR
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// The number it would go to; some countries have texts of their own
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    number: Option<String>,
    /// The id of the organization of the user
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    /// The id of the user it would go to; somebody made up without it
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Show the SMS with a code for a new password instead
    #[arg(long)]
    password_reset: bool,
}

/// Runs a command.
///
/// # Errors
/// If something that is named does not exist, or the database cannot be read.
pub(super) fn run(command: TextCommand) -> anyhow::Result<()> {
    let TextCommand::Preview(arguments) = command;
    let config = load(&arguments.file)?;
    let preview = app::preview_text(
        &config,
        TextQuestion {
            language: arguments.language,
            number: arguments.number,
            organization: arguments.organization,
            user: arguments.user,
            is_password_reset: arguments.password_reset,
        },
    )?;
    let region = match preview.region {
        Some(region) => format!(" ({region})"),
        None => String::new(),
    };
    let segments = preview.segments;
    let lines = [
        format!("{}\n", preview.text),
        format!("from       {}{region}", preview.source),
        format!("template   {:?}", preview.template),
        format!("language   {}", preview.language),
        format!("encoding   {}", segments.encoding),
        format!(
            "length     {} characters, {} {}",
            preview.text.chars().count(),
            segments.units,
            segments.encoding.units()
        ),
        format!("segments   {}", segments.count),
    ];
    let remarks = preview.remarks.iter();
    let warnings = remarks.map(|remark| format!("warning    {remark}"));
    let all: Vec<_> = lines.into_iter().chain(warnings).collect();
    writeln!(io::stdout().lock(), "{}", all.join("\n")).context("cannot print the preview")
}
