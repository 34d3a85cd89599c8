//! The description of the configuration: settings, and the variables of all services.

use serde_json::{Map, Value, json};

use crate::service::{SERVICES, Service, variables};

/// The schema that the server checks a configuration against.
pub fn schema() -> Value {
    let names: Vec<_> = SERVICES.iter().map(|(name, _)| *name).collect();
    let mut properties = Map::new();
    let mut add = |name: &str, schema: Value| {
        properties.insert(name.to_owned(), schema);
    };
    for (name, variable) in variables() {
        let mut schema = json!({"type": "string", "title": variable.title});
        if variable.secret {
            schema["writeOnly"] = true.into();
            schema["minLength"] = 1.into();
        }
        add(&name, schema);
    }
    let text = |title: &str| json!({"type": "string", "title": title});
    let list = |title: &str| json!({"type": "array", "title": title});
    let table =
        |title: &str| json!({"type": "object", "additionalProperties": true, "title": title});
    let url = |title: &str| json!({"type": "string", "pattern": "^https?://[^\\s{}?#]+$", "maxLength": 2048, "title": title});
    let titles: Vec<_> = Service::all().map(|service| service.title).collect();
    add(
        "service",
        json!({"enum": names, "title": "Ready service", "description": titles.join("; ")}),
    );
    add("endpoint", url("Address of the gateway, without a query"));
    add("path", text("Template that follows the endpoint"));
    add(
        "method",
        json!({"type": "string", "pattern": "^[A-Z]{1,20}$", "title": "HTTP method"}),
    );
    add("query", table("Templates of the query"));
    add("headers", table("Templates of the headers"));
    add(
        "json",
        json!({"title": "JSON body: a structure of templates"}),
    );
    add("form", table("Form body: templates of the fields"));
    add("xml", text("XML body: a template"));
    add("raw", text("Any other body: a template without escaping"));
    add("auth", table("One of basic, bearer and oauth"));
    add("token_url", url("Token endpoint of OAuth"));
    add("signature", table("HMAC of a request in a header"));
    add("success", table("When a message is accepted"));
    add("failures", list("What other answers mean, in order"));
    add(
        "accepted",
        table("Where an answer has id, segments and price"),
    );
    add("code", text("Where an answer has its error code"));
    add("receipt", table("How the gateway's calls are read"));
    add(
        "receipt_secret",
        json!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]{16,}$", "maxLength": 200, "writeOnly": true,
            "title": "Secret in the receipt URL",
            "description": "16 letters and digits or more; without it no receipts are asked for",
        }),
    );
    add(
        "health",
        table("A GET that shows whether the gateway knows us"),
    );
    add(
        "from",
        json!({"type": "string", "maxLength": 64, "title": "Sender: a number or up to 11 letters"}),
    );
    add("countries", table("Sender and text by country or prefix"));
    add(
        "timeout",
        json!({"type": "integer", "minimum": 1, "maximum": 60, "title": "Seconds for an exchange, 10 without it"}),
    );
    add(
        "rate",
        json!({"type": "number", "minimum": 0, "title": "Requests a second; any number without it"}),
    );
    add(
        "parallel",
        json!({"type": "integer", "minimum": 1, "maximum": 32, "title": "Requests at the same time, 32 without it"}),
    );
    add(
        "dry_run",
        json!({"type": "boolean", "default": false, "title": "Log masked requests and send nothing"}),
    );
    add("samples", list("Answers that the rules are checked with"));
    json!({"type": "object", "properties": properties})
}
