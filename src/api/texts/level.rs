//! Reading and changing the texts of one level: an organization's, or the instance's.

use log::warn;

use crate::{
    api::{Ctx, details, instance::default_language},
    contract::pb::zitadel::{text::v1::MessageCustomText, v1::ObjectDetails},
    domain::{
        Aggregate, Event, GeneratorType, LANGUAGES, Language, MessageText, MessageType, TextKey,
        built_in,
    },
    error::{self, Entry, Error},
    store::{INSTANCE_TEXTS, ReadTx, TextHistory, WriteTx},
    wording::remarks_of,
};

/// Whose texts they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Those of an organization, by row.
    Org(i64),
    /// Those of the instance, which hold for every organization.
    Instance,
}

/// The text of a level, or the default one if the level words nothing.
pub(super) fn custom(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = Language::parse(language);
    let fallback = default_language(ctx)?;
    ctx.services.store.point(|tx| {
        let text = tx.message_text(level.row(), message, language.tag())?;
        let history = tx.message_text_history(level.row(), message, language.tag())?;
        match history {
            Some(history) => {
                let object = level.object(tx)?;
                Ok(shown(
                    text,
                    details::full(&with_history(object, history)),
                    false,
                ))
            }
            None => default_of(tx, level, message, &language, &fallback),
        }
    })
}

/// What holds where a level words nothing.
pub(super) fn default(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = Language::parse(language);
    let fallback = default_language(ctx)?;
    ctx.services
        .store
        .point(|tx| default_of(tx, level, message, &language, &fallback))
}

/// Belfry's own text, without a hint that it is the default.
pub(super) fn built_in_alone(
    ctx: &Ctx,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = Language::parse(language);
    let text = own(message, &language, &default_language(ctx)?);
    Ok(shown(text, ObjectDetails::default(), false))
}

/// Words a message; each part that is empty is taken from the default again.
pub(super) async fn set(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
    text: MessageText,
) -> Result<ObjectDetails, Error> {
    let language = Language::parse(language).tag().to_owned();
    if language.is_empty() {
        return Err(error::LANGUAGE_UNDEFINED.into());
    }
    if !LANGUAGES.contains(&language.as_str()) {
        return Err(error::LANGUAGE_NOT_SUPPORTED.into());
    }
    let (worded, tag) = (text.get(TextKey::Text).to_owned(), language.clone());
    let change = ctx.write(move |tx| {
        let old = tx.message_text(level.row(), message, &language)?;
        let is_new = text.get(TextKey::Text) != old.get(TextKey::Text);
        let mut object = level.object(tx)?;
        for key in TextKey::ALL {
            let part = text.get(key);
            if part != old.get(key) {
                let event = level.part_event(message, key, language.clone(), part);
                object = level.append(tx, event)?;
                let sequence = object.sequence;
                tx.save_message_text(level.row(), message, &language, (key, part), sequence)?;
            }
        }
        Ok((details::full(&object), is_new))
    });
    let (details, is_new) = change.await?;
    if is_new && !worded.is_empty() {
        tell(ctx, message, &worded, &tag, &details.resource_owner);
    }
    Ok(details)
}

/// Says in the log what an operator should know about a new text; the API answers as ZITADEL's does.
fn tell(ctx: &Ctx, message: MessageType, text: &str, language: &str, owner: &str) {
    let kind = match message {
        MessageType::VerifySmsOtp => GeneratorType::OtpSms,
        _ => GeneratorType::VerifyPhoneCode,
    };
    let code = ctx.services.codes.policies.get(kind).sample();
    for remark in remarks_of(message, text, &code, ctx.now) {
        let message = message.name();
        warn!("the text {message} in {language} of {owner}: {remark}");
    }
}

/// Takes the wording of a level away.
pub(super) async fn reset(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
) -> Result<ObjectDetails, Error> {
    let (invalid, not_found) = level.reset_errors();
    let language = Language::parse(language).tag().to_owned();
    if language.is_empty() {
        return Err(invalid.into());
    }
    ctx.write(move |tx| {
        let text = tx.message_text(level.row(), message, &language)?;
        if text.is_empty() {
            return Err(not_found.into());
        }
        tx.delete_message_text(level.row(), message, &language)?;
        let object = level.append(tx, level.reset_event(message, language))?;
        Ok(details::full(&object))
    })
    .await
}

impl Level {
    fn row(self) -> i64 {
        match self {
            Self::Org(row) => row,
            Self::Instance => INSTANCE_TEXTS,
        }
    }

    /// The object whose history tells of the texts.
    fn object(self, tx: &ReadTx<'_>) -> Result<Aggregate, Error> {
        match self {
            Self::Org(row) => {
                let org = tx.organization(row)?.ok_or(error::ORG_UNKNOWN)?;
                Ok(org.aggregate)
            }
            Self::Instance => Ok(tx.instance()?.aggregate),
        }
    }

    fn append(self, tx: &WriteTx<'_>, event: Event) -> Result<Aggregate, Error> {
        match self {
            Self::Org(row) => {
                let mut org = tx.organization(row)?.ok_or(error::ORG_UNKNOWN)?;
                org.aggregate.push(event);
                tx.save_org(&mut org)?;
                Ok(org.aggregate)
            }
            Self::Instance => tx.append_to_instance(event),
        }
    }

    fn part_event(self, message: MessageType, key: TextKey, language: String, part: &str) -> Event {
        let (template, key) = (message.name(), key.name());
        let text = part.to_owned();
        match (self, text.is_empty()) {
            (Self::Org(_), false) => Event::OrgCustomTextSet {
                template,
                key,
                language,
                text,
            },
            (Self::Org(_), true) => Event::OrgCustomTextRemoved {
                template,
                key,
                language,
            },
            (Self::Instance, false) => Event::InstanceCustomTextSet {
                template,
                key,
                language,
                text,
            },
            (Self::Instance, true) => Event::InstanceCustomTextRemoved {
                template,
                key,
                language,
            },
        }
    }

    fn reset_event(self, message: MessageType, language: String) -> Event {
        let template = message.name();
        match self {
            Self::Org(_) => Event::OrgCustomTextTemplateRemoved { template, language },
            Self::Instance => Event::InstanceCustomTextTemplateRemoved { template, language },
        }
    }

    /// For a tag that is no language, and for a wording that is not there.
    fn reset_errors(self) -> (&'static Entry, &'static Entry) {
        match self {
            Self::Org(_) => (error::ORG_TEXT_INVALID, error::ORG_TEXT_NOT_FOUND),
            Self::Instance => (error::INSTANCE_TEXT_INVALID, error::INSTANCE_TEXT_NOT_FOUND),
        }
    }
}

/// For an organization what the instance words, filled up with Belfry's own text.
fn default_of(
    tx: &ReadTx<'_>,
    level: Level,
    message: MessageType,
    language: &Language,
    fallback: &str,
) -> Result<MessageCustomText, Error> {
    let above = match level {
        Level::Org(_) => tx.message_text(INSTANCE_TEXTS, message, language.tag())?,
        Level::Instance => MessageText::default(),
    };
    let details = ObjectDetails {
        resource_owner: Level::Instance.object(tx)?.id,
        ..ObjectDetails::default()
    };
    let text = above.or(&own(message, language, fallback));
    Ok(shown(text, details, true))
}

/// Belfry's own text, in the default language for one that it does not have.
fn own(message: MessageType, language: &Language, fallback: &str) -> MessageText {
    built_in(message, language.tag())
        .or_else(|| built_in(message, fallback))
        .unwrap_or_default()
}

/// An object as it was when a text of it was worked on.
fn with_history(object: Aggregate, history: TextHistory) -> Aggregate {
    Aggregate {
        sequence: history.sequence,
        created_at: history.created_at,
        changed_at: history.changed_at,
        ..object
    }
}

fn shown(text: MessageText, details: ObjectDetails, is_default: bool) -> MessageCustomText {
    let part = |key| text.get(key).to_owned();
    MessageCustomText {
        details: Some(details),
        title: part(TextKey::Title),
        pre_header: part(TextKey::PreHeader),
        subject: part(TextKey::Subject),
        greeting: part(TextKey::Greeting),
        text: part(TextKey::Text),
        button_text: part(TextKey::ButtonText),
        footer_text: part(TextKey::Footer),
        is_default,
    }
}
