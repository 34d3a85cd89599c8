//! Mail servers that talk without end or never finish, and e-mails that may have been sent.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use serde_json::json;

use crate::{
    app::{App, file_provider, free_port, wait_for},
    database::{ACCEPTED, QUEUED, SENDING, UNKNOWN},
    email::smtp,
    mail_server::MailServer,
    plugins::build_shipped,
};

/// How an attempt may end.
const UNAVAILABLE: i64 = 6;
const OUTCOME_UNKNOWN: i64 = 7;

/// Listens, and hands each connection to `talk` on a thread of its own.
fn listen(talk: fn(TcpStream)) -> u16 {
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

/// A server that sends through whatever listens on a port.
fn with_peer(port: u16, more: &str) -> App {
    build_shipped();
    let config = smtp("127.0.0.1", port, "tls = false");
    App::start(&format!("{more}{config}{}", file_provider("sms.jsonl")))
}

/// How the attempts of the one message ended: status and detail.
fn ended(app: &App) -> Vec<(i64, String)> {
    let database = app.database();
    let query = "SELECT status, coalesce(detail, '') FROM attempts WHERE ended_at IS NOT NULL ORDER BY number";
    let mut query = database.prepare(query).unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn wait_for_end(app: &App, least: usize) -> Vec<(i64, String)> {
    wait_for("attempts to end", Duration::from_secs(90), || {
        Some(ended(app)).filter(|ended| ended.len() >= least)
    })
}

#[test]
fn a_server_that_talks_without_end_is_left_and_the_email_waits() {
    let talks: [fn(TcpStream); 4] = [
        |stream| repeat(stream, &[b'x'; 1 << 16], Duration::ZERO),
        |stream| repeat(stream, b"220-hello\r\n", Duration::ZERO),
        // Each step is in time, and the whole never is.
        |stream| repeat(stream, b"220-hello\r\n", Duration::from_secs(1)),
        |mut stream| drop(stream.read(&mut [0; 1])),
    ];
    thread::scope(|scope| {
        for talk in talks {
            scope.spawn(move || {
                let app = with_peer(listen(talk), "");
                let (_, address) = app.human_with_email(json!({"sendCode": {}}));
                let (status, detail) = wait_for_end(&app, 1).remove(0);
                assert_eq!(status, UNAVAILABLE, "{detail}");
                assert!(app.message_to(&address).state <= SENDING);
                // The SMS goes on meanwhile.
                let (_, number) = app.human_with_phone();
                app.wait_for_sms(&number);
            });
        }
    });
}

#[test]
fn a_silent_mail_server_does_not_hold_up_the_end() {
    let app = with_peer(listen(|mut stream| drop(stream.read(&mut [0; 1]))), "");
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("the attempt", Duration::from_secs(20), || {
        (app.message_to(&address).state == SENDING).then_some(())
    });
    let (status, took) = app.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    // It was recorded, not cut off.
    assert_eq!(app.message_to(&address).state, QUEUED);
    assert_eq!(ended(&app).remove(0).0, UNAVAILABLE);
}

#[test]
fn an_email_whose_answer_is_lost_is_sent_once_more_and_says_so() {
    build_shipped();
    let mail = MailServer::start(free_port(), &[]);
    mail.set_mood("DATA drop");
    let app = with_peer(mail.port, "");
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    let ends = wait_for_end(&app, 2);
    assert!(
        ends.iter().all(|(status, _)| *status == OUTCOME_UNKNOWN),
        "{ends:?}"
    );
    wait_for("the end", Duration::from_secs(10), || {
        (app.message_to(&address).state == UNKNOWN).then_some(())
    });
    assert_eq!(app.message_to(&address).attempts, 2);
    app.wait_for_log("may have been sent, given up");

    // The second try may bring it.
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("one lost answer", Duration::from_secs(20), || {
        (ended(&app).len() >= 3).then_some(())
    });
    mail.set_mood("");
    mail.wait_for_mail(&address);
    wait_for("the outcome", Duration::from_secs(10), || {
        (app.message_to(&address).state == ACCEPTED).then_some(())
    });
}

#[test]
fn an_operator_may_want_no_second_try() {
    build_shipped();
    let mail = MailServer::start(free_port(), &[]);
    mail.set_mood("DATA drop");
    let app = with_peer(
        mail.port,
        "[notifications]\non_unknown_outcome = \"stop\"\n",
    );
    let (_, address) = app.human_with_email(json!({"sendCode": {}}));
    wait_for("the end", Duration::from_secs(20), || {
        (app.message_to(&address).state == UNKNOWN).then_some(())
    });
    assert_eq!(app.message_to(&address).attempts, 1);
}
