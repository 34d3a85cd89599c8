//! v2 `CreateUser`: a person or a machine, in the organization that the request names.

use super::{
    add_human_v2,
    creation::{self, NewMachine},
};
use crate::{
    api::{Ctx, details},
    auth,
    contract::pb::zitadel::user::v2::{
        AddHumanUserRequest, CreateUserRequest, CreateUserResponse, SetMetadataEntry,
        add_human_user_request::PasswordType as HumanPassword,
        create_user_request::{self as wire, UserType, human::PasswordType},
    },
    domain::Machine,
    error::{self, Error},
    store::OrgRef,
};

/// Makes a user. Needs user.write in the organization.
pub(in crate::api) async fn create_user(
    ctx: &Ctx,
    request: CreateUserRequest,
) -> Result<CreateUserResponse, Error> {
    let org = organization(ctx, &request.organization_id)?;
    match request.user_type {
        Some(UserType::Human(human)) => {
            let request = as_human_request(request.user_id, request.username, human);
            let created = add_human_v2::make(ctx, org, request).await?;
            Ok(CreateUserResponse {
                creation_date: Some(details::wire_time(created.user.created_at)),
                id: created.user.id,
                email_code: created.email_code,
                phone_code: created.phone_code,
            })
        }
        Some(UserType::Machine(machine)) => {
            create_machine(ctx, org, request.user_id, request.username, machine).await
        }
        None => Err(Error::invalid(
            "invalid CreateUserRequest.UserType: value is required",
        )),
    }
}

/// The organization, if the caller has user.write in it.
fn organization(ctx: &Ctx, id: &str) -> Result<OrgRef, Error> {
    let caller = ctx.principal()?;
    ctx.services.store.point(|tx| {
        let org = tx.org_by_id(id)?.ok_or(error::ORG_UNKNOWN)?;
        auth::check_in_org(tx, caller, org.row, "user.write")?;
        Ok(org)
    })
}

fn as_human_request(
    user_id: Option<String>,
    username: Option<String>,
    human: wire::Human,
) -> AddHumanUserRequest {
    AddHumanUserRequest {
        user_id,
        username,
        organization: None,
        profile: human.profile,
        email: human.email,
        phone: human.phone,
        metadata: human
            .metadata
            .into_iter()
            .map(|entry| SetMetadataEntry {
                key: entry.key,
                value: entry.value,
            })
            .collect(),
        idp_links: human.idp_links,
        totp_secret: human.totp_secret,
        password_type: human.password_type.map(|password| match password {
            PasswordType::Password(password) => HumanPassword::Password(password),
            PasswordType::HashedPassword(hashed) => HumanPassword::HashedPassword(hashed),
        }),
    }
}

async fn create_machine(
    ctx: &Ctx,
    org: OrgRef,
    user_id: Option<String>,
    username: Option<String>,
    machine: wire::Machine,
) -> Result<CreateUserResponse, Error> {
    if machine.name.trim().is_empty() {
        return Err(error::MACHINE_NAME_EMPTY.into());
    }
    let id = user_id.unwrap_or_else(|| ctx.new_id());
    let user_name = username
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let new = NewMachine {
        user_name: user_name.unwrap_or_else(|| id.clone()),
        id,
        org,
        machine: Machine {
            name: machine.name,
            description: machine.description.unwrap_or_default(),
            access_token_type: 0,
            has_secret: false,
        },
        id_taken: error::V2_HUMAN_EXISTS,
    };
    let user = creation::create_machine(ctx, new).await?;
    Ok(CreateUserResponse {
        creation_date: Some(details::wire_time(user.created_at)),
        id: user.id,
        email_code: None,
        phone_code: None,
    })
}
