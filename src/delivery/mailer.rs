//! The way by e-mail: one attempt to send one e-mail through the active provider.
//!
//! The provider is the one that the instance made active, else the mail server of the configuration.
//! Its connections are kept until its settings change. Runs on worker threads and may block.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use log::{info, warn};
use rand::RngExt as _;

use super::{
    lane::{Lane, NotSent, outcome},
    policy::{self, Persistence},
    text::Rendered,
    wanted::{Wanted, prepare},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{CallStatus, Channel, MessageId, MessageState, Recipient, TextKey, mask_email},
    mail::{Email, Failure, HttpEndpoint, MailServer, Secret, SmtpMailer},
    secrets::Keys,
    store::{
        Begun, EmailProvider, EmailProviderKind, Ended, EndpointSecret, Message, Outcome, Store,
    },
    wording::Texts,
};

/// Attempts at one time.
const CONCURRENCY: usize = 8;
/// After so many attempts, some five minutes, the waits become long: until the code expires, the server
/// is not asked every few seconds.
const IMPATIENT_ATTEMPTS: u32 = 20;
/// The longest wait then.
const PATIENT_WAIT: Duration = Duration::from_secs(300);

/// How long e-mails that are being sent may still take when the server stops.
const STOPPING: Duration = Duration::from_secs(2);

/// What all attempts share.
pub(super) struct Mailer {
    pub persistence: Persistence,
    pub store: Store,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub texts: Arc<Texts>,
    /// The mail server of the configuration, for an instance without an active provider.
    pub fallback: Option<MailServer>,
    /// The connections to the mail server that was used last.
    pub connections: Mutex<Connections>,
}

/// What is connected.
#[derive(Default)]
pub(super) struct Connections {
    mailer: Option<Arc<SmtpMailer>>,
    is_stopping: bool,
}

/// What an e-mail goes through.
enum Provider {
    Smtp {
        name: String,
        server: MailServer,
    },
    Http {
        name: String,
        endpoint: HttpEndpoint,
    },
}

impl Lane for Mailer {
    fn channel(&self) -> Channel {
        Channel::Email
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
        // Without anybody there is something to do all the same: messages are dropped.
        self.persistence.drops_without_provider
            || self.fallback.is_some()
            || self
                .store
                .read_blocking(|tx| tx.active_email_provider())
                .is_ok_and(|provider| provider.is_some())
    }

    fn concurrency(&self) -> usize {
        CONCURRENCY
    }

    fn retry_at(&self) -> Option<Instant> {
        None
    }

    fn reason(&self) -> String {
        "no e-mail provider is active and [smtp] is not configured".to_owned()
    }

    fn stop(&self) {
        let kept = self.connections.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        kept.is_stopping = true;
        if let Some(mailer) = &kept.mailer {
            mailer.end_within(STOPPING);
        }
    }

    fn send(&self, message: &Message) -> Result<Outcome, NotSent> {
        let now = self.clock.now();
        let Wanted { rendered, code, .. } =
            prepare(&self.store, &self.keys, &self.texts, message, now)?;
        let Recipient::Email(address) = &message.recipient else {
            return Err(NotSent::Useless(MessageState::Failed));
        };
        let Some(provider) = self.provider().map_err(NotSent::Later)? else {
            if self.persistence.drops_without_provider {
                warn!("message {} is dropped: {}", message.id, self.reason());
                return Err(NotSent::Useless(MessageState::Failed));
            }
            let wait = policy::wait(1, None, 1.0);
            return Ok(outcome(message, Err(now.plus(wait))));
        };
        let name = provider.name();
        let begun = Begun {
            message: message.id,
            provider: name.to_owned(),
            route: None,
            rounds: message.rounds + 1,
            may_check: false,
        };
        let number = self.begin(begun, None)?;
        let result = match &provider {
            Provider::Smtp { server, .. } => {
                let email = email(message.id, address, &rendered);
                self.mailer(server).and_then(|mailer| mailer.send(&email))
            }
            Provider::Http { name, endpoint } => {
                let recipient = ("recipientEmailAddress", address.as_str());
                let body = rendered.metadata(&message.id.to_string(), recipient, (name, name));
                endpoint.post(&body, now.seconds())
            }
        };
        let round = message.rounds + 1;
        let is_unknown = matches!(result, Err(Failure::Unknown(_)));
        let unknown_outcomes = message.unknown_outcomes + u32::from(is_unknown);
        let detail = result
            .as_ref()
            .err()
            .map(|failure| shown(failure, code.expose(), address));
        let next = self.next(&result, round, unknown_outcomes);
        let ends = (is_unknown, next.is_ok());
        tell(
            message.id,
            &mask_email(address),
            name,
            detail.as_deref(),
            ends,
        );
        let status = match &result {
            Ok(()) => CallStatus::Ok,
            Err(Failure::Permanent(_)) => CallStatus::Rejected,
            Err(Failure::Unknown(_)) => CallStatus::OutcomeUnknown,
            Err(Failure::Temporary(_) | Failure::Settings(_)) => CallStatus::Unavailable,
        };
        Ok(Outcome {
            rounds: round,
            next: next.map(|state| state.unless_unknown(unknown_outcomes)),
            ended: Some(Ended {
                number,
                provider: name.to_owned(),
                status,
                provider_id: None,
                provider_code: None,
                detail,
                segments: None,
                price: None,
                is_checked_by_provider: false,
                reports: false,
            }),
            ..outcome(message, next)
        })
    }
}

impl Mailer {
    /// How the message ends after an attempt, or when it is tried again.
    fn next(
        &self,
        result: &Result<(), Failure>,
        round: u32,
        unknown_outcomes: u32,
    ) -> Result<MessageState, Timestamp> {
        let is_over = match result {
            Ok(()) => return Ok(MessageState::Accepted),
            Err(Failure::Permanent(_)) => true,
            Err(Failure::Unknown(_)) => {
                !policy::may_go_again(unknown_outcomes, self.persistence.on_unknown_outcome)
            }
            Err(Failure::Temporary(_) | Failure::Settings(_)) => false,
        };
        match is_over || self.persistence.is_exhausted(round) {
            true => Ok(MessageState::Failed),
            false => Err(self.clock.now().plus(wait_after(round))),
        }
    }

    fn provider(&self) -> Result<Option<Provider>, crate::error::Error> {
        let active = self.store.point(|tx| tx.active_email_provider())?;
        let Some(provider) = active else {
            let fallback = self.fallback.clone();
            return Ok(fallback.map(|server| Provider::Smtp {
                name: "smtp".to_owned(),
                server,
            }));
        };
        let provider = self.opened(provider);
        if provider.is_none() {
            warn!("the settings of the active e-mail provider cannot be used; add it again");
        }
        Ok(provider)
    }

    fn opened(&self, provider: EmailProvider) -> Option<Provider> {
        let secret = self
            .keys
            .open_setting(&provider.id, &provider.sealed_secret)?;
        let secret = Secret(String::from_utf8(secret).ok()?);
        match provider.kind {
            EmailProviderKind::Smtp(settings) => Some(Provider::Smtp {
                name: provider.id,
                server: MailServer::new(settings, secret)?,
            }),
            EmailProviderKind::Http { endpoint } => {
                let secret = EndpointSecret::parse(&secret.0, &endpoint);
                Some(Provider::Http {
                    name: provider.id,
                    endpoint: HttpEndpoint {
                        endpoint: secret.endpoint,
                        signing_key: Secret(secret.signing_key),
                    },
                })
            }
        }
    }

    /// The connections to a mail server: those that are there, unless its settings changed.
    fn mailer(&self, server: &MailServer) -> Result<Arc<SmtpMailer>, Failure> {
        let mut kept = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let same = |mailer: &&Arc<SmtpMailer>| mailer.server() == server;
        if let Some(mailer) = kept.mailer.as_ref().filter(same) {
            return Ok(mailer.clone());
        }
        let mailer = Arc::new(SmtpMailer::new(server.clone())?);
        if kept.is_stopping {
            mailer.end_within(STOPPING);
        }
        kept.mailer = Some(mailer.clone());
        Ok(mailer)
    }
}

impl Provider {
    fn name(&self) -> &str {
        match self {
            Self::Smtp { name, .. } | Self::Http { name, .. } => name,
        }
    }
}

/// A failure as it may be shown: what the server said may hold what it was told.
fn shown(failure: &Failure, code: &str, address: &str) -> String {
    let text = failure.to_string();
    match text.contains(code) || text.contains(address) {
        true => "(detail withheld)".to_owned(),
        false => text,
    }
}

/// Writes into the log what became of an attempt; without a detail it went well.
fn tell(
    id: MessageId,
    masked: &str,
    name: &str,
    detail: Option<&str>,
    (is_unknown, is_over): (bool, bool),
) {
    let Some(detail) = detail else {
        return info!("message {id} to {masked} sent through {name}");
    };
    let about = match is_unknown {
        true => "may have been sent",
        false => "not sent",
    };
    let end = if is_over { ", given up" } else { "" };
    warn!("message {id} to {masked} {about}{end}: {name}: {detail}");
}

fn email(id: MessageId, address: &str, rendered: &Rendered) -> Email {
    let part = |key| rendered.text.get(key);
    let lines = [
        part(TextKey::Greeting),
        part(TextKey::Text),
        rendered.url.as_str(),
        part(TextKey::Footer),
    ];
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let button = match rendered.url.as_str() {
        "" => String::new(),
        url => format!(
            "<p><a href=\"{}\">{}</a></p>",
            escaped(url),
            escaped(part(TextKey::ButtonText))
        ),
    };
    let paragraph = |text: &str| match text {
        "" => String::new(),
        text => format!("<p>{}</p>", escaped(text)),
    };
    Email {
        id: id.to_string(),
        to: address.to_owned(),
        subject: part(TextKey::Subject).to_owned(),
        text: lines.join("\n\n"),
        html: format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>{}{}{button}{}</body></html>",
            escaped(&rendered.language),
            escaped(part(TextKey::Title)),
            paragraph(part(TextKey::Greeting)),
            paragraph(part(TextKey::Text)),
            paragraph(part(TextKey::Footer)),
        ),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn wait_after(attempt: u32) -> Duration {
    let chance = rand::rng().random();
    if attempt > IMPATIENT_ATTEMPTS {
        return PATIENT_WAIT.mul_f64(chance).max(PATIENT_WAIT / 5);
    }
    policy::wait(attempt, None, chance)
}
