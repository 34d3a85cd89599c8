//! Custom texts are what users get.

use serde_json::json;

use crate::{
    app::App,
    operations::{INSTANCE_SET_PHONE_TEXT, ORG_SET_PHONE_TEXT},
};

#[test]
fn an_sms_is_worded_by_the_organization_else_by_the_instance() {
    let app = App::start("");
    let text_for = |org: &str, language: &str| {
        let number = app.number();
        let profile = json!({"givenName": "Ada", "familyName": "L", "preferredLanguage": language});
        app.human_in(org, json!({"profile": profile, "phone": {"phone": number}}));
        let sms = app.wait_for_sms(&number, 1);
        let code = sms.code();
        sms.text.replace(&code, "CODE")
    };
    let org = app.org();
    let own = text_for(&org, "de");
    let request = json!({"language": "de", "text": "Instanz {{.Code}} {{.FirstName}}"});
    app.rest_as_admin(&INSTANCE_SET_PHONE_TEXT, request).ok();
    assert_eq!(text_for(&org, "de-CH"), "Instanz CODE Ada");
    let request = json!({"language": "de", "text": "Firma {{.Code}}"});
    let admin = &app.admin.token;
    app.rest(&ORG_SET_PHONE_TEXT, admin, Some(&org), request)
        .ok();
    assert_eq!(text_for(&org, "de"), "Firma CODE");
    assert_eq!(text_for(&app.admin.org, "de"), "Instanz CODE Ada");
    assert_ne!(text_for(&org, "fr"), own);
    // A language that only the organization words.
    let request = json!({"language": "mk", "text": "код {{.Code}}"});
    app.rest(&ORG_SET_PHONE_TEXT, admin, Some(&org), request)
        .ok();
    assert_eq!(text_for(&org, "mk"), "код CODE");
}
