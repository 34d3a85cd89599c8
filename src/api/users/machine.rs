//! `UpdateMachine`: what a machine user is called and what its access tokens look like.

use super::{load, profile::changed};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::management::v1::{UpdateMachineRequest, UpdateMachineResponse},
    domain::{Event, Kind, Machine},
    error::{self, Error},
};

/// Changes a machine user of the context organization.
pub(in crate::api) async fn update_machine(
    ctx: &Ctx,
    request: UpdateMachineRequest,
) -> Result<UpdateMachineResponse, Error> {
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = load::in_org(tx, &request.user_id, org, error::MACHINE_CHANGE_NOT_FOUND)?;
            let Kind::Machine(mut machine) = user.kind else {
                return Err(error::MACHINE_CHANGE_NOT_FOUND.into());
            };
            let event = change(
                &mut machine,
                Some(request.name),
                Some(request.description),
                Some(request.access_token_type),
            );
            let mut user = user.aggregate;
            user.push(event.ok_or(error::MACHINE_NOT_CHANGED)?);
            tx.save_machine(&mut user, &machine)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(UpdateMachineResponse {
        details: Some(details),
    })
}

/// Changes what is given; the event tells what differs, `None` if nothing does.
pub(super) fn change(
    machine: &mut Machine,
    name: Option<String>,
    description: Option<String>,
    access_token_type: Option<i32>,
) -> Option<Event> {
    let name = changed(&mut machine.name, name);
    let description = changed(&mut machine.description, description);
    let access_token_type = changed(&mut machine.access_token_type, access_token_type);
    let is_same = name.is_none() && description.is_none() && access_token_type.is_none();
    (!is_same).then_some(Event::MachineChanged {
        name,
        description,
        access_token_type,
    })
}
