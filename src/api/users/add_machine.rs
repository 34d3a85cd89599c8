//! `AddMachineUser`: a user for a program.

use super::creation::{self, NewMachine};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::management::v1::{AddMachineUserRequest, AddMachineUserResponse},
    domain::Machine,
    error::{self, Error},
};

/// Makes a machine user in the context organization.
pub(in crate::api) async fn add_machine_user(
    ctx: &Ctx,
    request: AddMachineUserRequest,
) -> Result<AddMachineUserResponse, Error> {
    let user_name = request.user_name.trim().to_owned();
    if user_name.is_empty() {
        return Err(error::MACHINE_USER_NAME_EMPTY.into());
    }
    if request.name.trim().is_empty() {
        return Err(error::MACHINE_NAME_EMPTY.into());
    }
    let new = NewMachine {
        id: request.user_id.unwrap_or_else(|| ctx.new_id()),
        org: ctx.principal()?.org.clone(),
        user_name,
        machine: Machine {
            name: request.name,
            description: request.description,
            access_token_type: request.access_token_type,
            has_secret: false,
        },
        id_taken: error::MACHINE_EXISTS,
    };
    let user = creation::create_machine(ctx, new).await?;
    Ok(AddMachineUserResponse {
        details: Some(details::full(&user)),
        user_id: user.id,
    })
}
