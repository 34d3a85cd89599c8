//! `PreviewMessage`, and `belfry text preview`, which shows the same without a server.

use serde_json::{Value, json};

use super::NEEDS_INSTANCE_ROLE;
use crate::{
    app::App,
    clients::Kind,
    operations::{
        INSTANCE_SET_PHONE_TEXT, ORG_SET_PHONE_TEXT, PREVIEW_MESSAGE, UPDATE_SECRET_GENERATOR,
    },
    table::{Table, case, run_tables},
};

/// The cases of `PreviewMessage`.
pub const PREVIEW: Table = Table {
    operation: &PREVIEW_MESSAGE,
    cases: &[
        case(
            "without anything it shows the default text and what it takes",
            |t| {
                let t = &t.alone();
                let answer = t.call(json!({})).ok();
                let expected = json!({
                    "text": "AHOV29 is your code to verify this phone number.",
                    "template": "{{.Code}} is your code to verify this phone number.",
                    "language": "en",
                    "source": "TEXT_SOURCE_BUILT_IN",
                    "encoding": "TEXT_ENCODING_GSM7",
                    "characters": 48,
                    "units": 48,
                    "segments": 1,
                });
                assert_eq!(answer, expected);
            },
        ),
        case("for a user it is what that user gets", |t| {
            let t = &t.alone();
            let org = t.org();
            let profile = json!({"givenName": "Zoë", "familyName": "L", "preferredLanguage": "de"});
            let number = t.number();
            let more = json!({"profile": profile, "phone": {"phone": number}});
            let user = t.human_in(&org, more);
            let sent = t.wait_for_sms(&number, 1);
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(
                answer["text"].as_str().unwrap().replace("AHOV29", "CODE"),
                sent.text.replace(&sent.code(), "CODE")
            );
            assert_eq!(answer["region"], "CH");
            assert_eq!(answer["language"], "de");

            let request =
                json!({"language": "de", "text": "{{.Code}} für {{.FirstName}} in {{.OrgID}}"});
            let token = &t.admin.token;
            t.rest(&ORG_SET_PHONE_TEXT, token, Some(&org), request).ok();
            let answer = t.call(json!({"userId": user})).ok();
            assert_eq!(answer["text"], format!("AHOV29 für Zoë in {org}"));
            assert_eq!(answer["source"], "TEXT_SOURCE_ORGANIZATION");
            assert_eq!(answer["encoding"], "TEXT_ENCODING_UCS2");
            // In another language, another organization, to another country.
            let answer = t.call(json!({"userId": user, "language": "pt-BR"})).ok();
            assert_eq!(answer["text"], "Use AHOV29 para confirmar este telefone.");
            let elsewhere = json!({
                "userId": user, "organizationId": t.org_id(), "phone": "+1 242 365 1234"
            });
            let answer = t.call(elsewhere).ok();
            assert_eq!(answer["source"], "TEXT_SOURCE_BUILT_IN");
            assert_eq!(answer["region"], "BS");
        }),
        case("an organization without a user has its own text", |t| {
            let t = &t.alone();
            let org = t.org();
            let request = json!({"language": "fr", "text": "Code {{.Code}}"});
            let token = &t.admin.token;
            t.rest(&ORG_SET_PHONE_TEXT, token, Some(&org), request).ok();
            let answer = t
                .call(json!({"organizationId": org, "language": "fr-CH"}))
                .ok();
            assert_eq!(answer["text"], "Code AHOV29");
        }),
        case("the code has the length of the generator", |t| {
            let t = &t.alone();
            let request = json!({
                "generatorType": "SECRET_GENERATOR_TYPE_VERIFY_PHONE_CODE",
                "length": 8, "expiry": "3600s", "includeDigits": true
            });
            t.rest_as_admin(&UPDATE_SECRET_GENERATOR, request).ok();
            let text = t.call(json!({})).ok()["text"].clone();
            assert_eq!(text, "07418529 is your code to verify this phone number.");
        }),
        case("what is odd about a text is said", |t| {
            let t = &t.alone();
            let text = format!("Código {{{{.Kode}}}} {}", "a".repeat(70));
            t.rest_as_admin(
                &INSTANCE_SET_PHONE_TEXT,
                json!({"language": "en", "text": text}),
            )
            .ok();
            let answer = t.call(json!({})).ok();
            assert_eq!(answer["source"], "TEXT_SOURCE_INSTANCE");
            assert_eq!(answer["segments"], 2);
            let warnings = answer["warnings"].as_array().unwrap().iter();
            let warnings: Vec<_> = warnings.filter_map(Value::as_str).collect();
            assert!(
                warnings[0].starts_with("it takes 2 segments"),
                "{warnings:?}"
            );
            assert!(warnings[1].contains("{{.Code}} is missing"), "{warnings:?}");
            assert!(
                warnings[2].contains("no variable {{.Kode}}"),
                "{warnings:?}"
            );
        }),
        case(
            "a new password is the other purpose that goes by SMS",
            |t| {
                let t = &t.alone();
                let request = json!({"purpose": "MESSAGE_PURPOSE_PASSWORD_RESET"});
                let answer = t.call(request).ok();
                assert!(
                    answer["text"].as_str().unwrap().contains("AHOV29"),
                    "{answer}"
                );
                assert!(
                    answer["text"].as_str().unwrap().contains("password"),
                    "{answer}"
                );
                t.call(json!({"purpose": "MESSAGE_PURPOSE_INVITATION"}))
                    .expect_invalid();
            },
        ),
        case("what does not exist is told", |t| {
            t.call(json!({"language": "not a tag"}))
                .fails(Kind::Invalid, "LANG-3M9f2");
            t.call(json!({"phone": "abc"}))
                .fails(Kind::Invalid, "PHONE-so0wa");
            t.call(json!({"userId": "nobody"}))
                .fails(Kind::NotFound, "QUERY-DAvb3");
            t.call(json!({"userId": t.machine()}))
                .fails(Kind::Precondition, "QUERY-hliQl");
            t.call(json!({"organizationId": "nobody"}))
                .fails(Kind::NotFound, "QUERY-iTTGJ");
            t.call(json!({"language": "a".repeat(201)}))
                .expect_invalid();
        }),
        NEEDS_INSTANCE_ROLE,
    ],
};

run_tables! {
    preview_message = PREVIEW,
}

#[test]
fn the_command_shows_what_the_api_shows_and_what_it_costs() {
    let app = App::start("");
    let org = app.org();
    let profile = json!({"givenName": "Zoë", "familyName": "L", "preferredLanguage": "uk"});
    let user = app.human_in(
        &org,
        json!({"profile": profile, "phone": {"phone": app.number()}}),
    );
    let request = json!({"language": "es", "text": "Código {{.Code}}\n¿Listo?"});
    let token = &app.admin.token;
    app.rest(&ORG_SET_PHONE_TEXT, token, Some(&org), request)
        .ok();
    let run = |arguments: &[&str]| {
        let output = app.command(&[&["text", "preview"], arguments].concat());
        let (out, err) = (output.stdout, output.stderr);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(out), text(err))
    };
    let (_, shown, _) = run(&["--user", &user, "--number", "0041791234567"]);
    let expected = "AHOV29 — код для підтвердження цього телефону.\n\n\
        from       built-in (CH)\n\
        template   \"{{.Code}} — код для підтвердження цього телефону.\"\n\
        language   uk\n\
        encoding   UCS-2\n\
        length     46 characters, 46 UTF-16 units\n\
        segments   1\n";
    assert_eq!(shown, expected);
    let (_, shown, _) = run(&["--organization", &org, "--language", "es-MX"]);
    assert!(shown.starts_with("Código AHOV29\n¿Listo?\n\n"), "{shown}");
    assert!(shown.contains("from       the organization's\n"), "{shown}");
    let (_, shown, _) = run(&["--password-reset"]);
    assert!(shown.contains("encoding   GSM 7-bit\n"), "{shown}");
    for (arguments, said) in [
        (["--user", "nobody"], "QUERY-Dfbg2"),
        (["--organization", "nobody"], "QUERY-iTTGJ"),
        (["--number", "abc"], "\"abc\" is no phone number"),
        (["--language", "?"], "the language is none"),
    ] {
        let (is_good, shown, fault) = run(&arguments);
        assert!(!is_good && shown.is_empty(), "{arguments:?}: {shown}");
        assert!(fault.contains(said), "{said}: {fault}");
    }
}
