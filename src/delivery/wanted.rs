//! Whether a message is still wanted, and what it says: the same question for SMS and e-mail.

use log::warn;

use super::{
    lane::NotSent,
    text::{self, Rendered, Wording},
};
use crate::{
    clock::Timestamp,
    domain::{MessageState, PlainCode, Recipient, User},
    error::Error,
    secrets::Keys,
    store::{Message, ReadTx, Store},
};

/// A message that is wanted.
pub(super) struct Wanted {
    /// What it says.
    pub rendered: Rendered,
    /// The code in it.
    pub code: PlainCode,
    /// The id of the organization of its user.
    pub org_id: String,
}

/// The text with its code, if the message is still wanted: the pending code is the one it carries.
///
/// # Errors
/// Why it is not, or that the database cannot be read.
pub(super) fn prepare(
    store: &Store,
    keys: &Keys,
    default_language: &str,
    message: &Message,
    now: Timestamp,
) -> Result<Wanted, NotSent> {
    if message.expires_at <= now {
        return Err(NotSent::Useless(MessageState::Expired));
    }
    let found = store.point(|tx| find(tx, message, default_language));
    let (user, wording) = found
        .map_err(NotSent::Later)?
        .ok_or(NotSent::Useless(MessageState::Superseded))?;
    let human = user
        .human()
        .ok_or(NotSent::Useless(MessageState::Superseded))?;
    let code = keys.open(message.id, &message.sealed_code).ok_or_else(|| {
        warn!(
            "message {} cannot be decrypted with the instance key",
            message.id
        );
        NotSent::Useless(MessageState::Failed)
    })?;
    let rendered = text::rendered(wording, &user, human, &code, message);
    Ok(Wanted {
        rendered,
        code,
        org_id: user.aggregate.owner_id,
    })
}

fn find(
    tx: &ReadTx<'_>,
    message: &Message,
    default_language: &str,
) -> Result<Option<(User, Wording)>, Error> {
    if !is_pending(tx, message)? {
        return Ok(None);
    }
    let Some(user) = tx.user_in_row(message.user)? else {
        return Ok(None);
    };
    let Some(human) = user.human() else {
        return Ok(None);
    };
    let message_type = text::message_type(message.purpose);
    // What an administrator has chosen holds from the next message on.
    let chosen = tx.default_language()?;
    let default_language = chosen.as_deref().unwrap_or(default_language);
    let wording = text::wording(tx, &user, human, message_type, default_language)?;
    Ok(Some((user, wording)))
}

fn is_pending(tx: &ReadTx<'_>, message: &Message) -> Result<bool, Error> {
    if let Some(purpose) = message.purpose.code() {
        let code = tx.pending_code(message.user, purpose)?;
        return Ok(code.is_some_and(|code| code.id == message.id));
    }
    let Some(phone) = tx.human_phone_in_row(message.user)? else {
        return Ok(false);
    };
    let is_pending = phone.code.is_some_and(|code| code.id == message.id);
    Ok(is_pending && phone.number.map(Recipient::Phone).as_ref() == Some(&message.recipient))
}
