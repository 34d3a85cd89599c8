//! What is checked when a provider is created, so that a slip is found before a message is lost:
//! that all templates compile and name what there is, that every key that is given is used, that a
//! trial message can be rendered, and that the samples of answers mean what they should.

use std::collections::BTreeSet;

use belfry_plugin::{Failure, Message};
use serde_json::Value;

use crate::{
    request::{Filling, Request},
    rules::Rules,
    settings::{Auth, BODIES, Loaded, Settings},
    signature::Signature,
    template::Engine,
    variables::{OF_MESSAGE, Variables},
};

/// What a signature's templates know beside the rest.
const OF_SIGNATURE: &[&str] = &["timestamp", "body", "url", "signature"];

/// Checks settings and variables against each other.
///
/// # Errors
/// [`Failure::Misconfigured`] that names the key and never a value.
pub fn check(loaded: &Loaded, engine: &Engine) -> Result<(), Failure> {
    let settings = &loaded.settings;
    if settings.endpoint.is_empty() {
        return Err(misconfigured("endpoint is missing"));
    }
    let bodies = [
        settings.json.is_some(),
        settings.form.is_some(),
        settings.xml.is_some(),
        settings.raw.is_some(),
    ];
    if bodies.iter().filter(|body| **body).count() > 1 {
        let all = BODIES.join(", ");
        return Err(misconfigured(format!(
            "at most one of {all} can be the body"
        )));
    }
    let mut used: BTreeSet<String> = BTreeSet::new();
    for (at, source, of_message) in templates(settings) {
        let names = engine
            .variables(source)
            .map_err(|error| misconfigured(format!("{at} is no template: {error}")))?;
        for name in names {
            let known = loaded.variables.contains_key(&name)
                || (of_message && OF_MESSAGE.contains(&name.as_str()))
                || (at.contains("signature") && OF_SIGNATURE.contains(&name.as_str()));
            if !known {
                return Err(misconfigured(format!(
                    "{at} names {name}, which is not set"
                )));
            }
            used.insert(name);
        }
    }
    if let Some(Auth::Oauth(_)) = settings.auth {
        for name in ["client_id", "client_secret"] {
            if !loaded.variables.contains_key(name) {
                return Err(misconfigured(format!("{name} is missing: oauth needs it")));
            }
            used.insert(name.to_owned());
        }
        if settings.token_url.is_empty() {
            return Err(misconfigured("token_url is missing: oauth needs it"));
        }
    }
    let useless = loaded
        .variables
        .keys()
        .find(|name| !used.contains(*name) && !loaded.declared.contains_key(*name));
    match useless {
        Some(name) => Err(misconfigured(format!("{name} is set, and nothing uses it"))),
        None => Ok(()),
    }
}

/// Renders a message of nobody, and holds the samples against the rules.
///
/// # Errors
/// As [`check`].
pub fn rehearse(
    settings: &Settings,
    variables: &Variables,
    engine: &Engine,
    rules: &Rules,
) -> Result<(), Failure> {
    let open = Variables {
        own: variables.own.clone(),
        from: variables.from.clone(),
        countries: Default::default(),
        receipt_secret: variables.receipt_secret.clone(),
    };
    let message = Message {
        id: "trial",
        to: "+41791234567",
        text: "Trial <&\"'\n> 123456",
        template_name: "VerifyPhone",
        metadata_json: r#"{"args": {"code": "123456"}}"#,
        receipt_url: "https://belfry.example/hooks/trial",
        expires_at_unix_ms: 3_600_000,
        ..Message::default()
    };
    let values = open.of_message(engine, &message, 0, false)?;
    let filling = Filling {
        engine,
        values: &values,
        token: None,
        now_unix_ms: 0,
    };
    let request = Request::send(settings, &filling)?;
    if settings.xml.is_some() && roxmltree::Document::parse(&request.body).is_err() {
        return Err(misconfigured("xml is not well-formed"));
    }
    let mut samples = settings.samples.iter().enumerate();
    samples.try_for_each(|(number, sample)| sample.check(number, rules))
}

/// All templates: where they are, what they say, and whether they know a message.
fn templates(settings: &Settings) -> Vec<(String, &str, bool)> {
    let mut found = vec![
        ("endpoint".to_owned(), settings.endpoint.as_str(), true),
        ("path".to_owned(), settings.path.as_str(), true),
    ];
    for (name, source) in &settings.headers {
        found.push((format!("headers.{name}"), source, true));
    }
    let tables = [
        ("query", Some(&settings.query)),
        ("form", settings.form.as_ref()),
    ];
    for (at, table) in tables {
        for (name, value) in table.into_iter().flatten() {
            strings(format!("{at}.{name}"), value, true, &mut found);
        }
    }
    if let Some(json) = &settings.json {
        strings("json".to_owned(), json, true, &mut found);
    }
    for (at, source) in [("xml", &settings.xml), ("raw", &settings.raw)] {
        found.extend(
            source
                .as_deref()
                .map(|source| (at.to_owned(), source, true)),
        );
    }
    match &settings.auth {
        // The same as for a probe, which has no message.
        Some(Auth::Basic(source)) => found.push(("auth.basic".to_owned(), source, false)),
        Some(Auth::Bearer(source)) => found.push(("auth.bearer".to_owned(), source, false)),
        Some(Auth::Oauth(_)) | None => {}
    }
    signed("signature", settings.signature.as_ref(), true, &mut found);
    for (name, country) in &settings.countries {
        let text = country.text.as_deref();
        found.extend(text.map(|text| (format!("countries.{name}.text"), text, true)));
    }
    if let Some(receipt) = &settings.receipt {
        let basic = receipt.basic.as_deref();
        found.extend(basic.map(|basic| ("receipt.basic".to_owned(), basic, false)));
        let signature = receipt.signature.as_ref();
        signed("receipt.signature", signature, false, &mut found);
    }
    if let Some(probe) = &settings.health {
        found.push(("health.path".to_owned(), &probe.path, false));
        for (name, source) in &probe.headers {
            found.push((format!("health.headers.{name}"), source, false));
        }
        for (name, value) in &probe.query {
            strings(format!("health.query.{name}"), value, false, &mut found);
        }
    }
    found
}

fn signed<'a>(
    at: &str,
    signature: Option<&'a Signature>,
    of_message: bool,
    found: &mut Vec<(String, &'a str, bool)>,
) {
    let Some(signature) = signature else { return };
    for (name, source) in [
        ("key", &signature.key),
        ("payload", &signature.payload),
        ("value", &signature.value),
    ] {
        found.push((format!("{at}.{name}"), source, of_message));
    }
}

fn strings<'a>(
    at: String,
    value: &'a Value,
    of_message: bool,
    found: &mut Vec<(String, &'a str, bool)>,
) {
    match value {
        Value::String(source) => found.push((at, source, of_message)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                strings(format!("{at}[{index}]"), item, of_message, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                strings(format!("{at}.{name}"), member, of_message, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn misconfigured(text: impl Into<String>) -> Failure {
    Failure::Misconfigured(text.into().into())
}
