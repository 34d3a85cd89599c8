//! The probes of the three v1 services: the only operations besides the documents that need no token.

use serde_json::json;

use crate::{
    operations::{ADMIN_HEALTHZ, AUTH_HEALTHZ, MANAGEMENT_HEALTHZ},
    table::{Case, Table, case, run_tables},
};

/// `zitadel.management.v1.ManagementService/Healthz`
pub const MANAGEMENT: Table = Table {
    operation: &MANAGEMENT_HEALTHZ,
    cases: CASES,
};

/// `zitadel.auth.v1.AuthService/Healthz`
pub const AUTH: Table = Table {
    operation: &AUTH_HEALTHZ,
    cases: CASES,
};

/// `zitadel.admin.v1.AdminService/Healthz`
pub const ADMIN: Table = Table {
    operation: &ADMIN_HEALTHZ,
    cases: CASES,
};

run_tables! {
    the_management_service_is_healthy = MANAGEMENT,
    the_auth_service_is_healthy = AUTH,
    the_admin_service_is_healthy = ADMIN,
}

const CASES: &[Case] = &[
    case("it needs no token and answers nothing", |s| {
        let answer = s.clients.call(s.encoding, s.operation, &json!({}), &vec![]);
        answer.expect_empty();
    }),
    case("a token that is wrong does not matter", |s| {
        s.by("nobody").call(json!({})).expect_empty();
    }),
];
