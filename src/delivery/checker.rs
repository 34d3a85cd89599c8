//! Asks the provider that made a code what a typed one is worth.

use std::{sync::Arc, time::Duration};

use log::warn;

use crate::{
    domain::{CodeChecker, CodeQuestion, CodeVerdict},
    plugin::{Call, Check, Registry, Status, Verdict},
};

/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The providers as judges of codes.
pub struct Checker(pub Arc<Registry>);

impl CodeChecker for Checker {
    fn check(&self, question: CodeQuestion) -> Option<CodeVerdict> {
        let name = question.provider;
        let Some(provider) = self.0.provider(&name) else {
            warn!("a code waits for provider {name}, which is not configured any more");
            return None;
        };
        let answer = provider.call(Call::VerifyCheck(Check {
            message_id: question.message.to_string(),
            provider_id: question.provider_id,
            to: question.number.as_str().to_owned(),
            code: question.code.expose().to_owned(),
            timeout: TIMEOUT,
        }));
        match (answer.status, answer.verdict) {
            (Status::Ok, Some(Verdict::Approved)) => Some(CodeVerdict::Right),
            (Status::Ok, Some(_)) => Some(CodeVerdict::Wrong),
            (status, _) => {
                warn!(
                    "provider {name} could not check a code: {status:?} {}",
                    answer.detail
                );
                None
            }
        }
    }
}
