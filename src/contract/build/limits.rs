//! Turns the limits that the contract declares into code: one `impl Limited` a request message.
//!
//! The implementations check field by field in the order of declaration and stop at the first broken
//! limit; the functions that they call, and the words that tell a broken limit, are in `limits.rs`
//! of the library. Only `build.rs` uses this.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    OneofDescriptor, Value,
};

/// Messages and other values in a list of a request where the contract knows no limit: no request makes
/// the server write, or ask the database for, any number of things at once.
const MOST_MESSAGES: u32 = 500;
const MOST_VALUES: u32 = 1000;

/// The implementations for everything that a request can hold.
pub fn implementations(pool: &DescriptorPool) -> String {
    let mut requests = BTreeSet::new();
    let mut held = BTreeMap::new();
    for service in pool.services() {
        for method in service.methods() {
            requests.insert(method.input().full_name().to_owned());
            hold(method.input(), &mut held);
        }
    }
    let limits = Limits::read(pool, &held);
    let mut code = String::new();
    for (name, message) in &held {
        if requests.contains(name) || limits.limited.contains(name) {
            let rust = rust_type(message);
            let checks = limits.of_message(message);
            let _ = writeln!(
                code,
                "impl Limited for {rust} {{ fn check(&self) -> Checked {{\n{checks}Ok(()) }} }}"
            );
        }
    }
    code
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

struct Limits {
    limits: ExtensionDescriptor,
    member_required: ExtensionDescriptor,
    /// The messages that have limits, themselves or in a member.
    limited: BTreeSet<String>,
}

impl Limits {
    fn read(pool: &DescriptorPool, held: &BTreeMap<String, MessageDescriptor>) -> Self {
        let extension = |name| {
            pool.get_extension_by_name(name)
                .unwrap_or_else(|| panic!("the contract declares no option {name}"))
        };
        let mut limits = Self {
            limits: extension("belfry.v1.limits"),
            member_required: extension("belfry.v1.member_required"),
            limited: BTreeSet::new(),
        };
        loop {
            let found: BTreeSet<String> = held
                .iter()
                .filter(|(_, message)| !limits.of_message(message).is_empty())
                .map(|(name, _)| name.clone())
                .collect();
            if found == limits.limited {
                return limits;
            }
            limits.limited = found;
        }
    }

    /// The statements that check a message.
    fn of_message(&self, message: &MessageDescriptor) -> String {
        let mut code = String::new();
        let mut seen = BTreeSet::new();
        for field in in_declared_order(message) {
            match field
                .containing_oneof()
                .filter(|oneof| !oneof.is_synthetic())
            {
                None => code.push_str(&self.of_field(&field)),
                Some(oneof) if seen.insert(oneof.name().to_owned()) => {
                    code.push_str(&self.of_oneof(&oneof));
                }
                Some(_) => {}
            }
        }
        code
    }

    fn of_field(&self, field: &FieldDescriptor) -> String {
        let name = rust_field(field.name());
        let place = place(field.parent_message(), field.name());
        let mut code = String::new();
        if self.flag(field, "required") {
            let _ = writeln!(code, "required(&self.{name}, {place:?})?;");
        }
        let checks = self.value_checks(field, &place);
        if checks.is_empty() {
            return code;
        }
        if field.is_list() {
            let items = self.list_checks(field, &place);
            let _ = writeln!(code, "let values = &self.{name}; {items}");
        } else if field.supports_presence() {
            let _ = writeln!(code, "if let Some(value) = &self.{name} {{ {checks} }}");
        } else {
            let _ = writeln!(code, "let value = &self.{name}; {checks}");
        }
        code
    }

    fn of_oneof(&self, oneof: &OneofDescriptor) -> String {
        let message = oneof.parent_message();
        let mut arms = String::new();
        for field in oneof.fields() {
            let checks = self.value_checks(&field, &place(message, field.name()));
            if !checks.is_empty() {
                let variant = format!(
                    "{}::{}",
                    rust_oneof(oneof),
                    field.name().to_upper_camel_case()
                );
                let _ = writeln!(arms, "Some({variant}(value)) => {{ {checks} }}");
            }
        }
        let is_required = message_option(&self.member_required, &oneof.options());
        if is_required {
            let place = place(message, oneof.name());
            let _ = writeln!(arms, "None => return absent({place:?}),");
        }
        if arms.is_empty() {
            return String::new();
        }
        let name = rust_field(oneof.name());
        format!(
            "#[allow(unreachable_patterns, clippy::single_match)] match &self.{name} {{ {arms} _ => {{}} }}\n"
        )
    }

    /// The statements that check one value of a field, which is called `value`.
    fn value_checks(&self, field: &FieldDescriptor, place: &str) -> String {
        if field.is_list() {
            return self.list_checks(field, place);
        }
        let mut code = String::new();
        let number = |rule| self.number(field, rule);
        if number("min_length") + number("max_length") > 0 {
            let (min, max) = (number("min_length"), number("max_length"));
            let _ = write!(code, "length(value, {min}, {max}, {place:?})?;");
        }
        if number("min_bytes") + number("max_bytes") > 0 {
            let (min, max) = (number("min_bytes"), number("max_bytes"));
            let _ = write!(code, "bytes(value, {min}, {max}, {place:?})?;");
        }
        let prefix = self.text(field, "prefix");
        if !prefix.is_empty() {
            let _ = write!(code, "prefix(value, {prefix:?}, {place:?})?;");
        }
        for rule in ["email", "only_true", "not_zero"] {
            if self.flag(field, rule) {
                let _ = write!(code, "{rule}(value, {place:?})?;");
            }
        }
        match field.kind() {
            Kind::Enum(choice) if self.flag(field, "defined_only") => {
                let values: Vec<i32> = choice.values().map(|value| value.number()).collect();
                let _ = write!(code, "defined(value, &{values:?}, {place:?})?;");
            }
            Kind::Message(member) if self.limited.contains(member.full_name()) => {
                let _ = write!(code, "nested(value.check(), {place:?})?;");
            }
            _ => {}
        }
        code
    }

    /// The statements that check a repeated field, which is called `values`.
    fn list_checks(&self, field: &FieldDescriptor, place: &str) -> String {
        let mut code = String::new();
        let number = |rule| self.number(field, rule);
        let max_items = match number("max_items") {
            0 if matches!(field.kind(), Kind::Message(_)) => MOST_MESSAGES,
            0 => MOST_VALUES,
            declared => declared,
        };
        let min_items = number("min_items");
        let _ = write!(code, "items(values, {min_items}, {max_items}, {place:?})?;");
        if number("min_length") + number("max_length") > 0 {
            let (min, max) = (number("min_length"), number("max_length"));
            let _ = write!(code, "each_length(values, {min}, {max}, {place:?})?;");
        }
        if let Kind::Message(member) = field.kind()
            && self.limited.contains(member.full_name())
        {
            let _ = write!(code, "each_nested(values, {place:?})?;");
        }
        code
    }

    fn rule(&self, field: &FieldDescriptor, rule: &str) -> Option<Value> {
        let options: DynamicMessage = field.options();
        if !options.has_extension(&self.limits) {
            return None;
        }
        let limits = options.get_extension(&self.limits);
        let value = limits.as_message()?.get_field_by_name(rule)?;
        Some(value.into_owned())
    }

    fn number(&self, field: &FieldDescriptor, rule: &str) -> u32 {
        self.rule(field, rule)
            .and_then(|value| value.as_u32())
            .unwrap_or(0)
    }

    fn flag(&self, field: &FieldDescriptor, rule: &str) -> bool {
        self.rule(field, rule)
            .and_then(|value| value.as_bool())
            .unwrap_or(false)
    }

    fn text(&self, field: &FieldDescriptor, rule: &str) -> String {
        self.rule(field, rule)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

fn message_option(extension: &ExtensionDescriptor, options: &DynamicMessage) -> bool {
    options.get_extension(extension).as_bool().unwrap_or(false)
}

/// The fields as the file has them: their order is the order of the checks.
fn in_declared_order(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let fields = &message.descriptor_proto().field;
    fields
        .iter()
        .filter_map(|field| message.get_field_by_name(field.name()))
        .collect()
}

/// Where a limit is broken, in the words of the contract (contract/README §4): `AddHumanUserRequest_Profile.FirstName`.
fn place(message: &MessageDescriptor, field: &str) -> String {
    let local = &message.full_name()[message.package_name().len() + 1..];
    let words = field.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    format!("{}.{}", local.replace('.', "_"), words.collect::<String>())
}

/// The name that prost gives a field.
fn rust_field(name: &str) -> String {
    match name {
        "type" => "r#type".to_owned(),
        _ => name.to_snake_case(),
    }
}

/// The path of the type that prost makes from a message.
fn rust_type(message: &MessageDescriptor) -> String {
    let local = &message.full_name()[message.package_name().len() + 1..];
    let names: Vec<&str> = local.split('.').collect();
    let mut path = vec!["crate::contract::pb".to_owned()];
    path.extend(
        message
            .package_name()
            .split('.')
            .map(|name| name.to_snake_case()),
    );
    if let Some((last, parents)) = names.split_last() {
        path.extend(parents.iter().map(|name| name.to_snake_case()));
        path.push(last.to_upper_camel_case());
    }
    path.join("::")
}

/// The path of the enum that prost makes from a oneof.
fn rust_oneof(oneof: &OneofDescriptor) -> String {
    let parent = rust_type(oneof.parent_message());
    let (module, message) = parent.rsplit_once("::").unwrap_or(("", &parent));
    let (message, oneof) = (message.to_snake_case(), oneof.name().to_upper_camel_case());
    format!("{module}::{message}::{oneof}")
}
