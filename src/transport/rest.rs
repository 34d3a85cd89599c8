//! The REST route table: which rpc a verb and path reach (contract/README §2).
//!
//! It is made from the `google.api.http` rules of the contract, one router per verb, so that a fixed
//! path under one verb never hides a parameter under another. Paths are matched raw and each segment
//! is percent-decoded afterwards. [`serve`] answers a request by it; `transport::grpc` only asks for the route.

use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use prost_reflect::Kind;

use super::{
    answer::{Answer, Request},
    codec::{Codec, Input},
    pipeline::{self, Call},
    server::Server,
    status::Refusal,
};
use crate::contract::{Contract, Method, Verb};

const VERBS: [(Verb, &str); 5] = [
    (Verb::Get, "GET"),
    (Verb::Put, "PUT"),
    (Verb::Post, "POST"),
    (Verb::Delete, "DELETE"),
    (Verb::Patch, "PATCH"),
];

/// What a path leads to.
pub struct Route {
    /// The rpc.
    pub method: Arc<Method>,
    /// Whether the body is the request message; otherwise the query string fills it.
    pub has_body: bool,
}

/// A route with the values of its path parameters, decoded.
pub struct Matched<'r> {
    /// The route.
    pub route: &'r Route,
    /// Field name and value, in the order of the path.
    pub parameters: Vec<(&'r str, String)>,
}

/// All REST routes.
pub struct Routes {
    by_verb: Vec<(&'static str, matchit::Router<Entry>)>,
}

struct Entry {
    route: Route,
    shape: String,
    parameters: Vec<String>,
}

impl Routes {
    /// Reads the rules of every method.
    ///
    /// # Errors
    /// If two rules claim one path or a template is malformed: a fault of the contract.
    pub fn build(contract: &Contract) -> anyhow::Result<Self> {
        let mut by_verb = Vec::new();
        for (verb, name) in VERBS {
            let mut router = matchit::Router::new();
            for method in contract.methods() {
                for rule in method.http.iter().filter(|rule| rule.verb == verb) {
                    let entry = Entry {
                        route: Route {
                            method: method.clone(),
                            has_body: rule.has_body,
                        },
                        shape: shape(&rule.path),
                        parameters: parameter_names(&rule.path),
                    };
                    router
                        .insert(&rule.path, entry)
                        .with_context(|| format!("{name} {} of {}", rule.path, method.name))?;
                }
            }
            by_verb.push((name, router));
        }
        Ok(Self { by_verb })
    }

    /// Finds the route of a verb and a raw path.
    ///
    /// # Errors
    /// 404 for an unknown path, 405 for a known one with another verb, 400 for a path that is not UTF-8.
    pub fn find(&self, verb: &str, path: &str) -> Result<Matched<'_>, Refusal> {
        let found = self
            .by_verb
            .iter()
            .find(|(name, _)| *name == verb)
            .and_then(|(_, router)| router.at(path).ok());
        let Some(found) = found.filter(|found| !self.is_another(found, path)) else {
            return Err(self.other_verbs(path));
        };
        let parameters = found
            .value
            .parameters
            .iter()
            .zip(found.params.iter())
            .map(|(name, (_, raw))| {
                let value = percent_decode_str(raw).decode_utf8();
                value
                    .map(|value| (name.as_str(), value.into_owned()))
                    .map_err(|_| Refusal::bad_request())
            })
            .collect::<Result<_, _>>()?;
        Ok(Matched {
            route: &found.value.route,
            parameters,
        })
    }
}

impl Routes {
    /// Whether the path is that of other verbs, because the enum that stands in this verb's template
    /// has no such value: `/secretgenerators/_search` is no type of generators.
    fn is_another(&self, found: &matchit::Match<'_, '_, &Entry>, path: &str) -> bool {
        let input = found.value.route.method.descriptor.input();
        let mut parameters = found.value.parameters.iter().zip(found.params.iter());
        let is_unknown = parameters.any(|(name, (_, raw))| {
            let kind = input.get_field_by_name(name).map(|field| field.kind());
            let is_number = raw.parse::<i32>().is_ok();
            matches!(kind, Some(Kind::Enum(choice))
                if !is_number && choice.get_value_by_name(raw).is_none())
        });
        is_unknown
            && self.by_verb.iter().any(|(_, router)| {
                let other = router.at(path);
                other.is_ok_and(|other| other.value.parameters.len() < found.value.parameters.len())
            })
    }

    /// 405 with the verbs of the path's own template, without those of a wider one: what can be done
    /// with `/users/_search` is not what can be done with a user, although that is a possible id.
    fn other_verbs(&self, path: &str) -> Refusal {
        let found = || {
            let all = self.by_verb.iter();
            all.filter_map(|(verb, router)| Some((*verb, router.at(path).ok()?.value)))
        };
        let Some((_, narrowest)) = found().min_by_key(|(_, entry)| entry.parameters.len()) else {
            return Refusal::not_found();
        };
        let verbs: Vec<&str> = found()
            .filter(|(_, entry)| entry.shape == narrowest.shape)
            .map(|(verb, _)| verb)
            .collect();
        Refusal::method_not_allowed(verbs.join(", "))
    }
}

/// A template without the names of its parameters.
fn shape(template: &str) -> String {
    let segments = template.split('/');
    let bare = segments.map(|segment| {
        if segment.starts_with('{') {
            "{}"
        } else {
            segment
        }
    });
    bare.collect::<Vec<_>>().join("/")
}

/// The names between braces, in the order of the path.
fn parameter_names(template: &str) -> Vec<String> {
    template
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Answers a REST request. Its body is JSON whatever the content type says.
pub async fn serve(server: &Server, request: Request<'_>) -> Answer {
    let matched = match server.routes.find(request.verb, request.path) {
        Ok(matched) => matched,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let body = match (matched.route.has_body, request.body) {
        (true, Ok(body)) => body,
        (true, Err(refusal)) => return Answer::refused(&refusal),
        (false, _) => Bytes::new(),
    };
    let Some(operation) = server.operations.get(&matched.route.method.path) else {
        return Answer::refused(&Refusal::not_found());
    };
    let metadata = match request.metadata {
        Ok(metadata) => metadata,
        Err(error) => return Answer::rest_error(&error),
    };
    let call = Call {
        operation,
        codec: Codec::Json,
        input: Input {
            message: &body,
            path: matched.parameters,
            query: request.query.filter(|_| !matched.route.has_body),
        },
        metadata,
    };
    match pipeline::run(server, call).await {
        Ok(message) => Answer::json(matched.route.method.success_status, message),
        Err(error) => Answer::rest_error(&error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn find(verb: &str, path: &str) -> Result<(String, Vec<(String, String)>), u16> {
        let routes = Routes::build(&Contract::load().unwrap()).unwrap();
        let matched = routes.find(verb, path).map_err(|refusal| refusal.http)?;
        let parameters = matched
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let name = matched.route.method.descriptor.name().to_owned();
        Ok((name, parameters))
    }

    #[test]
    fn a_path_segment_is_decoded_after_it_was_matched() {
        for (raw, value) in [
            ("1", "1"),
            ("a%2Fb", "a/b"),
            ("%C3%BC%20", "ü "),
            ("+", "+"),
            ("%zz", "%zz"),
        ] {
            let path = format!("/management/v1/users/{raw}/phone");
            let expected = vec![("user_id".to_owned(), value.to_owned())];
            assert_eq!(
                find("PUT", &path),
                Ok(("UpdateHumanPhone".to_owned(), expected))
            );
        }
        assert_eq!(find("PUT", "/management/v1/users/%FF/phone"), Err(400));
    }

    #[test]
    fn unknown_paths_and_other_verbs_are_told_apart() {
        assert_eq!(
            find("GET", "/management/v1/healthz").map(|(name, _)| name),
            Ok("Healthz".to_owned())
        );
        assert_eq!(find("POST", "/management/v1/healthz"), Err(405));
        assert_eq!(find("FOO", "/management/v1/healthz"), Err(405));
        for path in [
            "/management/v1/healthz/",
            "/management/v1/users//phone",
            "/healthz",
            "//",
            "*",
            "",
        ] {
            assert_eq!(find("GET", path), Err(404), "{path}");
        }
    }

    #[test]
    fn a_refused_verb_names_those_of_the_paths_own_template() {
        let routes = Routes::build(&Contract::load().unwrap()).unwrap();
        for (path, verbs) in [
            ("/management/v1/users/_search", "POST"),
            ("/management/v1/users/1", "GET, DELETE"),
            ("/v2/users/human", "POST"),
            ("/v2/users/1", "GET, DELETE, PATCH"),
            ("/v2/users/1/phone", "POST, DELETE"),
            ("/admin/v1/secretgenerators/_search", "POST"),
        ] {
            let refusal = routes.find("PUT", path).err().unwrap();
            assert_eq!(refusal.allow.as_deref(), Some(verbs), "{path}");
        }
    }
}
