//! Messages: plain ones, odd ones, several at once, and one twice.

use std::{sync::Barrier, thread, time::Duration};

use super::bench::{Bench, Fault, Finding, Tried, failed, proper, said};
use crate::plugin::message::{Call, Status};

/// How long each answer takes while calls shall meet.
const SLOWNESS: Duration = Duration::from_millis(100);

/// One message as a server would send it.
pub(super) fn plain(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    let answer = tried.deliver(bench.message("check-1"))?;
    let is_refused = matches!(answer.status, Status::Unauthorized | Status::Misconfigured);
    if is_refused && bench.is_answered() {
        return Err(failed(
            said(&answer),
            "a server would close this provider: look at the configuration and at what the gateway answered",
        ));
    }
    let segments = answer.segments.map(|count| format!(", {count} segments"));
    Ok(said(&answer) + &segments.unwrap_or_default())
}

/// Texts that a gateway rarely sees.
pub(super) fn empty(bench: &Bench<'_>) -> Finding {
    saying(bench, "")
}

pub(super) fn longest(bench: &Bench<'_>) -> Finding {
    saying(bench, &"The longest text. ".repeat(600))
        .map(|said| format!("10,800 characters: {said}"))
}

pub(super) fn emoji(bench: &Bench<'_>) -> Finding {
    saying(
        bench,
        "🔔👩🏽‍🚒🇨🇭 Ваш код – 您的代码 – كودك – ॐ – e\u{301} – \u{feff}",
    )
}

pub(super) fn quotes(bench: &Bench<'_>) -> Finding {
    saying(bench, "\"'\\ \u{1}\r\n\t</a>&amp;%41%00+{}$[]~^|€ ;--")
}

fn saying(bench: &Bench<'_>, text: &str) -> Finding {
    let tried = bench.create()?;
    Ok(said(&tried.deliver(bench.message_saying("check-1", text))?))
}

/// The same message again, as after a lost answer.
pub(super) fn twice(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    let first = tried.deliver(bench.message("check-twice"))?;
    let of_first = requests(&tried);
    let mut again = bench.message("check-twice");
    again.attempt = 2;
    let second = tried.deliver(again)?;
    if !bench.promises_one_sms() {
        return Ok("may be two SMS: idempotent_send is not promised".into());
    }
    let not_kept = |reason: String| {
        let hint = "give `message_id` to the gateway as its idempotency key, or do not promise it";
        Err(failed(
            format!("promises idempotent_send, but {reason}"),
            hint,
        ))
    };
    // The id may be in a request in any form, so two ids are compared.
    let other = bench.create()?;
    other.deliver(bench.message("check-other"))?;
    let of_other = requests(&other);
    if !of_first.is_empty() && of_first == of_other {
        return not_kept("the message's id is in no request".into());
    }
    if first.provider_id != second.provider_id {
        let ids = format!("{} and {}", first.provider_id, second.provider_id);
        return not_kept(format!("one message became {ids}"));
    }
    Ok(match second.status {
        Status::Ok => format!("one SMS, {}", said(&second)),
        _ => format!("requests carry the id, {}", said(&second)),
    })
}

/// What an instance has asked for, and with what.
fn requests(tried: &Tried<'_>) -> Vec<(String, String)> {
    tried.host.seen(|seen| {
        let asked = seen.asked.iter();
        asked
            .map(|asked| (asked.url.clone(), asked.content.clone()))
            .collect()
    })
}

/// As many calls at once as the description promises.
pub(super) fn concurrency(bench: &Bench<'_>) -> Finding {
    let count = bench.manifest.max_concurrency;
    let tried = bench.create()?;
    tried.host.slow_down(SLOWNESS);
    let start = Barrier::new(count);
    let can_send = bench.loaded.table.send.is_some();
    let outcomes: Vec<Result<(), Fault>> = thread::scope(|scope| {
        let (tried, start) = (&tried, &start);
        let callers: Vec<_> = (0..count)
            .map(|caller| {
                scope.spawn(move || {
                    start.wait();
                    for call in 0..3 {
                        let message = bench.message(&format!("check-{caller}-{call}"));
                        let call = match can_send {
                            true => Call::Send(message),
                            false => Call::VerifyStart(message),
                        };
                        proper(&tried.call(&call).0)?;
                    }
                    Ok(())
                })
            })
            .collect();
        let join = |caller: thread::ScopedJoinHandle<'_, _>| {
            caller
                .join()
                .unwrap_or_else(|_| Err(failed("a caller panicked", "tell Belfry's makers")))
        };
        callers.into_iter().map(join).collect()
    });
    outcomes.into_iter().collect::<Result<(), Fault>>()?;
    let (asked, met) = tried
        .host
        .seen(|seen| (seen.asked.len(), seen.most_in_flight));
    if count > 1 && asked > 1 && met == 1 {
        return Err(failed(
            format!("promises {count} calls at a time, but its requests came one after the other"),
            "hold no lock while the gateway answers, or promise less with max_concurrency",
        ));
    }
    Ok(match count {
        1 => "one call at a time, 3 messages".into(),
        _ => format!("{count} calls at a time, {} messages", 3 * count),
    })
}
