//! Reads, sets and resets the wording of one type of message in one language, on one level.

use crate::{
    api::{Ctx, details},
    contract::pb::zitadel::{text::v1::MessageCustomText, v1::ObjectDetails},
    domain::{Event, Language, MessageText, MessageType, SUPPORTED_LANGUAGES, TextKey, built_in},
    error::{self, Entry, Error},
    store::{INSTANCE_TEXTS, ReadTx, WriteTx},
};

/// Who words messages.
#[derive(Clone, Copy)]
pub(super) enum Level {
    /// An organization, by its row.
    Org(i64),
    /// The instance.
    Instance,
}

/// The seven parts as a request gives them, in the order of [`TextKey::ALL`].
pub(super) type Parts = [String; 7];

impl Level {
    /// The key of its texts in the store.
    fn row(self) -> i64 {
        match self {
            Self::Org(row) => row,
            Self::Instance => INSTANCE_TEXTS,
        }
    }

    fn set(
        self,
        template: &'static str,
        key: &'static str,
        language: String,
        text: String,
    ) -> Event {
        match self {
            Self::Org(_) => Event::OrgCustomTextSet {
                template,
                key,
                language,
                text,
            },
            Self::Instance => Event::InstanceCustomTextSet {
                template,
                key,
                language,
                text,
            },
        }
    }

    fn removed(self, template: &'static str, key: &'static str, language: String) -> Event {
        match self {
            Self::Org(_) => Event::OrgCustomTextRemoved {
                template,
                key,
                language,
            },
            Self::Instance => Event::InstanceCustomTextRemoved {
                template,
                key,
                language,
            },
        }
    }

    fn template_removed(self, template: &'static str, language: String) -> Event {
        match self {
            Self::Org(_) => Event::OrgCustomTextTemplateRemoved { template, language },
            Self::Instance => Event::InstanceCustomTextTemplateRemoved { template, language },
        }
    }

    /// The details of whoever words, after events were written.
    fn write(self, tx: &WriteTx<'_>, events: Vec<Event>) -> Result<ObjectDetails, Error> {
        match self {
            Self::Org(row) => {
                let mut org = tx.organization(row)?.ok_or(error::ORG_UNKNOWN)?;
                org.aggregate.pending = events;
                tx.save_org(&mut org)?;
                Ok(details::full(&org.aggregate))
            }
            Self::Instance => {
                let mut instance = instance(tx)?;
                instance.aggregate.pending = events;
                tx.save_instance(&mut instance)?;
                Ok(details::full(&instance.aggregate))
            }
        }
    }

    fn details(self, tx: &ReadTx<'_>) -> Result<ObjectDetails, Error> {
        match self {
            Self::Org(row) => {
                let org = tx.organization(row)?.ok_or(error::ORG_UNKNOWN)?;
                Ok(details::full(&org.aggregate))
            }
            Self::Instance => Ok(details::full(&instance(tx)?.aggregate)),
        }
    }
}

fn instance(tx: &ReadTx<'_>) -> Result<crate::store::Instance, Error> {
    let instance = tx.instance()?;
    instance.ok_or_else(|| Error::internal("the database has no instance"))
}

/// The tag of a language, if it is one.
fn tag(language: &str) -> Option<String> {
    let tag = Language::parse(language).tag().to_owned();
    (!tag.is_empty()).then_some(tag)
}

/// Belfry's own text in a language, else in the default one, else in English.
fn own_text(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    message: MessageType,
    language: &str,
) -> Result<MessageText, Error> {
    let default = tx.default_language()?;
    let default = default.as_deref().unwrap_or(&ctx.services.default_language);
    let text = [language, default, "en"]
        .into_iter()
        .find_map(|language| built_in(message, language));
    Ok(text.unwrap_or_default())
}

/// What a level words itself; if that is nothing, what holds without it.
pub(super) fn custom(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = tag(language).ok_or(error::LANGUAGE_UNDEFINED)?;
    ctx.services.store.point(|tx| {
        let custom = tx.message_text(level.row(), message, &language)?;
        if !custom.is_empty() {
            return Ok(shown(&custom, level.details(tx)?, false));
        }
        match level {
            Level::Org(_) => without_org(ctx, tx, message, &language),
            Level::Instance => {
                let text = own_text(ctx, tx, message, &language)?;
                Ok(shown(&text, level.details(tx)?, true))
            }
        }
    })
}

/// What holds in an organization that words nothing itself: the instance's wording over the built-in one.
pub(super) fn default_of_org(
    ctx: &Ctx,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = tag(language).ok_or(error::LANGUAGE_UNDEFINED)?;
    let store = &ctx.services.store;
    store.point(|tx| without_org(ctx, tx, message, &language))
}

fn without_org(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let of_instance = tx.message_text(INSTANCE_TEXTS, message, language)?;
    let text = of_instance.or(&own_text(ctx, tx, message, language)?);
    Ok(shown(&text, Level::Instance.details(tx)?, true))
}

/// Belfry's own text.
pub(super) fn default_of_instance(
    ctx: &Ctx,
    message: MessageType,
    language: &str,
) -> Result<MessageCustomText, Error> {
    let language = tag(language).ok_or(error::LANGUAGE_UNDEFINED)?;
    let store = &ctx.services.store;
    let text = store.point(|tx| own_text(ctx, tx, message, &language))?;
    Ok(shown(&text, ObjectDetails::default(), false))
}

/// Words the parts that are given and differ; an empty part is no longer worded.
pub(super) async fn set(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
    parts: Parts,
) -> Result<ObjectDetails, Error> {
    let language = tag(language).ok_or(error::LANGUAGE_UNDEFINED)?;
    if !SUPPORTED_LANGUAGES.contains(&language.as_str()) {
        return Err(error::LANGUAGE_NOT_SUPPORTED.into());
    }
    ctx.write(move |tx| {
        let current = tx.message_text(level.row(), message, &language)?;
        let template = message.name();
        let mut events = Vec::new();
        for (key, text) in TextKey::ALL.into_iter().zip(parts) {
            if text == current.get(key) {
                continue;
            }
            tx.save_message_text(level.row(), message, &language, key, &text)?;
            events.push(if text.is_empty() {
                level.removed(template, key.name(), language.clone())
            } else {
                level.set(template, key.name(), language.clone(), text)
            });
        }
        Ok(level.write(tx, events)?)
    })
    .await
}

/// Words nothing any more.
pub(super) async fn reset(
    ctx: &Ctx,
    level: Level,
    message: MessageType,
    language: &str,
    (invalid, not_found): (&'static Entry, &'static Entry),
) -> Result<ObjectDetails, Error> {
    let language = tag(language).ok_or(invalid)?;
    ctx.write(move |tx| {
        let current = tx.message_text(level.row(), message, &language)?;
        if current.is_empty() {
            return Err(not_found.into());
        }
        for key in TextKey::ALL {
            tx.save_message_text(level.row(), message, &language, key, "")?;
        }
        let event = level.template_removed(message.name(), language);
        Ok(level.write(tx, vec![event])?)
    })
    .await
}

fn shown(text: &MessageText, details: ObjectDetails, is_default: bool) -> MessageCustomText {
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
