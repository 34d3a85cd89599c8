//! v2 `UpdateUser` and the older `UpdateHumanUser`: several things about a user in one change.
//!
//! What is absent stays; what is there already is no error (contract/users.md §4). The events come in
//! the order user name, profile, e-mail, phone, password.

use super::{
    contact_change::{EmailChange, PhoneChange, keeping, removing},
    creation, load, machine, name,
    profile::NewProfile,
    set_password::{self, Allowed},
};
use crate::{
    api::{Ctx, details},
    auth::Principal,
    contract::pb::zitadel::user::v2::{
        HashedPassword, Password, SetPassword, UpdateHumanUserRequest, UpdateHumanUserResponse,
        UpdateUserRequest, UpdateUserResponse,
        set_password::{PasswordType, Verification as PasswordProof},
        update_user_request::{self as wire, UserType},
    },
    domain::{Aggregate, Kind, User},
    error::{self, Error},
    store::{ReadTx, WriteTx},
};

/// Changes a person or a machine user of any organization, or the caller itself.
pub(in crate::api) async fn update_user(
    ctx: &Ctx,
    request: UpdateUserRequest,
) -> Result<UpdateUserResponse, Error> {
    match request.user_type {
        Some(UserType::Human(human)) => {
            let change = HumanChange {
                user_id: request.user_id,
                user_name: request.username,
                profile: human.profile.map(new_profile),
                email: human
                    .email
                    .map(|email| EmailChange::read(ctx, email))
                    .transpose()?,
                phone: human.phone.map(|phone| removing(ctx, phone)).transpose()?,
                password: human.password,
            };
            let changed = change.run(ctx).await?;
            Ok(UpdateUserResponse {
                change_date: Some(details::wire_time(changed.user.changed_at)),
                email_code: changed.email_code,
                phone_code: changed.phone_code,
            })
        }
        Some(UserType::Machine(machine)) => {
            let user = update_machine(ctx, request.user_id, request.username, machine).await?;
            Ok(UpdateUserResponse {
                change_date: Some(details::wire_time(user.changed_at)),
                email_code: None,
                phone_code: None,
            })
        }
        None => Err(Error::unimplemented(
            "say what kind of user it is: human or machine",
        )),
    }
}

/// Changes a person of any organization, or the caller itself.
pub(in crate::api) async fn update_human_user(
    ctx: &Ctx,
    request: UpdateHumanUserRequest,
) -> Result<UpdateHumanUserResponse, Error> {
    let change = HumanChange {
        user_id: request.user_id,
        user_name: request.username,
        profile: request.profile.map(|profile| NewProfile {
            first: Some(profile.given_name),
            last: Some(profile.family_name),
            nick: profile.nick_name,
            display: profile.display_name,
            preferred_language: profile.preferred_language,
            gender: profile.gender,
        }),
        email: request
            .email
            .map(|email| EmailChange::read(ctx, email))
            .transpose()?,
        phone: request.phone.map(|phone| keeping(ctx, phone)).transpose()?,
        password: request.password,
    };
    let changed = change.run(ctx).await?;
    Ok(UpdateHumanUserResponse {
        details: Some(details::changed_v2(&changed.user)),
        email_code: changed.email_code,
        phone_code: changed.phone_code,
    })
}

fn new_profile(profile: wire::human::Profile) -> NewProfile {
    NewProfile {
        first: profile.given_name,
        last: profile.family_name,
        nick: profile.nick_name,
        display: profile.display_name,
        preferred_language: profile.preferred_language,
        gender: profile.gender,
    }
}

/// What is to change about a person.
struct HumanChange {
    user_id: String,
    user_name: Option<String>,
    profile: Option<NewProfile>,
    email: Option<EmailChange>,
    phone: Option<PhoneChange>,
    password: Option<SetPassword>,
}

/// A person after the change.
struct Changed {
    user: Aggregate,
    email_code: Option<String>,
    phone_code: Option<String>,
}

impl HumanChange {
    /// The person, whom the caller may change.
    fn load(&self, tx: &ReadTx<'_>, caller: &Principal) -> Result<User, Error> {
        let not_found = error::V2_USER_UPDATE_NOT_FOUND;
        let user = load::anywhere(tx, &self.user_id, not_found)?;
        if user.human().is_none() {
            return Err(not_found.into());
        }
        // Nobody verifies for itself what a code is for.
        let is_verified = self.email.as_ref().is_some_and(EmailChange::is_verified)
            || self.phone.as_ref().is_some_and(PhoneChange::is_verified);
        if is_verified {
            load::check_writer(tx, caller, &user.aggregate)?;
        } else {
            load::check_self_or_writer(tx, caller, &user.aggregate)?;
        }
        Ok(user)
    }

    async fn run(mut self, ctx: &Ctx) -> Result<Changed, Error> {
        let caller = ctx.principal()?.clone();
        let user_name = trimmed(self.user_name.take());
        let user = ctx.services.store.point(|tx| {
            let user = self.load(tx, &caller)?;
            // Told before what is wrong with the password; whether it is taken is told last.
            if let Some(name) = user_name.as_ref().filter(|name| **name != user.user_name) {
                let not_allowed = error::USER_RENAME_DOMAIN_NOT_ALLOWED;
                creation::check_domain(tx, name, user.aggregate.owner, not_allowed)?;
            }
            Ok(user)
        })?;
        if let Some(profile) = &self.profile {
            profile.check()?;
        }
        let mut password = match self.password.take() {
            Some(password) => NewPassword::read(ctx, &user, password).await?,
            None => None,
        };
        ctx.write(move |tx| {
            let not_found = error::V2_USER_UPDATE_NOT_FOUND;
            let mut user = self.load(tx, &caller)?;
            let Kind::Human(human) = &user.kind else {
                return Err(not_found.into());
            };
            let mut human = (**human).clone();
            // First, since a wrong proof is counted and that is kept, but nothing else.
            if let Some(password) = &mut password {
                password.allowed.judge(tx, &caller, &mut user.aggregate)?;
                tx.save_user_events(&mut user.aggregate)?;
                std::mem::replace(&mut password.checked, Ok(()))?;
            }
            if let Some(name) = user_name.filter(|name| *name != user.user_name) {
                name::rename(tx, &mut user, name, error::USER_RENAME_DOMAIN_NOT_ALLOWED)?;
                tx.save_user_name(&mut user)?;
            }
            if let Some(event) = self.profile.and_then(|profile| profile.apply(&mut human)) {
                user.aggregate.push(event);
                tx.save_profile(&mut user.aggregate, &human)?;
            }
            let mut email_code = None;
            if let Some(change) = self.email {
                let mut email = tx.human_email(&self.user_id)?.ok_or(not_found)?;
                email_code = change.apply(tx, &mut email)?;
                user.aggregate = email.user;
            }
            let mut phone_code = None;
            if let Some(change) = self.phone {
                let mut phone = tx.human_phone(&self.user_id)?.ok_or(not_found)?;
                phone_code = change.apply(tx, &mut phone)?;
                user.aggregate = phone.user;
            }
            if let Some(password) = password {
                password.save(tx, &mut user.aggregate)?;
            }
            Ok(Changed {
                user: user.aggregate,
                email_code,
                phone_code,
            })
        })
        .await
    }
}

/// A password that was hashed, with what allows it to be set.
struct NewPassword {
    allowed: Allowed,
    checked: Result<(), Error>,
    hash: Option<String>,
    is_change_required: bool,
}

impl NewPassword {
    async fn read(ctx: &Ctx, user: &User, wanted: SetPassword) -> Result<Option<Self>, Error> {
        let Some(wanted_password) = wanted.password_type else {
            return Ok(None);
        };
        let allowed = match wanted.verification {
            Some(PasswordProof::VerificationCode(code)) => Allowed::by_code(ctx, user, code)?,
            Some(PasswordProof::CurrentPassword(current)) => {
                Allowed::by_current(ctx, user, current).await?
            }
            None => Allowed::by_permission(ctx, user)?,
        };
        let ((checked, hash), is_change_required) = match wanted_password {
            PasswordType::Password(Password {
                password,
                change_required,
            }) => (allowed.hash(ctx, password).await?, change_required),
            PasswordType::HashedPassword(HashedPassword {
                hash,
                change_required,
            }) => ((Ok(()), Some(hash)), change_required),
        };
        Ok(Some(Self {
            allowed,
            checked,
            hash,
            is_change_required,
        }))
    }

    fn save(self, tx: &WriteTx<'_>, user: &mut Aggregate) -> Result<(), Error> {
        set_password::save(tx, user, self.hash, self.is_change_required)
    }
}

async fn update_machine(
    ctx: &Ctx,
    user_id: String,
    user_name: Option<String>,
    machine: wire::Machine,
) -> Result<Aggregate, Error> {
    let caller = ctx.principal()?.clone();
    let user_name = trimmed(user_name);
    ctx.write(move |tx| {
        let not_found = error::V2_USER_UPDATE_NOT_FOUND;
        let mut user = load::anywhere(tx, &user_id, not_found)?;
        let Kind::Machine(mut current) = user.kind.clone() else {
            return Err(not_found.into());
        };
        load::check_writer(tx, &caller, &user.aggregate)?;
        if let Some(name) = user_name.filter(|name| *name != user.user_name) {
            name::rename(tx, &mut user, name, error::USER_RENAME_DOMAIN_NOT_ALLOWED)?;
            tx.save_user_name(&mut user)?;
        }
        let event = machine::change(&mut current, machine.name, machine.description, None);
        if let Some(event) = event {
            user.aggregate.push(event);
            tx.save_machine(&mut user.aggregate, &current)?;
        }
        Ok(user.aggregate)
    })
    .await
}

fn trimmed(name: Option<String>) -> Option<String> {
    name.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}
