//! Many calls at once about one code: each wrong try counts, and one right one wins.

use std::{sync::Barrier, thread};

use serde_json::json;

use super::wrong;
use crate::{
    app::App,
    clients::{Answer, Encoding, Kind},
    operations::{GET_HUMAN_PHONE, VERIFY_PHONE},
    people::headers,
};

/// Sends the same code so many times at once, spread over the encodings.
fn verify_at_once(app: &App, user: &str, code: &str, times: usize) -> Vec<Answer> {
    let request = json!({"userId": user, "verificationCode": code});
    let encodings: Vec<_> = Encoding::of(&VERIFY_PHONE).collect();
    let start = Barrier::new(times);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..times)
            .map(|index| {
                let (request, start) = (&request, &start);
                let encoding = encodings[index % encodings.len()];
                scope.spawn(move || {
                    let headers = headers(&app.admin.token, None);
                    start.wait();
                    app.clients.call(encoding, &VERIFY_PHONE, request, &headers)
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    })
}

#[test]
fn wrong_tries_that_come_at_once_are_all_counted() {
    let app = App::shared();
    let number = app.number();
    let user = app.human_with_phone(&number);
    let code = app.code_for(&number);
    let mut wrong_tries = 0;
    for answer in verify_at_once(&app, &user, &wrong(&code), 24) {
        let failure = answer.failure();
        match failure.code {
            3 => wrong_tries += 1,
            8 => {}
            _ => panic!("{failure:?}"),
        }
    }
    assert_eq!(wrong_tries, 5, "only five of the tries may be looked at");
    let request = json!({"userId": user, "verificationCode": code});
    app.rest_as_admin(&VERIFY_PHONE, request)
        .fails(Kind::Exhausted, "CODE-Tr1es");
    let failed = app
        .events(&user)
        .iter()
        .filter(|event| event.ends_with("verification.failed"))
        .count();
    assert_eq!(failed, 5);
}

#[test]
fn exactly_one_of_many_right_codes_wins() {
    let app = App::shared();
    for _ in 0..5 {
        let number = app.number();
        let user = app.human_with_phone(&number);
        let code = app.code_for(&number);
        let answers = verify_at_once(&app, &user, &code, 16);
        let won = answers.iter().filter(|answer| answer.0.is_ok()).count();
        assert_eq!(won, 1, "{answers:?}");
        let verified = app
            .events(&user)
            .iter()
            .filter(|event| event.as_str() == "user.human.phone.verified")
            .count();
        assert_eq!(verified, 1);
        let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": user}));
        assert_eq!(shown.ok()["phone"]["isPhoneVerified"], true);
    }
}
