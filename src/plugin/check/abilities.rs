//! What a plugin may offer beside sending: codes of its own, health, polling, webhooks.

use std::time::Duration;

use super::bench::{Bench, Fault, Finding, TIMEOUT, cannot, failed, in_time, proper, said};
use crate::plugin::{
    message::{Answer, Call, Check, HttpRequest, ReceiptState, Status, Verdict},
    trial::Trouble,
};

/// How many ids a server asks for at once.
const MOST_IDS: usize = 50;

fn not_offered<T>(function: Option<T>) -> Result<(), Fault> {
    match function {
        Some(_) => Ok(()),
        None => Err(cannot("not offered")),
    }
}

/// Health is told in time, and told truly when nobody answers.
pub(super) fn health(bench: &Bench<'_>) -> Finding {
    not_offered(bench.loaded.table.health)?;
    let tried = bench.create()?;
    let (usual, took) = tried.call(&Call::Health(TIMEOUT));
    in_time(took, TIMEOUT)?;
    proper(&usual)?;
    let tried = bench.create()?;
    tried.host.trouble(0, Trouble::Down);
    let (down, _) = tried.call(&Call::Health(TIMEOUT));
    proper(&down)?;
    let has_asked = tried.host.seen(|seen| !seen.asked.is_empty());
    if has_asked && down.status == Status::Ok {
        return Err(failed(
            "says OK although the gateway was not reached",
            "answer what would keep a message from being sent now",
        ));
    }
    let when_down = match has_asked {
        true => format!("; when the gateway is down {}", said(&down)),
        false => String::new(),
    };
    Ok(said(&usual) + &when_down)
}

/// A verification that was started does not take a wrong code.
pub(super) fn verify(bench: &Bench<'_>) -> Finding {
    not_offered(bench.loaded.table.verify_check)?;
    let tried = bench.create()?;
    let mut message = bench.message("check-verify");
    message.text.clear();
    let (started, took) = tried.call(&Call::VerifyStart(message));
    in_time(took, TIMEOUT)?;
    proper(&started)?;
    if started.status == Status::Unsupported {
        return Err(cannot(format!(
            "not with this configuration ({})",
            said(&started)
        )));
    }
    if started.status == Status::Ok && started.provider_id.is_empty() {
        return Err(failed(
            "starts a verification without a name for it",
            "set provider_id: verify_check gets it again",
        ));
    }
    let provider_id = match started.status {
        Status::Ok => started.provider_id.clone(),
        _ => "no-such-verification".into(),
    };
    for code in ["000000", "", "\u{1f514}", &"9".repeat(1000)] {
        let (answer, took) = tried.call(&Call::VerifyCheck(Check {
            message_id: "check-verify".into(),
            provider_id: provider_id.clone(),
            to: bench.setup.to.clone(),
            code: code.into(),
            timeout: TIMEOUT,
        }));
        in_time(took, TIMEOUT)?;
        proper(&answer)?;
        // A recorded answer may well say that the code is right.
        if answer.verdict == Some(Verdict::Approved) && !bench.is_answered() {
            return Err(failed(
                "approves a code although the gateway was not asked",
                "APPROVED is for the gateway's own words alone",
            ));
        }
    }
    Ok(format!(
        "started: {}; four odd codes are answered",
        said(&started)
    ))
}

/// Messages that nobody knows are no reason for news, or for a fault.
pub(super) fn poll(bench: &Bench<'_>) -> Finding {
    not_offered(bench.loaded.table.poll)?;
    let tried = bench.create()?;
    let unknown: Vec<_> = (0..MOST_IDS)
        .map(|n| format!("check-unknown-{n}"))
        .collect();
    let mut last = None;
    for ids in [unknown, Vec::new(), vec!["\u{1f514}/../%00".into()]] {
        let (answer, took) = tried.call(&Call::Poll(ids, TIMEOUT));
        in_time(took, TIMEOUT)?;
        proper(&answer)?;
        if invents(&answer) && !bench.is_answered() {
            return Err(failed(
                "says DELIVERED of a message that was never sent",
                "leave out what the gateway does not know",
            ));
        }
        last.get_or_insert(answer);
    }
    let answer = last.unwrap_or_else(|| Answer::of(Status::Ok));
    Ok(format!(
        "{MOST_IDS} unknown ids: {}, {} receipts",
        said(&answer),
        answer.receipts.len()
    ))
}

fn invents(answer: &Answer) -> bool {
    let is_delivered = |state| state == ReceiptState::Delivered;
    answer.receipts.iter().any(|receipt| {
        is_delivered(receipt.state) && receipt.provider_id.starts_with("check-unknown")
    })
}

/// A call that the gateway did not make is not believed.
pub(super) fn webhook(bench: &Bench<'_>) -> Finding {
    not_offered(bench.loaded.table.webhook)?;
    let tried = bench.create()?;
    let forged = forged();
    for (name, request) in &forged {
        let (answer, took) = tried.call(&Call::Webhook(request.clone()));
        in_time(took, TIMEOUT)?;
        proper(&answer).map_err(|fault| match fault {
            Fault::Failed(reason, hint) => failed(format!("{name}: {reason}"), hint),
            other => other,
        })?;
        if answer.status == Status::Ok && !answer.receipts.is_empty() {
            return Err(failed(
                format!("believes {name}"),
                "check the signature first and answer REJECTED if it is wrong; a secret that is not configured \
                 is no reason to believe everybody",
            ));
        }
    }
    Ok(format!("{} forged calls, none believed", forged.len()))
}

fn forged() -> Vec<(&'static str, HttpRequest)> {
    let request = |query: &str, content_type: &str, body: &[u8]| HttpRequest {
        method: "POST".into(),
        url: format!("https://belfry.example.org/hooks/check{query}"),
        headers: vec![
            ("Host".into(), "belfry.example.org".into()),
            ("Content-Type".into(), content_type.into()),
            ("X-Signature".into(), "AAAA".into()),
            ("X-Twilio-Signature".into(), "AAAA".into()),
            ("Authorization".into(), "Bearer forged".into()),
        ],
        body: body.to_vec(),
        timeout: TIMEOUT.min(Duration::from_secs(5)),
    };
    let form = "application/x-www-form-urlencoded";
    let pairs = "id=check-1&MessageSid=check-1&messageId=check-1&MessageUUID=check-1&ref=check-1\
                 &status=delivered&MessageStatus=delivered&Status=delivered&dlr=1&type=1";
    let mut without_headers = request("", form, pairs.as_bytes());
    without_headers.headers.clear();
    let mut get = request(&format!("?{pairs}"), "", b"");
    get.method = "GET".into();
    vec![
        ("a form without a signature", without_headers),
        (
            "a form with a wrong signature",
            request("", form, pairs.as_bytes()),
        ),
        ("a query", get),
        (
            "a JSON object",
            request(
                "",
                "application/json",
                br#"{"id": "check-1", "message_uuid": "check-1", "status": "delivered"}"#,
            ),
        ),
        ("an empty body", request("", form, b"")),
        (
            "bytes that are no text",
            request("?%ff=%00", form, &[0xff; 4096]),
        ),
        ("64 kB", request("", "application/json", &[b'['; 64 * 1024])),
    ]
}
