//! v2 `AddHumanUser`: a human who is active at once, in the organization that the request names.

use validator::Validate;

use super::{
    creation::{self, EmailCode, EmailPlan, NewPerson, NewSecret, PhonePlan},
    password,
};
use crate::{
    api::{
        Ctx,
        codes::Delivery,
        details,
        validation::{self, Command, Rules},
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

#[derive(serde::Serialize, Validate)]
struct AddHumanUser {
    #[validate(length(min = 1, max = 200))]
    user_id: Option<String>,
    #[validate(length(min = 1, max = 200))]
    username: Option<String>,
    #[validate(required, nested)]
    profile: Option<Profile>,
    #[validate(required, nested)]
    email: Option<Email>,
    #[validate(length(max = 1000), nested)]
    metadata: Vec<Metadata>,
    #[validate(nested)]
    password: Option<Password>,
    #[validate(nested)]
    hashed_password: Option<HashedPassword>,
    #[validate(length(max = 100), nested)]
    idp_links: Vec<IdpLink>,
    #[validate(nested)]
    phone: Option<Phone>,
    #[validate(length(min = 1, max = 200))]
    totp_secret: Option<String>,
}

#[derive(serde::Serialize, Validate)]
struct Profile {
    #[validate(length(min = 1, max = 200))]
    given_name: String,
    #[validate(length(min = 1, max = 200))]
    family_name: String,
    #[validate(length(max = 200))]
    nick_name: Option<String>,
    #[validate(length(max = 200))]
    display_name: Option<String>,
    #[validate(length(max = 10))]
    preferred_language: Option<String>,
}

#[derive(serde::Serialize, Validate)]
struct Email {
    #[validate(length(min = 1, max = 200), custom(function = "validation::is_email"))]
    email: String,
    #[validate(length(min = 1, max = 200))]
    url_template: Option<String>,
}

#[derive(serde::Serialize, Validate)]
struct Phone {
    #[validate(length(max = 200))]
    phone: String,
    #[validate(custom(function = "validation::only_true"))]
    is_verified: Option<bool>,
}

#[derive(serde::Serialize, Validate)]
struct Metadata {
    #[validate(length(min = 1, max = 200))]
    key: String,
    #[validate(custom(function = "validation::is_metadata_value"))]
    value: Vec<u8>,
}

#[derive(serde::Serialize, Validate)]
struct Password {
    #[validate(length(min = 1, max = 200))]
    password: String,
}

#[derive(serde::Serialize, Validate)]
struct HashedPassword {
    #[validate(length(min = 1, max = 200))]
    hash: String,
}

#[derive(serde::Serialize, Validate)]
struct IdpLink {
    #[validate(length(min = 1, max = 200))]
    idp_id: String,
    #[validate(length(min = 1, max = 200))]
    user_id: String,
    #[validate(length(min = 1, max = 200))]
    user_name: String,
}

impl Command for AddHumanUser {
    const RULES: &'static Rules = &Rules {
        message: "AddHumanUserRequest",
        fields: &[
            ("user_id", None),
            ("username", None),
            (
                "profile",
                Some(&Rules {
                    message: "SetHumanProfile",
                    fields: &[
                        ("given_name", None),
                        ("family_name", None),
                        ("nick_name", None),
                        ("display_name", None),
                        ("preferred_language", None),
                    ],
                }),
            ),
            (
                "email",
                Some(&Rules {
                    message: "SetHumanEmail",
                    fields: &[("email", None), ("url_template", None)],
                }),
            ),
            (
                "phone",
                Some(&Rules {
                    message: "SetHumanPhone",
                    fields: &[("phone", None), ("is_verified", None)],
                }),
            ),
            (
                "metadata",
                Some(&Rules {
                    message: "SetMetadataEntry",
                    fields: &[("key", None), ("value", None)],
                }),
            ),
            (
                "password",
                Some(&Rules {
                    message: "Password",
                    fields: &[("password", None)],
                }),
            ),
            (
                "hashed_password",
                Some(&Rules {
                    message: "HashedPassword",
                    fields: &[("hash", None)],
                }),
            ),
            (
                "idp_links",
                Some(&Rules {
                    message: "IDPLink",
                    fields: &[("idp_id", None), ("user_id", None), ("user_name", None)],
                }),
            ),
            ("totp_secret", None),
        ],
    };
}

/// Makes a human. Who may is checked first, in the organization that the request names.
pub(in crate::api) async fn add_human_user_v2(
    ctx: &Ctx,
    request: AddHumanUserRequest,
) -> Result<AddHumanUserResponse, Error> {
    let org = authorize(ctx, request.organization.clone())?;
    let command = command_from(&request);
    validation::check(&command)?;
    if command.totp_secret.is_some() {
        return Err(Error::unimplemented(
            "one-time passwords belong to a login, which this server does not offer",
        ));
    }
    // The rules have just demanded both.
    let (Some(profile), Some(email), Some(email_wanted)) =
        (command.profile, command.email, request.email)
    else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let email = creation::email_address(&email.email)?;
    let user_name = command
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

    let gender = request
        .profile
        .and_then(|profile| profile.gender)
        .unwrap_or_default();
    let created = creation::create(
        ctx,
        NewPerson {
            id: command.user_id,
            org,
            user_name,
            name,
            preferred_language: Language::parse(
                profile.preferred_language.as_deref().unwrap_or_default(),
            ),
            gender: Gender::from_number(gender.into()),
            email,
            email_plan: email_plan(ctx, email_wanted),
            phone,
            password_check,
            password_hash,
            password_change_required,
            metadata: command
                .metadata
                .into_iter()
                .map(|entry| (entry.key, entry.value))
                .collect(),
            idp_links: command
                .idp_links
                .into_iter()
                .map(|link| (link.idp_id, link.user_id, link.user_name))
                .collect(),
            id_taken: error::V2_HUMAN_EXISTS,
        },
    )
    .await?;
    Ok(AddHumanUserResponse {
        details: Some(details::changed_v2(&created.user)),
        user_id: created.user.id,
        email_code: created.email_code,
        phone_code: created.phone_code,
    })
}

/// Finds the organization that the request names, or else the context, and checks user.write in it.
fn authorize(ctx: &Ctx, organization: Option<Organization>) -> Result<OrgRef, Error> {
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
        auth::check_method_in_org(tx, caller, org.row, "user.write")?;
        Ok(org)
    })
}

fn command_from(request: &AddHumanUserRequest) -> AddHumanUser {
    let (password, hashed_password) = match &request.password_type {
        Some(PasswordType::Password(password)) => (
            Some(Password {
                password: password.password.clone(),
            }),
            None,
        ),
        Some(PasswordType::HashedPassword(hashed)) => (
            None,
            Some(HashedPassword {
                hash: hashed.hash.clone(),
            }),
        ),
        None => (None, None),
    };
    AddHumanUser {
        user_id: request.user_id.clone(),
        username: request.username.clone(),
        profile: request.profile.as_ref().map(|profile| Profile {
            given_name: profile.given_name.clone(),
            family_name: profile.family_name.clone(),
            nick_name: profile.nick_name.clone(),
            display_name: profile.display_name.clone(),
            preferred_language: profile.preferred_language.clone(),
        }),
        email: request.email.as_ref().map(|email| Email {
            email: email.email.clone(),
            url_template: match &email.verification {
                Some(EmailWanted::SendCode(send)) => send.url_template.clone(),
                _ => None,
            },
        }),
        metadata: request
            .metadata
            .iter()
            .map(|entry| Metadata {
                key: entry.key.clone(),
                value: entry.value.clone(),
            })
            .collect(),
        password,
        hashed_password,
        idp_links: request
            .idp_links
            .iter()
            .map(|link| IdpLink {
                idp_id: link.idp_id.clone(),
                user_id: link.user_id.clone(),
                user_name: link.user_name.clone(),
            })
            .collect(),
        phone: request.phone.as_ref().map(|phone| Phone {
            phone: phone.phone.clone(),
            is_verified: match phone.verification {
                Some(PhoneWanted::IsVerified(flag)) => Some(flag),
                _ => None,
            },
        }),
        totp_secret: request.totp_secret.clone(),
    }
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
    let (is_returned, url_template) = match email.verification {
        Some(EmailWanted::IsVerified(true)) => return EmailPlan::Verified,
        Some(EmailWanted::IsVerified(false)) => return EmailPlan::Nothing,
        Some(EmailWanted::ReturnCode(_)) => (true, None),
        Some(EmailWanted::SendCode(send)) => (false, send.url_template),
        None => (false, None),
    };
    EmailPlan::Code(EmailCode {
        made: NewSecret::for_email(ctx),
        is_returned,
        url_template,
    })
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
