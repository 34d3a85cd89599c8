//! Checks a request against the limits that the contract declares, and tells the first broken one in
//! the words of the contract (contract/README §4).
//!
//! `build.rs` derives `validator::Validate` for every request from the options of its fields; the checks
//! that `validator` has no attribute for are the functions here. `api` calls [`check`] for every request
//! before its operation runs; nothing here knows the meaning of a field.

use std::borrow::Cow;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use validator::{
    Validate, ValidateEmail as _, ValidationError, ValidationErrors, ValidationErrorsKind,
};

/// The functions and implementations that follow from the contract.
#[allow(missing_docs, clippy::all, reason = "generated")]
pub(super) mod declared {
    use validator::{Validate, ValidationError, ValidationErrors};

    #[allow(unused_imports, reason = "whatever the contract declares")]
    use super::{bytes, defined, each_length, email, items, length, not_zero, only_true, prefix};

    include!(concat!(env!("OUT_DIR"), "/limits.rs"));
}

/// Checks a request.
///
/// # Errors
/// The text of the first broken limit, in the order of the fields.
pub fn check(request: &impl Validate, descriptor: &MessageDescriptor) -> Result<(), String> {
    let Err(faults) = request.validate() else {
        return Ok(());
    };
    Err(tell(&faults, descriptor)
        .unwrap_or_else(|| format!("invalid {}", message_name(descriptor))))
}

fn tell(faults: &ValidationErrors, message: &MessageDescriptor) -> Option<String> {
    let name = message_name(message);
    for field in declared_order(message) {
        let oneof = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic());
        let key = oneof.as_ref().map_or(field.name(), |oneof| oneof.name());
        let fault = match (faults.errors().get(key), &oneof) {
            (None, _) => continue,
            (Some(ValidationErrorsKind::Field(broken)), Some(oneof)) => {
                let first = broken.first()?;
                let oneof = go_name(oneof.name());
                return Some(format!("invalid {name}.{oneof}: {}", text(first)));
            }
            (Some(ValidationErrorsKind::Struct(inner)), Some(_)) => {
                match inner.errors().get(field.name()) {
                    Some(fault) => fault,
                    None => continue,
                }
            }
            (Some(fault), _) => fault,
        };
        return tell_field(fault, &field, &name);
    }
    None
}

fn tell_field(fault: &ValidationErrorsKind, field: &FieldDescriptor, name: &str) -> Option<String> {
    let wire_field = go_name(field.name());
    let member = match field.kind() {
        Kind::Message(member) => Some(member),
        _ => None,
    };
    let (place, cause) = match fault {
        ValidationErrorsKind::Field(broken) => {
            let first = broken.iter().min_by_key(|fault| rank(fault))?;
            let item = first.params.get("item").map(|item| format!("[{item}]"));
            let item = item.unwrap_or_default();
            return Some(format!(
                "invalid {name}.{wire_field}{item}: {}",
                text(first)
            ));
        }
        ValidationErrorsKind::Struct(inner) => (String::new(), tell(inner, &member?)?),
        ValidationErrorsKind::List(items) => {
            let (index, inner) = items.first_key_value()?;
            (format!("[{index}]"), tell(inner, &member?)?)
        }
    };
    Some(format!(
        "invalid {name}.{wire_field}{place}: embedded message failed validation | caused by: {cause}"
    ))
}

/// The fields as the file has them: their order is the order of the checks.
fn declared_order(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let fields = &message.descriptor_proto().field;
    fields
        .iter()
        .filter_map(|field| message.get_field_by_name(field.name()))
        .collect()
}

/// `AddHumanUserRequest_Profile` for a message in a message.
fn message_name(message: &MessageDescriptor) -> String {
    let full = message.full_name();
    let local = full
        .strip_prefix(message.package_name())
        .unwrap_or(full)
        .trim_start_matches('.');
    local.replace('.', "_")
}

/// `user_id` is `UserId` in the texts of the contract.
fn go_name(field: &str) -> String {
    field
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
                .unwrap_or_default()
        })
        .collect()
}

/// Presence and length rules come before prefix and address rules.
fn rank(fault: &ValidationError) -> u8 {
    match fault.code.as_ref() {
        "required" => 0,
        "length" | "bytes" | "items" => 1,
        _ => 2,
    }
}

fn text(fault: &ValidationError) -> Cow<'static, str> {
    let bound = |name: &str| {
        let bound = fault.params.get(name).and_then(|bound| bound.as_u64());
        bound.filter(|bound| *bound > 0)
    };
    let (what, unit) = match fault.code.as_ref() {
        "required" => return "value is required".into(),
        "prefix" => {
            let prefix = fault
                .params
                .get("prefix")
                .and_then(|prefix| prefix.as_str());
            return format!(
                "value does not have prefix {:?}",
                prefix.unwrap_or_default()
            )
            .into();
        }
        "email" => return "value must be a valid email address".into(),
        "true" => return "value must equal true".into(),
        "enum" => return "value must be one of the defined enum values".into(),
        "zero" => return "value must not be in list [0]".into(),
        "length" => ("value length must be", "runes"),
        "bytes" => ("value length must be", "bytes"),
        "items" => ("value must contain", "item(s)"),
        _ => return "value is invalid".into(),
    };
    match (bound("min"), bound("max"), unit) {
        (Some(min), Some(max), _) if min == max => format!("{what} {min} {unit}").into(),
        (Some(min), Some(max), _) => {
            format!("{what} between {min} and {max} {unit}, inclusive").into()
        }
        (None, Some(max), "item(s)") => format!("{what} no more than {max} {unit}").into(),
        (None, Some(max), _) => format!("{what} at most {max} {unit}").into(),
        (Some(min), None, _) => format!("{what} at least {min} {unit}").into(),
        (None, None, _) => "value is invalid".into(),
    }
}

type Check = Result<(), ValidationError>;

/// `max` 0 is no maximum.
fn within(code: &'static str, count: usize, min: usize, max: usize) -> Check {
    if count >= min && (max == 0 || count <= max) {
        return Ok(());
    }
    let mut fault = ValidationError::new(code);
    fault.add_param("min".into(), &min);
    fault.add_param("max".into(), &max);
    Err(fault)
}

fn length(value: &str, min: usize, max: usize) -> Check {
    within("length", value.chars().count(), min, max)
}

fn each_length(values: &[String], min: usize, max: usize) -> Check {
    for (item, value) in values.iter().enumerate() {
        length(value, min, max).map_err(|mut fault| {
            fault.add_param("item".into(), &item);
            fault
        })?;
    }
    Ok(())
}

fn items<T>(values: &[T], min: usize, max: usize) -> Check {
    within("items", values.len(), min, max)
}

fn bytes(value: &(impl AsRef<[u8]> + ?Sized), min: usize, max: usize) -> Check {
    within("bytes", value.as_ref().len(), min, max)
}

fn prefix(value: &str, prefix: &str) -> Check {
    if value.starts_with(prefix) {
        return Ok(());
    }
    let mut fault = ValidationError::new("prefix");
    fault.add_param("prefix".into(), &prefix);
    Err(fault)
}

fn email(value: &str) -> Check {
    holds("email", value.validate_email())
}

fn only_true(value: &bool) -> Check {
    holds("true", *value)
}

fn defined(value: &i32, values: &[i32]) -> Check {
    holds("enum", values.contains(value))
}

fn not_zero(value: &i32) -> Check {
    holds("zero", *value != 0)
}

fn holds(code: &'static str, condition: bool) -> Check {
    if condition {
        Ok(())
    } else {
        Err(ValidationError::new(code))
    }
}
