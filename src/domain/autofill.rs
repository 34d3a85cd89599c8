//! The last line of an SMS by which a device fills the code in for its user. One form can be last, and
//! nothing may follow it.

use std::net::IpAddr;

/// Which form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Autofill {
    /// None.
    #[default]
    None,
    /// `@host #code` for browsers (<https://wicg.github.io/sms-one-time-codes/>); without a host of its
    /// own the one that the call was sent to.
    Web {
        /// The domain of the page that asks for the code.
        host: Option<String>,
    },
    /// The hash of an app for Android's SMS Retriever.
    Android {
        /// Eleven characters of Base64.
        hash: String,
    },
}

impl Autofill {
    /// The line for a code; `None` if there is none to add. `domain` is the host of the call.
    pub fn line(&self, domain: &str, code: &str) -> Option<String> {
        match self {
            Self::None => None,
            Self::Web { host } => {
                let host = host.as_deref().unwrap_or(domain);
                is_domain(host).then(|| format!("@{host} #{code}"))
            }
            Self::Android { hash } => Some(hash.clone()),
        }
    }
}

/// Whether a page can have that host: a name without scheme and port, and no address, which a browser
/// would not take.
pub fn is_domain(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host.len() <= 253 && host.split('.').all(is_label) && host.parse::<IpAddr>().is_err()
}

/// Whether a text can be the hash of an Android app.
pub fn is_app_hash(hash: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    hash.len() == 11 && hash.bytes().all(is_base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_host_wins_over_that_of_the_call() {
        let own = Autofill::Web { host: None };
        assert_eq!(
            own.line("api.example.com", "A1").as_deref(),
            Some("@api.example.com #A1")
        );
        let configured = Autofill::Web {
            host: Some("example.com".to_owned()),
        };
        assert_eq!(
            configured.line("api.example.com", "A1").as_deref(),
            Some("@example.com #A1")
        );
    }

    #[test]
    fn an_address_is_no_host_of_a_page() {
        let own = Autofill::Web { host: None };
        for host in ["127.0.0.1", "[::1]", "", "a b", "example.com:80", "a..b"] {
            assert_eq!(own.line(host, "A1"), None, "{host}");
        }
        assert!(is_domain("localhost") && is_domain("xn--bcher-kva.example"));
    }

    #[test]
    fn an_app_hash_has_eleven_characters_of_base64() {
        assert!(is_app_hash("FA+9qCX9VSu"));
        for hash in ["", "FA+9qCX9VS", "FA+9qCX9VSu=", "FA-9qCX9VSu"] {
            assert!(!is_app_hash(hash), "{hash}");
        }
    }
}
