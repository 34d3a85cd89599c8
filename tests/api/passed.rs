//! Which operation has passed its cases over which encodings, and which of its error ids it answered:
//! `target/coverage.md` lists it.
//!
//! Every table tells what it has passed. In a run of all tests, the table that ends last writes the
//! list, and its test fails if an operation of the contract lacks an encoding that it is offered in,
//! declares an error id that none of its cases has met, or answers one that it does not declare. A run of
//! chosen tests writes nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use belfry::contract::{Contract, Method};

use crate::{
    clients::{Answer, Encoding},
    operations::Operation,
};

/// What has passed so far.
#[derive(Clone)]
struct Passed {
    /// The cases that passed, by gRPC path and encoding.
    cases: BTreeMap<(String, Encoding), usize>,
    /// The error ids that were answered, with the gRPC path.
    errors: BTreeSet<(String, String)>,
    /// The gRPC paths of tables that have ended.
    ended: BTreeSet<String>,
}

static PASSED: Mutex<Passed> = Mutex::new(Passed {
    cases: BTreeMap::new(),
    errors: BTreeSet::new(),
    ended: BTreeSet::new(),
});

/// Notes that all cases of a table have passed over an encoding.
pub fn note(operation: &Operation, encoding: Encoding, cases: usize) {
    let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    *passed
        .cases
        .entry((operation.grpc_path(), encoding))
        .or_default() += cases;
}

/// Notes the error id of an answer, if it has one.
pub fn answered(operation: &Operation, answer: &Answer) {
    let Some(id) = answer.0.as_ref().err().and_then(|failure| failure.id()) else {
        return;
    };
    let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    passed.errors.insert((operation.grpc_path(), id.to_owned()));
}

/// Notes that a table has passed; writes the list when every operation has one that did.
///
/// # Panics
/// If an operation then lacks an encoding or one of its error ids, or has answered another id.
pub fn end(operation: &Operation) {
    let passed = {
        let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
        passed.ended.insert(operation.grpc_path());
        passed.clone()
    };
    let contract = Contract::load().unwrap();
    let mut methods: Vec<&Method> = contract.methods().map(AsRef::as_ref).collect();
    methods.sort_by(|one, other| one.name.cmp(&other.name));
    let (offered, not_offered): (Vec<_>, Vec<_>) = methods
        .into_iter()
        .partition(|method| method.not_offered.is_none());
    if offered
        .iter()
        .any(|method| !passed.ended.contains(&method.path))
    {
        return;
    }
    let missing: Vec<_> = offered.iter().flat_map(|m| missing(&passed, m)).collect();
    assert!(missing.is_empty(), "{missing:?} were not called");
    let unmet: Vec<_> = offered.iter().flat_map(|m| unmet(&passed, m)).collect();
    assert!(unmet.is_empty(), "never answered:\n{}", unmet.join("\n"));
    let undeclared: Vec<_> = offered
        .iter()
        .flat_map(|m| undeclared(&passed, m))
        .collect();
    assert!(
        undeclared.is_empty(),
        "answered, but not declared:\n{}",
        undeclared.join("\n")
    );
    let list = list(&passed, &offered, &not_offered);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("coverage.md");
    fs::write(file, list).unwrap();
}

/// The encodings that the contract offers for a method.
fn encodings(method: &Method) -> impl Iterator<Item = Encoding> {
    let has_body = method.http.iter().any(|rule| rule.has_body);
    Encoding::offered(has_body, method.connect)
}

fn missing(passed: &Passed, method: &Method) -> Vec<(String, Encoding)> {
    encodings(method)
        .map(|encoding| (method.path.clone(), encoding))
        .filter(|key| !passed.cases.contains_key(key))
        .collect()
}

/// The error ids that a method declares and that no case has met.
fn unmet(passed: &Passed, method: &Method) -> impl Iterator<Item = String> {
    let met = |id: &String| passed.errors.contains(&(method.path.clone(), id.clone()));
    method
        .errors
        .iter()
        .filter(move |id| !met(id))
        .map(|id| format!("{} {id}", method.path))
}

/// The ids that any operation may answer, and that none declares.
const COMMON: [&str; 7] = [
    "AUTH-toLo1",
    "AUTH-7fs1e",
    "AUTH-Bs7Ds",
    "AUTHZ-cdgFk",
    "AUTH-5mWD2",
    "AUTH-AWfge",
    "CODE-Tr1es",
];

/// The error ids that a case has met and that a method does not declare.
fn undeclared(passed: &Passed, method: &Method) -> impl Iterator<Item = String> {
    passed
        .errors
        .iter()
        .filter(|(path, id)| {
            let is_common = COMMON.contains(&id.as_str())
                // The limits are met in `limits/`, on servers of their own.
                || method.sends_sms && id.starts_with("LIMIT-");
            *path == method.path && !method.errors.contains(id) && !is_common
        })
        .map(|(path, id)| format!("{path} {id}"))
}

/// The list as Markdown: how many cases passed, a dash where an encoding is not offered.
fn list(passed: &Passed, offered: &[&Method], not_offered: &[&Method]) -> String {
    let heads: Vec<_> = Encoding::ALL.iter().map(|e| format!("{e:?}")).collect();
    let total: usize = passed.cases.values().sum();
    let mut list = format!(
        "# Operations and the encodings they were called over\n\n\
         {} operations, {total} runs of cases. A number is how many cases passed, a dash is an\n\
         encoding that the contract does not offer.\n\n| operation | {} |\n|---|{}\n",
        offered.len(),
        heads.join(" | "),
        "---|".repeat(heads.len()),
    );
    for method in offered {
        let cells: Vec<_> = Encoding::ALL
            .iter()
            .map(|encoding| passed.cases.get(&(method.path.clone(), *encoding)))
            .map(|cases| cases.map_or("–".to_owned(), ToString::to_string))
            .collect();
        writeln!(list, "| {} | {} |", method.name, cells.join(" | ")).unwrap();
    }
    list.push_str("\n## Not offered: UNIMPLEMENTED over every encoding\n\n");
    for method in not_offered {
        writeln!(list, "- {}", method.name).unwrap();
    }
    list
}
