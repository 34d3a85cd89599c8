//! Whether a message is still wanted, and what it says: the same question for SMS and e-mail.

use log::warn;

use super::{
    lane::NotSent,
    text::{self, Rendered},
};
use crate::{
    clock::Timestamp,
    domain::{
        MessagePurpose, MessageState, MessageType, PhoneNumber, PlainCode, Recipient, TextKey, User,
    },
    error::Error,
    secrets::Keys,
    store::{Message, ReadTx, Store},
    wording::{Asked, Texts, Variables, Wording},
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
    texts: &Texts,
    message: &Message,
    now: Timestamp,
) -> Result<Wanted, NotSent> {
    if message.expires_at <= now {
        return Err(NotSent::Useless(MessageState::Expired));
    }
    let found = store.point(|tx| find(tx, message, texts));
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
    let mut variables = Variables::new(&user, human, &code, &message.origin);
    if message.purpose == MessagePurpose::Invitation {
        let application = message.application_name.as_deref().unwrap_or("Belfry");
        variables.add("ApplicationName", application.to_owned());
    }
    let url = message.url_template.as_deref();
    let rendered = text::rendered(texts, &wording, variables, message.purpose, url);
    if number(message).is_some() {
        texts.tell_of_segments(&wording, rendered.text.get(TextKey::Text));
    }
    Ok(Wanted {
        rendered,
        code,
        org_id: user.aggregate.owner_id,
    })
}

fn find(
    tx: &ReadTx<'_>,
    message: &Message,
    texts: &Texts,
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
    let asked = Asked {
        message: MessageType::of(message.purpose),
        org_row: user.aggregate.owner,
        org_id: &user.aggregate.owner_id,
        language: &human.preferred_language,
        number: number(message),
    };
    let wording = texts.choose(tx, asked)?;
    Ok(Some((user, wording)))
}

/// Where an SMS goes.
fn number(message: &Message) -> Option<&PhoneNumber> {
    match &message.recipient {
        Recipient::Phone(number) => Some(number),
        Recipient::Email(_) => None,
    }
}

/// Whether the user is still reached where the message goes.
fn is_reached(tx: &ReadTx<'_>, message: &Message) -> Result<bool, Error> {
    let Some(user) = tx.user_in_row(message.user)? else {
        return Ok(false);
    };
    let Some(human) = user.human() else {
        return Ok(false);
    };
    Ok(match &message.recipient {
        Recipient::Phone(number) => human.phone.as_ref().is_some_and(|it| it.number == *number),
        Recipient::Email(address) => human.email.address == *address,
    })
}

fn is_pending(tx: &ReadTx<'_>, message: &Message) -> Result<bool, Error> {
    if let Some(purpose) = message.purpose.code() {
        let code = tx.pending_code(message.user, purpose)?;
        let is_pending = code.is_some_and(|code| code.id == message.id);
        // A new password is nothing for somebody who has the number or the address no more.
        return Ok(is_pending
            && (message.purpose != MessagePurpose::PasswordReset || is_reached(tx, message)?));
    }
    let Some(phone) = tx.human_phone_in_row(message.user)? else {
        return Ok(false);
    };
    let is_pending = phone.code.is_some_and(|code| code.id == message.id);
    Ok(is_pending && phone.number.map(Recipient::Phone).as_ref() == Some(&message.recipient))
}
