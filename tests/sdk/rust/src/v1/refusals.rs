//! Errors, and who is shut out.

use tonic::Code;
use zitadel::api::{
    clients::ClientBuilder,
    zitadel::management::v1::{GetUserByIdRequest, UpdateHumanPhoneRequest},
};

use super::{Management, add_machine, add_member, add_token, log_in, new_human, new_machine, read};
use crate::{
    expect::{ok, refused},
    world::{name, number, url, within},
};

pub(super) async fn errors(mut management: Management) {
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
