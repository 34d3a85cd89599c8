//! Recorded answers for `host.http`, so that a provider can be tried without its gateway.
//!
//! A file is `{"answers": […]}`. A request gets the first answer whose `method`, beginning of `url` and
//! part of the body (`contains`) fit, as far as the answer names them, and which has not been given
//! `times` times. An answer has a `status` with `body` (a text, or any JSON), `content_type`,
//! `retry_after` in seconds and `delay_ms`; or a `failure`: `"unreachable"` or `"no_answer"`.

use std::{fs, path::Path, sync::Mutex, thread, time::Duration};

use belfry_plugin::{HttpFailure, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plugin::{host::lock, message::HttpRequest};

/// A file of answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    answers: Vec<Answer>,
}

/// One of them, and the requests that it is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    method: Option<String>,
    url: Option<String>,
    contains: Option<String>,
    times: Option<usize>,
    status: Option<u16>,
    #[serde(default)]
    content_type: String,
    retry_after: Option<u64>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    delay_ms: u64,
    failure: Option<Failure>,
}

/// How a request fails without an answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Failure {
    /// It surely never left.
    Unreachable,
    /// It may have arrived.
    NoAnswer,
}

impl Replay {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let text =
            fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}"))?;
        Self::parse(&text).map_err(|error| format!("{shown}: {error}"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let replay: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        for (index, answer) in replay.answers.iter().enumerate() {
            let at = format!("answers[{index}]");
            match (answer.status, answer.failure) {
                (None, None) => {
                    return Err(format!(
                        "{at} needs a \"status\", such as 200, or a \"failure\": \"unreachable\" or \"no_answer\""
                    ));
                }
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "{at} has both \"status\" and \"failure\"; one of them is the answer"
                    ));
                }
                (Some(status), None) if !(100..1000).contains(&status) => {
                    return Err(format!("{at}: {status} is no HTTP status"));
                }
                _ => {}
            }
        }
        Ok(replay)
    }
}

/// A file that is being played.
pub(in crate::plugin) struct Player {
    replay: Replay,
    /// How often each answer was given.
    given: Mutex<Vec<usize>>,
}

impl Player {
    pub(in crate::plugin) fn new(replay: Replay) -> Self {
        let given = Mutex::new(vec![0; replay.answers.len()]);
        Self { replay, given }
    }

    /// The answer to a request; `None` if the file has none for it.
    pub(in crate::plugin) fn answer(
        &self,
        request: &HttpRequest,
    ) -> Option<Result<HttpResponse, HttpFailure>> {
        let answer = self.next(request)?;
        let delay = Duration::from_millis(answer.delay_ms);
        thread::sleep(delay.min(request.timeout));
        let failed = |may_have_left, text: &str| HttpFailure {
            may_have_left,
            text: text.into(),
        };
        Some(match (answer.failure, answer.status) {
            _ if delay > request.timeout => Err(failed(true, "no answer in time")),
            (Some(Failure::Unreachable), _) => Err(failed(false, "cannot connect")),
            (Some(Failure::NoAnswer), _) | (None, None) => Err(failed(true, "no answer in time")),
            (None, Some(status)) => Ok(HttpResponse {
                status,
                body: match &answer.body {
                    Value::Null => Vec::new(),
                    Value::String(text) => text.clone().into_bytes(),
                    json => json.to_string().into_bytes(),
                },
                content_type: answer.content_type.clone(),
                retry_after: answer.retry_after.map(Duration::from_secs),
            }),
        })
    }

    fn next(&self, request: &HttpRequest) -> Option<&Answer> {
        let mut given = lock(&self.given);
        let fits = |answer: &Answer| {
            let method = answer.method.as_deref();
            let url = answer.url.as_deref().unwrap_or_default();
            let part = answer.contains.as_deref().unwrap_or_default();
            method.is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
                && request.url.starts_with(url)
                && String::from_utf8_lossy(&request.body).contains(part)
        };
        let mut answers = self.replay.answers.iter().zip(given.iter_mut());
        let (answer, count) = answers.find(|(answer, count)| {
            answer.times.is_none_or(|most| **count < most) && fits(answer)
        })?;
        *count += 1;
        Some(answer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn request(method: &str, url: &str, body: &str) -> HttpRequest {
        HttpRequest {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: body.into(),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn the_first_answer_that_fits_and_is_not_used_up_is_given() {
        let replay = Replay::parse(
            r#"{"answers": [
                {"method": "POST", "url": "https://a.test/sms", "times": 1, "status": 429, "retry_after": 3},
                {"method": "post", "url": "https://a.test/sms", "contains": "+44", "status": 201, "body": {"id": 1}},
                {"url": "https://a.test/token", "status": 200, "body": "text"},
                {"url": "https://b.test/", "failure": "no_answer"}
            ]}"#,
        );
        let player = Player::new(replay.unwrap());
        let ask = |method, url, body| player.answer(&request(method, url, body));
        let sms = || ask("POST", "https://a.test/sms?x=1", "to=+44");
        let limited = sms().unwrap().unwrap();
        assert_eq!(
            (limited.status, limited.retry_after),
            (429, Some(Duration::from_secs(3)))
        );
        let sent = sms().unwrap().unwrap();
        assert_eq!(
            (sent.status, sent.body.as_slice()),
            (201, &b"{\"id\":1}"[..])
        );
        assert_eq!(
            ask("GET", "https://a.test/token", "")
                .unwrap()
                .unwrap()
                .body,
            b"text"
        );
        assert!(
            ask("GET", "https://b.test/x", "")
                .unwrap()
                .unwrap_err()
                .may_have_left
        );
        assert!(ask("POST", "https://a.test/sms", "to=+41").is_none());
        assert!(ask("GET", "https://a.test/sms", "to=+44").is_none());
    }

    #[test]
    fn what_is_no_answer_is_refused_by_its_place() {
        for (text, part) in [
            ("[]", "expected struct"),
            (
                r#"{"answers": [{"status": 200}, {"url": "x"}]}"#,
                "answers[1] needs",
            ),
            (
                r#"{"answers": [{"status": 200, "failure": "no_answer"}]}"#,
                "answers[0] has both",
            ),
            (r#"{"answers": [{"status": 7}]}"#, "no HTTP status"),
            (
                r#"{"answers": [{"status": 200, "header": 1}]}"#,
                "unknown field",
            ),
        ] {
            let error = Replay::parse(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
