//! Twilio Verify: Twilio makes a code, sends it, and says what a typed code is worth.
//! <https://www.twilio.com/docs/verify/api>

use belfry_plugin::{Check, Failure, HttpResponse, Message, Sent, Verdict};

use crate::{
    Twilio,
    api::{Deadline, Form, json, text},
    errors,
};

/// How long a code may be at Twilio, in characters.
const CODE_LENGTH: std::ops::RangeInclusive<usize> = 4..=10;

impl Twilio {
    /// Has Twilio send a code. While one is pending for a number, Twilio sends the same again.
    pub(crate) fn start_verification(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let Some(service) = &self.config.verify_service_sid else {
            return Err(Failure::Unsupported("no verify_service_sid is set".into()));
        };
        let deadline = Deadline::after(message.timeout);
        let url = self.service_url(service, "/Verifications");
        let locale = Some(message.locale).filter(|locale| !locale.is_empty());
        let mut response = self.ask_for_code(&url, message, locale, deadline)?;
        // Twilio refuses a language that it does not know, and advises to ask without: it then takes
        // that of the number's country. Nothing was sent, so asking again doubles nothing.
        if locale.is_some() && may_be_the_locale(&response) {
            response = self.ask_for_code(&url, message, None, deadline)?;
        }
        let answer = json(&response);
        let sid = text(&answer, "sid").filter(|_| matches!(response.status, 200..=299));
        match (sid, text(&answer, "status")) {
            (None, _) => Err(self.actions.of_answer(&response)),
            (Some(_), Some("failed" | "canceled" | "max_attempts_reached")) => Err(
                Failure::Rejected("Twilio could not start the verification".into()),
            ),
            (Some(sid), _) => Ok(Sent {
                provider_id: sid.to_owned(),
                ..Sent::default()
            }),
        }
    }

    fn ask_for_code(
        &self,
        url: &str,
        message: &Message<'_>,
        locale: Option<&str>,
        deadline: Deadline,
    ) -> Result<HttpResponse, Failure> {
        let mut form = Form::new();
        form.set("To", message.to)
            .set("Channel", "sms")
            .set_if("Locale", locale)
            .set_if("RiskCheck", self.config.risk_check.as_ref());
        self.api.post(url, form, deadline)
    }

    /// Asks Twilio what a typed code is worth.
    pub(crate) fn check_verification(&self, check: &Check<'_>) -> Result<Verdict, Failure> {
        let Some(service) = &self.config.verify_service_sid else {
            return Err(Failure::Unsupported("no verify_service_sid is set".into()));
        };
        // Twilio takes it for a faulty request, not for a wrong code.
        if !CODE_LENGTH.contains(&check.code.chars().count()) {
            return Ok(Verdict::WrongCode);
        }
        let mut form = Form::new();
        match check.provider_id {
            "" => form.set("To", check.to),
            sid => form.set("VerificationSid", sid),
        };
        form.set("Code", check.code);
        let url = self.service_url(service, "/VerificationCheck");
        let response = self.api.post(&url, form, Deadline::after(check.timeout))?;
        self.verdict(&response)
    }

    fn verdict(&self, response: &HttpResponse) -> Result<Verdict, Failure> {
        match (response.status, errors::code(response)) {
            (200..=299, _) => {}
            // Twilio forgets a verification that is approved, expired or used up.
            (404, _) => return Ok(Verdict::Expired),
            (400..=499, Some(60202)) => return Ok(Verdict::Exhausted),
            // What was typed cannot be a code.
            (400, Some(60200)) => return Ok(Verdict::WrongCode),
            _ => return Err(self.actions.of_answer(response)),
        }
        match text(&json(response), "status") {
            Some("approved") => Ok(Verdict::Approved),
            // Still waiting for the right code: this one was not it.
            Some("pending") => Ok(Verdict::WrongCode),
            Some("max_attempts_reached") => Ok(Verdict::Exhausted),
            Some("expired" | "canceled" | "deleted" | "failed") => Ok(Verdict::Expired),
            _ => Err(self.actions.of_answer(response)),
        }
    }

    /// Whether the Verify service is there and may be used.
    pub(crate) fn check_service(&self, service: &str, deadline: Deadline) -> Result<(), Failure> {
        let response = self.api.get(&self.service_url(service, ""), deadline)?;
        match response.status {
            200..=299 => Ok(()),
            _ => Err(errors::of_question(self.actions.of_answer(&response))),
        }
    }

    fn service_url(&self, service: &str, rest: &str) -> String {
        format!("{}/v2/Services/{service}{rest}", self.config.verify_url)
    }
}

/// Twilio answers 404 for a language that it does not know, and error 60200 for a parameter that it
/// cannot read.
fn may_be_the_locale(response: &HttpResponse) -> bool {
    response.status == 404 || (response.status == 400 && errors::code(response) == Some(60200))
}
