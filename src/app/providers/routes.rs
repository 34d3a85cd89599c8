//! The routes of the configuration, as the delivery knows them.

use log::warn;

use crate::{
    config::{self, Config},
    delivery::OnUnknownOutcome,
    domain::{MessagePurpose, Route},
    plugin::Registry,
};

/// The rules in their order.
pub(in crate::app) fn routes(config: &Config) -> Vec<Route> {
    let routes = config.notifications.routes.iter();
    routes.map(route).collect()
}

/// What the operator wants done with a message that may have been sent.
pub(in crate::app) fn on_unknown_outcome(config: &Config) -> OnUnknownOutcome {
    match config.notifications.on_unknown_outcome {
        config::OnUnknownOutcome::RetryOnce => OnUnknownOutcome::RetryOnce,
        config::OnUnknownOutcome::Stop => OnUnknownOutcome::Stop,
    }
}

/// Says which providers of routes there are not: the API may bring them later, or a name is misspelt.
pub(in crate::app) fn warn_of_unknown(routes: &[Route], registry: &Registry) {
    for route in routes {
        let unknown = route
            .providers
            .iter()
            .filter(|name| registry.provider(name).is_none());
        for name in unknown {
            warn!(
                "route {} names provider {name}, which there is not",
                route.name
            );
        }
    }
}

fn route(route: &config::Route) -> Route {
    Route {
        name: route.name.clone(),
        prefixes: route.prefixes.clone(),
        // Checked when the configuration was read.
        countries: route
            .countries
            .iter()
            .filter_map(|country| country.parse().ok())
            .collect(),
        purposes: route
            .purposes
            .iter()
            .map(|purpose| purpose_of(*purpose))
            .collect(),
        organizations: route.organizations.clone(),
        providers: route.providers.clone(),
        sender: route.sender.clone(),
    }
}

/// A purpose of the configuration.
pub(in crate::app) fn purpose_of(purpose: config::Purpose) -> MessagePurpose {
    match purpose {
        config::Purpose::VerifyPhone => MessagePurpose::VerifyPhone,
        config::Purpose::PasswordReset => MessagePurpose::PasswordReset,
    }
}
