//! What the headers of a call say, the same for every encoding: credentials, deadline, origin.

use std::time::Duration;

use crate::{auth::Credentials, error::Error};

/// The headers of a call, read.
#[derive(Debug, Default)]
pub struct Metadata {
    /// Who the caller says to be.
    pub credentials: Credentials,
    /// The caller's own deadline, from `grpc-timeout` or `connect-timeout-ms`.
    pub timeout: Option<Duration>,
    /// Scheme, host and port that the call was sent to.
    pub origin: String,
}

impl Metadata {
    /// Reads the headers through `header`, which gives the first value of a lower-case name as text.
    ///
    /// # Errors
    /// INVALID for a malformed deadline.
    pub fn read(
        header: &dyn Fn(&str) -> Option<String>,
        authority: Option<&str>,
        external_origin: Option<&str>,
    ) -> Result<Self, Error> {
        let timeout = match (header("grpc-timeout"), header("connect-timeout-ms")) {
            (Some(text), _) => Some(grpc_timeout(&text).ok_or_else(|| malformed("grpc-timeout"))?),
            (None, Some(text)) => {
                Some(connect_timeout(&text).ok_or_else(|| malformed("connect-timeout-ms"))?)
            }
            (None, None) => None,
        };
        let origin = match external_origin {
            Some(origin) => origin.to_owned(),
            None => own_origin(authority.map(str::to_owned).or_else(|| header("host"))),
        };
        Ok(Self {
            credentials: Credentials {
                authorization: header("authorization"),
                organization: header("x-zitadel-orgid"),
            },
            timeout,
            origin,
        })
    }
}

fn malformed(name: &str) -> Error {
    Error::invalid(format!("malformed {name}"))
}

/// The origin a caller used. A host that could not stand in a URL is not repeated.
fn own_origin(host: Option<String>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    match host {
        Some(host) if !host.is_empty() && host.len() <= 261 && host.bytes().all(plain) => {
            format!("http://{host}")
        }
        _ => "http://localhost".to_owned(),
    }
}

/// One to eight digits and a unit (gRPC over HTTP/2, "Timeout").
fn grpc_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount = amount(digits, 8)?;
    Some(match unit {
        "H" => Duration::from_secs(amount * 3600),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    })
}

/// One to ten digits, milliseconds (Connect protocol, "Timeout-Milliseconds").
fn connect_timeout(text: &str) -> Option<Duration> {
    amount(text, 10).map(Duration::from_millis)
}

fn amount(digits: &str, longest: usize) -> Option<u64> {
    let plausible =
        (1..=longest).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plausible.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Metadata, Error> {
        let header = |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Metadata::read(&header, None, None)
    }

    #[test]
    fn deadlines_are_read_in_both_notations() {
        for (name, text, expected) in [
            ("grpc-timeout", "5S", Duration::from_secs(5)),
            (
                "grpc-timeout",
                "99999999H",
                Duration::from_secs(99_999_999 * 3600),
            ),
            ("grpc-timeout", "250m", Duration::from_millis(250)),
            ("grpc-timeout", "1n", Duration::from_nanos(1)),
            ("connect-timeout-ms", "1500", Duration::from_millis(1500)),
        ] {
            assert_eq!(
                read(&[(name, text)]).unwrap().timeout,
                Some(expected),
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn a_malformed_deadline_is_refused() {
        for text in [
            "",
            "S",
            "5",
            "-5S",
            "+5S",
            "123456789S",
            "5é",
            "é",
            "5 S",
            "1e3S",
        ] {
            assert!(read(&[("grpc-timeout", text)]).is_err(), "{text:?}");
        }
        assert!(read(&[("connect-timeout-ms", "12345678901")]).is_err());
    }

    #[test]
    fn the_origin_is_the_host_unless_it_could_not_stand_in_a_url() {
        assert_eq!(
            read(&[("host", "127.0.0.1:8080")]).unwrap().origin,
            "http://127.0.0.1:8080"
        );
        assert_eq!(
            read(&[("host", "a/b?c\"<")]).unwrap().origin,
            "http://localhost"
        );
        assert_eq!(read(&[]).unwrap().origin, "http://localhost");
    }
}
