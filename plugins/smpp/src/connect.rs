//! A new session: TCP, TLS if the operator wants it, and the bind.
//!
//! Nothing of a message has left here, so what fails is `Unavailable`, or what the SMSC says of the
//! bind.

use std::{io::BufReader, sync::Arc, time::Duration};

use belfry_plugin::Failure;
use futures_util::{SinkExt, StreamExt};
use rusmpp::{Command, CommandStatus};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_util::codec::Framed;

use crate::{
    config::Config,
    status, submit,
    wire::{Wire, id},
};

/// For each of the three steps.
const STEP: Duration = Duration::from_secs(10);
/// The number of the bind; the session counts on from there.
pub const BIND_SEQUENCE: u32 = 1;

/// Bytes to the SMSC and back.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that speaks SMPP.
pub type Connection = Framed<Box<dyn Stream>, Wire>;

/// What to connect with.
pub struct Connector {
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Connector {
    /// Reads the authorities.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] for a file or a name that cannot be used.
    pub fn new(config: &Config) -> Result<Self, Failure> {
        if !config.tls {
            return Ok(Self { tls: None });
        }
        let name = ServerName::try_from(config.host.clone()).map_err(|_| {
            Failure::Misconfigured("host: no name that a certificate can have".into())
        })?;
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::Internal(format!("TLS: {error}").into()))?
            .with_root_certificates(authorities(config.tls_ca_file.as_deref())?)
            .with_no_client_auth();
        Ok(Self {
            tls: Some((TlsConnector::from(Arc::new(client)), name)),
        })
    }

    /// Connects and binds.
    ///
    /// # Errors
    /// Whatever stood in the way.
    pub async fn connect(&self, config: &Config) -> Result<Connection, Failure> {
        let stream = self.stream(config).await?;
        let mut connection = Framed::new(stream, Wire::default());
        match timeout(STEP, bind(&mut connection, config)).await {
            Ok(Ok(0)) => Ok(connection),
            Ok(Ok(status)) => Err(status::of_bind(status, &status::overrides(config))),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Unavailable("no answer to the bind in time".into())),
        }
    }

    async fn stream(&self, config: &Config) -> Result<Box<dyn Stream>, Failure> {
        let connecting = TcpStream::connect((config.host.as_str(), config.port));
        let stream = timeout(STEP, connecting)
            .await
            .map_err(|_| Failure::Unavailable("no connection in time".into()))?
            .map_err(|error| Failure::Unavailable(format!("cannot connect: {error}").into()))?;
        // Requests are small and each waits for its answer. Where that cannot be set, it is slower.
        let _ = stream.set_nodelay(true);
        let Some((connector, name)) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let stream = timeout(STEP, connector.connect(name.clone(), stream))
            .await
            .map_err(|_| Failure::Unavailable("TLS: no handshake in time".into()))?
            .map_err(|error| Failure::Unavailable(format!("TLS: {error}").into()))?;
        Ok(Box::new(stream))
    }
}

fn authorities(file: Option<&str>) -> Result<RootCertStore, Failure> {
    let mut authorities = RootCertStore::empty();
    let Some(file) = file else {
        authorities.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(authorities);
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::Misconfigured(format!("tls_ca_file: {error}").into())
    };
    let content = std::fs::File::open(file).map_err(|error| unreadable(&error))?;
    for certificate in CertificateDer::pem_reader_iter(BufReader::new(content)) {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        authorities
            .add(certificate)
            .map_err(|error| unreadable(&error))?;
    }
    if authorities.is_empty() {
        return Err(unreadable(&"no certificate in it"));
    }
    Ok(authorities)
}

/// Asks for the session and gives the status of the answer.
async fn bind(connection: &mut Connection, config: &Config) -> Result<u32, Failure> {
    let closed = || {
        Failure::Unavailable("the SMSC closed the connection before it answered the bind".into())
    };
    let request = Command::new(CommandStatus::EsmeRok, BIND_SEQUENCE, submit::bind(config)?);
    connection.send(request).await.map_err(|_| closed())?;
    while let Some(frame) = connection.next().await {
        let frame = frame.map_err(|error| {
            Failure::Unavailable(format!("no SMPP in the answer to the bind: {error}").into())
        })?;
        match frame.id {
            id::BIND_TRANSCEIVER_RESP => return Ok(frame.status),
            // Zero would be no refusal.
            id::GENERIC_NACK => return Ok(frame.status.max(1)),
            _ => {}
        }
    }
    Err(closed())
}
