//! Binds REST path and query parameters to fields of the request message (contract/README §2).
//!
//! A path parameter replaces what the body said. A query parameter names a field, also a nested one
//! (`query.limit`); repeated fields take it several times; names nobody knows are ignored; a value
//! that does not fit its field, unknown enum names included, is refused. Called by `transport::codec`.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, ReflectMessage, Value};

use super::json;
use crate::error::Error;

/// Deeper names are refused: a message type that contains itself would nest as deep as the URL is long.
const DEEPEST_NAME: usize = 32;

/// Sets the field that a path template names; the name comes from the contract.
///
/// # Errors
/// INVALID if the text is no value of that field.
pub fn bind_path(message: &mut DynamicMessage, name: &str, text: &str) -> Result<(), Error> {
    let Some((parent, field)) = descend(message, name)? else {
        return Ok(());
    };
    let value = read(&field, name, text)?;
    parent.set_field(&field, value);
    Ok(())
}

/// Sets every field that the query string names.
///
/// # Errors
/// INVALID for a value that does not fit, or a second one where only one fits.
pub fn bind_query(message: &mut DynamicMessage, query: &str) -> Result<(), Error> {
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let Some((parent, field)) = descend(message, &name)? else {
            continue;
        };
        if field.is_map() {
            continue;
        }
        let value = read(&field, &name, &text)?;
        if field.is_list() {
            if let Value::List(list) = parent.get_field_mut(&field) {
                list.push(value);
            }
            continue;
        }
        let taken = match field.containing_oneof() {
            Some(oneof) => oneof.fields().any(|member| parent.has_field(&member)),
            None => parent.has_field(&field),
        };
        if taken {
            return Err(mismatch(&name, "only one value fits"));
        }
        parent.set_field(&field, value);
    }
    Ok(())
}

/// The message and field that a dotted name leads to, made on the way; `None` for an unknown name.
fn descend<'m>(
    message: &'m mut DynamicMessage,
    name: &str,
) -> Result<Option<(&'m mut DynamicMessage, FieldDescriptor)>, Error> {
    if name.split('.').count() > DEEPEST_NAME {
        return Err(mismatch("", "a parameter's name has too many parts"));
    }
    let Some(leaf) = resolve(message, name) else {
        return Ok(None);
    };
    let mut parent = message;
    if let Some((path, _)) = name.rsplit_once('.') {
        for part in path.split('.') {
            let next = json::field(&parent.descriptor(), part)
                .and_then(|field| parent.get_field_mut(&field).as_message_mut());
            match next {
                Some(next) => parent = next,
                None => return Ok(None),
            }
        }
    }
    Ok(Some((parent, leaf)))
}

/// Looks the name up before anything is made, so that an unknown one leaves no trace.
fn resolve(message: &DynamicMessage, name: &str) -> Option<FieldDescriptor> {
    let mut descriptor = message.descriptor();
    let mut parts = name.split('.').peekable();
    loop {
        let field = json::field(&descriptor, parts.next()?)?;
        if parts.peek().is_none() {
            return Some(field);
        }
        match field.kind() {
            Kind::Message(next) if !field.is_list() && !field.is_map() => descriptor = next,
            _ => return None,
        }
    }
}

fn read(field: &FieldDescriptor, name: &str, text: &str) -> Result<Value, Error> {
    fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
        text.parse().ok()
    }
    let value = match field.kind() {
        Kind::String => Some(Value::String(text.to_owned())),
        Kind::Bool => match text {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => number(text).map(Value::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => number(text).map(Value::I64),
        Kind::Uint32 | Kind::Fixed32 => number(text).map(Value::U32),
        Kind::Uint64 | Kind::Fixed64 => number(text).map(Value::U64),
        Kind::Float => number(text).map(Value::F32),
        Kind::Double => number(text).map(Value::F64),
        Kind::Enum(descriptor) => read_enum(&descriptor, text).map(Value::EnumNumber),
        Kind::Bytes => read_bytes(text).map(|bytes| Value::Bytes(bytes.into())),
        Kind::Message(descriptor) => return read_message(&descriptor, name, text),
    };
    value.ok_or_else(|| mismatch(name, "the value does not fit the field"))
}

fn read_enum(descriptor: &EnumDescriptor, text: &str) -> Option<i32> {
    match descriptor.get_value_by_name(text) {
        Some(value) => Some(value.number()),
        None => text
            .parse()
            .ok()
            .filter(|number| descriptor.get_value(*number).is_some()),
    }
}

fn read_bytes(text: &str) -> Option<Vec<u8>> {
    let either_padding =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) {
        alphabet::URL_SAFE
    } else {
        alphabet::STANDARD
    };
    GeneralPurpose::new(&alphabet, either_padding)
        .decode(text)
        .ok()
}

/// Of the messages only those fit a parameter whose JSON is a string, such as timestamps.
fn read_message(
    descriptor: &prost_reflect::MessageDescriptor,
    name: &str,
    text: &str,
) -> Result<Value, Error> {
    json::from_value(descriptor, text.into())
        .map(Value::Message)
        .map_err(|_| mismatch(name, "the value does not fit the field"))
}

fn mismatch(name: &str, why: &str) -> Error {
    let shown = &name[..name.floor_char_boundary(100)];
    Error::invalid(format!("parameter {shown:?}: {why}"))
}
