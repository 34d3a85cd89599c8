//! The users of a database and the requests about them.
//!
//! Users are made through the API: v2 `AddHumanUser` without a password, with a verified e-mail
//! address and a verified number, so that no message is due. Every change takes a number that no
//! other request had.

use std::{
    cell::Cell,
    io::Write as _,
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

use super::{bed::Stock, http};

/// Connections that fill a database.
const FILLERS: usize = 128;

/// Requests about the users of one database.
pub struct People {
    token: String,
    ids: Vec<String>,
}

/// Randomness for one load.
pub fn random() -> SmallRng {
    SmallRng::from_rng(&mut rand::rng())
}

/// A number that was never given before in this process.
pub fn next_number() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("+4915{:09}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Writes a GET request.
pub fn get(request: &mut Vec<u8>, path: &str, token: &str) {
    write!(
        request,
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
}

/// Writes a request with a JSON body.
pub fn send(request: &mut Vec<u8>, verb: &str, path: &str, token: &str, body: &str) {
    write!(
        request,
        "{verb} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
}

/// Makes users and tells their ids.
pub fn add(address: SocketAddr, token: &str, users: usize) -> Vec<String> {
    let next = Cell::new(0);
    let ids = std::cell::RefCell::new(Vec::with_capacity(users));
    http::side_by_side(FILLERS, async || {
        let mut client = http::Client::connect(address).await;
        loop {
            let user = next.replace(next.get() + 1);
            if user >= users {
                return http::Measured::default();
            }
            let body = format!(
                r#"{{"username":"user{user:07}","profile":{{"givenName":"Given{user}","familyName":"Family{user}"}},"email":{{"email":"user{user:07}@example.org","isVerified":true}},"phone":{{"phone":"{}","isVerified":true}}}}"#,
                next_number()
            );
            let mut request = Vec::new();
            send(&mut request, "POST", "/v2/users/human", token, &body);
            let status = client.ask(&request).await;
            let is_good = status.is_some_and(|status| status / 100 == 2);
            assert!(
                is_good,
                "{status:?} {}",
                String::from_utf8_lossy(client.body())
            );
            let answer: serde_json::Value = serde_json::from_slice(client.body()).unwrap();
            ids.borrow_mut()
                .push(answer["userId"].as_str().unwrap().to_owned());
        }
    });
    ids.into_inner()
}

impl People {
    /// The users of a filled database.
    pub fn of(stock: &Stock) -> Self {
        Self {
            token: stock.token.clone(),
            ids: stock.ids.clone(),
        }
    }

    /// The administrator's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The id of a random user.
    pub fn any(&self, random: &mut SmallRng) -> &str {
        &self.ids[random.random_range(0..self.ids.len())]
    }

    /// Writes a change of a random user's phone.
    pub fn put_phone(&self, request: &mut Vec<u8>, random: &mut SmallRng) {
        let path = format!("/management/v1/users/{}/phone", self.any(random));
        let body = format!(r#"{{"phone":"{}"}}"#, next_number());
        send(request, "PUT", &path, &self.token, &body);
    }

    /// Writes a read of a random user.
    pub fn get_user(&self, request: &mut Vec<u8>, random: &mut SmallRng) {
        get(
            request,
            &format!("/management/v1/users/{}", self.any(random)),
            &self.token,
        );
    }

    /// The same change as [`People::put_phone`] as an encoded message.
    pub fn phone_message(&self, random: &mut SmallRng) -> Bytes {
        use belfry::contract::pb::zitadel::management::v1::UpdateHumanPhoneRequest;
        let request = UpdateHumanPhoneRequest {
            user_id: self.any(random).to_owned(),
            phone: next_number(),
            ..UpdateHumanPhoneRequest::default()
        };
        prost::Message::encode_to_vec(&request).into()
    }
}
