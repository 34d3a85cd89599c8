//! Every operation that the contract says sends SMS is refused by a limit, leaves nothing behind, and works
//! once the limit is gone.

use std::collections::BTreeSet;

use belfry::contract::Contract;
use serde_json::{Value, json};

use super::{change, messages};
use crate::{app::App, clients::Kind, operations::*, people::merged, users::PASSWORD};

/// A French number that nobody else has: France is what is stopped.
fn french(app: &App) -> String {
    let number = app.number();
    format!("+336{}", &number[number.len() - 8..])
}

/// A call that sends an SMS: by whom, and what.
struct Sending {
    operation: &'static Operation,
    token: String,
    request: Value,
    /// Whose history it would change.
    user: Option<String>,
}

/// A person with a French number, to which a message went.
fn person(app: &App) -> String {
    let user = app.human();
    change(app, &user, &french(app)).ok();
    user
}

fn v1_human(app: &App) -> Value {
    let name = app.unique("person");
    json!({
        "userName": name,
        "profile": {"firstName": "Ada", "lastName": "Lovelace"},
        "email": {"email": format!("{name}@example.com"), "isEmailVerified": true},
        "phone": {"phone": french(app)},
        "password": PASSWORD,
    })
}

fn v2_human(app: &App) -> Value {
    app.new_human(json!({"phone": {"phone": french(app)}}))
}

fn sendings(app: &App) -> Vec<Sending> {
    let of_user = |operation, members: Value| {
        let user = person(app);
        Sending {
            operation,
            token: app.admin.token.clone(),
            request: merged(json!({"userId": user}), members),
            user: Some(user),
        }
    };
    let of_self = |operation, request| {
        let user = person(app);
        Sending {
            operation,
            token: app.token_of(&user),
            request,
            user: Some(user),
        }
    };
    let making = |operation, request| Sending {
        operation,
        token: app.admin.token.clone(),
        request,
        user: None,
    };
    let phone = || json!({"phone": french(app)});
    let by_sms = || json!({"sendLink": {"notificationType": "NOTIFICATION_TYPE_SMS"}});
    let human = || json!({"human": {"phone": {"phone": french(app)}}});
    let message = || {
        let user = person(app);
        let request = json!({"userId": user, "channel": "MESSAGE_CHANNEL_SMS"});
        app.wait_for_sent(&user);
        let found = app.rest_as_admin(&LIST_MESSAGES, request).ok();
        Sending {
            operation: &RESEND_MESSAGE,
            token: app.admin.token.clone(),
            request: json!({"id": found["messages"][0]["id"]}),
            user: Some(user),
        }
    };
    let set_up = || {
        let name = app.unique("org");
        let user = v1_human(app);
        json!({"org": {"name": name}, "human": user})
    };
    let create = || {
        let name = app.unique("created");
        json!({
            "organizationId": app.admin.org,
            "username": name,
            "human": {
                "profile": {"givenName": "Ada", "familyName": "Lovelace"},
                "email": {"email": format!("{name}@example.com"), "isVerified": true},
                "phone": {"phone": french(app)},
            },
        })
    };
    let organization = || {
        let human = merged(v2_human(app), json!({"organization": null}));
        json!({"name": app.unique("org"), "admins": [{"human": human}]})
    };
    vec![
        of_user(&UPDATE_HUMAN_PHONE, phone()),
        of_user(&RESEND_HUMAN_PHONE_VERIFICATION, json!({})),
        making(
            &ADD_HUMAN_USER_V1,
            merged(v1_human(app), json!({"password": null})),
        ),
        making(&IMPORT_HUMAN_USER, v1_human(app)),
        of_self(&SET_MY_PHONE, phone()),
        of_self(&RESEND_MY_PHONE_VERIFICATION, json!({})),
        making(&SET_UP_ORG, set_up()),
        making(&CREATE_USER, create()),
        making(&ADD_HUMAN_USER, v2_human(app)),
        of_user(&UPDATE_USER, human()),
        of_user(&UPDATE_HUMAN_USER, json!({"phone": {"phone": french(app)}})),
        of_user(&SET_PHONE, phone()),
        of_user(&RESEND_PHONE_CODE, json!({})),
        making(&BETA_ADD_HUMAN_USER, v2_human(app)),
        of_user(
            &BETA_UPDATE_HUMAN_USER,
            json!({"phone": {"phone": french(app)}}),
        ),
        of_user(&BETA_SET_PHONE, phone()),
        of_user(&BETA_RESEND_PHONE_CODE, json!({})),
        making(&ADD_ORGANIZATION, organization()),
        of_user(
            &SEND_HUMAN_RESET_PASSWORD_NOTIFICATION,
            json!({"type": "TYPE_SMS"}),
        ),
        of_user(&PASSWORD_RESET, by_sms()),
        of_user(&BETA_PASSWORD_RESET, by_sms()),
        message(),
    ]
}

#[test]
fn every_operation_that_sends_codes_is_limited_and_changes_nothing_when_refused() {
    let app = App::start("");
    let sendings = sendings(&app);
    let contract = Contract::load().unwrap();
    let declared: BTreeSet<String> = contract
        .methods()
        .filter(|method| method.sends_sms)
        .map(|method| method.path.clone())
        .collect();
    let tried = sendings.iter().map(|sending| sending.operation.grpc_path());
    assert_eq!(tried.collect::<BTreeSet<_>>(), declared);

    app.rest_as_admin(&STOP_COUNTRY, json!({"country": "FR"}))
        .ok();
    let call = |sending: &Sending| {
        app.rest(
            sending.operation,
            &sending.token,
            None,
            sending.request.clone(),
        )
    };
    let before = messages(&app);
    for sending in &sendings {
        let user = sending.user.as_deref();
        let history = user.map(|user| app.events(user));
        call(sending).fails(Kind::Exhausted, "LIMIT-St0pd");
        assert_eq!(user.map(|user| app.events(user)), history);
    }
    assert_eq!(messages(&app), before);
    app.rest_as_admin(&LIFT_STOP, json!({"country": "FR"})).ok();
    for sending in &sendings {
        call(sending).ok();
    }
    assert_eq!(messages(&app), before + sendings.len());
}

impl App {
    /// Waits until no message of a user is on its way any more.
    fn wait_for_sent(&self, user: &str) {
        let begun = std::time::Instant::now();
        let request = json!({
            "userId": user,
            "states": ["MESSAGE_STATE_QUEUED", "MESSAGE_STATE_SENDING"],
        });
        loop {
            let waiting = self.rest_as_admin(&LIST_MESSAGES, request.clone()).ok();
            if waiting["messages"].is_null() {
                return;
            }
            assert!(begun.elapsed().as_secs() < 20, "{waiting}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
