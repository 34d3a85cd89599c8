//! What a person is called: `GetHumanProfile`, `UpdateHumanProfile`, `GetMyProfile`, `UpdateMyProfile`.

use super::{load, shown};
use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{
        auth::v1 as auth, management::v1 as management, user::v1, v1::ObjectDetails,
    },
    domain::{Event, Gender, Human, Language},
    error::{self, Error},
};

/// Shows what a human of the context organization is called.
pub(in crate::api) async fn get_human_profile(
    ctx: &Ctx,
    request: management::GetHumanProfileRequest,
) -> Result<management::GetHumanProfileResponse, Error> {
    let (details, profile) = get_in_org(ctx, &request.user_id, ctx.principal()?.org.row)?;
    Ok(management::GetHumanProfileResponse {
        details: Some(details),
        profile: Some(profile),
    })
}

/// Shows what the caller is called.
pub(in crate::api) async fn get_my_profile(
    ctx: &Ctx,
    _request: auth::GetMyProfileRequest,
) -> Result<auth::GetMyProfileResponse, Error> {
    let caller = ctx.principal()?;
    let (details, profile) = get_in_org(ctx, &caller.user_id, caller.home.row)?;
    Ok(auth::GetMyProfileResponse {
        details: Some(details),
        profile: Some(profile),
    })
}

fn get_in_org(ctx: &Ctx, user_id: &str, org: i64) -> Result<(ObjectDetails, v1::Profile), Error> {
    ctx.services.store.point(|tx| {
        let user = load::in_org(tx, user_id, org, error::PROFILE_GET_NOT_FOUND)?;
        let human = user.human().ok_or(error::PROFILE_GET_NOT_HUMAN)?;
        Ok((details::full(&user.aggregate), shown::profile_v1(human)))
    })
}

/// Changes what a human of the context organization is called.
pub(in crate::api) async fn update_human_profile(
    ctx: &Ctx,
    request: management::UpdateHumanProfileRequest,
) -> Result<management::UpdateHumanProfileResponse, Error> {
    let org = ctx.principal()?.org.row;
    let profile = NewProfile {
        first: Some(request.first_name),
        last: Some(request.last_name),
        nick: Some(request.nick_name),
        display: Some(request.display_name),
        preferred_language: Some(request.preferred_language),
        gender: Some(request.gender),
    };
    let details = change_in_org(ctx, request.user_id, org, profile).await?;
    Ok(management::UpdateHumanProfileResponse {
        details: Some(details),
    })
}

/// Changes what the caller is called.
pub(in crate::api) async fn update_my_profile(
    ctx: &Ctx,
    request: auth::UpdateMyProfileRequest,
) -> Result<auth::UpdateMyProfileResponse, Error> {
    let caller = ctx.principal()?;
    let (user_id, org) = (caller.user_id.clone(), caller.home.row);
    let profile = NewProfile {
        first: Some(request.first_name),
        last: Some(request.last_name),
        nick: Some(request.nick_name),
        display: Some(request.display_name),
        preferred_language: Some(request.preferred_language),
        gender: Some(request.gender),
    };
    let details = change_in_org(ctx, user_id, org, profile).await?;
    Ok(auth::UpdateMyProfileResponse {
        details: Some(details),
    })
}

async fn change_in_org(
    ctx: &Ctx,
    user_id: String,
    org: i64,
    profile: NewProfile,
) -> Result<ObjectDetails, Error> {
    profile.check()?;
    ctx.write(move |tx| {
        let (mut user, mut human) =
            load::human_in_org(tx, &user_id, org, error::PROFILE_NOT_FOUND)?;
        let event = profile
            .apply(&mut human)
            .ok_or(error::PROFILE_NOT_CHANGED)?;
        user.aggregate.push(event);
        tx.save_profile(&mut user.aggregate, &human)?;
        Ok(details::full(&user.aggregate))
    })
    .await
}

/// What somebody shall be called; what is absent stays.
#[derive(Default)]
pub(super) struct NewProfile {
    pub first: Option<String>,
    pub last: Option<String>,
    pub nick: Option<String>,
    pub display: Option<String>,
    /// BCP 47
    pub preferred_language: Option<String>,
    /// As the API numbers it.
    pub gender: Option<i32>,
}

impl NewProfile {
    /// Names of white space alone are empty.
    ///
    /// # Errors
    /// INVALID for an empty first or last name.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_empty =
            |name: &Option<String>| name.as_deref().is_some_and(|name| name.trim().is_empty());
        if is_empty(&self.first) {
            return Err(error::HUMAN_FIRST_NAME_EMPTY.into());
        }
        if is_empty(&self.last) {
            return Err(error::HUMAN_LAST_NAME_EMPTY.into());
        }
        Ok(())
    }

    /// Makes it what a human is called; the event tells what differs, `None` if nothing does.
    pub(super) fn apply(self, human: &mut Human) -> Option<Event> {
        let trimmed = |name: Option<String>| name.map(|name| name.trim().to_owned());
        let name = &mut human.name;
        let first_name = changed(&mut name.first, trimmed(self.first));
        let last_name = changed(&mut name.last, trimmed(self.last));
        let nick_name = changed(&mut name.nick, self.nick);
        let display_name = changed(&mut name.display, self.display);
        let language = self.preferred_language.map(|tag| Language::parse(&tag));
        let preferred_language = changed(&mut human.preferred_language, language)
            .map(|language| language.tag().to_owned());
        let gender = self.gender.map(|number| Gender::from_number(number.into()));
        let gender = changed(&mut human.gender, gender).map(|gender| gender as i32);
        let is_same = first_name.is_none()
            && last_name.is_none()
            && nick_name.is_none()
            && display_name.is_none()
            && preferred_language.is_none()
            && gender.is_none();
        (!is_same).then_some(Event::ProfileChanged {
            first_name,
            last_name,
            nick_name,
            display_name,
            preferred_language,
            gender,
        })
    }
}

/// Sets a value that is given and differs, and tells it.
pub(super) fn changed<T: Clone + PartialEq>(current: &mut T, wanted: Option<T>) -> Option<T> {
    let wanted = wanted.filter(|wanted| wanted != current)?;
    current.clone_from(&wanted);
    Some(wanted)
}
