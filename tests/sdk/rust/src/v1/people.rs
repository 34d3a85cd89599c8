//! People and their phones.

use tonic::Code;
use zitadel::api::zitadel::{
    auth::v1::{
        GetMyPhoneRequest, GetMyUserRequest, RemoveMyPhoneRequest, SetMyPhoneRequest,
        VerifyMyPhoneRequest,
    },
    management::v1::{
        AddHumanUserRequest, DeactivateUserRequest, GetUserByIdRequest, GetUserMetadataRequest,
        ListUsersRequest, LockUserRequest, ReactivateUserRequest, RemoveHumanPhoneRequest,
        RemoveUserRequest, ResendHumanPhoneVerificationRequest, SetUserMetadataRequest,
        UnlockUserRequest, UpdateHumanPhoneRequest, UpdateHumanProfileRequest,
        UpdateUserNameRequest, add_human_user_request::Phone,
    },
    user::v1::{
        InUserIdQuery, NotQuery, SearchQuery, UserNameQuery, UserState, search_query::Query,
    },
    v1::TextQueryMethod,
};

use super::{
    Management, add_human, add_machine, add_member, add_token, log_in_as_me, new_human, read,
    read_human, read_phone,
};
use crate::{
    expect::{ok, refused},
    world::{act_as, name, number, org, sms_code},
};

pub(super) async fn human(mut management: Management) {
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

pub(super) async fn phone(mut management: Management) {
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
pub(super) async fn my_phone(mut management: Management) {
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

pub(super) async fn search(mut management: Management) {
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

pub(super) async fn states(mut management: Management) {
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

pub(super) async fn metadata(mut management: Management) {
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

pub(super) async fn update(mut management: Management) {
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
