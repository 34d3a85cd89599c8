//! The process's end: the body of the hidden command `belfry plugin-trial`.
//!
//! It lives as a server's child does (an empty environment, `/` as its folder, limits, descriptors 0
//! to 2 that lead nowhere useful), does the one thing it is told, and is killed when the command that
//! started it is gone.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    process::ExitCode,
    thread,
};

use rustix::process::{Signal, getpid, kill_process};

use super::{Loaded, Order, Report, Task, letter};
use crate::plugin::{abi, check, load, plugin_host::prepare};

/// Does what the command that started this process wants of a plugin.
pub fn run_plugin_trial() -> ExitCode {
    match prepare().and_then(|socket| serve(&socket)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plugin-trial: {error}");
            ExitCode::from(2)
        }
    }
}

fn serve(socket: &UnixStream) -> io::Result<()> {
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    let order: Order = serde_json::from_slice(&line)?;
    thread::spawn(move || {
        // Nothing comes any more but the end, when the command is gone.
        let _ = reader.read(&mut [0]);
        let _ = kill_process(getpid(), Signal::KILL);
    });
    let report = match load::open(&order.library) {
        Err(reason) => Report::Refused(reason),
        Ok(loaded) => perform(order.task, &loaded),
    };
    let mut line = serde_json::to_vec(&report)?;
    line.push(b'\n');
    (&*socket).write_all(&line)
}

fn perform(task: Task, loaded: &load::Loaded) -> Report {
    match task {
        Task::Describe => Report::Described(describe(loaded)),
        Task::Check(index, setup) => {
            let (finding, notes) = check::perform(index, setup, loaded);
            Report::Checked(finding, notes)
        }
        Task::Send(letter, setup) => Report::Sent(letter::deliver(letter, setup, loaded)),
    }
}

fn describe(loaded: &load::Loaded) -> Loaded {
    let table = &loaded.table;
    let abilities = abi::abilities(table).names().into_iter();
    Loaded {
        description: loaded.description.clone(),
        abi: (table.abi_major, table.abi_minor),
        abilities: abilities.map(str::to_lowercase).collect(),
    }
}
