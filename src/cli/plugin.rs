//! `belfry plugin`: for those who write providers, and those who try one by hand.
//!
//! Nothing here needs a server, a database or a configuration of one. Each plugin runs in a process of
//! its own; what it does there is told in words.

mod settings;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand, ValueEnum};

use crate::plugin::{self, CheckOrder, Language, Letter, Replay, Settings};

/// A number that is kept free for films and books (Ofcom): no phone rings.
const NOBODY: &str = "+447700900123";

#[derive(Subcommand)]
pub(super) enum PluginCommand {
    /// Make a folder with a new provider, which builds and passes the checker as it is
    ///
    /// The folder NAME is made here and must not exist. Its README.md says how to go on. A provider in
    /// Rust needs cargo and brings the SDK's sources along; one in C needs a C compiler and make, and
    /// brings the header along.
    New {
        /// The provider's name: lower-case letters, digits and '-', such as town-crier
        #[arg(value_name = "NAME")]
        name: String,
        /// The language
        #[arg(long, value_name = "LANGUAGE")]
        lang: Lang,
        /// Rust only: use the SDK in this folder, `plugins/sdk` of a clone, instead of a copy
        #[arg(long, value_name = "PATH")]
        sdk: Option<PathBuf>,
    },
    /// Show what a plugin says about itself: what it can do, its SHA-256, and how it is configured
    Describe {
        /// The plugin's library
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print one JSON object instead
        #[arg(long)]
        json: bool,
    },
    /// Test a plugin, one process for each test, and say in words what is wrong with it
    ///
    /// Prints one line for each check, numbered, with a hint where one failed. Exit code 1 if any
    /// failed; a check that cannot be made says why and fails nothing.
    ///
    /// Nothing is sent to anybody: the plugin's requests through the host reach nobody, or get the
    /// answers of --replay. Only with --live are they real. A plugin that brings a client of its own
    /// reaches whatever its configuration names, so give it a test account or a gateway that stands in.
    #[command(after_long_help = REPLAY_HELP)]
    Check(CheckArguments),
    /// Send one message with a plugin, by hand, and show what it made of it
    ///
    /// The message is real unless --replay answers the plugin's requests; a plugin that brings a client
    /// of its own is not kept from sending. Exit code 0 only when the
    /// provider accepted it.
    #[command(after_long_help = REPLAY_HELP)]
    Send(SendArguments),
}

const REPLAY_HELP: &str = "\
A configuration is the provider's `config` table as TOML (or JSON in a file that ends in .json):
  endpoint = \"https://sms.example.com\"
  api_key = { file = \"api.key\" }     # or { env = \"NAME\" }

Answers are JSON. A request gets the first one that fits; what an answer does not name fits all:
  {\"answers\": [
    {\"method\": \"POST\", \"url\": \"https://sms.example.com/send\", \"contains\": \"+44\", \"times\": 1,
     \"status\": 429, \"retry_after\": 3, \"content_type\": \"application/json\", \"body\": {\"error\": 7}},
    {\"url\": \"https://sms.example.com/\", \"status\": 201, \"body\": {\"id\": \"m1\"}, \"delay_ms\": 50},
    {\"failure\": \"no_answer\"}
  ]}
`url` is how the address begins, `contains` a part of the body, `times` how often the answer is given,
`body` a text or any JSON. Instead of a status, `failure` is \"unreachable\" or \"no_answer\".";

#[derive(Args)]
pub(super) struct CheckArguments {
    /// The plugin's library
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The plugin's configuration, TOML or JSON; the schema's defaults without it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answers for the plugin's requests through the host, JSON
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    replay: Option<PathBuf>,
    /// Make the plugin's requests through the host for real: dozens of messages, some of them odd
    #[arg(long, requires = "config")]
    live: bool,
    /// The number that messages go to; the default belongs to nobody
    #[arg(long, value_name = "NUMBER", default_value = NOBODY, value_parser = number)]
    to: String,
    /// Only the check of this number, and those that it rests on
    #[arg(long, value_name = "NUMBER")]
    only: Option<usize>,
    /// Run the plugin in this process, for a debugger
    #[arg(long, requires = "only")]
    in_process: bool,
}

#[derive(Args)]
pub(super) struct SendArguments {
    /// The plugin's library
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The number, such as +41791234567
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    to: String,
    /// The text
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// The plugin's configuration, TOML or JSON; the schema's defaults without it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answers for the plugin's requests through the host, JSON: then none is made
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// The sender that is wished
    #[arg(long, value_name = "SENDER", default_value = "")]
    sender: String,
    /// The language of the text
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    locale: String,
    /// The message's id, to send the same message again; a new one without it
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// How long the provider may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
}

fn number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let is_number =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    match is_number {
        true => Ok(text.to_owned()),
        false => Err("is not a number with its country code, such as +41791234567".into()),
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    /// A crate with the SDK; no unsafe code to write
    Rust,
    /// C99, from the header alone
    C,
}

/// Runs a command; its exit code unless it failed before it had a result.
pub(super) fn run(command: PluginCommand) -> anyhow::Result<ExitCode> {
    match command {
        PluginCommand::New { name, lang, sdk } => new(&name, lang, sdk),
        PluginCommand::Describe { file, json } => describe(&file, json),
        PluginCommand::Check(arguments) => check(arguments),
        PluginCommand::Send(arguments) => send(arguments),
    }
}

fn new(name: &str, lang: Lang, sdk: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let language = match lang {
        Lang::Rust => Language::Rust,
        Lang::C => Language::C,
    };
    if sdk.is_some() && language == Language::C {
        return Err(anyhow!(
            "--sdk is for --lang rust; C needs the header alone, which comes along"
        ));
    }
    let made = plugin::scaffold(name, language, ".".as_ref(), sdk.as_deref())?;
    println!("made {} with {} files; go on with", name, made.files);
    for command in made.next {
        println!("  {command}");
    }
    Ok(ExitCode::SUCCESS)
}

fn executable() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("cannot find this program's own file")
}

fn describe(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let described = plugin::describe(&executable()?, file).map_err(|reason| anyhow!(reason))?;
    match json {
        true => println!("{:#}", described.to_json()),
        false => print!("{described}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let order = CheckOrder {
        settings: settings(arguments.config.as_deref())?,
        replay: replay(arguments.replay.as_deref())?,
        file: arguments.file,
        live: arguments.live,
        to: arguments.to,
        only: arguments.only,
        in_process: arguments.in_process,
    };
    let summary = plugin::check(&executable()?, &order, &mut |line| println!("{line}"))
        .map_err(|reason| anyhow!(reason))?;
    let (passed, failed, skipped) = (summary.passed, summary.failed, summary.skipped);
    println!(
        "{} checks: {passed} ok, {failed} failed, {skipped} could not be made",
        passed + failed + skipped
    );
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn send(arguments: SendArguments) -> anyhow::Result<ExitCode> {
    let letter = Letter {
        id: arguments
            .id
            .unwrap_or_else(|| format!("by-hand-{:016x}", rand::random::<u64>())),
        to: arguments.to,
        sender: arguments.sender,
        text: arguments.text,
        locale: arguments.locale,
        timeout: arguments.timeout,
    };
    let settings = settings(arguments.config.as_deref())?;
    let replay = replay(arguments.replay.as_deref())?;
    let outcome = plugin::send(&executable()?, &arguments.file, settings, replay, letter)
        .map_err(|reason| anyhow!(reason))?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&outcome)?),
        false => print!("{outcome}"),
    }
    Ok(match outcome.is_accepted {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn settings(file: Option<&Path>) -> anyhow::Result<Option<Settings>> {
    file.map(settings::read).transpose()
}

fn replay(file: Option<&Path>) -> anyhow::Result<Option<Replay>> {
    file.map(|file| Replay::read(file).map_err(|reason| anyhow!(reason)))
        .transpose()
}
