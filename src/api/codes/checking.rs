//! Questions to the providers that made codes: a few at one time, on blocking threads.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{
    domain::{CodeChecker, CodeQuestion, CodeVerdict},
    error::Error,
};

/// Questions at one time; each holds a thread until the provider answers.
const AT_ONCE: usize = 32;

/// Asks providers.
pub struct CodeChecking {
    checker: Arc<dyn CodeChecker>,
    turns: Arc<Semaphore>,
}

impl CodeChecking {
    /// Asks through that.
    pub fn new(checker: Arc<dyn CodeChecker>) -> Self {
        Self {
            checker,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// What a code is worth; `None` if the provider cannot say.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(super) async fn ask(&self, question: CodeQuestion) -> Result<Option<CodeVerdict>, Error> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        let checker = self.checker.clone();
        let asking = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            checker.check(question)
        });
        asking.await.map_err(Error::internal)
    }
}
