//! Which provider gets a message: rules, their chains, pace, and what a full or dead provider holds up.

use std::{net::TcpListener, time::Duration};

use serde_json::{Value, json};

use crate::{
    app::{App, lossy, wait_for},
    plugins::build_shipped,
};

const SOON: Duration = Duration::from_secs(20);

/// A provider of the plugin `file` that writes to a file of its own name.
fn file(name: &str) -> String {
    format!(
        "[[notifications.providers]]\nname = \"{name}\"\nplugin = \"file\"\nconfig = {{ path = \"{name}.jsonl\" }}\n"
    )
}

/// A provider that posts to an address.
fn http(name: &str, address: impl std::fmt::Display, more: &str) -> String {
    format!(
        "[[notifications.providers]]\nname = \"{name}\"\nplugin = \"http\"\n{more}
         config = {{ endpoint = \"http://{address}/sms\", signing_key = \"s3cret\" }}\n"
    )
}

fn route(name: &str, rule: &str, providers: &[&str]) -> String {
    format!("[[notifications.routes]]\nname = \"{name}\"\n{rule}\nproviders = {providers:?}\n")
}

fn lines(app: &App, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(app.path(&format!("{name}.jsonl"))).unwrap_or_default();
    let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
    complete
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Waits until a provider has sent to a number.
#[track_caller]
fn wait_for_sms(app: &App, name: &str, number: &str) -> Value {
    let what = format!("{name} to send to {number}");
    wait_for(&what, SOON, || {
        lines(app, name).into_iter().find(|sms| sms["to"] == number)
    })
}

fn human_at(app: &App, number: &str) -> String {
    let user = app.human();
    app.caller().set_phone(&user, number).unwrap();
    user
}

/// The newest message to a number, as the API shows it, with its attempts.
fn shown(app: &App, number: &str) -> Value {
    let found = app.ok(
        "POST",
        "/belfry/v1/messages/_search",
        &json!({"recipientPrefix": number}),
    );
    let id = found["messages"][0]["id"].as_str().unwrap().to_owned();
    app.ok("GET", &format!("/belfry/v1/messages/{id}"), &json!({}))
}

#[test]
fn the_longest_prefix_decides_and_says_so_beside_the_attempt() {
    build_shipped();
    let rules = [
        file("everybody"),
        file("swiss"),
        file("germans"),
        route("europe", "prefixes = [\"+4\"]", &["everybody"]),
        route(
            "ch",
            "prefixes = [\"+41\"]\nsender = \"Belfry\"",
            &["swiss"],
        ),
        route("de", "countries = [\"DE\"]", &["germans"]),
    ]
    .concat();
    let app = App::start(&rules);
    human_at(&app, "+41790000001");
    let sms = wait_for_sms(&app, "swiss", "+41790000001");
    assert_eq!(sms["sender"], "Belfry", "{sms}");
    human_at(&app, "+4915112345678");
    wait_for_sms(&app, "germans", "+4915112345678");
    human_at(&app, "+436641234567");
    wait_for_sms(&app, "everybody", "+436641234567");
    // No rule: every provider may be asked, in their order.
    human_at(&app, "+16502530000");
    wait_for_sms(&app, "everybody", "+16502530000");
    let attempt = |number: &str| shown(&app, number)["attempts"][0]["route"].clone();
    assert_eq!(attempt("+41790000001"), "ch");
    assert_eq!(attempt("+16502530000"), Value::Null);

    let said = app
        .command(&["route", "+41 79 000 00 01"])
        .output()
        .unwrap();
    let said = lossy(&said.stdout);
    for part in [
        "number     +41790000001 (CH)",
        "rule             europe: it knows the first digit of the number; another rule fits better",
        "rule       taken ch: it knows the first 2 digits of the number",
        "route      ch",
        "sender     Belfry",
        "provider 1 swiss",
    ] {
        assert!(said.contains(part), "{part:?} is missing in\n{said}");
    }
    std::fs::write(app.path("token"), &app.token).unwrap();
    let url = format!("http://{}", app.address);
    let token = format!("--token-file={}", app.path("token").display());
    let live = ["route", "+4915112345678", "--url", &url, &token];
    let said = app.command(&live).output().unwrap();
    let said = lossy(&said.stdout);
    assert!(said.contains("provider 1 germans (ready)"), "{said}");
    assert!(said.contains("now        germans is asked first"), "{said}");
}

#[test]
fn an_organization_has_its_own_way_and_a_reload_changes_ways_at_once() {
    build_shipped();
    let providers = [file("first"), file("second")].concat();
    let app = App::start(&providers);
    let me = app.ok("GET", "/management/v1/orgs/me", &json!({}));
    let id = me["org"]["id"].as_str().unwrap();
    human_at(&app, "+41790000011");
    wait_for_sms(&app, "first", "+41790000011");
    let rule = format!("organizations = [\"{id}\"]");
    app.configure(&[providers, route("ours", &rule, &["second"])].concat());
    app.reload();
    app.wait_for_log("the providers are read again");
    wait_for("the new way", SOON, || {
        let way = app.ok(
            "POST",
            "/belfry/v1/routes/_explain",
            &json!({"phone": "+41790000012", "organizationId": id}),
        );
        (way["route"] == "ours").then_some(())
    });
    human_at(&app, "+41790000012");
    wait_for_sms(&app, "second", "+41790000012");
}

#[test]
fn the_chain_of_a_route_is_gone_through_and_nobody_else_is_asked() {
    build_shipped();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = nobody.local_addr().unwrap();
    drop(nobody);
    let rules = [
        http("dead", dead, ""),
        file("other"),
        file("spare"),
        route("ch", "countries = [\"CH\"]", &["dead", "spare"]),
    ]
    .concat();
    let app = App::start(&rules);
    human_at(&app, "+41790000021");
    wait_for_sms(&app, "spare", "+41790000021");
    assert!(lines(&app, "other").is_empty());
    let message = wait_for("both attempts", SOON, || {
        let message = shown(&app, "+41790000021");
        (message["message"]["state"] == "MESSAGE_STATE_ACCEPTED").then_some(message)
    });
    let attempts = message["attempts"].as_array().unwrap();
    let attempt = |place: usize| {
        let attempt = &attempts[place];
        (attempt["provider"].clone(), attempt["status"].clone())
    };
    assert_eq!(attempts.len(), 2, "{message}");
    assert_eq!(
        attempt(0),
        (json!("dead"), json!("CALL_STATUS_UNAVAILABLE"))
    );
    assert_eq!(attempt(1), (json!("spare"), json!("CALL_STATUS_OK")));
}

#[test]
fn a_provider_sends_no_faster_than_wanted_and_holds_up_no_other() {
    build_shipped();
    let slow = file("slow").replace("config =", "max_per_second = 0.001\nconfig =");
    let rules = [
        slow,
        file("fast"),
        route("ch", "countries = [\"CH\"]", &["slow"]),
        route("de", "countries = [\"DE\"]", &["fast"]),
    ]
    .concat();
    let app = App::start(&rules);
    for number in 0..100 {
        human_at(&app, &format!("+417900001{number:02}"));
    }
    for number in 0..20 {
        human_at(&app, &format!("+49151123456{number:02}"));
    }
    for number in 0..20 {
        wait_for_sms(&app, "fast", &format!("+49151123456{number:02}"));
    }
    wait_for("the outcome of the one", SOON, || {
        (app.queued() == 99).then_some(())
    });
    assert_eq!(lines(&app, "slow").len(), 1);
}

#[test]
fn a_provider_that_hangs_holds_up_no_other() {
    build_shipped();
    // Takes connections and never answers.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let rules = [
        http("deaf", deaf.local_addr().unwrap(), "max_concurrency = 1\n"),
        file("fast"),
        route("ch", "countries = [\"CH\"]", &["deaf"]),
        route("de", "countries = [\"DE\"]", &["fast"]),
    ]
    .concat();
    let app = App::start(&rules);
    for number in 0..100 {
        human_at(&app, &format!("+417900002{number:02}"));
    }
    human_at(&app, "+4915112345699");
    wait_for_sms(&app, "fast", "+4915112345699");
    let database = app.database();
    let query = "SELECT count(*) FROM attempts WHERE provider = 'deaf' AND ended_at IS NULL";
    let asked: i64 = database.query_row(query, [], |row| row.get(0)).unwrap();
    assert!(asked <= 1, "{asked}");
}

#[test]
fn a_configuration_of_routes_that_makes_no_sense_is_refused() {
    for (rule, reason) in [
        (
            route("a", "prefixes = [\"4179\"]", &["file"]),
            "is not \"+\" and digits",
        ),
        (
            route("a", "countries = [\"Swiss\"]", &["file"]),
            "is no ISO 3166-1",
        ),
        (route("a", "", &[]), "providers"),
        (
            [route("a", "", &["x"]), route("a", "", &["y"])].concat(),
            "is given twice",
        ),
        (
            route("a", "purposes = [\"marketing\"]", &["x"]),
            "verify_phone",
        ),
    ] {
        let app = App::bare(&rule, &[]);
        let checked = app.command(&["config", "check"]).output().unwrap();
        let said = lossy(&checked.stderr);
        assert!(
            !checked.status.success() && said.contains(reason),
            "{rule}\n{said}"
        );
    }
}
