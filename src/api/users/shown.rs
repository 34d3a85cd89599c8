//! Users on the wire, as each API shows them.

use crate::{
    api::details,
    contract::pb::zitadel::user::{v1, v2},
    domain::{Human, Kind, Machine, User, UserState},
};

/// As management and auth show a user.
pub(super) fn user_v1(user: User) -> v1::User {
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
    let phone = human.phone.as_ref().map(|phone| v1::Phone {
        phone: phone.number.as_str().to_owned(),
        is_phone_verified: phone.is_verified,
    });
    v1::Human {
        profile: Some(profile_v1(&human)),
        email: Some(email_v1(&human)),
        phone: Some(phone.unwrap_or_default()),
        password_changed: human.password_changed_at.map(details::wire_time),
    }
}

/// As management and auth show what a person is called.
pub(super) fn profile_v1(human: &Human) -> v1::Profile {
    v1::Profile {
        first_name: human.name.first.clone(),
        last_name: human.name.last.clone(),
        nick_name: human.name.nick.clone(),
        display_name: human.name.display.clone(),
        preferred_language: human.preferred_language.shown().to_owned(),
        gender: human.gender as i32,
        avatar_url: String::new(),
    }
}

/// As management and auth show an e-mail address.
pub(super) fn email_v1(human: &Human) -> v1::Email {
    v1::Email {
        email: human.email.address.clone(),
        is_email_verified: human.email.is_verified,
    }
}

/// As v2 shows a user.
pub(super) fn user_v2(user: User) -> v2::User {
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
