//! v2 `AddHumanUser`: a human who is active at once, in the organization that the request names.

use super::{
    creation::{self, Created, EmailPlan, NewPerson, PhonePlan},
    password,
};
use crate::{
    api::{
        Ctx,
        codes::{Delivery, MadeCode},
        details,
    },
    auth,
    contract::pb::zitadel::{
        object::v2::{Organization, organization::Org},
        user::v2::{
            AddHumanUserRequest, AddHumanUserResponse, SetHumanEmail, SetHumanPhone,
            add_human_user_request::PasswordType, set_human_email::Verification as EmailWanted,
            set_human_phone::Verification as PhoneWanted,
        },
    },
    domain::{Gender, Language, Name, PhoneNumber},
    error::{self, Error},
    store::OrgRef,
};

/// Makes a human. Who may is checked first, in the organization that the request names.
pub(in crate::api) async fn add_human_user_v2(
    ctx: &Ctx,
    request: AddHumanUserRequest,
) -> Result<AddHumanUserResponse, Error> {
    let org = organization(ctx, request.organization.clone())?;
    let created = make(ctx, org, request).await?;
    Ok(AddHumanUserResponse {
        details: Some(details::changed_v2(&created.user)),
        user_id: created.user.id,
        email_code: created.email_code,
        phone_code: created.phone_code,
    })
}

/// Makes a human in an organization, whoever may.
pub(in crate::api) async fn make(
    ctx: &Ctx,
    org: OrgRef,
    request: AddHumanUserRequest,
) -> Result<Created, Error> {
    creation::create(ctx, org, person(ctx, request).await?).await
}

/// Checks a human without a look at the database, and hashes the password.
pub(super) async fn person(ctx: &Ctx, request: AddHumanUserRequest) -> Result<NewPerson, Error> {
    if request.totp_secret.is_some() {
        return Err(Error::unimplemented(
            "one-time passwords belong to a login, which this server does not offer",
        ));
    }
    // The rules have just demanded both.
    let (Some(profile), Some(email_wanted)) = (request.profile, request.email) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let email = creation::email_address(&email_wanted.email)?;
    let user_name = request
        .username
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    let user_name = user_name.unwrap_or_else(|| email.clone());
    let name = person_name(
        profile.given_name,
        profile.family_name,
        profile.nick_name,
        profile.display_name,
        &email,
    )?;
    let phone = phone_from(ctx, request.phone)?;
    let (password, imported, password_change_required) = match request.password_type {
        Some(PasswordType::Password(password)) => {
            (Some(password.password), None, password.change_required)
        }
        Some(PasswordType::HashedPassword(hashed)) => {
            (None, Some(hashed.hash), hashed.change_required)
        }
        None => (None, None, false),
    };
    let password_check = password.as_deref().map_or(Ok(()), password::check);
    let password_hash = match password {
        Some(password) if password_check.is_ok() => Some(password::hash(ctx, password).await?),
        _ => imported,
    };

    Ok(NewPerson {
        id: request.user_id,
        user_name,
        name,
        preferred_language: Language::parse(
            profile.preferred_language.as_deref().unwrap_or_default(),
        ),
        gender: Gender::from_number(profile.gender.unwrap_or_default().into()),
        email,
        email_plan: email_plan(ctx, email_wanted),
        phone,
        password_check,
        password_hash,
        password_change_required,
        metadata: request
            .metadata
            .into_iter()
            .map(|entry| (entry.key, entry.value))
            .collect(),
        idp_links: request
            .idp_links
            .into_iter()
            .map(|link| (link.idp_id, link.user_id, link.user_name))
            .collect(),
        id_taken: error::V2_HUMAN_EXISTS,
    })
}

/// user.write in the organization that the request names: checked before the request's limits.
pub(in crate::api) fn may_add_human_user_v2(
    ctx: &Ctx,
    request: &AddHumanUserRequest,
) -> Result<(), Error> {
    let org = organization(ctx, request.organization.clone())?;
    let caller = ctx.principal()?;
    ctx.services
        .store
        .point(|tx| auth::check_method_in_org(tx, caller, org.row, "user.write"))
}

/// The organization that the request names, or else the context.
fn organization(ctx: &Ctx, organization: Option<Organization>) -> Result<OrgRef, Error> {
    let caller = ctx.principal()?;
    ctx.services.store.point(|tx| {
        let org = match organization.and_then(|organization| organization.org) {
            Some(Org::OrgId(id)) if !id.is_empty() => {
                tx.org_by_id(&id)?.ok_or(error::ORG_UNKNOWN)?
            }
            Some(Org::OrgDomain(domain)) if !domain.is_empty() => {
                tx.org_by_domain(&domain)?.ok_or(error::ORG_UNKNOWN)?
            }
            _ => caller.org.clone(),
        };
        Ok(org)
    })
}

fn person_name(
    given: String,
    family: String,
    nick: Option<String>,
    display: Option<String>,
    email: &str,
) -> Result<Name, Error> {
    let (first, last) = (given.trim().to_owned(), family.trim().to_owned());
    if first.is_empty() {
        return Err(error::HUMAN_FIRST_NAME_EMPTY.into());
    }
    if last.is_empty() {
        return Err(error::HUMAN_LAST_NAME_EMPTY.into());
    }
    let display = creation::display_name(&display.unwrap_or_default(), &first, &last, email, email);
    Ok(Name {
        first,
        last,
        nick: nick.unwrap_or_default(),
        display,
    })
}

fn email_plan(ctx: &Ctx, email: SetHumanEmail) -> EmailPlan {
    let code = |delivery| MadeCode::for_email(ctx, delivery);
    match email.verification {
        Some(EmailWanted::IsVerified(true)) => EmailPlan::Verified,
        Some(EmailWanted::IsVerified(false)) => EmailPlan::Nothing,
        Some(EmailWanted::ReturnCode(_)) => EmailPlan::Code(code(Delivery::Return)),
        Some(EmailWanted::SendCode(send)) => {
            EmailPlan::Code(code(Delivery::Send).with_url(send.url_template))
        }
        None => EmailPlan::Code(code(Delivery::Send)),
    }
}

/// An empty number is as good as none.
fn phone_from(
    ctx: &Ctx,
    phone: Option<SetHumanPhone>,
) -> Result<Option<(PhoneNumber, PhonePlan)>, Error> {
    let Some(phone) = phone.filter(|phone| !phone.phone.is_empty()) else {
        return Ok(None);
    };
    let plan = match phone.verification {
        Some(PhoneWanted::IsVerified(_)) => PhonePlan::Verified,
        Some(PhoneWanted::ReturnCode(_)) => PhonePlan::Code(Delivery::Return),
        Some(PhoneWanted::SendCode(_)) | None => PhonePlan::Code(Delivery::Send),
    };
    Ok(Some((ctx.phone_number(&phone.phone)?, plan)))
}
