//! Stored JSON as the message that carries JSON on the wire, `google.protobuf.Struct`, and back.
//!
//! For the payloads of events and the settings of plugins, so that `api` need not know JSON. It knows
//! no rpc.

use prost_reflect::{DynamicMessage, ReflectMessage as _};
use prost_types::{Struct, Value, value::Kind};
use serde::de::Error as _;
use serde_json::{Value as Json, json};

/// The greatest whole number that a double holds exactly, with all before it.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A JSON object as a message; its numbers become doubles.
///
/// # Errors
/// If the text is no JSON object.
pub fn struct_from_json(json: &str) -> serde_json::Result<Struct> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let message = DynamicMessage::deserialize(Struct::default().descriptor(), &mut deserializer)?;
    deserializer.end()?;
    message.transcode_to().map_err(serde_json::Error::custom)
}

/// A message as JSON; doubles that are whole numbers become whole numbers again.
pub fn json_from_struct(message: &Struct) -> String {
    object(message).to_string()
}

fn object(message: &Struct) -> Json {
    let members = message.fields.iter();
    Json::Object(
        members
            .map(|(name, it)| (name.clone(), value(it)))
            .collect(),
    )
}

fn value(message: &Value) -> Json {
    match &message.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(it)) => json!(it),
        Some(Kind::StringValue(it)) => json!(it),
        Some(Kind::NumberValue(it)) if it.trunc() == *it && it.abs() <= MOST_EXACT => {
            json!(*it as i64)
        }
        Some(Kind::NumberValue(it)) => json!(it),
        Some(Kind::StructValue(it)) => object(it),
        Some(Kind::ListValue(it)) => it.values.iter().map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{json_from_struct, struct_from_json};

    #[test]
    fn json_comes_back_as_it_was() {
        let json = r#"{"a":[1,"b",true,null,-2.5],"c":{"d":9007199254740991}}"#;
        let message = struct_from_json(json);
        assert_eq!(
            message.map(|it| json_from_struct(&it)).ok().as_deref(),
            Some(json)
        );
    }

    #[test]
    fn only_an_object_is_a_payload() {
        let message = struct_from_json(r#"{"a":[1,"b",true,null],"c":{"d":0.5}}"#);
        assert_eq!(message.map(|it| it.fields.len()).ok(), Some(2));
        for json in ["", "1", "[]", "{} {}", "{"] {
            assert!(struct_from_json(json).is_err(), "{json:?}");
        }
    }
}
