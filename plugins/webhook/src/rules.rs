//! What a gateway's answer means: the success rule, then the failure rules in their order, then what
//! the HTTP status says by itself (providers-wire §6, points 6 to 8).

use std::time::Duration;

use belfry_plugin::{Failure, HttpResponse, Reason, Sent};
use regex::Regex;
use serde::{Deserialize, de::Error as _};

use crate::selector::{Document, Selector};

/// A test of an answer; each part that is there must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// `200`, `"2xx"`, or a list of those.
    pub status: Option<OneOrMany>,
    /// What is looked at: the value at this place, which must be there, or else the whole body.
    pub field: Option<Selector>,
    /// The value is one of these.
    pub is: Option<OneOrMany>,
    /// The value matches.
    pub matches: Option<Pattern>,
}

/// A rule for a failure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// When it applies.
    pub when: Condition,
    /// What it says.
    pub then: Action,
    /// For the operator.
    #[serde(default)]
    pub why: String,
    /// Where the answer says how many seconds to wait; else the header `Retry-After` is believed.
    pub retry_after: Option<Selector>,
}

/// The decision, in the words of the plugin interface.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    InvalidRecipient,
    Rejected,
    Unsupported,
    Throttled,
    Unavailable,
    OutcomeUnknown,
    Unauthorized,
    Misconfigured,
}

/// One value or several, as text.
#[derive(Clone, Debug)]
pub struct OneOrMany(Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::Bool(yes) => Some(yes.to_string()),
            _ => None,
        };
        let value = serde_json::Value::deserialize(from)?;
        let all = match &value {
            serde_json::Value::Array(items) => items.iter().map(text).collect(),
            one => text(one).map(|one| vec![one]),
        };
        all.map(Self)
            .ok_or_else(|| D::Error::custom("a text, a number or a list of them is wanted"))
    }
}

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Regex::new(&text)
            .map(Self)
            .map_err(|_| D::Error::custom("not a regular expression"))
    }
}

/// Where an answer tells about the message that was accepted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accepted {
    /// The gateway's id; without it our own stands in.
    pub id: Option<Selector>,
    /// How many SMS it took.
    pub segments: Option<Selector>,
    /// What it costs.
    pub price: Option<Selector>,
    /// The currency of the price.
    pub currency: Option<Selector>,
}

/// All rules for answers.
#[derive(Clone, Debug)]
pub struct Rules {
    /// When a message is accepted; any 2xx without it.
    pub success: Condition,
    /// In their order.
    pub failures: Vec<Rule>,
    /// What an accepted message is called.
    pub accepted: Accepted,
    /// Where an answer has its error code, for those that no rule looks at.
    pub code: Option<Selector>,
}

impl Rules {
    /// What an answer to the message `id` means.
    ///
    /// # Errors
    /// If the gateway did not accept it.
    pub fn verdict(&self, id: &str, response: &HttpResponse) -> Result<Sent, Failure> {
        let document = Document::read(&response.body, &response.content_type);
        if self.success.holds(response.status, &document) {
            return Ok(self.accepted.read(id, &document));
        }
        let rule = self
            .failures
            .iter()
            .find(|rule| rule.when.holds(response.status, &document));
        let (action, why, wait) = match rule {
            Some(rule) => {
                let wait = rule.retry_after.as_ref();
                let wait = wait.and_then(|selector| document.find(selector)?.parse().ok());
                (rule.then, rule.why.as_str(), wait)
            }
            None => (usual(response.status), "", None),
        };
        let code = rule
            .and_then(|rule| document.find(rule.when.field.as_ref()?))
            .or_else(|| document.find(self.code.as_ref()?))
            .unwrap_or_else(|| response.status.to_string());
        let text = match why {
            "" => format!("the gateway answered {}", response.status),
            why => format!("the gateway answered {}: {why}", response.status),
        };
        let wait = wait
            .and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
            .or(response.retry_after);
        Err(action.failure(Reason::with_code(text, code), wait))
    }
}

impl Accepted {
    fn read(&self, id: &str, document: &Document) -> Sent {
        let find = |selector: &Option<Selector>| document.find(selector.as_ref()?);
        let segments = find(&self.segments).and_then(|count| count.parse().ok());
        let price = find(&self.price).map(|price| match find(&self.currency) {
            Some(currency) => format!("{price} {currency}"),
            None => price,
        });
        Sent {
            provider_id: find(&self.id).unwrap_or_else(|| id.to_owned()),
            segments: segments.unwrap_or(0),
            price: price.unwrap_or_default(),
        }
    }
}

impl Condition {
    fn holds(&self, status: u16, document: &Document) -> bool {
        let usual = OneOrMany(vec!["2xx".to_owned()]);
        let bare = self.field.is_none() && self.is.is_none() && self.matches.is_none();
        let wanted = match &self.status {
            Some(wanted) => Some(wanted),
            // A condition of nothing is that of success.
            None if bare => Some(&usual),
            None => None,
        };
        if !wanted.is_none_or(|wanted| wanted.0.iter().any(|wanted| is_status(status, wanted))) {
            return false;
        }
        let value = match &self.field {
            Some(selector) => document.find(selector),
            None => Some(document.text.trim().to_owned()),
        };
        let Some(value) = value else { return false };
        let is = self.is.as_ref().is_none_or(|all| all.0.contains(&value));
        is && self.matches.as_ref().is_none_or(|p| p.0.is_match(&value))
    }
}

/// Whether a status is `wanted`: `404`, `4xx` or `400-404`.
fn is_status(status: u16, wanted: &str) -> bool {
    if let Some(class) = wanted.strip_suffix("xx") {
        return class.parse() == Ok(status / 100);
    }
    match wanted.split_once('-') {
        Some((from, to)) => {
            from.parse().is_ok_and(|from: u16| from <= status)
                && to.parse().is_ok_and(|to: u16| status <= to)
        }
        None => wanted.parse() == Ok(status),
    }
}

/// What a status means that no rule knows.
fn usual(status: u16) -> Action {
    match status {
        429 => Action::Throttled,
        // The gateway in front gave up waiting for the one behind it, which may have taken the message.
        504 => Action::OutcomeUnknown,
        408 | 425 | 500.. => Action::Unavailable,
        401 | 403 => Action::Unauthorized,
        // No credit; or a redirect, which is not followed.
        402 | 300..=399 => Action::Misconfigured,
        400..=499 => Action::Rejected,
        // A success, and yet not what the success rule wants.
        _ => Action::OutcomeUnknown,
    }
}

impl Action {
    fn failure(self, reason: Reason, wait: Option<Duration>) -> Failure {
        match self {
            Self::InvalidRecipient => Failure::InvalidRecipient(reason),
            Self::Rejected => Failure::Rejected(reason),
            Self::Unsupported => Failure::Unsupported(reason),
            Self::Throttled => Failure::Throttled(reason, wait),
            Self::Unavailable => Failure::Unavailable(reason),
            Self::OutcomeUnknown => Failure::OutcomeUnknown(reason),
            Self::Unauthorized => Failure::Unauthorized(reason),
            Self::Misconfigured => Failure::Misconfigured(reason),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rules(success: Value, failures: Value) -> Rules {
        Rules {
            success: serde_json::from_value(success).unwrap(),
            failures: serde_json::from_value(failures).unwrap(),
            accepted: serde_json::from_value(json!({
                "id": "/id", "segments": "/parts", "price": "/cost", "currency": "/currency",
            }))
            .unwrap(),
            code: None,
        }
    }

    fn verdict(rules: &Rules, status: u16, body: &str) -> Result<Sent, Failure> {
        let response = HttpResponse {
            status,
            body: body.into(),
            ..HttpResponse::default()
        };
        rules.verdict("m1", &response)
    }

    #[test]
    fn a_success_tells_id_parts_and_price() {
        let rules = rules(json!({}), json!([]));
        let body = r#"{"id": 7, "parts": "2", "cost": 0.07, "currency": "EUR"}"#;
        let sent = Sent {
            provider_id: "7".into(),
            segments: 2,
            price: "0.07 EUR".into(),
        };
        assert_eq!(verdict(&rules, 201, body), Ok(sent));
        let own = verdict(&rules, 204, "").unwrap();
        assert_eq!(own.provider_id, "m1", "ours stands in");
    }

    #[test]
    fn the_status_decides_where_no_rule_does() {
        use Failure::{
            Misconfigured, OutcomeUnknown, Rejected, Throttled, Unauthorized, Unavailable,
        };
        let rules = rules(json!({}), json!([]));
        for status in [408, 425, 500, 502, 503, 599] {
            assert!(matches!(verdict(&rules, status, ""), Err(Unavailable(_))));
        }
        for status in [401, 403] {
            assert!(matches!(verdict(&rules, status, ""), Err(Unauthorized(_))));
        }
        for status in [302, 307, 402] {
            assert!(matches!(verdict(&rules, status, ""), Err(Misconfigured(_))));
        }
        for status in [400, 404, 422] {
            assert!(matches!(verdict(&rules, status, ""), Err(Rejected(_))));
        }
        assert!(matches!(verdict(&rules, 429, ""), Err(Throttled(_, None))));
        assert!(matches!(verdict(&rules, 504, ""), Err(OutcomeUnknown(_))));
    }

    #[test]
    fn rules_are_tried_in_their_order_and_say_code_and_wait() {
        let rules = rules(
            json!({"status": "2xx", "field": "/status", "is": [0, "ok"]}),
            json!([
                {"when": {"field": "/status", "is": 9}, "then": "misconfigured", "why": "no credit"},
                {"when": {"field": "/status", "matches": "^1"}, "then": "throttled", "retry_after": "/wait"},
                {"when": {"status": ["404", "500-502"]}, "then": "unsupported"},
                {"when": {"matches": "(?i)captive portal"}, "then": "unavailable"},
            ]),
        );
        assert!(verdict(&rules, 200, r#"{"status": "ok"}"#).is_ok());
        assert!(verdict(&rules, 200, r#"{"status": 0}"#).is_ok());
        assert_eq!(
            verdict(&rules, 200, r#"{"status": 9}"#),
            Err(Failure::Misconfigured(Reason::with_code(
                "the gateway answered 200: no credit",
                "9"
            )))
        );
        assert_eq!(
            verdict(&rules, 200, r#"{"status": 12, "wait": 1.5}"#),
            Err(Failure::Throttled(
                Reason::with_code("the gateway answered 200", "12"),
                Some(Duration::from_millis(1500))
            ))
        );
        assert!(matches!(
            verdict(&rules, 501, ""),
            Err(Failure::Unsupported(_))
        ));
        assert!(matches!(
            verdict(&rules, 200, "<html>Captive Portal"),
            Err(Failure::Unavailable(_))
        ));
        assert!(
            matches!(verdict(&rules, 200, "?"), Err(Failure::OutcomeUnknown(_))),
            "neither success nor a known failure"
        );
    }
}
