//! Flows of zitadel.user.v2: what the crate's proto, which is an older one, has of it.

use tonic::{Code, service::interceptor::InterceptedService, transport::Channel};
use zitadel::api::{
    clients::ClientBuilder,
    interceptors::AccessTokenInterceptor,
    zitadel::{
        object::v2::{ListQuery, Organization, TextQueryMethod, organization::Org},
        user::v2::{
            AddHumanUserRequest, AddHumanUserResponse, DeactivateUserRequest, DeleteUserRequest,
            EmailQuery, GetUserByIdRequest, HumanUser, InUserIdQuery, ListUsersRequest,
            ListUsersResponse, LockUserRequest, NotQuery, OrQuery, PhoneQuery,
            ReactivateUserRequest, RegisterTotpRequest, RemovePhoneRequest, ResendPhoneCodeRequest,
            ReturnPhoneVerificationCode, SearchQuery, SetHumanEmail, SetHumanPhone,
            SetHumanProfile, SetPhoneRequest, UnlockUserRequest, UpdateHumanUserRequest, User,
            UserFieldName, UserNameQuery, UserState, VerifyPhoneRequest, resend_phone_code_request,
            search_query::Query, set_human_email, set_human_phone, set_phone_request, user,
            user_service_client::UserServiceClient,
        },
    },
};

use crate::{
    Flow,
    expect::{ok, refused},
    world::{name, number, org, sms_code, token, url, within},
};

type Users = UserServiceClient<InterceptedService<Channel, AccessTokenInterceptor>>;

pub async fn start() -> Vec<Flow> {
    let users = log_in(&token()).await;
    crate::start! { users,
        "human" = human,
        "phone" = phone,
        "search" = search,
        "states" = states,
        "errors" = errors,
        "not offered" = not_offered,
    }
}

async fn log_in(token: &str) -> Users {
    let builder = ClientBuilder::new(&url()).with_access_token(token);
    builder.build_user_client().await.unwrap()
}

fn new_human(username: &str) -> AddHumanUserRequest {
    AddHumanUserRequest {
        username: Some(username.to_owned()),
        organization: Some(Organization {
            org: Some(Org::OrgId(org())),
        }),
        profile: Some(SetHumanProfile {
            given_name: "Ada".to_owned(),
            family_name: "Lovelace".to_owned(),
            nick_name: Some("Countess".to_owned()),
            ..Default::default()
        }),
        email: Some(SetHumanEmail {
            email: format!("{username}@example.com"),
            verification: Some(set_human_email::Verification::IsVerified(true)),
        }),
        ..Default::default()
    }
}

async fn add_human(users: &mut Users) -> AddHumanUserResponse {
    ok(users.add_human_user(new_human(&name())).await)
}

async fn read(users: &mut Users, user_id: &str) -> User {
    let request = GetUserByIdRequest {
        user_id: user_id.to_owned(),
    };
    ok(users.get_user_by_id(request).await).user.unwrap()
}

async fn read_human(users: &mut Users, user_id: &str) -> HumanUser {
    match read(users, user_id).await.r#type {
        Some(user::Type::Human(human)) => human,
        other => panic!("{other:?}"),
    }
}

async fn human(mut users: Users) {
    let (username, phone) = (name(), number());
    let verification = set_human_phone::Verification::ReturnCode(ReturnPhoneVerificationCode {});
    let added = ok(users
        .add_human_user(AddHumanUserRequest {
            phone: Some(SetHumanPhone {
                phone: phone.clone(),
                verification: Some(verification),
            }),
            ..new_human(&username)
        })
        .await);
    assert_eq!(added.phone_code.as_ref().unwrap().len(), 6);
    let details = added.details.unwrap();
    assert_eq!(details.resource_owner, org());
    assert!(details.change_date.is_some());

    let user = read(&mut users, &added.user_id).await;
    assert_eq!(
        (&user.username, &user.preferred_login_name),
        (&username, &username)
    );
    assert_eq!(user.state(), UserState::Active);
    let human = read_human(&mut users, &added.user_id).await;
    let profile = human.profile.unwrap();
    assert_eq!(profile.display_name(), "Ada Lovelace");
    assert_eq!(profile.nick_name(), "Countess");
    assert!(human.email.unwrap().is_verified);
    let shown = human.phone.unwrap();
    assert_eq!((shown.phone, shown.is_verified), (phone, false));

    let profile = SetHumanProfile {
        given_name: "Augusta".to_owned(),
        family_name: "King".to_owned(),
        display_name: Some("Augusta Ada King".to_owned()),
        ..Default::default()
    };
    let user_id = added.user_id;
    let change = UpdateHumanUserRequest {
        user_id: user_id.clone(),
        profile: Some(profile),
        ..Default::default()
    };
    ok(users.update_human_user(change).await);
    let human = read_human(&mut users, &user_id).await;
    assert_eq!(human.profile.unwrap().display_name(), "Augusta Ada King");
    ok(users
        .delete_user(DeleteUserRequest {
            user_id: user_id.clone(),
        })
        .await);
    let gone = users.get_user_by_id(GetUserByIdRequest { user_id }).await;
    refused(gone, Code::NotFound, "QUERY-Dfbg2");
}

async fn phone(mut users: Users) {
    let user_id = add_human(&mut users).await.user_id;
    let set = |phone: &str, verification| SetPhoneRequest {
        user_id: user_id.clone(),
        phone: phone.to_owned(),
        verification,
    };
    let resend = |verification| ResendPhoneCodeRequest {
        user_id: user_id.clone(),
        verification,
    };
    let verify = |code: &str| VerifyPhoneRequest {
        user_id: user_id.clone(),
        verification_code: code.to_owned(),
    };

    let first = number();
    ok(users.set_phone(set(&first, None)).await);
    ok(users.verify_phone(verify(&sms_code(&first, 1).await)).await);
    assert!(
        read_human(&mut users, &user_id)
            .await
            .phone
            .unwrap()
            .is_verified
    );

    let second = number();
    let returned = ReturnPhoneVerificationCode {};
    let asked = set_phone_request::Verification::ReturnCode(returned);
    let old = ok(users.set_phone(set(&second, Some(asked))).await)
        .verification_code
        .unwrap();
    let asked = resend_phone_code_request::Verification::ReturnCode(returned);
    let new = ok(users.resend_phone_code(resend(Some(asked))).await)
        .verification_code
        .unwrap();
    let wrong = users.verify_phone(verify(&old)).await;
    refused(wrong, Code::InvalidArgument, "COMMAND-eis9R");
    ok(users.verify_phone(verify(&new)).await);
    let shown = read_human(&mut users, &user_id).await.phone.unwrap();
    assert_eq!((shown.phone, shown.is_verified), (second, true));

    let third = number();
    ok(users.set_phone(set(&third, None)).await);
    sms_code(&third, 1).await;
    ok(users.resend_phone_code(resend(None)).await);
    ok(users.verify_phone(verify(&sms_code(&third, 2).await)).await);

    ok(users
        .remove_phone(RemovePhoneRequest {
            user_id: user_id.clone(),
        })
        .await);
    let shown = read_human(&mut users, &user_id)
        .await
        .phone
        .unwrap_or_default();
    assert_eq!(shown.phone, "");
}

async fn search(mut users: Users) {
    let (one_name, two_name, phone) = (name(), name(), number());
    let verification = Some(set_human_phone::Verification::IsVerified(true));
    let one = AddHumanUserRequest {
        phone: Some(SetHumanPhone {
            phone: phone.clone(),
            verification,
        }),
        ..new_human(&one_name)
    };
    let one = ok(users.add_human_user(one).await).user_id;
    let two = ok(users.add_human_user(new_human(&two_name)).await).user_id;
    let query = |query| SearchQuery { query: Some(query) };
    let by_phone = || {
        query(Query::PhoneQuery(PhoneQuery {
            number: phone.clone(),
            method: 0,
        }))
    };
    let by_name = |name: &str, method: TextQueryMethod| {
        let user_name = name.to_owned();
        query(Query::UserNameQuery(UserNameQuery {
            user_name,
            method: method.into(),
        }))
    };
    let user_ids = vec![one.clone(), two.clone()];
    let mine = || {
        query(Query::InUserIdsQuery(InUserIdQuery {
            user_ids: user_ids.clone(),
        }))
    };
    let email = EmailQuery {
        email_address: format!("{two_name}@example.com"),
        method: 0,
    };
    let not = NotQuery {
        query: Some(Box::new(by_phone())),
    };
    let names = [&one_name, &two_name].map(|name| by_name(name, TextQueryMethod::Equals));
    let or = OrQuery {
        queries: names.to_vec(),
    };
    let shout = one_name.to_uppercase();
    let part = &two_name[6..two_name.len() - 1];
    let both = vec![one.as_str(), two.as_str()];

    let cases = [
        (vec![by_phone()], vec![one.as_str()]),
        (vec![query(Query::EmailQuery(email))], vec![two.as_str()]),
        (
            vec![by_name(&shout, TextQueryMethod::EqualsIgnoreCase)],
            vec![one.as_str()],
        ),
        (
            vec![by_name(part, TextQueryMethod::Contains)],
            vec![two.as_str()],
        ),
        (
            vec![mine(), query(Query::NotQuery(Box::new(not)))],
            vec![two.as_str()],
        ),
        (vec![query(Query::OrQuery(or))], both),
        (names.to_vec(), vec![]),
    ];
    for (queries, expected) in cases {
        let answer = users
            .list_users(ListUsersRequest {
                queries,
                ..Default::default()
            })
            .await;
        assert_found(ok(answer), &expected);
    }

    let page = ListUsersRequest {
        query: Some(ListQuery {
            offset: 1,
            limit: 1,
            asc: true,
        }),
        sorting_column: UserFieldName::UserName.into(),
        queries: vec![mine()],
    };
    let answer = ok(users.list_users(page).await);
    assert_eq!(answer.details.unwrap().total_result, 2);
    let last = if one_name > two_name { one } else { two };
    assert_eq!(answer.result[0].user_id, last);
    let empty = ListUsersRequest {
        queries: vec![SearchQuery::default()],
        ..Default::default()
    };
    refused(users.list_users(empty).await, Code::InvalidArgument, "");
}

#[track_caller]
fn assert_found(answer: ListUsersResponse, expected: &[&str]) {
    let mut seen: Vec<_> = answer
        .result
        .iter()
        .map(|user| user.user_id.as_str())
        .collect();
    let mut expected = expected.to_vec();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    assert_eq!(answer.details.unwrap().total_result, expected.len() as u64);
}

async fn states(mut users: Users) {
    let user_id = add_human(&mut users).await.user_id;
    let deactivate = DeactivateUserRequest {
        user_id: user_id.clone(),
    };
    ok(users.deactivate_user(deactivate.clone()).await);
    assert_eq!(
        read(&mut users, &user_id).await.state(),
        UserState::Inactive
    );
    let again = users.deactivate_user(deactivate).await;
    refused(again, Code::FailedPrecondition, "COMMAND-5gunjw0cd7");
    ok(users
        .reactivate_user(ReactivateUserRequest {
            user_id: user_id.clone(),
        })
        .await);
    ok(users
        .lock_user(LockUserRequest {
            user_id: user_id.clone(),
        })
        .await);
    assert_eq!(read(&mut users, &user_id).await.state(), UserState::Locked);
    ok(users
        .unlock_user(UnlockUserRequest {
            user_id: user_id.clone(),
        })
        .await);
    assert_eq!(read(&mut users, &user_id).await.state(), UserState::Active);
    ok(users
        .delete_user(DeleteUserRequest {
            user_id: user_id.clone(),
        })
        .await);
    let gone = users.lock_user(LockUserRequest { user_id }).await;
    refused(gone, Code::NotFound, "COMMAND-450yxuqrh1");
}

async fn errors(mut users: Users) {
    let username = name();
    let user_id = ok(users.add_human_user(new_human(&username)).await).user_id;
    let set = |phone: &str| SetPhoneRequest {
        user_id: user_id.clone(),
        phone: phone.to_owned(),
        verification: None,
    };
    let bad = users.set_phone(set("+41")).await;
    refused(bad, Code::InvalidArgument, "PHONE-so0wa");
    refused(users.set_phone(set("")).await, Code::InvalidArgument, "");
    let nobody = GetUserByIdRequest {
        user_id: "nobody".to_owned(),
    };
    refused(
        users.get_user_by_id(nobody).await,
        Code::NotFound,
        "QUERY-Dfbg2",
    );
    let twice = users.add_human_user(new_human(&username)).await;
    refused(twice, Code::AlreadyExists, "V3-DKcYh");
    let elsewhere = users.set_phone(within("1", set(&number()))).await;
    refused(elsewhere, Code::PermissionDenied, "AUTH-Bs7Ds");
    let stranger = log_in("x").await.set_phone(set("")).await;
    refused(stranger, Code::Unauthenticated, "AUTH-7fs1e");
    let mut nobody = ClientBuilder::new(&url())
        .build_user_client()
        .await
        .unwrap();
    let missing = refused(nobody.set_phone(set("")).await, Code::Unauthenticated, "");
    assert_eq!(missing.message(), "auth header missing");
}

async fn not_offered(mut users: Users) {
    let user_id = add_human(&mut users).await.user_id;
    let answer = users.register_totp(RegisterTotpRequest { user_id }).await;
    assert_ne!(refused(answer, Code::Unimplemented, "").message(), "");
}
