//! The keys that sign JWTs: made at the first need, replaced after [`TERM`], shown as a key set.
//!
//! A new pair is in the key set for [`LEAD`] before it signs, longer than clients keep the set; an old
//! one stays there until the last token that it signed is over. Private parts are sealed at rest.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use tokio::sync::Mutex;

use super::issue::LIFETIME;
use crate::{
    api::Ctx,
    clock::Timestamp,
    error::Error,
    jose::{Jwk, KeyPair, PublicKey, Signer},
    store::{SigningKey, Stamp},
};

/// How long a pair signs.
const TERM: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a pair is shown before it signs; clients may keep the set for 5 minutes.
const LEAD: Duration = Duration::from_secs(3600);

/// How long a pair is shown after the last token that it signed is over, for clocks that differ.
const GRACE: Duration = Duration::from_secs(600);

/// The name under which the store keeps what happens here.
const EDITOR: &str = "SYSTEM";

/// The pair that signs, in memory while its turn lasts.
#[derive(Default)]
pub(super) struct SigningKeys {
    current: Mutex<Option<Turn>>,
}

struct Turn {
    signer: Arc<Signer>,
    ends: Timestamp,
}

/// The public keys (RFC 7517).
#[derive(Serialize)]
#[allow(missing_docs, reason = "the member is RFC 7517's")]
pub struct KeySet {
    pub keys: Vec<Jwk>,
}

/// The key set; it is never empty, so that nobody keeps an empty one.
///
/// # Errors
/// If the database cannot be read or written.
pub async fn key_set(ctx: &Ctx) -> Result<KeySet, Error> {
    ctx.services.oauth.signing.signer(ctx).await?;
    let keys = ctx.services.store.point(|tx| tx.signing_keys())?;
    let shown = keys.iter().enumerate().filter(|(newer, _)| {
        let successor = newer.checked_sub(1).and_then(|at| keys.get(at));
        successor.is_none_or(|next| !is_over(next, ctx.now))
    });
    let jwk = |key: &SigningKey| Some(PublicKey::from_der(&key.public_key)?.jwk(key.id.clone()));
    Ok(KeySet {
        keys: shown.filter_map(|(_, key)| jwk(key)).collect(),
    })
}

/// Whether everything that the predecessor of a pair has signed is over.
fn is_over(successor: &SigningKey, now: Timestamp) -> bool {
    successor.signs_from.plus(LIFETIME).plus(GRACE) < now
}

impl SigningKeys {
    /// The signer whose turn it is. Others wait while a pair is made.
    pub(super) async fn signer(&self, ctx: &Ctx) -> Result<Arc<Signer>, Error> {
        let mut current = self.current.lock().await;
        if let Some(turn) = current.as_ref().filter(|turn| ctx.now < turn.ends) {
            return Ok(turn.signer.clone());
        }
        let mut keys = ctx.services.store.point(|tx| tx.signing_keys())?;
        if keys
            .first()
            .is_none_or(|newest| needs_successor(newest, ctx.now))
        {
            keys = make(ctx).await?;
        }
        let turn = turn(ctx, &keys)?;
        let signer = turn.signer.clone();
        *current = Some(turn);
        Ok(signer)
    }
}

fn needs_successor(newest: &SigningKey, now: Timestamp) -> bool {
    newest.signs_from.plus(TERM).minus(LEAD) <= now
}

/// Whose turn it is, and until when.
fn turn(ctx: &Ctx, keys: &[SigningKey]) -> Result<Turn, Error> {
    let at = keys.iter().position(|key| key.signs_from <= ctx.now);
    let at = at.or(keys.len().checked_sub(1));
    let key = at.and_then(|at| keys.get(at));
    let key = key.ok_or_else(|| Error::internal("there is no signing key"))?;
    let next = at
        .and_then(|at| at.checked_sub(1))
        .and_then(|at| keys.get(at));
    let private = ctx.services.keys.open_setting(&key.id, &key.private_key);
    let pair = private.and_then(KeyPair::from_der);
    let pair = pair.ok_or_else(|| Error::internal("a signing key cannot be opened"))?;
    Ok(Turn {
        signer: Arc::new(Signer::new(key.id.clone(), &pair)),
        ends: next.map_or(key.signs_from.plus(TERM).minus(LEAD), |next| {
            next.signs_from
        }),
    })
}

/// Makes a pair, unless another process just has, and forgets those that nobody needs any more.
async fn make(ctx: &Ctx) -> Result<Vec<SigningKey>, Error> {
    let pair = ctx.services.key_maker.make().await?;
    let id = ctx.new_id();
    let mut new = SigningKey {
        private_key: ctx.services.keys.seal_setting(&id, pair.der()),
        public_key: pair.public().der().to_vec(),
        signs_from: ctx.now,
        id,
    };
    let stamp = Stamp {
        now: ctx.now,
        editor: EDITOR.to_owned(),
        actor: None,
    };
    let change = move |tx: &crate::store::WriteTx<'_>| {
        let keys = tx.signing_keys()?;
        match keys.first() {
            Some(newest) if !needs_successor(newest, tx.stamp.now) => return Ok(keys),
            // The first one signs at once, nobody waits for it.
            Some(_) => new.signs_from = tx.stamp.now.plus(LEAD),
            None => {}
        }
        tx.insert_signing_key(&new)?;
        for pair in keys
            .windows(2)
            .filter(|pair| is_over(&pair[0], tx.stamp.now))
        {
            tx.delete_signing_key(&pair[1].id)?;
        }
        tx.signing_keys().map_err(Into::into)
    };
    ctx.services.store.write(stamp, change).await
}
