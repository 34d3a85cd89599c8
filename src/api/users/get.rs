//! `GetUserByID` of management and v2, and `GetMyUser`.

use crate::{
    api::{Ctx, details},
    auth as access,
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1 as management,
        user::{v1, v2},
    },
    domain::{Human, Kind, Machine, User, UserState},
    error::{self, Error},
};

/// Shows a user of the context organization.
pub(in crate::api) async fn get_user_by_id(
    ctx: &Ctx,
    request: management::GetUserByIdRequest,
) -> Result<management::GetUserByIdResponse, Error> {
    let user = ctx
        .services
        .store
        .point(|tx| tx.user(&request.id))?
        .ok_or(error::USER_NOT_FOUND)?;
    if user.aggregate.owner != ctx.principal()?.org.row {
        return Err(error::USER_NOT_FOUND_IN_ORG.into());
    }
    Ok(management::GetUserByIdResponse {
        user: Some(user_v1(user)),
    })
}

/// Shows the caller.
pub(in crate::api) async fn get_my_user(
    ctx: &Ctx,
    _request: auth::GetMyUserRequest,
) -> Result<auth::GetMyUserResponse, Error> {
    let caller = ctx.principal()?;
    let user = ctx
        .services
        .store
        .point(|tx| tx.user(&caller.user_id))?
        .ok_or(error::USER_NOT_FOUND)?;
    Ok(auth::GetMyUserResponse {
        user: Some(user_v1(user)),
        last_login: None,
    })
}

/// Shows the caller, or a user of an organization in which the caller has user.read.
pub(in crate::api) async fn get_user_by_id_v2(
    ctx: &Ctx,
    request: v2::GetUserByIdRequest,
) -> Result<v2::GetUserByIdResponse, Error> {
    let caller = ctx.principal()?;
    let user = ctx.services.store.point(|tx| {
        let user = tx.user(&request.user_id)?.ok_or(error::USER_NOT_FOUND)?;
        if user.aggregate.row != caller.user {
            access::check_in_org(tx, caller, user.aggregate.owner, "user.read")?;
        }
        Ok(user)
    })?;
    Ok(v2::GetUserByIdResponse {
        details: Some(details::read_v2(&user.aggregate)),
        user: Some(user_v2(user)),
    })
}

fn user_v1(user: User) -> v1::User {
    let details = details::full(&user.aggregate);
    let state = match user.state {
        UserState::Active => v1::UserState::Active,
        UserState::Inactive => v1::UserState::Inactive,
        UserState::Deleted => v1::UserState::Deleted,
        UserState::Locked => v1::UserState::Locked,
        UserState::Initial => v1::UserState::Initial,
    };
    v1::User {
        id: user.aggregate.id,
        details: Some(details),
        state: state.into(),
        login_names: vec![user.user_name.clone()],
        preferred_login_name: user.user_name.clone(),
        user_name: user.user_name,
        r#type: Some(match user.kind {
            Kind::Human(human) => v1::user::Type::Human(human_v1(*human)),
            Kind::Machine(Machine {
                name,
                description,
                access_token_type,
                has_secret,
            }) => v1::user::Type::Machine(v1::Machine {
                name,
                description,
                has_secret,
                access_token_type,
            }),
        }),
    }
}

/// A human always carries profile, e-mail and phone, the last empty without a number.
fn human_v1(human: Human) -> v1::Human {
    let phone = human.phone.map(|phone| v1::Phone {
        phone: phone.number.as_str().to_owned(),
        is_phone_verified: phone.is_verified,
    });
    v1::Human {
        profile: Some(v1::Profile {
            first_name: human.name.first,
            last_name: human.name.last,
            nick_name: human.name.nick,
            display_name: human.name.display,
            preferred_language: human.preferred_language.shown().to_owned(),
            gender: human.gender as i32,
            avatar_url: String::new(),
        }),
        email: Some(v1::Email {
            email: human.email.address,
            is_email_verified: human.email.is_verified,
        }),
        phone: Some(phone.unwrap_or_default()),
        password_changed: human.password_changed_at.map(details::wire_time),
    }
}

fn user_v2(user: User) -> v2::User {
    let details = details::read_v2(&user.aggregate);
    let state = match user.state {
        UserState::Active => v2::UserState::Active,
        UserState::Inactive => v2::UserState::Inactive,
        UserState::Deleted => v2::UserState::Deleted,
        UserState::Locked => v2::UserState::Locked,
        UserState::Initial => v2::UserState::Initial,
    };
    v2::User {
        user_id: user.aggregate.id,
        details: Some(details),
        state: state.into(),
        login_names: vec![user.user_name.clone()],
        preferred_login_name: user.user_name.clone(),
        username: user.user_name,
        r#type: Some(match user.kind {
            Kind::Human(human) => v2::user::Type::Human(human_v2(*human)),
            Kind::Machine(Machine {
                name,
                description,
                access_token_type,
                has_secret,
            }) => v2::user::Type::Machine(v2::MachineUser {
                name,
                description,
                has_secret,
                access_token_type,
            }),
        }),
    }
}

fn human_v2(human: Human) -> v2::HumanUser {
    let phone = human.phone.map(|phone| v2::HumanPhone {
        phone: phone.number.as_str().to_owned(),
        is_verified: phone.is_verified,
    });
    v2::HumanUser {
        profile: Some(v2::HumanProfile {
            given_name: human.name.first,
            family_name: human.name.last,
            nick_name: Some(human.name.nick),
            display_name: Some(human.name.display),
            preferred_language: Some(human.preferred_language.shown().to_owned()),
            gender: Some(human.gender as i32),
            avatar_url: String::new(),
        }),
        email: Some(v2::HumanEmail {
            email: human.email.address,
            is_verified: human.email.is_verified,
        }),
        phone: Some(phone.unwrap_or_default()),
        password_change_required: human.password_change_required,
        password_changed: human.password_changed_at.map(details::wire_time),
        ..v2::HumanUser::default()
    }
}
