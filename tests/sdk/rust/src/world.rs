//! The running server and what the flows share: new names and numbers, SMS, and OAuth by hand.

use std::{
    env, fs,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use pbjson_types::Timestamp;
use serde_json::Value;
use tonic::Request;
use uuid::Uuid;

/// A variable that the runner of the runners sets.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

pub fn url() -> String {
    variable("BELFRY_URL")
}

pub fn token() -> String {
    variable("BELFRY_TOKEN")
}

pub fn org() -> String {
    variable("BELFRY_ORG")
}

/// A Swiss mobile number that nobody has; the other runners draw from other prefixes.
pub fn number() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1_000_000);
    format!("+4178{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A name that nobody has.
pub fn name() -> String {
    format!("crate-{}", Uuid::new_v4())
}

/// An hour from now.
pub fn soon() -> Option<Timestamp> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seconds = i64::try_from(now.as_secs()).unwrap() + 3600;
    Some(Timestamp { seconds, nanos: 0 })
}

/// A request in an organization that the header names.
pub fn within<T>(org: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let org = org.parse().unwrap();
    request.metadata_mut().insert("x-zitadel-orgid", org);
    request
}

/// The code in the last SMS to a number, once there are that many.
pub async fn sms_code(to: &str, messages: usize) -> String {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(15) {
        let texts = sms_to(to);
        if texts.len() >= messages {
            return code_in(&texts[texts.len() - 1]);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no SMS to {to}");
}

fn sms_to(to: &str) -> Vec<String> {
    // The first SMS makes the file; the last line may be half written.
    let file = fs::read_to_string(variable("BELFRY_SMS")).unwrap_or_default();
    let lines = file
        .rsplit_once('\n')
        .map_or("", |(whole, _)| whole)
        .lines();
    lines
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|sms| sms["to"] == to)
        .map(|sms| sms["text"].as_str().unwrap().to_owned())
        .collect()
}

fn code_in(text: &str) -> String {
    let is_code = |word: &&str| {
        word.len() == 6
            && word
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(is_code).expect("a code in the SMS").to_owned()
}

const API: (&str, &str) = ("scope", "openid urn:zitadel:iam:org:project:id:zitadel:aud");

/// Logs a machine in with its secret, which the crate has no way for.
pub async fn sign_in_with_secret(client_id: &str, secret: &str) -> Result<String, String> {
    let form = [("grant_type", "client_credentials"), API];
    access_token(&form, Some((client_id, secret))).await
}

/// A token to act as a user, for somebody with an impersonator role.
pub async fn act_as(user: &str, actor_token: &str) -> Result<String, String> {
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", user),
        (
            "subject_token_type",
            "urn:zitadel:params:oauth:token-type:user_id",
        ),
        ("actor_token", actor_token),
        (
            "actor_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        API,
    ];
    access_token(&form, None).await
}

async fn access_token(
    form: &[(&str, &str)],
    client: Option<(&str, &str)>,
) -> Result<String, String> {
    let http = reqwest::Client::new();
    let mut request = http.post(format!("{}/oauth/v2/token", url())).form(form);
    if let Some((id, secret)) = client {
        request = request.basic_auth(id, Some(secret));
    }
    let answer = request.send().await.unwrap();
    let is_good = answer.status().is_success();
    let body: Value = answer.json().await.unwrap();
    match body["access_token"].as_str() {
        Some(token) if is_good => Ok(token.to_owned()),
        _ => Err(body.to_string()),
    }
}
