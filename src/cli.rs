//! The command line: what can be asked of the binary, and how it answers.
//!
//! Results go to standard output, the log and errors to standard error. Exit code 0 is success, 1 a
//! failure that the message explains, 2 a wrong use of the command line.

mod log_sink;
mod plugin;
mod route;
mod text;
mod user;

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use serde_json::json;

use crate::{
    api::setup::{self, FirstRun},
    app::{self, App, Purpose},
    clock::Timestamp,
    config::Config,
    contract::PROTO_FILES,
};

/// Keeps users and their phone numbers and verifies the numbers by SMS, behind ZITADEL's user and phone API.
#[derive(Parser)]
#[command(name = "belfry", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server; an empty database is made ready first, and its token is shown once
    Serve(ConfigFile),
    /// Make the database, the first organization and an administrator; prints one JSON object with the
    /// administrator's token, or without it if all that is there already
    Init(ConfigFile),
    /// Make access tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Show how messages would look
    #[command(subcommand)]
    Text(text::TextCommand),
    /// What a person may ask for: everything that is held about them, and its erasure
    #[command(subcommand)]
    User(user::UserCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print what the API is, for programs that call it; needs no database
    #[command(subcommand)]
    Api(ApiCommand),
    /// Write, look at, test and try providers; needs no server
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// Tell which rule and which provider a message to a number would be given to, and why; sends nothing
    Route(route::RouteCommand),
    /// Run one plugin for a server, over standard input
    #[command(hide = true)]
    PluginHost,
    /// Run one plugin for a command above, over standard input
    #[command(hide = true)]
    PluginTrial,
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration file; the defaults without it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token for any user and print it, once: to try calls as that user, or to come back in
    /// after the administrator's token is lost
    Create {
        #[command(flatten)]
        file: ConfigFile,
        /// The user's id or user name
        #[arg(long, value_name = "ID")]
        user: String,
        /// When it stops being good: a life such as "90days", or a time such as 2030-01-31T00:00:00Z;
        /// never without it
        #[arg(long, value_name = "WHEN", value_parser = expiry)]
        expires: Option<Expiry>,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Check a configuration file and say what is wrong with it
    Check(ConfigFile),
}

#[derive(Subcommand)]
enum ApiCommand {
    /// Print the OpenAPI 3.1 document of the REST operations, as the server has it at /openapi.json
    Openapi,
    /// Write the .proto files of all services, and those that they import, below a folder: the root
    /// from which protoc or buf generates clients
    Protos {
        /// The folder; made if it is not there, files of the same name are replaced
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

#[derive(Clone, Copy)]
enum Expiry {
    After(Duration),
    At(Timestamp),
}

fn expiry(text: &str) -> Result<Expiry, String> {
    if let Ok(life) = humantime::parse_duration(text) {
        return Ok(Expiry::After(life));
    }
    let instant = humantime::parse_rfc3339_weak(text).map_err(|_| {
        "is neither a life such as \"90days\" nor a time such as 2030-01-31T00:00:00Z".to_owned()
    })?;
    let since_epoch = instant
        .duration_since(std::time::UNIX_EPOCH)
        .map_err(|_| "lies before 1970".to_owned())?;
    Ok(Expiry::At(Timestamp::from_micros(0).plus(since_epoch)))
}

/// Runs the command that the arguments of the process name.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(file) => serve(&file),
        Command::Init(file) => init(&file),
        Command::Token(TokenCommand::Create {
            file,
            user,
            expires,
        }) => create_token(&file, &user, expires),
        Command::Config(ConfigCommand::Check(file)) => check_config(&file),
        Command::Api(ApiCommand::Openapi) => print_openapi(),
        Command::Api(ApiCommand::Protos { dir }) => write_protos(&dir),
        Command::Plugin(command) => {
            return plugin::run(command).unwrap_or_else(|fault| fail(&fault));
        }
        Command::Text(command) => text::run(command),
        Command::User(command) => user::run(&command),
        Command::Route(command) => route::run(&command),
        Command::PluginHost => return crate::plugin::run_plugin_host(),
        Command::PluginTrial => return crate::plugin::run_plugin_trial(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fail(&fault),
    }
}

fn fail(fault: &anyhow::Error) -> ExitCode {
    eprintln!("belfry: {fault:#}");
    ExitCode::FAILURE
}

fn load(file: &ConfigFile) -> anyhow::Result<Config> {
    let config = Config::load(file.config.as_deref())?;
    log_sink::start(config.log.level)?;
    Ok(config)
}

fn serve(file: &ConfigFile) -> anyhow::Result<()> {
    let config = load(file)?;
    let show = |made: &FirstRun| {
        if made.token.is_some() {
            print_first_run(made);
            eprintln!(
                "belfry: this is the first run; the token above belongs to the administrator and is not shown again"
            );
        }
    };
    let app = App::build(&config, show)?;
    app.run_until_stopped(&config)
}

fn init(file: &ConfigFile) -> anyhow::Result<()> {
    let config = load(file)?;
    let opened = app::open(&config, Purpose::Init)?;
    print_first_run(&opened.first_run);
    if opened.first_run.token.is_some() && std::io::stdout().is_terminal() {
        eprintln!("belfry: keep the token; it is not shown again");
    }
    Ok(())
}

fn print_first_run(made: &FirstRun) {
    let mut object = json!({ "orgId": made.org_id, "userId": made.user_id });
    if let Some(token) = &made.token {
        object["pat"] = json!(token);
    }
    println!("{object}");
}

fn create_token(file: &ConfigFile, user: &str, expires: Option<Expiry>) -> anyhow::Result<()> {
    let config = load(file)?;
    let opened = app::open(&config, Purpose::Command)?;
    let expires_at = expires.map(|expires| match expires {
        Expiry::After(life) => opened.clock.now().plus(life),
        Expiry::At(instant) => instant,
    });
    let (user_id, token_id, token) =
        setup::create_token(&opened.store, &opened.clock, &opened.ids, user, expires_at)
            .with_context(|| format!("no token for user {user:?}"))?;
    println!(
        "{}",
        json!({ "userId": user_id, "tokenId": token_id, "token": token })
    );
    Ok(())
}

fn check_config(file: &ConfigFile) -> anyhow::Result<()> {
    load(file)?;
    println!("the configuration is fine");
    Ok(())
}

fn print_openapi() -> anyhow::Result<()> {
    let document = app::openapi_document()?;
    let text = serde_json::to_string_pretty(&document)?;
    writeln!(io::stdout().lock(), "{text}").context("cannot print the document")
}

fn write_protos(dir: &Path) -> anyhow::Result<()> {
    for (name, text) in PROTO_FILES {
        let path = dir.join(name);
        let folder = path.parent().unwrap_or(dir);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{} files are below {}", PROTO_FILES.len(), dir.display());
    Ok(())
}
