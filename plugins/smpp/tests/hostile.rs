//! Against peers that speak no SMPP, or bad SMPP, or nothing: whatever they answer, a call ends within
//! its time and the provider lives on. No real server does such things, so the bytes are written here.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::JoinHandle,
    time::Duration,
};

use belfry_plugin::{Failure, Health, Message, Poll, Provider, ReceiptState};
use serde_json::json;
use support::{message, provider, until};

/// A server whose every connection goes to `serve`, in a thread that ends with the test.
fn server(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _: JoinHandle<()> = std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap());
        }
    });
    port
}

/// A PDU.
fn pdu(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in [16 + body.len() as u32, id, status, sequence] {
        octets.extend_from_slice(&number.to_be_bytes());
    }
    octets.extend_from_slice(body);
    octets
}

/// The id, the sequence number and the body of the next PDU; `None` at the end.
fn next(stream: &mut TcpStream) -> Option<(u32, u32, Vec<u8>)> {
    let mut head = [0; 16];
    stream.read_exact(&mut head).ok()?;
    let number = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().unwrap());
    let mut body = vec![0; number(0) as usize - 16];
    stream.read_exact(&mut body).ok()?;
    Some((number(4), number(12), body))
}

/// Takes the bind, and then does `with` with each `submit_sm`.
fn bound(mut stream: TcpStream, mut with: impl FnMut(&mut TcpStream, u32)) {
    while let Some((id, sequence, _)) = next(&mut stream) {
        match id {
            9 => stream
                .write_all(&pdu(0x8000_0009, 0, sequence, b"SIM\0"))
                .unwrap(),
            4 => with(&mut stream, sequence),
            _ => {}
        }
    }
}

fn hurried<'a>(id: &'a str) -> Message<'a> {
    Message {
        timeout: Duration::from_secs(2),
        ..message(id, "Code 1")
    }
}

#[test]
fn no_smpp_in_the_answer_to_the_bind_is_unavailable() {
    let answers: [&'static [u8]; 6] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\x10",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"",
        // An answer that answers something else.
        b"\0\0\0\x10\x80\0\0\x15\0\0\0\0\0\0\0\x01",
    ];
    for answer in answers {
        let port = server(move |mut stream| {
            next(&mut stream);
            stream.write_all(answer).unwrap();
        });
        let (smpp, _host) = provider(port, json!({}));
        let failure = smpp.send(&message("a", "Code 1")).unwrap_err();
        assert!(
            matches!(failure, Failure::Unavailable(_)),
            "{answer:?} {failure:?}"
        );
    }
}

#[test]
fn silence_ends_with_the_time_of_the_call() {
    let (sender, streams) = std::sync::mpsc::channel();
    let port = server(move |stream| sender.send(stream).unwrap());
    let (smpp, _host) = provider(port, json!({}));
    assert!(matches!(
        smpp.send(&hurried("a")),
        Err(Failure::Unavailable(_))
    ));
    assert!(matches!(
        smpp.health(Duration::from_millis(100)),
        Err(Failure::Unavailable(_))
    ));
    drop(smpp);
    drop(streams);
}

#[test]
fn an_answer_that_never_comes_leaves_the_outcome_unknown() {
    let port = server(|stream| bound(stream, |_, _| {}));
    let (smpp, _host) = provider(port, json!({}));
    assert!(matches!(
        smpp.send(&hurried("a")),
        Err(Failure::OutcomeUnknown(_))
    ));
}

#[test]
fn garbage_after_the_request_leaves_the_outcome_unknown_and_a_new_session_follows() {
    for garbage in [vec![0xff; 64], vec![0; 16], b"\0\0\0\x11".to_vec()] {
        let port = server(move |stream| {
            bound(stream, |stream, _| {
                stream.write_all(&garbage).unwrap();
                stream.shutdown(std::net::Shutdown::Both).unwrap();
            });
        });
        let (smpp, _host) = provider(port, json!({}));
        for id in ["a", "b"] {
            let failure = smpp.send(&message(id, "Code 1")).unwrap_err();
            assert!(matches!(failure, Failure::OutcomeUnknown(_)), "{failure:?}");
        }
    }
}

#[test]
fn generic_nacks_are_refusals_whatever_their_status() {
    for (status, code) in [(0x03, "0x00000003"), (0, "0x000000FF")] {
        let port = server(move |stream| {
            bound(stream, |stream, sequence| {
                stream
                    .write_all(&pdu(0x8000_0000, status, sequence, b""))
                    .unwrap();
            });
        });
        let (smpp, _host) = provider(port, json!({}));
        let failure = smpp.send(&message("a", "Code 1")).unwrap_err();
        assert!(
            matches!(&failure, Failure::Internal(reason) | Failure::Unavailable(reason) if reason.code == code),
            "{failure:?}"
        );
    }
}

#[test]
fn odd_answers_are_read_as_far_as_they_go() {
    // No NUL, no body, a body with a refusal, and an id that is longer than allowed.
    let long = "9".repeat(300);
    let answers = [
        (0, b"abc".to_vec()),
        (0, Vec::new()),
        (0x45, b"abc\0".to_vec()),
        (0, long.clone().into_bytes()),
    ];
    let port = server(move |stream| {
        let mut answers = answers.clone().into_iter();
        bound(stream, move |stream, sequence| {
            let (status, body) = answers.next().unwrap();
            stream
                .write_all(&pdu(0x8000_0004, status, sequence, &body))
                .unwrap();
        });
    });
    let (smpp, _host) = provider(port, json!({}));
    let send = |id| smpp.send(&message(id, "Code 1"));
    assert_eq!(send("a").unwrap().provider_id, "abc");
    assert_eq!(send("b").unwrap().provider_id, "");
    assert!(matches!(send("c"), Err(Failure::Rejected(_))));
    assert_eq!(send("d").unwrap().provider_id, long);
}

#[test]
fn bad_requests_of_the_server_are_answered_and_the_session_lives_on() {
    let (sender, answers) = std::sync::mpsc::channel();
    let port = server(move |stream| {
        let mut out = stream.try_clone().unwrap();
        let sender = sender.clone();
        let mut stream = stream;
        while let Some((id, sequence, body)) = next(&mut stream) {
            match id {
                9 => {
                    // All in one piece with the answer: a deliver_sm without a body, one with a receipt
                    // whose parameter has no NUL, a request that nobody knows, and answers to nothing.
                    let mut octets = pdu(0x8000_0009, 0, sequence, b"SIM\0");
                    octets.extend(pdu(0x05, 0, 71, b""));
                    let receipt = b"\0\x01\x0141791234567\0\x05\0Belfry\0\x04\0\0\0\0\0\0\0\0\0\0\x1e\0\x03abc\x04\x27\0\x01\x02";
                    octets.extend(pdu(0x05, 0, 72, receipt));
                    octets.extend(pdu(0x77, 0, 73, b"what?"));
                    octets.extend(pdu(0x8000_0004, 0, 74, b"x\0"));
                    octets.extend(pdu(0x8000_0000, 0, 0, b""));
                    octets.extend(pdu(0x15, 0, 75, b""));
                    out.write_all(&octets).unwrap();
                }
                4 => out
                    .write_all(&pdu(0x8000_0004, 0, sequence, b"ABC\0"))
                    .unwrap(),
                _ => sender.send((id, sequence, body)).unwrap(),
            }
        }
    });
    let (smpp, _host) = provider(port, json!({}));
    assert_eq!(
        smpp.send(&message("a", "Code 1")).unwrap().provider_id,
        "ABC"
    );
    let answers: Vec<_> = (0..4)
        .map(|_| answers.recv_timeout(support::PATIENCE).unwrap())
        .collect();
    assert_eq!(
        answers,
        [
            (0x8000_0005, 71, b"\0".to_vec()),
            (0x8000_0005, 72, b"\0".to_vec()),
            (0x8000_0000, 73, Vec::new()),
            (0x8000_0015, 75, Vec::new()),
        ]
    );
    until(|| {
        let receipts = smpp.poll(&["ABC"], support::PATIENCE).unwrap();
        receipts
            .into_iter()
            .find(|receipt| receipt.state == ReceiptState::Delivered)
    });
}

#[test]
fn a_server_that_unbinds_is_answered_and_bound_again() {
    let (sender, answers) = std::sync::mpsc::channel();
    let port = server(move |mut stream| {
        let sender = sender.clone();
        // Each connection in turn: the first unbinds at once.
        while let Some((id, sequence, _)) = next(&mut stream) {
            sender.send(id).unwrap();
            if id == 9 {
                stream
                    .write_all(&pdu(0x8000_0009, 0, sequence, b"SIM\0"))
                    .unwrap();
                stream.write_all(&pdu(0x06, 0, 1, b"")).unwrap();
            }
        }
    });
    let (smpp, _host) = provider(port, json!({}));
    smpp.poll(&[], support::PATIENCE).unwrap();
    let ids: Vec<_> = (0..4)
        .map(|_| answers.recv_timeout(support::PATIENCE).unwrap())
        .collect();
    assert_eq!(ids, [9, 0x8000_0006, 9, 0x8000_0006]);
}
