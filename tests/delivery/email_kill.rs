//! kill -9 while e-mails are on their way: none that was acknowledged is lost.

use std::{thread, time::Duration};

use serde_json::json;

use crate::{
    app::{App, file_provider, free_port, wait_for},
    email::smtp,
    mail_server::MailServer,
    plugins::build_shipped,
};

const ROUNDS: usize = 4;
const CONNECTIONS: usize = 4;

#[test]
fn kill_9_loses_no_email() {
    build_shipped();
    let mail = MailServer::start(free_port(), &[]);
    let config = smtp("127.0.0.1", mail.port, "tls = false");
    let app = App::start(&format!("{config}{}", file_provider("sms.jsonl")));
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        // Slow enough that some are in flight at the kill.
        mail.set_mood("slow 0.05");
        acknowledged.extend(load_until_killed(&app, round));
        app.serve();
        mail.set_mood("");
        wait_for("the outbox to be empty", Duration::from_secs(30), || {
            (app.queued() == 0).then_some(())
        });
        app.expect_consistent();
        let mails = mail.mails();
        for address in &acknowledged {
            let mut to = mails.iter().filter(|mail| mail["to"] == *address);
            let first = to.next();
            let first = first.unwrap_or_else(|| panic!("the e-mail to {address} is lost"));
            assert!(
                to.all(|repeat| repeat["messageId"] == first["messageId"]),
                "a repeat carries the same id"
            );
        }
    }
    let repeats = mail.mails().len() - acknowledged.len();
    println!(
        "{ROUNDS} rounds of kill -9: {} e-mails acknowledged, none lost, {repeats} more arrived: \
         repeats, and those whose request got no answer",
        acknowledged.len()
    );
    assert!(acknowledged.len() > ROUNDS * CONNECTIONS, "there is a load");
}

/// Makes people over several connections until the server is killed; the addresses that were
/// acknowledged.
fn load_until_killed(app: &App, round: usize) -> Vec<String> {
    thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let caller = app.caller();
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    for turn in 0.. {
                        let name = format!("kill-{round}-{connection}-{turn}");
                        let address = format!("{name}@example.com");
                        let request = json!({
                            "username": name,
                            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
                            "email": {"email": address, "sendCode": {}},
                        });
                        match caller.call("POST", "/v2/users/human", &request) {
                            Ok((200, _)) => acknowledged.push(address),
                            Ok((status, answer)) => panic!("{status} {answer}"),
                            Err(_) => break,
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        // The moment of the kill is arbitrary; nothing can be awaited here.
        thread::sleep(Duration::from_millis(150 + 60 * round as u64));
        app.kill();
        let done = connections.into_iter().map(|thread| thread.join().unwrap());
        done.flatten().collect()
    })
}
