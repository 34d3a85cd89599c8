//! `belfry plugin check`: says in words what is wrong with a plugin, before a server finds out.
//!
//! Each check that runs code of the plugin does so in a process of its own, so that a crash or a hang
//! fails one check and no other. A check is a function on the [`Bench`](bench::Bench) which gives a
//! remark, or a fault with a hint. What all of them saw together (output, secrets in a log, requests
//! to foreign hosts) is judged at the end. Nothing is sent to anybody unless the plugin has a client of
//! its own and a configuration, or the author says that requests are real.

mod abilities;
mod bench;
mod lives;
mod run;
mod said;
mod texts;
mod together;
mod troubles;

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use bench::{Bench, Finding, cannot, failed};
pub(super) use bench::{Fault, Setup};
use run::Run;

use super::{
    load,
    manifest::Manifest,
    settings::Settings,
    trial::{Library, Notes, Replay},
};

/// How long one check may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A check that runs code of the plugin.
struct Check {
    title: &'static str,
    /// Whether messages are given to the plugin.
    sends: bool,
    /// How long it may take.
    limit: Duration,
    run: fn(&Bench<'_>) -> Finding,
}

const fn sending(title: &'static str, run: fn(&Bench<'_>) -> Finding) -> Check {
    Check {
        title,
        sends: true,
        limit: LIMIT,
        run,
    }
}

const fn quiet(title: &'static str, run: fn(&Bench<'_>) -> Finding) -> Check {
    Check {
        title,
        sends: false,
        limit: LIMIT,
        run,
    }
}

/// The checks that run code of the plugin, in their order.
const CHECKS: [Check; 17] = [
    Check {
        title: "create",
        sends: false,
        limit: lives::CREATION,
        run: lives::create,
    },
    quiet("odd settings", lives::odd_settings),
    sending("a message", texts::plain),
    sending("an empty text", texts::empty),
    sending("the longest text", texts::longest),
    sending("emoji and scripts", texts::emoji),
    sending("quotes and control characters", texts::quotes),
    sending("the same message twice", texts::twice),
    sending("calls at the same time", texts::concurrency),
    sending("a silent gateway", troubles::silent),
    sending("a gateway that is down", troubles::down),
    sending("answers that are nonsense", troubles::nonsense),
    sending("verify", abilities::verify),
    quiet("health", abilities::health),
    sending("poll", abilities::poll),
    quiet("webhook", abilities::webhook),
    quiet("hundreds of instances", lives::hundred),
];

/// What is looked at before the plugin's code runs.
const BEFORE: [&str; 4] = ["table", "description", "schema", "configuration"];

/// The titles of all checks; the first has number 1.
fn titles() -> impl Iterator<Item = &'static str> {
    let run = CHECKS.iter().map(|check| check.title);
    BEFORE.into_iter().chain(run).chain(together::TITLES)
}

/// What to check, and with what.
pub struct CheckOrder {
    /// The plugin's library.
    pub file: PathBuf,
    /// Its configuration; the schema's defaults without one.
    pub settings: Option<Settings>,
    /// Answers for its requests.
    pub replay: Option<Replay>,
    /// Whether its requests are real.
    pub live: bool,
    /// The number that messages go to.
    pub to: String,
    /// Only the check of that number, and those that it rests on.
    pub only: Option<usize>,
    /// Run the plugin in this process, for a debugger.
    pub in_process: bool,
}

/// What became of one check.
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What was checked.
    pub title: &'static str,
    finding: Finding,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, title) = (self.number, self.title);
        match &self.finding {
            Ok(remark) => write!(f, "{number:>2}. ok      {title}: {remark}"),
            Err(Fault::Cannot(reason)) => {
                write!(f, "{number:>2}. -       {title}: cannot: {reason}")
            }
            Err(Fault::Failed(reason, hint)) => {
                write!(
                    f,
                    "{number:>2}. FAILED  {title}: {reason}\n            hint: {hint}"
                )
            }
        }
    }
}

/// How many checks came to what.
#[derive(Default)]
pub struct Summary {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Could not be made.
    pub skipped: usize,
}

/// Runs all checks and tells each line as it comes.
///
/// # Errors
/// If there is no such file, or no check of the number that is wanted.
pub fn check(
    executable: &Path,
    order: &CheckOrder,
    told: &mut dyn FnMut(&Line),
) -> Result<Summary, String> {
    if let Some(only) = order.only
        && !(1..=titles().count()).contains(&only)
    {
        let all = titles().enumerate();
        let all = all.map(|(index, title)| format!("\n{:>2}. {title}", index + 1));
        return Err(format!(
            "there is no check {only}; there are{}",
            all.collect::<String>()
        ));
    }
    let library = Library::at(&order.file)?;
    Ok(Run::new(executable, order, library, told).all())
}

/// One check, where the plugin is loaded.
pub(super) fn perform(index: usize, setup: Setup, loaded: &load::Loaded) -> (Finding, Notes) {
    let manifest = match Manifest::parse(&loaded.description) {
        Ok(manifest) => manifest,
        Err(reason) => return (Err(failed(reason, "")), Notes::default()),
    };
    let bench = Bench::new(loaded, manifest, setup);
    let finding = match CHECKS.get(index) {
        Some(check) => (check.run)(&bench),
        None => Err(cannot("there is no such check")),
    };
    (finding, bench.into_notes())
}
