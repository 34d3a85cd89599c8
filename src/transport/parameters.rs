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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use prost::Message as _;

    use super::*;
    use crate::transport::sample;

    fn query(text: &str) -> Result<String, Error> {
        let mut message = DynamicMessage::new(sample::descriptor());
        bind_query(&mut message, text)?;
        let text = json::encode(&sample::descriptor(), &message.encode_to_vec()).unwrap();
        Ok(String::from_utf8(text).unwrap())
    }

    #[test]
    fn query_parameters_fill_the_fields_they_name() {
        for (text, expected) in [
            ("", "{}"),
            (
                "user_name=a%20b+c&small=3",
                r#"{"userName":"a b c","small":3}"#,
            ),
            ("userName=a", r#"{"userName":"a"}"#),
            (
                "query.limit=10&query.offset=2&query.asc=true",
                r#"{"query":{"offset":"2","limit":10,"asc":true}}"#,
            ),
            (
                "states=STATE_ACTIVE&states=2",
                r#"{"states":["STATE_ACTIVE","STATE_LOCKED"]}"#,
            ),
            (
                "at=2026-01-02T03:04:05Z&wait=2s",
                r#"{"at":"2026-01-02T03:04:05Z","wait":"2s"}"#,
            ),
            ("raw=-_8", r#"{"raw":"+/8="}"#),
            (
                "who=1&query.who=1&user_name.x=1&states.x=1&by_name=1&query.outer.nobody=1",
                "{}",
            ),
        ] {
            assert_eq!(query(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_query_parameter_that_does_not_fit_is_refused() {
        let deep = format!("{}query.limit=1", "query.outer.".repeat(4_000));
        for text in [
            "small=x",
            "small=-1",
            "is_verified=maybe",
            "state=STATE_NEW",
            "states=STATE_NEW",
            "state=77",
            "at=now",
            "query=1",
            "user_name=a&user_name=b",
            "text=a&text=b",
            "raw=*",
            deep.as_str(),
        ] {
            assert!(query(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_parameter_replaces_what_the_body_said() {
        let body = json::decode(
            &sample::descriptor(),
            br#"{"userName":"a","query":{"limit":3}}"#,
        );
        let mut message = body.unwrap();
        bind_path(&mut message, "user_name", "b").unwrap();
        bind_path(&mut message, "query.offset", "9").unwrap();
        let text = json::encode(&sample::descriptor(), &message.encode_to_vec()).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"{"userName":"b","query":{"offset":"9","limit":3}}"#
        );
        assert!(bind_path(&mut message, "small", "x").is_err());
    }
}
