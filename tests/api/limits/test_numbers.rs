//! Test numbers: fixed codes, nothing sent, and no start in production.

use std::fs;

use serde_json::json;

use super::{Person, change, messages};
use crate::{
    app::App,
    clients::Kind,
    operations::{
        GET_HUMAN_PHONE, PASSWORD_RESET, RESEND_PHONE_CODE, SET_PHONE, VERIFY_MY_PHONE,
        VERIFY_PHONE,
    },
};

const NUMBER: &str = "+41790000000";
const TEST: &str = "[[phone.test_numbers]]\nnumber = \"+41 79 000 00 00\"\ncode = \"123456\"\n\
                    [limits]\nsends_per_day = 1\n";

#[test]
fn a_test_number_has_a_fixed_code_and_gets_no_message() {
    let app = App::start(TEST);
    let person = Person::new(&app);
    person.set(NUMBER).ok();
    for _ in 0..30 {
        person.resend().ok();
    }
    let request = json!({"userId": person.id, "returnCode": {}});
    let answer = app.rest_as_admin(&RESEND_PHONE_CODE, request).ok();
    assert_eq!(answer["verificationCode"], "123456");
    let request = json!({"code": "123456"});
    app.rest(&VERIFY_MY_PHONE, &person.token, None, request)
        .ok();
    let shown = app.rest_as_admin(&GET_HUMAN_PHONE, json!({"userId": person.id}));
    assert_eq!(shown.ok()["phone"]["isPhoneVerified"], true);

    // Several people may have it, created with it or not.
    let other = app.human_with_phone(NUMBER);
    let request = json!({"userId": other, "phone": app.number(), "returnCode": {}});
    app.rest_as_admin(&SET_PHONE, request).ok();
    let request = json!({"userId": other, "phone": NUMBER, "returnCode": {}});
    let answer = app.rest_as_admin(&SET_PHONE, request).ok();
    assert_eq!(answer["verificationCode"], "123456");
    let by_sms = json!({"notificationType": "NOTIFICATION_TYPE_SMS"});
    let request = json!({"userId": other, "sendLink": by_sms});
    app.rest_as_admin(&PASSWORD_RESET, request).ok();
    assert_eq!(messages(&app), 0);
    // The one send of the day is still there.
    change(&app, &other, &app.number()).ok();
    app.expect_nothing_sent_to(NUMBER);
    let log = app.log();
    assert!(log.contains("test number +41…00: its fixed code is waited for"));
    assert!(log.contains("test number +41…00: verified"));
    assert!(log.contains("test number +41…00: its code is fixed"));
    assert!(!log.contains(NUMBER) && !log.contains("123456"));
}

#[test]
fn wrong_codes_of_a_test_number_count() {
    let app = App::start(TEST);
    let user = app.human_with_phone(NUMBER);
    let verify = |code: &str| {
        let request = json!({"userId": user, "verificationCode": code});
        app.rest_as_admin(&VERIFY_PHONE, request)
    };
    for _ in 0..5 {
        verify("654321").fails(Kind::Invalid, "COMMAND-eis9R");
    }
    verify("123456").fails(Kind::Exhausted, "CODE-Tr1es");
}

#[test]
fn production_has_no_test_numbers_unless_that_is_said() {
    let app = App::start("");
    let check = |more: &str| {
        fs::write(app.path("config.toml"), more).unwrap();
        let output = app.command(&["config", "check"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let with = |server: &str| format!("[server]\n{server}\n{TEST}");
    for production in [
        "external_url = \"https://belfry.example.org\"",
        "listen = \"0.0.0.0:8080\"",
        "listen = \"[::]:8080\"",
    ] {
        let (passed, said) = check(&with(production));
        let value = production.split('"').nth(1).unwrap();
        assert!(!passed && said.contains(value), "{production}: {said}");
        assert!(said.contains("allow_test_numbers_in_production"), "{said}");
        let allowed = format!(
            "phone.allow_test_numbers_in_production = true\n{}",
            with(production)
        );
        let (passed, said) = check(&allowed);
        assert!(passed, "{said}");
        assert!(check(&format!("[server]\n{production}\n")).0);
    }
    for local in [
        "",
        "external_url = \"http://localhost:8080\"",
        "listen = \"[::1]:8080\"",
        "external_url = \"http://127.0.0.1:8080\"",
    ] {
        let (passed, said) = check(&with(local));
        assert!(passed, "{local}: {said}");
    }
    let twice = format!(
        "{}{}",
        TEST.replace("[limits]\nsends_per_day = 1\n", ""),
        TEST
    );
    assert!(check(&twice).1.contains("is given twice"));
    assert!(
        check(&TEST.replace("+41 79 000 00 00", "abc"))
            .1
            .contains("no phone number")
    );
}

impl App {
    /// Expects that no message to a number was written, once a later one was.
    fn expect_nothing_sent_to(&self, number: &str) {
        let later = self
            .rest_as_admin(&crate::operations::LIST_MESSAGES, json!({}))
            .ok();
        let to = later["messages"][0]["recipient"].as_str().unwrap();
        self.wait_for_sms(to, 1);
        assert!(self.sms_to(number).is_empty());
    }
}
