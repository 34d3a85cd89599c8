//! Imports go one way: reads every path that begins with `crate::` in `src/` and fails on a forbidden one.
//!
//! The rules are the two tables below. Libraries that belong to one layer (SQL to `store`, HTTP to
//! `transport`) and `unsafe` are held in the same way. Comments and texts do not count.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What every layer but `domain` may use.
const FOUNDATION: [&str; 3] = ["error", "clock", "config"];

/// What each module may use besides itself and the foundation. Only `app` knows everybody.
const LAYERS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &["app", "api", "contract", "plugin"]),
    ("transport", &["api", "auth", "contract"]),
    (
        "api",
        &[
            "auth", "contract", "store", "domain", "ids", "jose", "mail", "secrets", "wording",
        ],
    ),
    ("auth", &["contract", "store", "domain", "secrets"]),
    (
        "delivery",
        &[
            "store", "domain", "plugin", "ids", "mail", "secrets", "wording",
        ],
    ),
    ("wording", &["store", "domain"]),
    ("store", &["domain", "ids"]),
    ("plugin", &[]),
    ("mail", &["domain"]),
    ("contract", &[]),
    ("domain", &[]),
    ("ids", &[]),
    ("jose", &[]),
    ("secrets", &["domain"]),
    ("config", &["domain"]),
    ("clock", &[]),
    ("error", &[]),
];

/// Libraries that only some modules may use.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("r2d2", &["store"]),
    ("actix", &["transport", "app"]),
    ("tonic", &["transport", "app"]),
    ("hyper", &["transport", "app"]),
    ("libloading", &["plugin"]),
    ("clap", &["cli", "main"]),
    ("lettre", &["mail"]),
    ("jsonwebtoken", &["jose"]),
    ("aws_lc_rs", &["jose"]),
];

/// Where `unsafe` is needed: the boundary to plugins.
const UNSAFE_FILES: [&str; 4] = [
    "src/plugin/abi.rs",
    "src/plugin/load.rs",
    "src/plugin/child.rs",
    "src/plugin/inproc.rs",
];

/// A source file: its place, the layer it belongs to, and its code without comments and texts.
struct Source {
    path: String,
    layer: String,
    code: String,
}

#[test]
fn no_module_imports_what_its_layer_must_not_know() {
    let mut forbidden = Vec::new();
    for source in sources() {
        if source.layer == "app" || source.layer == "lib" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == source.layer) else {
            forbidden.push(format!("{} belongs to no layer", source.path));
            continue;
        };
        for import in imports(&source.code) {
            let module = import.split("::").next().unwrap();
            let is_own = module == source.layer;
            let is_foundation = FOUNDATION.contains(&module) && source.layer != "domain";
            let is_time = source.layer == "domain" && import == "clock::Timestamp";
            if !(is_own || is_foundation || is_time || allowed.contains(&module)) {
                forbidden.push(format!("{} imports crate::{import}", source.path));
            }
        }
    }
    assert!(forbidden.is_empty(), "\n{}", forbidden.join("\n"));
}

#[test]
fn no_library_leaves_its_layer() {
    let mut forbidden = Vec::new();
    for source in sources() {
        for (library, layers) in LIBRARIES {
            if !layers.contains(&source.layer.as_str()) && uses_library(&source.code, library) {
                forbidden.push(format!("{} uses {library}", source.path));
            }
        }
        if source.layer == "api" && uses_library(&source.code, "serde_json") {
            forbidden.push(format!("{} knows JSON", source.path));
        }
    }
    assert!(forbidden.is_empty(), "\n{}", forbidden.join("\n"));
}

#[test]
fn unsafe_code_is_at_the_plugin_boundary_only() {
    let found: BTreeSet<_> = sources()
        .into_iter()
        .filter(|source| words(&source.code).any(|word| word == "unsafe"))
        .map(|source| source.path)
        .collect();
    let allowed: BTreeSet<_> = UNSAFE_FILES.iter().map(|&path| path.to_owned()).collect();
    assert!(
        found.is_subset(&allowed),
        "{:?}",
        found.difference(&allowed).collect::<Vec<_>>()
    );
}

#[test]
fn the_reader_of_imports_understands_nested_groups() {
    let code = code_of(
        "// use crate::comment::X;\n\
         use crate::{api::{Ctx, Operations as Table}, error::Error, ids as i};\n\
         let a = crate::clock::Timestamp::from_micros(1); \"crate::text\"; '\"'; pub(crate) fn f() {}",
    );
    let found = imports(&code);
    let expected = [
        "api::Ctx",
        "api::Operations",
        "error::Error",
        "ids",
        "clock::Timestamp",
    ];
    assert_eq!(found, expected);
    assert!(uses_library("use actix_web::App;", "actix"));
    assert!(!uses_library("let nothyperbole = my_hyper();", "hyper"));
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting = vec![root.join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_name().is_some_and(|name| name != "build.rs")
            {
                sources.push(read(root, path));
            }
        }
    }
    sources
}

fn read(root: &Path, path: PathBuf) -> Source {
    let code = code_of(&fs::read_to_string(&path).unwrap());
    let path = path.strip_prefix(root).unwrap().to_str().unwrap();
    let layer = path.split('/').nth(1).unwrap().trim_end_matches(".rs");
    Source {
        path: path.to_owned(),
        layer: layer.to_owned(),
        code,
    }
}

/// Takes comments and the content of texts and characters out.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if next == '"' {
            end_of_text(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest[1..].find('\'').unwrap() + 2
        } else {
            code.push(next);
            next.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (position, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return position + 1,
            _ => {}
        }
    }
    text.len()
}

/// Every path below `crate::`, as far as its second part; groups are taken apart.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let before = code[..start].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$') {
            expand(&code[start + "crate::".len()..], "", &mut found);
        }
    }
    found
}

/// Reads one path or group behind `prefix`; returns how much of the text it took.
fn expand(text: &str, prefix: &str, found: &mut Vec<String>) -> usize {
    if !text.starts_with('{') {
        let end = text
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        let path = if prefix.is_empty() {
            text[..end].to_owned()
        } else {
            format!("{prefix}::{}", &text[..end])
        };
        let deeper = text[end..].strip_prefix("::");
        if let Some(deeper) = deeper.filter(|_| prefix.is_empty()) {
            return end + 2 + expand(deeper, &path, found);
        }
        found.push(path);
        return end;
    }
    let mut position = 1;
    while let Some(next) = text[position..].chars().next() {
        if let Some(alias) = text[position..].strip_prefix(" as ") {
            position += " as ".len() + expand(alias, "x", &mut Vec::new());
            continue;
        }
        position += match next {
            '}' => return position + 1,
            _ if next.is_alphabetic() || next == '{' => expand(&text[position..], prefix, found),
            _ => next.len_utf8(),
        };
        // What is left of a deeper path says nothing about the layer.
        while text[position..].starts_with("::") {
            position += 2;
            position += expand(&text[position..], "x", &mut Vec::new());
        }
    }
    position
}

fn uses_library(code: &str, library: &str) -> bool {
    words(code).any(|word| {
        let rest = word.strip_prefix(library);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}
