//! `AddMachineUser`: a user for a program.

use validator::{Validate, ValidationError};

use super::creation;
use crate::{
    api::{
        Ctx, details,
        validation::{self, Command, Rules},
    },
    contract::pb::zitadel::{
        management::v1::{AddMachineUserRequest, AddMachineUserResponse},
        user::v1::AccessTokenType,
    },
    domain::{Aggregate, AggregateType, Event, UserState},
    error::{self, Error},
    store::{NewMachine, NewUser},
};

#[derive(Validate)]
struct AddMachineUser {
    #[validate(length(min = 1, max = 200))]
    user_name: String,
    #[validate(length(min = 1, max = 200))]
    name: String,
    #[validate(length(max = 500))]
    description: String,
    #[validate(custom(function = "is_access_token_type"))]
    access_token_type: i32,
    #[validate(length(min = 1, max = 200))]
    user_id: Option<String>,
}

impl Command for AddMachineUser {
    const RULES: &'static Rules = &Rules {
        message: "AddMachineUserRequest",
        fields: &[
            ("user_name", None),
            ("name", None),
            ("description", None),
            ("access_token_type", None),
            ("user_id", None),
        ],
    };
}

fn is_access_token_type(number: i32) -> Result<(), ValidationError> {
    AccessTokenType::try_from(number)
        .map(drop)
        .map_err(|_| ValidationError::new("enum"))
}

/// Makes a machine user in the context organization.
pub(in crate::api) async fn add_machine_user(
    ctx: &Ctx,
    request: AddMachineUserRequest,
) -> Result<AddMachineUserResponse, Error> {
    let command = AddMachineUser {
        user_name: request.user_name,
        name: request.name,
        description: request.description,
        access_token_type: request.access_token_type,
        user_id: request.user_id,
    };
    validation::check(&command)?;
    let user_name = command.user_name.trim().to_owned();
    if user_name.is_empty() {
        return Err(error::MACHINE_USER_NAME_EMPTY.into());
    }
    if command.name.trim().is_empty() {
        return Err(error::MACHINE_NAME_EMPTY.into());
    }
    let id = command.user_id.unwrap_or_else(|| ctx.new_id());
    let org = ctx.principal()?.org.clone();
    let machine = NewMachine {
        name: command.name,
        description: command.description,
        access_token_type: command.access_token_type,
    };
    let user = ctx
        .write(move |tx| {
            let sequence = creation::check_id(tx, &id, error::MACHINE_EXISTS)?;
            if tx.user_name_is_taken(&user_name)? {
                return Err(error::USER_NAME_TAKEN.into());
            }
            let now = tx.stamp.now;
            let mut user = Aggregate {
                kind: AggregateType::User,
                row: 0,
                id,
                owner: org.row,
                owner_id: org.id,
                sequence,
                created_at: now,
                changed_at: now,
                pending: Vec::new(),
            };
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
