//! Twilio Programmable Messaging: sends a text, asks what became of it, and asks for the account.
//! <https://www.twilio.com/docs/messaging/api/message-resource>

use std::borrow::Cow;

use belfry_plugin::{Failure, HttpResponse, Message, Receipt, Sent};

use crate::{
    Twilio,
    api::{Deadline, Form, json, number, text},
    errors,
    receipts::{self, Outcome},
};

/// The longest that Twilio lets a message wait, in seconds.
const LONGEST_VALIDITY: i64 = 36_000;

impl Twilio {
    /// Sends the finished text of a message.
    pub(crate) fn send_text(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let deadline = Deadline::after(message.timeout);
        let form = self.message_form(message)?;
        let response = self.api.post(&self.messages_url(".json"), form, deadline)?;
        self.taken(&response)
    }

    fn message_form(&self, message: &Message<'_>) -> Result<Form, Failure> {
        let config = &self.config;
        let wished = Some(message.sender).filter(|sender| !sender.is_empty());
        let sender = wished.or(config.sender_number.as_deref());
        if sender.is_none() && config.messaging_service_sid.is_none() {
            return Err(Failure::Unsupported(
                "texts need sender_number or messaging_service_sid".into(),
            ));
        }
        let validity = self.validity(message.expires_at_unix_ms)?;
        let mut form = Form::new();
        form.set("To", message.to)
            .set("Body", message.text)
            .set_if("From", sender)
            .set_if("MessagingServiceSid", config.messaging_service_sid.as_ref())
            .set_if("ValidityPeriod", validity)
            .set_if("MaxPrice", config.max_price.map(|price| price.to_string()))
            .set_if("RiskCheck", config.risk_check.as_ref())
            .set_if(
                "SmartEncoded",
                config.smart_encoded.map(|on| on.to_string()),
            )
            .set_if("ContentRetention", config.content_retention.as_ref())
            .set_if("AddressRetention", config.address_retention.as_ref());
        // A report that could not be checked had to be refused, so none is asked for.
        if config.status_callback && !message.receipt_url.is_empty() && !self.keys.is_empty() {
            form.set("StatusCallback", message.receipt_url);
        }
        Ok(form)
    }

    /// How long the text is of use, in whole seconds: Twilio drops it from its queue after that.
    fn validity(&self, expires_at_unix_ms: i64) -> Result<Option<String>, Failure> {
        if expires_at_unix_ms == 0 {
            return Ok(None);
        }
        let left = expires_at_unix_ms.saturating_sub(self.host.now_unix_ms());
        if left <= 0 {
            return Err(Failure::Rejected(
                "the message came too late to be of use".into(),
            ));
        }
        Ok(Some((left / 1000).clamp(1, LONGEST_VALIDITY).to_string()))
    }

    /// What the answer to a new message says.
    fn taken(&self, response: &HttpResponse) -> Result<Sent, Failure> {
        let answer = json(response);
        let sid = text(&answer, "sid").filter(|_| matches!(response.status, 200..=299));
        let Some(sid) = sid else {
            return Err(self.actions.of_answer(response));
        };
        if let Some("failed" | "undelivered" | "canceled") = text(&answer, "status") {
            return Err(self.actions.of_code(number(&answer, "error_code")));
        }
        Ok(Sent {
            provider_id: sid.to_owned(),
            // 0 with a Messaging Service, which has not chosen the sender yet.
            segments: number(&answer, "num_segments").unwrap_or(0),
            price: price(text(&answer, "price"), text(&answer, "price_unit")),
        })
    }

    /// Asks for the state of messages, one by one, as long as there is time. What could not be asked
    /// any more is asked next time.
    pub(crate) fn poll_messages(
        &self,
        ids: &[&str],
        deadline: Deadline,
    ) -> Result<Vec<Receipt>, Failure> {
        let mut found = Vec::new();
        // Codes of Verify (VE…) have no state of delivery, and an id goes into the path.
        let ids = ids.iter().filter(|id| is_message_sid(id));
        for id in ids {
            match self.ask_for(id, deadline) {
                Ok(receipt) => found.extend(receipt),
                Err(failure) if found.is_empty() => return Err(failure),
                Err(_) => break,
            }
        }
        Ok(found)
    }

    fn ask_for(&self, id: &str, deadline: Deadline) -> Result<Option<Receipt>, Failure> {
        let url = self.messages_url(&format!("/{id}.json"));
        let response = self.api.get(&url, deadline)?;
        match response.status {
            200..=299 => {}
            // Deleted meanwhile: no news, and no reason to stop.
            404 => return Ok(None),
            _ => return Err(errors::of_question(self.actions.of_answer(&response))),
        }
        let answer = json(&response);
        let outcome = Outcome {
            sid: Cow::Borrowed(id),
            status: Cow::Borrowed(text(&answer, "status").unwrap_or_default()),
            error_code: number(&answer, "error_code"),
            at_unix_ms: text(&answer, "date_updated").map_or(0, receipts::unix_ms),
        };
        Ok(self.receipt(&outcome))
    }

    /// Whether the account may be used.
    pub(crate) fn check_account(&self, deadline: Deadline) -> Result<(), Failure> {
        let config = &self.config;
        // The usual API keys may not look at the account itself. The list of a day on which nothing was
        // sent shows as well that they are good, and is empty.
        let url = match &config.api_key_sid {
            None => format!(
                "{}/2010-04-01/Accounts/{}.json",
                config.api_url, config.account_sid
            ),
            Some(_) => self.messages_url(".json?PageSize=1&DateSent=2000-01-01T00:00:00Z"),
        };
        let response = self.api.get(&url, deadline)?;
        if !matches!(response.status, 200..=299) {
            return Err(errors::of_question(self.actions.of_answer(&response)));
        }
        match text(&json(&response), "status") {
            Some("suspended" | "closed") => Err(Failure::Misconfigured(
                "the account is suspended or closed".into(),
            )),
            _ => Ok(()),
        }
    }

    fn messages_url(&self, rest: &str) -> String {
        let config = &self.config;
        format!(
            "{}/2010-04-01/Accounts/{}/Messages{rest}",
            config.api_url, config.account_sid
        )
    }
}

/// `SM…`, or `MM…` where pictures are allowed.
fn is_message_sid(id: &str) -> bool {
    (id.starts_with("SM") || id.starts_with("MM")) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `0.0079 USD`: Twilio writes what it takes as a negative number, and mostly later.
fn price(price: Option<&str>, unit: Option<&str>) -> String {
    match (price, unit) {
        (Some(price), Some(unit)) => format!(
            "{} {}",
            price.trim_start_matches('-'),
            unit.to_ascii_uppercase()
        ),
        _ => String::new(),
    }
}
