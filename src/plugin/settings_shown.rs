//! Which settings of a plugin are shown to administrators, and which are kept when others are given.
//!
//! Shown is what the schema declares in full and not as secret. A table that takes any member, or a
//! value without a type, may hold a secret that the schema cannot mark, so that it is hidden whole. The
//! secrets inside a URL are masked; a URL that is given back as it was shown is the one that there was.

use serde_json::{Map, Value};

use super::manifest::Manifest;
use crate::masked_url;

/// What may be shown of a configuration, and the names of the rest.
pub(super) fn shown(
    schema: &Value,
    config: &Map<String, Value>,
) -> (Map<String, Value>, Vec<String>) {
    let (shown, hidden): (Vec<_>, Vec<_>) = config
        .iter()
        .partition(|(name, _)| is_shown(property(schema, name)));
    let shown = shown.into_iter();
    let hidden = hidden.into_iter();
    (
        shown
            .map(|(name, value)| (name.clone(), masked(value)))
            .collect(),
        hidden.map(|(name, _)| name.clone()).collect(),
    )
}

/// A value with the secrets of all URLs in it masked.
fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => masked_url::masked(text).into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let masked = members.map(|(name, value)| (name.clone(), masked(value)));
            Value::Object(masked.collect())
        }
        other => other.clone(),
    }
}

/// A new configuration in which every URL that is as it was shown is the one of the old again.
///
/// # Errors
/// One sentence that names the setting that has another URL with the mask in it.
pub(super) fn unmasked(
    new: Map<String, Value>,
    old: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let unmask = |(name, value): (String, Value)| {
        let old = old.get(&name).unwrap_or(&Value::Null);
        let value = unmasked_at(value, old, &format!("config.{name}"))?;
        Ok((name, value))
    };
    new.into_iter().map(unmask).collect()
}

fn unmasked_at(new: Value, old: &Value, at: &str) -> Result<Value, String> {
    match new {
        Value::String(text) if masked_url::is_masked(&text) => match old {
            Value::String(old) if masked_url::masked(old) == text => Ok(old.as_str().into()),
            _ => Err(format!(
                "{at} has \"***\" in the place of a secret: give the whole URL, or the one that is shown"
            )),
        },
        Value::Array(items) => {
            let of_old = |place: usize| old.get(place).unwrap_or(&Value::Null);
            let items = items.into_iter().enumerate();
            items
                .map(|(place, item)| unmasked_at(item, of_old(place), &format!("{at}[{place}]")))
                .collect()
        }
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let old = old.get(&name).unwrap_or(&Value::Null);
                let value = unmasked_at(value, old, &format!("{at}.{name}"))?;
                Ok((name, value))
            });
            Ok(Value::Object(members.collect::<Result<_, String>>()?))
        }
        other => Ok(other),
    }
}

/// A new configuration with what is hidden of the old one and not given again; `null` is a setting that
/// is not there.
pub(super) fn merged(
    schema: &Value,
    mut new: Map<String, Value>,
    old: &Map<String, Value>,
) -> Map<String, Value> {
    for (name, value) in old {
        if !is_shown(property(schema, name)) && !new.contains_key(name) {
            new.insert(name.clone(), value.clone());
        }
    }
    new.retain(|_, value| !value.is_null());
    new
}

/// Whoever gives another address has to give the secrets again, which would go there: they are shown to
/// nobody, and so are not sent to whomever one likes.
///
/// # Errors
/// One sentence that names what to give.
pub(super) fn check_secrets_given(
    manifest: &Manifest,
    new: &Map<String, Value>,
    old: &Map<String, Value>,
) -> Result<(), String> {
    let names = manifest
        .addresses()
        .filter_map(|name| name.split('.').next());
    let Some(address) = names
        .into_iter()
        .find(|name| new.get(*name) != old.get(*name))
    else {
        return Ok(());
    };
    let schema = &manifest.config_schema;
    let kept = old
        .keys()
        .find(|name| !is_shown(property(schema, name)) && !new.contains_key(*name));
    match kept {
        Some(secret) => Err(format!(
            "config.{address} is another address: give config.{secret} again, or null for none"
        )),
        None => Ok(()),
    }
}

fn property<'a>(schema: &'a Value, name: &str) -> &'a Value {
    &schema["properties"][name]
}

fn is_shown(schema: &Value) -> bool {
    if schema["writeOnly"] == Value::Bool(true) {
        return false;
    }
    match schema["type"].as_str() {
        Some("string" | "integer" | "number" | "boolean") => true,
        Some("array") => is_shown(&schema["items"]),
        Some("object") => {
            let members = schema["properties"].as_object();
            schema["additionalProperties"] != Value::Bool(true)
                && members.is_none_or(|members| members.values().all(is_shown))
        }
        _ => schema["enum"].is_array(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({"properties": {
            "url": {"type": "string"},
            "mode": {"enum": ["a", "b"]},
            "key": {"type": "string", "writeOnly": true},
            "headers": {"type": "object", "additionalProperties": true},
            "body": {"title": "Any"},
            "names": {"type": "array", "items": {"type": "string"}},
            "login": {"type": "object", "properties": {"password": {"type": "string", "writeOnly": true}}},
        }})
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_secret_does_not_go_to_another_address() {
        let description = json!({"id": "x", "http_hosts": ["{url}"], "config_schema": schema()});
        let manifest = Manifest::parse(&description.to_string()).unwrap();
        let old = object(json!({"url": "https://a", "key": "k"}));
        let check = |new: Value| check_secrets_given(&manifest, &object(new), &old);
        let reason = check(json!({"url": "https://b"})).unwrap_err();
        assert!(
            reason.contains("config.url") && reason.contains("config.key"),
            "{reason}"
        );
        assert_eq!(check(json!({"url": "https://b", "key": "k2"})), Ok(()));
        assert_eq!(check(json!({"url": "https://b", "key": null})), Ok(()));
        assert_eq!(check(json!({"url": "https://a", "mode": "b"})), Ok(()));
    }

    #[test]
    fn what_is_no_declared_plain_value_is_hidden() {
        let config = object(json!({
            "url": "u", "mode": "a", "key": "k", "headers": {"a": "b"}, "body": 1, "names": ["n"],
            "login": {"password": "p"}, "unknown": 1,
        }));
        let (shown, mut hidden) = shown(&schema(), &config);
        let expected = object(json!({"url": "u", "mode": "a", "names": ["n"]}));
        assert_eq!(shown, expected);
        hidden.sort();
        assert_eq!(hidden, ["body", "headers", "key", "login", "unknown"]);
    }

    #[test]
    fn hidden_settings_stay_until_they_are_given_or_taken_away() {
        let old = object(json!({"url": "u", "mode": "a", "key": "k", "headers": {"a": "b"}}));
        let new = object(json!({"url": "v", "headers": null}));
        let expected = object(json!({"url": "v", "key": "k"}));
        assert_eq!(merged(&schema(), new, &old), expected);
        let new = object(json!({"key": "other"}));
        let expected = object(json!({"key": "other", "headers": {"a": "b"}}));
        assert_eq!(merged(&schema(), new, &old), expected);
    }
}
