//! `GetDefaultOrg` and `SetDefaultOrg`: the organization that belongs to whoever names none.

use super::{load, shown};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::admin::v1::{
        GetDefaultOrgRequest, GetDefaultOrgResponse, SetDefaultOrgRequest, SetDefaultOrgResponse,
    },
    domain::Event,
    error::{self, Error},
};

/// Shows the default organization.
pub(in crate::api) async fn get_default_org(
    ctx: &Ctx,
    _request: GetDefaultOrgRequest,
) -> Result<GetDefaultOrgResponse, Error> {
    let org = ctx.services.store.point(|tx| {
        let instance = tx.instance()?;
        load::in_row(tx, instance.default_org.row, error::ORG_NOT_FOUND)
    })?;
    Ok(GetDefaultOrgResponse {
        org: Some(shown::org_v1(org)),
    })
}

/// Makes an organization the default one; nothing happens if it is already.
pub(in crate::api) async fn set_default_org(
    ctx: &Ctx,
    request: SetDefaultOrgRequest,
) -> Result<SetDefaultOrgResponse, Error> {
    let details = ctx
        .write(move |tx| {
            let org = tx.org_by_id(&request.org_id)?.ok_or(error::ORG_NOT_FOUND)?;
            let mut instance = tx.instance()?;
            if instance.default_org != org {
                tx.set_default_org(org.row)?;
                instance
                    .aggregate
                    .push(Event::InstanceDefaultOrgSet { org_id: org.id });
                tx.save_instance(&mut instance)?;
            }
            Ok(details::full(&instance.aggregate))
        })
        .await?;
    Ok(SetDefaultOrgResponse {
        details: Some(details),
    })
}
