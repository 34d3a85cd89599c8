//! The HTTP client behind [`Host::http`](crate::Host::http): the server's own, and that of
//! [`FakeHost::online`](crate::FakeHost::online). Feature `client`.
//!
//! It reaches only the hosts it was made for. A name of the plugin's description is reached by HTTPS on
//! port 443 and never at an address that is private to this machine or its network, whatever the name
//! resolves to; an address that the operator wrote is reached as written. No redirects, no proxy, and
//! no connection is kept, since one that the gateway closed meanwhile would make a failure of nothing.

use std::{fmt, io::Read as _, time::Duration};

use ureq::{
    Agent, Error, Timeout,
    config::Config,
    http::{Request, Uri},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout},
    },
};

use crate::{HttpFailure, HttpRequest, HttpResponse, public::is_public};

/// The most of an answer's body that is read, in bytes (plugin-abi §7).
const MAX_BODY: u64 = 1024 * 1024;

/// A blocking HTTP client with a list of the hosts that it may reach.
pub struct Client {
    agent: Agent,
    allowed: Allowed,
}

#[derive(Clone, Debug)]
enum Allowed {
    Everything,
    Only {
        public: Vec<String>,
        origins: Vec<String>,
    },
}

impl Client {
    /// A client that reaches `public` hosts by HTTPS at public addresses, and `origins`, such as
    /// `http://127.0.0.1:8000`, wherever they are. URLs of the operator may be given as they are: what
    /// follows the port does not matter.
    pub fn new(public: Vec<String>, origins: impl IntoIterator<Item = String>) -> Self {
        let origins = origins
            .into_iter()
            .filter_map(|url| origin(&url.parse().ok()?))
            .collect();
        Self::with(Allowed::Only { public, origins })
    }

    /// A client that reaches everything; for tests.
    pub fn unrestricted() -> Self {
        Self::with(Allowed::Everything)
    }

    fn with(allowed: Allowed) -> Self {
        let config = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent(concat!("belfry/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Guard(allowed.clone());
        Self {
            agent: Agent::with_parts(config, Reach(DefaultConnector::default()), resolver),
            allowed,
        }
    }

    /// Whether it may reach that address.
    pub fn admits(&self, url: &str) -> bool {
        url.parse().is_ok_and(|uri| self.allowed.admits(&uri))
    }

    /// Makes one request.
    ///
    /// # Errors
    /// If the host may not be reached, or there was no answer in time.
    pub fn send(&self, request: &HttpRequest<'_>) -> Result<HttpResponse, HttpFailure> {
        let uri: Uri = request
            .url
            .parse()
            .map_err(|_| not_sent("the address is not a URL"))?;
        if !self.allowed.admits(&uri) {
            return Err(not_sent(
                "this plugin may not reach that address: it is none of its http_hosts",
            ));
        }
        let mut builder = Request::builder().method(request.method).uri(uri);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        let built = builder.body(request.body);
        let built = built.map_err(|_| not_sent("the method or a header is not valid"))?;
        let timeout = request.timeout.max(Duration::from_millis(1));
        let built = self
            .agent
            .configure_request(built)
            .timeout_global(Some(timeout))
            // Earlier than all, so that a host which cannot be reached is told from one that is slow.
            .timeout_resolve(Some(timeout / 2))
            .timeout_connect(Some(timeout / 4 * 3))
            .build();
        let mut response = self.agent.run(built).map_err(|error| failure(&error))?;
        let header = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(|value| value.trim().to_owned())
        };
        let content_type = header("content-type").unwrap_or_default();
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // The status has come, so the request was taken: what is missing of the body changes nothing.
        let _ = response
            .body_mut()
            .as_reader()
            .take(MAX_BODY)
            .read_to_end(&mut body);
        Ok(HttpResponse {
            status,
            body,
            content_type,
            retry_after: retry_after.map(Duration::from_secs),
        })
    }
}

impl Allowed {
    fn admits(&self, uri: &Uri) -> bool {
        let Self::Only { public, .. } = self else {
            return true;
        };
        let host = uri.host().unwrap_or_default();
        let is_public = uri.scheme_str() == Some("https")
            && uri.port_u16().unwrap_or(443) == 443
            && public.iter().any(|name| name.eq_ignore_ascii_case(host));
        is_public || self.is_of_operator(uri)
    }

    /// Whether the operator wrote this address, and so decides what it is.
    fn is_of_operator(&self, uri: &Uri) -> bool {
        match self {
            Self::Everything => true,
            Self::Only { origins, .. } => {
                origin(uri).is_some_and(|origin| origins.contains(&origin))
            }
        }
    }
}

/// Scheme, host and port of an HTTP address.
fn origin(uri: &Uri) -> Option<String> {
    let (scheme, usual) = match uri.scheme_str()? {
        "http" => ("http", 80),
        "https" => ("https", 443),
        _ => return None,
    };
    let host = uri.host()?.to_ascii_lowercase();
    Some(format!(
        "{scheme}://{host}:{}",
        uri.port_u16().unwrap_or(usual)
    ))
}

/// Resolves names, and drops private addresses of hosts that the operator did not write.
#[derive(Debug)]
struct Guard(Allowed);

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout);
        let found = found.map_err(|error| match error {
            // The system's own words for a name that it does not find.
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })?;
        if self.0.is_of_operator(uri) {
            return Ok(found);
        }
        let mut kept = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            kept.push(*address);
        }
        match kept.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(kept),
        }
    }
}

fn not_sent(text: &str) -> HttpFailure {
    HttpFailure {
        may_have_left: false,
        text: text.into(),
    }
}

/// Connects, the handshake of TLS included.
#[derive(Debug)]
struct Reach(DefaultConnector);

/// There is no connection, so nothing of the request has left; with the reason.
#[derive(Debug)]
struct NotReached(String);

impl fmt::Display for NotReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotReached {}

impl Connector for Reach {
    type Out = <DefaultConnector as Connector>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        use std::io::ErrorKind::{ConnectionRefused, InvalidData};
        self.0.connect(details, chained).map_err(|error| {
            let text = match &error {
                Error::Timeout(_) => "no connection in time".to_owned(),
                Error::Io(error) if error.kind() == ConnectionRefused => {
                    "connection refused".into()
                }
                // rustls reports its faults so.
                Error::Io(error) if error.kind() == InvalidData => format!("TLS: {error}"),
                Error::Rustls(error) => format!("TLS: {error}"),
                Error::Tls(error) => format!("TLS: {error}"),
                _ => "cannot connect".to_owned(),
            };
            Error::Other(Box::new(NotReached(text)))
        })
    }
}

/// No answer: either nothing can have reached the server, or nobody knows.
fn failure(error: &Error) -> HttpFailure {
    match error {
        Error::BadUri(_) | Error::Http(_) => not_sent("the address is not valid"),
        Error::HostNotFound => {
            not_sent("the host's name is unknown, or stands for no public address")
        }
        Error::ConnectionFailed => not_sent("cannot connect"),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => not_sent("no connection in time"),
        Error::Other(error) if error.is::<NotReached>() => not_sent(&error.to_string()),
        Error::Timeout(_) => may_have_left("no answer in time"),
        _ => may_have_left("the connection broke before the answer"),
    }
}

fn may_have_left(text: &str) -> HttpFailure {
    HttpFailure {
        may_have_left: true,
        text: text.into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_hosts_are_reached_and_the_plugins_own_only_by_https() {
        let client = Client::new(
            vec!["api.example.com".into()],
            [
                "http://127.0.0.1:8000/path?key=1".to_owned(),
                "https://sms.lan".to_owned(),
            ],
        );
        for url in [
            "https://api.example.com/sms",
            "https://API.example.com:443/",
            "http://127.0.0.1:8000/other",
            "https://sms.lan:443/x",
        ] {
            assert!(client.admits(url), "{url}");
        }
        for url in [
            "http://api.example.com/",
            "https://api.example.com:8443/",
            "https://api.example.com.evil.example/",
            "https://evil.example/api.example.com",
            "https://api.example.com@evil.example/",
            "http://127.0.0.1:8001/",
            "https://127.0.0.1:8000/",
            "http://sms.lan/",
            "file:///etc/passwd",
            "/relative",
        ] {
            assert!(!client.admits(url), "{url}");
        }
    }

    #[test]
    fn a_listed_name_that_stands_for_a_private_address_is_not_reached() {
        let client = Client::new(vec!["localhost".into()], []);
        let request = HttpRequest {
            url: "https://localhost/",
            ..HttpRequest::default()
        };
        let failure = client.send(&request).unwrap_err();
        assert!(!failure.may_have_left);
        assert!(
            failure.text.contains("no public address"),
            "{}",
            failure.text
        );
    }

    #[test]
    fn a_name_that_is_unknown_was_not_reached() {
        let failure = Client::unrestricted().send(&HttpRequest {
            url: "http://name.invalid/",
            ..HttpRequest::default()
        });
        assert!(!failure.unwrap_err().may_have_left);
    }
}
