//! What SMS go through, asked from an operation: a few at one time, on blocking threads.
//!
//! There are three queues, so that what takes long holds up only its like: a look at what is there, work
//! that loads plugins or waits for a change to arrive, and texts that are sent, which wait for a gateway.

use std::sync::Arc;

use super::turns::Turns;
use crate::{
    domain::{PluginFault, SmsGateway},
    error::{self, Error},
};

/// Questions of each kind at one time; each holds a thread until it is answered.
const AT_ONCE: usize = 8;

/// Asks the running providers.
pub struct GatewayCalls {
    gateway: Arc<dyn SmsGateway>,
    looks: Turns,
    works: Turns,
    sends: Turns,
}

impl GatewayCalls {
    /// Asks those.
    pub fn new(gateway: Arc<dyn SmsGateway>) -> Self {
        Self {
            gateway,
            looks: Turns::new(AT_ONCE),
            works: Turns::new(AT_ONCE),
            sends: Turns::new(AT_ONCE),
        }
    }

    /// Asks what is there now, which takes a moment.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SmsGateway) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let gateway = self.gateway.clone();
        self.looks.take(move || question(gateway.as_ref())).await
    }

    /// Asks something that loads plugins or waits for them: it may take seconds. Who does not wait for
    /// the answer does not stop it.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SmsGateway) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let gateway = self.gateway.clone();
        self.works.take(move || question(gateway.as_ref())).await
    }

    /// Sends something, which takes as long as a gateway does.
    ///
    /// # Errors
    /// If the server is stopping.
    pub(super) async fn send<T: Send + 'static>(
        &self,
        sending: impl FnOnce(&dyn SmsGateway) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let gateway = self.gateway.clone();
        self.sends.take(move || sending(gateway.as_ref())).await
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
        self.work(|gateway| gateway.settle()).await?;
        Ok(answer)
    }

    /// Checks that a plugin may run and can be loaded, for a provider that is to be used.
    ///
    /// # Errors
    /// PRECOND PROV-P1ugn with the reason and what to do.
    pub(super) async fn check_usable(
        &self,
        plugin: String,
        sha256: Option<String>,
    ) -> Result<(), Error> {
        let usable = self.work(move |gateway| gateway.usable(&plugin, sha256.as_deref()));
        usable.await?.map_err(refusal)
    }
}

/// The refusal of a plugin, or of settings for it.
pub(super) fn refusal(fault: PluginFault) -> Error {
    match fault {
        PluginFault::Unusable(reason) => {
            Error::from(error::PROVIDER_PLUGIN_UNUSABLE).saying(&reason)
        }
        PluginFault::Settings(reason) => {
            Error::from(error::PROVIDER_SETTINGS_INVALID).saying(&reason)
        }
    }
}
