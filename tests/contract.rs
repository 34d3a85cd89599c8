//! Holds the contract together: each operation with permission, REST rule and words, and each message
//! as ZITADEL's published descriptors have it. Which operations there are is `api/operations.rs`'s.
//!
//! The comparison itself is `contract/npm_descriptors.mjs`; it needs Node.js and the npm package
//! `@zitadel/proto` below `target/`, which the test command installs. Nothing here starts a server.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::Path,
    process::Command,
};

use belfry::contract::{Contract, DESCRIPTOR_SET, HttpRule};
use prost_reflect::{FileDescriptor, Kind, MessageDescriptor};

// That each rpc has a permission is what `Contract::load` refuses to do without.
#[test]
fn every_operation_has_a_rest_rule_whose_parameters_are_text_or_enum_fields_of_the_request() {
    for method in Contract::load().unwrap().methods() {
        let name = &method.name;
        assert!(!method.http.is_empty(), "{name} has no REST rule");
        for rule in &method.http {
            for parameter in parameters(rule) {
                let field = method.descriptor.input().get_field_by_name(parameter);
                let is_single = field.is_some_and(|field| {
                    matches!(field.kind(), Kind::String | Kind::Enum(_)) && !field.is_list()
                });
                assert!(is_single, "{name}: {{{parameter}}}");
            }
        }
    }
}

#[test]
fn no_two_rest_rules_match_the_same_requests() {
    let mut taken = HashMap::new();
    for method in Contract::load().unwrap().methods() {
        for rule in &method.http {
            let shape: Vec<_> = rule
                .path
                .split('/')
                .map(|segment| {
                    if segment.starts_with('{') {
                        "{}"
                    } else {
                        segment
                    }
                })
                .collect();
            let before = taken.insert((rule.verb, shape.join("/")), method.name.clone());
            assert_eq!(before, None, "{} takes the same requests", method.name);
        }
    }
}

#[test]
fn services_operations_and_their_messages_are_explained() {
    let contract = Contract::load().unwrap();
    let mut silent = BTreeSet::new();
    for service in contract.pool().services() {
        if comment(&service.parent_file(), service.path()).is_empty() {
            silent.insert(service.full_name().to_owned());
        }
    }
    for method in contract.methods() {
        let descriptor = &method.descriptor;
        let file = descriptor.parent_service().parent_file();
        if comment(&file, descriptor.path()).is_empty() {
            silent.insert(method.name.clone());
        }
        for root in [descriptor.input(), descriptor.output()] {
            for message in with_members(root) {
                if comment(&message.parent_file(), message.path()).is_empty() {
                    silent.insert(message.full_name().to_owned());
                }
                for field in message.fields() {
                    if let Kind::Enum(choice) = field.kind()
                        && comment(&choice.parent_file(), choice.path()).is_empty()
                    {
                        silent.insert(choice.full_name().to_owned());
                    }
                }
            }
        }
    }
    assert_eq!(silent, BTreeSet::new(), "these have no comment");
}

/// A member that is a message or an enum is explained by its type; text, numbers and flags are not.
#[test]
fn plain_members_of_requests_are_explained() {
    let contract = Contract::load().unwrap();
    let mut silent = BTreeSet::new();
    for method in contract.methods() {
        for message in with_members(method.descriptor.input()) {
            for field in message.fields() {
                let plain = !matches!(field.kind(), Kind::Message(_) | Kind::Enum(_));
                if plain && comment(&message.parent_file(), field.path()).is_empty() {
                    silent.insert(field.full_name().to_owned());
                }
            }
        }
    }
    assert_eq!(silent, BTreeSet::new(), "these have no comment");
}

#[test]
fn agrees_with_the_descriptors_that_zitadel_publishes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let node_modules = root.join("target/node_modules");
    assert!(
        node_modules.join("@zitadel/proto").is_dir(),
        "the npm package @zitadel/proto is missing; install it with\n  \
         npm install --prefix target --no-save @zitadel/proto@1.3.1"
    );
    let set = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract.binpb");
    fs::write(&set, DESCRIPTOR_SET).unwrap();

    let output = Command::new("node")
        .arg(root.join("tests/contract/npm_descriptors.mjs"))
        .args([&node_modules, &set])
        .output()
        .expect("Node.js is needed: install the Debian package nodejs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn parameters(rule: &HttpRule) -> impl Iterator<Item = &str> {
    rule.path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// The comment above a declaration; `path` says where it stands in its file.
fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let proto = file.file_descriptor_proto();
    let locations = proto
        .source_code_info
        .iter()
        .flat_map(|info| &info.location);
    locations
        .filter(|location| location.path == path)
        .map(|location| location.leading_comments().trim().to_owned())
        .collect()
}

/// A message and every message of ours that it holds at any depth.
fn with_members(root: MessageDescriptor) -> Vec<MessageDescriptor> {
    let mut seen = HashSet::new();
    let mut waiting = vec![root];
    let mut found = Vec::new();
    while let Some(message) = waiting.pop() {
        let well_known = message.package_name() == "google.protobuf";
        if well_known || !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        for field in message.fields() {
            if let Kind::Message(member) = field.kind() {
                waiting.push(member);
            }
        }
        found.push(message);
    }
    found
}
