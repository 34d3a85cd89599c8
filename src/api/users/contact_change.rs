//! What v2 `UpdateUser` and `UpdateHumanUser` do to an e-mail address and a phone: what is there already
//! is no error (contract/users.md §4).

use super::creation;
use crate::{
    api::{
        Ctx,
        codes::{Delivery, MadeCode, PhoneCode},
    },
    contract::pb::zitadel::user::v2::{
        SetHumanEmail, SetHumanPhone, set_human_email::Verification as EmailWanted,
        set_human_phone::Verification as PhoneWanted,
    },
    domain::{HumanEmail, HumanPhone, PhoneNumber, Verification},
    error::{self, Error},
    store::WriteTx,
};

/// What is to happen to an e-mail address.
pub(super) struct EmailChange {
    address: String,
    plan: Plan<MadeCode>,
}

/// What is to happen to a phone.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each request, moved once"
)]
pub(super) enum PhoneChange {
    Set(PhoneNumber, Plan<PhoneCode>),
    /// Verifies whatever number there is.
    Verify,
    Remove,
    Nothing,
}

/// What follows when an address or a number is another one.
pub(super) enum Plan<Code> {
    Verified,
    Code(Code),
    /// It stays unverified.
    Nothing,
}

impl EmailChange {
    pub(super) fn read(ctx: &Ctx, email: SetHumanEmail) -> Result<Self, Error> {
        let address = creation::email_address(&email.email)?;
        let code = |delivery| MadeCode::for_email(ctx, delivery);
        let plan = match email.verification {
            Some(EmailWanted::IsVerified(true)) => Plan::Verified,
            Some(EmailWanted::IsVerified(false)) => Plan::Nothing,
            Some(EmailWanted::ReturnCode(_)) => Plan::Code(code(Delivery::Return)),
            Some(EmailWanted::SendCode(send)) => {
                Plan::Code(code(Delivery::Send).with_url(send.url_template))
            }
            None => Plan::Code(code(Delivery::Send)),
        };
        Ok(Self { address, plan })
    }

    /// Tells the code that the caller asked for.
    pub(super) fn apply(
        self,
        tx: &WriteTx<'_>,
        email: &mut HumanEmail,
    ) -> Result<Option<String>, Error> {
        if email.address == self.address {
            if matches!(self.plan, Plan::Verified) && !email.is_verified {
                email.verify();
                tx.save_email(email)?;
            }
            return Ok(None);
        }
        let verification = match &self.plan {
            Plan::Verified => Some(Verification::Verified),
            Plan::Code(code) => Some(code.verification()),
            Plan::Nothing => None,
        };
        // It differs, as was just seen.
        let _ = email.change(self.address, verification);
        tx.save_email(email)?;
        let Plan::Code(code) = self.plan else {
            return Ok(None);
        };
        let returned = code.returned();
        code.enqueue_email(tx, email)?;
        Ok(returned)
    }

    pub(super) fn is_verified(&self) -> bool {
        matches!(self.plan, Plan::Verified)
    }
}

/// `UpdateUser`: an empty number removes the phone.
pub(super) fn removing(ctx: &Ctx, phone: SetHumanPhone) -> Result<PhoneChange, Error> {
    if !phone.phone.is_empty() {
        return setting(ctx, phone);
    }
    match phone.verification {
        None => Ok(PhoneChange::Remove),
        Some(_) => Err(error::V2_PHONE_REMOVAL_NOT_VERIFIED.into()),
    }
}

/// `UpdateHumanUser`: an empty number is the one that is there.
pub(super) fn keeping(ctx: &Ctx, phone: SetHumanPhone) -> Result<PhoneChange, Error> {
    if !phone.phone.is_empty() {
        return setting(ctx, phone);
    }
    Ok(match phone.verification {
        Some(PhoneWanted::IsVerified(_)) => PhoneChange::Verify,
        _ => PhoneChange::Nothing,
    })
}

fn setting(ctx: &Ctx, phone: SetHumanPhone) -> Result<PhoneChange, Error> {
    let number = ctx.phone_number(&phone.phone)?;
    let plan = match phone.verification {
        Some(PhoneWanted::IsVerified(_)) => Plan::Verified,
        Some(PhoneWanted::ReturnCode(_)) => {
            Plan::Code(PhoneCode::new(ctx, Delivery::Return, &number))
        }
        Some(PhoneWanted::SendCode(_)) | None => {
            Plan::Code(PhoneCode::new(ctx, Delivery::Send, &number))
        }
    };
    Ok(PhoneChange::Set(number, plan))
}

impl PhoneChange {
    /// Tells the code that the caller asked for.
    pub(super) fn apply(
        self,
        tx: &WriteTx<'_>,
        phone: &mut HumanPhone,
    ) -> Result<Option<String>, Error> {
        let (number, plan) = match self {
            Self::Nothing => return Ok(None),
            Self::Remove => {
                if phone.number.is_some() {
                    phone.remove();
                    tx.save_phone(phone)?;
                }
                return Ok(None);
            }
            Self::Verify => {
                verify(tx, phone)?;
                return Ok(None);
            }
            Self::Set(number, plan) => (number, plan),
        };
        if phone.number.as_ref() == Some(&number) {
            if matches!(plan, Plan::Verified) {
                verify(tx, phone)?;
            }
            return Ok(None);
        }
        let code = match plan {
            Plan::Code(code) => Some(code),
            Plan::Verified | Plan::Nothing => None,
        };
        let verification = code
            .as_ref()
            .map_or(Verification::Verified, |code| code.verification());
        // It differs, as was just seen.
        let _ = phone.change(number, verification);
        tx.save_phone(phone)?;
        let returned = code.as_ref().and_then(|code| code.returned());
        if let Some(code) = code {
            code.enqueue(tx, phone)?;
        }
        Ok(returned)
    }

    pub(super) fn is_verified(&self) -> bool {
        matches!(self, Self::Verify | Self::Set(_, Plan::Verified))
    }
}

fn verify(tx: &WriteTx<'_>, phone: &mut HumanPhone) -> Result<(), Error> {
    if phone.number.is_some() && !phone.is_verified {
        phone.verify();
        tx.save_phone(phone)?;
    }
    Ok(())
}
