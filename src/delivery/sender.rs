//! One attempt to send one message: is it still wanted, what does it say, who takes it.
//!
//! Runs on a worker thread and may block. It writes nothing: what happened is an [`Outcome`].

use std::{sync::Arc, time::Duration};

use log::{debug, info, warn};
use rand::RngExt as _;

use super::{
    policy::{self, Step},
    text::{self, Rendered},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{MessageId, PlainCode},
    error::Error,
    plugin::{self, Registry, SendResult, Status},
    secrets::Keys,
    store::{Message, MessageState, Outcome, Store},
};

/// The time a provider gets for one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// What all attempts share.
pub(super) struct Sender {
    pub store: Store,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub providers: Arc<Registry>,
    pub default_language: String,
}

/// Why a message is not sent.
enum Useless {
    Final(MessageState),
    /// The database cannot be read now.
    Later(Error),
}

impl Sender {
    /// Tries to send a message that is claimed; `None` if it does not wait any more.
    ///
    /// The message is read after it was claimed: what the dispatcher saw may be older than the last
    /// outcome that was written.
    pub(super) fn attempt(&self, id: MessageId) -> Option<Outcome> {
        let message = match self.store.point(|tx| tx.queued_message(id)) {
            Ok(message) => message?,
            Err(fault) => {
                warn!("message {id} has to wait: {fault}");
                return None;
            }
        };
        Some(self.send(&message).unwrap_or_else(|useless| match useless {
            Useless::Final(state) => {
                debug!("message {id} is useless: {state:?}");
                outcome(&message, Ok(state))
            }
            Useless::Later(fault) => {
                warn!("message {id} has to wait: {fault}");
                let wait = policy::wait(message.attempts + 1, None, 1.0);
                outcome(&message, Err(self.clock.now().plus(wait)))
            }
        }))
    }

    /// The text, if the message is still wanted: the user's pending code is the one it carries.
    fn prepare(&self, message: &Message, now: Timestamp) -> Result<(Rendered, PlainCode), Useless> {
        if message.expires_at <= now {
            return Err(Useless::Final(MessageState::Expired));
        }
        let found = self.store.point(|tx| {
            let Some(phone) = tx.human_phone_in_row(message.user)? else {
                return Ok(None);
            };
            let is_pending = phone
                .code
                .as_ref()
                .is_some_and(|code| code.id == message.id);
            if is_pending && phone.number.as_ref() == Some(&message.recipient) {
                tx.user(&phone.user.id)
            } else {
                Ok(None)
            }
        });
        let user = found
            .map_err(Useless::Later)?
            .ok_or(Useless::Final(MessageState::Superseded))?;
        let human = user
            .human()
            .ok_or(Useless::Final(MessageState::Superseded))?;
        let code = self
            .keys
            .open(message.id, &message.sealed_code)
            .ok_or_else(|| {
                warn!(
                    "message {} cannot be decrypted with the instance key",
                    message.id
                );
                Useless::Final(MessageState::Failed)
            })?;
        let rendered =
            text::verify_phone(&user, human, &code, &message.origin, &self.default_language);
        Ok((rendered, code))
    }

    /// Asks the providers in their order. Before each the message is looked at again: the one before
    /// may have taken seconds, in which the code expired or was replaced.
    fn send(&self, message: &Message) -> Result<Outcome, Useless> {
        let attempt = message.attempts + 1;
        let mut unknown_outcomes = message.unknown_outcomes;
        let mut last: Option<(String, SendResult)> = None;
        for provider in self
            .providers
            .providers()
            .iter()
            .filter(|provider| provider.is_available())
        {
            let now = self.clock.now();
            let (rendered, code) = self.prepare(message, now)?;
            let outgoing = plugin::Message {
                message_id: message.id.to_string(),
                attempt,
                to: message.recipient.as_str().to_owned(),
                sender: String::new(),
                text: rendered.text.clone(),
                locale: rendered.language.to_owned(),
                template_name: text::VERIFY_PHONE.to_owned(),
                metadata_json: rendered.metadata(
                    message.id,
                    message.recipient.as_str(),
                    provider.name(),
                ),
                timeout: ATTEMPT_TIMEOUT
                    .min(message.expires_at.since(now))
                    .max(Duration::from_millis(1)),
            };
            let result = provider.send(&outgoing);
            unknown_outcomes +=
                u32::from(result.status == Status::OutcomeUnknown && !result.by_host);
            let step = policy::step(&result, attempt, unknown_outcomes);
            self.tell(message, provider.name(), &result, step, &code);
            let ended = |next| {
                Some(of_attempt(
                    message,
                    next,
                    attempt,
                    unknown_outcomes,
                    provider.name(),
                    &result,
                ))
            };
            let outcome = match step {
                Step::Sent => ended(Ok(MessageState::Sent)),
                Step::Fail => ended(Ok(MessageState::Failed)),
                Step::Retry => ended(Err(self.retry_at(attempt, result.retry_after))),
                Step::NextProvider => None,
            };
            match outcome {
                Some(outcome) => return Ok(outcome),
                None => last = Some((provider.name().to_owned(), result)),
            }
        }
        match last {
            Some((name, result)) => {
                let due = self.retry_at(attempt, result.retry_after);
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

    fn retry_at(&self, attempt: u32, asked: Option<Duration>) -> Timestamp {
        self.clock
            .now()
            .plus(policy::wait(attempt, asked, rand::rng().random()))
    }

    fn tell(
        &self,
        message: &Message,
        provider: &str,
        result: &SendResult,
        step: Step,
        code: &PlainCode,
    ) {
        let recipient = &message.recipient;
        let id = message.id;
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

/// An outcome without an attempt.
fn outcome(message: &Message, next: Result<MessageState, Timestamp>) -> Outcome {
    Outcome {
        id: message.id,
        user: message.user,
        next,
        attempts: message.attempts,
        unknown_outcomes: message.unknown_outcomes,
        provider: None,
        provider_id: None,
        provider_code: None,
        detail: None,
    }
}

fn of_attempt(
    message: &Message,
    next: Result<MessageState, Timestamp>,
    attempts: u32,
    unknown_outcomes: u32,
    provider: &str,
    result: &SendResult,
) -> Outcome {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Outcome {
        attempts,
        unknown_outcomes,
        provider: text(provider),
        provider_id: text(&result.provider_id),
        provider_code: text(&result.provider_code),
        detail: text(&result.detail),
        ..outcome(message, next)
    }
}
