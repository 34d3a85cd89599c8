//! What comes over the port as bytes: hostile, slow and broken requests against the running binary.
//!
//! No client library stands between, so none can hide a wrong server. Where a limit is a time, all
//! cases of a test wait at the same time.

#![allow(clippy::unwrap_used, missing_docs)]

mod wire;

use std::{
    thread,
    time::{Duration, Instant},
};

use wire::{Belfry, PREFACE, frame, headers};

/// Ten seconds for a head or a body, and some for a busy machine.
const SLOW_ENDS_WITHIN: Duration = Duration::from_secs(16);

#[test]
fn what_is_no_http_gets_the_contracts_error_body() {
    let belfry = Belfry::start();
    let many_headers = "a: b\r\n".repeat(200);
    let large_header = "x".repeat(200_000);
    for (status, request) in [
        (400, "GET / HTTP/9.9\r\n\r\n".to_owned()),
        (400, "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".to_owned() + &"\0".repeat(64)),
        (400, "GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned()),
        (400, "GET /\0 HTTP/1.1\r\n\r\n".to_owned()),
        (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_owned()),
        (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_owned()),
        (400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned()),
        (400, "PUT /management/v1/users/1/phone HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned()),
        (431, format!("GET / HTTP/1.1\r\n{many_headers}\r\n")),
        (431, format!("GET / HTTP/1.1\r\na: {}\r\nHost: x\r\n\r\n", &large_header[..20_000])),
        (431, format!("GET / HTTP/1.1\r\na: {large_header}\r\n\r\n")),
        (431, format!("GET /{large_header} HTTP/1.1\r\n\r\n")),
    ] {
        let answer = belfry.exchange(request.as_bytes());
        let shown = &request[..request.floor_char_boundary(60)];
        assert_eq!(answer.status(), status, "{shown:?}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"), "{shown:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{shown:?}");
        assert!(answer.body().starts_with("{\"code\":"), "{shown:?}: {}", answer.text());
    }
    let pipelined = belfry.exchange(b"GET /debug/healthz HTTP/1.1\r\nHost: x\r\n\r\nBAD\r\n\r\n");
    assert!(
        pipelined.text().starts_with("HTTP/1.1 200"),
        "{}",
        pipelined.text()
    );
    assert!(
        pipelined
            .text()
            .ends_with("{\"code\":3,\"message\":\"malformed request\"}")
    );
}

#[test]
fn unknown_paths_and_other_verbs_have_the_contracts_body() {
    let belfry = Belfry::start();
    for (verb, path, status, body) in [
        (
            "GET",
            "/nothing",
            404,
            r#"{"code":5,"message":"Not Found"}"#,
        ),
        ("GET", "/", 404, r#"{"code":5,"message":"Not Found"}"#),
        (
            "GET",
            "/debug/nothing",
            404,
            r#"{"code":5,"message":"Not Found"}"#,
        ),
        (
            "TRACE",
            "/nothing",
            404,
            r#"{"code":5,"message":"Not Found"}"#,
        ),
        (
            "POST",
            "/management/v1/healthz",
            405,
            r#"{"code":12,"message":"Method Not Allowed"}"#,
        ),
        (
            "ODD",
            "/management/v1/healthz",
            405,
            r#"{"code":12,"message":"Method Not Allowed"}"#,
        ),
        (
            "OPTIONS",
            "/management/v1/healthz",
            405,
            r#"{"code":12,"message":"Method Not Allowed"}"#,
        ),
        ("HEAD", "/management/v1/healthz", 405, ""),
        ("HEAD", "/debug/healthz", 200, ""),
        ("GET", "/debug/healthz", 200, "ok"),
        ("GET", "/debug/ready", 200, "\"ok\""),
        ("GET", "/management/v1/healthz", 200, "{}"),
        (
            "PUT",
            "/management/v1/users/1/phone",
            401,
            r#"{"code":16,"message":"auth header missing"}"#,
        ),
    ] {
        let request = format!("{verb} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = belfry.exchange(request.as_bytes());
        assert_eq!(
            (answer.status(), answer.body()),
            (status, body),
            "{verb} {path}"
        );
    }
}

#[test]
fn native_grpc_needs_http2() {
    let belfry = Belfry::start();
    for path in [
        "/zitadel.management.v1.ManagementService/Healthz",
        "/management/v1/healthz",
    ] {
        let answer = belfry.exchange(
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                 Content-Type: application/grpc\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0"
            )
            .as_bytes(),
        );
        assert_eq!(answer.status(), 415, "{path}");
        assert!(
            answer.body().starts_with("{\"code\":3,"),
            "{path}: {}",
            answer.text()
        );
    }
}

#[test]
fn a_grpc_web_call_carries_its_status_in_the_body() {
    let belfry = Belfry::start();
    for (method, frames, expected) in [
        (
            "Healthz",
            "\0\0\0\0\0",
            "\0\0\0\0\0\u{80}\0\0\0\u{f}grpc-status:0\r\n",
        ),
        (
            "Nothing",
            "\0\0\0\0\0",
            "\u{80}\0\0\0\u{2d}grpc-status:12\r\ngrpc-message:unknown method\r\n",
        ),
        (
            "UpdateHumanPhone",
            "\0\0\0\0\0",
            "\u{80}\0\0\0\u{32}grpc-status:16\r\ngrpc-message:auth header missing\r\n",
        ),
    ] {
        let request = format!(
            "POST /zitadel.management.v1.ManagementService/{method} HTTP/1.1\r\nHost: x\r\n\
             Connection: close\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: {}\r\n\r\n{frames}",
            frames.len(),
        );
        let answer = belfry.exchange(request.as_bytes());
        assert_eq!(answer.status(), 200, "{method}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/grpc-web+proto"),
            "{method}"
        );
        let expected: Vec<u8> = expected.chars().map(|c| c as u8).collect();
        assert_eq!(answer.raw_body(), expected, "{method}");
    }
}

#[test]
fn a_large_body_is_refused_and_the_client_sees_why() {
    let belfry = Belfry::start();
    let body = " ".repeat((4 << 20) + 1);
    let head = "PUT /management/v1/users/1/phone HTTP/1.1\r\nHost: x\r\n";
    let plain = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let chunked = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    for request in [plain, chunked] {
        let answer = belfry.exchange(request.as_bytes());
        assert_eq!(answer.status(), 413);
        assert!(
            answer.body().starts_with("{\"code\":8,"),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn requests_that_are_sent_too_slowly_end() {
    let belfry = Belfry::start();
    let head = "PUT /management/v1/users/1/phone HTTP/1.1\r\nHost: x\r\n";
    let healthz = "GET /debug/healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let http1 = [
        (
            "a head",
            String::new(),
            "GET /debug/healthz HTTP/1.1\r\nA: ".to_owned(),
        ),
        (
            "a second head",
            healthz.to_owned(),
            "GET /debug/healthz HTTP/1.1\r\nA: ".to_owned(),
        ),
        (
            "a body",
            format!("{head}Content-Length: 5000\r\n\r\n"),
            "{\"a\":\"".to_owned(),
        ),
        (
            "a chunked body",
            format!("{head}Transfer-Encoding: chunked\r\n\r\n"),
            "1\r\na\r\n".repeat(100),
        ),
    ];
    let preface = String::from_utf8_lossy(PREFACE).into_owned().into_bytes();
    let block = headers("PUT", "/management/v1/users/1/phone", &[]);
    let http2 = [
        ("a preface", Vec::new(), preface),
        (
            "a frame's head",
            PREFACE.to_vec(),
            b"\0\0\0\x04\0\0".to_vec(),
        ),
        ("a header block", PREFACE.to_vec(), frame(1, 4, 1, &block)),
    ];
    thread::scope(|scope| {
        for (what, first, rest) in http1 {
            let belfry = &belfry;
            scope.spawn(move || {
                let (answer, took) = belfry.trickle(first.as_bytes(), &rest.into_bytes());
                let answer = String::from_utf8_lossy(&answer).into_owned();
                assert_eq!(
                    answer.matches("HTTP/1.1 408").count(),
                    1,
                    "{what}: {answer}"
                );
                assert!(
                    answer.ends_with("\"the request did not arrive in time\"}"),
                    "{what}"
                );
                assert!(took < SLOW_ENDS_WITHIN, "{what} took {took:?}");
            });
        }
        for (what, first, rest) in http2 {
            let belfry = &belfry;
            scope.spawn(move || {
                let (_, took) = belfry.trickle(&first, &rest);
                assert!(took < SLOW_ENDS_WITHIN, "{what} took {took:?}");
            });
        }
        scope.spawn(|| {
            let request = [PREFACE, &frame(1, 4, 1, &block)].concat();
            let mut connection = belfry.connect();
            let asked = Instant::now();
            connection.send(&request);
            connection.read_until(b"did not arrive in time");
            assert!(asked.elapsed() < SLOW_ENDS_WITHIN);
        });
    });
    assert_eq!(
        belfry
            .exchange(b"GET /debug/healthz HTTP/1.0\r\n\r\n")
            .body(),
        "ok"
    );
}

#[test]
fn http2_is_told_by_its_preface_however_it_is_split() {
    let belfry = Belfry::start();
    let request = [PREFACE, &frame(1, 5, 1, &headers("GET", "/nothing", &[]))].concat();
    for pieces in [vec![1], vec![2, 3], vec![3, 4, 20], vec![23, 24, 25]] {
        let mut connection = belfry.connect();
        let mut from = 0;
        for to in pieces.iter().copied().chain([request.len()]) {
            connection.send(&request[from..to]);
            thread::sleep(Duration::from_millis(30));
            from = to;
        }
        connection.read_until(br#"{"code":5,"message":"Not Found"}"#);
    }
}

#[test]
fn the_beginning_of_a_preface_and_no_more_ends_the_connection_only() {
    let belfry = Belfry::start();
    // More of them than there are workers: one used to keep its worker busy for good.
    for _ in 0..16 {
        for begun in ["P", "PRI", "PRI "] {
            let mut connection = belfry.connect();
            connection.send(begun.as_bytes());
            connection.end();
            assert!(connection.read_to_end().len() < 200);
        }
    }
    assert_eq!(
        belfry
            .exchange(b"GET /debug/healthz HTTP/1.0\r\n\r\n")
            .body(),
        "ok"
    );
}

#[test]
fn a_stop_ends_idle_connections_and_the_process() {
    let mut belfry = Belfry::start();
    let mut silent = belfry.connect();
    let mut kept_alive = belfry.connect();
    kept_alive.send(b"GET /debug/healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    kept_alive.read_until(b"\r\n\r\nok");
    let mut http2 = belfry.connect();
    http2.send(
        &[
            PREFACE,
            &frame(1, 5, 1, &headers("GET", "/debug/healthz", &[])),
        ]
        .concat(),
    );
    http2.read_until(b"ok");

    let asked = Instant::now();
    assert!(belfry.stop().success());
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "took {:?}",
        asked.elapsed()
    );
    assert_eq!(silent.read_to_end(), b"");
    assert_eq!(kept_alive.read_to_end(), b"");
    const GOAWAY: u8 = 7;
    let rest = http2.read_to_end();
    assert!(wire::frame_kinds(&rest).contains(&GOAWAY), "{rest:?}");
}
