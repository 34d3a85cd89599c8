//! `TestSMTPConfig` and `TestSMTPConfigById`, and their twins of `/email`: one test e-mail, sent at once.
//!
//! The caller waits for the mail server, so that it learns what the server says. A few at one time.

use super::smtp;
use crate::{
    api::{Ctx, turns::Turns},
    contract::pb::zitadel::admin::v1::{
        TestSmtpConfigByIdRequest, TestSmtpConfigByIdResponse, TestSmtpConfigRequest,
        TestSmtpConfigResponse,
    },
    domain::SmtpSettings,
    error::{self, Entry, Error, TEST_EMAIL_FAILED},
    mail::{Email, MailServer, Secret, SmtpMailer},
};

/// Test e-mails on their way at one time; each holds a thread until the server answers.
const AT_ONCE: usize = 4;
/// The longest part of a server's words that a caller is told.
const LONGEST_REASON: usize = 300;

/// Lets a few test e-mails out at one time.
pub struct MailTester(Turns);

impl Default for MailTester {
    fn default() -> Self {
        Self(Turns::new(AT_ONCE))
    }
}

/// Sends a test e-mail through a mail server that is kept.
pub(in crate::api) async fn test_by_id(
    ctx: &Ctx,
    request: TestSmtpConfigByIdRequest,
) -> Result<TestSmtpConfigByIdResponse, Error> {
    let (settings, password) = kept(ctx, &request.id, error::SMTP_TEST_NOT_FOUND)?;
    send(ctx, settings, password, request.receiver_address).await?;
    Ok(TestSmtpConfigByIdResponse {})
}

/// Sends a test e-mail through a mail server that the request describes.
pub(in crate::api) async fn test(
    ctx: &Ctx,
    request: TestSmtpConfigRequest,
) -> Result<TestSmtpConfigResponse, Error> {
    let password = match (request.id.as_str(), request.password.as_str()) {
        ("", "") => return Err(error::SMTP_TEST_PASSWORD_MISSING.into()),
        (id, "") => kept(ctx, id, error::SMTP_TEST_PASSWORD_NOT_FOUND)?.1,
        (_, password) => Secret(password.to_owned()),
    };
    let settings = SmtpSettings {
        sender_address: request.sender_address.trim().to_owned(),
        sender_name: request.sender_name,
        reply_to: String::new(),
        tls: request.tls,
        host: request.host.trim().to_owned(),
        user: request.user,
    };
    send(ctx, settings, password, request.receiver_address).await?;
    Ok(TestSmtpConfigResponse {})
}

/// A mail server that is kept, with its password.
fn kept(ctx: &Ctx, id: &str, not_found: &'static Entry) -> Result<(SmtpSettings, Secret), Error> {
    let found = ctx.services.store.point(|tx| smtp::find(tx, id))?;
    let (provider, settings) = found.ok_or(not_found)?;
    let password = ctx.services.keys.open_setting(id, &provider.sealed_secret);
    let password = password.and_then(|password| String::from_utf8(password).ok());
    let password = password.ok_or_else(|| failed("the password that is kept cannot be read"))?;
    Ok((settings, Secret(password)))
}

async fn send(
    ctx: &Ctx,
    settings: SmtpSettings,
    password: Secret,
    to: String,
) -> Result<(), Error> {
    let email = Email {
        id: ctx.new_id(),
        to,
        subject: "Test e-mail".to_owned(),
        text: "This e-mail shows that the mail server can be used.".to_owned(),
        html: "<!doctype html><p>This e-mail shows that the mail server can be used.</p>"
            .to_owned(),
    };
    let server = MailServer::new(settings, password.clone());
    let server = server.ok_or_else(|| failed("the host is not a name with a port"))?;
    let turns = &ctx.services.mail_tester.0;
    let sending = turns.take(move || SmtpMailer::new(server)?.send(&email));
    sending.await?.map_err(|failure| {
        let reason = failure.to_string();
        // A server may say again what it was told.
        let is_safe = password.0.is_empty() || !reason.contains(&password.0);
        failed(if is_safe {
            &reason
        } else {
            "the server refused"
        })
    })
}

fn failed(reason: &str) -> Error {
    let reason: String = reason
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_REASON)
        .collect();
    Error::precondition(
        TEST_EMAIL_FAILED,
        format!("The test e-mail did not leave: {reason}"),
    )
}
