//! What gateways can do beside taking messages: make codes and check them, report, and be asked.

use std::{fs, thread, time::Duration};

use serde_json::json;
use ureq::Agent;

use crate::{
    app::{App, file_provider, wait_for},
    plugins::{GATEWAY, PLUGINS},
};

/// Both ways to run a plugin.
const BOTH: [&str; 2] = ["process", "in-process"];

/// A server with `gateway`, built with these definitions and run that way.
fn with_gateway(definitions: &[&str], isolation: &str) -> App {
    let url = "BELFRY__SERVER__EXTERNAL_URL";
    let app = App::prepare(
        &format!("{PLUGINS}{GATEWAY}isolation = \"{isolation}\"\n"),
        &[(url, "https://sms.example.com")],
    );
    app.build("gateway", definitions);
    app.serve();
    app
}

/// What `gateway` has taken: the kind of call, our id of the message, where to report.
fn taken(app: &App) -> Vec<(String, i64, String)> {
    let lines = fs::read_to_string(app.path("taken")).unwrap_or_default();
    let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
    let read = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        (
            words[0].to_owned(),
            words[1].parse().unwrap(),
            words[2].to_owned(),
        )
    };
    complete.lines().map(read).collect()
}

fn wait_for_message(app: &App) -> (String, i64, String) {
    wait_for("the message", Duration::from_secs(20), || {
        taken(app).into_iter().next()
    })
}

/// What is known of a message's way after the gateway took it.
fn receipt(app: &App, id: i64) -> Option<(i64, String)> {
    let query =
        "SELECT receipt, receipt_code FROM attempts WHERE message = ?1 AND receipt IS NOT NULL";
    let database = app.database();
    database
        .query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?)))
        .ok()
}

fn wait_for_receipt(app: &App, id: i64, state: i64) {
    let what = format!("receipt {state}");
    wait_for(&what, Duration::from_secs(20), || {
        (receipt(app, id)? == (state, "G7".to_owned())).then_some(())
    });
}

fn wait_until_sent(app: &App, id: i64) {
    wait_for("the outcome", Duration::from_secs(20), || {
        let query = "SELECT segments, price FROM attempts WHERE message = ?1 AND status = 1";
        let row = app.database().query_row(query, [id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        (row.ok()? == (2, "0.05 CHF".to_owned())).then_some(())
    });
}

/// A call of the gateway: the status and the body that it is answered.
fn report(app: &App, path: &str, seal: &str, body: &[u8]) -> (u16, String) {
    let agent = Agent::config_builder().http_status_as_error(false).build();
    let mut answer = agent
        .new_agent()
        .post(format!("http://{}{path}", app.address))
        .header("x-seal", seal)
        .send(body)
        .unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), text)
}

#[test]
fn a_code_that_the_provider_made_is_checked_by_the_provider() {
    for isolation in BOTH {
        checks_codes(&with_gateway(&["VERIFIES"], isolation));
    }
}

fn checks_codes(app: &App) {
    let (user, _) = app.human_with_phone();
    let (kind, id, url) = wait_for_message(app);
    assert_eq!(
        (kind.as_str(), url.as_str()),
        ("v", "https://sms.example.com/hooks/gateway")
    );
    wait_until_sent(app, id);
    let verify = |code: &str| {
        let request = json!({"verificationCode": code});
        app.call("POST", &format!("/v2/users/{user}/phone/verify"), &request)
    };
    let pending_tries = || {
        let query = "SELECT phone_code_wrong_tries FROM users WHERE id = ?1";
        let database = app.database();
        database
            .query_row(query, [&user], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // Nobody can say what this one is worth, so it costs no try.
    let (status, answer) = verify("BROKEN");
    assert_eq!(
        (status, &answer["details"][0]["id"]),
        (400, &json!("COMMAND-eis9R")),
        "{answer}"
    );
    assert_eq!(pending_tries(), 0);
    for (code, tries) in [("WRONG1", 1), ("LATE", 2)] {
        let (status, answer) = verify(code);
        assert_eq!(
            (status, &answer["details"][0]["id"]),
            (400, &json!("COMMAND-eis9R")),
            "{answer}"
        );
        assert_eq!(pending_tries(), tries);
    }
    // The provider of the code is known also after a restart.
    app.restart();
    assert_eq!(verify("GATE42").0, 200);
    let shown = app.ok(
        "GET",
        &format!("/management/v1/users/{user}/phone"),
        &json!(null),
    );
    assert_eq!(shown["phone"]["isPhoneVerified"], true);
    assert_eq!(verify("GATE42").0, 400, "a code is good once");
}

#[test]
fn a_code_that_is_returned_is_ours_whatever_the_provider_can_do() {
    let app = with_gateway(&["VERIFIES"], "process");
    let user = app.human();
    let request = json!({"phone": app.number(), "returnCode": {}});
    let made = app.ok("POST", &format!("/v2/users/{user}/phone"), &request);
    let request = json!({"verificationCode": made["verificationCode"]});
    app.ok("POST", &format!("/v2/users/{user}/phone/verify"), &request);
    assert_eq!(taken(&app), []);
}

#[test]
fn a_gateway_reports_and_a_message_moves_forward_only() {
    for isolation in BOTH {
        reports(&with_gateway(&["REPORTS"], isolation));
    }
}

fn reports(app: &App) {
    app.human_with_phone();
    let (_, id, url) = wait_for_message(app);
    wait_until_sent(app, id);
    let path = url.strip_prefix("https://sms.example.com").unwrap();
    let call =
        |seal: &str, state: u32| report(app, path, seal, format!("p-{id} {state}").as_bytes());

    let refused = (403, "refused".to_owned());
    assert_eq!(call("clay", 3), refused);
    assert_eq!(receipt(app, id), None);
    // The answer comes after the receipt is on disk.
    assert_eq!(call("wax", 2), (202, "OK".to_owned()));
    assert_eq!(receipt(app, id), Some((2, "G7".into())));
    for (state, kept) in [(1, 2), (4, 4), (3, 4), (5, 4)] {
        assert_eq!(call("wax", state).0, 202);
        assert_eq!(receipt(app, id), Some((kept, "G7".into())));
    }
    // Our own id is as good, and one more path segment is the plugin's business.
    assert_eq!(
        report(
            app,
            &format!("{path}/secret?x=1"),
            "wax",
            format!("{id} 3").as_bytes()
        )
        .0,
        202
    );
    // A state that makes no sense, and a message that nobody knows, are no reason to try again.
    assert_eq!(call("wax", 9).0, 202);
    assert_eq!(report(app, path, "wax", b"p-1 3").0, 202);

    // Nobody learns names by guessing.
    for path in ["/hooks/nobody", "/hooks/", "/hooks/%ff"] {
        assert_eq!(report(app, path, "wax", b"p-1 3"), refused);
    }
    assert_eq!(report(app, path, "wax", &vec![b'x'; 65_537]).0, 413);
    assert_eq!(call("wax", 3).0, 202);

    // What made no sense, was for nobody or was forged is counted, and told at the provider.
    app.advance(Duration::from_secs(601));
    let expected = json!({"garbage": "1", "unknownReceipts": "1", "forgedReports": "1"});
    wait_for("the counts", Duration::from_secs(20), || {
        let shown = app.ok("GET", "/belfry/v1/providers/gateway", &json!(null));
        (shown["provider"]["faults"] == expected).then_some(())
    });
}

#[test]
fn a_provider_that_reads_its_reports_slowly_holds_up_no_other() {
    let entries = format!("{GATEWAY}{}", GATEWAY.replace("gateway", "slow"));
    let app = App::prepare(&format!("{PLUGINS}{entries}"), &[]);
    app.build_from("tests/delivery/gateway.c", "slow", &["REPORTS", "HELD"]);
    app.build("gateway", &["REPORTS"]);
    app.serve();
    thread::scope(|scope| {
        let calls: Vec<_> = (0..17)
            .map(|_| scope.spawn(|| report(&app, "/hooks/slow", "wax", b"p-1 3").0))
            .collect();
        wait_for("one that is too many", Duration::from_secs(20), || {
            calls.iter().any(|call| call.is_finished()).then_some(())
        });
        assert_eq!(report(&app, "/hooks/gateway", "wax", b"p-1 3").0, 202);
        fs::write(app.path("go"), "go").unwrap();
        let mut statuses: Vec<_> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses.pop(), Some(503));
        assert_eq!(statuses, [202; 16]);
    });
}

#[test]
fn a_receipt_that_comes_before_its_message_is_held() {
    let app = with_gateway(&["REPORTS", "SLOW"], "process");
    app.human_with_phone();
    let (_, id, _) = wait_for_message(&app);
    let (status, _) = report(
        &app,
        "/hooks/gateway",
        "wax",
        format!("p-{id} 3").as_bytes(),
    );
    assert_eq!(status, 202);
    assert_eq!(receipt(&app, id), None, "the send is still under way");
    wait_for_receipt(&app, id, 3);
}

#[test]
fn a_receipt_that_comes_before_its_message_outlives_the_server() {
    let app = with_gateway(&["REPORTS", "SLOW"], "process");
    app.human_with_phone();
    let (_, id, _) = wait_for_message(&app);
    let news = format!("p-{id} 3");
    assert_eq!(
        report(&app, "/hooks/gateway", "wax", news.as_bytes()).0,
        202
    );
    app.kill();
    app.serve();
    // The message is sent again, since nobody knows that it was, and its gateway says no more.
    wait_for_receipt(&app, id, 3);
    let shown = app.ok("GET", &format!("/belfry/v1/messages/{id}"), &json!({}));
    assert_eq!(
        shown["message"]["state"], "MESSAGE_STATE_DELIVERED",
        "{shown}"
    );
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 2, "{shown}");
    app.expect_consistent();
}

#[test]
fn a_report_for_a_plugin_that_does_not_run_is_wanted_later() {
    let app = App::start(&format!("{PLUGINS}{GATEWAY}"));
    let call = || report(&app, "/hooks/gateway", "wax", b"p-1 3").0;
    assert_eq!(call(), 503);
    app.build("gateway", &["REPORTS"]);
    app.reload();
    wait_for("the plugin", Duration::from_secs(20), || {
        (call() == 202).then_some(())
    });
}

#[test]
fn what_a_gateway_says_while_its_provider_is_asked_holds_whatever_that_answers() {
    // It sends everything, slowly, and never knows that it did.
    let provider = "[[notifications.providers]]\nname = \"silent\"\nplugin = \"scripted\"\n\
                    config = { folder = \".\", number = \"0\", script = \"0 0 0 0 0 10000 0 s0 s1\" }\n";
    let stop = "on_unknown_outcome = \"stop\"\n";
    let app = App::prepare(&[PLUGINS, stop, provider].concat(), &[]);
    app.build("scripted", &[]);
    app.serve();
    for (number, said, state) in [
        ("+41791000000", 4, "MESSAGE_STATE_UNDELIVERED"),
        ("+41791000001", 3, "MESSAGE_STATE_DELIVERED"),
    ] {
        let user = app.human();
        app.caller().set_phone(&user, number).unwrap();
        let place = &number[number.len() - 1..];
        let id = wait_for("the sending", Duration::from_secs(20), || {
            let log = fs::read_to_string(app.path("scripted-0.log")).ok()?;
            let mut lines = log.lines().map(|line| line.split(' ').collect::<Vec<_>>());
            let line = lines.find(|line| line[1] == "sent-slowly" && line[2] == place)?;
            Some(line[3].to_owned())
        });
        let body = format!("{id} {said}");
        assert_eq!(report(&app, "/hooks/silent", "wax", body.as_bytes()).0, 202);
        let message = wait_for("the end of the attempt", Duration::from_secs(20), || {
            let shown = app.ok("GET", &format!("/belfry/v1/messages/{id}"), &json!({}));
            shown["attempts"][0]["end"].is_string().then_some(shown)
        });
        assert_eq!(message["message"]["state"], state, "{message}");
        assert_eq!(message["message"]["unknownOutcomes"], 1, "{message}");
    }
    app.expect_consistent();
}

#[test]
fn a_gateway_that_can_be_asked_is_asked() {
    for isolation in BOTH {
        is_asked(&with_gateway(&["POLLS"], isolation));
    }
}

fn is_asked(app: &App) {
    app.human_with_phone();
    let (kind, id, _) = wait_for_message(app);
    assert_eq!(kind, "p");
    wait_for_receipt(app, id, 3);
    assert_eq!(
        report(app, "/hooks/gateway", "wax", b"p-1 3"),
        (403, "refused".to_owned()),
        "it reads no reports"
    );
}

#[test]
fn a_plugin_that_ends_is_asked_a_last_time() {
    for isolation in BOTH {
        for end in [replaced, removed, stopped] {
            tells_at_its_end(&with_gateway(&["POLLS"], isolation), end);
        }
    }
}

/// By a build that cannot be asked, so that no later poll can bring what this one knows.
fn replaced(app: &App) {
    app.build("gateway", &["MARK=\"g1\""]);
    app.reload();
    app.wait_for_log("(plugin gateway g1)");
}

fn removed(app: &App) {
    app.add_file_plugin();
    app.configure(&format!("{PLUGINS}{}", file_provider("sms.jsonl")));
    app.reload();
    app.wait_for_log("provider gateway is not configured any more");
}

fn stopped(app: &App) {
    assert_eq!(app.terminate().0.code(), Some(0));
}

fn tells_at_its_end(app: &App, end: fn(&App)) {
    fs::write(app.path("phone"), "off").unwrap();
    app.human_with_phone();
    let (_, id, _) = wait_for_message(app);
    wait_until_sent(app, id);
    assert_eq!(receipt(app, id), None);
    // From here on the plugin has news, and it ends long before the next round.
    fs::write(app.path("phone"), "on").unwrap();
    end(app);
    wait_for_receipt(app, id, 3);
}
