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
    lane::{Lane, NotSent, outcome},
    policy::{self, Persistence, Step},
    routes::Routes,
    wanted::{Wanted, prepare},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{
        CallStatus, Channel, MessageId, MessagePurpose, MessageState, MessageType, PhoneNumber,
        PlainCode, Recipient, RouteQuestion, Segments, TextKey, choose_route,
    },
    plugin::{self, Answer, Call, NoPlace, Place, Provider, Registry, Status},
    secrets::Keys,
    store::{Begun, Ended, Message, Outcome, Store},
    wording::Texts,
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
    pub routes: Arc<Routes>,
    pub persistence: Persistence,
    pub texts: Arc<Texts>,
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

    fn persistence(&self) -> &Persistence {
        &self.persistence
    }

    fn is_served(&self) -> bool {
        let providers = self.providers.providers();
        let is_dropping = self.persistence.drops_without_provider && providers.is_empty();
        is_dropping || providers.iter().any(|provider| provider.is_available())
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

    fn room(&self, provider: &str) -> Result<usize, Duration> {
        // One that takes no calls now does not hold messages back: they look for another.
        let provider = self.providers.provider(provider);
        let Some(provider) = provider.filter(|provider| provider.is_available()) else {
            return Ok(usize::MAX);
        };
        provider.room()
    }

    /// Asks the providers of the route in their order.
    fn send(&self, message: &Message) -> Result<Outcome, NotSent> {
        let Recipient::Phone(number) = &message.recipient else {
            return Err(NotSent::Useless(MessageState::Failed));
        };
        let mut round = Round {
            number,
            rounds: message.rounds + 1,
            unknown_outcomes: message.unknown_outcomes,
            last: None,
        };
        let mut wanted = self.prepare(message, self.clock.now())?;
        let way = self.way(message, number, &wanted.org_id);
        for provider in &way.providers {
            // Taken before the attempt is written down, so that each attempt asks somebody.
            let place = match provider.place() {
                Ok(place) => place,
                Err(NoPlace::Closed) => continue,
                Err(NoPlace::Full) if round.last.is_none() => {
                    return Err(NotSent::Busy(provider.name().to_owned()));
                }
                // Who is full or has no turn is waited for by coming again, not by going past.
                Err(NoPlace::Full) => break,
            };
            if round.last.is_some() {
                // The provider before may have taken seconds, in which the code expired or was replaced.
                match self.prepare(message, self.clock.now()) {
                    Ok(again) => wanted = again,
                    Err(NotSent::Useless(state)) => return Ok(round.ended(message, Ok(state))),
                    Err(_) => break,
                }
            }
            let step = match self.ask(message, &mut round, place, &way, &wanted) {
                Ok(step) => step,
                Err(not_sent) if round.last.is_none() => return Err(not_sent),
                // What the provider before answered is still to be written down.
                Err(_) => break,
            };
            let next = match step {
                Step::Sent => Ok(MessageState::Accepted),
                Step::Fail => Ok(MessageState::Failed),
                Step::Retry if self.persistence.is_exhausted(round.rounds) => {
                    Ok(MessageState::Failed)
                }
                Step::Retry => Err(round.due(self.clock.now())),
                Step::NextProvider => continue,
            };
            return Ok(round.ended(message, next));
        }
        if round.last.is_some() {
            let next = match self.persistence.is_exhausted(round.rounds) {
                true => Ok(MessageState::Failed),
                false => Err(round.due(self.clock.now())),
            };
            return Ok(round.ended(message, next));
        }
        if self.persistence.drops_without_provider && way.providers.is_empty() {
            warn!(
                "message {} to {number:?} is dropped: no provider is configured for it",
                message.id
            );
            return Err(NotSent::Useless(MessageState::Failed));
        }
        // Nobody was there to ask: that is no attempt. It comes up again when one may be there.
        let wait = way.shortest_wait();
        Ok(outcome(message, Err(self.clock.now().plus(wait))))
    }
}

/// The shortest and the longest time after which a message looks again for a provider that takes it.
const LOOKS_AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));

/// Who may send a message, in the order they are asked.
struct Way {
    route: Option<String>,
    sender: String,
    providers: Vec<Arc<Provider>>,
}

impl Way {
    /// When one of the providers may take calls again.
    fn shortest_wait(&self) -> Duration {
        let now = Instant::now();
        let waits = self.providers.iter().filter_map(|it| it.retry_at());
        let wait = waits.map(|at| at.saturating_duration_since(now)).min();
        wait.unwrap_or(LOOKS_AGAIN.1)
            .clamp(LOOKS_AGAIN.0, LOOKS_AGAIN.1)
    }
}

/// A walk through the providers.
struct Round<'a> {
    number: &'a PhoneNumber,
    rounds: u32,
    unknown_outcomes: u32,
    /// The last attempt, and when its provider wants to be asked again.
    last: Option<(Ended, Option<Duration>)>,
}

impl Round<'_> {
    fn due(&self, now: Timestamp) -> Timestamp {
        let asked = self.last.as_ref().and_then(|(_, retry_after)| *retry_after);
        now.plus(policy::wait(self.rounds, asked, rand::rng().random()))
    }

    fn ended(self, message: &Message, next: Result<MessageState, Timestamp>) -> Outcome {
        let unknown_outcomes = self.unknown_outcomes;
        Outcome {
            rounds: self.rounds,
            next: next.map(|state| state.unless_unknown(unknown_outcomes)),
            ended: self.last.map(|(ended, _)| ended),
            ..outcome(message, next)
        }
    }
}

impl Sender {
    /// One attempt: asks a provider and keeps what it answered.
    fn ask(
        &self,
        message: &Message,
        round: &mut Round<'_>,
        place: Place,
        way: &Way,
        wanted: &Wanted,
    ) -> Result<Step, NotSent> {
        let provider = place.provider().clone();
        let begun = Begun {
            message: message.id,
            provider: provider.name().to_owned(),
            route: way.route.clone(),
            rounds: round.rounds,
            may_check: provider.abilities().verify
                && message.purpose == MessagePurpose::VerifyPhone,
        };
        let before = round.last.as_ref().map(|(ended, _)| ended.clone());
        let attempt = self.begin(begun, before)?;
        let outgoing = self.outgoing(message, attempt, round.number, &provider, way, wanted);
        let abilities = provider.abilities();
        let (answer, is_checked_by_provider) = pass_on(place, outgoing, message.purpose);
        round.unknown_outcomes += u32::from(answer.status == Status::OutcomeUnknown);
        let step = policy::step(
            &answer,
            round.rounds,
            round.unknown_outcomes,
            self.persistence.on_unknown_outcome,
        );
        let detail = safe(&answer.detail, round.number, &wanted.code);
        tell(
            message.id,
            round.number,
            provider.name(),
            &answer,
            step,
            detail,
        );
        let rendered = &wanted.rendered;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let has_address = self.external_url.is_some();
        let ended = Ended {
            number: attempt,
            provider: provider.name().to_owned(),
            status: call_status(answer.status),
            provider_id: text(&answer.provider_id),
            provider_code: text(&answer.provider_code),
            detail: text(detail),
            segments: answer.segments.or_else(|| {
                let is_ours = answer.status == Status::Ok && !is_checked_by_provider;
                let count = Segments::of(rendered.text.get(TextKey::Text)).count;
                is_ours.then(|| u32::try_from(count).unwrap_or(u32::MAX))
            }),
            price: text(&answer.price),
            is_checked_by_provider,
            reports: abilities.poll || (abilities.webhook && has_address),
        };
        round.last = Some((ended, answer.retry_after));
        Ok(step)
    }

    /// What a provider is given.
    fn outgoing(
        &self,
        message: &Message,
        attempt: u32,
        number: &PhoneNumber,
        provider: &Provider,
        way: &Way,
        wanted: &Wanted,
    ) -> plugin::Message {
        let rendered = &wanted.rendered;
        let (id, description) = provider.label();
        plugin::Message {
            message_id: message.id.to_string(),
            attempt,
            to: number.as_str().to_owned(),
            sender: way.sender.clone(),
            text: rendered.text.get(TextKey::Text).to_owned(),
            locale: rendered.language.clone(),
            template_name: MessageType::of(message.purpose).name().to_owned(),
            metadata_json: rendered.metadata(
                &message.id.to_string(),
                ("recipientPhoneNumber", number.as_str()),
                (&id, &description),
            ),
            timeout: ATTEMPT_TIMEOUT
                .min(message.expires_at.since(self.clock.now()))
                .max(Duration::from_millis(1)),
            receipt_url: self.receipt_url(provider.name()),
            expires_at_unix_ms: message.expires_at.micros() / 1000,
        }
    }

    /// The providers that a message may go through.
    fn way(&self, message: &Message, number: &PhoneNumber, org_id: &str) -> Way {
        let all = self.providers.providers();
        let named = |name: &String| all.iter().find(|it| it.name() == name).cloned();
        let routes = self.routes.get();
        let asked = RouteQuestion {
            number,
            purpose: message.purpose,
            organization: org_id,
        };
        let route = choose_route(&routes, asked).map(|(_, route)| route);
        let providers = match (&message.only_provider, route) {
            (Some(only), _) => named(only).into_iter().collect(),
            (None, Some(route)) => route.providers.iter().filter_map(named).collect(),
            (None, None) => all.to_vec(),
        };
        Way {
            route: match message.only_provider {
                Some(_) => None,
                None => route.map(|route| route.name.clone()),
            },
            sender: route.map(|route| route.sender.clone()).unwrap_or_default(),
            providers,
        }
    }

    fn prepare(&self, message: &Message, now: Timestamp) -> Result<Wanted, NotSent> {
        prepare(&self.store, &self.keys, &self.texts, message, now)
    }

    /// Where the gateway of a provider reports; empty if it cannot reach us.
    fn receipt_url(&self, provider: &str) -> String {
        let Some(origin) = &self.external_url else {
            return String::new();
        };
        let name = utf8_percent_encode(provider, &RESERVED);
        format!("{}/hooks/{name}", origin.trim_end_matches('/'))
    }
}

/// What may be kept and shown of a provider's words: plugins mask numbers and codes themselves, and
/// words that still hold one are not worth the risk.
fn safe<'a>(detail: &'a str, recipient: &PhoneNumber, code: &PlainCode) -> &'a str {
    if detail.contains(code.expose()) || detail.contains(recipient.as_str()) {
        "(detail withheld)"
    } else {
        detail
    }
}

fn tell(
    id: MessageId,
    recipient: &PhoneNumber,
    provider: &str,
    answer: &Answer,
    step: Step,
    detail: &str,
) {
    let status = answer.status;
    match step {
        Step::Sent => info!("message {id} to {recipient:?} sent through {provider}"),
        Step::Fail => {
            warn!("message {id} to {recipient:?} given up: {provider}: {status:?} {detail}");
        }
        Step::NextProvider | Step::Retry => {
            info!("message {id} to {recipient:?} not sent: {provider}: {status:?} {detail}");
        }
    }
}

/// Lets a provider make and send a code of its own, if it does that and the code is to be typed in; else
/// gives it our text. With whether the provider checks the code.
fn pass_on(place: Place, outgoing: plugin::Message, purpose: MessagePurpose) -> (Answer, bool) {
    let provider = place.provider().clone();
    let abilities = provider.abilities();
    if abilities.verify && purpose == MessagePurpose::VerifyPhone {
        let start = plugin::Message {
            text: String::new(),
            ..outgoing.clone()
        };
        let answer = place.call(Call::VerifyStart(start));
        if answer.status != Status::Unsupported || !abilities.send {
            return (answer, true);
        }
        return (provider.call(Call::Send(outgoing)), false);
    }
    (place.call(Call::Send(outgoing)), false)
}

fn call_status(status: Status) -> CallStatus {
    match status {
        Status::Ok => CallStatus::Ok,
        Status::InvalidRecipient => CallStatus::InvalidRecipient,
        Status::Rejected => CallStatus::Rejected,
        Status::Unsupported => CallStatus::Unsupported,
        Status::Throttled => CallStatus::Throttled,
        Status::Unavailable => CallStatus::Unavailable,
        Status::OutcomeUnknown => CallStatus::OutcomeUnknown,
        Status::Unauthorized => CallStatus::Unauthorized,
        Status::Misconfigured => CallStatus::Misconfigured,
        Status::Internal => CallStatus::Internal,
    }
}
