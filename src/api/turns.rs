//! Work that blocks, for operations that must not: a few pieces at one time, on threads of their own.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::Error;

/// How many pieces of one kind of work may be done at one time; who comes when all are, waits.
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    /// So many at one time.
    pub(super) fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Does a piece of work. Its turn ends with it, also when the caller has gone away by then.
    ///
    /// # Errors
    /// If the server is stopping, or the work panicked.
    pub(super) async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = self.0.clone().acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(Error::internal)
    }
}
