//! Tells the first broken rule of a command in the words of the contract (contract/README §4).
//!
//! The rules themselves are `validator` derives on the command structs. A [`Rules`] beside a struct
//! names its wire message and the order of its fields, which the derive does not keep.

use std::borrow::Cow;

use validator::{Validate, ValidateEmail, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::error::Error;

/// How a command's rules are told: the wire message, and its fields in order with those of nested ones.
pub(super) struct Rules {
    pub message: &'static str,
    pub fields: &'static [(&'static str, Option<&'static Rules>)],
}

/// A struct whose derives hold the rules of a request.
pub(super) trait Command: Validate {
    const RULES: &'static Rules;
}

/// Checks a command.
///
/// # Errors
/// INVALID with the text of the first broken rule, in field order.
pub(super) fn check<C: Command>(command: &C) -> Result<(), Error> {
    let Err(faults) = command.validate() else {
        return Ok(());
    };
    Err(Error::invalid(
        tell(&faults, C::RULES).unwrap_or_else(|| format!("invalid {}", C::RULES.message)),
    ))
}

fn tell(faults: &ValidationErrors, rules: &Rules) -> Option<String> {
    let message = rules.message;
    rules.fields.iter().find_map(|(field, nested)| {
        let wire_field = go_name(field);
        match (faults.errors().get(*field)?, nested) {
            (ValidationErrorsKind::Field(broken), _) => {
                let first = broken.iter().min_by_key(|fault| rank(fault))?;
                Some(format!("invalid {message}.{wire_field}: {}", text(first)))
            }
            (ValidationErrorsKind::Struct(inner), Some(rules)) => Some(format!(
                "invalid {message}.{wire_field}: embedded message failed validation | caused by: {}",
                tell(inner, rules)?
            )),
            (ValidationErrorsKind::List(items), rules) => {
                let (index, inner) = items.first_key_value()?;
                let cause = rules.and_then(|rules| tell(inner, rules)).unwrap_or_default();
                Some(format!(
                    "invalid {message}.{wire_field}[{index}]: embedded message failed validation | caused by: {cause}"
                ))
            }
            (ValidationErrorsKind::Struct(_), None) => None,
        }
    })
}

/// Length rules come before prefix and address rules.
fn rank(fault: &ValidationError) -> u8 {
    match fault.code.as_ref() {
        "required" => 0,
        "length" | "bytes" => 1,
        _ => 2,
    }
}

fn text(fault: &ValidationError) -> Cow<'static, str> {
    let bound = |name: &str| fault.params.get(name).and_then(|bound| bound.as_u64());
    let is_list = fault
        .params
        .get("value")
        .is_some_and(serde_json::Value::is_array);
    match (fault.code.as_ref(), bound("min"), bound("max")) {
        ("required", ..) => "value is required".into(),
        ("length", Some(min), Some(max)) => {
            format!("value length must be between {min} and {max} runes, inclusive").into()
        }
        ("length", None, Some(max)) if is_list => {
            format!("value must contain no more than {max} item(s)").into()
        }
        ("length", None, Some(max)) => format!("value length must be at most {max} runes").into(),
        ("bytes", Some(min), Some(max)) => {
            format!("value length must be between {min} and {max} bytes, inclusive").into()
        }
        ("plus", ..) => "value does not have prefix \"+\"".into(),
        ("email", ..) => "value must be a valid email address".into(),
        ("true", ..) => "value must equal true".into(),
        ("enum", ..) => "value must be one of the defined enum values".into(),
        _ => "value is invalid".into(),
    }
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

/// The number begins with "+".
pub(super) fn starts_with_plus(phone: &str) -> Result<(), ValidationError> {
    if phone.starts_with('+') {
        Ok(())
    } else {
        Err(ValidationError::new("plus"))
    }
}

/// The flag is true where it is given.
pub(super) fn only_true(flag: &bool) -> Result<(), ValidationError> {
    if *flag {
        Ok(())
    } else {
        Err(ValidationError::new("true"))
    }
}

/// A valid e-mail address.
pub(super) fn is_email(address: &str) -> Result<(), ValidationError> {
    if address.validate_email() {
        Ok(())
    } else {
        Err(ValidationError::new("email"))
    }
}

/// A metadata value: 1 to 500,000 bytes.
pub(super) fn is_metadata_value(value: &[u8]) -> Result<(), ValidationError> {
    if (1..=500_000).contains(&value.len()) {
        return Ok(());
    }
    let mut fault = ValidationError::new("bytes");
    fault.add_param("min".into(), &1);
    fault.add_param("max".into(), &500_000);
    Err(fault)
}

/// A request that names one user by an id of 1 to 200 characters, in a field of its own name.
macro_rules! user_command {
    ($name:ident, $message:literal, $field:ident) => {
        #[derive(validator::Validate)]
        struct $name {
            #[validate(length(min = 1, max = 200))]
            $field: String,
        }

        impl crate::api::validation::Command for $name {
            const RULES: &'static crate::api::validation::Rules = &crate::api::validation::Rules {
                message: $message,
                fields: &[(stringify!($field), None)],
            };
        }
    };
}
pub(super) use user_command;
