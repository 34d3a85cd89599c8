//! The routes that hold at this moment; a reload of the configuration replaces them all.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::domain::Route;

/// The operator's rules in their order.
pub struct Routes {
    routes: RwLock<Arc<[Route]>>,
    on_change: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Routes {
    /// Rules to begin with.
    pub fn new(routes: Vec<Route>) -> Self {
        Self {
            routes: RwLock::new(routes.into()),
            on_change: OnceLock::new(),
        }
    }

    /// Replaces them; messages that look for their providers from now on see the new ones.
    pub fn set(&self, routes: Vec<Route>) {
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = routes.into();
        if let Some(tell) = self.on_change.get() {
            tell();
        }
    }

    /// Sets who is told of changes.
    pub(super) fn on_change(&self, tell: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_change.set(Box::new(tell));
    }

    /// The rules now.
    pub fn get(&self) -> Arc<[Route]> {
        self.routes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
