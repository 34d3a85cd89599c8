//! The bench of a check: a loaded plugin with its configuration, instances of it with a host that
//! watches, and messages for it. Runs in the process of the check.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::plugin::{
    abi::clean,
    host::lock,
    inproc::Native,
    load::Loaded,
    manifest::Manifest,
    message::{Answer, Call, Message, Status},
    trial::{Notes, Reach, Seen, TrialHost, word},
};

/// The code in the messages of a check.
const CODE: &str = "K7QX2P";
/// How long a call may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);
/// How late a call may be before a server kills its process.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// What a check found: a remark, or why it is not passed.
pub(super) type Finding = Result<String, Fault>;

/// Why a check is not passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::plugin) enum Fault {
    /// The plugin is wrong; with what the author can do.
    Failed(String, String),
    /// There is nothing to check; with the reason.
    Cannot(String),
}

pub(super) fn failed(reason: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault::Failed(reason.into(), hint.into())
}

pub(super) fn cannot(reason: impl Into<String>) -> Fault {
    Fault::Cannot(reason.into())
}

/// What a check in its process is told.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::plugin) struct Setup {
    /// The complete configuration.
    pub config: Value,
    /// What relative paths in a configuration are relative to.
    pub base: std::path::PathBuf,
    /// Who answers requests.
    pub reach: Reach,
    /// The number that messages go to.
    pub to: String,
}

/// A plugin under test.
pub(super) struct Bench<'a> {
    pub loaded: &'a Loaded,
    pub manifest: Manifest,
    pub setup: Setup,
    /// What must never be seen in a log: texts, the code, and the secrets of the configuration.
    secrets: Vec<String>,
    notes: Arc<Mutex<Notes>>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(loaded: &'a Loaded, manifest: Manifest, setup: Setup) -> Self {
        let mut secrets = crate::plugin::schema::secrets(&manifest.config_schema, &setup.config);
        secrets.retain(|secret| secret.len() >= 3);
        secrets.push(CODE.into());
        Self {
            loaded,
            manifest,
            setup,
            secrets,
            notes: Arc::default(),
        }
    }

    /// What was seen of all instances.
    pub(super) fn into_notes(self) -> Notes {
        std::mem::take(&mut *lock(&self.notes))
    }

    /// Whether the description says that sending twice with one id sends one SMS.
    pub(super) fn promises_one_sms(&self) -> bool {
        let said: Value = serde_json::from_str(&self.loaded.description).unwrap_or_default();
        said["idempotent_send"] == true
    }

    /// Whether requests are answered as the gateway would: from a file, or by itself.
    pub(super) fn is_answered(&self) -> bool {
        !matches!(self.setup.reach, Reach::Nobody)
    }

    /// An instance with the configuration.
    pub(super) fn create(&self) -> Result<Tried<'_>, Fault> {
        self.create_with(&self.setup.config)
    }

    pub(super) fn create_with(&self, config: &Value) -> Result<Tried<'_>, Fault> {
        self.create_on(self.host(config), config)
    }

    /// A host for instances with that configuration.
    pub(super) fn host(&self, config: &Value) -> Arc<TrialHost> {
        let client = self.manifest.client(config);
        TrialHost::new(self.setup.reach.clone(), client, self.notes.clone())
    }

    pub(super) fn create_on(
        &self,
        host: Arc<TrialHost>,
        config: &Value,
    ) -> Result<Tried<'_>, Fault> {
        let started = Instant::now();
        let made = Native::create(self.loaded, host.clone(), &config.to_string());
        let took = started.elapsed();
        match made {
            Ok(native) => Ok(Tried {
                bench: self,
                native,
                host,
                created_in: took,
            }),
            Err(answer) => Err(failed(
                format!("create fails: {}", said(&answer)),
                "look at the configuration; connect in send, not in create",
            )),
        }
    }

    /// The message that a server would send.
    pub(super) fn message(&self, id: &str) -> Message {
        self.message_saying(
            id,
            &format!("{CODE} is your code to verify this phone number."),
        )
    }

    pub(super) fn message_saying(&self, id: &str, text: &str) -> Message {
        let to = &self.setup.to;
        let metadata = json!({
            "contextInfo": {
                "eventType": "user.human.phone.code.added",
                "messageId": id,
                "provider": {"id": "check", "description": "check"},
                "recipientPhoneNumber": to,
            },
            "templateData": {"text": text},
            "args": {"code": CODE, "userName": "ada", "firstName": "Ada", "lastName": "Lovelace"},
        });
        let hour = 3600 * 1000;
        Message {
            message_id: id.into(),
            attempt: 1,
            to: to.clone(),
            sender: String::new(),
            text: text.into(),
            locale: "en".into(),
            template_name: "VerifyPhone".into(),
            metadata_json: metadata.to_string(),
            timeout: TIMEOUT,
            receipt_url: "https://belfry.example.org/hooks/check".into(),
            expires_at_unix_ms: crate::clock::Clock::from_env().now().micros() / 1000 + hour,
        }
    }
}

/// An instance, its host, and what they say.
pub(super) struct Tried<'a> {
    bench: &'a Bench<'a>,
    native: Native,
    pub host: Arc<TrialHost>,
    pub created_in: Duration,
}

impl Tried<'_> {
    /// Makes a call, and looks for secrets in what came of it.
    pub(super) fn call(&self, call: &Call) -> (Answer, Duration) {
        let started = Instant::now();
        let answer = self.native.call(call);
        let took = started.elapsed();
        let bench = self.bench;
        let has_secret = |text: &str| bench.secrets.iter().find(|secret| text.contains(*secret));
        let leak = |secret: &str, place: &str| {
            let what = if secret == CODE {
                "the code"
            } else {
                "a secret setting"
            };
            lock(&bench.notes)
                .leaks
                .push(format!("{what} is in {place}"));
        };
        for (text, place) in [
            (&answer.detail, "`detail` or `provider_code`"),
            (&answer.provider_code, "`detail` or `provider_code`"),
            (&answer.provider_id, "`provider_id` or `price`"),
            (&answer.price, "`provider_id` or `price`"),
        ] {
            if let Some(secret) = has_secret(text) {
                leak(secret, place);
            }
        }
        let in_log = |seen: &Seen| seen.lines.iter().find_map(|(_, line)| has_secret(line));
        if let Some(secret) = self.host.seen(in_log) {
            leak(secret, "a log line");
        }
        (answer, took)
    }

    /// Sends a message in the way that the plugin offers; what came of it if that is an answer.
    pub(super) fn deliver(&self, message: Message) -> Result<Answer, Fault> {
        let timeout = message.timeout;
        let call = match self.bench.loaded.table.send {
            Some(_) => Call::Send(message),
            None => Call::VerifyStart(message),
        };
        let (answer, took) = self.call(&call);
        in_time(took, timeout)?;
        proper(&answer)?;
        Ok(answer)
    }
}

/// Whether a call came back in time.
pub(super) fn in_time(took: Duration, timeout: Duration) -> Result<(), Fault> {
    match took > timeout + GRACE {
        false => Ok(()),
        true => Err(failed(
            format!(
                "the call took {took:.1?} and had {timeout:?}: a server would have killed its process"
            ),
            "give what is left of `timeout` to whatever waits",
        )),
    }
}

/// Whether an answer is one: a status that is set and no fault of the plugin.
pub(super) fn proper(answer: &Answer) -> Result<(), Fault> {
    match answer.status {
        Status::Internal => Err(failed(
            said(answer),
            "INTERNAL is a fault of the plugin: set a status on every way out of the function",
        )),
        _ => Ok(()),
    }
}

/// An answer in words.
pub(super) fn said(answer: &Answer) -> String {
    let mut words = match answer.status {
        Status::Ok => "OK".to_owned(),
        status => word(status).to_owned(),
    };
    if !answer.provider_id.is_empty() {
        words += &format!(" as {}", answer.provider_id);
    }
    if !answer.provider_code.is_empty() {
        words += &format!(" (code {})", answer.provider_code);
    }
    if !answer.detail.is_empty() {
        words += &format!(": {}", answer.detail);
    }
    clean(&words)
}
