//! Proto3 JSON: text to a message and back, by descriptor (contract/README §3).
//!
//! prost-reflect knows the mapping; what it leaves open is done here in one strict pass over the
//! text before it: unknown fields and unknown enum names are dropped, but only after they were read
//! as strictly as the rest (UTF-8, no lone surrogates, no raw control characters), a field given
//! twice is refused, whatever its two spellings, `null` is unset, and depth is limited by the parser.
//! Nothing here knows HTTP. `transport::codec` calls it.

use std::{collections::HashSet, fmt};

use prost_reflect::{
    DeserializeOptions, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    SerializeOptions,
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::Error;

/// Longer parser texts are cut, because they may quote the whole body.
const LONGEST_FAULT: usize = 200;

/// One more than the greatest unsigned 64-bit integer; a float cannot hold that one itself.
const TWO_TO_THE_64TH: f64 = 18_446_744_073_709_551_616.0;

/// Reads the JSON of a message. No bytes at all mean `{}`.
///
/// # Errors
/// INVALID without details, with the parser's text, for anything that is not proto3 JSON of this type.
pub fn decode(descriptor: &MessageDescriptor, text: &[u8]) -> Result<DynamicMessage, Error> {
    if text.trim_ascii().is_empty() {
        return Ok(DynamicMessage::new(descriptor.clone()));
    }
    let text = std::str::from_utf8(text).map_err(|_| malformed("not UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let known = Known::Message(descriptor.clone())
        .deserialize(&mut deserializer)
        .map_err(malformed)?;
    deserializer.end().map_err(malformed)?;
    match known {
        Some(object @ Value::Object(_)) => from_value(descriptor, object),
        _ => Err(malformed("the body must be an object")),
    }
}

/// Reads the JSON of one well-known type, as query parameters hold it.
///
/// # Errors
/// INVALID if the text is not a value of this type.
pub fn from_value(descriptor: &MessageDescriptor, value: Value) -> Result<DynamicMessage, Error> {
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    DynamicMessage::deserialize_with_options(descriptor.clone(), value, &options).map_err(malformed)
}

/// Writes an encoded message as JSON: unpopulated fields are left out, 64-bit integers are strings.
///
/// # Errors
/// INTERNAL if the bytes are no message of this type: a fault of the program.
pub fn encode(descriptor: &MessageDescriptor, message: &[u8]) -> Result<Vec<u8>, Error> {
    let message = DynamicMessage::decode(descriptor.clone(), message).map_err(Error::internal)?;
    let options = SerializeOptions::new()
        .skip_default_fields(true)
        .stringify_64_bit_integers(true);
    let mut text = Vec::with_capacity(256);
    message
        .serialize_with_options(&mut serde_json::Serializer::new(&mut text), &options)
        .map_err(Error::internal)?;
    Ok(text)
}

/// A field by either of its names.
pub fn field(descriptor: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    descriptor
        .get_field_by_json_name(name)
        .or_else(|| descriptor.get_field_by_name(name))
}

fn malformed(fault: impl fmt::Display) -> Error {
    let mut text = format!("malformed JSON: {fault}");
    text.truncate(text.floor_char_boundary(LONGEST_FAULT));
    Error::invalid(text)
}

/// What to keep of a value, by where it stands. Reading yields `None` for what is dropped.
#[derive(Clone)]
enum Known {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
    List(Box<Known>),
    Map(Box<Known>),
    /// Unsigned 64-bit integers, whose range prost-reflect does not see the end of.
    Unsigned64,
    /// Other scalars and well-known types: kept as they are, prost-reflect judges them.
    Any,
    /// Unknown fields: read to the end, then dropped.
    Nothing,
}

impl Known {
    fn of_field(field: &FieldDescriptor) -> Self {
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            return Self::Map(Box::new(Self::of_kind(
                entry.map_entry_value_field().kind(),
            )));
        }
        let one = Self::of_kind(field.kind());
        if field.is_list() {
            Self::List(Box::new(one))
        } else {
            one
        }
    }

    fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Message(descriptor)
                if !descriptor.full_name().starts_with("google.protobuf.")
                    || descriptor.full_name() == "google.protobuf.Empty" =>
            {
                Self::Message(descriptor)
            }
            Kind::Enum(descriptor) if descriptor.full_name() != "google.protobuf.NullValue" => {
                Self::Enum(descriptor)
            }
            Kind::Uint64 | Kind::Fixed64 => Self::Unsigned64,
            _ => Self::Any,
        }
    }

    fn keep<E: serde::de::Error>(&self, value: Value) -> Result<Option<Value>, E> {
        match self {
            Self::Any | Self::Enum(_) | Self::Unsigned64 => Ok(Some(value)),
            Self::Nothing => Ok(None),
            Self::Message(descriptor) => Err(E::custom(format_args!(
                "{} must be an object",
                descriptor.name()
            ))),
            Self::List(_) => Err(E::custom("a repeated field must be an array")),
            Self::Map(_) => Err(E::custom("a map must be an object")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Known {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Known {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok((!matches!(self, Self::Nothing)).then_some(Value::Null))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        self.keep(Value::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        self.keep(value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.keep(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        if matches!(self, Self::Unsigned64) && value >= TWO_TO_THE_64TH {
            return Err(E::custom("a number is out of range"));
        }
        // Other numbers may be written with a point as well; of enums prost-reflect does not know that.
        let number = value as i32;
        if matches!(self, Self::Enum(_)) && f64::from(number) == value {
            return self.keep(number.into());
        }
        self.keep(value.into())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        match &self {
            Self::Nothing => Ok(None),
            Self::Enum(descriptor) if descriptor.get_value_by_name(value).is_none() => Ok(None),
            _ => self.keep(Value::String(value.to_owned())),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let element = match &self {
            Self::List(element) => (**element).clone(),
            Self::Any => Self::Any,
            Self::Nothing => Self::Nothing,
            _ => return Err(A::Error::custom("an array where one value belongs")),
        };
        let mut kept = Vec::new();
        while let Some(value) = list.next_element_seed(element.clone())? {
            kept.extend(value);
        }
        Ok((!matches!(self, Self::Nothing)).then_some(Value::Array(kept)))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        match self {
            Self::Message(descriptor) => read_message(&descriptor, object).map(Some),
            Self::Map(value) => read_object(&value, object).map(Some),
            Self::Any => read_object(&Self::Any, object).map(Some),
            Self::Nothing => read_nothing(object),
            Self::Enum(_) | Self::List(_) | Self::Unsigned64 => {
                Err(A::Error::custom("an object where another value belongs"))
            }
        }
    }
}

fn read_message<'de, A: MapAccess<'de>>(
    descriptor: &MessageDescriptor,
    mut object: A,
) -> Result<Value, A::Error> {
    let mut seen = HashSet::new();
    let mut kept = serde_json::Map::new();
    while let Some(name) = object.next_key::<String>()? {
        let Some(field) = field(descriptor, &name) else {
            object.next_value_seed(Known::Nothing)?;
            continue;
        };
        if !seen.insert(field.number()) {
            return Err(A::Error::custom(format_args!(
                "field {} is given twice",
                field.json_name()
            )));
        }
        match object.next_value_seed(Known::of_field(&field))? {
            None | Some(Value::Null) => {}
            Some(value) => {
                kept.insert(name, value);
            }
        }
    }
    Ok(Value::Object(kept))
}

fn read_object<'de, A: MapAccess<'de>>(value: &Known, mut object: A) -> Result<Value, A::Error> {
    let mut seen = HashSet::new();
    let mut kept = serde_json::Map::new();
    while let Some(key) = object.next_key::<String>()? {
        if !seen.insert(key.clone()) {
            return Err(A::Error::custom("a key is given twice"));
        }
        if let Some(value) = object.next_value_seed(value.clone())? {
            kept.insert(key, value);
        }
    }
    Ok(Value::Object(kept))
}

fn read_nothing<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Value>, A::Error> {
    while object.next_key::<String>()?.is_some() {
        object.next_value_seed(Known::Nothing)?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
