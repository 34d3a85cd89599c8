//! `belfry plugin send`: one message by hand, through a plugin and without a server.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use log::Level;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Library, Notes, Order, Reach, Replay, Report, Task, TrialHost, word};
use crate::plugin::{
    abi::clean,
    check::Setup,
    host::{hide_keys_in, lock},
    inproc::Native,
    load::Loaded,
    manifest::Manifest,
    message::{Answer, Call, Message, Status},
    schema,
    settings::Settings,
};

/// How long loading, creating and ending may take beside the message itself.
const AROUND: Duration = Duration::from_secs(20);

/// One message.
#[derive(Clone, Serialize, Deserialize)]
pub struct Letter {
    /// The message's id, which a gateway may know again.
    pub id: String,
    /// E.164.
    pub to: String,
    /// The sender that is wished; may be empty.
    pub sender: String,
    /// The text.
    pub text: String,
    /// BCP 47.
    pub locale: String,
    /// How long the provider may take.
    pub timeout: Duration,
}

/// What became of it.
#[derive(Serialize, Deserialize)]
pub struct Outcome {
    /// Whether the provider accepted it.
    pub is_accepted: bool,
    /// The status as the header calls it.
    pub status: String,
    /// The provider's name for it.
    pub provider_id: String,
    /// The provider's own error code.
    pub provider_code: String,
    /// The provider's explanation.
    pub detail: String,
    /// How many SMS it took.
    pub segments: Option<u32>,
    /// What it costs.
    pub price: String,
    /// When to try again, in milliseconds.
    pub retry_after_ms: Option<u128>,
    /// How long the call took, in milliseconds.
    pub took_ms: u128,
    /// What the plugin logged, with its level.
    pub log: Vec<(String, String)>,
    /// What went wrong around it.
    pub remarks: Vec<String>,
}

/// Sends one message; requests are real unless there are answers for them.
///
/// # Errors
/// If the file is no plugin, cannot be configured, or its process ended without an answer.
pub fn send(
    executable: &Path,
    file: &Path,
    settings: Option<Settings>,
    replay: Option<Replay>,
    letter: Letter,
) -> Result<Outcome, String> {
    let library = Library::at(file)?;
    let (loaded, _) = library.load(executable);
    let loaded = loaded.map_err(|reason| format!("{}: {reason}", file.display()))?;
    let manifest = Manifest::parse(&loaded.description)?;
    let settings = settings
        .unwrap_or_else(Settings::defaults)
        .complete(&manifest.config_schema)
        .map_err(|fault| format!("{}; {}", fault.reason, fault.hint))?;
    let setup = Setup {
        config: settings.config,
        base: settings.base,
        reach: replay.map_or(Reach::Real, Reach::Replay),
        to: letter.to.clone(),
    };
    let secrets = schema::secrets(&manifest.config_schema, &setup.config);
    let limit = letter.timeout + AROUND;
    let order = Order {
        library: library.path.clone(),
        task: Task::Send(letter, setup),
    };
    let mut ended = super::run(executable, &order, limit);
    let printed = clean(&String::from_utf8_lossy(&ended.output));
    match ended.take_report() {
        Ok(Report::Sent(mut outcome)) => {
            if !printed.is_empty() {
                let remark = format!(
                    "the plugin wrote to its standard output, which is the server's: {printed}"
                );
                outcome.remarks.push(remark);
            }
            Ok(outcome.without(&secrets))
        }
        Ok(Report::Refused(reason)) => Err(reason),
        Ok(_) => Err("the plugin's process said something else".into()),
        Err(end) => Err(format!(
            "the plugin's process {end}; nobody knows whether the message was sent"
        )),
    }
}

/// The message, where the plugin is loaded.
pub(super) fn deliver(letter: Letter, setup: Setup, loaded: &Loaded) -> Outcome {
    let notes = Arc::new(Mutex::new(Notes::default()));
    let manifest = match Manifest::parse(&loaded.description) {
        Ok(manifest) => manifest,
        Err(reason) => return Outcome::of(&Answer::of_host(Status::Internal, reason)),
    };
    let client = manifest.client(&setup.config);
    let host = TrialHost::new(setup.reach, client, notes.clone());
    let native = match Native::create(loaded, host.clone(), &setup.config.to_string()) {
        Ok(native) => native,
        Err(answer) => {
            let mut outcome = Outcome::of(&answer);
            outcome
                .remarks
                .push("the instance could not be created".into());
            return outcome;
        }
    };
    let message = message(letter);
    let started = Instant::now();
    let mut answer = match loaded.table.send {
        Some(_) => native.call(&Call::Send(message)),
        // It makes codes of its own: this starts a verification.
        None => native.call(&Call::VerifyStart(message)),
    };
    let took = started.elapsed();
    answer.detail = clean(&answer.detail);
    let mut outcome = Outcome::of(&answer);
    outcome.took_ms = took.as_millis();
    outcome.log = host.seen(|seen| {
        let line = |(level, line): &(Level, String)| (level.to_string(), clean(line));
        seen.lines.iter().map(line).collect()
    });
    let notes = lock(&notes);
    let foreign = notes.forbidden.iter();
    let foreign = foreign
        .map(|request| format!("refused: {request} goes to none of the plugin's http_hosts"));
    let missing = notes.unanswered.iter();
    let missing = missing.map(|request| format!("the file has no answer for {request}"));
    outcome.remarks.extend(foreign.chain(missing));
    outcome
}

fn message(letter: Letter) -> Message {
    let metadata = json!({
        "contextInfo": {
            "eventType": "user.human.phone.code.added",
            "messageId": letter.id,
            "provider": {"id": "send", "description": "belfry plugin send"},
            "recipientPhoneNumber": letter.to,
        },
        "templateData": {"text": letter.text},
        "args": {},
    });
    let expires_at = crate::clock::Clock::from_env()
        .now()
        .plus(Duration::from_secs(3600));
    Message {
        message_id: letter.id,
        attempt: 1,
        to: letter.to,
        sender: letter.sender,
        text: letter.text,
        locale: letter.locale,
        template_name: "VerifyPhone".into(),
        metadata_json: metadata.to_string(),
        timeout: letter.timeout,
        receipt_url: String::new(),
        expires_at_unix_ms: expires_at.micros() / 1000,
    }
}

impl Outcome {
    fn of(answer: &Answer) -> Self {
        Self {
            is_accepted: answer.status == Status::Ok,
            status: word(answer.status).into(),
            provider_id: answer.provider_id.clone(),
            provider_code: answer.provider_code.clone(),
            detail: answer.detail.clone(),
            segments: answer.segments,
            price: answer.price.clone(),
            retry_after_ms: answer.retry_after.map(|wait| wait.as_millis()),
            took_ms: 0,
            log: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// With the secrets of the configuration masked.
    fn without(mut self, secrets: &[String]) -> Self {
        let answer = [
            &mut self.provider_id,
            &mut self.provider_code,
            &mut self.detail,
            &mut self.price,
        ];
        let lines = self.log.iter_mut().map(|(_, line)| line);
        for text in answer.into_iter().chain(lines).chain(&mut self.remarks) {
            hide_keys_in(text, secrets);
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted = if self.is_accepted {
            "accepted"
        } else {
            "not accepted"
        };
        writeln!(f, "{accepted}: {} after {} ms", self.status, self.took_ms)?;
        let segments = self
            .segments
            .map(|count| count.to_string())
            .unwrap_or_default();
        let retry_after = self
            .retry_after_ms
            .map(|wait| format!("{wait} ms"))
            .unwrap_or_default();
        for (name, value) in [
            ("provider id", &self.provider_id),
            ("segments", &segments),
            ("price", &self.price),
            ("code", &self.provider_code),
            ("detail", &self.detail),
            ("try again in", &retry_after),
        ] {
            if !value.is_empty() {
                writeln!(f, "  {name:<13} {}", clean(value))?;
            }
        }
        for (level, line) in &self.log {
            writeln!(
                f,
                "  {:<13} {line}",
                format!("log {}", level.to_lowercase())
            )?;
        }
        for remark in &self.remarks {
            writeln!(f, "  {:<13} {remark}", "note")?;
        }
        Ok(())
    }
}
