//! Machine users, and the ways they log in.

use serde_json::Value;
use tonic::Code;
use zitadel::{
    api::{
        clients::ClientBuilder,
        zitadel::{
            auth::v1::GetMyUserRequest,
            authn::v1::KeyType,
            management::v1::{
                AddMachineKeyRequest, AddPersonalAccessTokenRequest, GenerateMachineSecretRequest,
                ListMachineKeysRequest, ListPersonalAccessTokensRequest, RemoveMachineKeyRequest,
                RemoveMachineSecretRequest, RemovePersonalAccessTokenRequest, UpdateMachineRequest,
            },
        },
    },
    credentials::{AuthenticationOptions, ServiceAccount},
};

use super::{Management, add_machine, log_in_as_me, read_machine};
use crate::{
    expect::{ok, refused},
    world::{sign_in_with_secret, soon, url},
};

pub(super) async fn machine(mut management: Management) {
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

pub(super) async fn personal_access_token(mut management: Management) {
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

pub(super) async fn key(mut management: Management) {
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

pub(super) async fn secret(mut management: Management) {
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
