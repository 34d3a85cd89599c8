//! Pairs of RSA keys, made on blocking threads, a few at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{error::Error, jose::KeyPair};

/// Pairs made at one time; each takes a core for up to a second.
const AT_ONCE: usize = 2;

/// Makes pairs of keys; who comes when it is busy waits for a turn.
pub struct KeyMaker {
    turns: Arc<Semaphore>,
}

impl Default for KeyMaker {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl KeyMaker {
    /// A new pair.
    pub(in crate::api) async fn make(&self) -> Result<KeyPair, Error> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        let making = tokio::task::spawn_blocking(move || {
            // The turn ends with the pair, also when the caller has gone away by then.
            let _turn = turn;
            KeyPair::generate()
        });
        let pair = making.await.map_err(Error::internal)?;
        pair.ok_or_else(|| Error::internal("no pair of keys can be made"))
    }
}
