//! What a plugin says about itself: the description, and the schema of its configuration. Nothing of
//! the plugin runs here.

use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::bench::{Fault, Finding, failed};
use crate::plugin::{manifest::Manifest, schema};

/// What the host understands in a schema, and what says something to people alone.
const KEYWORDS: [&str; 20] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "default",
    "title",
    "description",
    "writeOnly",
    "format",
    "examples",
    "deprecated",
    "$schema",
    "$comment",
];
const TYPES: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];
/// The last word in the name of a setting that is a secret.
const SECRET_WORDS: [&str; 8] = [
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
];

/// The description of a plugin.
pub(super) fn description(json: &str) -> Result<(Manifest, String), Fault> {
    let manifest = Manifest::parse(json).map_err(|reason| {
        failed(
            reason,
            "the comment on `describe` in belfry_plugin.h lists the keys",
        )
    })?;
    let properties = &manifest.config_schema["properties"];
    for host in &manifest.http_hosts {
        http_host(host, properties)?;
    }
    let said: Value = serde_json::from_str(json).unwrap_or_default();
    for key in ["name", "vendor", "homepage"] {
        if said.get(key).is_some_and(|value| !value.is_string()) {
            return Err(failed(
                format!("{key} is no text"),
                "write a text, or leave it out",
            ));
        }
    }
    let text = |key: &str| said[key].as_str().unwrap_or_default();
    if !text("homepage").is_empty() && !text("homepage").starts_with("http") {
        return Err(failed(
            "the homepage is no address",
            "give a URL, or leave it out",
        ));
    }
    let mut remarks = vec![manifest.title()];
    if manifest.version.is_empty() {
        remarks.push("it says no version".into());
    }
    if text("name").is_empty() {
        remarks.push("it says no name for people".into());
    }
    let said = remarks.join("; ");
    Ok((manifest, said))
}

fn http_host(host: &str, properties: &Value) -> Result<(), Fault> {
    if let Some(key) = host
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let mut schema = properties;
        for (depth, part) in key.split('.').enumerate() {
            schema = match depth {
                0 => &schema[part],
                _ => &schema["properties"][part],
            };
        }
        return match schema.is_object() {
            true => Ok(()),
            false => Err(failed(
                format!("http_hosts names the setting `{key}`, which the schema does not have"),
                "name a property that holds a URL",
            )),
        };
    }
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    match !host.is_empty() && host.chars().all(good) {
        true => Ok(()),
        false => Err(failed(
            format!("http_hosts has {host:?}, which is no host"),
            "write api.example.com: no scheme, no port, no path and no *; or \"{setting}\" for a URL of the operator",
        )),
    }
}

/// The schema of the configuration.
pub(super) fn config_schema(manifest: &Manifest) -> Finding {
    let schema = &manifest.config_schema;
    if schema.is_null() {
        return Ok("none: there is nothing to configure".into());
    }
    if schema.get("type").is_some_and(|kind| kind != "object") {
        return Err(failed(
            "the configuration is a table, so its type is \"object\"",
            "write \"type\": \"object\"",
        ));
    }
    check(schema, "config")?;
    let count = schema["properties"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    let secrets = schema["properties"].as_object().into_iter().flatten();
    let secrets = secrets
        .filter(|(_, property)| property["writeOnly"] == true)
        .count();
    Ok(format!("{count} settings, {secrets} of them secret"))
}

fn check(schema: &Value, at: &str) -> Result<(), Fault> {
    let Some(object) = schema.as_object() else {
        return Err(failed(
            format!("the schema of {at} is no object"),
            "write {\"type\": …}",
        ));
    };
    if let Some(keyword) = object.keys().find(|key| !KEYWORDS.contains(&key.as_str())) {
        return Err(failed(
            format!(
                "the host does not understand `{keyword}` in the schema of {at}: it would not be checked"
            ),
            "the comment on `describe` in belfry_plugin.h lists what is understood",
        ));
    }
    kind(schema, at)?;
    if let Some(pattern) = schema.get("pattern") {
        let compiles = pattern
            .as_str()
            .is_some_and(|pattern| Regex::new(pattern).is_ok());
        if !compiles {
            return Err(failed(
                format!("the pattern of {at} is not a regular expression of Rust's regex crate"),
                "it knows no look-around and no back-references",
            ));
        }
    }
    for bound in ["minimum", "maximum", "minLength", "maxLength"] {
        if schema.get(bound).is_some_and(|value| !value.is_number()) {
            return Err(failed(
                format!("{bound} of {at} is no number"),
                "write a number",
            ));
        }
    }
    members(schema, at)?;
    if let Some(items) = schema.get("items") {
        check(items, &format!("{at}[]"))?;
    }
    default(schema, at)
}

fn kind(schema: &Value, at: &str) -> Result<(), Fault> {
    match schema.get("type") {
        Some(Value::String(kind)) if TYPES.contains(&kind.as_str()) => Ok(()),
        None if schema["enum"].is_array() || at == "config" => Ok(()),
        // Any value is right for some settings, and then people are told what for.
        None if schema.get("title").is_some() || schema.get("description").is_some() => Ok(()),
        None => Err(failed(
            format!("{at} has no type: any value would reach the plugin"),
            "add \"type\", such as \"string\", or \"enum\"; if any value is right, say for what in \"title\"",
        )),
        Some(_) => Err(failed(
            format!("the type of {at} is none"),
            format!("write one of {}", TYPES.join(", ")),
        )),
    }
}

fn members(schema: &Value, at: &str) -> Result<(), Fault> {
    let properties = schema["properties"].as_object();
    let is_open = schema["additionalProperties"] == true;
    for key in schema["required"].as_array().into_iter().flatten() {
        let is_known = key
            .as_str()
            .is_some_and(|key| properties.is_some_and(|all| all.contains_key(key)));
        if !is_known && !is_open {
            return Err(failed(
                format!(
                    "{at} requires {key}, which is none of its properties: nobody could configure it"
                ),
                "add it to \"properties\"",
            ));
        }
    }
    for (key, property) in properties.into_iter().flatten() {
        let at = format!("{at}.{key}");
        check(property, &at)?;
        let is_text = property["type"] == "string";
        if is_text && sounds_secret(key) && property["writeOnly"] != true {
            return Err(failed(
                format!("{at} sounds like a secret and is not marked as one"),
                "add \"writeOnly\": true: then no log and no API shows it",
            ));
        }
        let has_default = property["default"]
            .as_str()
            .is_some_and(|text| !text.is_empty());
        if property["writeOnly"] == true && has_default {
            return Err(failed(
                format!("the secret {at} has a default"),
                "leave it out: everybody would know it",
            ));
        }
    }
    Ok(())
}

fn default(schema: &Value, at: &str) -> Result<(), Fault> {
    let Some(default) = schema.get("default") else {
        return Ok(());
    };
    schema::complete(schema, &mut default.clone(), Path::new("/")).map_err(|reason| {
        failed(
            format!("the default of {at} breaks its own schema: {reason}"),
            "correct one of the two",
        )
    })
}

/// Whether the name's last word is one for secrets, as in `api_key` or `authToken`.
fn sounds_secret(key: &str) -> bool {
    let mut spaced = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            spaced.push('_');
        }
        spaced.push(c.to_ascii_lowercase());
    }
    let words: Vec<_> = spaced
        .split(['_', '-', '.'])
        .filter(|word| !word.is_empty())
        .collect();
    let is_open = words
        .iter()
        .any(|word| ["public", "idempotency"].contains(word));
    !is_open && words.last().is_some_and(|last| SECRET_WORDS.contains(last))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(schema: Value) -> Finding {
        let json = json!({"id": "a", "config_schema": schema}).to_string();
        config_schema(&Manifest::parse(&json).unwrap())
    }

    fn reason(finding: Finding) -> String {
        match finding.unwrap_err() {
            Fault::Failed(reason, _) | Fault::Cannot(reason) => reason,
        }
    }

    #[test]
    fn a_schema_that_the_host_checks_is_fine() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string", "format": "path", "maxLength": 9, "default": "x"},
            "api_key": {"type": "string", "writeOnly": true},
            "token_url": {"type": "string", "pattern": "^https"},
            "mode": {"enum": ["a", "b"], "default": "a"},
            "many": {"type": "array", "items": {"type": "integer", "minimum": 1}},
            "any": {"title": "A structure of templates"},
        }});
        assert_eq!(of(schema).unwrap(), "6 settings, 1 of them secret");
        assert!(of(Value::Null).is_ok());
    }

    #[test]
    fn each_fault_is_named() {
        let with = |property: Value| json!({"type": "object", "properties": {"x": property}});
        for (schema, part) in [
            (json!({"type": "array"}), "is a table"),
            (
                with(json!({"type": "text"})),
                "the type of config.x is none",
            ),
            (with(json!({})), "config.x has no type"),
            (
                with(json!({"type": "string", "oneOf": []})),
                "`oneOf` in the schema of config.x",
            ),
            (
                with(json!({"type": "string", "pattern": "(?=x)"})),
                "the pattern of config.x",
            ),
            (
                with(json!({"type": "integer", "minimum": "1"})),
                "minimum of config.x is no number",
            ),
            (
                with(json!({"type": "integer", "maximum": 3, "default": 4})),
                "the default of config.x breaks",
            ),
            (
                json!({"type": "object", "required": ["y"]}),
                "requires \"y\"",
            ),
            (
                json!({"properties": {"authToken": {"type": "string"}}}),
                "sounds like a secret",
            ),
            (
                json!({"properties": {"a": {"type": "string", "writeOnly": true, "default": "x"}}}),
                "has a default",
            ),
            (
                with(json!({"type": "object", "properties": {"y": {"type": 7}}})),
                "the type of config.x.y",
            ),
        ] {
            let reason = reason(of(schema));
            assert!(reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn hosts_are_names_or_settings() {
        let said = |host: &str| {
            let schema = json!({"properties": {"endpoint": {"type": "string"}}});
            description(
                &json!({"id": "a", "config_schema": schema, "http_hosts": [host]}).to_string(),
            )
            .map(drop)
        };
        for host in ["api.example.com", "{endpoint}"] {
            assert_eq!(said(host), Ok(()));
        }
        for host in [
            "https://api.example.com",
            "api.example.com:8080",
            "*.example.com",
            "",
            "{other}",
            "a/b",
        ] {
            assert!(said(host).is_err(), "{host}");
        }
    }

    #[test]
    fn names_of_secrets_are_told_from_others() {
        for key in ["api_key", "authToken", "password", "client-secret", "key"] {
            assert!(sounds_secret(key), "{key}");
        }
        for key in [
            "token_url",
            "keyword",
            "public_key",
            "key_id",
            "sid",
            "endpoint",
        ] {
            assert!(!sounds_secret(key), "{key}");
        }
    }
}
