//! Between the values of `message` and the messages of `frame`.
//!
//! What comes from a child is cleaned again: a plugin can write anywhere in its process's memory.

use std::time::Duration;

use super::{
    abi, frame,
    message::{Abilities, Answer, Call, Check, HttpRequest, Message, Receipt, Status},
};

/// The most receipts of one answer that are kept.
const MOST_RECEIPTS: usize = 64;

impl frame::Hello {
    /// That a plugin is loaded.
    pub(super) fn loaded(description: String, abilities: Abilities) -> Self {
        Self {
            version: frame::VERSION,
            refusal: String::new(),
            description,
            send: abilities.send,
            verify: abilities.verify,
            health: abilities.health,
            poll: abilities.poll,
            webhook: abilities.webhook,
        }
    }

    /// Why it is not.
    pub(super) fn refused(refusal: String) -> Self {
        Self {
            refusal,
            ..Self::loaded(String::new(), Abilities::default())
        }
    }

    pub(super) fn abilities(&self) -> Abilities {
        Abilities {
            send: self.send,
            verify: self.verify,
            health: self.health,
            poll: self.poll,
            webhook: self.webhook,
        }
    }
}

impl frame::Request {
    pub(super) fn new(id: u64, call: &Call) -> Self {
        use frame::Function;
        let function = match call.clone() {
            Call::Send(message) => Function::Send(message.into()),
            Call::VerifyStart(message) => Function::VerifyStart(message.into()),
            Call::VerifyCheck(check) => Function::VerifyCheck(frame::Check {
                message_id: check.message_id,
                provider_id: check.provider_id,
                to: check.to,
                code: check.code,
            }),
            Call::Health(_) => Function::Health(frame::Health {}),
            Call::Poll(ids, _) => Function::Poll(frame::Poll { ids }),
            Call::Webhook(request) => Function::Webhook(frame::Webhook {
                method: request.method,
                url: request.url,
                headers: request
                    .headers
                    .into_iter()
                    .map(|(name, value)| frame::Header { name, value })
                    .collect(),
                body: request.body,
            }),
        };
        Self {
            id,
            timeout_ms: abi::millis(call.timeout()),
            function: Some(function),
        }
    }

    /// The call; `None` for a function that is not known here.
    pub(super) fn into_call(self) -> Option<Call> {
        use frame::Function;
        let timeout = Duration::from_millis(self.timeout_ms.into());
        Some(match self.function? {
            Function::Send(message) => Call::Send(message.within(timeout)),
            Function::VerifyStart(message) => Call::VerifyStart(message.within(timeout)),
            Function::VerifyCheck(check) => Call::VerifyCheck(Check {
                message_id: check.message_id,
                provider_id: check.provider_id,
                to: check.to,
                code: check.code,
                timeout,
            }),
            Function::Health(_) => Call::Health(timeout),
            Function::Poll(poll) => Call::Poll(poll.ids, timeout),
            Function::Webhook(request) => Call::Webhook(HttpRequest {
                method: request.method,
                url: request.url,
                headers: request
                    .headers
                    .into_iter()
                    .map(|header| (header.name, header.value))
                    .collect(),
                body: request.body,
                timeout,
            }),
        })
    }
}

impl From<Message> for frame::Message {
    fn from(message: Message) -> Self {
        Self {
            attempt: message.attempt,
            message_id: message.message_id,
            to: message.to,
            sender: message.sender,
            text: message.text,
            locale: message.locale,
            template_name: message.template_name,
            metadata_json: message.metadata_json,
            receipt_url: message.receipt_url,
            expires_at_unix_ms: message.expires_at_unix_ms,
        }
    }
}

impl frame::Message {
    fn within(self, timeout: Duration) -> Message {
        Message {
            message_id: self.message_id,
            attempt: self.attempt,
            to: self.to,
            sender: self.sender,
            text: self.text,
            locale: self.locale,
            template_name: self.template_name,
            metadata_json: self.metadata_json,
            timeout,
            receipt_url: self.receipt_url,
            expires_at_unix_ms: self.expires_at_unix_ms,
        }
    }
}

impl frame::Reply {
    pub(super) fn new(id: u64, answer: Answer) -> Self {
        let receipt = |receipt: Receipt| frame::Receipt {
            provider_id: receipt.provider_id,
            state: abi::number_of_receipt_state(receipt.state),
            provider_code: receipt.provider_code,
            at_unix_ms: receipt.at_unix_ms,
        };
        Self {
            id,
            status: abi::number_of(answer.status),
            retry_after_ms: answer.retry_after.map_or(0, abi::millis),
            segments: answer.segments.unwrap_or(0),
            provider_id: answer.provider_id,
            provider_code: answer.provider_code,
            detail: answer.detail,
            price: answer.price,
            verdict: answer.verdict.map_or(0, abi::number_of_verdict),
            http_status: answer.http_status.unwrap_or(0).into(),
            receipts: answer.receipts.into_iter().map(receipt).collect(),
            is_garbage: answer.is_garbage,
        }
    }

    pub(super) fn into_answer(self) -> Answer {
        let receipt = |receipt: frame::Receipt| {
            Some(Receipt {
                provider_id: shortened(&receipt.provider_id, 128),
                state: abi::receipt_state_of(receipt.state)?,
                provider_code: shortened(&receipt.provider_code, 64),
                at_unix_ms: receipt.at_unix_ms,
            })
        };
        let receipts = self.receipts.into_iter().take(MOST_RECEIPTS);
        let status = abi::status_of(self.status);
        Answer {
            retry_after: (self.retry_after_ms > 0)
                .then(|| Duration::from_millis(self.retry_after_ms.into())),
            segments: (self.segments > 0).then_some(self.segments),
            price: shortened(&self.price, 32),
            provider_id: shortened(&self.provider_id, 128),
            provider_code: shortened(&self.provider_code, 64),
            detail: shortened(&self.detail, 320),
            verdict: abi::verdict_of(self.verdict),
            http_status: abi::http_status_of(self.http_status),
            receipts: receipts.filter_map(receipt).collect(),
            is_garbage: self.is_garbage || status.is_none(),
            ..Answer::of(status.unwrap_or(Status::Internal))
        }
    }
}

fn shortened(text: &str, most: usize) -> String {
    abi::clean(&text[..text.floor_char_boundary(most)])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::plugin::message::{ReceiptState, Verdict};

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let answer = Answer {
            retry_after: Some(Duration::from_secs(3)),
            segments: Some(2),
            price: "0.05 EUR".into(),
            provider_id: "p1".into(),
            provider_code: "E1".into(),
            detail: "why".into(),
            verdict: Some(Verdict::Expired),
            http_status: Some(204),
            receipts: vec![Receipt {
                provider_id: "p1".into(),
                state: ReceiptState::Delivered,
                provider_code: "000".into(),
                at_unix_ms: 7,
            }],
            is_garbage: true,
            ..Answer::of(Status::Throttled)
        };
        assert_eq!(frame::Reply::new(1, answer.clone()).into_answer(), answer);
    }

    #[test]
    fn what_a_broken_child_says_is_cleaned() {
        let receipt = |state| frame::Receipt {
            provider_id: "x".repeat(4000),
            state,
            provider_code: "\u{7}a".into(),
            at_unix_ms: i64::MIN,
        };
        let answer = frame::Reply {
            status: 99,
            verdict: 99,
            http_status: 70_000,
            detail: "é".repeat(400),
            receipts: (0..200).map(|index| receipt(index % 7)).collect(),
            ..frame::Reply::default()
        }
        .into_answer();
        assert_eq!((answer.status, answer.verdict), (Status::Internal, None));
        assert!(answer.is_garbage);
        assert_eq!((answer.http_status, answer.detail.len()), (None, 320));
        assert!(answer.receipts.len() < 64);
        assert_eq!(answer.receipts[0].provider_id.len(), 128);
        assert_eq!(answer.receipts[0].provider_code, "a");
    }
}
