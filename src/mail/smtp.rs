//! SMTP through lettre: TLS from the first byte on port 465, STARTTLS elsewhere, plain to this machine.

use std::{net::IpAddr, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport as _,
    message::{Mailbox, MultiPart},
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};

use super::{Email, Failure, Secret};
use crate::domain::SmtpSettings;

/// How long one step of the conversation may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// TLS from the first byte (RFC 8314).
const SUBMISSIONS: u16 = 465;

/// A mail server, and who the e-mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address, without the port.
    host: String,
    port: u16,
    settings: SmtpSettings,
    password: Secret,
}

impl MailServer {
    /// A mail server with its password; `None` if the host is not `host:port`.
    pub fn new(settings: SmtpSettings, password: Secret) -> Option<Self> {
        let (host, port) = host_and_port(&settings.host)?;
        Some(Self {
            host,
            port,
            settings,
            password,
        })
    }
}

/// Reads `host:port`; an IPv6 address stands in brackets.
fn host_and_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_bare_v6 = bare.is_none() && host.contains(':');
    if host.is_empty() || host.contains(char::is_whitespace) || is_bare_v6 {
        return None;
    }
    Some((bare.unwrap_or(host).to_owned(), port.parse().ok()?))
}

/// A connection pool to one mail server.
pub struct SmtpMailer {
    server: MailServer,
    transport: SmtpTransport,
}

impl SmtpMailer {
    /// Prepares connections; none is opened yet.
    ///
    /// # Errors
    /// If the host cannot be a name for TLS.
    pub fn new(server: MailServer) -> Result<Self, Failure> {
        let settings = |fault: lettre::transport::smtp::Error| Failure::Settings(fault.to_string());
        let parameters = || TlsParameters::new(server.host.clone()).map_err(settings);
        let has_password = !server.settings.user.is_empty();
        let tls = match (server.settings.tls, server.port) {
            (true, SUBMISSIONS) => Tls::Wrapper(parameters()?),
            (true, _) => Tls::Required(parameters()?),
            (false, _) if is_loopback(&server.host) => Tls::None,
            // A password does not cross a network in clear text, whatever the settings say.
            (false, _) if has_password => Tls::Required(parameters()?),
            (false, _) => Tls::Opportunistic(parameters()?),
        };
        let mut builder = SmtpTransport::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(
                PoolConfig::new()
                    .max_size(8)
                    .idle_timeout(Duration::from_secs(60)),
            );
        if has_password {
            let password = server.password.0.clone();
            builder = builder.credentials(Credentials::new(server.settings.user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            server,
        })
    }

    /// The mail server.
    pub fn server(&self) -> &MailServer {
        &self.server
    }

    /// Sends an e-mail; returns when the server has taken it.
    ///
    /// # Errors
    /// Why it did not.
    pub fn send(&self, email: &Email) -> Result<(), Failure> {
        let message = self.compose(email)?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(fault) => Err(failure(&fault)),
        }
    }

    fn compose(&self, email: &Email) -> Result<Message, Failure> {
        let settings = &self.server.settings;
        let mailbox = |name: &str, address: &str| {
            let address = address
                .parse()
                .map_err(|_| format!("{name} is not a valid address"))?;
            Ok::<_, String>(Mailbox::new(None, address))
        };
        let mut sender =
            mailbox("the sender's address", &settings.sender_address).map_err(Failure::Settings)?;
        sender.name = Some(one_line(&settings.sender_name)).filter(|name| !name.is_empty());
        let to = mailbox("the recipient", &email.to).map_err(Failure::Permanent)?;
        let domain = settings
            .sender_address
            .rsplit('@')
            .next()
            .unwrap_or("belfry");
        let mut builder = Message::builder()
            .from(sender)
            .to(to)
            .message_id(Some(format!("<{}@{domain}>", email.id)))
            .subject(one_line(&email.subject));
        if !settings.reply_to.is_empty() {
            let reply_to =
                mailbox("the reply-to address", &settings.reply_to).map_err(Failure::Settings)?;
            builder = builder.reply_to(reply_to);
        }
        builder
            .multipart(MultiPart::alternative_plain_html(
                email.text.clone(),
                email.html.clone(),
            ))
            .map_err(|fault| Failure::Settings(fault.to_string()))
    }
}

/// A text for a header: control characters, above all line ends, become spaces.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// The kinds of faults. The texts may quote what the server said, never what was sent to it.
fn failure(fault: &lettre::transport::smtp::Error) -> Failure {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(next) = cause {
        // Some faults tell their cause themselves.
        let reason = next.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = next.source();
    }
    match fault.status().map(u16::from) {
        // The mailbox, the message or the way to it is refused (RFC 5321, 4.2.3).
        Some(550..=559) if !is_about_sender(&text) => Failure::Permanent(text),
        // Not this e-mail but any is refused: no authentication (RFC 4954), no TLS, an unknown command.
        Some(500..) => Failure::Settings(text),
        _ if fault.is_client() => Failure::Settings(text),
        _ => Failure::Temporary(text),
    }
}

/// Whether the sender or its rights are refused (RFC 3463: X.1.7, X.1.8, X.7.x), not the recipient: then
/// any e-mail is refused until the settings are right.
fn is_about_sender(text: &str) -> bool {
    let codes = ["): 5.1.7", "): 5.1.8", "): 5.7."];
    codes.iter().any(|code| text.contains(code))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_port() {
        let read = |text| host_and_port(text);
        assert_eq!(
            read("mail.example.com:587"),
            Some(("mail.example.com".into(), 587))
        );
        assert_eq!(read("[::1]:25"), Some(("::1".into(), 25)));
        for bad in [
            "mail.example.com",
            ":25",
            "::1:25x",
            "::1",
            "a b:25",
            "mail:70000",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_in_a_name_or_subject_becomes_a_header() {
        let settings = SmtpSettings {
            host: "localhost:25".into(),
            sender_address: "belfry@example.com".into(),
            sender_name: "Grüße\r\nBcc: eve@example.com".into(),
            ..SmtpSettings::default()
        };
        let server = MailServer::new(settings, Secret::default()).expect("a host with a port");
        let mailer = SmtpMailer::new(server);
        let email = Email {
            id: "1".into(),
            to: "ada@example.com".into(),
            subject: "Hello\r\nBcc: eve@example.com".into(),
            text: "text".into(),
            html: "<p>text</p>".into(),
        };
        let composed = mailer.and_then(|mailer| mailer.compose(&email));
        let text = composed
            .map(|message| message.formatted())
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("Message-ID: <1@example.com>"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }
}
