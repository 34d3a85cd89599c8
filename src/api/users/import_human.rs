//! v1 `ImportHumanUser`: a human who comes from another system, with a password or a hash of one.

use super::{
    add_human::{check_names, person_name, phone_plan},
    creation::{self, EmailPlan, NewPerson},
    password,
};
use crate::{
    api::{
        Ctx,
        codes::{Delivery, MadeCode},
        details,
    },
    contract::pb::zitadel::management::v1::{ImportHumanUserRequest, ImportHumanUserResponse},
    domain::{Gender, Language},
    error::{self, Error},
};

/// Makes a human in the context organization.
pub(in crate::api) async fn import_human_user(
    ctx: &Ctx,
    request: ImportHumanUserRequest,
) -> Result<ImportHumanUserResponse, Error> {
    refuse_login_features(request.request_passwordless_registration, &request.otp_code)?;
    // The rules have just demanded both.
    let (Some(profile), Some(email)) = (request.profile, request.email) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let user_name = request.user_name.trim().to_owned();
    let name = person_name(
        &profile.first_name,
        &profile.last_name,
        profile.nick_name,
        &profile.display_name,
        &email.email,
        &user_name,
    );
    check_names(
        &user_name,
        error::IMPORT_USER_NAME_EMPTY,
        &name,
        error::IMPORT_FIRST_NAME_EMPTY,
        error::IMPORT_LAST_NAME_EMPTY,
    )?;
    let is_email_verified = email.is_email_verified;
    let email = creation::email_address(&email.email)?;
    let phone = match request.phone {
        Some(phone) => Some((
            ctx.phone_number(&phone.phone)?,
            phone_plan(phone.is_phone_verified),
        )),
        None => None,
    };
    let password = Some(request.password).filter(|password| !password.is_empty());
    let imported = request
        .hashed_password
        .map(|hashed| hashed.value)
        .filter(|hash| !hash.is_empty());
    let has_password = password.is_some() || imported.is_some();
    let password_check = password.as_deref().map_or(Ok(()), password::check);
    let is_required = request.password_change_required && password.is_some();
    let password_hash = match password {
        Some(password) if password_check.is_ok() => Some(password::hash(ctx, password).await?),
        _ => imported,
    };
    let email_plan = match (is_email_verified, has_password, request.idps.is_empty()) {
        (true, true, _) | (true, _, false) => EmailPlan::Verified,
        (false, _, false) => EmailPlan::Code(MadeCode::for_email(ctx, Delivery::Send)),
        _ => EmailPlan::Initialize { is_verified: false },
    };

    let created = creation::create(
        ctx,
        ctx.principal()?.org.clone(),
        NewPerson {
            id: None,
            user_name,
            name,
            preferred_language: Language::parse(&profile.preferred_language),
            gender: Gender::from_number(profile.gender.into()),
            email,
            email_plan,
            phone,
            password_check,
            password_hash,
            password_change_required: is_required,
            metadata: Vec::new(),
            idp_links: request
                .idps
                .into_iter()
                .map(|idp| (idp.config_id, idp.external_user_id, idp.display_name))
                .collect(),
            id_taken: error::HUMAN_EXISTS,
        },
    )
    .await?;
    Ok(ImportHumanUserResponse {
        details: Some(details::created(&created.user)),
        user_id: created.user.id,
        passwordless_registration: None,
    })
}

/// Belfry is no login server: what would only matter at a login is refused instead of being lost.
fn refuse_login_features(is_passwordless: bool, otp_code: &str) -> Result<(), Error> {
    if is_passwordless {
        return Err(Error::unimplemented(
            "passkeys belong to a login, which this server does not offer",
        ));
    }
    if !otp_code.is_empty() {
        return Err(Error::unimplemented(
            "one-time passwords belong to a login, which this server does not offer",
        ));
    }
    Ok(())
}
