//! `belfry route`: which rule and which provider a number would be given to, and why.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::{ConfigFile, load};
use crate::app::{self, RouteReport};

#[derive(Args)]
pub(super) struct RouteCommand {
    /// The number, such as +41791234567
    #[arg(value_name = "NUMBER", allow_hyphen_values = true)]
    number: String,
    #[command(flatten)]
    file: ConfigFile,
    /// The id of the organization of the user
    #[arg(long, value_name = "ID", default_value = "")]
    organization: String,
    /// Ask a running server at this address, which knows what its providers are doing now
    #[arg(long, value_name = "URL", requires = "token_file")]
    url: Option<String>,
    /// A file with a token that may read the instance, for --url
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// Explains.
///
/// # Errors
/// If the number does not parse, or the configuration, database or server does not answer.
pub(super) fn run(command: &RouteCommand) -> anyhow::Result<()> {
    let (number, organization) = (&command.number, &command.organization);
    let report = match (&command.url, &command.token_file) {
        (Some(url), Some(file)) => {
            let token = fs::read_to_string(file);
            let token = token.with_context(|| format!("cannot read {}", file.display()))?;
            app::ask_route(url, token.trim(), number, organization)?
        }
        _ => app::explain_route(&load(&command.file)?, number, organization)?,
    };
    print(&report);
    Ok(())
}

fn print(report: &RouteReport) {
    let region = match report.region.as_str() {
        "" => "no country",
        region => region,
    };
    println!("number     {} ({region})", report.phone);
    for rule in &report.routes {
        let mark = if rule.taken { "taken" } else { "     " };
        println!("rule       {mark} {}: {}", rule.name, rule.reason);
    }
    match report.route.as_str() {
        "" => println!("route      none holds: every provider may be asked"),
        route => println!("route      {route}"),
    }
    if !report.sender.is_empty() {
        println!("sender     {}", report.sender);
    }
    for (place, provider) in report.providers.iter().enumerate() {
        let state = provider
            .state
            .trim_start_matches("PROVIDER_STATE_")
            .to_lowercase();
        let said: Vec<_> = [state.as_str(), provider.reason.as_str()]
            .into_iter()
            .filter(|said| !said.is_empty())
            .collect();
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(" ({})", said.join(": ")),
        };
        println!("provider {} {}{said}", place + 1, provider.name);
    }
    match (report.is_live, report.provider.as_str()) {
        (false, _) => println!(
            "now        unknown: --url and --token-file ask a running server what its providers are doing"
        ),
        (true, "") => println!("now        nobody takes the message; it waits"),
        (true, provider) => println!("now        {provider} is asked first"),
    }
}
