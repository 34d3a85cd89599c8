//! Belfry SMS provider `webhook`: any gateway that speaks HTTP, described by data.
//!
//! A ready service or the operator's own table says how a message becomes a request, what an answer
//! means and how receipts are read (providers-wire §6). The host makes the requests. From the message
//! to the request: [`variables`], [`template`], [`request`]; from the answer to the decision:
//! [`selector`], [`rules`]; what comes later: [`receipt`]. [`settings`] lays the operator's table over
//! the service's, and [`check`] refuses what cannot work.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use belfry_plugin::{
    Description, Failure, Health, Host, HttpRequest, HttpResponse, Level, Message, Provider, Sent,
    Webhook, WebhookAnswer,
};
use serde_json::{Map, Value};

mod check;
mod limits;
mod oauth;
mod receipt;
mod recipient;
mod request;
mod rules;
mod samples;
mod schema;
mod segments;
mod selector;
mod service;
mod settings;
mod signature;
mod template;
mod variables;

use limits::{Limits, left};
use oauth::Tokens;
use request::{Filling, Request};
use rules::Rules;
use service::Service;
use settings::{Auth, Settings};
use template::Engine;
use variables::{Values, Variables};

/// The provider.
pub struct Gateway {
    host: Host,
    settings: Settings,
    variables: Variables,
    rules: Rules,
    engine: Engine,
    limits: Limits,
    tokens: Option<Arc<Tokens>>,
}

impl Provider for Gateway {
    type Config = Map<String, Value>;

    fn description() -> Description {
        // The names live as long as the library, which is for ever; this is asked once.
        let hosts = Service::all()
            .flat_map(|service| service.hosts)
            .map(|host| &*host.leak());
        Description::new("webhook", "Webhook")
            .version(env!("CARGO_PKG_VERSION"))
            .max_concurrency(32)
            .http_hosts(["{endpoint}", "{token_url}"])
            .http_hosts(hosts)
            .config_schema(schema::schema())
    }

    fn create(host: Host, config: Self::Config) -> Result<Self, Failure> {
        let engine = Engine::new();
        let loaded = settings::load(config)?;
        check::check(&loaded, &engine)?;
        let (mut settings, own) = (loaded.settings, loaded.variables);
        let rules = Rules {
            success: settings.success.clone(),
            failures: std::mem::take(&mut settings.failures),
            accepted: settings.accepted.clone(),
            code: settings.code.clone(),
        };
        let variables = Variables {
            own,
            from: std::mem::take(&mut settings.from),
            countries: std::mem::take(&mut settings.countries),
            receipt_secret: std::mem::take(&mut settings.receipt_secret),
        };
        check::rehearse(&settings, &variables, &engine, &rules)?;
        let own = |name: &str| variables.own.get(name).map_or("", |(value, _)| value);
        let tokens = match &settings.auth {
            Some(Auth::Oauth(oauth)) => Some(Arc::new(Tokens::new(
                &settings.token_url,
                own("client_id"),
                own("client_secret"),
                &oauth.scope,
            ))),
            _ => None,
        };
        if is_in_the_clear(&settings.endpoint) {
            host.warn("the endpoint is plain http on another machine: keys and codes can be read on the way");
        }
        Ok(Self {
            host,
            limits: Limits::new(settings.parallel, settings.rate),
            tokens,
            settings,
            variables,
            rules,
            engine,
        })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let deadline = self.deadline(message.timeout);
        let now = self.host.now_unix_ms();
        let values =
            self.variables
                .of_message(&self.engine, message, now, self.settings.dry_run)?;
        if self.settings.dry_run {
            let request = self.fill(&values, Some("***"), Request::send)?;
            self.host
                .log(Level::Debug, format!("dry run: {}", request.shown()));
            return Ok(Sent {
                provider_id: message.id.to_owned(),
                ..Sent::default()
            });
        }
        // Half of the time for waiting, half for the exchange.
        let _place = self.limits.enter(left(deadline)? / 2)?;
        let response = self.exchange(&values, deadline, Request::send)?;
        self.rules.verdict(message.id, &response)
    }
}

impl Webhook for Gateway {
    fn webhook(&self, request: &HttpRequest<'_>) -> Result<WebhookAnswer, Failure> {
        let Some(receipt) = &self.settings.receipt else {
            return Err(Failure::Rejected("no receipts are wanted".into()));
        };
        receipt.read(
            &self.engine,
            &self.variables,
            self.host.now_unix_ms(),
            request,
        )
    }
}

impl Health for Gateway {
    fn health(&self, timeout: Duration) -> Result<(), Failure> {
        let Some(probe) = &self.settings.health else {
            return Ok(());
        };
        if self.settings.dry_run {
            return Ok(());
        }
        let values = self.variables.own(false);
        let response = self.exchange(&values, self.deadline(timeout), |settings, filling| {
            Request::probe(settings, probe, filling)
        });
        // A probe sends no message, so none can be lost.
        let response = response.map_err(|failure| match failure {
            Failure::OutcomeUnknown(reason) => Failure::Unavailable(reason),
            other => other,
        })?;
        let answer = match response.status {
            200..=299 => Ok(()),
            _ => self.rules.verdict("", &response).map(|_| ()),
        };
        match answer {
            // Reached, and not refused: what else is wrong with the question is not wrong with the sending.
            Err(Failure::Rejected(_) | Failure::InvalidRecipient(_)) => Ok(()),
            other => other,
        }
    }
}

impl Gateway {
    /// Fills the templates of a request and makes it. A token that is no longer taken is replaced once.
    fn exchange(
        &self,
        values: &Values,
        deadline: Instant,
        make: impl Fn(&Settings, &Filling<'_>) -> Result<Request, Failure>,
    ) -> Result<HttpResponse, Failure> {
        let Some(tokens) = &self.tokens else {
            return self.ask(&self.fill(values, None, make)?, deadline);
        };
        let token = tokens.get(&self.host, deadline)?;
        let response = self.ask(&self.fill(values, Some(&token), &make)?, deadline)?;
        if response.status != 401 {
            return Ok(response);
        }
        tokens.forget(&token);
        let token = tokens.get(&self.host, deadline)?;
        self.ask(&self.fill(values, Some(&token), &make)?, deadline)
    }

    fn fill(
        &self,
        values: &Values,
        token: Option<&str>,
        make: impl Fn(&Settings, &Filling<'_>) -> Result<Request, Failure>,
    ) -> Result<Request, Failure> {
        let filling = Filling {
            engine: &self.engine,
            values,
            token,
            now_unix_ms: self.host.now_unix_ms(),
        };
        make(&self.settings, &filling)
    }

    fn ask(&self, request: &Request, deadline: Instant) -> Result<HttpResponse, Failure> {
        let asked = HttpRequest {
            method: &request.method,
            url: &request.url,
            headers: &request.borrowed_headers(),
            body: request.body.as_bytes(),
            timeout: left(deadline)?,
        };
        self.host.http(&asked).map_err(Failure::from)
    }

    fn deadline(&self, timeout: Duration) -> Instant {
        Instant::now() + timeout.min(Duration::from_secs(self.settings.timeout))
    }
}

/// Whether an endpoint is without TLS and not on this machine.
fn is_in_the_clear(endpoint: &str) -> bool {
    let Some(rest) = endpoint.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    !loopback && host != "localhost"
}

belfry_plugin::export!(Gateway: Send + Health + Webhook);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
