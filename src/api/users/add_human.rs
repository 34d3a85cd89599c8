//! v1 `AddHumanUser`: a human who has to finish the initialization unless the address is verified and
//! there is a password.

use validator::Validate;

use super::{
    creation::{self, EmailPlan, NewPerson, PhonePlan},
    password,
};
use crate::{
    api::{
        Ctx,
        codes::Delivery,
        details,
        validation::{self, Command, Rules},
    },
    contract::pb::zitadel::management::v1::{
        AddHumanUserRequest, AddHumanUserResponse, add_human_user_request as wire,
    },
    domain::{Gender, Language, Name},
    error::{self, Error},
};

#[derive(serde::Serialize, Validate)]
struct AddHumanUser {
    #[validate(length(min = 1, max = 200))]
    user_name: String,
    #[validate(required, nested)]
    profile: Option<Profile>,
    #[validate(required, nested)]
    email: Option<EmailAddress>,
    #[validate(nested)]
    phone: Option<Phone>,
}

/// The profile of a v1 creation.
#[derive(serde::Serialize, Validate)]
pub(super) struct Profile {
    #[validate(length(min = 1, max = 200))]
    pub first_name: String,
    #[validate(length(min = 1, max = 200))]
    pub last_name: String,
    #[validate(length(max = 200))]
    pub nick_name: String,
    #[validate(length(max = 200))]
    pub display_name: String,
    #[validate(length(max = 10))]
    pub preferred_language: String,
}

/// The address of a v1 creation.
#[derive(serde::Serialize, Validate)]
pub(super) struct EmailAddress {
    #[validate(custom(function = "validation::is_email"))]
    pub email: String,
}

/// The number of a v1 creation.
#[derive(serde::Serialize, Validate)]
pub(super) struct Phone {
    #[validate(
        length(min = 1, max = 50),
        custom(function = "validation::starts_with_plus")
    )]
    pub phone: String,
}

/// The fields of the three nested messages, in order.
pub(super) type Fields = &'static [(&'static str, Option<&'static Rules>)];
pub(super) const PROFILE_FIELDS: Fields = &[
    ("first_name", None),
    ("last_name", None),
    ("nick_name", None),
    ("display_name", None),
    ("preferred_language", None),
];
pub(super) const EMAIL_FIELDS: Fields = &[("email", None)];
pub(super) const PHONE_FIELDS: Fields = &[("phone", None)];

impl Command for AddHumanUser {
    const RULES: &'static Rules = &Rules {
        message: "AddHumanUserRequest",
        fields: &[
            ("user_name", None),
            (
                "profile",
                Some(&Rules {
                    message: "AddHumanUserRequest_Profile",
                    fields: PROFILE_FIELDS,
                }),
            ),
            (
                "email",
                Some(&Rules {
                    message: "AddHumanUserRequest_Email",
                    fields: EMAIL_FIELDS,
                }),
            ),
            (
                "phone",
                Some(&Rules {
                    message: "AddHumanUserRequest_Phone",
                    fields: PHONE_FIELDS,
                }),
            ),
        ],
    };
}

/// Makes a human in the context organization.
pub(in crate::api) async fn add_human_user(
    ctx: &Ctx,
    request: AddHumanUserRequest,
) -> Result<AddHumanUserResponse, Error> {
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
    let command = AddHumanUser {
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
    };
    validation::check(&command)?;
    // The rules have just demanded both.
    let (Some(profile), Some(email)) = (command.profile, command.email) else {
        return Err(Error::internal(
            "a required message is missing after validation",
        ));
    };

    let email = creation::email_address(&email.email)?;
    let user_name = command.user_name.trim().to_owned();
    let name = person_name(&profile, &email, &user_name);
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
        },
    )
    .await?;
    Ok(AddHumanUserResponse {
        details: Some(details::created(&created.user)),
        user_id: created.user.id,
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
pub(super) fn person_name(profile: &Profile, email: &str, user_name: &str) -> Name {
    let (first, last) = (profile.first_name.trim(), profile.last_name.trim());
    Name {
        first: first.to_owned(),
        last: last.to_owned(),
        nick: profile.nick_name.clone(),
        display: creation::display_name(&profile.display_name, first, last, email, user_name),
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
