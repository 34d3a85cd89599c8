//! Complete configurations for tests: the defaults of the schema and what a test sets.

use serde_json::{Value, json};

/// The configuration that the server would hand over.
pub fn complete(description: &impl serde::Serialize, settings: Value) -> Value {
    let mut config = json!({"host": "127.0.0.1", "system_id": "belfry"});
    let description = serde_json::to_value(description).unwrap_or_default();
    let properties = description["config_schema"]["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for (name, property) in properties {
        if let Some(default) = property.get("default") {
            config[&name] = default.clone();
        }
    }
    for (name, value) in settings.as_object().cloned().unwrap_or_default() {
        config[&name] = value;
    }
    config
}
