//! Peers that no honest mail server is like: they talk without end, slowly or wildly.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use belfry_plugin::{Failure, Message, Provider as _};

use crate::mail_server::{message, provider};

/// Listens, and hands each connection to `talk` on a thread of its own.
fn listen(talk: impl Fn(TcpStream) + Send + Sync + Copy + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || talk(stream));
        }
    });
    port
}

/// Writes the same bytes until nobody reads them.
fn repeat(mut stream: TcpStream, bytes: &[u8], pause: Duration) {
    while stream.write_all(bytes).is_ok() {
        thread::sleep(pause);
    }
}

#[test]
fn a_greeting_without_end_ends() {
    let talks: [fn(TcpStream); 6] = [
        |stream| repeat(stream, b"220-hello\r\n", Duration::ZERO),
        |stream| repeat(stream, b"x", Duration::ZERO),
        |stream| repeat(stream, b"220-hello\r\n", Duration::from_millis(50)),
        |stream| repeat(stream, b"2", Duration::from_millis(50)),
        |stream| repeat(stream, b"220 \xff\xfe\0\r\n", Duration::ZERO),
        |mut stream| {
            // Silent.
            let _ = stream.read(&mut [0; 1]);
        },
    ];
    for (case, talk) in talks.into_iter().enumerate() {
        let provider = provider(listen(talk), |_| ());
        let timeout = Duration::from_secs(1);
        let outcome = provider.send(&Message {
            timeout,
            ..message("351", "hello")
        });
        assert!(
            matches!(outcome, Err(Failure::Unavailable(_))),
            "{case}: {outcome:?}"
        );
    }
}

#[test]
fn an_answer_without_end_after_the_text_leaves_the_outcome_open() {
    let port = listen(|mut stream| {
        let mut said = Vec::new();
        stream.write_all(b"220 hello\r\n").unwrap();
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            said.extend_from_slice(&buffer[..count]);
            if said.ends_with(b"\r\n.\r\n") {
                return repeat(stream, b"250-taken\r\n", Duration::from_millis(50));
            }
            if said.ends_with(b"DATA\r\n") {
                stream.write_all(b"354 go\r\n").unwrap();
            } else if buffer[..count].ends_with(b"\r\n")
                && !said.windows(6).any(|six| six == b"DATA\r\n")
            {
                stream.write_all(b"250 good\r\n").unwrap();
            }
        }
    });
    let provider = provider(port, |_| ());
    let timeout = Duration::from_secs(1);
    let outcome = provider.send(&Message {
        timeout,
        ..message("351", "hello")
    });
    assert!(
        matches!(outcome, Err(Failure::OutcomeUnknown(_))),
        "{outcome:?}"
    );
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let port = listen(|stream| repeat(stream, &[b'x'; 1 << 16], Duration::ZERO));
    let provider = provider(port, |_| ());
    // Far more than it takes to send the bound: not the time ends it.
    let timeout = Duration::from_secs(600);
    let message = Message {
        timeout,
        ..message("351", "hello")
    };
    let Err(Failure::Unavailable(reason)) = provider.send(&message) else {
        panic!("not unavailable");
    };
    assert!(reason.text.contains("without end"), "{}", reason.text);
}
