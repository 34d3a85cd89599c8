//! `AddMachineUser`: a user for a program.

use super::creation;
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::management::v1::{AddMachineUserRequest, AddMachineUserResponse},
    domain::{Aggregate, Event, UserState},
    error::{self, Error},
    store::{NewMachine, NewUser},
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
    let id = request.user_id.unwrap_or_else(|| ctx.new_id());
    let org = ctx.principal()?.org.clone();
    let machine = NewMachine {
        name: request.name,
        description: request.description,
        access_token_type: request.access_token_type,
        has_secret: false,
    };
    let user = ctx
        .write(move |tx| {
            let sequence = creation::check_id(tx, &id, error::MACHINE_EXISTS)?;
            if tx.user_name_is_taken(&user_name)? {
                return Err(error::USER_NAME_TAKEN.into());
            }
            let now = tx.stamp.now;
            let mut user = Aggregate::new_user(id, org.row, org.id, sequence, now);
            user.push(Event::MachineAdded {
                user_name: user_name.clone(),
                name: machine.name.clone(),
                description: machine.description.clone(),
                access_token_type: machine.access_token_type,
            });
            let mut new = NewUser {
                aggregate: user,
                state: UserState::Active,
                user_name,
                human: None,
                machine: Some(machine),
            };
            tx.insert_user(&mut new)?;
            Ok(new.aggregate)
        })
        .await?;
    Ok(AddMachineUserResponse {
        details: Some(details::full(&user)),
        user_id: user.id,
    })
}
