//! What limits count, and codes that may be repeated: kept as hashes or sealed, and only as long as needed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    app::{App, file_provider, wait_for},
    plugins::build_shipped,
};

/// The tables with counts, and the codes that are kept.
const KEPT: [&str; 4] = [
    "SELECT count(*) FROM sends",
    "SELECT count(*) FROM send_counts",
    "SELECT count(*) FROM wrong_codes",
    "SELECT count(phone_code_sealed) FROM users",
];

fn kept(app: &App) -> Vec<i64> {
    let database = app.database();
    let count = |sql: &&str| database.query_row(sql, [], |row| row.get(0)).unwrap();
    KEPT.iter().map(count).collect()
}

#[test]
fn counts_and_codes_are_no_plain_text_and_go_when_their_time_is_over() {
    build_shipped();
    let app = App::start(&format!(
        "{}[codes.verify_phone]\nrepeat_on_resend = true\n\
         [limits]\napplies_to = \"all\"\nsends_per_prefix_and_hour = 100\nsends_per_day = 100\n",
        file_provider("sms.jsonl")
    ));
    let user = app.human();
    app.ok(
        "PUT",
        &format!("/management/v1/users/{user}/phone"),
        &json!({"phone": "+41791234567"}),
    );
    let text = app.wait_for_sms("+41791234567").text;
    let code = text.split(' ').next().unwrap();
    let path = format!("/v2/users/{user}/phone/verify");
    let wrong = json!({"verificationCode": "WRONG1"});
    assert_eq!(app.call("POST", &path, &wrong).0, 400);
    // The number and the caller; total, prefix and country; the number and the account; the code.
    assert_eq!(kept(&app), [2, 3, 2, 1]);
    let subjects: Vec<String> = {
        let database = app.database();
        let mut statement = database
            .prepare("SELECT subject FROM send_counts ORDER BY scope")
            .unwrap();
        let subjects = statement.query_map([], |row| row.get(0)).unwrap();
        subjects.map(Result::unwrap).collect()
    };
    assert_eq!((subjects[0].as_str(), subjects[2].as_str()), ("", "CH"));
    assert!(subjects[1].len() == 32 && !subjects[1].contains("4179"));
    let bytes = app.bytes_of_database();
    let holds = |what: &str| bytes.windows(what.len()).any(|it| it == what.as_bytes());
    assert!(!holds(code));

    app.advance(Duration::from_secs(27 * 3600));
    wait_for("a sweep", Duration::from_secs(40), || {
        (kept(&app) == [0, 0, 0, 0]).then_some(())
    });
    let shown = app.ok("GET", "/belfry/v1/limits/countries", &Value::Null);
    assert_eq!(shown, json!({}));
}
