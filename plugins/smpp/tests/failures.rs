//! Against the SMSC of the npm package `smpp` 0.5.1: what goes wrong, and what becomes of it.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use belfry_plugin::{Failure, Health, Message, Provider, Reason, ReceiptState};
use serde_json::json;
use support::{PATIENCE, Peer, count, message, provider, python, target, until, wait_for};

#[test]
fn a_refused_bind_says_who_can_help() {
    let peer = Peer::npm(json!({}));
    let refused = |password: &str| {
        let (smpp, host) = provider(peer.port, json!({"password": password}));
        let sent = smpp.send(&message("a", "Code 1")).unwrap_err();
        let health = smpp.health(PATIENCE);
        let log = format!("{:?}", host.lines());
        assert!(!log.contains(password), "{log}");
        (sent, health)
    };
    let reason = |text: &str, code: &str| {
        Reason::with_code(format!("the SMSC refused the bind: {text}"), code)
    };
    for (password, name, code) in [
        ("badpass", "ESME_RINVPASWD", "0x0000000E"),
        ("badid", "ESME_RINVSYSID", "0x0000000F"),
        ("unknown", "ESME_RBINDFAIL", "0x0000000D"),
    ] {
        let failure = Failure::Unauthorized(reason(name, code));
        assert_eq!(refused(password), (failure.clone(), Err(failure)));
    }
    let failure = Failure::Misconfigured(reason("a status of its own", "0x00000401"));
    assert_eq!(refused("vendors"), (failure.clone(), Err(failure)));
    let failure = Failure::Unavailable(reason("ESME_RSYSERR", "0x00000008"));
    assert_eq!(refused("busy"), (failure.clone(), Err(failure)));
    // Sending needs the session, but the credentials are those of the one that is open.
    let failure = Failure::Misconfigured(reason("ESME_RALYBND", "0x00000005"));
    assert_eq!(refused("twice"), (failure, Ok(())));
}

#[test]
fn each_refusal_of_a_message_has_its_meaning() {
    let peer = Peer::npm(
        json!({"statuses": {"410": 0x0b, "411": 0x45, "412": 0x0a, "413": 0x08, "414": 0x14, "415": 0x403}}),
    );
    let (smpp, _host) = provider(peer.port, json!({"statuses": {"0x403": "unsupported"}}));
    let failure = |to| {
        smpp.send(&Message {
            to,
            ..message(to, "Code 1")
        })
        .unwrap_err()
    };
    assert!(matches!(failure("+410"), Failure::InvalidRecipient(_)));
    assert!(matches!(failure("+411"), Failure::Rejected(_)));
    assert!(matches!(failure("+412"), Failure::Misconfigured(_)));
    assert!(matches!(failure("+413"), Failure::Unavailable(_)));
    assert!(matches!(failure("+414"), Failure::Throttled(_, Some(_))));
    assert!(matches!(failure("+415"), Failure::Unsupported(_)));
    // The session lives on.
    smpp.send(&message("a", "the last")).unwrap();
    assert_eq!(count(&peer.up_to("the last"), "bind"), 1);
}

#[test]
fn a_throttled_message_goes_through_at_the_next_try() {
    let peer = Peer::npm(json!({"throttle": 1, "receipts": ["DELIVRD"]}));
    let (smpp, _host) = provider(peer.port, json!({}));
    let begun = Instant::now();
    let Err(Failure::Throttled(reason, Some(pause))) = smpp.send(&message("a", "Code 1")) else {
        panic!("not throttled");
    };
    assert_eq!(
        (reason.code.as_str(), pause),
        ("0x00000058", Duration::from_secs(1))
    );
    // Sooner than the pause: the provider itself waits for its end.
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "m2"
    );
    assert!(begun.elapsed() >= pause);
    wait_for(&smpp, "m2", ReceiptState::Delivered);
}

#[test]
fn a_part_that_is_throttled_is_sent_again_alone() {
    let peer = Peer::npm(json!({"throttle_at": 2}));
    let (smpp, _host) = provider(peer.port, json!({}));
    let text = format!("{}{}", "a".repeat(153), "b".repeat(20));
    assert_eq!(
        smpp.send(&message("a", &text)).unwrap().provider_id,
        "m1,m3"
    );
    let texts: Vec<_> = (0..3)
        .map(|_| peer.wait("submit_sm")["text"].clone())
        .collect();
    assert_eq!(texts, ["a".repeat(153), "b".repeat(20), "b".repeat(20)]);
}

#[test]
fn a_connection_that_is_cut_leaves_the_outcome_unknown() {
    let peer = Peer::npm(json!({"cut_at": 1, "receipts": ["DELIVRD"]}));
    let (smpp, host) = provider(peer.port, json!({}));
    let failure = smpp.send(&message("a", "Code 1")).unwrap_err();
    assert!(matches!(failure, Failure::OutcomeUnknown(_)), "{failure:?}");
    // The next try finds a new session.
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "m2"
    );
    wait_for(&smpp, "m2", ReceiptState::Delivered);
    smpp.send(&message("b", "the last")).unwrap();
    assert_eq!(count(&peer.up_to("the last"), "bind"), 2);
    assert!(
        host.lines()
            .iter()
            .any(|(_, line)| line.starts_with("session lost: "))
    );
}

#[test]
fn a_long_text_that_was_cut_goes_on_with_the_part_that_is_missing() {
    let peer = Peer::npm(json!({"cut_at": 2}));
    let (smpp, _host) = provider(peer.port, json!({}));
    let text = "a".repeat(200);
    assert!(matches!(
        smpp.send(&message("a", &text)),
        Err(Failure::OutcomeUnknown(_))
    ));
    assert_eq!(
        smpp.send(&message("a", &text)).unwrap().provider_id,
        "m1,m3"
    );
    let headers: Vec<_> = (0..3)
        .map(|_| peer.wait("submit_sm")["udh"][0].clone())
        .collect();
    assert_eq!(headers[1], headers[2]);
}

#[test]
fn an_answer_that_comes_too_late_still_counts() {
    let peer = Peer::npm(json!({"delay_ms": 4000, "receipts": ["DELIVRD"]}));
    let (smpp, _host) = provider(peer.port, json!({}));
    smpp.health(PATIENCE).unwrap();
    let hurried = Message {
        timeout: Duration::from_secs(1),
        ..message("a", "Code 1")
    };
    assert!(matches!(
        smpp.send(&hurried),
        Err(Failure::OutcomeUnknown(_))
    ));
    wait_for(&smpp, "m1", ReceiptState::Delivered);
    // So the repetition sends nothing.
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "m1"
    );
    smpp.send(&message("b", "the last")).unwrap();
    assert_eq!(count(&peer.up_to("the last"), "submit_sm"), 2);
}

#[test]
fn a_server_that_comes_back_is_bound_again_by_itself() {
    let peer = Peer::npm(json!({}));
    let port = peer.port;
    let (smpp, _host) = provider(port, json!({}));
    smpp.send(&message("a", "Code 1")).unwrap();
    drop(peer);
    let down = until(|| smpp.send(&message("b", "Code 2")).err());
    assert!(matches!(down, Failure::Unavailable(_)), "{down:?}");
    let peer = Peer::npm(json!({"port": port, "receipts": ["DELIVRD"]}));
    // Nobody sends: receipts may be waiting.
    peer.wait("bind");
    smpp.send(&message("b", "Code 2")).unwrap();
    wait_for(&smpp, "m1", ReceiptState::Delivered);
}

#[test]
fn nobody_there_is_unavailable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (smpp, _host) = provider(free, json!({}));
    for failure in [
        smpp.send(&message("a", "Code 1")).unwrap_err(),
        smpp.health(PATIENCE).unwrap_err(),
    ] {
        assert!(
            matches!(&failure, Failure::Unavailable(reason) if reason.text.starts_with("cannot connect")),
            "{failure:?}"
        );
    }
}

#[test]
fn a_silent_link_is_checked_and_replaced() {
    let peer = Peer::npm(json!({"mute_enquire_link": true}));
    let (smpp, _host) = provider(peer.port, json!({"enquire_link_seconds": 1}));
    smpp.send(&message("a", "Code 1")).unwrap();
    peer.wait("bind");
    peer.wait("enquire_link");
    peer.wait("closed");
    peer.wait("bind");
    smpp.send(&message("b", "Code 2")).unwrap();
}

#[test]
fn a_link_that_answers_is_kept() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(peer.port, json!({"enquire_link_seconds": 1}));
    smpp.send(&message("a", "Code 1")).unwrap();
    let mut lines = Vec::new();
    while count(&lines, "enquire_link") < 3 {
        lines.push(peer.next());
    }
    smpp.send(&message("b", "the last")).unwrap();
    lines.extend(peer.up_to("the last"));
    assert_eq!((count(&lines, "bind"), count(&lines, "closed")), (1, 0));
}

#[test]
fn a_successor_waits_for_the_only_session_that_the_server_allows() {
    let peer = Peer::npm(json!({"single": true}));
    let (old, _host) = provider(peer.port, json!({}));
    old.send(&message("a", "Code 1")).unwrap();
    assert_eq!(peer.wait("bind")["status"], 0);
    let (new, host) = provider(peer.port, json!({}));
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| new.send(&message("b", "Code 2")));
        assert_eq!(peer.wait("bind")["status"], 5);
        drop(old);
        assert_eq!(sending.join().unwrap().unwrap().provider_id, "m2");
    });
    let lines: Vec<String> = host.lines().into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, ["bound"]);
}

#[test]
fn many_at_once_keep_to_the_window_and_none_is_lost() {
    let peer = Peer::npm(json!({"delay_ms": 5, "receipts": ["DELIVRD"]}));
    let (smpp, _host) = provider(peer.port, json!({"window": 7}));
    let ids: HashSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..32)
            .map(|thread| {
                let smpp = &smpp;
                scope.spawn(move || {
                    let send = |number| {
                        let id = format!("{thread}-{number}");
                        smpp.send(&message(&id, &format!("Code {id}")))
                            .unwrap()
                            .provider_id
                    };
                    (0..10).map(send).collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(ids.len(), 320);
    for id in &ids {
        wait_for(&smpp, id, ReceiptState::Delivered);
    }
    smpp.send(&message("last", "the last")).unwrap();
    let lines = peer.up_to("the last");
    let texts: HashSet<_> = lines
        .iter()
        .filter_map(|line| line["text"].as_str())
        .collect();
    assert_eq!((count(&lines, "submit_sm"), texts.len()), (321, 321));
    assert_eq!(
        lines.iter().filter_map(|line| line["most"].as_u64()).max(),
        Some(7)
    );
}

#[test]
fn messages_keep_to_the_limit_a_second() {
    let peer = Peer::npm(json!({}));
    let (smpp, _host) = provider(peer.port, json!({"messages_per_second": 1}));
    smpp.health(PATIENCE).unwrap();
    // Three requests take two seconds.
    let text = "a".repeat(400);
    let hurried = Message {
        timeout: Duration::from_millis(1500),
        ..message("a", &text)
    };
    let failure = smpp.send(&hurried).unwrap_err();
    assert!(
        matches!(failure, Failure::Throttled(_, Some(_))),
        "{failure:?}"
    );
    assert_eq!(smpp.send(&message("a", &text)).unwrap().segments, 3);
}

#[test]
fn tls_takes_the_operators_authority_and_no_other() {
    let folder = target().join(format!("smpp-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let make = "import sys, trustme\n\
                ca = trustme.CA(); leaf = ca.issue_cert('127.0.0.1')\n\
                ca.cert_pem.write_to_path(sys.argv[1] + '/ca.pem')\n\
                leaf.private_key_pem.write_to_path(sys.argv[1] + '/key.pem')\n\
                leaf.cert_chain_pems[0].write_to_path(sys.argv[1] + '/cert.pem')";
    assert!(
        python()
            .args(["-c", make])
            .arg(&folder)
            .status()
            .unwrap()
            .success()
    );
    let peer = Peer::npm(json!({"key": folder.join("key.pem"), "cert": folder.join("cert.pem")}));
    let (smpp, _host) = provider(
        peer.port,
        json!({"tls": true, "tls_ca_file": folder.join("ca.pem")}),
    );
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "m1"
    );
    let (smpp, _host) = provider(peer.port, json!({"tls": true}));
    let failure = smpp.send(&message("a", "Code 1")).unwrap_err();
    assert!(
        matches!(&failure, Failure::Unavailable(reason) if reason.text.starts_with("TLS: ")),
        "{failure:?}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
