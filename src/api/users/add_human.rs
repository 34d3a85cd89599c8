//! v1 `AddHumanUser`: a human who has to finish the initialization unless the address is verified and
//! there is a password.

use super::{
    creation::{self, EmailPlan, NewPerson, PhonePlan},
    password,
};
use crate::{
    api::{Ctx, codes::Delivery, details},
    contract::pb::zitadel::management::v1::{AddHumanUserRequest, AddHumanUserResponse},
    domain::{Gender, Language, Name},
    error::{self, Error},
};

/// Makes a human in the context organization.
pub(in crate::api) async fn add_human_user(
    ctx: &Ctx,
    request: AddHumanUserRequest,
) -> Result<AddHumanUserResponse, Error> {
    let org = ctx.principal()?.org.clone();
    let created = creation::create(ctx, org, person(ctx, request).await?).await?;
    Ok(AddHumanUserResponse {
        details: Some(details::created(&created.user)),
        user_id: created.user.id,
    })
}

/// Checks a human without a look at the database, and hashes the password. The password has to be
/// changed at the first login.
pub(super) async fn person(ctx: &Ctx, request: AddHumanUserRequest) -> Result<NewPerson, Error> {
    // The rules have just demanded both.
    let (Some(profile), Some(email)) = (request.profile, request.email) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let is_email_verified = email.is_email_verified;
    let email = creation::email_address(&email.email)?;
    let user_name = request.user_name.trim().to_owned();
    let name = person_name(
        &profile.first_name,
        &profile.last_name,
        profile.nick_name,
        &profile.display_name,
        &email,
        &user_name,
    );
    check_names(
        &user_name,
        error::HUMAN_NAME_EMPTY,
        &name,
        error::HUMAN_FIRST_NAME_EMPTY,
        error::HUMAN_LAST_NAME_EMPTY,
    )?;
    let phone = match request.phone {
        Some(phone) => Some((
            ctx.phone_number(&phone.phone)?,
            phone_plan(phone.is_phone_verified),
        )),
        None => None,
    };
    let password = Some(request.initial_password).filter(|password| !password.is_empty());
    let password_check = password.as_deref().map_or(Ok(()), password::check);
    let has_password = password.is_some();
    let password_hash = match password {
        Some(password) if password_check.is_ok() => Some(password::hash(ctx, password).await?),
        _ => None,
    };

    Ok(NewPerson {
        id: None,
        user_name,
        name,
        preferred_language: Language::parse(&profile.preferred_language),
        gender: Gender::from_number(profile.gender.into()),
        email,
        email_plan: if is_email_verified && has_password {
            EmailPlan::Verified
        } else {
            EmailPlan::Initialize {
                is_verified: is_email_verified,
            }
        },
        phone,
        password_check,
        password_hash,
        password_change_required: has_password,
        metadata: Vec::new(),
        idp_links: Vec::new(),
        id_taken: error::HUMAN_EXISTS,
    })
}

/// What happens to the phone of a v1 creation.
pub(super) fn phone_plan(is_verified: bool) -> PhonePlan {
    if is_verified {
        PhonePlan::Verified
    } else {
        PhonePlan::Code(Delivery::Send)
    }
}

/// How a person of a v1 creation is called.
pub(super) fn person_name(
    first: &str,
    last: &str,
    nick: String,
    display: &str,
    email: &str,
    user_name: &str,
) -> Name {
    let (first, last) = (first.trim(), last.trim());
    Name {
        first: first.to_owned(),
        last: last.to_owned(),
        nick,
        display: creation::display_name(display, first, last, email, user_name),
    }
}

/// Names of white space alone are empty.
pub(super) fn check_names(
    user_name: &str,
    user_name_empty: &'static error::Entry,
    name: &Name,
    first_empty: &'static error::Entry,
    last_empty: &'static error::Entry,
) -> Result<(), Error> {
    if user_name.is_empty() {
        return Err(user_name_empty.into());
    }
    if name.first.is_empty() {
        return Err(first_empty.into());
    }
    if name.last.is_empty() {
        return Err(last_empty.into());
    }
    Ok(())
}
