//! Tokens die on their date, not before; those without one outlive everybody.

use std::time::Duration;

use serde_json::json;

use crate::{
    app::App,
    clients::Kind,
    operations::{ADD_PERSONAL_ACCESS_TOKEN, GET_MY_USER},
};

#[test]
fn a_token_works_until_its_date() {
    let app = App::start("");
    let machine = app.machine();
    let in_an_hour = {
        let now = std::time::SystemTime::now() + Duration::from_secs(3600);
        humantime::format_rfc3339_seconds(now).to_string()
    };
    let request = json!({"userId": machine, "expirationDate": in_an_hour});
    let answer = app.rest_as_admin(&ADD_PERSONAL_ACCESS_TOKEN, request).ok();
    let (mortal, immortal) = (
        answer["token"].as_str().unwrap(),
        app.token_of_machine(&machine),
    );
    let shown = |token: &str| app.rest(&GET_MY_USER, token, None, json!({}));

    app.advance(Duration::from_secs(3600 - 60));
    shown(mortal).ok();
    app.advance(Duration::from_secs(62));
    shown(mortal).fails(Kind::Unauthenticated, "AUTH-7fs1e");
    app.advance(Duration::from_secs(100 * 365 * 24 * 3600));
    shown(&immortal).ok();
    shown(&app.admin.token).ok();
}
