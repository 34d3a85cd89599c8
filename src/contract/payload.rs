//! Stored JSON as the message that carries JSON on the wire, `google.protobuf.Struct`.
//!
//! For the payloads of events, so that `api` need not know JSON. It knows no rpc.

use prost_reflect::{DynamicMessage, ReflectMessage as _};
use prost_types::Struct;
use serde::de::Error as _;

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

#[cfg(test)]
mod tests {
    use super::struct_from_json;

    #[test]
    fn only_an_object_is_a_payload() {
        let message = struct_from_json(r#"{"a":[1,"b",true,null],"c":{"d":0.5}}"#);
        assert_eq!(message.map(|it| it.fields.len()).ok(), Some(2));
        for json in ["", "1", "[]", "{} {}", "{"] {
            assert!(struct_from_json(json).is_err(), "{json:?}");
        }
    }
}
