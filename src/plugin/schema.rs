//! The small JSON Schema with which a plugin describes its configuration (plugin-abi §7).
//!
//! The host checks the configuration before the plugin sees it, fills defaults and makes paths
//! absolute. Unknown keywords are ignored, so that a newer plugin loads; unknown configuration keys
//! are refused, so that a slip of the pen is found. Messages name the key and what would be right,
//! never the value: it may be a secret.

use std::path::{Component, Path};

use regex::Regex;
use serde_json::{Map, Value};

use crate::masked_url;

/// Checks `config` against `schema`, fills defaults, and makes paths absolute from `base`.
///
/// # Errors
/// One sentence that names the key, such as ``config.path is missing``.
pub(super) fn complete(schema: &Value, config: &mut Value, base: &Path) -> Result<(), String> {
    check(schema, config, "config", base)
}

/// Checks that every path of a configuration stays below the folder that it will be relative to: for
/// settings of whom the operator gave no other part of the machine. `folder` is its name for the message.
///
/// # Errors
/// One sentence that names the key.
pub(super) fn confine(schema: &Value, config: &Value, folder: &str) -> Result<(), String> {
    confine_at(schema, config, "config", folder)
}

fn confine_at(schema: &Value, value: &Value, at: &str, folder: &str) -> Result<(), String> {
    match value {
        Value::String(text) if schema.get("format").and_then(Value::as_str) == Some("path") => {
            let mut parts = Path::new(text).components();
            match parts.all(|part| matches!(part, Component::Normal(_))) {
                true => Ok(()),
                false => Err(format!(
                    "{at} must be a relative path without \"..\": over the API, files are in the folder \
                     {folder}. Put the file there and name it from there, or write the provider into the \
                     configuration file, which may name any"
                )),
            }
        }
        Value::Object(object) => object.iter().try_for_each(|(key, value)| {
            let schema = schema.get("properties").and_then(|all| all.get(key));
            confine_at(
                schema.unwrap_or(&Value::Null),
                value,
                &format!("{at}.{key}"),
                folder,
            )
        }),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            confine_at(schema, item, &format!("{at}[{index}]"), folder)
        }),
        _ => Ok(()),
    }
}

fn check(schema: &Value, value: &mut Value, at: &str, base: &Path) -> Result<(), String> {
    if let Some(wanted) = schema.get("type").and_then(Value::as_str)
        && !has_type(value, wanted)
    {
        return Err(format!("{at} must be of type {wanted}"));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        return Err(format!("{at} must be one of {}", allowed.join(", ")));
    }
    match value {
        Value::Object(object) => check_object(schema, object, at, base),
        Value::Array(items) => match schema.get("items") {
            Some(schema) => items
                .iter_mut()
                .enumerate()
                .try_for_each(|(index, item)| check(schema, item, &format!("{at}[{index}]"), base)),
            None => Ok(()),
        },
        Value::String(text) => check_text(schema, text, at, base),
        Value::Number(number) => check_number(schema, number.as_f64().unwrap_or(f64::NAN), at),
        Value::Null | Value::Bool(_) => Ok(()),
    }
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn check_object(
    schema: &Value,
    object: &mut Map<String, Value>,
    at: &str,
    base: &Path,
) -> Result<(), String> {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    let open = schema.get("additionalProperties") == Some(&Value::Bool(true));
    if !open
        && let Some(key) = object
            .keys()
            .find(|key| !properties.unwrap_or(&none).contains_key(*key))
    {
        let known: Vec<_> = properties
            .unwrap_or(&none)
            .keys()
            .map(String::as_str)
            .collect();
        return Err(match known.is_empty() {
            true => format!("{at}.{key} is unknown: there is nothing to configure"),
            false => format!("{at}.{key} is unknown; known are {}", known.join(", ")),
        });
    }
    for (key, schema) in properties.unwrap_or(&none) {
        if !object.contains_key(key)
            && let Some(default) = schema.get("default")
        {
            object.insert(key.clone(), default.clone());
        }
        if let Some(value) = object.get_mut(key) {
            check(schema, value, &format!("{at}.{key}"), base)?;
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    let missing = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find(|key| !object.contains_key(*key));
    match missing {
        Some(key) => Err(format!("{at}.{key} is missing")),
        None => Ok(()),
    }
}

fn check_text(schema: &Value, text: &mut String, at: &str, base: &Path) -> Result<(), String> {
    let length = text.chars().count() as u64;
    if let Some(least) = schema.get("minLength").and_then(Value::as_u64)
        && length < least
    {
        return Err(format!("{at} must have at least {least} characters"));
    }
    if let Some(most) = schema.get("maxLength").and_then(Value::as_u64)
        && length > most
    {
        return Err(format!("{at} must have at most {most} characters"));
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        let matches = Regex::new(pattern)
            .map_err(|_| format!("the plugin's pattern for {at} is not a regular expression"))?
            .is_match(text);
        if !matches {
            return Err(format!("{at} must match {pattern}"));
        }
    }
    if schema.get("format").and_then(Value::as_str) == Some("path") && !text.is_empty() {
        *text = base
            .join(&*text)
            .into_os_string()
            .into_string()
            .map_err(|_| format!("{at} must be UTF-8, the configuration's folder included"))?;
    }
    Ok(())
}

fn check_number(schema: &Value, number: f64, at: &str) -> Result<(), String> {
    if let Some(least) = schema.get("minimum").and_then(Value::as_f64)
        && number < least
    {
        return Err(format!("{at} must be at least {least}"));
    }
    if let Some(most) = schema.get("maximum").and_then(Value::as_f64)
        && number > most
    {
        return Err(format!("{at} must be at most {most}"));
    }
    Ok(())
}

/// The secrets of a configuration, which the log masks: its strings under `"writeOnly": true`, and what is
/// secret in its URLs.
pub(super) fn secrets(schema: &Value, config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, config, &mut found);
    found
}

fn collect(schema: &Value, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if schema.get("writeOnly") == Some(&Value::Bool(true)) => {
            found.push(text.clone());
        }
        Value::String(text) => found.extend(masked_url::secrets(text)),
        Value::Object(object) => {
            for (key, value) in object {
                let schema = schema.get("properties").and_then(|all| all.get(key));
                collect(schema.unwrap_or(&Value::Null), value, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(schema.get("items").unwrap_or(&Value::Null), item, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn completed(schema: Value, mut config: Value) -> Result<Value, String> {
        complete(&schema, &mut config, Path::new("/etc/belfry")).map(|()| config)
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "required": ["path"],
            "properties": {
                "path": {"type": "string", "format": "path", "minLength": 1},
                "mode": {"enum": ["a", "b"], "default": "a"},
                "tries": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
                "key": {"type": "string", "pattern": "^k", "writeOnly": true},
            },
        })
    }

    #[test]
    fn defaults_are_filled_and_paths_made_absolute() {
        let config = completed(schema(), json!({"path": "sms.jsonl"})).unwrap();
        assert_eq!(
            config,
            json!({"path": "/etc/belfry/sms.jsonl", "mode": "a", "tries": 3})
        );
        let config = completed(schema(), json!({"path": "/var/sms"})).unwrap();
        assert_eq!(config["path"], "/var/sms");
    }

    #[test]
    fn each_fault_names_its_key_and_not_its_value() {
        for (config, message) in [
            (json!({}), "config.path is missing"),
            (json!({"path": 7}), "config.path must be of type string"),
            (
                json!({"path": ""}),
                "config.path must have at least 1 characters",
            ),
            (
                json!({"path": "x", "tries": 0}),
                "config.tries must be at least 1",
            ),
            (
                json!({"path": "x", "tries": 10}),
                "config.tries must be at most 9",
            ),
            (
                json!({"path": "x", "tries": 1.5}),
                "config.tries must be of type integer",
            ),
            (
                json!({"path": "x", "mode": "c"}),
                "config.mode must be one of \"a\", \"b\"",
            ),
            (
                json!({"path": "x", "key": "secret"}),
                "config.key must match ^k",
            ),
            (
                json!({"path": "x", "pth": "y"}),
                "config.pth is unknown; known are key, mode, path, tries",
            ),
            (json!([]), "config must be of type object"),
        ] {
            assert_eq!(completed(schema(), config).unwrap_err(), message);
        }
    }

    #[test]
    fn paths_of_the_api_stay_in_their_folder() {
        for path in ["sms.jsonl", "a/b", ""] {
            assert_eq!(
                confine(&schema(), &json!({"path": path}), "x.files"),
                Ok(()),
                "{path}"
            );
        }
        for path in ["/etc/passwd", "../x", "a/../../x", "./x"] {
            let reason = confine(&schema(), &json!({"path": path}), "x.files").unwrap_err();
            assert!(
                reason.starts_with("config.path must be a relative path")
                    && reason.contains("the folder x.files"),
                "{reason}"
            );
        }
    }

    #[test]
    fn secrets_are_found() {
        let config = json!({"key": "k-secret", "path": "x", "url": "http://me:pass@host"});
        let expected = ["k-secret", "me:pass", "pass"];
        assert_eq!(secrets(&schema(), &config), expected);
    }
}
