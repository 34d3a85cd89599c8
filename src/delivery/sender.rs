//! One attempt to send one message: is it still wanted, what does it say, who takes it.
//!
//! Runs on a worker thread and may block. It writes nothing: what happened is an [`Outcome`].

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use log::{info, warn};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngExt as _;

use super::{
    lane::{Lane, outcome},
    policy::{self, Step},
    text::{self, Rendered},
    wanted::{Useless, prepare},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{Channel, MessageId, MessagePurpose, PhoneNumber, PlainCode, Recipient, TextKey},
    plugin::{self, Answer, Call, Provider, Registry, Status},
    secrets::Keys,
    store::{Message, MessageState, Outcome, Store},
};

/// What is escaped in a path segment: all but the unreserved characters of RFC 3986, so that no proxy
/// writes an address in another way than it was signed.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The time a provider gets for one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// What all attempts share.
pub(super) struct Sender {
    pub store: Store,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub providers: Arc<Registry>,
    pub default_language: String,
    /// Scheme, host and port under which gateways reach the server.
    pub external_url: Option<String>,
}

impl Lane for Sender {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn store(&self) -> &Store {
        &self.store
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn is_served(&self) -> bool {
        let providers = self.providers.providers();
        providers.iter().any(|provider| provider.is_available())
    }

    fn concurrency(&self) -> usize {
        let providers = self.providers.providers();
        let providers = providers.iter();
        providers.map(|provider| provider.max_concurrency()).sum()
    }

    fn retry_at(&self) -> Option<Instant> {
        let providers = self.providers.providers();
        let providers = providers.iter();
        providers.filter_map(|provider| provider.retry_at()).min()
    }

    fn reason(&self) -> String {
        let providers = self.providers.providers();
        let states: Vec<_> = providers
            .iter()
            .map(|provider| format!("{} is {}", provider.name(), provider.state()))
            .collect();
        if states.is_empty() {
            "no provider is configured".to_owned()
        } else {
            states.join("; ")
        }
    }

    /// Asks the providers in their order. Before each the message is looked at again: the one before
    /// may have taken seconds, in which the code expired or was replaced.
    fn send(&self, message: &Message) -> Result<Outcome, Useless> {
        let attempt = message.attempts + 1;
        let mut unknown_outcomes = message.unknown_outcomes;
        let mut last: Option<(String, Answer)> = None;
        for provider in self
            .providers
            .providers()
            .iter()
            .filter(|provider| provider.is_available())
        {
            let now = self.clock.now();
            let (rendered, code) = self.prepare(message, now)?;
            let Recipient::Phone(number) = &message.recipient else {
                return Err(Useless::Final(MessageState::Failed));
            };
            let (id, description) = provider.label();
            let outgoing = plugin::Message {
                message_id: message.id.to_string(),
                attempt,
                to: number.as_str().to_owned(),
                sender: String::new(),
                text: rendered.text.get(TextKey::Text).to_owned(),
                locale: rendered.language.clone(),
                template_name: text::message_type(message.purpose).name().to_owned(),
                metadata_json: rendered.metadata(
                    &message.id.to_string(),
                    ("recipientPhoneNumber", number.as_str()),
                    (&id, &description),
                ),
                timeout: ATTEMPT_TIMEOUT
                    .min(message.expires_at.since(now))
                    .max(Duration::from_millis(1)),
                receipt_url: self.receipt_url(provider.name()),
                expires_at_unix_ms: message.expires_at.micros() / 1000,
            };
            let (result, is_checked_by_provider) = pass_on(provider, outgoing, message.purpose);
            unknown_outcomes +=
                u32::from(result.status == Status::OutcomeUnknown && !result.by_host);
            let step = policy::step(&result, attempt, unknown_outcomes);
            self.tell(message.id, number, provider.name(), &result, step, &code);
            let ended = |next| {
                Some(of_attempt(
                    message,
                    next,
                    attempt,
                    unknown_outcomes,
                    provider.name(),
                    &result,
                ))
                .map(|outcome| Outcome {
                    is_checked_by_provider,
                    ..outcome
                })
            };
            let outcome = match step {
                Step::Sent => ended(Ok(MessageState::Sent)),
                Step::Fail => ended(Ok(MessageState::Failed)),
                Step::Retry => ended(Err(self.due_at(attempt, result.retry_after))),
                Step::NextProvider => None,
            };
            match outcome {
                Some(outcome) => return Ok(outcome),
                None => last = Some((provider.name().to_owned(), result)),
            }
        }
        match last {
            Some((name, result)) => {
                let due = self.due_at(attempt, result.retry_after);
                let ended =
                    of_attempt(message, Err(due), attempt, unknown_outcomes, &name, &result);
                Ok(ended)
            }
            // Nobody was there to ask: that is no attempt, and the dispatcher waits for somebody. But
            // what is useless ends here too.
            None => {
                let now = self.clock.now();
                self.prepare(message, now)?;
                Ok(outcome(message, Err(now.plus(Duration::from_millis(500)))))
            }
        }
    }
}

impl Sender {
    fn prepare(&self, message: &Message, now: Timestamp) -> Result<(Rendered, PlainCode), Useless> {
        prepare(
            &self.store,
            &self.keys,
            &self.default_language,
            message,
            now,
        )
    }

    /// Where the gateway of a provider reports; empty if it cannot reach us.
    fn receipt_url(&self, provider: &str) -> String {
        let Some(origin) = &self.external_url else {
            return String::new();
        };
        let name = utf8_percent_encode(provider, &RESERVED);
        format!("{}/hooks/{name}", origin.trim_end_matches('/'))
    }

    fn due_at(&self, attempt: u32, asked: Option<Duration>) -> Timestamp {
        self.clock
            .now()
            .plus(policy::wait(attempt, asked, rand::rng().random()))
    }

    fn tell(
        &self,
        id: MessageId,
        recipient: &PhoneNumber,
        provider: &str,
        result: &Answer,
        step: Step,
        code: &PlainCode,
    ) {
        // Plugins mask these themselves; a detail that still holds one is not worth the risk.
        let is_safe =
            !result.detail.contains(code.expose()) && !result.detail.contains(recipient.as_str());
        let detail = if is_safe {
            result.detail.as_str()
        } else {
            "(detail withheld)"
        };
        match step {
            Step::Sent => info!("message {id} to {recipient:?} sent through {provider}"),
            Step::Fail => warn!(
                "message {id} to {recipient:?} given up: {provider}: {:?} {detail}",
                result.status
            ),
            Step::NextProvider | Step::Retry => {
                info!(
                    "message {id} to {recipient:?} not sent: {provider}: {:?} {detail}",
                    result.status
                );
            }
        }
    }
}

/// Lets a provider make and send a code of its own, if it does that and the code is to be typed in; else
/// gives it our text. With whether the provider checks the code.
fn pass_on(
    provider: &Provider,
    outgoing: plugin::Message,
    purpose: MessagePurpose,
) -> (Answer, bool) {
    let abilities = provider.abilities();
    if abilities.verify && purpose == MessagePurpose::VerifyPhone {
        let start = plugin::Message {
            text: String::new(),
            ..outgoing.clone()
        };
        let answer = provider.call(Call::VerifyStart(start));
        if answer.status != Status::Unsupported || !abilities.send {
            return (answer, true);
        }
    }
    (provider.call(Call::Send(outgoing)), false)
}

fn of_attempt(
    message: &Message,
    next: Result<MessageState, Timestamp>,
    attempts: u32,
    unknown_outcomes: u32,
    provider: &str,
    result: &Answer,
) -> Outcome {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Outcome {
        attempts,
        unknown_outcomes,
        provider: text(provider),
        provider_id: text(&result.provider_id),
        provider_code: text(&result.provider_code),
        detail: text(&result.detail),
        segments: result.segments,
        price: text(&result.price),
        ..outcome(message, next)
    }
}
