//! Flows of zitadel.management.v1 and zitadel.auth.v1, and what they share.

mod machines;
mod people;
mod refusals;

use tonic::{service::interceptor::InterceptedService, transport::Channel};
use zitadel::api::{
    clients::ClientBuilder,
    interceptors::AccessTokenInterceptor,
    zitadel::{
        auth::v1::auth_service_client::AuthServiceClient,
        management::v1::{
            AddHumanUserRequest, AddMachineUserRequest, AddOrgMemberRequest,
            AddPersonalAccessTokenRequest, GetHumanPhoneRequest, GetUserByIdRequest,
            add_human_user_request::{Email, Profile},
            management_service_client::ManagementServiceClient,
        },
        user::v1::{self as user, User},
    },
};

use crate::{
    Flow,
    expect::ok,
    world::{name, token, url},
};

type Authorized = InterceptedService<Channel, AccessTokenInterceptor>;
type Management = ManagementServiceClient<Authorized>;

pub async fn start() -> Vec<Flow> {
    let management = log_in(&token()).await;
    crate::start! { management,
        "human" = people::human,
        "phone" = people::phone,
        "my phone" = people::my_phone,
        "search" = people::search,
        "states" = people::states,
        "machine" = machines::machine,
        "token" = machines::personal_access_token,
        "key" = machines::key,
        "secret" = machines::secret,
        "metadata" = people::metadata,
        "update" = people::update,
        "errors" = refusals::errors,
    }
}

async fn log_in(token: &str) -> Management {
    let builder = ClientBuilder::new(&url()).with_access_token(token);
    builder.build_management_client().await.unwrap()
}

/// The calls of "me" for a token.
async fn log_in_as_me(token: &str) -> AuthServiceClient<Authorized> {
    let builder = ClientBuilder::new(&url()).with_access_token(token);
    builder.build_auth_client().await.unwrap()
}

fn new_human(user_name: &str) -> AddHumanUserRequest {
    AddHumanUserRequest {
        user_name: user_name.to_owned(),
        profile: Some(Profile {
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            preferred_language: "en".to_owned(),
            ..Default::default()
        }),
        email: Some(Email {
            email: format!("{user_name}@example.com"),
            is_email_verified: true,
        }),
        initial_password: "Analytical-Engine-1".to_owned(),
        ..Default::default()
    }
}

async fn add_human(management: &mut Management) -> String {
    ok(management.add_human_user(new_human(&name())).await).user_id
}

fn new_machine(user_name: &str) -> AddMachineUserRequest {
    AddMachineUserRequest {
        user_name: user_name.to_owned(),
        name: "Robot".to_owned(),
        description: "of a test".to_owned(),
        ..Default::default()
    }
}

async fn add_machine(management: &mut Management) -> String {
    ok(management.add_machine_user(new_machine(&name())).await).user_id
}

async fn add_token(management: &mut Management, user_id: &str) -> String {
    let request = AddPersonalAccessTokenRequest {
        user_id: user_id.to_owned(),
        expiration_date: None,
    };
    ok(management.add_personal_access_token(request).await).token
}

async fn add_member(management: &mut Management, user_id: &str, role: &str) {
    let request = AddOrgMemberRequest {
        user_id: user_id.to_owned(),
        roles: vec![role.to_owned()],
    };
    ok(management.add_org_member(request).await);
}

async fn read(management: &mut Management, id: &str) -> User {
    let request = GetUserByIdRequest { id: id.to_owned() };
    ok(management.get_user_by_id(request).await).user.unwrap()
}

async fn read_human(management: &mut Management, id: &str) -> user::Human {
    match read(management, id).await.r#type {
        Some(user::user::Type::Human(human)) => human,
        other => panic!("{other:?}"),
    }
}

async fn read_machine(management: &mut Management, id: &str) -> user::Machine {
    match read(management, id).await.r#type {
        Some(user::user::Type::Machine(machine)) => machine,
        other => panic!("{other:?}"),
    }
}

async fn read_phone(management: &mut Management, user_id: &str) -> user::Phone {
    let request = GetHumanPhoneRequest {
        user_id: user_id.to_owned(),
    };
    ok(management.get_human_phone(request).await)
        .phone
        .unwrap_or_default()
}
