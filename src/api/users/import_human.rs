//! v1 `ImportHumanUser`: a human who comes from another system, with a password or a hash of one.

use validator::Validate;

use super::{
    add_human::{
        EMAIL_FIELDS, EmailAddress, PHONE_FIELDS, PROFILE_FIELDS, Phone, Profile, check_names,
        person_name, phone_plan,
    },
    creation::{self, EmailCode, EmailPlan, NewPerson, NewSecret},
    password,
};
use crate::{
    api::{
        Ctx, details,
        validation::{self, Command, Rules},
    },
    contract::pb::zitadel::management::v1::{
        ImportHumanUserRequest, ImportHumanUserResponse, import_human_user_request as wire,
    },
    domain::{Gender, Language},
    error::{self, Error},
};

#[derive(serde::Serialize, Validate)]
struct ImportHumanUser {
    #[validate(length(min = 1, max = 200))]
    user_name: String,
    #[validate(required, nested)]
    profile: Option<Profile>,
    #[validate(required, nested)]
    email: Option<EmailAddress>,
    #[validate(nested)]
    phone: Option<Phone>,
    #[validate(length(max = 100), nested)]
    idps: Vec<Idp>,
    #[validate(nested)]
    hashed_password: Option<HashedPassword>,
}

#[derive(serde::Serialize, Validate)]
struct HashedPassword {
    #[validate(length(max = 200))]
    value: String,
}

#[derive(serde::Serialize, Validate)]
struct Idp {
    #[validate(length(min = 1, max = 200))]
    config_id: String,
    #[validate(length(min = 1, max = 200))]
    external_user_id: String,
    #[validate(length(max = 200))]
    display_name: String,
}

impl Command for ImportHumanUser {
    const RULES: &'static Rules = &Rules {
        message: "ImportHumanUserRequest",
        fields: &[
            ("user_name", None),
            (
                "profile",
                Some(&Rules {
                    message: "ImportHumanUserRequest_Profile",
                    fields: PROFILE_FIELDS,
                }),
            ),
            (
                "email",
                Some(&Rules {
                    message: "ImportHumanUserRequest_Email",
                    fields: EMAIL_FIELDS,
                }),
            ),
            (
                "phone",
                Some(&Rules {
                    message: "ImportHumanUserRequest_Phone",
                    fields: PHONE_FIELDS,
                }),
            ),
            (
                "hashed_password",
                Some(&Rules {
                    message: "ImportHumanUserRequest_HashedPassword",
                    fields: &[("value", None)],
                }),
            ),
            (
                "idps",
                Some(&Rules {
                    message: "ImportHumanUserRequest_IDP",
                    fields: &[
                        ("config_id", None),
                        ("external_user_id", None),
                        ("display_name", None),
                    ],
                }),
            ),
        ],
    };
}

/// Makes a human in the context organization.
pub(in crate::api) async fn import_human_user(
    ctx: &Ctx,
    request: ImportHumanUserRequest,
) -> Result<ImportHumanUserResponse, Error> {
    let wire::Profile {
        first_name,
        last_name,
        nick_name,
        display_name,
        preferred_language,
        gender,
    } = request.profile.clone().unwrap_or_default();
    let (email, is_email_verified) = request
        .email
        .clone()
        .map(|email| (email.email, email.is_email_verified))
        .unwrap_or_default();
    let idp = |idp: wire::Idp| Idp {
        config_id: idp.config_id,
        external_user_id: idp.external_user_id,
        display_name: idp.display_name,
    };
    let command = ImportHumanUser {
        user_name: request.user_name,
        profile: request.profile.map(|_| Profile {
            first_name,
            last_name,
            nick_name,
            display_name,
            preferred_language,
        }),
        email: request.email.map(|_| EmailAddress { email }),
        phone: request.phone.as_ref().map(|phone| Phone {
            phone: phone.phone.clone(),
        }),
        idps: request.idps.into_iter().map(idp).collect(),
        hashed_password: request.hashed_password.map(|hashed| HashedPassword {
            value: hashed.value,
        }),
    };
    validation::check(&command)?;
    refuse_login_features(request.request_passwordless_registration, &request.otp_code)?;
    // The rules have just demanded both.
    let (Some(profile), Some(email)) = (command.profile, command.email) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let user_name = command.user_name.trim().to_owned();
    let name = person_name(&profile, &email.email, &user_name);
    check_names(
        &user_name,
        error::IMPORT_USER_NAME_EMPTY,
        &name,
        error::IMPORT_FIRST_NAME_EMPTY,
        error::IMPORT_LAST_NAME_EMPTY,
    )?;
    let email = creation::email_address(&email.email)?;
    let phone = match request.phone {
        Some(phone) => Some((
            ctx.phone_number(&phone.phone)?,
            phone_plan(phone.is_phone_verified),
        )),
        None => None,
    };
    let password = Some(request.password).filter(|password| !password.is_empty());
    let imported = command
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
    let email_plan = match (is_email_verified, has_password, command.idps.is_empty()) {
        (true, true, _) | (true, _, false) => EmailPlan::Verified,
        (false, _, false) => EmailPlan::Code(EmailCode {
            made: NewSecret::for_email(ctx),
            is_returned: false,
            url_template: None,
        }),
        _ => EmailPlan::Initialize { is_verified: false },
    };

    let created = creation::create(
        ctx,
        NewPerson {
            id: None,
            org: ctx.principal()?.org.clone(),
            user_name,
            name,
            preferred_language: Language::parse(&profile.preferred_language),
            gender: Gender::from_number(gender.into()),
            email,
            email_plan,
            phone,
            password_check,
            password_hash,
            password_change_required: is_required,
            metadata: Vec::new(),
            idp_links: command
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
