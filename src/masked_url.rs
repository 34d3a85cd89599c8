//! URLs that hold secrets: a user and password in front of the host, or a key in the query.
//!
//! Nothing but the secret is touched, so that a URL without any stays as it was written. What is masked
//! is never kept in the place of the URL: see [`is_masked`].

use std::borrow::Cow;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// Shorter values of a query are no secrets, and are found in everything.
const SHORTEST_VALUE: usize = 8;

/// The parts of a URL, which are the whole when they are put together with `@` and `?`.
struct Parts<'a> {
    /// The scheme with `://`.
    scheme: &'a str,
    login: Option<&'a str>,
    /// Host, port and path.
    place: &'a str,
    query: Option<&'a str>,
    /// The fragment with `#`; may be empty.
    fragment: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let after = text.find("://")? + 3;
        let (scheme, rest) = text.split_at(after);
        let name = &scheme[..after - 3];
        let is_good = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(is_good) {
            return None;
        }
        let (rest, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let authority = rest.find(['/', '\\']).unwrap_or(rest.len());
        let (login, place) = match rest[..authority].rfind('@') {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        Some(Self {
            scheme,
            login,
            place,
            query,
            fragment,
        })
    }

    /// What may be a secret of the query: the values, and what has no name.
    fn values(&self) -> impl Iterator<Item = &'a str> {
        let pairs = self.query.unwrap_or_default().split(['&', ';']);
        pairs.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value))
    }

    fn with(&self, login: Option<&str>, query: Option<&str>) -> String {
        let mut text = self.scheme.to_owned();
        if let Some(login) = login {
            text.push_str(login);
            text.push('@');
        }
        text.push_str(self.place);
        if let Some(query) = query {
            text.push('?');
            text.push_str(query);
        }
        text.push_str(self.fragment);
        text
    }
}

/// A URL with its user and password masked; anything else as it is.
pub fn without_login(text: &str) -> Cow<'_, str> {
    match Parts::of(text) {
        Some(parts) if parts.login.is_some() => parts.with(Some(MASK), parts.query).into(),
        _ => text.into(),
    }
}

/// A URL with its user and password and every value of its query masked; anything else as it is.
pub fn masked(text: &str) -> Cow<'_, str> {
    let Some(parts) = Parts::of(text) else {
        return text.into();
    };
    if parts.login.is_none() && parts.values().all(str::is_empty) {
        return text.into();
    }
    let query = parts.query.map(mask_values);
    let login = parts.login.map(|_| MASK);
    parts.with(login, query.as_deref()).into()
}

fn mask_values(query: &str) -> String {
    let pairs = query.split_inclusive(['&', ';']);
    pairs
        .map(|pair| {
            let (pair, end) = pair.split_at(pair.find(['&', ';']).unwrap_or(pair.len()));
            match pair.split_once('=') {
                Some((name, value)) if !value.is_empty() => format!("{name}={MASK}{end}"),
                None if !pair.is_empty() => format!("{MASK}{end}"),
                _ => format!("{pair}{end}"),
            }
        })
        .collect()
}

/// Whether a secret of the URL is the mask itself: somebody gives back what was shown.
pub fn is_masked(text: &str) -> bool {
    Parts::of(text)
        .is_some_and(|parts| parts.login == Some(MASK) || parts.values().any(|value| value == MASK))
}

/// What must not be seen of a URL: the login, its password, and values of the query that may be keys.
pub fn secrets(text: &str) -> Vec<String> {
    let Some(parts) = Parts::of(text) else {
        return Vec::new();
    };
    let login = parts.login.into_iter();
    let login = login.flat_map(|login| {
        let password = login.split_once(':').map(|(_, password)| password);
        [Some(login), password].into_iter().flatten()
    });
    let values = parts.values();
    let values = values.filter(|value| value.len() >= SHORTEST_VALUE);
    login.chain(values).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_secrets_are_masked() {
        for (url, shown) in [
            ("https://u:p@host/a", "https://***@host/a"),
            ("https://u@host", "https://***@host"),
            ("https://u:p@q@host:1?a=b#c", "https://***@host:1?a=***#c"),
            (
                "http://host?key=k&to=&b;c=d",
                "http://host?key=***&to=&***;c=***",
            ),
            ("smtps://@host", "smtps://***@host"),
        ] {
            assert_eq!(masked(url), shown);
            assert!(is_masked(shown), "{shown}");
            assert!(!is_masked(url), "{url}");
            assert_eq!(masked(shown), shown);
        }
        assert_eq!(
            without_login("https://u:p@host?a=b"),
            "https://***@host?a=b"
        );
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_is() {
        for text in [
            "",
            "https://host",
            "HTTP://host:8080/a/@b/?#x",
            "http://host/a?",
            "user@example.org",
            "://u:p@host",
            "a b://u:p@host",
            "{\"a\": \"b\"}",
        ] {
            assert_eq!(masked(text), text);
            assert_eq!(without_login(text), text);
            assert!(secrets(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn secrets_are_found() {
        let found = secrets("https://user:pass@host/?key=0123456789&type=sms");
        assert_eq!(found, ["user:pass", "pass", "0123456789"]);
    }
}
