//! Which rule and which provider a message to a number would be given to: what the configuration says,
//! or what a running server says, which knows the states of its providers too.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::json;

use super::{
    Purpose, open,
    providers::{self, Kept},
};
use crate::{
    config::Config,
    domain::{MessagePurpose, PhoneNumber, PhoneNumberFault, RouteQuestion, explain_routes},
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way of a message, in words; read from a server's answer or made here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RouteReport {
    /// The number in E.164.
    pub phone: String,
    /// Its region; empty for numbers of no country.
    pub region: String,
    /// The rules in their order.
    pub routes: Vec<RuleReport>,
    /// The rule that is taken; empty if none holds.
    pub route: String,
    /// The sender that providers are asked to show; may be empty.
    pub sender: String,
    /// Who may be asked, in this order.
    pub providers: Vec<ProviderReport>,
    /// Who would be asked now; empty if nobody, or if that is not known.
    pub provider: String,
    /// Whether the states of providers are known.
    #[serde(skip)]
    pub is_live: bool,
}

/// What a rule says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleReport {
    /// Its name.
    pub name: String,
    /// Whether it is taken.
    pub taken: bool,
    /// Why, or why not.
    pub reason: String,
}

/// A provider of the way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProviderReport {
    /// Its name.
    pub name: String,
    /// What it is doing, such as `PROVIDER_STATE_READY`; empty if that is not known.
    pub state: String,
    /// Why; may be empty.
    pub reason: String,
}

/// What the configuration, and the database if there is one, say about a number.
///
/// # Errors
/// If the number does not parse or the database cannot be read.
pub fn explain_route(
    config: &Config,
    number: &str,
    organization: &str,
) -> anyhow::Result<RouteReport> {
    let region = config.phone.default_region.parse();
    let region = region.map_err(|reason| anyhow::anyhow!("phone.default_region {reason}"))?;
    let number = PhoneNumber::parse(number, region).map_err(|fault| match fault {
        PhoneNumberFault::Empty => anyhow::anyhow!("no number is given"),
        PhoneNumberFault::Invalid => anyhow::anyhow!("{number:?} is no phone number"),
    })?;
    let known = known_providers(config)?;
    let routes = providers::routes(config);
    let question = RouteQuestion {
        number: &number,
        purpose: MessagePurpose::VerifyPhone,
        organization,
    };
    let said = explain_routes(&routes, question);
    let taken = said
        .iter()
        .find(|said| said.is_taken)
        .map(|said| said.route);
    let names = taken.map_or_else(|| known.clone(), |route| route.providers.clone());
    let region = number.region();
    Ok(RouteReport {
        phone: number.as_str().to_owned(),
        region: region.map(|region| region.to_string()).unwrap_or_default(),
        routes: said
            .iter()
            .map(|said| RuleReport {
                name: said.route.name.clone(),
                taken: said.is_taken,
                reason: said.reason(),
            })
            .collect(),
        route: taken.map(|route| route.name.clone()).unwrap_or_default(),
        sender: taken.map(|route| route.sender.clone()).unwrap_or_default(),
        providers: names
            .into_iter()
            .map(|name| ProviderReport {
                reason: match known.contains(&name) {
                    true => String::new(),
                    false => "there is no provider of this name, or it is inactive".to_owned(),
                },
                name,
                state: String::new(),
            })
            .collect(),
        provider: String::new(),
        is_live: false,
    })
}

/// The names of the providers in the order they are tried.
fn known_providers(config: &Config) -> anyhow::Result<Vec<String>> {
    if !config.database.path.exists() {
        return providers::names(config, None);
    }
    let opened = open(config, Purpose::Command)?;
    let kept = Kept {
        store: opened.store,
        keys: opened.keys,
    };
    providers::names(config, Some(&kept))
}

/// What a running server says about a number.
///
/// # Errors
/// If the server does not answer, or refuses.
pub fn ask_route(
    url: &str,
    token: &str,
    number: &str,
    organization: &str,
) -> anyhow::Result<RouteReport> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into();
    let address = format!("{}/belfry/v1/routes/_explain", url.trim_end_matches('/'));
    let body = json!({"phone": number, "organizationId": organization}).to_string();
    let mut answer = agent
        .post(&address)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .send(body)
        .with_context(|| format!("{url} does not answer"))?;
    let text = answer
        .body_mut()
        .read_to_string()
        .with_context(|| format!("{url} does not answer"))?;
    if !answer.status().is_success() {
        let fault: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let said = fault["message"].as_str().unwrap_or("no reason is given");
        bail!(
            "{url} refuses with status {}: {said}",
            answer.status().as_u16()
        );
    }
    let report = serde_json::from_str(&text).context("the answer cannot be understood")?;
    Ok(RouteReport {
        is_live: true,
        ..report
    })
}
