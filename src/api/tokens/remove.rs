//! `RemovePersonalAccessToken`: the token stops being good at once.

use validator::Validate;

use crate::{
    api::{
        Ctx, details,
        validation::{self, Command, Rules},
    },
    contract::pb::zitadel::management::v1::{
        RemovePersonalAccessTokenRequest, RemovePersonalAccessTokenResponse,
    },
    domain::Event,
    error::{self, Error},
};

#[derive(Validate)]
struct RemovePersonalAccessToken {
    #[validate(length(min = 1, max = 200))]
    user_id: String,
    #[validate(length(min = 1, max = 200))]
    token_id: String,
}

impl Command for RemovePersonalAccessToken {
    const RULES: &'static Rules = &Rules {
        message: "RemovePersonalAccessTokenRequest",
        fields: &[("user_id", None), ("token_id", None)],
    };
}

/// Removes a token of a user of the context organization.
pub(in crate::api) async fn remove_personal_access_token(
    ctx: &Ctx,
    request: RemovePersonalAccessTokenRequest,
) -> Result<RemovePersonalAccessTokenResponse, Error> {
    let command = RemovePersonalAccessToken {
        user_id: request.user_id,
        token_id: request.token_id,
    };
    validation::check(&command)?;
    let org = ctx.principal()?.org.row;
    let details = ctx
        .write(move |tx| {
            let user = tx
                .user(&command.user_id)?
                .filter(|user| user.aggregate.owner == org);
            let mut user = user.ok_or(error::TOKEN_NOT_FOUND)?.aggregate;
            if !tx.has_token(user.row, &command.token_id)? {
                return Err(error::TOKEN_NOT_FOUND.into());
            }
            tx.delete_token(&command.token_id)?;
            user.push(Event::TokenRemoved {
                token_id: command.token_id,
            });
            tx.save_user_events(&mut user)?;
            Ok(details::full(&user))
        })
        .await?;
    Ok(RemovePersonalAccessTokenResponse {
        details: Some(details),
    })
}
