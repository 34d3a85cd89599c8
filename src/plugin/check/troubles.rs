//! A gateway that is silent, down, or answers nonsense: what the plugin makes of it decides whether a
//! message is lost, sent twice, or tried again.

use std::time::Duration;

use belfry_plugin::HttpResponse;

use super::bench::{Bench, Fault, Finding, Tried, cannot, failed, said};
use crate::plugin::{
    message::Status,
    trial::{Trouble, word},
};

/// How long a message may take while the gateway is silent.
const SHORT: Duration = Duration::from_secs(1);

/// How many requests one message takes when all goes well. The last of them is the one that sends.
fn requests_of_a_message(bench: &Bench<'_>, tried: &Tried<'_>) -> Result<usize, Fault> {
    let answer = tried.deliver(bench.message("check-before"))?;
    match tried.host.seen(|seen| seen.asked.len()) {
        0 => Err(cannot(format!(
            "it made no request through the host ({})",
            said(&answer)
        ))),
        count => Ok(count),
    }
}

/// The deadline is kept, and a request without an answer is of unknown outcome.
pub(super) fn silent(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    let count = requests_of_a_message(bench, &tried)?;
    // Later messages may need fewer requests: a token is kept. An instance of its own needs all.
    let tried = bench.create()?;
    tried.host.trouble(count - 1, Trouble::Silent);
    let mut message = bench.message("check-silent");
    message.timeout = SHORT;
    let answer = tried.deliver(message)?;
    let longest = tried.host.seen(|seen| {
        let timeouts = seen.asked.iter().map(|asked| asked.timeout);
        timeouts.max().unwrap_or_default()
    });
    if longest > SHORT {
        return Err(failed(
            format!("gives a request {longest:?} when the message has {SHORT:?}"),
            "give `timeout` of the message to the request",
        ));
    }
    match answer.status {
        Status::OutcomeUnknown => Ok(said(&answer)),
        // Without answers nobody knows which request is the one that sends.
        Status::Unavailable if !bench.is_answered() => Ok(said(&answer)),
        status => Err(failed(
            format!(
                "says {} although the request may have arrived",
                word(status)
            ),
            "may_have_left with status 0 is OUTCOME_UNKNOWN: then the same message_id comes again",
        )),
    }
}

/// A gateway that was not reached has sent nothing.
pub(super) fn down(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    tried.host.trouble(0, Trouble::Down);
    let answer = tried.deliver(bench.message("check-down"))?;
    if tried.host.seen(|seen| seen.asked.is_empty()) {
        return Err(cannot(format!(
            "it made no request through the host ({})",
            said(&answer)
        )));
    }
    match answer.status {
        Status::Unavailable => Ok(said(&answer)),
        status => Err(failed(
            format!("says {} although the gateway was not reached", word(status)),
            "status 0 without may_have_left is UNAVAILABLE: surely not sent, so it is tried again",
        )),
    }
}

/// Answers that no manual mentions are no reason to crash, and failures are not taken for success.
pub(super) fn nonsense(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    let count = requests_of_a_message(bench, &tried)?;
    let answers = answers();
    for (name, response) in &answers {
        let tried = bench.create()?;
        tried
            .host
            .trouble(count - 1, Trouble::Answers(response.clone()));
        let said_so = |fault: Fault| match fault {
            Fault::Failed(reason, hint) => failed(format!("to {name}: {reason}"), hint),
            other => other,
        };
        let answer = tried
            .deliver(bench.message("check-nonsense"))
            .map_err(said_so)?;
        let is_failure = response.status >= 500 || response.status == 401;
        if is_failure && answer.status == Status::Ok {
            return Err(failed(
                format!("says OK to {name}"),
                "look at the status of the answer before its body",
            ));
        }
    }
    Ok(format!(
        "{} odd answers, none taken for what it is not",
        answers.len()
    ))
}

fn answers() -> Vec<(String, HttpResponse)> {
    let of = |status: u16, content_type: &str, body: &[u8]| HttpResponse {
        status,
        body: body.to_vec(),
        content_type: content_type.into(),
        retry_after: None,
    };
    let json = "application/json";
    let bodies: [(&str, Vec<u8>); 9] = [
        ("an empty body", Vec::new()),
        ("null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("a list", b"[]".to_vec()),
        (
            "numbers and lists in the place of texts",
            br#"{"id": 7, "sid": [], "status": {}, "messages": 1}"#.to_vec(),
        ),
        ("half an object", br#"{"id": "ab"#.to_vec()),
        ("bytes that are no text", vec![0xff, 0xfe, 0, 0x80]),
        ("a megabyte", vec![b'x'; 1_000_000]),
        ("10,000 brackets", vec![b'['; 10_000]),
    ];
    let mut all: Vec<_> = bodies
        .iter()
        .map(|(name, body)| (format!("a 200 with {name}"), of(200, json, body)))
        .collect();
    let page = b"<html><body>It works!</body></html>";
    for status in [204, 302, 400, 401, 404, 418, 500, 502, 503, 999] {
        all.push((
            format!("a {status} with a page"),
            of(status, "text/html", page),
        ));
    }
    let mut limited = of(429, json, b"");
    limited.retry_after = Some(Duration::from_secs(7));
    all.push(("a 429".into(), limited));
    all
}
