//! v2 `AddOrganization`: an organization, with members if wanted, under the caller's id if wanted.

use super::set_up::{MemberUser, NewMember, NewOrg, set_up};
use crate::{
    api::{Ctx, details, members, users},
    contract::pb::zitadel::org::v2::{
        AddOrganizationRequest, AddOrganizationResponse,
        add_organization_request::{Admin, admin::UserType},
        add_organization_response::CreatedAdmin,
    },
    error::{self, Error},
};

/// Makes an organization; without admins it has no member.
pub(in crate::api) async fn add_organization(
    ctx: &Ctx,
    request: AddOrganizationRequest,
) -> Result<AddOrganizationResponse, Error> {
    let wanted_id = request.organization_id.or(request.org_id);
    if let Some(id) = &wanted_id {
        let is_taken = ctx.services.store.point(|tx| tx.org_id_is_taken(id))?;
        if is_taken {
            return Err(error::ORG_EXISTS.into());
        }
    }
    let name = request.name.trim().to_owned();
    if name.is_empty() {
        return Err(error::ORG_SETUP_INVALID.into());
    }
    let mut new = NewOrg {
        id: wanted_id.unwrap_or_else(|| ctx.new_id()),
        name,
        domain: None,
        members: Vec::with_capacity(request.admins.len()),
    };
    for admin in request.admins {
        new.members.push(member(ctx, admin).await?);
    }
    let instance_domain = ctx.services.instance_domain.clone();
    let (org, created) = ctx
        .write(move |tx| {
            // Another call may have taken it meanwhile.
            if tx.org_id_is_taken(&new.id)? {
                return Err(error::ORG_EXISTS.into());
            }
            Ok(set_up(tx, new, &instance_domain)?)
        })
        .await?;
    Ok(AddOrganizationResponse {
        details: Some(details::changed_v2(&org.aggregate)),
        organization_id: org.aggregate.id,
        created_admins: created
            .into_iter()
            .map(|created| CreatedAdmin {
                user_id: created.user.id,
                email_code: created.email_code,
                phone_code: created.phone_code,
            })
            .collect(),
    })
}

async fn member(ctx: &Ctx, admin: Admin) -> Result<NewMember, Error> {
    let roles = members::checked_roles(admin.roles)?;
    let user = match admin.user_type {
        Some(UserType::UserId(id)) => MemberUser::Existing(id),
        Some(UserType::Human(human)) => {
            MemberUser::New(Box::new(users::prepare_v2(ctx, human).await?))
        }
        None => {
            return Err(Error::invalid(
                "invalid AddOrganizationRequest_Admin.UserType: value is required",
            ));
        }
    };
    Ok(NewMember { user, roles })
}
