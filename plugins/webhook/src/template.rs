//! Templates: what an operator writes, filled with what is to be sent.
//!
//! Escaping goes by position and never by the author's hand. A template in JSON, a form, a query or a
//! header is filled plainly, and the structure around it is encoded afterwards by whoever knows the
//! format; in a path or in XML each value is escaped as it is put in, and `| safe` asks for it raw.

use std::collections::HashSet;

use belfry_plugin::Failure;
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json};

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where a template stands, and so how its values are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// A value of its own, which is encoded later.
    Plain,
    /// A part of an address.
    Url,
    /// The text or an attribute of an XML element.
    Xml,
}

impl Position {
    /// The engine decides by a template's name how to escape.
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Url => "url",
            Self::Xml => "xml",
        }
    }
}

/// The template engine, set up for these positions.
pub struct Engine(Environment<'static>);

impl Engine {
    /// An engine without templates: they are short, and compiled when they are filled.
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| match name {
            "url" => AutoEscape::Custom("url".into()),
            "xml" => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        environment.set_formatter(write);
        Self(environment)
    }

    /// Fills one template.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] that names the setting `at` and never a value.
    pub fn text(
        &self,
        position: Position,
        at: &str,
        source: &str,
        values: &Value,
    ) -> Result<String, Failure> {
        self.0
            .template_from_named_str(position.name(), source)
            .and_then(|template| template.render(values))
            .map_err(|error| fault(at, &error))
    }

    /// Fills the strings of a JSON structure. A string that is a single expression keeps the type of
    /// its value, so `{{ digits | int }}` is a number. What is empty is left out.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn json(&self, at: &str, source: &Json, values: &Value) -> Result<Option<Json>, Failure> {
        let filled = match source {
            Json::String(source) => match expression(source) {
                Some(expression) => self
                    .0
                    .compile_expression(expression)
                    .and_then(|expression| expression.eval(values))
                    .map_err(|error| fault(at, &error))
                    .and_then(|value| {
                        serde_json::to_value(&value)
                            .map_err(|_| misconfigured(at, "has a value that JSON cannot hold"))
                    })?,
                None => Json::String(self.text(Position::Plain, at, source, values)?),
            },
            Json::Array(items) => {
                let mut filled = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    filled.extend(self.json(&format!("{at}[{index}]"), item, values)?);
                }
                Json::Array(filled)
            }
            Json::Object(members) => {
                let mut filled = Map::new();
                for (name, member) in members {
                    if let Some(value) = self.json(&format!("{at}.{name}"), member, values)? {
                        filled.insert(name.clone(), value);
                    }
                }
                Json::Object(filled)
            }
            other => other.clone(),
        };
        let empty = match &filled {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            Json::Bool(_) | Json::Number(_) => false,
        };
        Ok((!empty).then_some(filled))
    }

    /// The variables that a template asks for.
    ///
    /// # Errors
    /// If it is no template; the text says why.
    pub fn variables(&self, source: &str) -> Result<HashSet<String>, String> {
        let template = self.0.template_from_str(source);
        // A single expression may be fine in a template and still not compile alone.
        if let Some(expression) = expression(source) {
            self.0
                .compile_expression(expression)
                .map_err(|error| error.to_string())?;
        }
        template
            .map(|template| template.undeclared_variables(false))
            .map_err(|error| error.to_string())
    }
}

/// The expression in `{{ expression }}`, if that is all there is.
fn expression(source: &str) -> Option<&str> {
    let inner = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let more = ["{{", "}}", "{%", "{#"];
    let trims = inner.starts_with('-') || inner.ends_with('-');
    (!trims && !more.iter().any(|mark| inner.contains(mark))).then_some(inner)
}

/// Writes one value into a template.
fn write(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let by_hand = matches!(state.auto_escape(), AutoEscape::Custom(_));
    if !by_hand || value.is_undefined() {
        return escape_formatter(out, state, value);
    }
    let text = value.to_string();
    let written = match value.is_safe() {
        true => out.write_str(&text),
        false => out.write_str(&utf8_percent_encode(&text, COMPONENT).to_string()),
    };
    written.map_err(Error::from)
}

/// The engine's own words may quote a value, so only the kind of fault is told.
fn fault(at: &str, error: &Error) -> Failure {
    misconfigured(at, &format!("cannot be filled: {}", error.kind()))
}

fn misconfigured(at: &str, text: &str) -> Failure {
    Failure::Misconfigured(format!("{at} {text}").into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    const NASTY: &str = "a \"b\"\n</text>&{{ code }}\\ü/?=+ %41";

    fn values() -> Value {
        Value::from_pairs([
            ("text", Value::from(NASTY)),
            ("digits", Value::from("41791234567")),
            ("nothing", Value::from("")),
            ("seconds", Value::from(300)),
        ])
    }

    fn text(position: Position, source: &str) -> String {
        Engine::new()
            .text(position, "x", source, &values())
            .unwrap()
    }

    #[test]
    fn a_value_in_json_is_never_more_than_a_value() {
        let source = json!({"a": "{{ text }}", "b": ["x {{ text }}"]});
        let filled = Engine::new().json("json", &source, &values()).unwrap();
        let read: Json = serde_json::from_str(&filled.unwrap().to_string()).unwrap();
        assert_eq!(read, json!({"a": NASTY, "b": [format!("x {NASTY}")]}));
    }

    #[test]
    fn a_single_expression_keeps_its_type_and_what_is_empty_is_left_out() {
        let source = json!({
            "number": "{{ digits | int }}", "text": "{{ digits }}", "mixed": "+{{ digits }}",
            "list": ["{{ digits | int }}"], "milliseconds": "{{ seconds * 1000 }}", "yes": true,
            "none": "{{ nothing }}", "inner": {"none": "{{ nothing }}"},
            "long": "{{ 'unicode' if digits | length > 20 }}",
        });
        let filled = Engine::new().json("json", &source, &values()).unwrap();
        assert_eq!(
            filled.unwrap(),
            json!({
                "number": 41_791_234_567_i64, "text": "41791234567", "mixed": "+41791234567",
                "list": [41_791_234_567_i64], "milliseconds": 300_000, "yes": true,
            })
        );
    }

    #[test]
    fn a_value_in_a_path_is_one_component() {
        assert_eq!(
            text(Position::Url, "/a/{{ text }}/b"),
            "/a/a%20%22b%22%0A%3C%2Ftext%3E%26%7B%7B%20code%20%7D%7D%5C%C3%BC%2F%3F%3D%2B%20%2541/b"
        );
        assert_eq!(text(Position::Url, "{{ 'a/b' | safe }}"), "a/b");
    }

    #[test]
    fn a_value_in_xml_is_text() {
        let xml = text(Position::Xml, "<t a=\"{{ text }}\">{{ text }}</t>");
        let read = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(read.root_element().text(), Some(NASTY));
        assert_eq!(text(Position::Xml, "{{ '<b/>' | safe }}"), "<b/>");
    }

    #[test]
    fn faults_name_the_setting_and_no_value() {
        let engine = Engine::new();
        let source = json!({"n": "{{ text | int }}"});
        let Err(Failure::Misconfigured(reason)) = engine.json("json", &source, &values()) else {
            panic!("a text is no number");
        };
        assert_eq!(reason.text, "json.n cannot be filled: invalid operation");
        assert!(engine.variables("{{ text").is_err());
        assert_eq!(
            engine.variables("{{ a }}{% if b %}c{% endif %}"),
            Ok(["a".to_owned(), "b".to_owned()].into())
        );
    }
}
