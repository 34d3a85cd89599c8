//! The routes of the configuration, as the delivery knows them.

use log::warn;

use crate::{
    config::{self, Config},
    delivery::{OnUnknownOutcome, Persistence},
    domain::{MessagePurpose, Route},
    plugin::Registry,
};

/// The rules in their order.
pub(in crate::app) fn routes(config: &Config) -> Vec<Route> {
    let routes = config.notifications.routes.iter();
    routes.map(route).collect()
}

/// What the operator wants done with messages that do not go out at once.
pub(in crate::app) fn persistence(config: &Config) -> Persistence {
    let notifications = &config.notifications;
    Persistence {
        on_unknown_outcome: match notifications.on_unknown_outcome {
            config::OnUnknownOutcome::RetryOnce => OnUnknownOutcome::RetryOnce,
            config::OnUnknownOutcome::Stop => OnUnknownOutcome::Stop,
        },
        most_rounds: Some(notifications.max_attempts).filter(|most| *most > 0),
        drops_without_provider: notifications.without_provider == config::WithoutProvider::Drop,
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
