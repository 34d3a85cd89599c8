//! The routes that hold at this moment; a reload of the configuration replaces them all.

use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::Route;

/// The operator's rules in their order.
pub struct Routes(RwLock<Arc<[Route]>>);

impl Routes {
    /// Rules to begin with.
    pub fn new(routes: Vec<Route>) -> Self {
        Self(RwLock::new(routes.into()))
    }

    /// Replaces them; messages that look for their providers from now on see the new ones.
    pub fn set(&self, routes: Vec<Route>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = routes.into();
    }

    /// The rules now.
    pub fn get(&self) -> Arc<[Route]> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
