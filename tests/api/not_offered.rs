//! What belongs to a login server: declared, refused with a reason, after the token was checked.

use belfry::contract::{Contract, HttpRule};
use serde_json::{Value, json};

use crate::{
    app::App,
    clients::{Encoding, Kind},
    operations::Operation,
    people::headers,
};

#[test]
fn every_operation_that_is_not_offered_says_why_over_every_encoding() {
    let app = App::shared();
    let contract = Contract::load().unwrap();
    let mut count = 0;
    for method in contract.methods() {
        let Some(reason) = &method.not_offered else {
            continue;
        };
        let operation = operation(&method.name, &method.http[0]);
        let parameters = operation
            .parameters()
            .map(|name| (name.to_owned(), json!("1")));
        let request = Value::Object(parameters.collect());
        for encoding in Encoding::of(&operation) {
            let call = |headers| app.clients.call(encoding, &operation, &request, &headers);
            let refused = call(headers(&app.admin.token, None)).fails_plainly(Kind::Unimplemented);
            assert_eq!(&refused.message, reason, "{} {encoding:?}", method.name);
            let refused = call(vec![]).fails_plainly(Kind::Unauthenticated);
            assert_eq!(refused.message, "auth header missing");
        }
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// The operation as a client sees it; leaked, a test run ends soon.
fn operation(name: &str, rule: &HttpRule) -> Operation {
    let (service, rpc) = name.rsplit_once('.').unwrap();
    let verb = format!("{:?}", rule.verb).to_uppercase();
    Operation {
        service: service.to_owned().leak(),
        rpc: rpc.to_owned().leak(),
        verb: verb.leak(),
        path: with_json_names(&rule.path).leak(),
        has_body: rule.has_body,
    }
}

/// The path with its parameters in camel case.
fn with_json_names(path: &str) -> String {
    let mut out = String::new();
    let mut is_parameter = false;
    let mut is_upper = false;
    for c in path.chars() {
        match c {
            '{' | '}' => is_parameter = c == '{',
            '_' if is_parameter => {
                is_upper = true;
                continue;
            }
            _ => {}
        }
        out.push(if is_upper { c.to_ascii_uppercase() } else { c });
        is_upper = false;
    }
    out
}
