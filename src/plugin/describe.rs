//! `belfry plugin describe`: what a plugin says about itself, for people and as JSON.
//!
//! The plugin is loaded in a process of its own; its texts are cleaned before a terminal sees them.

use std::{fmt, path::Path};

use serde_json::{Value, json};

use super::{
    abi::clean,
    trial::{Library, Loaded},
};

/// A plugin's description with its file.
pub struct Described {
    library: Library,
    loaded: Loaded,
    description: Value,
}

/// Loads the file and reads its description.
///
/// # Errors
/// One sentence: there is no such file, or it is no plugin, and why.
pub fn describe(executable: &Path, file: &Path) -> Result<Described, String> {
    let library = Library::at(file)?;
    let (loaded, _) = library.load(executable);
    let loaded = loaded.map_err(|reason| format!("{}: {reason}", file.display()))?;
    let description = serde_json::from_str(&loaded.description)
        .map_err(|error| format!("the plugin's description is not valid JSON: {error}"))?;
    Ok(Described {
        library,
        loaded,
        description,
    })
}

impl Described {
    /// One object for programs.
    pub fn to_json(&self) -> Value {
        let (major, minor) = self.loaded.abi;
        json!({
            "file": self.library.path,
            "sha256": self.library.sha256,
            "size": self.library.size,
            "interface": format!("{major}.{minor}"),
            "abilities": self.loaded.abilities,
            "description": self.description,
        })
    }

    fn text(&self, key: &str) -> String {
        clean(self.description[key].as_str().unwrap_or_default())
    }
}

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, value: &str| match value {
            "" => Ok(()),
            value => writeln!(f, "  {name:<11} {value}"),
        };
        writeln!(
            f,
            "{}",
            [self.text("id"), self.text("version")].join(" ").trim_end()
        )?;
        line(f, "name", &self.text("name"))?;
        line(f, "vendor", &self.text("vendor"))?;
        line(f, "homepage", &self.text("homepage"))?;
        let (path, size) = (
            self.library.path.display(),
            self.library.size.div_ceil(1000),
        );
        line(f, "file", &clean(&format!("{path} ({size} kB)")))?;
        line(f, "sha256", &self.library.sha256)?;
        let (major, minor) = self.loaded.abi;
        line(f, "interface", &format!("{major}.{minor}"))?;
        line(f, "can", &self.loaded.abilities.join(", "))?;
        let calls = self.description["max_concurrency"].as_u64().unwrap_or(1);
        line(
            f,
            "at a time",
            &format!("{calls} call{}", if calls == 1 { "" } else { "s" }),
        )?;
        line(f, "reaches", &self.hosts())?;
        let is_idempotent = self.description["idempotent_send"] == Value::Bool(true);
        line(
            f,
            "sent twice",
            if is_idempotent {
                "is one SMS"
            } else {
                "may be two SMS"
            },
        )?;
        writeln!(f)?;
        let properties = properties(&self.description["config_schema"]);
        if properties.is_empty() {
            writeln!(f, "There is nothing to configure.")?;
        } else {
            writeln!(f, "Configuration")?;
            table(f, &properties)?;
        }
        writeln!(f)?;
        self.write_entry(f, &properties)
    }
}

impl Described {
    fn hosts(&self) -> String {
        let hosts = self.description["http_hosts"].as_array();
        let hosts = hosts.into_iter().flatten().filter_map(Value::as_str);
        let shown = hosts.map(|host| {
            match host
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
            {
                Some(key) => format!("the host of the setting `{}`", clean(key)),
                None => clean(host),
            }
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// The entry that a server's configuration needs, ready to be filled in.
    fn write_entry(&self, f: &mut fmt::Formatter<'_>, properties: &[Property]) -> fmt::Result {
        let name = self.library.name();
        let settings: Vec<_> = properties
            .iter()
            .filter(|property| property.is_required)
            .map(
                |property| match (property.is_secret, property.kind.as_str()) {
                    (true, _) => format!("{0} = {{ file = \"{0}\" }}", property.key),
                    (false, "integer" | "number") => format!("{} = …", property.key),
                    (false, _) => format!("{} = \"…\"", property.key),
                },
            )
            .collect();
        writeln!(f, "[[notifications.providers]]")?;
        writeln!(f, "name = \"{name}\"")?;
        writeln!(f, "plugin = \"{name}\"")?;
        writeln!(f, "sha256 = \"{}\"", self.library.sha256)?;
        match settings.is_empty() {
            true => Ok(()),
            false => writeln!(f, "config = {{ {} }}", settings.join(", ")),
        }
    }
}

/// One setting, as the schema has it.
pub(super) struct Property {
    /// Its name.
    pub key: String,
    /// Its type in a word.
    pub kind: String,
    /// Whether it must be given: required, and without a default.
    pub is_required: bool,
    /// Whether it is hidden.
    pub is_secret: bool,
    default: Option<Value>,
    about: String,
}

/// The settings of a schema; nothing for what is no schema.
pub(super) fn properties(schema: &Value) -> Vec<Property> {
    let required = schema["required"].as_array();
    let is_required = |key: &str| {
        let mut required = required.into_iter().flatten();
        required.any(|name| name.as_str() == Some(key))
    };
    let all = schema["properties"].as_object();
    let mut found: Vec<_> = all
        .into_iter()
        .flatten()
        .map(|(key, property)| Property {
            key: clean(key),
            kind: kind(property),
            is_required: is_required(key) && property.get("default").is_none(),
            is_secret: property["writeOnly"] == Value::Bool(true),
            default: property.get("default").cloned(),
            about: about(property),
        })
        .collect();
    found.sort_by_key(|property| !property.is_required);
    found
}

fn kind(property: &Value) -> String {
    if property["format"] == "path" {
        return "path".into();
    }
    match property["type"].as_str() {
        Some(kind) => clean(kind),
        None if property["enum"].is_array() => "choice".into(),
        None => "anything".into(),
    }
}

/// What a setting is, and which values it may have.
fn about(property: &Value) -> String {
    let text = |key: &str| clean(property[key].as_str().unwrap_or_default());
    let named = match (text("title"), text("description")) {
        (title, about) if title.is_empty() || about.is_empty() => title + &about,
        (title, about) => format!("{title}: {about}"),
    };
    let mut parts = vec![named];
    if let Some(choices) = property["enum"].as_array() {
        let choices: Vec<_> = choices
            .iter()
            .map(|choice| clean(&choice.to_string()))
            .collect();
        parts.push(format!("one of {}", choices.join(", ")));
    }
    for (key, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("pattern", "matches"),
    ] {
        match &property[key] {
            Value::Null => {}
            Value::String(value) => parts.push(format!("{words} {}", clean(value))),
            value => parts.push(format!("{words} {value}")),
        }
    }
    match (
        property["minLength"].as_u64(),
        property["maxLength"].as_u64(),
    ) {
        (None | Some(0), None) => {}
        (None | Some(0), Some(most)) => parts.push(format!("at most {most} characters")),
        (Some(least), None) => parts.push(format!("at least {least} characters")),
        (Some(least), Some(most)) => parts.push(format!("{least} to {most} characters")),
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

fn table(f: &mut fmt::Formatter<'_>, properties: &[Property]) -> fmt::Result {
    let heads = ["setting", "type", "default", "what it is"].map(str::to_owned);
    let rows: Vec<_> = properties
        .iter()
        .map(|property| {
            let secret = if property.is_secret { ", secret" } else { "" };
            let default = match &property.default {
                Some(_) if property.is_secret => "[secret]".to_owned(),
                Some(value) => clean(&value.to_string()),
                None if property.is_required => "required".to_owned(),
                None => "-".to_owned(),
            };
            let kind = format!("{}{secret}", property.kind);
            [property.key.clone(), kind, default, property.about.clone()]
        })
        .collect();
    let rows = [vec![heads], rows].concat();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for [key, kind, default, about] in &rows {
        let [a, b, c] = widths;
        let row = format!("  {key:<a$}  {kind:<b$}  {default:<c$}  {about}");
        writeln!(f, "{}", row.trim_end())?;
    }
    Ok(())
}
