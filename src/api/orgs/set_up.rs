//! An organization together with its first members, in one transaction: `SetUpOrg`, and the steps that
//! v2 `AddOrganization` shares with it.

use super::{add::create_org, domains};
use crate::{
    api::{
        Ctx, details, members,
        users::{self, Created, Prepared},
    },
    contract::pb::zitadel::{
        admin::v1::{
            SetUpOrgRequest, SetUpOrgResponse,
            set_up_org_request::{Human, User},
        },
        management::v1::{AddHumanUserRequest, add_human_user_request as human},
    },
    domain::{Organization, parse_domain},
    error::{self, Error},
    store::{OrgRef, WriteTx},
};

/// An organization to be made.
pub(super) struct NewOrg {
    pub id: String,
    pub name: String,
    /// A domain beside the one that follows from the name.
    pub domain: Option<String>,
    pub members: Vec<NewMember>,
}

/// A first member, with roles that [`members::checked_roles`] has seen.
pub(super) struct NewMember {
    pub user: MemberUser,
    pub roles: Vec<String>,
}

/// Who becomes a member.
pub(super) enum MemberUser {
    /// The user with that id.
    Existing(String),
    /// A human to be made in the new organization.
    New(Box<Prepared>),
}

/// Makes an organization with a human who has roles in it.
pub(in crate::api) async fn set_up_org(
    ctx: &Ctx,
    request: SetUpOrgRequest,
) -> Result<SetUpOrgResponse, Error> {
    // The rules have just demanded both.
    let (Some(org), Some(User::Human(human))) = (request.org, request.user) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };
    let name = org.name.trim().to_owned();
    if name.is_empty() {
        return Err(error::ORG_SETUP_INVALID.into());
    }
    let domain = match org.domain.trim() {
        "" => None,
        domain => Some(parse_domain(domain).ok_or(error::ORG_DOMAIN_INVALID)?),
    };
    let new = NewOrg {
        id: ctx.new_id(),
        name,
        domain,
        members: vec![NewMember {
            roles: members::checked_roles(request.roles)?,
            user: MemberUser::New(Box::new(
                users::prepare_v1(ctx, as_v1_request(human)).await?,
            )),
        }],
    };
    let instance_domain = ctx.services.instance_domain.clone();
    let (org, created) = ctx
        .write(move |tx| Ok(set_up(tx, new, &instance_domain)?))
        .await?;
    Ok(SetUpOrgResponse {
        details: Some(details::created(&org.aggregate)),
        org_id: org.aggregate.id,
        user_id: created
            .into_iter()
            .next()
            .map(|created| created.user.id)
            .unwrap_or_default(),
    })
}

/// Makes an organization and its members; tells the humans that were made, in order.
///
/// # Errors
/// What is wrong with a human; EXISTS for a name or domain that is taken; what is wrong with a member.
pub(super) fn set_up(
    tx: &WriteTx<'_>,
    mut new: NewOrg,
    instance_domain: &str,
) -> Result<(Organization, Vec<Created>), Error> {
    for member in &mut new.members {
        if let MemberUser::New(person) = &mut member.user {
            // Before the organization, whose name is looked at last.
            person.check(tx, 0)?;
        }
    }
    let mut org = create_org(tx, new.id, new.name, instance_domain)?;
    if let Some(domain) = new.domain {
        domains::add_free(tx, &mut org, &domain)?;
    }
    let org_ref = OrgRef {
        row: org.aggregate.row,
        id: org.aggregate.id.clone(),
    };
    let mut created = Vec::new();
    for member in new.members {
        let user = match member.user {
            MemberUser::Existing(id) => (members::user_to_join(tx, &id)?, id),
            MemberUser::New(person) => {
                let person = person.insert(tx, org_ref.clone())?;
                let user = (person.user.row, person.user.id.clone());
                created.push(person);
                user
            }
        };
        members::join(tx, &mut org, user, member.roles)?;
    }
    tx.save_org(&mut org)?;
    Ok((org, created))
}

fn as_v1_request(human: Human) -> AddHumanUserRequest {
    AddHumanUserRequest {
        user_name: human.user_name,
        profile: human.profile.map(|profile| human::Profile {
            first_name: profile.first_name,
            last_name: profile.last_name,
            nick_name: profile.nick_name,
            display_name: profile.display_name,
            preferred_language: profile.preferred_language,
            gender: profile.gender,
        }),
        email: human.email.map(|email| human::Email {
            email: email.email,
            is_email_verified: email.is_email_verified,
        }),
        phone: human.phone.map(|phone| human::Phone {
            phone: phone.phone,
            is_phone_verified: phone.is_phone_verified,
        }),
        initial_password: human.password,
    }
}
