//! Puts the parts together and runs them: the only place that knows everything.
//!
//! [`App::build`] opens the database and the key, makes the first organization in a new database,
//! starts the providers and binds the port; [`App::run_until_stopped`] serves and delivers until a
//! signal comes, then stops in the opposite order within the configured time.

mod limits;
mod live;
mod person;
mod providers;
mod route;
mod texts;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use log::{info, warn};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    api::{
        CodeChecking, CodePolicies, CodeSettings, Ctx, GatewayCalls, KeyMaker, MailTester,
        Operations, PasswordHasher, Services,
        oauth::OAuth,
        setup::{self, FirstRun},
    },
    auth::Authenticator,
    clock::Clock,
    config::Config,
    contract::Contract,
    delivery::{self, Checker, Delivery, HookAnswer, Receipts, Routes},
    domain::{CodeChecker, GeneratorType, SecretGenerator, SmsGateway, SmtpSettings},
    error::Error,
    ids::IdGenerator,
    mail::{self, MailServer},
    plugin::{Catalogue, HttpRequest, Registry},
    secrets::Keys,
    store::{Store, StoreOptions},
    transport::{self, Bound, Server},
    wording::Texts,
};
use live::LiveMessages;
pub use person::{erase_user, export_user};
use providers::{Kept, Order, Reloader, RunningProviders};
pub use route::{ProviderReport, RouteReport, RuleReport, ask_route, explain_route};
pub use texts::{TextQuestion, preview_text};

/// A database with its key, ready for commands.
pub struct Opened {
    /// The database.
    pub store: Store,
    /// The keys of this instance.
    pub keys: Arc<Keys>,
    /// The time.
    pub clock: Clock,
    /// Identifiers.
    pub ids: IdGenerator,
    /// What the first run made, or had made before.
    pub first_run: FirstRun,
}

/// Who opens a database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The one server.
    Serve,
    /// A command that makes a new database ready, beside a running server or not.
    Init,
    /// A command that needs a database that is ready.
    Command,
}

/// Opens the database and its key; makes both, the first organization and its administrator if the
/// purpose allows and there is no database yet.
///
/// # Errors
/// If there is no database and none may be made, its key is missing or of another database, or
/// another server runs on it.
pub fn open(config: &Config, purpose: Purpose) -> anyhow::Result<Opened> {
    let path = &config.database.path;
    let is_new = !path.exists();
    if is_new && purpose == Purpose::Command {
        bail!(
            "there is no database {}; run `belfry init` first",
            path.display()
        );
    }
    let options = StoreOptions {
        path: path.clone(),
        queue: config.database.write_queue,
        batch: 256,
        busy_timeout: config.database.busy_timeout,
    };
    let store = match purpose {
        Purpose::Serve => Store::open_for_server(&options)?,
        Purpose::Init | Purpose::Command => Store::open_for_command(&options)?,
    };
    let is_empty = store.read_blocking(|tx| tx.instance_if_any())?.is_none();
    // The key is on disk before the first row that depends on it.
    let keys = if is_empty {
        Keys::load_or_create(&config.key_file())?
    } else {
        Keys::load(&config.key_file())?
    };
    let (clock, ids) = (Clock::from_env(), IdGenerator::default());
    let domain = instance_domain(config);
    let first_run = setup::first_run(&store, &clock, &ids, &keys, &domain)
        .map_err(|fault| in_words(&fault, config))?;
    Ok(Opened {
        store,
        keys: Arc::new(keys),
        clock,
        ids,
        first_run,
    })
}

fn in_words(fault: &Error, config: &Config) -> anyhow::Error {
    anyhow::anyhow!(
        "database {}, key {}: {fault}",
        config.database.path.display(),
        config.key_file().display()
    )
}

/// The domain below which organizations get theirs: the host that clients see.
fn instance_domain(config: &Config) -> String {
    let authority = config
        .server
        .external_url
        .as_deref()
        .and_then(|url| url.split_once("://"))
        .map(|(_, rest)| rest);
    let host = authority.map(|authority| authority.split(':').next().unwrap_or(authority));
    host.unwrap_or("localhost").to_lowercase()
}

/// A server that is ready to serve.
pub struct App {
    bound: Bound,
    server: Arc<Server>,
    delivery: Delivery,
    providers: Arc<Registry>,
    reloader: Reloader,
}

impl App {
    /// Opens, starts and binds everything. What the first run made is shown as soon as it is on disk,
    /// since it cannot be told again if something later fails.
    ///
    /// # Errors
    /// If something cannot be opened or bound, or a required provider is broken.
    pub fn build(config: &Config, show: impl FnOnce(&FirstRun)) -> anyhow::Result<Self> {
        let bound = transport::bind(config.server.listen)?;
        let Opened {
            store,
            keys,
            clock,
            ids,
            first_run,
        } = open(config, Purpose::Serve)?;
        show(&first_run);
        let kept = Kept {
            store: store.clone(),
            keys: keys.clone(),
        };
        let providers = Arc::new(providers::start(config, &kept)?);
        let routes = Arc::new(Routes::new(providers::routes(config)));
        providers::warn_of_unknown(&routes.get(), &providers);
        let texts = Arc::new(Texts::new(texts::text_settings(config)));
        let delivery = Delivery::start(delivery::Settings {
            store: store.clone(),
            clock: clock.clone(),
            keys: keys.clone(),
            providers: providers.clone(),
            routes: routes.clone(),
            persistence: providers::persistence(config),
            mail_server: mail_server(config)?,
            texts: texts.clone(),
            retention: config.notifications.retention,
            conversion: limits::conversion_rule(config),
            external_url: config.server.external_url.clone(),
        })
        .context("cannot start the delivery")?;
        let reloader = Reloader::start(
            config,
            kept,
            providers.clone(),
            routes.clone(),
            texts.clone(),
        )
        .context("cannot start watching the configuration")?;
        let asked = Asked {
            checker: Arc::new(Checker(providers.clone())),
            gateway: Arc::new(RunningProviders {
                registry: providers.clone(),
                routes: routes.clone(),
                catalogue: Catalogue::new(providers.options().clone()),
                orders: reloader.orders(),
            }),
        };
        let services = Arc::new(services(config, store, keys, clock, ids, asked, texts)?);
        let events = Arc::new(LiveMessages {
            feed: delivery.feed(),
            store: services.store.clone(),
        });
        let hook = hook(delivery.receipts());
        let server = Arc::new(server(config, services, hook, events)?);
        Ok(Self {
            bound,
            server,
            delivery,
            providers,
            reloader,
        })
    }

    /// The port that is bound.
    pub fn port(&self) -> u16 {
        self.bound.port()
    }

    /// Serves until SIGTERM or SIGINT, then stops. SIGHUP makes it read the providers again.
    ///
    /// # Errors
    /// If the workers or the signal handlers cannot start.
    pub fn run_until_stopped(self, config: &Config) -> anyhow::Result<()> {
        let states: Vec<_> = self
            .providers
            .providers()
            .iter()
            .map(|provider| format!("{} ({})", provider.name(), provider.state()))
            .collect();
        let providers = if states.is_empty() {
            "none".to_owned()
        } else {
            states.join(", ")
        };
        let (address, database) = (self.bound.address(), config.database.path.display());
        info!(
            "belfry {} listens on {address}, database {database}, providers: {providers}",
            env!("CARGO_PKG_VERSION")
        );

        // Delivery stops while the running requests end; what they leave is sent after the next start.
        let (tell, told) = std::sync::mpsc::channel::<()>();
        let (delivery, providers, reloader) = (self.delivery, self.providers, self.reloader);
        let reload = reloader.orders();
        let stopping = std::thread::spawn(move || {
            let _ = told.recv();
            info!("stopping: running requests and attempts to send end first");
            reloader.stop();
            delivery.stop(&providers);
        });
        let (bound, server) = (self.bound, self.server);
        let served = actix_rt::System::new().block_on(async move {
            let signal = stop_signal(reload)?;
            let stop = async move {
                signal.await;
                drop(tell);
            };
            bound
                .serve(server, stop)
                .await
                .context("the server stopped")
        });
        if stopping.join().is_err() {
            warn!("the delivery did not stop in order");
        }
        info!("stopped");
        served
    }
}

/// Resolves at SIGTERM or SIGINT; rings at SIGHUP until then.
fn stop_signal(
    reload: crossbeam_channel::Sender<Order>,
) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("cannot watch for SIGHUP")?;
    // A file that reaches the process's size limit is a full disk to us, not the end of the process.
    let mut file_size = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))
        .context("cannot watch for SIGXFSZ")?;
    Ok(async move {
        // One signal for each write that fails: said once, the store says how it goes on.
        let mut is_said = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hangup.recv() => {
                    let _ = reload.send(Order::Reread(None));
                }
                _ = file_size.recv() => {
                    if !std::mem::replace(&mut is_said, true) {
                        warn!("a file cannot grow: the limit of its size is reached");
                    }
                }
            }
        }
    })
}

/// Those whom an operation asks about providers.
struct Asked {
    checker: Arc<dyn CodeChecker>,
    gateway: Arc<dyn SmsGateway>,
}

fn services(
    config: &Config,
    store: Store,
    keys: Arc<Keys>,
    clock: Clock,
    ids: IdGenerator,
    asked: Asked,
    texts: Arc<Texts>,
) -> anyhow::Result<Services> {
    let policies = CodePolicies::load(&store, verify_phone(config))
        .map_err(|fault| anyhow::anyhow!("the database cannot be read: {fault}"))?;
    if config.codes.may_be_guessed() {
        warn!("codes: wrong tries are not limited, so codes can be guessed");
    }
    let entropy = policies.get(GeneratorType::VerifyPhoneCode).entropy_bits();
    if entropy < 19.9 {
        warn!(
            "codes.verify_phone: codes of this length and alphabet are easy to guess (below 20 bits)"
        );
    }
    let region = config.phone.default_region.parse();
    let default_region =
        region.map_err(|reason| anyhow::anyhow!("phone.default_region {reason}"))?;
    Ok(Services {
        store,
        clock,
        ids,
        keys,
        default_region,
        codes: CodeSettings {
            policies,
            max_wrong_tries: config.codes.max_wrong_tries,
            max_wrong_tries_per_number_and_day: config.codes.max_wrong_tries_per_number_and_day,
            max_wrong_tries_per_user_and_day: config.codes.max_wrong_tries_per_user_and_day,
            repeats_phone_codes: config.codes.verify_phone.repeat_on_resend,
        },
        sending: limits::send_limits(config)?,
        test_numbers: limits::test_numbers(config, default_region)?,
        code_checking: CodeChecking::new(asked.checker),
        gateway: GatewayCalls::new(asked.gateway),
        instance_domain: instance_domain(config),
        texts,
        passwords: PasswordHasher::default(),
        key_maker: KeyMaker::default(),
        mail_tester: MailTester::default(),
        oauth: OAuth::default(),
    })
}

/// How the codes that verify a phone are made unless the API says otherwise.
fn verify_phone(config: &Config) -> SecretGenerator {
    let generator = &config.codes.verify_phone;
    SecretGenerator {
        length: generator.length,
        expiry: Some(generator.expiry).filter(|expiry| !expiry.is_zero()),
        lower_letters: generator.include_lower_letters,
        upper_letters: generator.include_upper_letters,
        digits: generator.include_digits,
        symbols: generator.include_symbols,
    }
}

/// The mail server of the configuration.
fn mail_server(config: &Config) -> anyhow::Result<Option<MailServer>> {
    let Some(smtp) = &config.smtp else {
        return Ok(None);
    };
    let settings = SmtpSettings {
        sender_address: smtp.sender_address.clone(),
        sender_name: smtp.sender_name.clone(),
        reply_to: smtp.reply_to_address.clone(),
        tls: smtp.tls,
        host: smtp.host.clone(),
        user: smtp.user.clone(),
    };
    let password = mail::Secret(smtp.password.expose().to_owned());
    let server = MailServer::new(settings, password)
        .with_context(|| format!("smtp.host: {:?} is not a host with a port", smtp.host))?;
    Ok(Some(server))
}

/// The OpenAPI document of the API, without a server.
///
/// # Errors
/// If the contract cannot be described: a fault of the contract.
pub fn openapi_document() -> anyhow::Result<serde_json::Value> {
    transport::openapi_document(&Contract::load()?)
}

/// Hands a gateway's report to the plugin that reads it.
fn hook(receipts: Arc<Receipts>) -> transport::Hook {
    Arc::new(move |provider| {
        let turn = receipts.admit(provider).map_err(http_status)?;
        let receipts = receipts.clone();
        let read = move |report: transport::Report| {
            let request = HttpRequest {
                method: report.method,
                url: report.url,
                headers: report.headers,
                body: report.body.to_vec(),
                timeout: std::time::Duration::ZERO,
            };
            http_status(receipts.hook(&turn, request))
        };
        Ok(Box::new(read))
    })
}

fn http_status(answer: HookAnswer) -> u16 {
    match answer {
        HookAnswer::Read(status) => status,
        HookAnswer::Refused => 403,
        HookAnswer::Unavailable => 503,
    }
}

fn server(
    config: &Config,
    services: Arc<Services>,
    hook: transport::Hook,
    events: Arc<dyn transport::Events>,
) -> anyhow::Result<Server> {
    let limits = &config.server.limits;
    let contract = Contract::load()?;
    let operations = Operations::build(&contract)?;
    let authenticator = Authenticator::new(services.store.clone(), services.clock.clone());
    let store = services.store.clone();
    Server::build(
        contract,
        operations,
        authenticator,
        transport::Surroundings {
            new_ctx: Box::new(move |principal, origin| {
                Ctx::new(services.clone(), principal, origin)
            }),
            ready: Box::new(move || store.ready()),
            hook,
            events,
            external_origin: config.server.external_url.clone(),
        },
        transport::Limits {
            body: limits.body_bytes,
            headers: limits.header_bytes,
            streams: limits.streams_per_connection,
            connections: limits.connections,
            request_read: limits.read_timeout,
            call: limits.call_timeout,
            keep_alive: limits.keep_alive,
            drain: limits.shutdown_timeout,
            workers: config.server.workers,
        },
    )
}
