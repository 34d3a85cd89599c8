//! The provider as a whole, against answers that are played: what is refused when it is created, the
//! dry run, tokens, and what becomes of a request without an answer.

use std::sync::Mutex;

use belfry_plugin::{FakeHost, HttpFailure, Reason};
use serde_json::json;

use super::*;
use crate::service::SERVICES;

fn create(host: &FakeHost, config: Value) -> Result<Gateway, Failure> {
    let Value::Object(config) = config else {
        panic!("a table is wanted");
    };
    Gateway::create(host.host(), config)
}

fn refusal(config: Value) -> String {
    match create(&FakeHost::default(), config) {
        Err(Failure::Misconfigured(reason)) => reason.text.into_owned(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it should be refused"),
    }
}

/// A configuration with all variables that a service asks for.
fn complete(name: &str) -> Value {
    let mut config = json!({
        "service": name, "from": "Belfry", "receipt_secret": "0123456789abcdef",
    });
    for (variable, about) in Service::named(name).unwrap().variables {
        if about.one_of.is_empty() {
            config[&variable] = "v-secret".into();
        }
    }
    if name == "kannel" || name == "android-sms-gateway" {
        config["endpoint"] = "http://127.0.0.1:13013".into();
    }
    config
}

const MESSAGE: Message<'static> = Message {
    id: "m1",
    attempt: 1,
    to: "+41791234567",
    sender: "",
    text: "K7QX2B \"is\"\nyour code",
    locale: "en",
    template_name: "VerifyPhone",
    metadata_json: r#"{"args": {"code": "K7QX2B"}}"#,
    timeout: Duration::from_secs(10),
    receipt_url: "https://belfry.example/hooks/gateway",
    expires_at_unix_ms: 1_700_000_300_000,
};

fn answer(status: u16, body: &str) -> Result<HttpResponse, HttpFailure> {
    Ok(HttpResponse {
        status,
        body: body.into(),
        ..HttpResponse::default()
    })
}

#[test]
fn every_service_can_be_created_and_its_samples_hold() {
    for (name, _) in SERVICES {
        let created = create(&FakeHost::default(), complete(name));
        assert!(created.is_ok(), "{name}: {:?}", created.err());
        let samples = created.unwrap().settings.samples.len();
        assert!(samples >= 2, "{name} has answers to show");
    }
}

#[test]
fn every_service_reaches_a_host_of_the_description() {
    let description = serde_json::to_value(Gateway::description()).unwrap();
    let hosts: Vec<String> = serde_json::from_value(description["http_hosts"].clone()).unwrap();
    for (name, _) in SERVICES {
        let gateway = create(&FakeHost::default(), complete(name)).unwrap();
        let own = gateway.variables.own(false);
        let endpoint = gateway
            .engine
            .text(
                template::Position::Url,
                "endpoint",
                &gateway.settings.endpoint,
                &own.to_value(),
            )
            .unwrap();
        let known = endpoint
            .strip_prefix("https://")
            .is_some_and(|host| hosts.iter().any(|known| known == host));
        assert!(known || endpoint.starts_with("http://127.0.0.1"), "{name}");
    }
    let length = description.to_string().len();
    assert!(length < 64 * 1024, "{length} is more than the server reads");
}

#[test]
fn what_cannot_work_is_refused_with_its_key() {
    let base = |more: Value| {
        let mut config = json!({"endpoint": "https://x.example"});
        config
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        config
    };
    for (config, message) in [
        (json!({}), "endpoint is missing"),
        (
            json!({"service": "kannel", "username": "u", "password": "p"}),
            "endpoint is missing",
        ),
        (
            base(json!({"json": {"to": "{{ too }}"}})),
            "json.to names too, which is not set",
        ),
        (base(json!({"path": "/{{ to"})), "path is no template: "),
        (
            base(json!({"json": {}, "raw": "x"})),
            "at most one of json, form, xml, raw can be the body",
        ),
        (
            base(json!({"token": "t-secret"})),
            "token is set, and nothing uses it",
        ),
        (
            base(json!({"auth": {"bearer": "{{ to }}"}})),
            "auth.bearer names to, which is not set",
        ),
        (base(json!({"auth": {"oauth": {}}})), "client_id is missing"),
        (
            base(json!({"xml": "<a>{{ text }}"})),
            "xml is not well-formed",
        ),
        (
            base(json!({"json": {"n": "{{ text | int }}"}})),
            "json.n cannot be filled",
        ),
        (
            base(json!({"samples": [{"status": 200, "expect": "rejected"}]})),
            "samples[0] should be rejected, and the rules say accepted",
        ),
    ] {
        let text = refusal(config.clone());
        assert!(text.starts_with(message), "{config}: {text}");
        assert!(!text.contains("secret\""), "{text}");
    }
}

#[test]
fn a_dry_run_shows_the_request_and_no_secret_and_sends_nothing() {
    for (name, _) in SERVICES {
        let host = FakeHost::answering(|_| panic!("nothing is sent"));
        let mut config = complete(name);
        config["dry_run"] = true.into();
        let gateway = create(&host, config).unwrap();
        assert_eq!(gateway.send(&MESSAGE).unwrap().provider_id, "m1");
        assert!(gateway.health(Duration::from_secs(1)).is_ok());
        let lines = host.lines();
        let (level, line) = lines.last().unwrap();
        assert_eq!(*level, Level::Debug);
        assert!(line.contains("dry run: "), "{line}");
        assert!(line.contains("text"), "{line}");
        for hidden in ["K7QX2B", "791234567", "0123456789abcdef"] {
            assert!(!line.contains(hidden), "{name} shows {hidden}: {line}");
        }
        let secrets = Service::named(name).unwrap().variables;
        let open = secrets
            .values()
            .any(|about| !about.secret && about.one_of.is_empty());
        // A name that is no secret may be shown, so it must not look like one here.
        assert!(open || !line.contains("v-secret"), "{name}: {line}");
    }
}

#[test]
fn without_an_answer_only_what_surely_did_not_leave_is_unavailable() {
    for may_have_left in [true, false] {
        let host = FakeHost::answering(move |_| {
            Err(HttpFailure {
                may_have_left,
                text: "gone".into(),
            })
        });
        let gateway = create(&host, json!({"endpoint": "https://x.example", "raw": "x"})).unwrap();
        let expected = match may_have_left {
            true => Failure::OutcomeUnknown("gone".to_owned().into()),
            false => Failure::Unavailable("gone".to_owned().into()),
        };
        assert_eq!(gateway.send(&MESSAGE), Err(expected));
    }
}

#[test]
fn a_token_is_kept_while_it_lives_and_replaced_once_when_it_is_refused() {
    let asked = std::sync::Arc::new(Mutex::new(Vec::<String>::new()));
    let seen = asked.clone();
    let host = FakeHost::answering(move |request| {
        let mut seen = seen.lock().unwrap();
        let header = request.header("Authorization").unwrap_or_default();
        seen.push(format!("{} {header}", request.url));
        let fetched = seen.iter().filter(|line| line.contains("/token")).count();
        match request.url {
            "https://x.example/token" => {
                assert_eq!(request.body, b"grant_type=client_credentials&scope=sms");
                answer(
                    200,
                    &format!(r#"{{"access_token": "t{fetched}", "expires_in": 3600}}"#),
                )
            }
            _ if header == "Bearer t1" && seen.len() > 3 => answer(401, ""),
            _ => answer(200, ""),
        }
    });
    let gateway = create(
        &host,
        json!({
            "endpoint": "https://x.example/send", "json": {"text": "{{ text }}"},
            "auth": {"oauth": {"scope": "sms"}}, "token_url": "https://x.example/token",
            "client_id": "me", "client_secret": "p:w",
        }),
    )
    .unwrap();
    for _ in 0..3 {
        gateway.send(&MESSAGE).unwrap();
    }
    let token = "https://x.example/token Basic bWU6cCUzQXc=";
    let with = |token: &str| format!("https://x.example/send Bearer {token}");
    assert_eq!(
        *asked.lock().unwrap(),
        [
            token,
            &with("t1"),
            &with("t1"),
            &with("t1"),
            token,
            &with("t2")
        ]
    );
}

#[test]
fn without_a_token_nothing_was_sent() {
    for (outcome, expected) in [
        (
            answer(401, ""),
            Failure::Unauthorized(Reason::with_code("the token endpoint answered 401", "401")),
        ),
        (
            answer(200, "[]"),
            Failure::Unavailable("the token endpoint's answer has no access_token".into()),
        ),
        (
            Err(HttpFailure {
                may_have_left: true,
                text: "no answer in time".into(),
            }),
            Failure::Unavailable("no token: no answer in time".into()),
        ),
    ] {
        let host = FakeHost::answering(move |_| outcome.clone());
        let config = json!({
            "endpoint": "https://x.example", "auth": {"oauth": {}}, "raw": "x",
            "token_url": "https://x.example/token", "client_id": "me", "client_secret": "pw",
        });
        let gateway = create(&host, config).unwrap();
        assert_eq!(gateway.send(&MESSAGE), Err(expected));
    }
}

#[test]
fn health_tells_a_refusal_from_a_question_that_is_not_understood() {
    for (status, healthy) in [(200, true), (404, true), (401, false), (503, false)] {
        let host = FakeHost::answering(move |request| {
            assert_eq!(request.method, "GET");
            answer(status, "")
        });
        let gateway = create(&host, complete("vonage")).unwrap();
        assert_eq!(gateway.health(Duration::from_secs(1)).is_ok(), healthy);
    }
}

#[test]
fn plain_http_to_another_machine_is_warned_of() {
    for (endpoint, warned) in [
        ("http://kannel.lan:13013", true),
        ("http://10.0.0.1", true),
        ("http://127.0.0.1:13013", false),
        ("http://[::1]:13013/x", false),
        ("http://localhost", false),
        ("https://kannel.lan", false),
    ] {
        let host = FakeHost::default();
        create(&host, json!({"endpoint": endpoint})).unwrap();
        assert_eq!(!host.lines().is_empty(), warned, "{endpoint}");
    }
}

#[test]
fn a_huge_or_odd_answer_is_only_an_answer() {
    for body in [
        "x".repeat(2 << 20),
        "[".repeat(1 << 16),
        "{\"messages\": {\"0\": null}}".to_owned(),
        "\u{0}\u{1}".to_owned(),
        String::new(),
    ] {
        let host = FakeHost::answering(move |_| answer(200, &body));
        let gateway = create(&host, complete("vonage")).unwrap();
        assert!(matches!(
            gateway.send(&MESSAGE),
            Err(Failure::OutcomeUnknown(_))
        ));
    }
}

/// A secret in a file, as the server resolves it.
fn resolve(value: &mut Value) {
    match value {
        Value::Object(table) if table.len() == 1 && table.contains_key("file") => {
            *value = "0123456789abcdef".into();
        }
        Value::Object(table) => table.values_mut().for_each(resolve),
        Value::Array(items) => items.iter_mut().for_each(resolve),
        _ => {}
    }
}

#[test]
fn every_example_of_the_readme_works_and_no_service_lacks_one() {
    let readme = include_str!("../README.md");
    let mut shown = Vec::new();
    for block in readme.split("```toml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut block: Value = toml::from_str(block).unwrap();
        for provider in block["notifications"]["providers"].as_array_mut().unwrap() {
            resolve(provider);
            let config = provider["config"].clone();
            shown.extend(config["service"].as_str().map(str::to_owned));
            let host = FakeHost::answering(|_| answer(503, ""));
            let gateway = create(&host, config).unwrap_or_else(|error| panic!("{error:?}"));
            assert!(matches!(
                gateway.send(&MESSAGE),
                Err(Failure::Unavailable(_))
            ));
        }
    }
    for (name, _) in SERVICES {
        assert!(shown.iter().any(|shown| shown == name), "{name}");
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
    let schema = schema::schema();
    for (name, _) in schema["properties"].as_object().unwrap() {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
    for name in variables::OF_MESSAGE {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_configuration_of_the_readme_makes_the_request_that_it_seems_to() {
    let readme = include_str!("../README.md");
    let block = readme
        .split("```toml\n")
        .find(|block| block.contains("\"acme\""));
    let block = block.unwrap().split("```").next().unwrap();
    let mut block: Value = toml::from_str(block).unwrap();
    resolve(&mut block);
    let host = FakeHost::answering(|request| {
        assert_eq!(
            request.url,
            "https://sms.example.com/v2/accounts/a-17/messages"
        );
        let body: Value = serde_json::from_slice(request.body).unwrap();
        assert_eq!(
            body,
            json!({
                "to": ["41791234567"], "number": 41_791_234_567_i64, "text": MESSAGE.text,
                "from": "Belfry", "ttl_ms": 300_000, "unicode": false,
                "callback": "https://belfry.example/hooks/gateway/0123456789abcdef",
            })
        );
        answer(
            200,
            r#"{"status": "queued", "id": "x1", "parts": 1, "cost": "0.05", "currency": "CHF"}"#,
        )
    });
    let config = block["notifications"]["providers"][0]["config"].clone();
    let sent = create(&host, config).unwrap().send(&MESSAGE).unwrap();
    assert_eq!(
        (sent.provider_id.as_str(), sent.price.as_str()),
        ("x1", "0.05 CHF")
    );
}
