//! The conversation with the mail server, one step at a time: SMTP through lettre's connection.
//!
//! lettre's transports would do all steps in one call, but do not tell at which one it ended. Connections
//! are kept for the next message and asked with NOOP before they are used again. A conversation is given
//! up as a whole when time is out, however slowly or wildly the server talks.

use std::{
    cell::Cell,
    io,
    pin::pin,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail as MailFrom, Noop, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
        response::{Response, Severity},
    },
};
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    sync::watch,
    time::{sleep_until, timeout},
};

use crate::{
    bounded::Bounded,
    verdict::{self, Failure},
};

/// Servers close connections that were idle for minutes; some networks forget them earlier.
const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// How long a kept connection may take to show that it is alive.
const LONGEST_NOOP: Duration = Duration::from_secs(2);

/// A mail server.
pub struct Server {
    /// Name or address, without the port.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub encryption: Encryption,
    /// Certificates, as PEM, of an authority that is trusted beside those of the system.
    pub authority: Option<Vec<u8>>,
    /// The name to log in with, and its password.
    pub login: Option<(String, String)>,
    /// How many connections are kept at most: as many as calls run at the same time.
    pub most_kept: usize,
}

/// Whether and how a connection is encrypted. Certificates are always checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (RFC 8314).
    Tls,
    /// After the greeting, and not without.
    Starttls,
    /// After the greeting, if the server offers it.
    Offered,
    /// Not at all.
    None,
}

/// An e-mail that is ready to be handed over.
pub struct Mail {
    /// Who sends it.
    pub from: Address,
    /// Who gets it.
    pub to: Address,
    /// Header and body.
    pub content: Vec<u8>,
}

/// How far a conversation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
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
pub(crate) enum Fault {
    /// There is no connection.
    Connection(io::Error),
    /// lettre's own: the server refused, or is gone, or does not speak SMTP.
    Smtp(Error),
    /// A good answer, but not to what was said.
    Nonsense(u16),
    /// The server does not take what is beyond ASCII in this.
    BeyondAscii(&'static str),
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
    /// `None` only at the very end.
    runtime: Option<Runtime>,
    host: String,
    port: u16,
    encryption: Encryption,
    tls: TlsParameters,
    hello: ClientId,
    credentials: Option<Credentials>,
    most_kept: usize,
    /// When all conversations end, once that is known.
    end: watch::Sender<Option<Instant>>,
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl Mailer {
    /// Prepares connections; none is opened yet.
    ///
    /// # Errors
    /// One sentence, if the host cannot be a name for TLS, or the certificates cannot be read.
    pub fn new(server: Server) -> Result<Self, String> {
        let mut tls = TlsParameters::builder(server.host.clone());
        if let Some(pem) = server.authority {
            let authority = Certificate::from_pem(&pem).map_err(|error| error.to_string())?;
            tls = tls.add_root_certificate(authority);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: Some(runtime.map_err(|error| error.to_string())?),
            tls: tls.build().map_err(|error| error.to_string())?,
            host: server.host,
            port: server.port,
            encryption: server.encryption,
            hello: ClientId::default(),
            credentials: server
                .login
                .map(|(user, password)| Credentials::new(user, password)),
            most_kept: server.most_kept,
            end: watch::Sender::default(),
            kept: Mutex::default(),
        })
    }

    /// Hands an e-mail over within `patience`; returns when the server has taken it. Blocks, and so must
    /// not be called on a thread that runs futures.
    ///
    /// # Errors
    /// Why it did not.
    pub fn deliver(&self, mail: &Mail, patience: Duration) -> Result<(), Failure> {
        self.converse(patience, async |stage| {
            let mut connection = self.connection(stage).await?;
            stage.set(Stage::Sender);
            let from = MailFrom::new(Some(mail.from.clone()), parameters(&connection, mail)?);
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

    /// Gives those that run, and all later ones, that much time and no more.
    pub fn end_within(&self, patience: Duration) {
        self.end.send_replace(Some(Instant::now() + patience));
    }

    /// Runs a conversation until it ends or time is out. Dropping it closes the connection.
    fn converse(
        &self,
        patience: Duration,
        conversation: impl AsyncFnOnce(&Cell<Stage>) -> Result<(), Fault>,
    ) -> Result<(), Failure> {
        let stage = Cell::new(Stage::Connect);
        let mut end = self.end.subscribe();
        let conversation = async {
            let conversation = pin!(timeout(patience, conversation(&stage)));
            let end = pin!(async move {
                // Fails only when the sender is gone, and it is a field of ours.
                if let Ok(Some(end)) = end.wait_for(Option::is_some).await.map(|end| *end) {
                    sleep_until(end.into()).await;
                }
            });
            match select(conversation, end).await {
                Either::Left((outcome, _)) => outcome.ok(),
                Either::Right(_) => None,
            }
        };
        let outcome = self
            .runtime
            .as_ref()
            .and_then(|runtime| runtime.block_on(conversation))
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
        let is_wanted = match self.encryption {
            Encryption::Starttls => true,
            Encryption::Offered => connection.can_starttls(),
            Encryption::Tls | Encryption::None => false,
        };
        if is_wanted {
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
        if kept.len() < self.most_kept {
            kept.push((connection, Instant::now()));
        }
    }
}

impl Drop for Mailer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A name that is being looked up cannot be called back, and nobody waits for it.
            runtime.shutdown_background();
        }
    }
}

/// What the server must be told of an e-mail beyond ASCII (RFC 6531, RFC 6152).
fn parameters(connection: &AsyncSmtpConnection, mail: &Mail) -> Result<Vec<MailParameter>, Fault> {
    let takes = |extension| connection.server_info().supports_feature(extension);
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut parameters = Vec::new();
    if !is_ascii(&mail.from) || !is_ascii(&mail.to) {
        if !takes(Extension::SmtpUtfEight) {
            return Err(Fault::BeyondAscii("addresses"));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.content.is_ascii() {
        if !takes(Extension::EightBitMime) {
            return Err(Fault::BeyondAscii("texts"));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

fn expect(severity: Severity, answer: &Response) -> Result<(), Fault> {
    match answer.code().severity == severity {
        true => Ok(()),
        false => Err(Fault::Nonsense(answer.code().into())),
    }
}
