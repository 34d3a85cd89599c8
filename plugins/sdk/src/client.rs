//! The HTTP client behind [`Host::http`](crate::Host::http): the server's own, and that of
//! [`FakeHost::online`](crate::FakeHost::online). Feature `client`.
//!
//! It reaches only the hosts it was made for. A name of the plugin's description is reached by HTTPS on
//! port 443 and never at an address that is private to this machine or its network, whatever the name
//! resolves to; an address that the operator wrote is reached as written. No redirects, no proxy, and
//! no connection is kept, since one that the gateway closed meanwhile would make a failure of nothing.

use std::{
    io::Read as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ureq::{
    Agent, Error, Timeout,
    config::Config,
    http::{Request, Uri},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::{HttpFailure, HttpRequest, HttpResponse};

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
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
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

/// Whether an address is on the public internet (the special ranges of RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => is_public_v4(inner),
            None => {
                let first = address.segments()[0];
                // 2000::/3 is all that is given out; 2001::/23 and 2001:db8::/32 in it are special.
                first & 0xe000 == 0x2000
                    && !(first == 0x2001 && address.segments()[1] < 0x200)
                    && !(first == 0x2001 && address.segments()[1] == 0xdb8)
            }
        },
    }
}

/// The IPv4 address that an IPv6 address only wraps: mapped, NAT64 (RFC 6052) or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(of(high, low))
        }
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Shared address space, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn not_sent(text: &str) -> HttpFailure {
    HttpFailure {
        may_have_left: false,
        text: text.into(),
    }
}

/// No answer: either nothing can have reached the server, or nobody knows.
fn failure(error: &Error) -> HttpFailure {
    use std::io::ErrorKind::{ConnectionRefused, InvalidData};
    let may_have_left = |text: &str| HttpFailure {
        may_have_left: true,
        text: text.into(),
    };
    match error {
        Error::BadUri(_) | Error::Http(_) => not_sent("the address is not valid"),
        Error::HostNotFound => {
            not_sent("the host's name is unknown, or stands for no public address")
        }
        Error::ConnectionFailed => not_sent("cannot connect"),
        Error::Io(error) if error.kind() == ConnectionRefused => not_sent("connection refused"),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => not_sent("no connection in time"),
        // rustls reports its faults as data that is not valid. Only these belong to the handshake alone.
        Error::Io(error) if error.kind() == InvalidData => {
            let fault = error.get_ref().and_then(|fault| fault.downcast_ref());
            match fault {
                Some(
                    rustls::Error::InvalidCertificate(_)
                    | rustls::Error::NoCertificatesPresented
                    | rustls::Error::PeerIncompatible(_),
                ) => not_sent(&format!("TLS: {error}")),
                _ => may_have_left(&format!("TLS: {error}")),
            }
        }
        Error::Rustls(error) => not_sent(&format!("TLS: {error}")),
        Error::Timeout(_) => may_have_left("no answer in time"),
        _ => may_have_left("the connection broke before the answer"),
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

    #[test]
    fn special_ranges_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
