//! How a single value of a field looks as JSON: as it is sent, as it is answered, and as text in a path
//! or a query.
//!
//! What is sent is described as widely as `transport::json` and `transport::parameters` read it, and as
//! narrowly as the declared limits of the field check it. `openapi::schema` puts the values together
//! to messages.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind};
use serde_json::{Value, json};

use crate::contract::FieldRules;

/// RFC 3339, with the capital letters and the ranges that are insisted on; no offset leads out of the
/// years 1 to 9999.
const TIMESTAMP: &str = "^(?!0000|0001-01-01.*\\+|9999-12-31T.*-)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\
    T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";

/// Seconds with up to nine digits behind the point; beyond 10,000 years is out of range.
const DURATION: &str = "^-?[0-9]{1,11}(\\.[0-9]{1,9})?s$";

/// Both alphabets of base64, but not in one value; padding may be left out.
const BASE64: &str = "^(([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==?)?|[A-Za-z0-9+/]{3}=?)?\
    |([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2}(==?)?|[A-Za-z0-9_-]{3}=?)?)$";

/// What `validator` takes for an e-mail address: HTML's form, within the lengths of RFC 5321.
const EMAIL: &str = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@\
    [A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";

/// A value in a JSON body, not null. `None` for messages of the contract, which are objects.
pub fn sent(field: &FieldDescriptor, rules: &FieldRules) -> Option<Value> {
    Some(match field.kind() {
        Kind::Bool if rules.only_true => json!({ "type": "boolean", "const": true }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::String => text(rules),
        Kind::Bytes => bytes(rules),
        Kind::Enum(choice) => sent_enum(&choice, rules),
        Kind::Message(message) if message.full_name() == "google.protobuf.Struct" => {
            json!({ "type": "object" })
        }
        Kind::Message(message) => sent_well_known(message.full_name())?,
        number => {
            let digits = if is_unsigned(&number) {
                "^\\+?[0-9]"
            } else {
                "^[+-]?[0-9]"
            };
            // As many digits as are in range whatever they are; more only where they happen to be.
            let length = match (is_64_bits(&number), is_unsigned(&number)) {
                (true, true) => 19,
                (true, false) => 18,
                (false, _) => 9,
            };
            json!({ "anyOf": [
                integer(&number),
                { "type": "string", "pattern": format!("{digits}{{1,{length}}}$") },
            ] })
        }
    })
}

/// A value in an answer. `None` for messages of the contract.
pub fn answered(field: &FieldDescriptor) -> Option<Value> {
    Some(match field.kind() {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::String => json!({ "type": "string" }),
        Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64", "format": "byte" }),
        Kind::Enum(choice) => enum_reference(&choice),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => json!({ "type": "string", "format": "date-time" }),
            "google.protobuf.Duration" => json!({ "type": "string", "pattern": DURATION }),
            "google.protobuf.Struct" => json!({ "type": "object" }),
            _ => return None,
        },
        number if is_64_bits(&number) => {
            let sign = if is_unsigned(&number) { "" } else { "-?" };
            let format = format_of(&number);
            json!({ "type": "string", "format": format, "pattern": format!("^{sign}[0-9]+$") })
        }
        number => integer(&number),
    })
}

/// A value as text in a path or a query. `None` for what does not fit there.
pub fn parameter(field: &FieldDescriptor, rules: &FieldRules) -> Option<Value> {
    Some(match field.kind() {
        // As the contract has it: the words of JSON and the digits.
        Kind::Bool => json!({ "type": "string", "enum": ["true", "false", "1", "0"] }),
        Kind::String => text(rules),
        Kind::Bytes => bytes(rules),
        Kind::Enum(choice) => {
            let values = choice
                .values()
                .filter(|value| value.number() != 0 || !rules.not_zero);
            let texts =
                values.flat_map(|value| [value.name().to_owned(), value.number().to_string()]);
            json!({ "type": "string", "enum": texts.collect::<Vec<_>>() })
        }
        Kind::Message(message) => sent_well_known(message.full_name())?,
        number => integer(&number),
    })
}

/// The named values of an enum, with their words: a schema of its own, see [`enum_reference`].
pub fn enum_schema(choice: &EnumDescriptor, comment: &str) -> Value {
    let names: Vec<_> = choice
        .values()
        .map(|value| value.name().to_owned())
        .collect();
    json!({ "type": "string", "enum": names, "description": comment })
}

/// Where the schema of an enum stands.
pub fn enum_reference(choice: &EnumDescriptor) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", choice.full_name()) })
}

/// The example of a field, as JSON.
pub fn example(field: &FieldDescriptor, rules: &FieldRules) -> Option<Value> {
    let example = rules.example.as_deref()?;
    match field.kind() {
        Kind::String | Kind::Bytes => Some(example.into()),
        _ => serde_json::from_str(example).ok().or(Some(example.into())),
    }
}

fn text(rules: &FieldRules) -> Value {
    let mut schema = json!({ "type": "string" });
    let (min, max) = rules.length;
    if min > 0 {
        schema["minLength"] = min.into();
    }
    if max > 0 {
        schema["maxLength"] = max.into();
    }
    if rules.email {
        schema["pattern"] = EMAIL.into();
    } else if rules.prefix == "+" {
        schema["pattern"] = "^\\+".into();
    } else if !rules.prefix.is_empty() {
        schema["pattern"] = format!("^{}", regex::escape(&rules.prefix)).into();
    }
    schema
}

fn bytes(rules: &FieldRules) -> Value {
    let mut schema = json!({ "type": "string", "contentEncoding": "base64", "pattern": BASE64 });
    let (min, max) = rules.bytes;
    if min > 0 {
        schema["minLength"] = (min * 4).div_ceil(3).into();
    }
    if max > 0 {
        // Whole groups of four: padding counts as well.
        schema["maxLength"] = (max.div_ceil(3) * 4).into();
    }
    schema
}

/// Names and numbers. Names that nobody knows are ignored, as unknown fields are.
fn sent_enum(choice: &EnumDescriptor, rules: &FieldRules) -> Value {
    let values = || {
        choice
            .values()
            .filter(|value| value.number() != 0 || !rules.not_zero)
    };
    let numbers: Vec<i32> = values().map(|value| value.number()).collect();
    let numbers = if rules.defined_only {
        json!({ "type": "integer", "enum": numbers })
    } else {
        json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
    };
    if rules.not_zero {
        let names: Vec<String> = values().map(|value| value.name().to_owned()).collect();
        return json!({ "anyOf": [{ "type": "string", "enum": names }, numbers] });
    }
    let unknown = json!({ "type": "string", "description": "Any other name is ignored." });
    json!({ "anyOf": [enum_reference(choice), unknown, numbers] })
}

fn sent_well_known(name: &str) -> Option<Value> {
    match name {
        "google.protobuf.Timestamp" => {
            Some(json!({ "type": "string", "format": "date-time", "pattern": TIMESTAMP }))
        }
        "google.protobuf.Duration" => Some(json!({ "type": "string", "pattern": DURATION })),
        _ => None,
    }
}

fn integer(kind: &Kind) -> Value {
    let (minimum, maximum): (Value, Value) = match (is_unsigned(kind), is_64_bits(kind)) {
        (true, true) => (0.into(), u64::MAX.into()),
        (true, false) => (0.into(), u32::MAX.into()),
        (false, true) => (i64::MIN.into(), i64::MAX.into()),
        (false, false) => (i32::MIN.into(), i32::MAX.into()),
    };
    json!({ "type": "integer", "format": format_of(kind), "minimum": minimum, "maximum": maximum })
}

fn format_of(kind: &Kind) -> &'static str {
    match (is_unsigned(kind), is_64_bits(kind)) {
        (true, true) => "uint64",
        (true, false) => "uint32",
        (false, true) => "int64",
        (false, false) => "int32",
    }
}

fn is_unsigned(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64
    )
}

fn is_64_bits(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64
    )
}
