//! What the messages say, to whom they go, and what the history says about them.

use std::{
    collections::{HashMap, HashSet},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{app::App, instance::TEXT_LANGUAGES, operations::UPDATE_HUMAN_PHONE};

#[test]
fn a_message_goes_to_the_normalized_number_and_holds_the_code() {
    let app = App::shared();
    let (user, number) = (app.human(), app.number());
    let spaced = format!("+41 (0)79 {} {}", &number[5..8], &number[8..]);
    let request = json!({"userId": user, "phone": spaced});
    app.rest_as_admin(&UPDATE_HUMAN_PHONE, request).ok();
    let sms = app.wait_for_sms(&number, 1);
    assert_eq!(sms.to, number);
    assert!(sms.text.len() > sms.code().len(), "{:?}", sms.text);
    assert!(!sms.text.contains("{{"), "{:?}", sms.text);
    assert!(!sms.text.contains("<no value>"), "{:?}", sms.text);
}

#[test]
fn the_text_is_in_the_language_of_the_user() {
    // Not the shared server: other tests word texts of its instance.
    let app = App::start("");
    let text_in = |language: &str| {
        let number = app.number();
        let profile = json!({
            "givenName": "Ada", "familyName": "Lovelace", "preferredLanguage": language
        });
        app.human_of(json!({"profile": profile, "phone": {"phone": number}}));
        let sms = app.wait_for_sms(&number, 1);
        sms.text.replace(&sms.code(), "CODE")
    };
    let texts: HashMap<&str, String> = TEXT_LANGUAGES
        .into_iter()
        .map(|language| (language, text_in(language)))
        .collect();
    let different: HashSet<_> = texts.values().collect();
    assert_eq!(different.len(), TEXT_LANGUAGES.len(), "{texts:?}");
    for (tag, language) in [("de-CH", "de"), ("pt-BR", "pt"), ("zh-Hans-CN", "zh")] {
        assert_eq!(text_in(tag), texts[language], "{tag}");
    }
    // Undefined, unknown and untranslated languages get the default.
    for language in ["", "und", "not a tag", "tlh"] {
        assert_eq!(text_in(language), texts["en"], "{language:?}");
    }
}

#[test]
fn a_delivered_message_is_in_the_history() {
    let app = App::shared();
    let number = app.number();
    let user = app.human_with_phone(&number);
    app.wait_for_sms(&number, 1);
    let begun = Instant::now();
    let sent = loop {
        let changes = app.changes(&user);
        if let Some(sent) = changes
            .iter()
            .find(|change| change.event == "user.human.phone.code.sent")
        {
            break sent.clone();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "not recorded within 10 s: {changes:?}"
        );
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(sent.editor, "NOTIFICATION");
    assert_eq!(sent.owner, app.admin.org.as_str());
}
