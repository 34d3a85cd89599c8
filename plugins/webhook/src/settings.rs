//! The configuration: an operator's table laid over that of a service.
//!
//! Tables are laid over each other key by key, and an empty text takes an entry away; failure rules
//! and samples of the operator come before those of the service; `auth`, `success`, `signature` and
//! anything else is replaced. A body of another kind replaces the service's body.

use std::collections::BTreeMap;

use belfry_plugin::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    receipt::ReceiptRule,
    rules::{Accepted, Condition, Rule},
    samples::Sample,
    selector::Selector,
    service::{Service, Variable, variables},
    signature::Signature,
    variables::Country,
};

/// The keys of which a request has one.
pub const BODIES: [&str; 4] = ["json", "form", "xml", "raw"];

/// What there is to set, apart from the variables.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub endpoint: String,
    pub path: String,
    pub method: Option<String>,
    pub query: Map<String, Value>,
    pub headers: BTreeMap<String, String>,
    pub json: Option<Value>,
    pub form: Option<Map<String, Value>>,
    pub xml: Option<String>,
    pub raw: Option<String>,
    pub auth: Option<Auth>,
    pub token_url: String,
    pub signature: Option<Signature>,
    pub success: Condition,
    pub failures: Vec<Rule>,
    pub accepted: Accepted,
    pub code: Option<Selector>,
    pub receipt: Option<ReceiptRule>,
    pub receipt_secret: String,
    pub health: Option<Probe>,
    pub from: String,
    pub countries: BTreeMap<String, Country>,
    pub timeout: u64,
    pub rate: f64,
    pub parallel: usize,
    pub dry_run: bool,
    pub samples: Vec<Sample>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            path: String::new(),
            method: None,
            query: Map::new(),
            headers: BTreeMap::new(),
            json: None,
            form: None,
            xml: None,
            raw: None,
            auth: None,
            token_url: String::new(),
            signature: None,
            success: Condition::default(),
            failures: Vec::new(),
            accepted: Accepted::default(),
            code: None,
            receipt: None,
            receipt_secret: String::new(),
            health: None,
            from: String::new(),
            countries: BTreeMap::new(),
            timeout: 10,
            rate: 0.0,
            parallel: 32,
            dry_run: false,
            samples: Vec::new(),
        }
    }
}

/// How a request says who we are. A key in a header or in the query is written there.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `name:password`
    Basic(String),
    /// A token.
    Bearer(String),
    /// A token from `token_url` for `client_id` and `client_secret`.
    Oauth(Oauth),
}

/// What else a token endpoint wants to know.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oauth {
    /// The scope to ask for; may be empty.
    pub scope: String,
}

/// A request that shows whether the gateway knows us, and sends nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// After the endpoint.
    pub path: String,
    /// Its query.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// Its headers, beside the one of `auth`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl Settings {
    /// The HTTP method: as it is set, else by whether there is a body.
    pub fn method(&self) -> &str {
        let body = self.json.is_some() || self.form.is_some() || self.xml.is_some();
        match &self.method {
            Some(method) => method,
            None if body || self.raw.is_some() => "POST",
            None => "GET",
        }
    }
}

/// A configuration that is complete.
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The variables, each with whether it is a secret.
    pub variables: BTreeMap<String, (String, bool)>,
    /// Those that the service declares: it is no fault if nothing uses them.
    pub declared: BTreeMap<String, Variable>,
}

/// Lays a configuration over the service that it names.
///
/// # Errors
/// [`Failure::Misconfigured`] that names the key and never a value.
pub fn load(mut config: Map<String, Value>) -> Result<Loaded, Failure> {
    let service = match config.remove("service") {
        Some(Value::String(name)) => Some(Service::named(&name)?),
        Some(_) => return Err(misconfigured("service must be a text")),
        None => None,
    };
    let known = variables();
    let mut given = BTreeMap::new();
    for (name, variable) in &known {
        match config.remove(name) {
            Some(Value::String(value)) => {
                given.insert(name.clone(), (value, variable.secret));
            }
            Some(_) => return Err(misconfigured(format!("{name} must be a text"))),
            None => {}
        }
    }
    let declared = service
        .as_ref()
        .map(|service| service.variables.clone())
        .unwrap_or_default();
    for (name, variable) in &declared {
        complete(name, variable, &mut given)?;
    }
    let mut settings = service.map(|service| service.settings).unwrap_or_default();
    if BODIES.iter().any(|body| config.contains_key(*body)) {
        settings.retain(|name, _| !BODIES.contains(&name.as_str()) || config.contains_key(name));
    }
    for (name, value) in config {
        lay_over(&mut settings, name, value);
    }
    // The secret variables are out, and the receipt's secret has the type that is wanted: a message of
    // the parser quotes at most a setting.
    let settings: Settings = serde_json::from_value(Value::Object(settings))
        .map_err(|error| misconfigured(error.to_string()))?;
    Ok(Loaded {
        settings,
        variables: given,
        declared,
    })
}

/// Fills a variable's default, and refuses what the service does not know.
fn complete(
    name: &str,
    variable: &Variable,
    given: &mut BTreeMap<String, (String, bool)>,
) -> Result<(), Failure> {
    match given.get(name) {
        Some((value, _)) => {
            if !variable.one_of.is_empty() && !variable.one_of.contains(value) {
                let all = variable.one_of.join(", ");
                return Err(misconfigured(format!("{name} must be one of {all}")));
            }
        }
        None if variable.optional || !variable.default.is_empty() => {
            let value = (variable.default.clone(), variable.secret);
            given.insert(name.to_owned(), value);
        }
        None => {
            let title = &variable.title;
            return Err(misconfigured(format!("{name} is missing: {title}")));
        }
    }
    Ok(())
}

fn lay_over(under: &mut Map<String, Value>, name: String, value: Value) {
    match (under.get_mut(&name), value) {
        (Some(Value::Array(below)), Value::Array(mut above))
            if name == "failures" || name == "samples" =>
        {
            above.append(below);
            *below = above;
        }
        (Some(Value::Object(below)), Value::Object(above))
            if !["auth", "success", "signature"].contains(&name.as_str()) =>
        {
            for (name, value) in above {
                lay_over(below, name, value);
            }
        }
        (_, value) => {
            under.insert(name, value);
        }
    }
}

fn misconfigured(text: impl Into<String>) -> Failure {
    Failure::Misconfigured(text.into().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn loaded(config: Value) -> Result<Loaded, String> {
        let Value::Object(config) = config else {
            panic!("a table is wanted");
        };
        load(config).map_err(|failure| match failure {
            Failure::Misconfigured(reason) => reason.text.into_owned(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_table_is_laid_over_that_of_the_service() {
        let settings = loaded(json!({
            "service": "vonage", "api_key": "k", "api_secret": "s", "rate": 30,
            "form": {"text": "", "extra": "1"},
            "failures": [{"when": {"field": "/messages/0/status", "is": "99"}, "then": "rejected"}],
            "success": {"status": 200},
        }))
        .unwrap()
        .settings;
        let form = settings.form.unwrap();
        assert_eq!(form["extra"], "1");
        assert_eq!(form["text"], "");
        assert_eq!(form["to"], "{{ to_digits }}");
        assert!(settings.failures.len() > 1);
        assert!(settings.failures[0].when.is.is_some());
        assert!(settings.success.field.is_none(), "replaced");
    }

    #[test]
    fn a_body_of_another_kind_replaces_that_of_the_service() {
        let loaded = loaded(json!({
            "service": "vonage", "api_key": "k", "api_secret": "s", "json": {"a": "b"},
        }))
        .unwrap();
        assert!(loaded.settings.form.is_none());
    }

    #[test]
    fn faults_name_the_key() {
        for (config, message) in [
            (
                json!({"service": "vonage", "api_key": "k"}),
                "api_secret is missing: API secret",
            ),
            (
                json!({"service": "sinch", "service_plan_id": "p", "api_token": "t", "region": "xx"}),
                "region must be one of us, eu, au, br, ca",
            ),
            (
                json!({"endpoint": "x", "surprise": 1}),
                "unknown field `surprise`",
            ),
            (
                json!({"failures": [{"when": {}, "then": "retry"}]}),
                "unknown variant `retry`",
            ),
        ] {
            let error = loaded(config).err().unwrap();
            assert!(error.starts_with(message), "{error}");
        }
        assert!(
            loaded(json!({"service": "nobody"}))
                .err()
                .unwrap()
                .contains("vonage")
        );
    }
}
