//! What the gateway reports later: whether the call is believed, and what it says (providers-wire §6,
//! point 9).
//!
//! A call is believed if its path ends in the secret that we put into the receipt URL, and if it has
//! the Basic credentials and the signature that the configuration asks for. Addresses are no proof
//! here: the server does not tell them.

use std::collections::BTreeMap;

use base64::Engine as _;
use belfry_plugin::{Failure, HttpRequest, Receipt, ReceiptState, WebhookAnswer};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use crate::{
    selector::{Document, Selector, read_form},
    signature::Signature,
    template::{Engine, Position},
    variables::Variables,
};

/// How to read a call of the gateway. Its query and its body are one document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRule {
    /// A pointer to the array of receipts, if one call has several.
    pub each: Option<String>,
    /// The gateway's id, or ours.
    pub id: Selector,
    /// The word for the state.
    pub state: Selector,
    /// What the words mean; others are passed over.
    pub states: BTreeMap<String, State>,
    /// The gateway's own code.
    pub code: Option<Selector>,
    /// When it happened: RFC 3339, Unix seconds or milliseconds.
    pub time: Option<Selector>,
    /// `name:password` that the call must have.
    pub basic: Option<String>,
    /// The signature that the call must have.
    pub signature: Option<Signature>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Accepted,
    Sent,
    Delivered,
    Undelivered,
    Expired,
}

impl ReceiptRule {
    /// Reads a call.
    ///
    /// # Errors
    /// [`Failure::Rejected`] if it is not believed.
    pub fn read(
        &self,
        engine: &Engine,
        variables: &Variables,
        now_unix_ms: i64,
        call: &HttpRequest<'_>,
    ) -> Result<WebhookAnswer, Failure> {
        self.believe(engine, variables, now_unix_ms, call)?;
        let document = document(call);
        let all = match &self.each {
            Some(pointer) => document.value.pointer(pointer).cloned().unwrap_or_default(),
            None => Value::Array(vec![document.value.clone()]),
        };
        let items = match all {
            Value::Array(items) => items,
            one => vec![one],
        };
        let receipts = items.into_iter().filter_map(|value| {
            let text = match self.each {
                Some(_) => value.to_string(),
                None => document.text.clone(),
            };
            self.receipt(&Document { text, value })
        });
        Ok(WebhookAnswer::with(receipts))
    }

    fn receipt(&self, document: &Document) -> Option<Receipt> {
        let state = document.find(&self.state)?;
        let find = |selector: &Option<Selector>| document.find(selector.as_ref()?);
        Some(Receipt {
            provider_id: document.find(&self.id)?,
            state: match self.states.get(&state)? {
                State::Accepted => ReceiptState::Accepted,
                State::Sent => ReceiptState::Sent,
                State::Delivered => ReceiptState::Delivered,
                State::Undelivered => ReceiptState::Undelivered,
                State::Expired => ReceiptState::Expired,
            },
            provider_code: find(&self.code).unwrap_or_default(),
            at_unix_ms: find(&self.time).and_then(|at| time(&at)).unwrap_or(0),
        })
    }

    fn believe(
        &self,
        engine: &Engine,
        variables: &Variables,
        now_unix_ms: i64,
        call: &HttpRequest<'_>,
    ) -> Result<(), Failure> {
        let rejected = |text: &'static str| Err(Failure::Rejected(text.into()));
        if variables.receipt_secret.is_empty() {
            return rejected("no receipts are wanted: receipt_secret is not set");
        }
        let path = call.url.split(['?', '#']).next().unwrap_or_default();
        let last = path.trim_end_matches('/').rsplit('/').next();
        if !same(last.unwrap_or_default(), &variables.receipt_secret) {
            return rejected("the path of a receipt does not end in the secret");
        }
        let values = variables.own(false);
        if let Some(basic) = &self.basic {
            let wanted =
                engine.text(Position::Plain, "receipt.basic", basic, &values.to_value())?;
            let wanted = base64::engine::general_purpose::STANDARD.encode(wanted);
            let found = call.header("Authorization").unwrap_or_default();
            if !same(found, &format!("Basic {wanted}")) {
                return rejected("the credentials of a receipt are wrong");
            }
        }
        match &self.signature {
            Some(signature) => signature.check(engine, &values, now_unix_ms / 1000, call),
            None => Ok(()),
        }
    }
}

/// Compares without telling by the time it takes where the first difference is.
fn same(found: &str, wanted: &str) -> bool {
    found.as_bytes().ct_eq(wanted.as_bytes()).into()
}

/// Query and body together; the body wins.
fn document(call: &HttpRequest<'_>) -> Document {
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    let content_type = call.header("Content-Type").unwrap_or_default();
    let mut document = Document::read(call.body, content_type);
    let mut fields = read_form(query);
    match &mut document.value {
        Value::Object(members) => fields.append(members),
        Value::Null => {}
        _ => return document,
    }
    document.value = Value::Object(fields);
    if document.text.is_empty() {
        document.text = query.to_owned();
    }
    document
}

/// Milliseconds since 1970.
fn time(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        // Seconds reach the year 5138 with eleven digits.
        return match number.unsigned_abs() < 100_000_000_000 {
            true => number.checked_mul(1000),
            false => Some(number),
        };
    }
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        // Without an offset, gateways mean UTC.
        let at = text.parse::<DateTime>().ok()?;
        Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    Some(at.as_millisecond())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(mut more: Value) -> ReceiptRule {
        let mut rule = json!({
            "id": "/id", "state": "/state", "code": "/error", "time": "/at",
            "states": {"ok": "delivered", "no": "undelivered"},
        });
        rule.as_object_mut()
            .unwrap()
            .append(more.as_object_mut().unwrap());
        serde_json::from_value(rule).unwrap()
    }

    fn read(rule: &ReceiptRule, call: &HttpRequest<'_>) -> Result<Vec<Receipt>, Failure> {
        let variables = Variables {
            own: [("password".to_owned(), ("pw".to_owned(), true))].into(),
            from: String::new(),
            countries: BTreeMap::new(),
            receipt_secret: "seal".into(),
        };
        rule.read(&Engine::new(), &variables, 0, call)
            .map(|answer| answer.receipts)
    }

    fn delivered(id: &str) -> Receipt {
        Receipt::new(id, ReceiptState::Delivered)
    }

    #[test]
    fn a_get_a_form_json_and_xml_are_read_alike() {
        let form = "application/x-www-form-urlencoded";
        for (query, content_type, body) in [
            ("?id=7&state=ok", "", ""),
            ("", form, "id=7&state=ok"),
            ("?id=7", form, "state=ok"),
            (
                "?state=no",
                "application/json",
                r#"{"id": 7, "state": "ok"}"#,
            ),
        ] {
            let url = format!("https://b.example/hooks/w/seal{query}");
            let call = HttpRequest {
                url: &url,
                headers: &[("content-type", content_type)],
                body: body.as_bytes(),
                ..HttpRequest::default()
            };
            assert_eq!(read(&rule(json!({})), &call), Ok(vec![delivered("7")]));
        }
        let xml = rule(json!({"id": "/dlr/id", "state": "/dlr/state"}));
        let call = HttpRequest {
            url: "/hooks/w/seal",
            body: b"<dlr><id>7</id><state>ok</state></dlr>",
            ..HttpRequest::default()
        };
        assert_eq!(read(&xml, &call), Ok(vec![delivered("7")]));
    }

    #[test]
    fn one_call_may_have_several_and_unknown_words_are_passed_over() {
        let call = HttpRequest {
            url: "/hooks/w/seal",
            body: br#"{"all": [{"id": "a", "state": "ok", "at": 1700000000}, {"id": "b", "state": "?"},
                {"state": "ok"}, 5, {"id": "c", "state": "no", "error": 9, "at": "2023-11-14T22:13:20+01:00"}]}"#,
            ..HttpRequest::default()
        };
        let found = read(&rule(json!({"each": "/all"})), &call).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].at_unix_ms, 1_700_000_000_000);
        assert_eq!(found[1].provider_code, "9");
        assert_eq!(found[1].state, ReceiptState::Undelivered);
        assert_eq!(found[1].at_unix_ms, 1_699_996_400_000);
    }

    #[test]
    fn a_call_without_the_secret_is_forged() {
        for url in [
            "/hooks/w?id=7&state=ok",
            "/hooks/w/other?id=7&state=ok",
            "/hooks/w/seal/more?id=7&state=ok",
            "/hooks/w?x=/seal&id=7&state=ok",
            "",
        ] {
            let call = HttpRequest {
                url,
                ..HttpRequest::default()
            };
            let answer = read(&rule(json!({})), &call);
            assert!(matches!(answer, Err(Failure::Rejected(_))), "{url}");
        }
    }

    #[test]
    fn basic_credentials_are_checked_where_they_are_asked_for() {
        let rule = rule(json!({"basic": "gateway:{{ password }}"}));
        for (header, good) in [
            ("Basic Z2F0ZXdheTpwdw==", true),
            ("Basic Z2F0ZXdheTp4", false),
        ] {
            let call = HttpRequest {
                url: "/hooks/w/seal?id=7&state=ok",
                headers: &[("authorization", header)],
                ..HttpRequest::default()
            };
            assert_eq!(read(&rule, &call).is_ok(), good);
        }
    }

    #[test]
    fn times_are_read_as_gateways_write_them() {
        for (text, unix_ms) in [
            ("1700000000", Some(1_700_000_000_000)),
            ("1700000000123", Some(1_700_000_000_123)),
            ("2023-11-14T22:13:20Z", Some(1_700_000_000_000)),
            ("2023-11-14 22:13:20", Some(1_700_000_000_000)),
            ("2023-11-14T22:13:20.5+00:00", Some(1_700_000_000_500)),
            ("yesterday", None),
        ] {
            assert_eq!(time(text), unix_ms, "{text}");
        }
    }
}
