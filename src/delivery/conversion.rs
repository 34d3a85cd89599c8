//! Tells the operator when hardly any codes of a country are verified: a sign of pumping.
//!
//! Looked at with each sweep, off the hot path; each country is told once per window. The stop that may
//! follow is made where codes are sent (`api::codes`), so that it holds from the next send on.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use log::warn;

use crate::{clock::Timestamp, domain::ConversionRule, error::Error, store::Store};

/// The watch.
pub(super) struct ConversionWatch {
    rule: ConversionRule,
    /// When each country was told last.
    told: Mutex<HashMap<String, Timestamp>>,
}

impl ConversionWatch {
    pub(super) fn new(rule: ConversionRule) -> Self {
        Self {
            rule,
            told: Mutex::default(),
        }
    }

    /// Looks at all countries.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub(super) fn look(&self, store: &Store, now: Timestamp) -> Result<(), Error> {
        let rule = &self.rule;
        if rule.alarm <= 0.0 {
            return Ok(());
        }
        let counted = rule.counted(now);
        let conversions = store.read_blocking(|tx| tx.conversions(counted))?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now.since(*at) < rule.window);
        for low in conversions {
            let country = low.country.to_string();
            if rule.is_below(&low, rule.alarm) && !told.contains_key(&country) {
                warn!(
                    "only {} of the {} codes sent to numbers of {country} within {} were verified: somebody may be \
                     pumping; `belfry.v1.LimitService/StopCountry` stops these sends",
                    low.verified,
                    low.sent,
                    humantime::format_duration(rule.window),
                );
                told.insert(country, now);
            }
        }
        Ok(())
    }
}
