//! A run of all checks, on the command's side: loads the plugin, completes its configuration, starts a
//! process for each check, and tells the lines.

use std::path::Path;

use serde_json::Map;

use super::{
    BEFORE, CHECKS, CheckOrder, Line, Summary,
    bench::{Fault, Finding, Setup, cannot, failed},
    perform, said,
    together::{TITLES, Together},
};
use crate::plugin::{
    host::hide_keys_in,
    load,
    manifest::Manifest,
    schema,
    settings::Settings,
    trial::{self, Library, Loaded, Order, Reach, Report, Task},
};

/// A run of all checks.
pub(super) struct Run<'a> {
    executable: &'a Path,
    order: &'a CheckOrder,
    library: Library,
    told: &'a mut dyn FnMut(&Line),
    summary: Summary,
    next: usize,
    seen: Together,
    /// The secrets of the configuration, which no line shows.
    secrets: Vec<String>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        executable: &'a Path,
        order: &'a CheckOrder,
        library: Library,
        told: &'a mut dyn FnMut(&Line),
    ) -> Self {
        Self {
            executable,
            order,
            library,
            told,
            summary: Summary::default(),
            next: 1,
            seen: Together::default(),
            secrets: Vec::new(),
        }
    }

    pub(super) fn all(mut self) -> Summary {
        let loaded = self.load();
        let described = loaded
            .as_ref()
            .ok()
            .map(|loaded| said::description(&loaded.description));
        let manifest = match described {
            Some(Ok((manifest, remark))) => {
                self.line("description", Ok(remark));
                Some(manifest)
            }
            Some(Err(fault)) => {
                self.line("description", Err(fault));
                None
            }
            None => {
                self.line("description", Err(cannot("the plugin does not load")));
                None
            }
        };
        let setup = match &manifest {
            Some(manifest) => {
                self.line("schema", said::config_schema(manifest));
                let setup = self.setup(manifest);
                let remark = setup.as_ref().map(|(_, remark)| remark.clone());
                self.line("configuration", remark.map_err(Clone::clone));
                setup.ok().map(|(setup, _)| setup)
            }
            None => {
                for title in ["schema", "configuration"] {
                    self.line(title, Err(cannot("there is no description")));
                }
                None
            }
        };
        let may_send = manifest
            .as_ref()
            .is_some_and(|manifest| self.may_send(manifest));
        for (index, check) in CHECKS.iter().enumerate() {
            if !self.is_wanted() {
                self.next += 1;
                continue;
            }
            let finding = match &setup {
                None => Err(cannot("it cannot be configured")),
                Some(_) if check.sends && !may_send => Err(cannot(
                    "it might send for real by a client of its own; --config FILE says to whom",
                )),
                Some(setup) => self.one(index, setup),
            };
            self.line(check.title, finding);
        }
        let findings = self.seen.findings(self.order.replay.is_some());
        for (title, finding) in TITLES.into_iter().zip(findings) {
            let finding = match setup {
                Some(_) => finding,
                None => Err(cannot("nothing could be run")),
            };
            self.line(title, finding);
        }
        self.summary
    }

    /// Whether the next check is made. What is judged at the end rests on all of them.
    fn is_wanted(&self) -> bool {
        let is_judgement = |only: usize| only > BEFORE.len() + CHECKS.len();
        self.order
            .only
            .is_none_or(|only| only == self.next || is_judgement(only))
    }

    /// Whether messages can be given to the plugin although nobody has said where they go: then it must
    /// have nothing to configure, or make its requests through the host.
    fn may_send(&self, manifest: &Manifest) -> bool {
        let settings = manifest.config_schema["properties"].as_object();
        self.order.settings.is_some()
            || !manifest.http_hosts.is_empty()
            || settings.is_none_or(Map::is_empty)
    }

    fn line(&mut self, title: &'static str, mut finding: Finding) {
        match &mut finding {
            Ok(text) | Err(Fault::Cannot(text)) => hide_keys_in(text, &self.secrets),
            Err(Fault::Failed(text, hint)) => {
                hide_keys_in(text, &self.secrets);
                hide_keys_in(hint, &self.secrets);
            }
        }
        match &finding {
            Ok(_) => self.summary.passed += 1,
            Err(Fault::Cannot(_)) => self.summary.skipped += 1,
            Err(Fault::Failed(..)) => self.summary.failed += 1,
        }
        let number = self.next;
        self.next += 1;
        (self.told)(&Line {
            number,
            title,
            finding,
        });
    }

    fn load(&mut self) -> Result<Loaded, ()> {
        let (loaded, ended) = self.library.load(self.executable);
        self.seen.add_output("table", &ended.output);
        let finding = match (&loaded, ended.bad_end) {
            (Ok(loaded), None) => {
                let (major, minor) = loaded.abi;
                Ok(format!(
                    "interface {major}.{minor}, it can {}",
                    loaded.abilities.join(", ")
                ))
            }
            (Ok(_), Some(end)) => Err(failed(
                format!("its process {end}"),
                "nothing may run when a library is done with",
            )),
            (Err(reason), _) => Err(failed(
                reason.clone(),
                "compare with the template: belfry plugin new NAME --lang rust|c",
            )),
        };
        self.line("table", finding);
        loaded.map_err(drop)
    }

    /// The complete configuration, and a remark on where it comes from.
    fn setup(&mut self, manifest: &Manifest) -> Result<(Setup, String), Fault> {
        let settings = self.order.settings.clone();
        let settings = settings.unwrap_or_else(Settings::defaults);
        let settings = settings
            .complete(&manifest.config_schema)
            .map_err(|fault| failed(fault.reason, fault.hint))?;
        self.secrets = schema::secrets(&manifest.config_schema, &settings.config);
        let reach = match (&self.order.replay, self.order.live) {
            (Some(replay), _) => Reach::Replay(replay.clone()),
            (None, true) => Reach::Real,
            (None, false) => Reach::Nobody,
        };
        let answered = match &reach {
            Reach::Replay(_) => "requests through the host are answered from the file",
            Reach::Real => "requests through the host are real",
            Reach::Nobody => "requests through the host reach nobody",
        };
        let remark = format!("{}; {answered}", settings.origin);
        let setup = Setup {
            config: settings.config,
            base: settings.base,
            reach,
            to: self.order.to.clone(),
        };
        Ok((setup, remark))
    }

    fn one(&mut self, index: usize, setup: &Setup) -> Finding {
        if self.order.in_process {
            return self.here(index, setup);
        }
        let order = Order {
            library: self.library.path.clone(),
            task: Task::Check(index, setup.clone()),
        };
        let mut ended = trial::run(self.executable, &order, CHECKS[index].limit);
        let report = ended.take_report();
        self.seen.add_output(CHECKS[index].title, &ended.output);
        let finding = match report {
            Ok(Report::Checked(finding, notes)) => {
                self.seen.add(notes);
                finding
            }
            Ok(Report::Refused(reason)) => {
                return Err(failed(
                    reason,
                    "it was loaded before: does it keep state on disk?",
                ));
            }
            Ok(_) => {
                return Err(failed(
                    "its process said something else",
                    "tell Belfry's makers",
                ));
            }
            Err(end) => {
                return Err(failed(
                    format!("its process {end}"),
                    format!(
                        "run it in a debugger: gdb --args belfry plugin check … --only {} --in-process",
                        self.next
                    ),
                ));
            }
        };
        match (finding, ended.bad_end) {
            (Ok(_), Some(end)) => Err(failed(
                format!("its process {end} after the check"),
                "destroy joins every thread; nothing may run at exit",
            )),
            (finding, _) => finding,
        }
    }

    fn here(&mut self, index: usize, setup: &Setup) -> Finding {
        let loaded = load::open(&self.library.path).map_err(|reason| failed(reason, ""))?;
        let (finding, notes) = perform(index, setup.clone(), &loaded);
        self.seen.add(notes);
        finding
    }
}
