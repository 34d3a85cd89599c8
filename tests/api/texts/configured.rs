//! What the configuration makes of texts: last lines for autofill, the texts of countries; and what the log
//! says about texts.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    app::App,
    operations::{
        INSTANCE_SET_PHONE_TEXT, PASSWORD_RESET, PREVIEW_MESSAGE, SET_PHONE, UPDATE_HUMAN_PHONE,
    },
};

/// The SMS to a human who sets that number.
#[track_caller]
fn text_to(app: &App, user: &str, number: &str) -> String {
    let request = json!({"userId": user, "phone": number});
    app.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
    let sms = app.wait_for_sms(number, 1);
    let code = sms
        .text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| {
            word.len() == 6
                && word
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        });
    sms.text.replace(code.expect("a code"), "CODE")
}

/// How often the log has a line with that.
fn told(app: &App, part: &str) -> usize {
    app.log().lines().filter(|line| line.contains(part)).count()
}

#[test]
fn a_last_line_lets_a_browser_fill_the_code_in() {
    let app =
        App::start("[notifications.sms]\nautofill = \"web\"\nweb_host = \"login.example.com\"");
    let user = app.human();
    let text = text_to(&app, &user, &app.number());
    assert_eq!(
        text,
        "CODE is your code to verify this phone number.\n@login.example.com #CODE"
    );
    // White space at the end of a text would part the line from it.
    let request = json!({"language": "en", "text": "Code {{.Code}} \n\n"});
    app.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
    let text = text_to(&app, &user, &app.number());
    assert_eq!(text, "Code CODE\n@login.example.com #CODE");
    // Codes of another kind are for no page that asks for a phone's code.
    let number = app.number();
    let human = app.human();
    let verified = json!({"userId": human, "phone": number, "isVerified": true});
    app.rest_as_admin(&SET_PHONE, verified).ok();
    let request =
        json!({"userId": human, "sendLink": {"notificationType": "NOTIFICATION_TYPE_SMS"}});
    app.rest_as_admin(&PASSWORD_RESET, request).ok();
    assert!(!app.wait_for_sms(&number, 1).text.contains('#'));
}

#[test]
fn the_hash_of_an_app_is_the_last_line_for_android() {
    let app =
        App::start("[notifications.sms]\nautofill = \"android\"\nandroid_hash = \"FA+9qCX9VSu\"");
    let text = text_to(&app, &app.human(), &app.number());
    assert_eq!(
        text,
        "CODE is your code to verify this phone number.\nFA+9qCX9VSu"
    );
}

#[test]
fn without_a_host_of_its_own_the_last_line_has_that_of_the_call_unless_it_is_an_address() {
    let app = App::start("[notifications.sms]\nautofill = \"web\"");
    let text = text_to(&app, &app.human(), &app.number());
    assert_eq!(text, "CODE is your code to verify this phone number.");
    let shown = app.rest_as_admin(&PREVIEW_MESSAGE, json!({})).ok();
    let warnings = shown["warnings"].as_array().expect("warnings");
    assert!(
        warnings[0].as_str().unwrap().contains("web_host"),
        "{shown}"
    );
}

const INDIA: &str = r#"
[notifications.sms]
autofill = "android"
android_hash = "FA+9qCX9VSu"
[[notifications.templates]]
countries = ["IN"]
language = "en"
text = "{{.Code}} is the code for {{.FirstName}}. Example Ltd  "
[[notifications.templates]]
countries = ["IN"]
language = "hi"
text = "{{.Code}} कोड है"
"#;

#[test]
fn the_text_of_a_country_is_sent_character_for_character() {
    let app = App::start(INDIA);
    let request = json!({"language": "en", "text": "Instance {{.Code}}"});
    app.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
    let user = app.human();
    assert_eq!(
        text_to(&app, &user, "+919123456789"),
        "CODE is the code for Ada. Example Ltd  "
    );
    assert_eq!(
        text_to(&app, &user, &app.number()),
        "Instance CODE\nFA+9qCX9VSu"
    );
    let line = fs::read_to_string(app.path("sms.jsonl")).unwrap();
    assert!(
        line.lines().next().unwrap().contains(r#""locale":"en""#),
        "{line}"
    );
    let profile = json!({"givenName": "Ada", "familyName": "L", "preferredLanguage": "hi-IN"});
    let hindi = app.human_of(json!({"profile": profile}));
    assert_eq!(text_to(&app, &hindi, "+919123456780"), "CODE कोड है");
}

#[test]
fn texts_of_the_configuration_are_read_again_while_the_server_runs() {
    let app = App::start("");
    let user = app.human();
    let config = fs::read_to_string(app.path("config.toml")).unwrap();
    fs::write(app.path("config.toml"), format!("{config}{INDIA}")).unwrap();
    let begun = Instant::now();
    loop {
        let shown = app.rest_as_admin(&PREVIEW_MESSAGE, json!({"phone": "+919123456789"}));
        if shown.ok()["source"] == "TEXT_SOURCE_COUNTRY" {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", app.log());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        text_to(&app, &user, "+919123456789"),
        "CODE is the code for Ada. Example Ltd  "
    );
}

#[test]
fn a_text_of_more_than_one_segment_is_told_once_and_not_for_each_message() {
    let app = App::start("");
    let text = "Tu código es {{.Code}}, no lo compartas con nadie, {{.FirstName}}, ni con nosotros ni con otros.";
    let request = json!({"language": "en", "text": text});
    app.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request.clone())
        .ok();
    assert_eq!(told(&app, "WARN"), 1, "{}", app.log());
    assert_eq!(
        told(&app, "the text VerifyPhone in en of"),
        1,
        "{}",
        app.log()
    );
    assert_eq!(told(&app, "it takes 2 segments"), 1, "{}", app.log());
    assert_eq!(told(&app, "'ó' is not in the GSM alphabet"), 1);
    // The same text again is no news.
    app.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
    let user = app.human();
    for _ in 0..3 {
        text_to(&app, &user, &app.number());
    }
    assert_eq!(
        told(
            &app,
            "an SMS with the text VerifyPhone in en (the instance's)"
        ),
        1
    );
    assert_eq!(told(&app, "it takes 2 segments"), 2, "{}", app.log());
    assert_eq!(told(&app, "compartas"), 0);
}
