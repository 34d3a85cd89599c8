//! What ways to send e-mail, ways to send SMS (contract/providers.md §1, §2) and providers of plugins
//! have in common.
//!
//! All are objects of the instance that are active or not, and their requests have the same fields
//! under the same numbers. The operations here are written once for a [`Family`], with the messages of
//! e-mail; `email_providers`, `sms_providers` and `providers` register them.

pub mod http;
pub mod state;

use super::{Ctx, details};
use crate::{
    contract::pb::zitadel::v1::ObjectDetails,
    domain::{Aggregate, Event, List, Page},
    error::{Entry, Error},
    secrets::Keys,
    store::{Provider, ReadTx, WriteTx},
};

/// Ways to send one kind of message; the type says what such a way is.
pub trait Family: Clone + Send + 'static {
    /// What its operations refuse.
    const REFUSALS: Refusals;

    /// The provider with an id.
    fn find(tx: &ReadTx<'_>, id: &str) -> Result<Option<Provider<Self>>, Error>;
    /// All providers, in the order in which they were added.
    fn all(tx: &ReadTx<'_>) -> Result<Vec<Provider<Self>>, Error>;
    /// Keeps a provider.
    fn save(tx: &WriteTx<'_>, provider: &Provider<Self>) -> Result<(), Error>;
    /// Forgets a provider.
    fn delete(tx: &WriteTx<'_>, id: &str) -> Result<(), Error>;

    /// A provider became active.
    fn activated(id: String) -> Event;
    /// A provider became inactive.
    fn deactivated(id: String) -> Event;
    /// A provider was removed.
    fn removed(id: String) -> Event;
    /// The details that adding and removing one answer.
    fn details(object: &Aggregate) -> ObjectDetails;
}

/// A family in which there are HTTP endpoints.
pub trait HttpFamily: Family {
    /// There is no such endpoint to change.
    const NOT_FOUND: &'static Entry;
    /// The end of a signing key is neither now nor absent.
    const KEY_END: &'static str;
    /// The endpoint has the mask of a login, and is not the one that is shown.
    const MASKED: &'static str;

    /// An HTTP endpoint.
    fn http(endpoint: String) -> Self;
    /// The URL without its secrets, if it is an HTTP endpoint.
    fn endpoint(&self) -> Option<&str>;
    /// An HTTP endpoint was added.
    fn http_added(id: String, description: String, endpoint: String) -> Event;
    /// An HTTP endpoint changed.
    fn http_changed(id: String, description: Option<String>, endpoint: Option<String>) -> Event;
}

/// What the operations of a family refuse.
pub struct Refusals {
    /// There is no such provider to show.
    pub get: &'static Entry,
    /// There is no such provider to activate.
    pub activate: &'static Entry,
    /// It is active already.
    pub active: &'static Entry,
    /// There is no such provider to deactivate.
    pub deactivate: &'static Entry,
    /// It is inactive already.
    pub inactive: &'static Entry,
    /// There is no such provider to remove.
    pub remove: &'static Entry,
}

/// A provider with its details.
pub(super) type Found<Kind> = (Provider<Kind>, ObjectDetails);

/// A new provider, inactive at first.
pub(super) fn new<Kind>(
    ctx: &Ctx,
    id: &str,
    description: String,
    kind: Kind,
    secret: &str,
) -> Provider<Kind> {
    Provider {
        id: id.to_owned(),
        description,
        is_active: false,
        kind,
        sealed_secret: seal(ctx, id, secret),
        sequence: 0,
        created_at: ctx.now,
        changed_at: ctx.now,
    }
}

/// Seals the secret of the provider with an id.
pub(super) fn seal(ctx: &Ctx, id: &str, secret: &str) -> Vec<u8> {
    ctx.services.keys.seal_setting(id, secret.as_bytes())
}

/// The secret of a provider; empty if it was sealed with another instance key.
pub(super) fn opened<Kind>(ctx: &Ctx, provider: &Provider<Kind>) -> String {
    open(&ctx.services.keys, provider).unwrap_or_default()
}

/// The secret of a provider; none if it was sealed with another instance key.
pub(super) fn open<Kind>(keys: &Keys, provider: &Provider<Kind>) -> Option<String> {
    let secret = keys.open_setting(&provider.id, &provider.sealed_secret)?;
    String::from_utf8(secret).ok()
}

/// Keeps a provider with the event that tells of it.
pub(super) fn save<Kind: Family>(
    tx: &WriteTx<'_>,
    provider: &mut Provider<Kind>,
    event: Event,
) -> Result<Aggregate, Error> {
    let instance = tx.append_to_instance(event)?;
    if provider.sequence == 0 {
        // New: as old as its first event, which is not before that of the change in front of it.
        provider.created_at = instance.changed_at;
    }
    provider.sequence = instance.sequence;
    provider.changed_at = instance.changed_at;
    Kind::save(tx, provider)?;
    Ok(seen_as_object(provider, instance))
}

/// The details of a provider that a change leaves as it is.
pub(super) fn unchanged<Kind>(
    tx: &ReadTx<'_>,
    provider: &Provider<Kind>,
) -> Result<ObjectDetails, Error> {
    let instance = tx.instance()?.aggregate;
    Ok(details::full(&seen_as_object(provider, instance)))
}

/// A provider as an object with a history of its own, for the details: its events are the instance's.
fn seen_as_object<Kind>(provider: &Provider<Kind>, instance: Aggregate) -> Aggregate {
    Aggregate {
        sequence: provider.sequence,
        created_at: provider.created_at,
        changed_at: provider.changed_at,
        ..instance
    }
}

/// What differs.
pub(super) fn differing(old: &str, new: &str) -> Option<String> {
    (old != new).then(|| new.to_owned())
}

/// The one provider that is looked for.
pub(super) fn one<Kind: Family>(
    ctx: &Ctx,
    find: impl FnOnce(&ReadTx<'_>) -> Result<Option<Provider<Kind>>, Error>,
) -> Result<Found<Kind>, Error> {
    ctx.services.store.point(|tx| {
        let provider = find(tx)?.ok_or(Kind::REFUSALS.get)?;
        Ok(with_details(provider, tx.instance()?.aggregate))
    })
}

/// A page of the providers in the order in which they were added. There are a few at most.
pub(super) async fn list<Kind: Family>(
    ctx: &Ctx,
    page: Page,
    is_wanted: fn(&Provider<Kind>) -> bool,
) -> Result<List<Found<Kind>>, Error> {
    let read = move |tx: &ReadTx<'_>| {
        let mut found = all(tx)?;
        found.retain(|(provider, _)| is_wanted(provider));
        Ok(List::cut(found, page, tx.as_of()?))
    };
    ctx.services.store.read(read).await
}

/// All providers with their details, in the order in which they were added.
pub(super) fn all<Kind: Family>(tx: &ReadTx<'_>) -> Result<Vec<Found<Kind>>, Error> {
    let instance = tx.instance()?.aggregate;
    let providers = Kind::all(tx)?.into_iter();
    Ok(providers
        .map(|provider| with_details(provider, instance.clone()))
        .collect())
}

fn with_details<Kind>(provider: Provider<Kind>, instance: Aggregate) -> Found<Kind> {
    let details = details::full(&seen_as_object(&provider, instance));
    (provider, details)
}
