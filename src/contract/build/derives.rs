//! Turns the limits that the contract declares into `validator` rules of the message types.
//!
//! A message that a request holds and that has limits derives `Validate`, with an attribute a field;
//! what an attribute cannot say (bytes, prefixes, enums, lists of strings) is a small generated
//! function. Oneofs and boxed members, which the derive cannot enter, get a written-out implementation.
//! Only `build.rs` uses this; the texts for broken rules are in `limits.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor,
};

/// What `prost_build` is told, and the code beside its own.
#[derive(Default)]
pub struct Derives {
    /// Attributes of messages, by their names.
    pub messages: Vec<(String, String)>,
    /// Attributes of fields, by their names.
    pub fields: Vec<(String, String)>,
    /// Functions and implementations.
    pub code: String,
    /// Functions by what they do.
    functions: BTreeMap<String, usize>,
}

/// One field's limits, all 0, empty or false where nothing is declared.
struct Limits(DynamicMessage);

impl Limits {
    fn of(field: &FieldDescriptor) -> Option<Self> {
        let extension = field
            .parent_pool()
            .get_extension_by_name("belfry.v1.limits")?;
        let options = field.options();
        options
            .has_extension(&extension)
            .then(|| options.get_extension(&extension).as_message().cloned())
            .flatten()
            .map(Self)
    }

    fn number(&self, rule: &str) -> u32 {
        self.0
            .get_field_by_name(rule)
            .and_then(|value| value.as_u32())
            .unwrap_or(0)
    }

    fn flag(&self, rule: &str) -> bool {
        self.0
            .get_field_by_name(rule)
            .and_then(|value| value.as_bool())
            .unwrap_or(false)
    }

    fn text(&self, rule: &str) -> String {
        self.0
            .get_field_by_name(rule)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

impl Derives {
    /// Reads the limits of everything that a request can hold.
    pub fn read(pool: &DescriptorPool) -> Self {
        let mut derives = Self::default();
        let mut requests = BTreeSet::new();
        let mut held = BTreeMap::new();
        for method in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            requests.insert(method.input().full_name().to_owned());
            hold(method.input(), &mut held);
        }
        let limited: BTreeSet<String> = limited(&held);
        for (name, message) in &held {
            if limited.contains(name) {
                derives.message(message, &limited);
            } else if requests.contains(name) {
                let rust = rust_type(message);
                let _ = writeln!(
                    derives.code,
                    "impl Validate for {rust} {{ fn validate(&self) -> Result<(), ValidationErrors> {{ Ok(()) }} }}"
                );
            }
        }
        derives
    }

    fn message(&mut self, message: &MessageDescriptor, limited: &BTreeSet<String>) {
        let name = message.full_name();
        for oneof in real_oneofs(message) {
            let is_limited = oneof.fields().any(|field| needs_check(&field, limited));
            if is_limited {
                self.oneof(&oneof, limited);
            }
        }
        if message
            .fields()
            .any(|field| is_boxed(&field) && needs_check(&field, limited))
        {
            self.written_out(message, limited);
            return;
        }
        self.messages.push((
            name.to_owned(),
            "#[derive(::validator::Validate)]".to_owned(),
        ));
        for field in message.fields().filter(|field| in_no_real_oneof(field)) {
            let mut rules = self.attribute_rules(&field);
            if is_limited_message(&field, limited) {
                rules.push("nested".to_owned());
            }
            if !rules.is_empty() {
                self.fields.push((
                    field.full_name().to_owned(),
                    format!("#[validate({})]", rules.join(", ")),
                ));
            }
        }
        for oneof in real_oneofs(message) {
            let mut rules = Vec::new();
            if member_required(&oneof) {
                rules.push("required");
            }
            if oneof.fields().any(|field| needs_check(&field, limited)) {
                rules.push("nested");
            }
            if !rules.is_empty() {
                self.fields.push((
                    format!("{name}.{}", oneof.name()),
                    format!("#[validate({})]", rules.join(", ")),
                ));
            }
        }
    }

    /// The rules of a field as `validator` attributes.
    fn attribute_rules(&mut self, field: &FieldDescriptor) -> Vec<String> {
        let Some(limits) = Limits::of(field) else {
            return Vec::new();
        };
        let mut rules = Vec::new();
        if limits.flag("required") {
            rules.push("required".to_owned());
        }
        let (min, max) = (limits.number("min_length"), limits.number("max_length"));
        if field.kind() == Kind::String && !field.is_list() && (min > 0 || max > 0) {
            let min = if min > 0 {
                format!("min = {min}, ")
            } else {
                String::new()
            };
            rules.push(format!("length({min}max = {max})"));
        }
        for call in checks(field, &limits) {
            let argument = argument_type(field);
            let number = self.function(&argument, &call);
            rules.push(format!(
                "custom(function = \"crate::contract::limits::declared::check_{number}\")"
            ));
        }
        rules
    }

    /// The number of the function that makes a check.
    fn function(&mut self, argument: &str, call: &str) -> usize {
        let key = format!("{argument} {call}");
        if let Some(number) = self.functions.get(&key) {
            return *number;
        }
        let number = self.functions.len();
        self.functions.insert(key, number);
        let _ = writeln!(
            self.code,
            "pub fn check_{number}(value: &{argument}) -> Result<(), ValidationError> {{ {call} }}"
        );
        number
    }

    fn oneof(&mut self, oneof: &OneofDescriptor, limited: &BTreeSet<String>) {
        let parent = rust_type(oneof.parent_message());
        let (module, message) = parent.rsplit_once("::").unwrap_or(("", &parent));
        let rust = format!(
            "{module}::{}::{}",
            message.to_snake_case(),
            oneof.name().to_upper_camel_case()
        );
        let arms: String = oneof
            .fields()
            .filter(|field| needs_check(field, limited))
            .map(|field| {
                let variant = field.name().to_upper_camel_case();
                let statements = statements(&field, limited);
                format!("Self::{variant}(value) => {{ {statements} }}\n")
            })
            .collect();
        let rest = if oneof.fields().all(|field| needs_check(&field, limited)) {
            ""
        } else {
            "_ => {}\n"
        };
        let _ = writeln!(
            self.code,
            "impl Validate for {rust} {{ fn validate(&self) -> Result<(), ValidationErrors> {{
                 let mut errors = ValidationErrors::new();
                 match self {{ {arms}{rest} }}
                 if errors.is_empty() {{ Ok(()) }} else {{ Err(errors) }}
             }} }}"
        );
    }

    /// The implementation for a message with a boxed member.
    fn written_out(&mut self, message: &MessageDescriptor, limited: &BTreeSet<String>) {
        let rust = rust_type(message);
        let mut body = String::new();
        for field in message.fields().filter(|field| needs_check(field, limited)) {
            assert!(
                in_no_real_oneof(&field)
                    && !field.is_list()
                    && matches!(field.kind(), Kind::Message(_)),
                "{}: only single messages are limited beside a boxed member",
                field.full_name()
            );
            let name = field.name().to_snake_case();
            let absent = if Limits::of(&field).is_some_and(|limits| limits.flag("required")) {
                format!("errors.add({name:?}, ValidationError::new(\"required\"))")
            } else {
                "()".to_owned()
            };
            let present = if is_limited_message(&field, limited) {
                format!("{{ errors.merge_self({name:?}, value.validate()); }}")
            } else {
                "()".to_owned()
            };
            let _ = writeln!(
                body,
                "match &self.{name} {{ Some(value) => {present}, None => {absent} }}"
            );
        }
        let _ = writeln!(
            self.code,
            "impl Validate for {rust} {{ fn validate(&self) -> Result<(), ValidationErrors> {{
                 let mut errors = ValidationErrors::new();
                 {body}
                 if errors.is_empty() {{ Ok(()) }} else {{ Err(errors) }}
             }} }}"
        );
    }
}

/// The statements that check one member of a oneof, whose value is `value`.
fn statements(field: &FieldDescriptor, limited: &BTreeSet<String>) -> String {
    let name = field.name();
    let mut statements = String::new();
    if let Some(limits) = Limits::of(field) {
        let mut calls = checks(field, &limits);
        let (min, max) = (limits.number("min_length"), limits.number("max_length"));
        if field.kind() == Kind::String && (min > 0 || max > 0) {
            calls.insert(0, format!("length(value, {min}, {max})"));
        }
        for call in calls {
            let _ = write!(
                statements,
                "if let Err(fault) = {call} {{ errors.add({name:?}, fault); }}"
            );
        }
    }
    if is_limited_message(field, limited) {
        let _ = write!(statements, "errors.merge_self({name:?}, value.validate());");
    }
    statements
}

/// The checks of a field that `validator` has no attribute for, as calls on `value`.
fn checks(field: &FieldDescriptor, limits: &Limits) -> Vec<String> {
    let number = |rule| limits.number(rule);
    let mut calls = Vec::new();
    if number("min_items") > 0 || number("max_items") > 0 {
        calls.push(format!(
            "items(value, {}, {})",
            number("min_items"),
            number("max_items")
        ));
    }
    if field.is_list() && (number("min_length") > 0 || number("max_length") > 0) {
        calls.push(format!(
            "each_length(value, {}, {})",
            number("min_length"),
            number("max_length")
        ));
    }
    if number("min_bytes") > 0 || number("max_bytes") > 0 {
        calls.push(format!(
            "bytes(value, {}, {})",
            number("min_bytes"),
            number("max_bytes")
        ));
    }
    if !limits.text("prefix").is_empty() {
        calls.push(format!("prefix(value, {:?})", limits.text("prefix")));
    }
    if limits.flag("email") {
        calls.push("email(value)".to_owned());
    }
    if limits.flag("only_true") {
        calls.push("only_true(value)".to_owned());
    }
    if let Kind::Enum(choice) = field.kind() {
        if limits.flag("defined_only") {
            let values: Vec<String> = choice
                .values()
                .map(|value| value.number().to_string())
                .collect();
            calls.push(format!("defined(value, &[{}])", values.join(", ")));
        }
        if limits.flag("not_zero") {
            calls.push("not_zero(value)".to_owned());
        }
    }
    calls
}

/// What a generated function takes.
fn argument_type(field: &FieldDescriptor) -> String {
    let item = match field.kind() {
        Kind::String if !field.is_list() => "str".to_owned(),
        Kind::String => "String".to_owned(),
        Kind::Bytes if !field.is_list() => "[u8]".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Enum(_) => "i32".to_owned(),
        Kind::Message(message) => rust_type(&message),
        kind => panic!("{}: no limits for {kind:?}", field.full_name()),
    };
    if field.is_list() {
        format!("[{item}]")
    } else {
        item
    }
}

/// Collects a message and every message of ours that it holds.
fn hold(message: MessageDescriptor, held: &mut BTreeMap<String, MessageDescriptor>) {
    if message.package_name() == "google.protobuf" || held.contains_key(message.full_name()) {
        return;
    }
    held.insert(message.full_name().to_owned(), message.clone());
    for field in message.fields() {
        if let Kind::Message(member) = field.kind() {
            hold(member, held);
        }
    }
}

/// The messages that have limits, themselves or in a member.
fn limited(held: &BTreeMap<String, MessageDescriptor>) -> BTreeSet<String> {
    let mut limited = BTreeSet::new();
    loop {
        let before = limited.len();
        for (name, message) in held {
            let has_limits = message.fields().any(|field| needs_check(&field, &limited))
                || real_oneofs(message).any(|oneof| member_required(&oneof));
            if has_limits {
                limited.insert(name.clone());
            }
        }
        if limited.len() == before {
            return limited;
        }
    }
}

fn needs_check(field: &FieldDescriptor, limited: &BTreeSet<String>) -> bool {
    Limits::of(field).is_some() || is_limited_message(field, limited)
}

fn is_limited_message(field: &FieldDescriptor, limited: &BTreeSet<String>) -> bool {
    matches!(field.kind(), Kind::Message(member) if limited.contains(member.full_name()))
}

fn member_required(oneof: &OneofDescriptor) -> bool {
    let pool = oneof.parent_pool();
    pool.get_extension_by_name("belfry.v1.member_required")
        .is_some_and(|extension| oneof.options().get_extension(&extension).as_bool() == Some(true))
}

/// A proto3 optional stands in a oneof of its own, which is none in Rust.
fn real_oneofs(message: &MessageDescriptor) -> impl Iterator<Item = OneofDescriptor> {
    message.oneofs().filter(|oneof| !oneof.is_synthetic())
}

fn in_no_real_oneof(field: &FieldDescriptor) -> bool {
    field
        .containing_oneof()
        .is_none_or(|oneof| oneof.is_synthetic())
}

/// Whether prost boxes a single member: it can hold, through single members, its own message.
fn is_boxed(field: &FieldDescriptor) -> bool {
    let Kind::Message(member) = field.kind() else {
        return false;
    };
    if field.is_list() || !in_no_real_oneof(field) {
        return false;
    }
    let home = field.parent_message().full_name().to_owned();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![member];
    while let Some(message) = waiting.pop() {
        if message.full_name() == home {
            return true;
        }
        if seen.insert(message.full_name().to_owned()) {
            waiting.extend(
                message
                    .fields()
                    .filter(|field| !field.is_list())
                    .filter_map(|field| match field.kind() {
                        Kind::Message(member) => Some(member),
                        _ => None,
                    }),
            );
        }
    }
    false
}

/// The path of the type that prost makes from a message.
fn rust_type(message: &MessageDescriptor) -> String {
    let mut path = vec!["crate::contract::pb".to_owned()];
    path.extend(
        message
            .package_name()
            .split('.')
            .map(|package| package.to_snake_case()),
    );
    let local = message.full_name()[message.package_name().len() + 1..].split('.');
    let names: Vec<&str> = local.collect();
    for (depth, name) in names.iter().enumerate() {
        let is_last = depth + 1 == names.len();
        path.push(if is_last {
            name.to_upper_camel_case()
        } else {
            name.to_snake_case()
        });
    }
    path.join("::")
}
