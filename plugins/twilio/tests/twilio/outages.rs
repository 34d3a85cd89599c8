//! A TCP server that behaves badly, over real connections through the host's HTTP client: what became
//! of a message must be right however the exchange ends.
//!
//! It is a stub of this project, built from Twilio's published description of its errors (JSON with
//! `code`, `message`, `more_info`, `status`; 429 with `Retry-After`), since neither Twilio's OpenAPI nor
//! Prism has any of that.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use belfry_plugin::{Check, Failure, FakeHost, Health, Message, Poll, Provider, Sent, Verify};
use serde_json::json;

use crate::account::*;

/// Starts the server; each connection is given to `behave` after its request was read.
fn stub(behave: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let connection = connection.unwrap();
            read_request(&connection);
            behave(connection);
        }
    });
    url
}

fn read_request(connection: &TcpStream) {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
}

/// Writes an answer; the provider may have hung up meanwhile.
fn write(mut connection: &TcpStream, head: &str, body: &[u8]) {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = connection.write_all(head.as_bytes());
    let _ = connection.write_all(body);
}

fn send(url: &str, timeout: Duration) -> Result<Sent, Failure> {
    let host = FakeHost::online();
    let provider = twilio(&host, config(json!({"api_url": url})));
    provider.send(&Message {
        timeout,
        expires_at_unix_ms: 0,
        ..message()
    })
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn errors_over_the_wire_mean_what_they_say() {
    let url = stub(|connection| {
        let body = json!({"code": 21_211, "message": NUMBER, "more_info": "", "status": 400});
        write(&connection, "400 Bad Request", body.to_string().as_bytes());
    });
    let failure = send(&url, LONG).unwrap_err();
    let Failure::InvalidRecipient(reason) = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(reason.text, "not a valid number (HTTP 400, error 21211)");

    let url = stub(|connection| {
        let head = "429 Too Many Requests\r\nRetry-After: 3";
        write(&connection, head, br#"{"code":20429,"status":429}"#);
    });
    let failure = send(&url, LONG).unwrap_err();
    let Failure::Throttled(_, pause) = failure else {
        panic!("{failure:?}");
    };
    assert_eq!(pause, Some(Duration::from_secs(3)));

    let url = stub(|connection| write(&connection, "503 Service Unavailable", b"<html>"));
    assert!(matches!(send(&url, LONG), Err(Failure::Unavailable(_))));
}

#[test]
fn credentials_do_not_follow_a_redirect() {
    let url = stub(|connection| {
        let head = "307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/elsewhere";
        write(&connection, head, b"");
    });
    assert!(matches!(send(&url, LONG), Err(Failure::Misconfigured(_))));
}

#[test]
fn what_left_and_was_not_answered_is_of_unknown_outcome() {
    let closes = stub(drop);
    let half = stub(|mut connection| {
        let _ = connection.write_all(b"HTTP/1.1 201 Cre");
    });
    let no_http = stub(|mut connection| {
        let _ = connection.write_all(b"220 mail.example ESMTP\r\n");
    });
    for url in [closes, half, no_http] {
        let failure = send(&url, LONG).unwrap_err();
        assert!(matches!(failure, Failure::OutcomeUnknown(_)), "{failure:?}");
    }
    let silent = stub(std::mem::forget);
    let failure = send(&silent, SHORT).unwrap_err();
    assert!(matches!(failure, Failure::OutcomeUnknown(_)), "{failure:?}");
}

#[test]
fn what_cannot_have_left_is_unavailable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let unknown = "http://twilio.invalid".to_owned();
    for url in [url, unknown] {
        let failure = send(&url, LONG).unwrap_err();
        assert!(matches!(failure, Failure::Unavailable(_)), "{failure:?}");
    }
}

#[test]
fn an_answer_that_is_cut_or_endless_is_not_understood() {
    let cut = stub(|mut connection| {
        let _ =
            connection.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"sid\":");
    });
    let huge = stub(|connection| {
        let body = format!(r#"{{"body":"{}","sid":"SM1"}}"#, "x".repeat(3 << 20));
        write(&connection, "201 Created", body.as_bytes());
    });
    let slow = stub(|mut connection| {
        let _ =
            connection.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"sid\":");
        std::mem::forget(connection);
    });
    for (url, timeout) in [(cut, LONG), (huge, LONG), (slow, SHORT)] {
        let failure = send(&url, timeout).unwrap_err();
        assert!(matches!(failure, Failure::OutcomeUnknown(_)), "{failure:?}");
    }
}

/// The time of a call is for all of its requests together.
#[test]
fn silence_ends_every_call() {
    let silent = stub(std::mem::forget);
    let host = FakeHost::online();
    let provider = twilio(
        &host,
        config(json!({
            "api_url": silent, "verify_url": silent, "verify_service_sid": SERVICE,
        })),
    );
    let message = Message {
        timeout: SHORT,
        ..message()
    };
    let check = Check {
        code: "123456",
        timeout: SHORT,
        ..Check::default()
    };
    assert!(matches!(
        provider.start(&message),
        Err(Failure::OutcomeUnknown(_))
    ));
    assert!(matches!(
        provider.check(&check),
        Err(Failure::OutcomeUnknown(_))
    ));
    let polled = provider.poll(&["SM1", "SM2"], SHORT);
    assert!(matches!(polled, Err(Failure::Unavailable(_))));
    assert!(matches!(
        provider.health(SHORT),
        Err(Failure::Unavailable(_))
    ));
}

/// Twilio refuses the language after all the time is used up: there is none left to ask without.
#[test]
fn no_second_request_is_made_when_the_time_is_over() {
    let host = FakeHost::answering(|request| {
        // Over the interface, times are whole milliseconds.
        std::thread::sleep(request.timeout + Duration::from_millis(1));
        refusal(404, 20_404)
    });
    let message = Message {
        timeout: Duration::from_millis(20),
        ..message()
    };
    let failure = twilio(&host, verify_config()).start(&message).unwrap_err();
    assert!(matches!(failure, Failure::Unavailable(_)), "{failure:?}");
}
