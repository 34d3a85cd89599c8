//! Flows of zitadel.management.v1 and zitadel.auth.v1.

use serde_json::Value;
use tonic::{Code, service::interceptor::InterceptedService, transport::Channel};
use zitadel::{
    api::{
        clients::ClientBuilder,
        interceptors::AccessTokenInterceptor,
        zitadel::{
            auth::v1::{
                GetMyPhoneRequest, GetMyUserRequest, RemoveMyPhoneRequest, SetMyPhoneRequest,
                VerifyMyPhoneRequest, auth_service_client::AuthServiceClient,
            },
            authn::v1::KeyType,
            management::v1::{
                AddHumanUserRequest, AddMachineKeyRequest, AddMachineUserRequest,
                AddOrgMemberRequest, AddPersonalAccessTokenRequest, DeactivateUserRequest,
                GenerateMachineSecretRequest, GetHumanPhoneRequest, GetUserByIdRequest,
                GetUserMetadataRequest, ListMachineKeysRequest, ListPersonalAccessTokensRequest,
                ListUsersRequest, LockUserRequest, ReactivateUserRequest, RemoveHumanPhoneRequest,
                RemoveMachineKeyRequest, RemoveMachineSecretRequest,
                RemovePersonalAccessTokenRequest, RemoveUserRequest,
                ResendHumanPhoneVerificationRequest, SetUserMetadataRequest, UnlockUserRequest,
                UpdateHumanPhoneRequest, UpdateHumanProfileRequest, UpdateMachineRequest,
                UpdateUserNameRequest,
                add_human_user_request::{Email, Phone, Profile},
                management_service_client::ManagementServiceClient,
            },
            user::v1::{
                self as user, InUserIdQuery, NotQuery, SearchQuery, User, UserNameQuery, UserState,
                search_query::Query,
            },
            v1::TextQueryMethod,
        },
    },
    credentials::{AuthenticationOptions, ServiceAccount},
};

use crate::{
    Flow,
    expect::{ok, refused},
    world::{act_as, name, number, org, sign_in_with_secret, sms_code, soon, token, url, within},
};

type Authorized = InterceptedService<Channel, AccessTokenInterceptor>;
type Management = ManagementServiceClient<Authorized>;

pub async fn start() -> Vec<Flow> {
    let management = log_in(&token()).await;
    crate::start! { management,
        "human" = human,
        "phone" = phone,
        "my phone" = my_phone,
        "search" = search,
        "states" = states,
        "machine" = machine,
        "token" = personal_access_token,
        "key" = key,
        "secret" = secret,
        "metadata" = metadata,
        "update" = update,
        "errors" = errors,
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

async fn human(mut management: Management) {
    let (user_name, phone) = (name(), number());
    let added = AddHumanUserRequest {
        phone: Some(Phone {
            phone: phone.clone(),
            is_phone_verified: true,
        }),
        ..new_human(&user_name)
    };
    let added = ok(management.add_human_user(added).await);
    let details = added.details.unwrap();
    assert_eq!(details.resource_owner, org());
    assert!(details.creation_date.is_some());
    let id = added.user_id;

    let user = read(&mut management, &id).await;
    assert_eq!(
        (&user.user_name, &user.login_names),
        (&user_name, &vec![user_name.clone()])
    );
    assert_eq!(user.state(), UserState::Active);
    let human = read_human(&mut management, &id).await;
    assert_eq!(human.profile.unwrap().display_name, "Ada Lovelace");
    assert!(human.email.unwrap().is_email_verified);
    let shown = human.phone.unwrap();
    assert_eq!((shown.phone, shown.is_phone_verified), (phone, true));

    ok(management
        .remove_user(RemoveUserRequest { id: id.clone() })
        .await);
    let gone = management.get_user_by_id(GetUserByIdRequest { id }).await;
    refused(gone, Code::NotFound, "QUERY-Dfbg2");
}

async fn phone(mut management: Management) {
    let user_id = add_human(&mut management).await;
    let update = |phone: &str, is_phone_verified| UpdateHumanPhoneRequest {
        user_id: user_id.clone(),
        phone: phone.to_owned(),
        is_phone_verified,
    };
    let resend = || ResendHumanPhoneVerificationRequest {
        user_id: user_id.clone(),
    };

    let number = number();
    ok(management.update_human_phone(update(&number, false)).await);
    let code = sms_code(&number, 1).await;
    ok(management.resend_human_phone_verification(resend()).await);
    assert_ne!(sms_code(&number, 2).await, code);
    let shown = read_phone(&mut management, &user_id).await;
    assert_eq!((&shown.phone, shown.is_phone_verified), (&number, false));
    ok(management.update_human_phone(update(&number, true)).await);
    assert!(
        read_phone(&mut management, &user_id)
            .await
            .is_phone_verified
    );
    let again = management.resend_human_phone_verification(resend()).await;
    refused(again, Code::FailedPrecondition, "COMMAND-2M9sf");
    let remove = RemoveHumanPhoneRequest {
        user_id: user_id.clone(),
    };
    ok(management.remove_human_phone(remove).await);
    assert_eq!(read_phone(&mut management, &user_id).await.phone, "");
}

/// What an application does for its user: it gets a token to act as the user, for the calls of "me".
async fn my_phone(mut management: Management) {
    let app = add_machine(&mut management).await;
    let app_token = add_token(&mut management, &app).await;
    add_member(&mut management, &app, "ORG_END_USER_IMPERSONATOR").await;
    let user = add_human(&mut management).await;
    let mut me = log_in_as_me(&act_as(&user, &app_token).await.unwrap()).await;
    assert_eq!(
        ok(me.get_my_user(GetMyUserRequest {}).await)
            .user
            .unwrap()
            .id,
        user
    );

    let phone = number();
    ok(me
        .set_my_phone(SetMyPhoneRequest {
            phone: phone.clone(),
        })
        .await);
    let wrong = VerifyMyPhoneRequest {
        code: "wrong".to_owned(),
    };
    refused(
        me.verify_my_phone(wrong).await,
        Code::InvalidArgument,
        "COMMAND-sM0cs",
    );
    let code = sms_code(&phone, 1).await;
    ok(me.verify_my_phone(VerifyMyPhoneRequest { code }).await);
    let shown = ok(me.get_my_phone(GetMyPhoneRequest {}).await)
        .phone
        .unwrap();
    assert_eq!((shown.phone, shown.is_phone_verified), (phone, true));
    ok(me.remove_my_phone(RemoveMyPhoneRequest {}).await);
}

async fn search(mut management: Management) {
    let (one_name, two_name) = (name(), name());
    let one = ok(management.add_human_user(new_human(&one_name)).await).user_id;
    let two = ok(management.add_human_user(new_human(&two_name)).await).user_id;
    let query = |query| SearchQuery { query: Some(query) };
    let by_name = |name: &str, method: TextQueryMethod| {
        let user_name = name.to_owned();
        query(Query::UserNameQuery(UserNameQuery {
            user_name,
            method: method.into(),
        }))
    };
    let user_ids = vec![one.clone(), two.clone()];
    let mine = query(Query::InUserIdsQuery(InUserIdQuery {
        user_ids: user_ids.clone(),
    }));
    let not_two = NotQuery {
        query: Some(Box::new(by_name(&two_name, TextQueryMethod::Equals))),
    };
    let start = one_name[..one_name.len() - 1].to_uppercase();
    let cases = [
        (vec![mine.clone()], user_ids),
        (
            vec![by_name(&start, TextQueryMethod::StartsWithIgnoreCase)],
            vec![one.clone()],
        ),
        (
            vec![mine, query(Query::NotQuery(Box::new(not_two)))],
            vec![one],
        ),
        (vec![by_name(&name(), TextQueryMethod::Equals)], vec![]),
    ];
    for (queries, mut expected) in cases {
        let request = ListUsersRequest {
            queries,
            ..Default::default()
        };
        let answer = ok(management.list_users(request).await);
        let mut seen: Vec<_> = answer.result.into_iter().map(|user| user.id).collect();
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seen, expected);
        assert_eq!(answer.details.unwrap().total_result, expected.len() as u64);
    }
}

async fn states(mut management: Management) {
    let id = add_human(&mut management).await;
    let deactivate = DeactivateUserRequest { id: id.clone() };
    ok(management.deactivate_user(deactivate.clone()).await);
    assert_eq!(
        read(&mut management, &id).await.state(),
        UserState::Inactive
    );
    let again = management.deactivate_user(deactivate).await;
    refused(again, Code::FailedPrecondition, "COMMAND-5M0sf");
    ok(management
        .reactivate_user(ReactivateUserRequest { id: id.clone() })
        .await);
    ok(management
        .lock_user(LockUserRequest { id: id.clone() })
        .await);
    assert_eq!(read(&mut management, &id).await.state(), UserState::Locked);
    ok(management
        .unlock_user(UnlockUserRequest { id: id.clone() })
        .await);
    assert_eq!(read(&mut management, &id).await.state(), UserState::Active);
    ok(management
        .remove_user(RemoveUserRequest { id: id.clone() })
        .await);
    let gone = management.lock_user(LockUserRequest { id }).await;
    refused(gone, Code::NotFound, "COMMAND-5M9fs");
}

async fn machine(mut management: Management) {
    let id = add_machine(&mut management).await;
    assert_eq!(read_machine(&mut management, &id).await.name, "Robot");
    let change = UpdateMachineRequest {
        user_id: id.clone(),
        name: "Android".to_owned(),
        description: "of the test".to_owned(),
        ..Default::default()
    };
    ok(management.update_machine(change).await);
    let shown = read_machine(&mut management, &id).await;
    assert_eq!(
        (&*shown.name, &*shown.description),
        ("Android", "of the test")
    );
}

async fn personal_access_token(mut management: Management) {
    let user_id = add_machine(&mut management).await;
    let request = AddPersonalAccessTokenRequest {
        user_id: user_id.clone(),
        expiration_date: soon(),
    };
    let added = ok(management.add_personal_access_token(request).await);
    let mut me = log_in_as_me(&added.token).await;
    assert_eq!(
        ok(me.get_my_user(GetMyUserRequest {}).await)
            .user
            .unwrap()
            .id,
        user_id
    );
    let list = ListPersonalAccessTokensRequest {
        user_id: user_id.clone(),
        query: None,
    };
    let listed = ok(management.list_personal_access_tokens(list).await).result;
    assert_eq!(listed[0].id, added.token_id);
    let token_id = added.token_id;
    let remove = RemovePersonalAccessTokenRequest { user_id, token_id };
    ok(management.remove_personal_access_token(remove).await);
    let shut_out = me.get_my_user(GetMyUserRequest {}).await;
    refused(shut_out, Code::Unauthenticated, "AUTH-7fs1e");
}

async fn key(mut management: Management) {
    let user_id = add_machine(&mut management).await;
    let request = AddMachineKeyRequest {
        user_id: user_id.clone(),
        r#type: KeyType::Json.into(),
        expiration_date: soon(),
        public_key: vec![],
    };
    let added = ok(management.add_machine_key(request).await);
    let json = String::from_utf8(added.key_details).unwrap();
    let file: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(file["type"], "serviceaccount");
    assert_eq!(
        (&file["keyId"], &file["userId"]),
        (&added.key_id.clone().into(), &user_id.clone().into())
    );

    let account = ServiceAccount::load_from_json(&json).unwrap();
    let for_the_api = || AuthenticationOptions {
        api_access: true,
        ..Default::default()
    };
    let builder = ClientBuilder::new(&url()).with_service_account(&account, Some(for_the_api()));
    let mut me = builder.build_auth_client().await.unwrap();
    assert_eq!(
        ok(me.get_my_user(GetMyUserRequest {}).await)
            .user
            .unwrap()
            .id,
        user_id
    );

    let list = ListMachineKeysRequest {
        user_id: user_id.clone(),
        query: None,
    };
    assert_eq!(
        ok(management.list_machine_keys(list).await).result[0].id,
        added.key_id
    );
    let key_id = added.key_id;
    ok(management
        .remove_machine_key(RemoveMachineKeyRequest { user_id, key_id })
        .await);
    let login = account
        .authenticate_with_options(&url(), &for_the_api())
        .await;
    assert!(login.is_err(), "a removed key logs in");
}

async fn secret(mut management: Management) {
    let user_id = add_machine(&mut management).await;
    let make = GenerateMachineSecretRequest {
        user_id: user_id.clone(),
    };
    let made = ok(management.generate_machine_secret(make).await);
    let token = sign_in_with_secret(&made.client_id, &made.client_secret)
        .await
        .unwrap();
    let mut me = log_in_as_me(&token).await;
    assert_eq!(
        ok(me.get_my_user(GetMyUserRequest {}).await)
            .user
            .unwrap()
            .id,
        user_id
    );
    ok(management
        .remove_machine_secret(RemoveMachineSecretRequest { user_id })
        .await);
    sign_in_with_secret(&made.client_id, &made.client_secret)
        .await
        .unwrap_err();
}

async fn metadata(mut management: Management) {
    let id = add_human(&mut management).await;
    let set = SetUserMetadataRequest {
        id: id.clone(),
        key: "colour".to_owned(),
        value: b"violet".to_vec(),
    };
    ok(management.set_user_metadata(set).await);
    let get = GetUserMetadataRequest {
        id,
        key: "colour".to_owned(),
    };
    let shown = ok(management.get_user_metadata(get).await)
        .metadata
        .unwrap();
    assert_eq!(shown.value, b"violet");
}

async fn update(mut management: Management) {
    let user_id = add_human(&mut management).await;
    let user_name = name();
    let rename = UpdateUserNameRequest {
        user_id: user_id.clone(),
        user_name: user_name.clone(),
    };
    ok(management.update_user_name(rename).await);
    let profile = UpdateHumanProfileRequest {
        user_id: user_id.clone(),
        first_name: "Augusta".to_owned(),
        last_name: "King".to_owned(),
        display_name: "Augusta Ada King".to_owned(),
        ..Default::default()
    };
    ok(management.update_human_profile(profile).await);
    assert_eq!(read(&mut management, &user_id).await.user_name, user_name);
    let human = read_human(&mut management, &user_id).await;
    assert_eq!(human.profile.unwrap().display_name, "Augusta Ada King");
}

async fn errors(mut management: Management) {
    let user_name = name();
    let user_id = ok(management.add_human_user(new_human(&user_name)).await).user_id;
    let update = |user_id: &str, phone: &str| UpdateHumanPhoneRequest {
        user_id: user_id.to_owned(),
        phone: phone.to_owned(),
        is_phone_verified: false,
    };
    let bad = management.update_human_phone(update(&user_id, "+41")).await;
    refused(bad, Code::InvalidArgument, "PHONE-so0wa");
    let national = management
        .update_human_phone(update(&user_id, "0791234567"))
        .await;
    refused(national, Code::InvalidArgument, "");
    let nobody = GetUserByIdRequest {
        id: "nobody".to_owned(),
    };
    refused(
        management.get_user_by_id(nobody).await,
        Code::NotFound,
        "QUERY-Dfbg2",
    );
    let unknown = management
        .update_human_phone(update("nobody", &number()))
        .await;
    refused(unknown, Code::FailedPrecondition, "COMMAND-3M0fs");
    let twice = management.add_machine_user(new_machine(&user_name)).await;
    refused(twice, Code::AlreadyExists, "V3-DKcYh");
    let elsewhere = within("1", update(&user_id, &number()));
    let elsewhere = management.update_human_phone(elsewhere).await;
    refused(elsewhere, Code::PermissionDenied, "AUTH-Bs7Ds");

    let stranger = add_machine(&mut management).await;
    let token = add_token(&mut management, &stranger).await;
    let mut own = log_in(&token).await;
    let no_member = own.update_human_phone(update(&user_id, "")).await;
    refused(no_member, Code::NotFound, "AUTHZ-cdgFk");
    add_member(&mut management, &stranger, "ORG_OWNER_VIEWER").await;
    assert_eq!(read(&mut own, &user_id).await.id, user_id);
    let viewer = own.update_human_phone(update(&user_id, "")).await;
    refused(viewer, Code::PermissionDenied, "AUTH-5mWD2");

    let shut_out = log_in("x")
        .await
        .update_human_phone(update(&user_id, ""))
        .await;
    refused(shut_out, Code::Unauthenticated, "AUTH-7fs1e");
    let mut nobody = ClientBuilder::new(&url())
        .build_management_client()
        .await
        .unwrap();
    let missing = nobody.update_human_phone(update(&user_id, "")).await;
    let missing = refused(missing, Code::Unauthenticated, "");
    assert_eq!(missing.message(), "auth header missing");
}
