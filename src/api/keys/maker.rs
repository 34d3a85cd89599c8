//! Pairs of RSA keys, made on blocking threads, a few at a time.

use crate::{api::turns::Turns, error::Error, jose::KeyPair};

/// Pairs made at one time; each takes a core for up to a second.
const AT_ONCE: usize = 2;

/// Makes pairs of keys; who comes when it is busy waits for a turn.
pub struct KeyMaker {
    turns: Turns,
}

impl Default for KeyMaker {
    fn default() -> Self {
        Self {
            turns: Turns::new(AT_ONCE),
        }
    }
}

impl KeyMaker {
    /// A new pair.
    pub(in crate::api) async fn make(&self) -> Result<KeyPair, Error> {
        let pair = self.turns.take(KeyPair::generate).await?;
        pair.ok_or_else(|| Error::internal("no pair of keys can be made"))
    }
}
