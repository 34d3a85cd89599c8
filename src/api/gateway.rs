//! What SMS go through, asked from an operation: a few at one time, on blocking threads.

use std::sync::Arc;

use super::turns::Turns;
use crate::{domain::SmsGateway, error::Error};

/// Questions at one time; each holds a thread until it is answered.
const AT_ONCE: usize = 8;

/// Asks the running providers.
pub struct GatewayCalls {
    gateway: Arc<dyn SmsGateway>,
    turns: Turns,
}

impl GatewayCalls {
    /// Asks those.
    pub fn new(gateway: Arc<dyn SmsGateway>) -> Self {
        Self {
            gateway,
            turns: Turns::new(AT_ONCE),
        }
    }

    /// Asks something that may take seconds. Who does not wait for the answer does not stop it.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SmsGateway) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let gateway = self.gateway.clone();
        self.turns.take(move || question(gateway.as_ref())).await
    }

    /// Makes a change of the providers, and waits until it has arrived.
    ///
    /// # Errors
    /// What the change ends with. That it has not arrived is in the log.
    pub(super) async fn after<T>(
        &self,
        change: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let answer = change.await?;
        self.ask(|gateway| gateway.settle()).await?;
        Ok(answer)
    }
}
