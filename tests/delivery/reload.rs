//! Providers are swapped while the server runs: by SIGHUP, and when a file has changed.

use std::{
    collections::HashMap,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    app::{App, wait_for},
    plugins::{GATEWAY, PLUGINS},
};

/// The mark of the build that took each message, by our id; panics if one was taken twice.
fn marks(app: &App) -> HashMap<String, String> {
    let lines = fs::read_to_string(app.path("taken")).unwrap_or_default();
    let mut marks = HashMap::new();
    for line in lines.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let twice = marks.insert(words[1].to_owned(), words[3].to_owned());
        assert_eq!(twice, None, "message {} was taken twice", words[1]);
    }
    marks
}

fn with_gateway(more: &str) -> App {
    let app = App::prepare(&format!("{PLUGINS}{more}{GATEWAY}"), &[]);
    app.build("gateway", &["MARK=\"g0\""]);
    app.serve();
    app
}

#[test]
fn no_message_is_lost_or_doubled_while_providers_are_swapped() {
    const CALLERS: usize = 4;
    const CHANGES: usize = 300;
    let app = with_gateway("watch = false\n");
    let humans: Vec<_> = (0..CALLERS).map(|_| app.human()).collect();
    let is_over = AtomicBool::new(false);
    let begun = Instant::now();
    let swaps = thread::scope(|scope| {
        let callers: Vec<_> = humans
            .iter()
            .map(|user| {
                let (app, caller) = (&app, app.caller());
                scope.spawn(move || {
                    for change in 0..CHANGES {
                        // A steady 50 a second from each.
                        let due = Duration::from_millis(20 * change as u64);
                        thread::sleep(due.saturating_sub(begun.elapsed()));
                        // Each to a user of its own: a newer code would make the one before useless.
                        let (number, path) = (app.number(), "/v2/users/human");
                        let name = format!("{user}-{change}");
                        let request = json!({
                            "username": name,
                            "profile": {"givenName": "Ada", "familyName": "Lovelace"},
                            "email": {"email": format!("{name}@example.com"), "isVerified": true},
                            "phone": {"phone": number},
                        });
                        let (status, answer) = caller.call("POST", path, &request).unwrap();
                        assert!(matches!(status, 200 | 201), "{answer}");
                    }
                })
            })
            .collect();
        let swapper = scope.spawn(|| {
            let mut swaps = 0;
            while !is_over.load(Ordering::Relaxed) {
                swaps += 1;
                app.build("gateway", &[&format!("MARK=\"g{swaps}\"")]);
                app.reload();
                app.wait_for_log(&format!("(plugin gateway g{swaps})"));
            }
            swaps
        });
        for caller in callers {
            caller.join().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        swapper.join().unwrap()
    });
    let rate = (CALLERS * CHANGES) as f64 / begun.elapsed().as_secs_f64();
    wait_for("every message", Duration::from_secs(60), || {
        (app.queued() == 0).then_some(())
    });
    let marks = marks(&app);
    assert_eq!(marks.len(), CALLERS * CHANGES);
    let generations: std::collections::BTreeSet<_> = marks.values().collect();
    assert!(generations.len() > 2, "{generations:?}");
    println!(
        "{} messages at {rate:.0} a second over {swaps} swaps: none lost, none doubled; taken by {} builds",
        marks.len(),
        generations.len()
    );
}

#[test]
fn what_cannot_be_loaded_or_is_not_healthy_leaves_all_as_it_was() {
    let app = with_gateway("watch = false\n");
    let takes = |mark: &str| {
        let before = marks(&app);
        app.human_with_phone();
        let taken = wait_for("the message", Duration::from_secs(20), || {
            let now = marks(&app);
            now.into_iter().find(|(id, _)| !before.contains_key(id))
        });
        assert_eq!(taken.1, mark);
    };
    takes("g0");

    fs::write(app.path("plugins/broken.so"), "no library").unwrap();
    fs::rename(
        app.path("plugins/broken.so"),
        app.path("plugins/gateway.so"),
    )
    .unwrap();
    app.reload();
    app.wait_for_log("was not reloaded and goes on as before: cannot be loaded");
    takes("g0");

    fs::write(app.path("health"), "sick").unwrap();
    app.build("gateway", &["MARK=\"g1\""]);
    app.reload();
    app.wait_for_log("goes on as before: its health is Unauthorized: the account is closed");
    takes("g0");

    fs::write(app.path("health"), "well").unwrap();
    app.configure("this is no TOML");
    app.reload();
    app.wait_for_log("the providers stay as they are");
    takes("g0");

    app.configure(&format!("{PLUGINS}watch = false\n{GATEWAY}"));
    app.reload();
    app.wait_for_log("was reloaded: generation");
    takes("g1");
}

#[test]
fn a_changed_file_is_noticed_and_providers_come_and_go() {
    let app = with_gateway("");
    app.build("gateway", &["MARK=\"g1\""]);
    app.wait_for_log("(plugin gateway g1)");

    let other = GATEWAY.replace("name = \"gateway\"", "name = \"other\"");
    app.configure(&format!("{PLUGINS}{other}{GATEWAY}"));
    app.wait_for_log("provider other is ready");
    app.configure(&format!("{PLUGINS}{other}"));
    app.wait_for_log("provider gateway is not configured any more");
    app.human_with_phone();
    wait_for("the message", Duration::from_secs(20), || {
        (marks(&app).len() == 1).then_some(())
    });
    let children = || crate::app::children(app.pid()).len();
    wait_for("the old children to end", Duration::from_secs(20), || {
        (children() == 1).then_some(())
    });
}
