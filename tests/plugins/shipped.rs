//! The providers that come with Belfry, in both isolations.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread::JoinHandle,
    time::Duration,
};

use belfry::plugin::Status;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bed::{self, BOTH, Bed};

fn start(name: &str, plugin: &str, isolation: belfry::plugin::Isolation, config: Value) -> Bed {
    bed::build_shipped();
    let bed = Bed::start(bed::config(name, plugin, isolation, config), bed::options());
    assert_eq!(bed.state(), "ready");
    bed
}

#[test]
fn file_appends_whole_lines_to_a_path_relative_to_the_configuration() {
    for isolation in BOTH {
        let name = format!("file-{isolation:?}.jsonl");
        let path = bed::folder("base").join(&name);
        let _ = fs::remove_file(&path);
        let beds: Vec<_> = ["a", "b"]
            .map(|bed| {
                start(
                    &format!("{name}-{bed}"),
                    "file",
                    isolation,
                    json!({"path": name}),
                )
            })
            .into();
        std::thread::scope(|scope| {
            for (index, bed) in beds.iter().enumerate() {
                scope.spawn(move || {
                    for n in 0..100 {
                        let result = bed.provider.send(&bed::message(&format!("m-{index}-{n}")));
                        assert_eq!(result.status, Status::Ok, "{}", result.detail);
                    }
                });
            }
        });
        let content = fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = content
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let ids: HashSet<_> = lines
            .iter()
            .map(|line| line["id"].as_str().unwrap())
            .collect();
        assert_eq!((lines.len(), ids.len()), (200, 200));
        assert_eq!(lines[0]["to"], "+41791234567");
        assert_eq!(lines[0]["text"], "Your code is K7QX2P");
        beds.into_iter().for_each(|bed| bed.registry.stop());
    }
}

#[test]
fn file_with_a_path_that_cannot_be_written_waits_for_the_repair() {
    for isolation in BOTH {
        let name = format!("unwritable-{isolation:?}");
        let folder = bed::folder("base").join(&name);
        let _ = fs::remove_dir_all(&folder);
        let bed = start(
            &name,
            "file",
            isolation,
            json!({"path": format!("{name}/sms.jsonl")}),
        );
        for _ in 0..5 {
            let result = bed.provider.send(&bed::message("m"));
            assert_eq!(result.status, Status::Unavailable);
            assert!(result.detail.contains("cannot append"), "{}", result.detail);
        }
        assert!(bed.state().starts_with("paused"), "{}", bed.state());
        fs::create_dir(&folder).unwrap();
        bed.wait_until_available();
        assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
        assert_eq!(bed.state(), "ready");
        bed.registry.stop();
    }
}

#[test]
fn log_writes_a_line_without_number_or_code() {
    for isolation in BOTH {
        let name = format!("log-{isolation:?}");
        let bed = start(&name, "log", isolation, json!({}));
        assert_eq!(bed.provider.send(&bed::message("m-7")).status, Status::Ok);
        let log = bed::log_of(&name);
        let expected = "message m-7 to +417******67: VerifyPhone in de, 19 characters [m-7]";
        assert!(log.iter().any(|line| line.ends_with(expected)), "{log:?}");
        bed.registry.stop();
    }
}

/// A gateway that gives one answer to each of its connections, and then what it was asked.
fn gateway(answers: &'static [&'static str]) -> (String, JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/sms?x=1", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(reader.read_line(&mut head).unwrap(), 0);
            }
            let mut body = vec![0; header(&head, "content-length").unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            asked.push((head, String::from_utf8(body).unwrap()));
            let mut stream = reader.into_inner();
            match *answer {
                "" => drop(stream),
                answer => stream.write_all(answer.as_bytes()).unwrap(),
            }
        }
        asked
    });
    (endpoint, asked)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[test]
fn http_posts_the_metadata_and_signs_it() {
    for isolation in BOTH {
        let (endpoint, asked) = gateway(&["HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"; 2]);
        let config = json!({"endpoint": endpoint, "signing_key": "abcDEF123"});
        let signed = start(&format!("signed-{isolation:?}"), "http", isolation, config);
        let plain = start(
            &format!("plain-{isolation:?}"),
            "http",
            isolation,
            json!({"endpoint": endpoint}),
        );
        let message = bed::message("m");
        assert_eq!(signed.provider.send(&message).status, Status::Ok);
        assert_eq!(plain.provider.send(&message).status, Status::Ok);
        let asked = asked.join().unwrap();

        let (head, body) = &asked[0];
        assert!(head.starts_with("POST /sms?x=1 HTTP/1.1\r\n"), "{head}");
        assert_eq!(header(head, "content-type"), Some("application/json"));
        assert_eq!(*body, message.metadata_json);
        let (time, code) = header(head, "ZITADEL-Signature")
            .unwrap()
            .split_once(',')
            .unwrap();
        let time = time.strip_prefix("t=").unwrap();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!(now - time.parse::<u64>().unwrap() < 60);
        let mut mac = Hmac::<Sha256>::new_from_slice(b"abcDEF123").unwrap();
        mac.update(format!("{time}.{body}").as_bytes());
        assert_eq!(
            code,
            format!("v1={}", hex::encode(mac.finalize().into_bytes()))
        );

        assert_eq!(header(&asked[1].0, "ZITADEL-Signature"), None);
        signed.registry.stop();
        plain.registry.stop();
    }
}

#[test]
fn http_answers_are_decisions() {
    for isolation in BOTH {
        let (endpoint, asked) = gateway(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n",
            "",
            "HTTP/1.1 429 Slow\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n",
        ]);
        let name = format!("answers-{isolation:?}");
        let bed = start(&name, "http", isolation, json!({"endpoint": endpoint}));
        for (status, code) in [
            (Status::Ok, ""),
            (Status::Unavailable, "500"),
            (Status::Unavailable, "404"),
            (Status::OutcomeUnknown, ""),
            (Status::Throttled, "429"),
        ] {
            let result = bed.provider.send(&bed::message("m"));
            assert_eq!(
                (result.status, result.provider_code.as_str()),
                (status, code),
                "{}",
                result.detail
            );
        }
        asked.join().unwrap();
        bed.registry.stop();
    }
}

#[test]
fn http_follows_no_redirect_and_knows_when_nothing_was_sent() {
    for isolation in BOTH {
        let (endpoint, asked) =
            gateway(&["HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"]);
        let bed = start(
            &format!("redirect-{isolation:?}"),
            "http",
            isolation,
            json!({"endpoint": endpoint}),
        );
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::Misconfigured);
        assert!(
            result.detail.contains("redirects are not followed"),
            "{}",
            result.detail
        );
        asked.join().unwrap();
        // The gateway is gone now; the probe is refused.
        bed.wait_until_available();
        assert_eq!(
            bed.provider.send(&bed::message("m")).status,
            Status::Unavailable
        );
        bed.registry.stop();
    }
}

#[test]
fn http_waits_no_longer_than_it_may() {
    for isolation in BOTH {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/", silent.local_addr().unwrap());
        let bed = start(
            &format!("silent-{isolation:?}"),
            "http",
            isolation,
            json!({"endpoint": endpoint}),
        );
        let started = std::time::Instant::now();
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::OutcomeUnknown);
        assert_eq!(result.detail, "no answer in time");
        assert!(started.elapsed() < Duration::from_millis(700));
        bed.registry.stop();
    }
}

#[test]
fn http_does_not_send_to_what_does_not_speak_tls() {
    for isolation in BOTH {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("https://{}/", listener.local_addr().unwrap());
        let answer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 No\r\n\r\n").unwrap();
            let mut hello = [0; 512];
            stream.read(&mut hello).unwrap()
        });
        let name = format!("tls-{isolation:?}");
        let bed = start(&name, "http", isolation, json!({"endpoint": endpoint}));
        let result = bed.provider.send(&bed::message("m"));
        assert_eq!(result.status, Status::Unavailable, "{}", result.detail);
        assert!(answer.join().unwrap() > 0);
        bed.registry.stop();
    }
}
