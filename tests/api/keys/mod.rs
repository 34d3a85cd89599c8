//! Keys and client secrets of machines. What they are good for is tested in `tests/python/test_tokens.py`.

pub mod add;
pub mod list;
pub mod remove;
pub mod secrets;

use serde_json::{Value, json};

use crate::{app::App, operations::ADD_MACHINE_KEY, people::merged};

/// A public key in PEM, as bytes are in JSON.
const PUBLIC_KEY: &[u8] = include_bytes!("../../data/keys/rsa-2048.pem");

/// A key of a machine of the first organization, which brings the public part; the id.
fn key_of(app: &App, machine: &str, more: Value) -> String {
    let request =
        json!({"userId": machine, "type": "KEY_TYPE_JSON", "publicKey": base64(PUBLIC_KEY)});
    let answer = app
        .rest_as_admin(&ADD_MACHINE_KEY, merged(request, more))
        .ok();
    answer["keyId"].as_str().unwrap().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}
