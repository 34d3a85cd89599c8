//! The conversation with the mail server, one step at a time: SMTP through lettre's connection.
//!
//! lettre's transports would do all steps in one call, but do not tell at which one it ended. Connections
//! are kept for the next message and asked with NOOP before they are used again. A conversation is given
//! up as a whole when time is out, however slowly or wildly the server talks.

use std::{
    cell::Cell,
    fs, io,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use belfry_plugin::Failure;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail as MailFrom, Noop, Rcpt},
    extension::ClientId,
    response::{Response, Severity},
};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::{Config, Encryption, bounded::Bounded, compose::Mail, verdict};

/// TLS from the first byte (RFC 8314).
const SUBMISSIONS: u16 = 465;
/// Servers close connections that were idle for minutes; some networks forget them earlier.
const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// How long a kept connection may take to show that it is alive.
const LONGEST_NOOP: Duration = Duration::from_secs(2);
/// As many as calls run at the same time.
const MOST_KEPT: usize = 4;

/// How far a conversation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Name, connection, TLS on port 465, greeting, EHLO.
    Connect,
    /// STARTTLS and the handshake.
    Starttls,
    /// AUTH.
    Login,
    /// NOOP.
    Noop,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// Header and body up to the final dot, and the answer to it.
    Content,
}

/// Why a conversation ended early.
pub enum Fault {
    /// There is no connection.
    Connection(io::Error),
    /// lettre's own: the server refused, or is gone, or does not speak SMTP.
    Smtp(Error),
    /// A good answer, but not to what was said.
    Nonsense(u16),
    /// Time is out.
    Late,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Smtp(error)
    }
}

/// A way to one mail server.
pub struct Mailer {
    runtime: Runtime,
    host: String,
    port: u16,
    encryption: Encryption,
    tls: TlsParameters,
    hello: ClientId,
    credentials: Option<Credentials>,
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Mailer {
    /// Prepares connections; none is opened yet.
    ///
    /// # Errors
    /// If the settings do not fit together.
    pub fn new(config: Config) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::Misconfigured(what.into());
        let encryption = match config.encryption {
            Encryption::Auto if config.port == SUBMISSIONS => Encryption::Tls,
            Encryption::Auto if is_this_machine(&config.host) => Encryption::None,
            Encryption::Auto => Encryption::Starttls,
            chosen => chosen,
        };
        let credentials = match (config.user, config.password) {
            (Some(user), Some(password)) => Some(Credentials::new(user, password)),
            (None, None) => None,
            _ => return Err(wrong("user and password belong together".into())),
        };
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(path) = config.ca_file {
            let unreadable = |why: String| wrong(format!("ca_file {}: {why}", path.display()));
            let pem = fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
            let authority =
                Certificate::from_pem(&pem).map_err(|error| unreadable(error.to_string()))?;
            tls = tls.add_root_certificate(authority);
        }
        Ok(Self {
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| Failure::Internal(error.to_string().into()))?,
            tls: tls.build().map_err(|error| wrong(error.to_string()))?,
            host: config.host,
            port: config.port,
            encryption,
            hello: ClientId::default(),
            credentials,
            kept: Mutex::default(),
        })
    }

    /// Hands an e-mail over; returns when the server has taken it.
    ///
    /// # Errors
    /// Why it did not.
    pub fn deliver(&self, mail: &Mail, patience: Duration) -> Result<(), Failure> {
        self.converse(patience, async |stage| {
            let mut connection = self.connection(stage).await?;
            stage.set(Stage::Sender);
            let from = MailFrom::new(Some(mail.from.clone()), Vec::new());
            connection.command(from).await?;
            stage.set(Stage::Recipient);
            connection
                .command(Rcpt::new(mail.to.clone(), Vec::new()))
                .await?;
            stage.set(Stage::Data);
            let answer = connection.command(Data).await?;
            expect(Severity::PositiveIntermediate, &answer)?;
            stage.set(Stage::Content);
            let answer = connection.message(&mail.content).await?;
            expect(Severity::PositiveCompletion, &answer)?;
            self.keep(connection);
            Ok(())
        })
    }

    /// Connects, logs in and sends nothing.
    ///
    /// # Errors
    /// Why that did not work.
    pub fn probe(&self, patience: Duration) -> Result<(), Failure> {
        self.converse(patience, async |stage| {
            let mut connection = self.connection(stage).await?;
            stage.set(Stage::Noop);
            connection.command(Noop).await?;
            self.keep(connection);
            Ok(())
        })
    }

    /// Runs a conversation until it ends or time is out. Dropping it closes the connection.
    fn converse(
        &self,
        patience: Duration,
        conversation: impl AsyncFnOnce(&Cell<Stage>) -> Result<(), Fault>,
    ) -> Result<(), Failure> {
        let stage = Cell::new(Stage::Connect);
        let outcome = self
            .runtime
            .block_on(async { timeout(patience, conversation(&stage)).await })
            .unwrap_or(Err(Fault::Late));
        outcome.map_err(|fault| verdict::failure(stage.get(), &fault))
    }

    /// A kept connection that is alive, or a new one.
    async fn connection(&self, stage: &Cell<Stage>) -> Result<AsyncSmtpConnection, Fault> {
        while let Some((mut connection, since)) = self.take() {
            if since.elapsed() < LONGEST_IDLE
                && timeout(LONGEST_NOOP, connection.test_connected()).await == Ok(true)
            {
                return Ok(connection);
            }
        }
        let mut connection = self.connect().await?;
        if self.encryption == Encryption::Starttls {
            stage.set(Stage::Starttls);
            connection.starttls(self.tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            stage.set(Stage::Login);
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let server = (self.host.as_str(), self.port);
        let hello = &self.hello;
        Ok(match self.encryption {
            // Who talks here has shown a certificate first.
            Encryption::Tls => {
                let tls = Some(self.tls.clone());
                AsyncSmtpConnection::connect_tokio1(server, None, hello, tls, None).await?
            }
            _ => {
                let stream = TcpStream::connect(server)
                    .await
                    .map_err(Fault::Connection)?;
                let stream = Box::new(Bounded::new(stream));
                AsyncSmtpConnection::connect_with_transport(stream, hello).await?
            }
        })
    }

    fn take(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_KEPT {
            kept.push((connection, Instant::now()));
        }
    }
}

fn expect(severity: Severity, answer: &Response) -> Result<(), Fault> {
    match answer.code().severity == severity {
        true => Ok(()),
        false => Err(Fault::Nonsense(answer.code().into())),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
