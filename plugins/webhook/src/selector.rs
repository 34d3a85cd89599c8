//! How a rule finds something in what a gateway says: by a JSON pointer or by a regular expression.
//!
//! Whatever arrives is read as one document: JSON as it is, XML and forms as objects of text. A value
//! that starts with `/` is a pointer into it (RFC 6901), such as `/messages/0/id`; any other is a
//! regular expression over the raw text, whose first group is the value.

use regex::Regex;
use serde::{Deserialize, de::Error as _};
use serde_json::{Map, Value};

/// Deeper XML than this is not looked at.
const MAX_DEPTH: usize = 32;

/// Where something is in a document.
#[derive(Clone, Debug)]
pub enum Selector {
    /// A JSON pointer.
    Pointer(String),
    /// A regular expression.
    Pattern(Regex),
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.starts_with('/') {
            true => Ok(Self::Pointer(text)),
            false => Regex::new(&text).map(Self::Pattern).map_err(|_| {
                D::Error::custom("neither a pointer such as /id nor a regular expression")
            }),
        }
    }
}

/// What a gateway said, read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// As it came.
    pub text: String,
    /// As an object, an array or, if it is neither, null.
    pub value: Value,
}

impl Document {
    /// Reads a body: as JSON or XML if it looks like that, else as a form if it is called one.
    pub fn read(body: &[u8], content_type: &str) -> Self {
        let text = String::from_utf8_lossy(body).into_owned();
        let value = match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => serde_json::from_str(&text).unwrap_or_default(),
            Some(b'<') => read_xml(text.trim_start()),
            Some(_) if content_type.starts_with("application/x-www-form-urlencoded") => {
                Value::Object(read_form(&text))
            }
            _ => Value::Null,
        };
        Self { text, value }
    }

    /// The value at a place; none if it is absent, empty or not a single value.
    pub fn find(&self, selector: &Selector) -> Option<String> {
        match selector {
            Selector::Pointer(pointer) => scalar(self.value.pointer(pointer)?),
            Selector::Pattern(pattern) => {
                let found = pattern.captures(&self.text)?;
                let found = found.get(1).or_else(|| found.get(0))?;
                Some(found.as_str().to_owned())
            }
        }
        .filter(|found| !found.is_empty())
    }
}

/// A single value as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The fields of a form or a query.
pub fn read_form(text: &str) -> Map<String, Value> {
    form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

/// An XML document as an object with its root element: `/answer/id` is the element `id` in it.
fn read_xml(text: &str) -> Value {
    let Ok(document) = roxmltree::Document::parse(text) else {
        return Value::Null;
    };
    let root = document.root_element();
    let name = root.tag_name().name().to_owned();
    Value::Object([(name, element(root, MAX_DEPTH))].into_iter().collect())
}

/// An element: its text, or its attributes and children by name; several of one name are an array.
fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Value {
    let children = node.children().filter(roxmltree::Node::is_element);
    let mut members = Map::new();
    for attribute in node.attributes() {
        members.insert(attribute.name().to_owned(), attribute.value().into());
    }
    for child in children.take(if depth == 0 { 0 } else { usize::MAX }) {
        let value = element(child, depth - 1);
        match members.get_mut(child.tag_name().name()) {
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                members.insert(child.tag_name().name().to_owned(), value);
            }
        }
    }
    match members.is_empty() {
        true => node.text().unwrap_or_default().trim().into(),
        false => Value::Object(members),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn find(body: &str, content_type: &str, selector: &str) -> Option<String> {
        let selector = serde_json::from_value(selector.into()).unwrap();
        Document::read(body.as_bytes(), content_type).find(&selector)
    }

    #[test]
    fn values_are_found_in_each_format() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        for (body, content_type, selector, found) in [
            (r#"{"a": [{"b-c": 7}]}"#, "", "/a/0/b-c", Some("7")),
            (r#" [{"id": "x"}]"#, "text/html", "/0/id", Some("x")),
            (r#"{"a": {"b": 1}, "n": null, "e": ""}"#, "", "/a", None),
            (r#"{"n": null, "e": ""}"#, "", "/n", None),
            (r#"{"n": null, "e": ""}"#, "", "/e", None),
            ("id=a%20b&x=1", form, "/id", Some("a b")),
            ("OK: 42\n", "text/plain", r"OK: (\d+)", Some("42")),
            ("OK: 42\n", "text/plain", r"^OK", Some("OK")),
            ("ERR", "text/plain", r"OK: (\d+)", None),
            ("<r><id> 7 </id></r>", "", "/r/id", Some("7")),
            ("<r><m id='1'/><m id='2'/></r>", "", "/r/m/1/id", Some("2")),
            ("<r><id>&amp;</id></r>", "", "/r/id", Some("&")),
            ("<r><id>", "", "/r/id", None),
            ("{\"id\": ", "", "/id", None),
        ] {
            assert_eq!(
                find(body, content_type, selector).as_deref(),
                found,
                "{body} {selector}"
            );
        }
    }

    #[test]
    fn neither_depth_nor_size_nor_odd_bytes_hurt() {
        let deep = 60_000;
        for body in [
            "[".repeat(deep).into_bytes(),
            "<a>".repeat(deep).into_bytes(),
            [
                "<a>".repeat(deep / 7).as_bytes(),
                "</a>".repeat(deep / 7).as_bytes(),
            ]
            .concat(),
            b"<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>".to_vec(),
            vec![0xff; deep],
        ] {
            let pointer = serde_json::from_value("/a".into()).unwrap();
            assert_eq!(Document::read(&body, "").find(&pointer), None);
        }
    }
}
