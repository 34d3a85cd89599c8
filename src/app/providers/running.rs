//! The running providers, for those who keep and ask about them.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Sender, bounded};
use log::warn;

use super::Order;
use crate::{
    domain::SmsGateway,
    plugin::{Registry, State},
};

/// How long a change may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);
/// How long a plugin that is being loaded is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(10);

/// The running providers.
pub(in crate::app) struct RunningProviders {
    pub registry: Arc<Registry>,
    pub orders: Sender<Order>,
}

impl SmsGateway for RunningProviders {
    fn settle(&self) {
        let (done, is_done) = bounded(1);
        let _ = self.orders.send(Order::Tell(done));
        if is_done.recv_timeout(ARRIVAL).is_err() {
            warn!("a change of the providers takes long to arrive");
        }
        let begun = Instant::now();
        let is_loading = || {
            let providers = self.registry.providers();
            let mut providers = providers.iter();
            providers.any(|provider| provider.state() == State::Loading)
        };
        while is_loading() && begun.elapsed() < PATIENCE {
            thread::sleep(GLANCE);
        }
    }
}
