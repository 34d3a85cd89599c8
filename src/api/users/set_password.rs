//! Passwords: set by an administrator, changed by their owner, or set with a code that was sent.
//!
//! They are stored and never asked for: Belfry is no login server. What a password lacks is told before
//! it is hashed; the hashing happens before the change is queued.

use super::{load, password};
use crate::{
    api::{
        Ctx,
        codes::{Attempt, Delivery, NextCode},
        details,
    },
    auth::Principal,
    contract::pb::zitadel::{
        auth::v1 as auth,
        management::v1::{
            self as management, send_human_reset_password_notification_request::Type,
        },
        user::v2::{
            self, NotificationType, PasswordResetRequest, PasswordResetResponse,
            SetPasswordRequest, SetPasswordResponse, password_reset_request::Medium,
            set_password_request::Verification,
        },
        v1::ObjectDetails,
    },
    domain::{Aggregate, CodePurpose, Event, Human, MessagePurpose, NewCode, User, UserState},
    error::{self, Error},
    store::{ReadTx, Refusal, WriteTx},
};

/// Sets a password that has to be changed.
pub(in crate::api) async fn set_human_initial_password(
    ctx: &Ctx,
    request: management::SetHumanInitialPasswordRequest,
) -> Result<management::SetHumanInitialPasswordResponse, Error> {
    let details = set_in_org(ctx, request.user_id, request.password, true).await?;
    Ok(management::SetHumanInitialPasswordResponse {
        details: Some(details),
    })
}

/// Sets the password of a human of the context organization.
pub(in crate::api) async fn set_human_password(
    ctx: &Ctx,
    request: management::SetHumanPasswordRequest,
) -> Result<management::SetHumanPasswordResponse, Error> {
    let is_change_required = !request.no_change_required;
    let details = set_in_org(ctx, request.user_id, request.password, is_change_required).await?;
    Ok(management::SetHumanPasswordResponse {
        details: Some(details),
    })
}

async fn set_in_org(
    ctx: &Ctx,
    user_id: String,
    new: String,
    is_change_required: bool,
) -> Result<ObjectDetails, Error> {
    let org = ctx.principal()?.org.row;
    let check = {
        let user_id = user_id.clone();
        move |tx: &ReadTx<'_>| initialized_in_org(tx, &user_id, org)
    };
    ctx.services.store.point(&check)?;
    password::check(&new)?;
    let hash = password::hash(ctx, new).await?;
    ctx.write(move |tx| {
        let mut user = check(tx)?.aggregate;
        save(tx, &mut user, Some(hash), is_change_required)?;
        Ok(details::full(&user))
    })
    .await
}

fn initialized_in_org(tx: &ReadTx<'_>, user_id: &str, org: i64) -> Result<User, Error> {
    let (user, _) = load::human_in_org(tx, user_id, org, error::PASSWORD_NOT_FOUND)?;
    if user.state == UserState::Initial {
        return Err(error::PASSWORD_NOT_INITIALISED.into());
    }
    Ok(user)
}

/// A new password makes the code that asked for one worthless.
///
/// # Errors
/// As for a wrong code without a hash: what allowed it came to be only after the hashing was left out.
pub(super) fn save(
    tx: &WriteTx<'_>,
    user: &mut Aggregate,
    hash: Option<String>,
    is_change_required: bool,
) -> Result<(), Error> {
    let hash = hash.ok_or(error::V2_CODE_INVALID)?;
    user.push(Event::PasswordChanged {
        change_required: is_change_required,
    });
    tx.delete_code(user.row, CodePurpose::PasswordReset)?;
    tx.save_password(user, &hash, is_change_required)
}

/// Changes the caller's password, which must be known.
pub(in crate::api) async fn update_my_password(
    ctx: &Ctx,
    request: auth::UpdateMyPasswordRequest,
) -> Result<auth::UpdateMyPasswordResponse, Error> {
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let user = ctx
        .services
        .store
        .point(|tx| initialized_in_org(tx, &user_id, org))?;
    let allowed = Allowed::by_current(ctx, &user, request.old_password).await?;
    let (new_check, hash) = allowed.hash(ctx, request.new_password).await?;
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut user = initialized_in_org(tx, &user_id, org)?.aggregate;
            allowed.judge(tx, &caller, &mut user)?;
            new_check?;
            save(tx, &mut user, hash, false)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(auth::UpdateMyPasswordResponse {
        details: Some(details),
    })
}

/// Sends a code with which a human of the context organization can set a new password.
pub(in crate::api) async fn send_human_reset_password_notification(
    ctx: &Ctx,
    request: management::SendHumanResetPasswordNotificationRequest,
) -> Result<management::SendHumanResetPasswordNotificationResponse, Error> {
    let way = match request.r#type() {
        Type::Email => Way::Email,
        Type::Sms => Way::Sms,
    };
    let org = ctx.principal()?.org.row;
    let code = NextCode::for_password_reset(ctx, Delivery::Send, None);
    let details = ctx
        .write(move |tx| {
            let not_found = error::PASSWORD_RESET_NOT_FOUND;
            let (user, human) = load::human_in_org(tx, &request.user_id, org, not_found)?;
            reset(tx, user, &human, code, way, None).map(|user| details::full(&user))
        })
        .await?;
    Ok(management::SendHumanResetPasswordNotificationResponse {
        details: Some(details),
    })
}

/// How a code for a new password goes; the numbers are those of the event.
#[derive(Clone, Copy)]
enum Way {
    Email = 0,
    Sms = 1,
}

/// Makes a code with which a human can set a new password, and sends or returns it.
pub(in crate::api) async fn password_reset(
    ctx: &Ctx,
    request: PasswordResetRequest,
) -> Result<PasswordResetResponse, Error> {
    let (delivery, way, url) = match request.medium {
        Some(Medium::ReturnCode(_)) => (Delivery::Return, Way::Email, None),
        Some(Medium::SendLink(link)) => {
            let way = match link.notification_type() {
                NotificationType::Sms => Way::Sms,
                NotificationType::Email | NotificationType::Unspecified => Way::Email,
            };
            (Delivery::Send, way, link.url_template)
        }
        None => (Delivery::Send, Way::Email, None),
    };
    let code = NextCode::for_password_reset(ctx, delivery, url);
    let verification_code = code.returned();
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let not_found = error::PASSWORD_RESET_NOT_FOUND;
            let user = load::anywhere(tx, &request.user_id, not_found)?;
            let human = user.human().cloned().ok_or(not_found)?;
            reset(tx, user, &human, code, way, Some(&caller)).map(|user| details::changed_v2(&user))
        })
        .await?;
    Ok(PasswordResetResponse {
        details: Some(details),
        verification_code,
    })
}

fn reset(
    tx: &WriteTx<'_>,
    user: User,
    human: &Human,
    code: NextCode,
    way: Way,
    caller: Option<&Principal>,
) -> Result<Aggregate, Refusal> {
    if user.state == UserState::Initial {
        return Err(error::PASSWORD_RESET_NOT_INITIALISED.into());
    }
    let mut user = user.aggregate;
    if let Some(caller) = caller {
        load::check_self_or_writer(tx, caller, &user)?;
    }
    let mut keep = |new: &NewCode| {
        user.push(Event::PasswordCodeAdded {
            expiry: new.expiry,
            notification_type: way as i32,
            url_template: new.url_template.clone(),
            code_returned: new.is_returned,
            trigger_origin: new.trigger_origin.clone(),
        });
        tx.save_code(user.row, CodePurpose::PasswordReset, &new.pending)?;
        tx.save_user_events(&mut user)
    };
    let purpose = MessagePurpose::PasswordReset;
    match way {
        Way::Email => {
            let code = code.for_email();
            keep(code.new_code())?;
            code.send(tx, user.row, purpose, human.email.address.clone())?;
        }
        Way::Sms => {
            let phone = human.phone.as_ref().ok_or(error::V2_PHONE_NOT_SET)?;
            let code = code.for_number(&phone.number);
            keep(code.new_code())?;
            code.send(tx, &user, purpose, phone.number.clone())?;
        }
    }
    Ok(user)
}

/// What allows somebody to set a password. It is looked at before anything is hashed, so that nobody
/// has the server work for a password that is none of its business; [`Allowed::judge`] decides, inside the change.
pub(super) enum Allowed {
    /// The code that was made for it.
    Code { attempt: Attempt, looks_right: bool },
    /// The current password.
    Current { attempt: Attempt, is_right: bool },
    /// user.write; being the user is not enough.
    Writer,
}

impl Allowed {
    /// By the code that a person sends back.
    ///
    /// # Errors
    /// EXHAUSTED after too many wrong ones.
    pub(super) fn by_code(ctx: &Ctx, user: &User, code: String) -> Result<Self, Error> {
        let attempt = Attempt::new(ctx, code);
        let looks_right = ctx
            .services
            .store
            .point(|tx| attempt.looks_right(tx, &user.aggregate, CodePurpose::PasswordReset))?;
        Ok(Self::Code {
            attempt,
            looks_right,
        })
    }

    /// By the current password.
    ///
    /// # Errors
    /// DENIED, PRECOND for a user without a password, EXHAUSTED after too many wrong ones.
    pub(super) async fn by_current(ctx: &Ctx, user: &User, current: String) -> Result<Self, Error> {
        if user.state == UserState::Initial {
            return Err(error::PASSWORD_NOT_INITIALISED.into());
        }
        let caller = ctx.principal()?;
        let attempt = Attempt::of_password(ctx);
        let hash = ctx.services.store.point(|tx| {
            load::check_self_or_writer(tx, caller, &user.aggregate)?;
            attempt.check_password_limit(tx, &user.aggregate)?;
            tx.password_hash(user.aggregate.row)
        })?;
        let hash = hash.ok_or(error::PASSWORD_NOT_SET)?;
        let is_right = password::is_right(ctx, current, hash).await?;
        Ok(Self::Current { attempt, is_right })
    }

    /// By the right to write.
    ///
    /// # Errors
    /// DENIED.
    pub(super) fn by_permission(ctx: &Ctx, user: &User) -> Result<Self, Error> {
        let caller = ctx.principal()?;
        ctx.services
            .store
            .point(|tx| load::check_writer(tx, caller, &user.aggregate))?;
        Ok(Self::Writer)
    }

    /// Counts what is wrong, and keeps that.
    ///
    /// # Errors
    /// What does not allow it.
    pub(super) fn judge(
        &self,
        tx: &WriteTx<'_>,
        caller: &Principal,
        user: &mut Aggregate,
    ) -> Result<(), Refusal> {
        match self {
            Self::Code { attempt, .. } => attempt.judge_purpose(
                tx,
                user,
                CodePurpose::PasswordReset,
                (Event::PasswordCheckSucceeded, Event::PasswordCheckFailed),
                error::V2_CODE_INVALID,
            ),
            Self::Current { attempt, is_right } => {
                load::check_self_or_writer(tx, caller, user)?;
                attempt.judge_password(tx, user, *is_right, error::PASSWORD_WRONG)
            }
            Self::Writer => Ok(load::check_writer(tx, caller, user)?),
        }
    }

    /// What the new password lacks, and its hash; none where it could not be kept anyway.
    ///
    /// # Errors
    /// If the work cannot be done now.
    pub(super) async fn hash(
        &self,
        ctx: &Ctx,
        new: String,
    ) -> Result<(Result<(), Error>, Option<String>), Error> {
        let is_hopeless = match self {
            Self::Code { looks_right, .. } => !looks_right,
            Self::Current { is_right, .. } => !is_right,
            Self::Writer => false,
        };
        let check = password::check(&new);
        let hash = match check {
            Ok(()) if !is_hopeless => Some(password::hash(ctx, new).await?),
            _ => None,
        };
        Ok((check, hash))
    }
}

/// Sets a human's password: with a code, with the current password, or as somebody who has user.write.
pub(in crate::api) async fn set_password(
    ctx: &Ctx,
    request: SetPasswordRequest,
) -> Result<SetPasswordResponse, Error> {
    let v2::Password {
        password: new,
        change_required,
    } = request.new_password.ok_or_else(|| {
        Error::invalid("invalid SetPasswordRequest.NewPassword: value is required")
    })?;
    let user_id = request.user_id;
    let user = ctx.services.store.point(|tx| initialized(tx, &user_id))?;
    let allowed = match request.verification {
        Some(Verification::VerificationCode(code)) => Allowed::by_code(ctx, &user, code)?,
        Some(Verification::CurrentPassword(current)) => {
            Allowed::by_current(ctx, &user, current).await?
        }
        None => Allowed::by_permission(ctx, &user)?,
    };
    let (new_check, hash) = allowed.hash(ctx, new).await?;
    let caller = ctx.principal()?.clone();
    let details = ctx
        .write(move |tx| {
            let mut user = initialized(tx, &user_id)?.aggregate;
            allowed.judge(tx, &caller, &mut user)?;
            new_check?;
            save(tx, &mut user, hash, change_required)?;
            Ok(details::changed_v2(&user))
        })
        .await?;
    Ok(SetPasswordResponse {
        details: Some(details),
    })
}

fn initialized(tx: &ReadTx<'_>, user_id: &str) -> Result<User, Error> {
    let user = load::anywhere(tx, user_id, error::PASSWORD_NOT_FOUND)?;
    if user.human().is_none() {
        return Err(error::PASSWORD_NOT_FOUND.into());
    }
    if user.state == UserState::Initial {
        return Err(error::PASSWORD_NOT_INITIALISED.into());
    }
    Ok(user)
}
