//! The provider against the real gammu-smsd with its dummy phone (Debian packages gammu, gammu-smsd).

#![allow(clippy::unwrap_used)]

mod disk;
mod smsd;

use std::{
    fs::{self, File},
    thread,
    time::{Duration, SystemTime},
};

use belfry_plugin::{
    Failure, Health as _, Message, Poll as _, Provider as _, Receipt, ReceiptState,
};

use crate::smsd::{NUMBER, Smsd, message, names};

const TIMEOUT: Duration = Duration::from_secs(10);

#[test]
fn a_text_reaches_the_phone_and_its_way_can_be_followed() {
    let mut smsd = Smsd::prepare();
    let provider = smsd.provider(|_| ());
    let state = |receipts: Vec<Receipt>| receipts.first().map(|receipt| receipt.state);
    let poll = || state(provider.poll(&["m1", "unknown"], TIMEOUT).unwrap());
    assert_eq!(poll(), None);

    let sent = provider
        .send(&message("m1", "123456 is your code [€]\nline 2"))
        .unwrap();
    assert_eq!(sent.provider_id, "m1");
    assert_eq!(poll(), Some(ReceiptState::Accepted));
    assert_eq!(
        names(&smsd.path("outbox")),
        ["OUTA20231114_221320_000_+41790000001_m1.txt"]
    );

    smsd.run();
    smsd.wait_for_sent(1);
    assert_eq!(poll(), Some(ReceiptState::Sent));
    let [sms] = &smsd.phone()[..] else {
        panic!("{:?}", smsd.phone());
    };
    assert_eq!(sms.number, NUMBER);
    assert_eq!(sms.text, "123456 is your code [€]\nline 2");
    assert!(!sms.is_unicode && sms.header.is_empty());
    assert!(smsd.has_logged("dlr: -1 fls: -1"));
}

#[test]
fn a_text_outside_the_gsm_alphabet_arrives_as_it_is() {
    let smsd = Smsd::start();
    let provider = smsd.provider(|_| ());
    let text = "Ваш код: 123456 😀 ó 验证码";
    provider.send(&message("m1", text)).unwrap();
    smsd.wait_for_sent(1);
    let [sms] = &smsd.phone()[..] else {
        panic!("{:?}", smsd.phone());
    };
    assert_eq!(sms.text, text);
    assert!(sms.is_unicode);
}

#[test]
fn long_texts_arrive_in_parts_that_belong_together() {
    let smsd = Smsd::start();
    let provider = smsd.provider(|_| ());
    let latin = format!("{}END", "0123456789".repeat(40));
    let cyrillic = format!("{}КОНЕЦ", "Код 😀".repeat(30));
    provider.send(&message("m1", &latin)).unwrap();
    smsd.wait_for_sent(1);
    provider.send(&message("m2", &cyrillic)).unwrap();
    smsd.wait_for_sent(2);

    let parts = smsd.phone();
    let (latin_parts, cyrillic_parts): (Vec<_>, Vec<_>) =
        parts.iter().partition(|part| !part.is_unicode);
    for (text, parts) in [(latin, latin_parts), (cyrillic, cyrillic_parts)] {
        let joined: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(joined, text);
        assert_eq!(parts.len(), 3);
        for (index, part) in parts.iter().enumerate() {
            // 05 00 03, a reference that all share, how many, which one.
            assert_eq!(part.header[..3], [5, 0, 3]);
            assert_eq!(part.header[3], parts[0].header[3]);
            assert_eq!(part.header[4..], [3, index as u8 + 1]);
            assert_eq!(part.number, NUMBER);
        }
    }
}

#[test]
fn flags_and_priority_are_in_the_name() {
    let mut smsd = Smsd::prepare();
    let provider = smsd.provider(|config| {
        config.priority = 'C';
        config.delivery_report = true;
        config.flash = true;
    });
    provider.send(&message("m1", "hello")).unwrap();
    assert_eq!(
        names(&smsd.path("outbox")),
        ["OUTC20231114_221320_000_+41790000001_m1.txtdf"]
    );
    smsd.run();
    smsd.wait_for_sent(1);
    assert!(smsd.has_logged("dlr: 1 fls: 0"));
}

#[test]
fn two_messages_to_one_number_in_one_moment_are_two() {
    let smsd = Smsd::start();
    let provider = smsd.provider(|_| ());
    let ids: Vec<_> = (0..6).map(|id| id.to_string()).collect();
    thread::scope(|scope| {
        for id in &ids {
            let provider = &provider;
            scope.spawn(move || provider.send(&message(id, id)).unwrap());
        }
    });
    smsd.wait_for_sent(ids.len());
    let mut texts: Vec<_> = smsd.phone().into_iter().map(|sms| sms.text).collect();
    texts.sort();
    assert_eq!(texts, ids);
}

#[test]
fn a_message_is_written_once_whatever_became_of_it() {
    let mut smsd = Smsd::prepare();
    let provider = smsd.provider(|_| ());
    let first = message("m1", "hello");
    let again = Message {
        attempt: 2,
        ..first
    };
    provider.send(&first).unwrap();
    assert_eq!(provider.send(&again).unwrap().provider_id, "m1");
    assert_eq!(names(&smsd.path("outbox")).len(), 1);

    smsd.run();
    smsd.wait_for_sent(1);
    // Another process of the same provider, as after a crash.
    smsd.provider(|_| ()).send(&again).unwrap();
    assert_eq!(names(&smsd.path("outbox")), [""; 0]);

    // The dummy phone takes everything, so the test does what the daemon does when a modem refuses.
    let name = &names(&smsd.path("sent"))[0];
    fs::rename(smsd.path("sent").join(name), smsd.path("error").join(name)).unwrap();
    provider.send(&again).unwrap();
    assert_eq!(names(&smsd.path("outbox")), [""; 0]);
    let receipts = provider.poll(&["m1"], TIMEOUT).unwrap();
    assert_eq!(receipts[0].state, ReceiptState::Undelivered);
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    assert!(receipts[0].at_unix_ms.abs_diff(now.as_millis() as i64) < 60_000);
    assert_eq!(smsd.phone().len(), 1);
}

#[test]
fn what_the_daemon_would_spoil_is_refused() {
    let smsd = Smsd::prepare();
    let provider = smsd.provider(|_| ());
    for text in ["", "a\0b", &"я".repeat(3301)] {
        let outcome = provider.send(&message("m1", text));
        assert!(matches!(outcome, Err(Failure::Rejected(_))), "{outcome:?}");
    }
    for to in [
        "",
        "41790000001",
        "+",
        "+4179/../x",
        "+41 79",
        "+1234567890123456",
    ] {
        let outcome = provider.send(&Message {
            to,
            ..message("m1", "hello")
        });
        assert!(
            matches!(outcome, Err(Failure::InvalidRecipient(_))),
            "{outcome:?}"
        );
    }
    assert_eq!(names(&smsd.path("outbox")), [""; 0]);
}

#[test]
fn the_longest_text_that_is_accepted_arrives_whole() {
    let smsd = Smsd::start();
    let text = "😀".repeat(1650);
    smsd.provider(|_| ()).send(&message("m1", &text)).unwrap();
    smsd.wait_for_sent(1);
    let joined: String = smsd.phone().into_iter().map(|sms| sms.text).collect();
    assert_eq!(joined.chars().count(), 1650);
    assert_eq!(joined, text);
}

#[test]
fn a_daemon_that_takes_nothing_is_noticed() {
    let smsd = Smsd::prepare();
    let provider = smsd.provider(|_| ());
    provider.send(&message("m1", "hello")).unwrap();
    provider.health(TIMEOUT).unwrap();
    let name = &names(&smsd.path("outbox"))[0];
    let file = File::options()
        .write(true)
        .open(smsd.path("outbox").join(name))
        .unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(301))
        .unwrap();

    let outcome = provider.send(&message("m2", "hello"));
    assert!(
        matches!(outcome, Err(Failure::Unavailable(_))),
        "{outcome:?}"
    );
    let outcome = provider.health(TIMEOUT);
    assert!(
        matches!(outcome, Err(Failure::Unavailable(_))),
        "{outcome:?}"
    );
    // What was handed over stays handed over.
    provider.send(&message("m1", "hello")).unwrap();
    assert_eq!(names(&smsd.path("outbox")).len(), 1);
    let patient = smsd.provider(|config| config.stalled_after = 0);
    patient.send(&message("m2", "hello")).unwrap();
    patient.health(TIMEOUT).unwrap();
}
