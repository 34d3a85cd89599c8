//! SQL, and the only place with any: opens the database, runs changes and reads, hides the engine.
//!
//! [`Store::write`] hands a change to the one writer thread, which commits the changes that wait
//! together in one transaction (group commit) and answers after the fsync. [`Store::point`] reads a
//! few rows on the calling thread, [`Store::read`] scans on a blocking thread with a pooled
//! connection. No type of the SQL library leaves this folder: another engine fits behind the same
//! four functions and the methods of [`ReadTx`] and [`WriteTx`]. Called by `auth`, `api`, `delivery`.

mod access_tokens;
mod attempts;
mod checkpoint;
mod codes;
mod connection;
mod country_stops;
mod credentials;
mod early_receipts;
mod email_providers;
mod emails;
mod event_search;
mod events;
mod instance;
mod machine_keys;
mod member_search;
mod members;
mod message_search;
mod message_texts;
mod messages;
mod metadata;
mod migrations;
mod org_domains;
mod org_search;
mod orgs;
mod person;
mod phones;
mod plugin_providers;
mod provider;
mod secret_generators;
mod send_counts;
mod sends;
mod signing_keys;
mod sms_providers;
mod sql_functions;
mod tokens;
mod transaction;
mod trouble;
mod user_conditions;
mod user_search;
mod users;
mod writer;
mod wrong_codes;

use std::{
    cell::RefCell,
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};

pub use access_tokens::NewAccessToken;
pub use attempts::{Begun, CheckedBy, Ended, Noted, Receipt};
pub use country_stops::CountryStop;
pub use credentials::{
    Comparison, Credential, CredentialCondition, CredentialKind, CredentialOrder, CredentialSearch,
};
pub use email_providers::{EmailProvider, EmailProviderKind};
pub use event_search::{EventSearch, FoundEvent, TimeBounds};
pub use events::{EventPage, StoredEvent};
pub use instance::Instance;
pub use machine_keys::{MachineKey, NewMachineKey};
pub use member_search::{FoundMember, FoundMembership, MemberSearch};
pub use members::Membership;
pub use message_search::{FoundAttempt, FoundMessage, Made, MessageCount, MessageSearch};
pub use message_texts::{INSTANCE_TEXTS, TextHistory};
pub use messages::{Message, MessageMove, Outcome};
pub use metadata::Metadata;
pub use org_domains::OrgDomain;
pub use org_search::OrgSearch;
pub use orgs::OrgRef;
pub use person::Contacts;
pub use plugin_providers::{PluginProvider, PluginSettings};
pub use provider::{EndpointSecret, Provider};
pub use secret_generators::StoredGenerator;
pub use send_counts::{SendScope, SlotCount};
pub use signing_keys::SigningKey;
pub use sms_providers::{SMS_PREFIX, SmsProvider, SmsProviderKind, TwilioSettings};
pub use tokens::{AccessGrant, BearerToken, NewToken};
pub use transaction::{ReadTx, Refusal, Stamp, WriteTx};
pub use user_search::{UserScope, UserSearch};
pub use users::{NewHuman, NewMachine, NewUser};
pub use wrong_codes::WrongCode;

use crate::error::Error;
use connection::{Access, ConnectionManager};

/// How the store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The database file.
    pub path: PathBuf,
    /// How many changes may wait for the writer before further ones are refused.
    pub queue: usize,
    /// How many changes are committed together at most.
    pub batch: usize,
    /// How long to wait for another process that holds the database locked.
    pub busy_timeout: Duration,
}

impl StoreOptions {
    /// The usual options for a database file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            queue: 4096,
            batch: 256,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

/// An open database; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    /// Tells the stores of one process apart.
    number: u64,
    manager: ConnectionManager,
    readers: r2d2::Pool<ConnectionManager>,
    writer: writer::Writer,
    _checkpointer: Option<checkpoint::Checkpointer>,
    /// Held while a server runs; freed by the system when the process ends, however it ends.
    _lock: Option<File>,
}

/// How many stores were opened in this process.
static OPENED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The connection for point reads of this thread, opened at the first one, with its store's number.
    static POINT_READER: RefCell<Option<(u64, rusqlite::Connection)>> = const { RefCell::new(None) };
}

impl Store {
    /// Opens the database for a server: takes the lock that only one server may hold.
    ///
    /// # Errors
    /// If another server runs on it, it is newer than this program, or it cannot be opened.
    pub fn open_for_server(options: &StoreOptions) -> anyhow::Result<Self> {
        let lock = lock(&options.path)?;
        Self::open(options, Some(lock))
    }

    /// Opens the database for a single command beside a running server.
    ///
    /// # Errors
    /// If it is newer than this program or cannot be opened.
    pub fn open_for_command(options: &StoreOptions) -> anyhow::Result<Self> {
        Self::open(options, None)
    }

    fn open(options: &StoreOptions, lock: Option<File>) -> anyhow::Result<Self> {
        let manager = ConnectionManager::new(options.path.clone(), options.busy_timeout);
        manager
            .create()
            .with_context(|| format!("cannot open the database {}", options.path.display()))?;
        let mut connection = manager
            .open(Access::Write)
            .with_context(|| format!("cannot open the database {}", options.path.display()))?;
        migrations::run(&mut connection)
            .with_context(|| format!("cannot prepare the database {}", options.path.display()))?;

        let checkpointer = match lock {
            Some(_) => Some(checkpoint::Checkpointer::start(&manager)?),
            None => None,
        };
        let log_is_long = checkpointer
            .as_ref()
            .map(checkpoint::Checkpointer::flag)
            .unwrap_or_default();
        let readers = r2d2::Pool::builder()
            .max_size(8)
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            .error_handler(Box::new(r2d2::LoggingErrorHandler))
            .build(manager.clone())?;
        let writer = writer::Writer::start(connection, options.queue, options.batch, log_is_long)?;
        Ok(Self {
            inner: Arc::new(Inner {
                number: OPENED.fetch_add(1, Ordering::Relaxed),
                manager,
                readers,
                writer,
                _checkpointer: checkpointer,
                _lock: lock,
            }),
        })
    }

    /// Runs a change in the next batch and answers when it is on disk.
    ///
    /// The change runs on the writer thread inside a savepoint of its own: what it returns decides
    /// whether its part is kept (see [`Refusal`]). It must not block.
    ///
    /// # Errors
    /// What the change refuses with; UNAVAILABLE when the queue or the disk is full or the database locked.
    pub async fn write<T, F>(&self, stamp: Stamp, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner
            .writer
            .submit(stamp, change)?
            .await
            .unwrap_or_else(|_| Err(writer::stopped()))
    }

    /// As [`Store::write`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, F>(&self, stamp: Stamp, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner
            .writer
            .submit(stamp, change)?
            .blocking_recv()
            .unwrap_or_else(|_| Err(writer::stopped()))
    }

    /// Reads a few rows by their keys on the calling thread: some 10 µs each, no thread is changed.
    ///
    /// # Errors
    /// What `read` answers; UNAVAILABLE when the database cannot be read.
    pub fn point<T>(&self, read: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>) -> Result<T, Error> {
        POINT_READER.with_borrow_mut(|slot| {
            let connection = match slot {
                Some((number, connection)) if *number == self.inner.number => connection,
                _ => {
                    let opened = self.inner.manager.open(Access::Read);
                    let opened = opened.map_err(transaction::unavailable)?;
                    &mut slot.insert((self.inner.number, opened)).1
                }
            };
            transaction::read(connection, read)
        })
    }

    /// Reads as much as it takes on a blocking thread, with a connection of the pool.
    ///
    /// # Errors
    /// What `read` answers; UNAVAILABLE when no connection is to be had.
    pub async fn read<T, F>(&self, read: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || store.read_blocking(read)).await;
        done.unwrap_or_else(|fault| Err(Error::internal(fault)))
    }

    /// As [`Store::read`], for threads that may wait.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let connection = self.inner.readers.get().map_err(|fault| {
            Error::unavailable("the database has no free connection").because(fault)
        })?;
        transaction::read(&connection, read)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// A text for the readiness probe if it does not.
    pub fn ready(&self) -> Result<(), String> {
        self.point(|tx| tx.ping())
            .map_err(|fault| fault.to_string())
    }

    /// Calls `tell` after each commit that moved messages, with what moved, in order; with nothing after
    /// one that lets what waits go elsewhere. It must not block.
    pub fn on_messages(&self, tell: impl Fn(&[MessageMove]) + Send + Sync + 'static) {
        self.inner.writer.on_messages(Box::new(tell));
    }

    /// Calls `wake` after each commit that changed what SMS go through, before its callers are
    /// answered. It must not block.
    pub fn on_sms_provider(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.inner.writer.on_sms_provider(Box::new(wake));
    }
}

/// Takes the lock of the one server that may run on a database.
fn lock(database: &Path) -> anyhow::Result<File> {
    // Under its own name, whatever link led here: SQLite resolves links too.
    let own = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let mut name = own.into_os_string();
    name.push(".lock");
    let path = PathBuf::from(name);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot open the lock file {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another belfry server runs on the database {}; stop it first, or give this one a database of its own",
            database.display()
        ),
        Err(TryLockError::Error(fault)) => {
            Err(fault).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
