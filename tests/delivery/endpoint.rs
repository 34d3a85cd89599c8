//! An HTTP endpoint that gets messages as JSON, and the check of their signature.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// One call that the endpoint got.
pub struct Call {
    /// The path and the query.
    pub target: String,
    /// The signature header.
    pub signature: String,
    /// The body.
    pub body: String,
}

/// An endpoint that answers these statuses in turn, the last one for ever.
pub fn endpoint(statuses: &'static [u16]) -> (String, Receiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (calls, received) = channel();
    thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut target, mut signature, mut length) = (String::new(), String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let Some((name, value)) = line.trim().split_once(": ") else {
                    // The request line has no colon with a space, the end of the headers nothing.
                    match line.split(' ').nth(1) {
                        Some(place) => place.clone_into(&mut target),
                        None => break,
                    }
                    continue;
                };
                match name.to_ascii_lowercase().as_str() {
                    "zitadel-signature" => value.clone_into(&mut signature),
                    "content-length" => length = value.parse().unwrap(),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = statuses[turn.min(statuses.len() - 1)];
            let answer =
                format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            let body = String::from_utf8(body).unwrap();
            let call = Call {
                target,
                signature,
                body,
            };
            if calls.send(call).is_err() {
                return;
            }
        }
    });
    (url, received)
}

/// Whether a call was signed with a key, as a receiver checks it.
pub fn is_signed(call: &Call, key: &str) -> bool {
    let (time, code) = call.signature.split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(format!("{time}.{}", call.body).as_bytes());
    mac.verify_slice(&hex::decode(code).unwrap()).is_ok()
}
