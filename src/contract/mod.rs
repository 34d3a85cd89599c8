//! What can be said: the messages, services, REST rules and permissions of the wire contract.
//!
//! The .proto files below `proto/` are the only place where an operation is declared. `build.rs` makes
//! the message types in [`pb`] and a descriptor set from them; [`Contract`] reads the set once at start
//! and answers which rpc exists, how REST reaches it and who may call it. Nothing here touches bytes
//! of a request, a database or the clock.

mod comments;
mod field_rules;
mod limits;
mod payload;
mod rules;

/// The message types, one module a proto package.
#[allow(missing_docs, clippy::all, clippy::pedantic, rustdoc::all)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/contract.rs"));
}

pub use comments::Comments;
pub use field_rules::{FieldRules, RuleReader};
pub use limits::Limited;
pub use payload::{json_from_struct, struct_from_json};
pub use rules::{Contract, HttpRule, Method, Requirement, Verb};

/// The encoded `google.protobuf.FileDescriptorSet` of the contract, with options and comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));

/// Every .proto file: its name below the root of imports, and its text.
pub const PROTO_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/proto_files.rs"));
