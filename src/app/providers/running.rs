//! The running providers and the installed plugins, for those who keep and ask about them.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Sender, bounded};
use log::warn;
use serde_json::{Map, Value, json};

use super::Order;
use crate::{
    clock::Timestamp,
    delivery::Routes,
    domain::{
        CallStatus, InstalledPlugin, PluginDescription, PluginFault, ProviderFailure,
        ProviderFaults, ProviderState, Route, RunningProvider, ShownSettings, SmsGateway,
        TestResult, TestSms, WantedPlugin,
    },
    plugin::{
        self, Call, Catalogue, Description, Installed, Message, Origin, Provider, ProviderInfo,
        Registry, SettingsFault, State, Status,
    },
};

/// How long a change may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);
/// How long a plugin that is being loaded is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(10);
/// How long a provider may take for a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The running providers.
pub(in crate::app) struct RunningProviders {
    pub registry: Arc<Registry>,
    pub routes: Arc<Routes>,
    pub catalogue: Catalogue,
    pub orders: Sender<Order>,
}

impl SmsGateway for RunningProviders {
    fn settle(&self) {
        let (done, is_done) = bounded(1);
        let _ = self.orders.send(Order::Tell(done));
        if is_done.recv_timeout(ARRIVAL).is_err() {
            warn!("a change of the providers takes long to arrive");
        }
        let begun = Instant::now();
        let is_settled = || {
            let providers = self.registry.providers();
            providers.iter().all(|provider| provider.is_settled())
        };
        while !is_settled() && begun.elapsed() < PATIENCE {
            thread::sleep(GLANCE);
        }
    }

    fn reread(&self) -> bool {
        let (done, is_done) = bounded(1);
        let _ = self.orders.send(Order::Reread(Some(done)));
        let is_read = is_done.recv_timeout(ARRIVAL).unwrap_or(false);
        self.catalogue.forget_failures();
        self.settle();
        is_read
    }

    fn providers(&self) -> Vec<RunningProvider> {
        let providers = self.registry.providers();
        let running = |provider: &Arc<Provider>| running(provider.info(), provider.is_available());
        providers.iter().map(running).collect()
    }

    fn failures(&self, provider: Option<&str>) -> Vec<ProviderFailure> {
        let providers = self.registry.providers();
        let asked = providers
            .iter()
            .filter(|other| provider.is_none_or(|name| other.name() == name));
        let mut failures: Vec<_> = asked.flat_map(failures_of).collect();
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.at));
        failures
    }

    fn routes(&self) -> Arc<[Route]> {
        self.routes.get()
    }

    fn plugins(&self) -> Vec<InstalledPlugin> {
        let installed = self.catalogue.installed(|plugin| self.pin(plugin));
        installed.into_iter().map(plugin).collect()
    }

    fn check(&self, wanted: &WantedPlugin) -> Result<String, PluginFault> {
        let before = wanted.before.as_deref().map(object);
        let pin = wanted.sha256.as_deref();
        let settings = object(&wanted.settings);
        let checked = self
            .catalogue
            .check(&wanted.plugin, pin, settings, before.as_ref());
        match checked {
            Ok(settings) => Ok(Value::Object(settings).to_string()),
            Err(SettingsFault::Plugin(reason)) => Err(PluginFault::Unusable(reason)),
            Err(SettingsFault::Settings(reason)) => Err(PluginFault::Settings(reason)),
        }
    }

    fn usable(&self, plugin: &str, sha256: Option<&str>) -> Result<(), PluginFault> {
        let usable = self.catalogue.usable(plugin, sha256);
        usable.map_err(PluginFault::Unusable)
    }

    fn shown(&self, plugin: &str, sha256: Option<&str>, settings: &str) -> ShownSettings {
        let settings = object(settings);
        let (shown, hidden) = self.catalogue.shown(plugin, sha256, &settings);
        ShownSettings {
            settings: Value::Object(shown).to_string(),
            hidden,
        }
    }

    fn send(&self, provider: &str, sms: TestSms) -> Option<TestResult> {
        let provider = self.registry.provider(provider)?;
        let begun = Instant::now();
        let message = message(&provider, sms);
        let mut answer = provider.send(&message);
        if answer.status == Status::Unsupported && provider.abilities().verify {
            // It makes codes of its own, with these settings: the test starts a verification.
            let text = String::new();
            answer = provider.call(Call::VerifyStart(plugin::Message { text, ..message }));
        }
        Some(TestResult {
            status: status(answer.status),
            segments: answer.segments.unwrap_or(0),
            price: answer.price,
            provider_id: answer.provider_id,
            provider_code: answer.provider_code,
            detail: answer.detail,
            took: begun.elapsed(),
        })
    }
}

impl RunningProviders {
    /// The hash that a provider pins for a plugin.
    fn pin(&self, plugin: &str) -> Option<String> {
        let providers = self.registry.providers();
        let mut infos = providers.iter().map(|provider| provider.info());
        infos.find_map(|info| info.pin.filter(|_| info.plugin == plugin))
    }
}

fn running(info: ProviderInfo, is_available: bool) -> RunningProvider {
    let (state, reason) = state(info.state);
    RunningProvider {
        name: info.name,
        plugin: info.plugin,
        version: info.version,
        sha256: info.sha256,
        is_configured: info.origin == Origin::Config,
        state,
        reason,
        is_available,
        since: at(info.since_unix_ms),
        abilities: info.abilities.names(),
        generation: info.generation,
        running: info.running as u64,
        counts: info
            .counts
            .into_iter()
            .map(|(result, count)| (status(result), count))
            .collect(),
        reload_fault: info.reload_fault.unwrap_or_default(),
        resident_bytes: info.resident_bytes,
        libraries: info.libraries as u64,
        faults: ProviderFaults {
            garbage: info.faults.garbage,
            unknown_receipts: info.faults.unknown_receipts,
            forged_reports: info.faults.forged_reports,
            dropped_lines: info.faults.dropped_lines,
        },
    }
}

fn failures_of(provider: &Arc<Provider>) -> Vec<ProviderFailure> {
    let failures = provider.failures().into_iter();
    failures
        .map(|failure| ProviderFailure {
            provider: provider.name().to_owned(),
            at: at(failure.at_unix_ms),
            message_id: failure.message_id,
            status: status(failure.status),
            provider_code: failure.provider_code,
            detail: failure.detail,
        })
        .collect()
}

fn plugin(installed: Installed) -> InstalledPlugin {
    InstalledPlugin {
        name: installed.name,
        file: installed.file.display().to_string(),
        sha256: installed.sha256,
        description: installed
            .description
            .map(|description| described(&description)),
    }
}

fn described(description: &Description) -> PluginDescription {
    PluginDescription {
        title: description.text("name"),
        version: description.text("version"),
        vendor: description.text("vendor"),
        homepage: description.text("homepage"),
        settings_schema: description.schema().to_string(),
        abilities: description.abilities.names(),
        max_concurrency: u32::try_from(description.max_concurrency()).unwrap_or(u32::MAX),
        http_hosts: description.http_hosts(),
        is_idempotent: description.object["idempotent_send"] == Value::Bool(true),
    }
}

fn message(provider: &Provider, sms: TestSms) -> Message {
    let (id, description) = provider.label();
    let to = sms.to.as_str();
    let metadata = json!({
        "contextInfo": {
            "eventType": "belfry.provider.test",
            "messageId": sms.id,
            "recipientPhoneNumber": to,
            "provider": { "id": id, "description": description },
        },
        "templateData": { "text": sms.text },
        "args": {},
    });
    Message {
        attempt: 1,
        to: to.to_owned(),
        locale: "en".to_owned(),
        template_name: "Test".to_owned(),
        metadata_json: metadata.to_string(),
        timeout: TEST_TIMEOUT,
        expires_at_unix_ms: now_unix_ms() + TEST_TIMEOUT.as_millis() as i64,
        message_id: sms.id,
        text: sms.text,
        ..Message::default()
    }
}

fn state(state: State) -> (ProviderState, String) {
    match state {
        State::Loading => (ProviderState::Loading, String::new()),
        State::Ready => (ProviderState::Ready, String::new()),
        State::Paused(reason) => (ProviderState::Paused, reason),
        State::Restarting(reason) => (ProviderState::Restarting, reason),
        State::Closed(reason) => (ProviderState::Closed, reason),
        State::Failed(reason) => (ProviderState::Failed, reason),
        State::Stopped => (ProviderState::Stopped, String::new()),
    }
}

fn status(status: Status) -> CallStatus {
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

/// The object that a text holds; an empty one for anything else.
fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_micros(unix_ms.saturating_mul(1000))
}

fn now_unix_ms() -> i64 {
    crate::clock::Clock::from_env().now().micros() / 1000
}
