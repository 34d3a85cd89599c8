//! A table of cases for one operation, run over every encoding that the operation has.
//!
//! A case is a sentence and a function of a [`Scene`]. All cases run, also when one fails; the test
//! then names each that failed with its encoding. `coverage.rs` sees that no operation lacks a table.

use std::{
    any::Any,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Answer, Encoding, Kind},
    operations::Operation,
    passed,
    people::{Change, headers, merged},
};

/// The cases of one operation.
pub struct Table {
    /// What is called.
    pub operation: &'static Operation,
    /// What must hold, over each encoding.
    pub cases: &'static [Case],
}

/// One case: a true sentence and what shows it.
pub struct Case {
    truth: &'static str,
    check: fn(&Scene),
}

/// One test for each table of a file.
macro_rules! run_tables {
    ($($test:ident = $table:ident),* $(,)?) => {
        $(#[test]
        fn $test() {
            $table.run();
        })*
    };
}
pub(crate) use run_tables;

/// Makes a case.
pub const fn case(truth: &'static str, check: fn(&Scene)) -> Case {
    Case { truth, check }
}

/// One case over one encoding: the shared server, the operation, the encoding.
pub struct Scene {
    app: Arc<App>,
    /// What is called.
    pub operation: &'static Operation,
    /// How the operation is called.
    pub encoding: Encoding,
}

/// A call by somebody else than the instance owner.
pub struct Call<'a> {
    scene: &'a Scene,
    token: &'a str,
    org: Option<&'a str>,
}

impl Table {
    /// Runs all cases over all encodings.
    pub fn run(&self) {
        let app = App::shared();
        let failures: Vec<String> = thread::scope(|scope| {
            let runs: Vec<_> = Encoding::of(self.operation)
                .map(|encoding| {
                    let scene = Scene {
                        app: app.clone(),
                        operation: self.operation,
                        encoding,
                    };
                    scope.spawn(move || self.run_over(&scene))
                })
                .collect();
            runs.into_iter()
                .flat_map(|run| run.join().unwrap())
                .collect()
        });
        assert!(
            failures.is_empty(),
            "{} failed:\n{}",
            self.operation.grpc_path(),
            failures.join("\n")
        );
        passed::end(self.operation);
    }

    fn run_over(&self, scene: &Scene) -> Vec<String> {
        let mut failures = Vec::new();
        for case in self.cases {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (case.check)(scene))) {
                let why = text_of(panic.as_ref());
                failures.push(format!("  {:?}: {}: {why}", scene.encoding, case.truth));
            }
        }
        if failures.is_empty() {
            passed::note(scene.operation, scene.encoding, self.cases.len());
        }
        failures
    }
}

impl Scene {
    /// The same over a server of its own, for a case that changes what others rely on.
    pub fn alone(&self) -> Self {
        Self {
            app: Arc::new(App::start("")),
            operation: self.operation,
            encoding: self.encoding,
        }
    }

    /// Whether the table is that of an operation, or of its v2beta twin.
    pub fn operation_is(&self, operation: &Operation) -> bool {
        self.operation.rpc == operation.rpc
    }

    /// Whether the operation is the v2beta twin of another.
    pub fn is_beta(&self) -> bool {
        self.operation.service.contains("v2beta")
    }

    /// A request without the members that the operation does not have: for cases of several operations.
    pub fn fitting(&self, mut request: Value) -> Value {
        let names = crate::clients::request_members(self.operation);
        if let Some(members) = request.as_object_mut() {
            members.retain(|name, _| names.contains(name));
        }
        request
    }

    /// Calls the table's operation as the instance owner.
    pub fn call(&self, request: Value) -> Answer {
        self.by(&self.app.admin.token).call(request)
    }

    /// Calls the table's operation with a token.
    pub fn by<'a>(&'a self, token: &'a str) -> Call<'a> {
        Call {
            scene: self,
            token,
            org: None,
        }
    }

    /// The organization that new users belong to.
    pub fn org_id(&self) -> &str {
        &self.app.admin.org
    }

    /// Expects the details of a v1 change: the four members, of the newest event of a type.
    #[track_caller]
    pub fn expect_change(&self, answer: &Value, user: &str, event: &str) {
        let (first, last) = self.first_and_newest(user, event);
        assert_eq!(
            answer["details"],
            json!({
                "sequence": last.sequence,
                "creationDate": first.date,
                "changeDate": last.date,
                "resourceOwner": last.owner,
            })
        );
    }

    /// Expects the details of a v1 creation, whose last event has a type: no changeDate.
    #[track_caller]
    pub fn expect_creation(&self, answer: &Value, user: &str, event: &str) {
        let (_, last) = self.first_and_newest(user, event);
        assert_eq!(
            answer["details"],
            json!({
                "sequence": last.sequence,
                "creationDate": last.date,
                "resourceOwner": last.owner,
            })
        );
    }

    /// Expects the details of a v2 change or creation: no creationDate.
    #[track_caller]
    pub fn expect_v2_change(&self, answer: &Value, user: &str, event: &str) {
        let (_, last) = self.first_and_newest(user, event);
        assert_eq!(
            answer["details"],
            json!({
                "sequence": last.sequence,
                "changeDate": last.date,
                "resourceOwner": last.owner,
            })
        );
    }

    /// Expects the end of a user's history, messages sent apart.
    #[track_caller]
    pub fn expect_last_events(&self, user: &str, expected: &[&str]) {
        let events = self.events(user);
        let start = events.len().saturating_sub(expected.len());
        assert_eq!(events[start..], *expected, "of {events:?}");
    }

    #[track_caller]
    fn first_and_newest(&self, user: &str, event: &str) -> (Change, Change) {
        let changes = self.changes(user);
        let newest = changes.iter().rfind(|change| change.event == event);
        let newest = newest.unwrap_or_else(|| panic!("no {event} in {changes:?}"));
        (changes[0].clone(), newest.clone())
    }
}

impl Deref for Scene {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl<'a> Call<'a> {
    /// In an organization that the header names.
    pub fn within(mut self, org: &'a str) -> Self {
        self.org = Some(org);
        self
    }

    /// Calls the table's operation.
    pub fn call(self, request: Value) -> Answer {
        let headers = headers(self.token, self.org);
        let Scene {
            app,
            operation,
            encoding,
        } = self.scene;
        let answer = app.clients.call(*encoding, operation, &request, &headers);
        passed::answered(operation, &answer);
        answer
    }
}

/// A way to break a request, as members to replace, and the error that tells of it.
pub type Fault = (Value, Kind, &'static str);

/// Breaks a request in one way more each time, from the last fault to the first, and expects the error
/// of the newest: each error comes before the next. Where a fault replaces members of the next one, its
/// own must be wrong in both ways.
#[track_caller]
pub fn expect_in_order(call: impl Fn(Value) -> Answer, mut request: Value, faults: &[Fault]) {
    for (members, kind, id) in faults.iter().rev() {
        request = merged(request, members.clone());
        call(request.clone()).fails(*kind, id);
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "panicked".to_owned())
}
