//! The roles there are, `ListOrgMemberRoles` and `ListIAMMemberRoles`, and what those of the caller
//! permit, `ListMyZitadelPermissions`.

use crate::{
    api::{Ctx, details},
    auth::{SELF_MANAGEMENT, instance_roles, org_roles},
    contract::pb::zitadel::{
        admin::v1::{ListIamMemberRolesRequest, ListIamMemberRolesResponse},
        auth::v1::{ListMyZitadelPermissionsRequest, ListMyZitadelPermissionsResponse},
        management::v1::{ListOrgMemberRolesRequest, ListOrgMemberRolesResponse},
        v1::ListDetails,
    },
    error::Error,
};

/// Lists the roles of organizations, and in the default organization the one for everybody.
pub(in crate::api) async fn list_org_member_roles(
    ctx: &Ctx,
    _request: ListOrgMemberRolesRequest,
) -> Result<ListOrgMemberRolesResponse, Error> {
    let org = ctx.principal()?.org.row;
    let instance = ctx.services.store.point(|tx| tx.instance())?;
    let is_default = instance.default_org.row == org;
    let for_everybody = is_default.then_some(SELF_MANAGEMENT);
    Ok(ListOrgMemberRolesResponse {
        result: org_roles()
            .chain(for_everybody)
            .map(str::to_owned)
            .collect(),
    })
}

/// Lists the roles of the instance.
pub(in crate::api) async fn list_iam_member_roles(
    ctx: &Ctx,
    _request: ListIamMemberRolesRequest,
) -> Result<ListIamMemberRolesResponse, Error> {
    let roles: Vec<_> = instance_roles().map(str::to_owned).collect();
    Ok(ListIamMemberRolesResponse {
        // They are part of the program, so that the list is always of now.
        details: Some(ListDetails {
            total_result: roles.len() as u64,
            processed_sequence: 0,
            view_timestamp: Some(details::wire_time(ctx.now)),
        }),
        roles,
    })
}

/// Lists what the caller may do in the context organization.
pub(in crate::api) async fn list_my_zitadel_permissions(
    ctx: &Ctx,
    _request: ListMyZitadelPermissionsRequest,
) -> Result<ListMyZitadelPermissionsResponse, Error> {
    Ok(ListMyZitadelPermissionsResponse {
        result: ctx.principal()?.permissions().map(str::to_owned).collect(),
    })
}
