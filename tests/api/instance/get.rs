//! `GetMyInstance`, `GetIAM`, `GetOIDCInformation` and v2 `GetGeneralSettings` (contract/README.md §9,
//! orgs-and-auth.md §1).

use serde_json::json;

use crate::{
    clients::Kind,
    instance::TEXT_LANGUAGES,
    operations::{GET_GENERAL_SETTINGS, GET_IAM, GET_MY_INSTANCE, GET_OIDC_INFORMATION},
    table::{Table, case, run_tables},
};

/// The cases of `GetMyInstance`.
pub const INSTANCE: Table = Table {
    operation: &GET_MY_INSTANCE,
    cases: &[case("the instance is shown with everything", |t| {
        let answer = t.call(json!({})).ok();
        let instance = &answer["instance"];
        let id = &instance["id"];
        assert!(id.as_str().unwrap().chars().all(|c| c.is_ascii_digit()));
        assert_eq!(instance["state"], "STATE_RUNNING");
        assert_eq!(instance["name"], "Belfry");
        assert_eq!(instance["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(instance["details"].as_object().unwrap().len(), 4);
        assert_eq!(instance["details"]["resourceOwner"], *id);
        assert_eq!(instance["domains"][0]["domain"], "localhost");
        assert_eq!(instance["domains"][0]["primary"], true);
    })],
};

/// The cases of `GetIAM`.
pub const IAM: Table = Table {
    operation: &GET_IAM,
    cases: &[
        case("default organization and project are named", |t| {
            let answer = t.call(json!({})).ok();
            assert_eq!(answer["globalOrgId"], t.org_id());
            assert_eq!(answer["defaultOrgId"], t.org_id());
            let project = answer["iamProjectId"].as_str().unwrap();
            assert!(project.len() > 15, "{project}");
            assert_eq!(t.call(json!({})).ok(), answer);
        }),
        case("any token is enough", |t| {
            t.by(&t.token_without_membership()).call(json!({})).ok();
        }),
    ],
};

/// The cases of `GetOIDCInformation`.
pub const OIDC: Table = Table {
    operation: &GET_OIDC_INFORMATION,
    cases: &[case("the issuer is where the request was sent to", |t| {
        let issuer = format!("http://{}", t.address);
        let endpoint = format!("{issuer}/.well-known/openid-configuration");
        let expected = json!({"issuer": issuer, "discoveryEndpoint": endpoint});
        assert_eq!(t.call(json!({})).ok(), expected);
        // No token is needed, and a wrong one does not matter.
        assert_eq!(t.by("nobody").call(json!({})).ok(), expected);
        let document = t
            .clients
            .http("GET", &endpoint[issuer.len()..], &vec![], None);
        assert_eq!(document.status(), 200);
    })],
};

/// The cases of `GetGeneralSettings`.
pub const SETTINGS: Table = Table {
    operation: &GET_GENERAL_SETTINGS,
    cases: &[
        case("default organization and languages are shown", |t| {
            let expected = json!({
                "defaultOrgId": t.org_id(),
                "defaultLanguage": "en",
                "supportedLanguages": TEXT_LANGUAGES,
            });
            assert_eq!(t.call(json!({})).ok(), expected);
        }),
        case("it needs policy.read", |t| {
            let reader = t.token_with_roles(t.org_id(), &["ORG_PROJECT_CREATOR"]);
            t.by(&reader).call(json!({})).ok();
            let other = t.token_with_roles(t.org_id(), &["ORG_ADMIN_IMPERSONATOR"]);
            t.by(&other)
                .call(json!({}))
                .fails(Kind::Denied, "AUTH-5mWD2");
        }),
    ],
};

run_tables! {
    get_my_instance_agrees_with_its_table = INSTANCE,
    get_iam_agrees_with_its_table = IAM,
    get_oidc_information_agrees_with_its_table = OIDC,
    get_general_settings_agrees_with_its_table = SETTINGS,
}
