//! SMTP: TLS from the first byte on port 465, STARTTLS elsewhere, plain to this machine.
//!
//! The conversation is [`belfry_smtp`]'s, which the plugin `email` shares.

use std::{net::IpAddr, time::Duration};

use belfry_smtp::{Encryption, Mail, Mailer, Server, Verdict};
use lettre::{
    Message,
    message::{Mailbox, MultiPart},
};

use super::{Email, Failure, Secret};
use crate::domain::SmtpSettings;

/// How long a conversation may take as a whole. Servers let strangers wait before they greet them.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections that are kept: as many as there are attempts at one time.
const MOST_KEPT: usize = 8;
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

/// Connections to one mail server.
pub struct SmtpMailer {
    server: MailServer,
    mailer: Mailer,
}

impl SmtpMailer {
    /// Prepares connections; none is opened yet.
    ///
    /// # Errors
    /// If the host cannot be a name for TLS.
    pub fn new(server: MailServer) -> Result<Self, Failure> {
        let has_password = !server.settings.user.is_empty();
        let encryption = match (server.settings.tls, server.port) {
            (true, SUBMISSIONS) => Encryption::Tls,
            (true, _) => Encryption::Starttls,
            (false, _) if is_loopback(&server.host) => Encryption::None,
            // A password does not cross a network in clear text, whatever the settings say.
            (false, _) if has_password => Encryption::Starttls,
            (false, _) => Encryption::Offered,
        };
        let login = (server.settings.user.clone(), server.password.0.clone());
        let mailer = Mailer::new(Server {
            host: server.host.clone(),
            port: server.port,
            encryption,
            authority: None,
            login: has_password.then_some(login),
            most_kept: MOST_KEPT,
        });
        Ok(Self {
            mailer: mailer.map_err(Failure::Settings)?,
            server,
        })
    }

    /// The mail server.
    pub fn server(&self) -> &MailServer {
        &self.server
    }

    /// Gives e-mails that are being sent, and all later ones, that much time and no more.
    pub fn end_within(&self, patience: Duration) {
        self.mailer.end_within(patience);
    }

    /// Sends an e-mail; returns when the server has taken it.
    ///
    /// # Errors
    /// Why it did not.
    pub fn send(&self, email: &Email) -> Result<(), Failure> {
        let mail = self.compose(email)?;
        self.mailer.deliver(&mail, PATIENCE).map_err(failure)
    }

    fn compose(&self, email: &Email) -> Result<Mail, Failure> {
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
            .from(sender.clone())
            .to(to.clone())
            .message_id(Some(format!("<{}@{domain}>", email.id)))
            .subject(one_line(&email.subject));
        if !settings.reply_to.is_empty() {
            let reply_to =
                mailbox("the reply-to address", &settings.reply_to).map_err(Failure::Settings)?;
            builder = builder.reply_to(reply_to);
        }
        let message = builder
            .multipart(MultiPart::alternative_plain_html(
                email.text.clone(),
                email.html.clone(),
            ))
            .map_err(|fault| Failure::Settings(fault.to_string()))?;
        Ok(Mail {
            from: sender.email,
            to: to.email,
            content: message.formatted(),
        })
    }
}

/// A text for a header: control characters, above all line ends, become spaces.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// The kinds of faults. The texts may quote what the server said, never what was sent to it.
fn failure(failure: belfry_smtp::Failure) -> Failure {
    let belfry_smtp::Failure { text, words, .. } = &failure;
    let text = match text.contains(words) {
        true => text.clone(),
        false => format!("{text}: {words}"),
    };
    match failure.verdict {
        Verdict::Unavailable => Failure::Temporary(text),
        Verdict::OutcomeUnknown => Failure::Unknown(text),
        Verdict::InvalidDomain | Verdict::InvalidRecipient | Verdict::Rejected => {
            Failure::Permanent(text)
        }
        Verdict::Unauthorized | Verdict::Misconfigured => Failure::Settings(text),
    }
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
        let text = composed.map(|mail| mail.content).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("Message-ID: <1@example.com>"), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
    }
}
