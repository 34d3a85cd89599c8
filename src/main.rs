//! The `belfry` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "plugin-host")
    {
        return belfry::plugin::run_plugin_host();
    }
    ExitCode::SUCCESS
}
