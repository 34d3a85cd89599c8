//! The life of a message as operators see it: what a crash leaves, what receipts do, and the live view.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    plugins::build_shipped,
};

const SOON: Duration = Duration::from_secs(20);

fn deaf_provider(deaf: &TcpListener) -> String {
    let address = deaf.local_addr().unwrap();
    format!(
        "[[notifications.providers]]\nname = \"deaf\"\nplugin = \"http\"
         config = {{ endpoint = \"http://{address}/sms\", signing_key = \"s3cret\" }}\n"
    )
}

/// The newest message to a number, with its attempts.
fn shown(app: &App, number: &str) -> Value {
    let request = json!({"recipientPrefix": number});
    let found = app.ok("POST", "/belfry/v1/messages/_search", &request);
    let id = found["messages"][0]["id"].as_str().unwrap().to_owned();
    app.ok("GET", &format!("/belfry/v1/messages/{id}"), &json!({}))
}

#[track_caller]
fn wait_for_state(app: &App, number: &str, state: &str) -> Value {
    wait_for(state, SOON, || {
        let message = shown(app, number);
        (message["message"]["state"] == state).then_some(message)
    })
}

#[test]
fn what_a_crash_cut_off_is_sent_again_and_says_so() {
    build_shipped();
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = App::start(&deaf_provider(&deaf));
    let (_, number) = app.human_with_phone();
    wait_for_state(&app, &number, "MESSAGE_STATE_SENDING");
    app.kill();
    app.configure(&file_provider("sms.jsonl"));
    app.serve();
    app.wait_for_sms(&number);
    let message = wait_for_state(&app, &number, "MESSAGE_STATE_ACCEPTED");
    assert_eq!(message["message"]["unknownOutcomes"], 1, "{message}");
    let attempts = message["attempts"].as_array().unwrap();
    let attempt = |place: usize| {
        let attempt: &Value = &attempts[place];
        (attempt["provider"].clone(), attempt["status"].clone())
    };
    assert_eq!(attempts.len(), 2, "{message}");
    assert_eq!(
        attempt(0),
        (json!("deaf"), json!("CALL_STATUS_OUTCOME_UNKNOWN"))
    );
    assert_eq!(attempt(1), (json!("file"), json!("CALL_STATUS_OK")));
    app.wait_for_log("the server ended while 1 messages were being sent");
    app.expect_consistent();
}

#[test]
fn an_operator_may_want_no_message_twice() {
    build_shipped();
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let stop = "[notifications]\non_unknown_outcome = \"stop\"\n";
    let app = App::start(&[stop, &deaf_provider(&deaf)].concat());
    let (_, number) = app.human_with_phone();
    wait_for_state(&app, &number, "MESSAGE_STATE_SENDING");
    app.kill();
    app.configure(&[stop, &file_provider("sms.jsonl")].concat());
    app.serve();
    let message = wait_for_state(&app, &number, "MESSAGE_STATE_UNKNOWN");
    assert_eq!(message["attempts"].as_array().unwrap().len(), 1);
    assert!(!app.message_to(&number).has_code);
    // Another one goes out, so the provider that works was there.
    let (_, other) = app.human_with_phone();
    app.wait_for_sms(&other);
    assert!(app.sms().iter().all(|sms| sms.to != number));
}

#[test]
fn messages_may_be_dropped_without_a_provider_and_given_up_after_attempts_as_zitadel_does() {
    build_shipped();
    let app = App::start("[notifications]\nwithout_provider = \"drop\"\nproviders = []\n");
    let (_, number) = app.human_with_phone();
    let dropped = wait_for_state(&app, &number, "MESSAGE_STATE_FAILED");
    assert!(dropped["attempts"].is_null(), "{dropped}");
    assert!(!app.message_to(&number).has_code);

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = deaf_provider(&nobody);
    drop(nobody);
    app.configure(&["[notifications]\nmax_attempts = 2\n", &dead].concat());
    app.restart();
    let (_, number) = app.human_with_phone();
    let given_up = wait_for_state(&app, &number, "MESSAGE_STATE_FAILED");
    assert_eq!(
        given_up["attempts"].as_array().unwrap().len(),
        2,
        "{given_up}"
    );
    app.expect_consistent();
}

/// A client of the stream: curl.
pub struct Listener {
    curl: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Listener {
    pub fn start(app: &App, more: &[&str]) -> Self {
        let mut curl = Command::new("curl")
            .args(["--silent", "--show-error", "--no-buffer"])
            .args(more)
            .arg("--header")
            .arg(format!("authorization: Bearer {}", app.token))
            .arg(format!("http://{}/belfry/v1/messages/_stream", app.address))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = curl.stdout.take().unwrap();
        let mut lines = BufReader::new(output).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "retry: 3000");
        Self { curl, lines }
    }

    /// The next event: its number, name and data; `None` when the stream has ended.
    pub fn next(&mut self) -> Option<(String, String, Value)> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), None);
        loop {
            let line = self.lines.next()?.unwrap();
            if let Some(value) = line.strip_prefix("id: ") {
                value.clone_into(&mut id);
            } else if let Some(value) = line.strip_prefix("event: ") {
                value.clone_into(&mut name);
            } else if let Some(value) = line.strip_prefix("data: ") {
                data = Some(value.to_owned());
            } else if let Some(data) = data.take_if(|_| line.is_empty()) {
                // Only the empty line says that the event is whole.
                return Some((id, name, serde_json::from_str(&data).unwrap()));
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.curl.kill().ok();
        self.curl.wait().ok();
    }
}

#[test]
fn changes_are_seen_as_they_happen_over_both_versions_of_http() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let mut listener = Listener::start(&app, &[version]);
        let (user, number) = app.human_with_phone();
        let mut first = None;
        for state in ["queued", "sending", "accepted"] {
            let (id, name, data) = listener.next().unwrap();
            assert_eq!(name, "message");
            assert_eq!(data["state"], state, "{data}");
            assert_eq!(data["userId"], user.as_str());
            assert_eq!(data["channel"], "sms");
            assert!(data["time"].is_string(), "{data}");
            assert!(!data.to_string().contains(&number), "{data}");
            first.get_or_insert(id);
        }
        // Who comes back gets what it missed, and who was away too long is told.
        let back = format!("last-event-id: {}", first.unwrap());
        let mut again = Listener::start(&app, &[version, "--header", &back]);
        assert_eq!(again.next().unwrap().2["state"], "sending");
        assert_eq!(again.next().unwrap().2["state"], "accepted");
        let mut late = Listener::start(&app, &[version, "--header", "last-event-id: 7"]);
        assert_eq!(late.next().unwrap().1, "gap");
        assert_eq!(late.next().unwrap().2["state"], "queued");
    }
    // A stop ends every stream, and waits for none.
    let mut listener = Listener::start(&app, &[]);
    let (status, _) = app.terminate();
    assert!(status.success());
    assert_eq!(listener.next(), None);
}

#[test]
fn the_stream_is_for_those_who_may_read_the_instance() {
    build_shipped();
    let app = App::start(&file_provider("sms.jsonl"));
    let status = |token: Option<&str>, verb: &str| {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        let url = format!("http://{}/belfry/v1/messages/_stream", app.address);
        let request = match verb {
            "GET" => agent.get(&url).force_send_body(),
            _ => agent.post(&url),
        };
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        request.send_empty().unwrap().status().as_u16()
    };
    assert_eq!(status(None, "GET"), 401);
    assert_eq!(status(Some("nonsense"), "GET"), 401);
    assert_eq!(status(Some(&app.token), "POST"), 405);
    let machine = app.ok(
        "POST",
        "/management/v1/users/machine",
        &json!({"userName": "nobody", "name": "Nobody"}),
    );
    let id = machine["userId"].as_str().unwrap();
    let path = format!("/management/v1/users/{id}/pats");
    let token = app.ok("POST", &path, &json!({}))["token"].clone();
    assert_eq!(status(token.as_str(), "GET"), 404);
}
