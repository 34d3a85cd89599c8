//! `ExplainRoute`: which rule and which provider a message would be given to now, and why.

use crate::{
    api::Ctx,
    contract::pb::belfry::v1::{
        ExplainRouteRequest, ExplainRouteResponse, RouteExplanation, RouteProvider,
    },
    domain::{MessagePurpose, RouteQuestion, RunningProvider, explain_routes},
    error::Error,
};

/// Explains the way of a message.
pub(in crate::api) async fn explain(
    ctx: &Ctx,
    request: ExplainRouteRequest,
) -> Result<ExplainRouteResponse, Error> {
    let number = ctx.phone_number(&request.phone)?;
    let asked = ctx
        .services
        .gateway
        .ask(|gateway| (gateway.routes(), gateway.providers()));
    let (routes, running) = asked.await?;
    let question = RouteQuestion {
        number: &number,
        purpose: MessagePurpose::from_number(request.purpose.into())
            .unwrap_or(MessagePurpose::VerifyPhone),
        organization: &request.organization_id,
    };
    let explained = explain_routes(&routes, question);
    let taken = explained
        .iter()
        .find(|said| said.is_taken)
        .map(|said| said.route);
    let providers: Vec<_> = match taken {
        Some(route) => route
            .providers
            .iter()
            .map(|name| provider(name, running.iter().find(|it| it.name == *name)))
            .collect(),
        None => running
            .iter()
            .map(|it| provider(&it.name, Some(it)))
            .collect(),
    };
    let first = providers.iter().find(|provider| provider.available);
    Ok(ExplainRouteResponse {
        phone: number.as_str().to_owned(),
        region: number
            .region()
            .map(|region| region.to_string())
            .unwrap_or_default(),
        provider: first.map(|first| first.name.clone()).unwrap_or_default(),
        route: taken.map(|route| route.name.clone()).unwrap_or_default(),
        sender: taken.map(|route| route.sender.clone()).unwrap_or_default(),
        routes: explained
            .iter()
            .map(|said| RouteExplanation {
                name: said.route.name.clone(),
                matches: said.fit.is_ok(),
                taken: said.is_taken,
                reason: said.reason(),
            })
            .collect(),
        providers,
    })
}

fn provider(name: &str, running: Option<&RunningProvider>) -> RouteProvider {
    match running {
        Some(running) => RouteProvider {
            name: name.to_owned(),
            state: running.state as i32,
            available: running.is_available,
            reason: running.reason.clone(),
        },
        None => RouteProvider {
            name: name.to_owned(),
            reason: "there is no provider of this name, or it is inactive".to_owned(),
            ..RouteProvider::default()
        },
    }
}
