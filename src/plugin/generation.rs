//! One life of a provider's plugin: checked, loaded, configured, created. `ending` ends it, once the
//! calls that run on it are over.
//!
//! A reload makes a new generation beside the old one, so that no call has to wait for it. Each is
//! loaded from a path of its own (plugin-abi §10).

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt as _,
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use serde_json::Value;

use super::{
    Isolation, Options, Origin, ProviderConfig, abi,
    child::{Child, Start},
    host::{LocalServices, PluginLog},
    inproc::Native,
    instance::{Instance, OnDeath, Refusal},
    load::{self, Checked},
    manifest::Manifest,
    memory,
    message::{Abilities, Answer, Call, Status},
    schema,
    workers::Workers,
};

/// How long a new generation may take to say that it is healthy.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// A plugin that is loaded and created.
pub(super) struct Generation {
    pub number: u64,
    pub instance: Arc<dyn Instance>,
    pub manifest: Manifest,
    /// The description as the plugin gave it.
    pub description: String,
    pub abilities: Abilities,
    /// The SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// A generation that takes calls.
pub(super) struct Opened {
    pub generation: Arc<Generation>,
    /// Calls that run on it.
    pub running: usize,
    /// Those of them that gateways made.
    pub reports: usize,
    /// Cloned for each call; `idle` is disconnected when the last is dropped.
    pub busy: Sender<()>,
    idle: Receiver<()>,
}

impl Opened {
    pub(super) fn new(generation: Generation) -> Self {
        let (busy, idle) = bounded(0);
        Self {
            generation: Arc::new(generation),
            running: 0,
            reports: 0,
            busy,
            idle,
        }
    }

    /// Waits until its calls are over, no longer than `patience`; whether they are.
    pub(super) fn wait_until_idle(self, patience: Duration) -> (Arc<Generation>, bool) {
        let Self {
            generation,
            busy,
            idle,
            ..
        } = self;
        drop(busy);
        let waited = idle.recv_timeout(patience);
        (generation, waited == Err(RecvTimeoutError::Disconnected))
    }
}

impl Generation {
    /// Loads a checked file, configures and creates the plugin.
    ///
    /// # Errors
    /// One sentence for the operator, and whether only a change helps.
    pub(super) fn open(
        number: u64,
        config: &ProviderConfig,
        options: &Options,
        checked: &Checked,
        log: &Arc<PluginLog>,
        on_death: OnDeath,
    ) -> Result<Self, Refusal> {
        let started = Instant::now();
        let (instance, description, manifest, abilities): (Arc<dyn Instance>, _, _, _) =
            match config.isolation {
                Isolation::Process => {
                    let start = Start {
                        executable: &options.executable,
                        library: &checked.path,
                        memory_limit: config.memory_limit,
                        limits: options.limits,
                    };
                    let (child, description, abilities) =
                        Child::start(&start, log.clone(), on_death)?;
                    let configured = configure(config, options, log, &description);
                    let (manifest, complete) = configured.inspect_err(|_| child.stop())?;
                    child.create(complete.to_string())?;
                    (child, description, manifest, abilities)
                }
                Isolation::InProcess => {
                    let loaded = load::open(&checked.path)?;
                    memory::count_library(&checked.sha256);
                    let limits = options.limits;
                    if started.elapsed() > limits.hello {
                        let reason = format!("took longer than {:?} to load", limits.hello);
                        return Err(reason.into());
                    }
                    let (manifest, complete) =
                        configure(config, options, log, &loaded.description)?;
                    let services = Arc::new(LocalServices {
                        log: log.clone(),
                        client: manifest.client(&complete),
                    });
                    let native = Native::create(&loaded, services, &complete.to_string());
                    let native = native
                        .map_err(|answer| Refusal::of_plugin(&answer, &log.mask(&answer.detail)))?;
                    let workers = Workers::start(native, manifest.max_concurrency, limits.grace)?;
                    let abilities = abi::abilities(&loaded.table);
                    (Arc::new(workers), loaded.description, manifest, abilities)
                }
            };
        Ok(Self {
            number,
            instance,
            manifest,
            description,
            abilities,
            sha256: checked.sha256.clone(),
        })
    }

    /// Asks a plugin that can tell whether it would work now.
    ///
    /// # Errors
    /// What it says.
    pub(super) fn check_health(&self, log: &PluginLog) -> Result<(), String> {
        if !self.abilities.health {
            return Ok(());
        }
        let answer = log.mask_answer(self.instance.call(&Call::Health(HEALTH_TIMEOUT)));
        match answer.status {
            Status::Ok | Status::Unsupported => Ok(()),
            status => Err(unhealthy(status, &answer)),
        }
    }
}

fn unhealthy(status: Status, answer: &Answer) -> String {
    format!("its health is {status:?}: {}", answer.detail)
}

/// The description read, and the complete configuration for it.
fn configure(
    config: &ProviderConfig,
    options: &Options,
    log: &PluginLog,
    description: &str,
) -> Result<(Manifest, Value), String> {
    let mut manifest = Manifest::parse(description)?;
    if let Some(most) = config.pace.max_concurrency {
        manifest.max_concurrency = manifest.max_concurrency.min(most as usize);
    }
    let mut settings: Value = config.config.clone();
    if !settings.is_object() {
        return Err("config must be a table".into());
    }
    log.hide_keys(schema::secrets(&manifest.config_schema, &settings));
    let base = if config.origin == Origin::Config {
        &options.base
    } else {
        schema::confine(
            &manifest.config_schema,
            &settings,
            &options.api_files_shown(),
        )?;
        // What cannot be made is the plugin's fault to tell, when it opens a file there.
        let _ = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&options.api_files);
        &options.api_files
    };
    schema::complete(&manifest.config_schema, &mut settings, base)?;
    Ok((manifest, settings))
}
