//! The limits and the test numbers of the configuration, as operations need them.

use log::warn;

use crate::{
    api::{SendLimits, Senders, TestNumbers},
    config::{AppliesTo, Config, words},
    domain::{ConversionRule, PlainCode, Region},
};

/// What is refused before an SMS is sent.
///
/// # Errors
/// If a country or a type is none, which the check of the configuration has told before.
pub(super) fn send_limits(config: &Config) -> anyhow::Result<SendLimits> {
    let limits = &config.limits;
    Ok(SendLimits {
        allowed_countries: words(&limits.allowed_countries)?,
        blocked_countries: words(&limits.blocked_countries)?,
        refused_kinds: words(&limits.refused_types)?,
        applies_to: match limits.applies_to {
            AppliesTo::SelfService => Senders::SelfService,
            AppliesTo::All => Senders::All,
            AppliesTo::None => Senders::None,
        },
        free_sends: limits.free_sends,
        cool_down: limits.cool_down.clone(),
        per_number_and_day: limits.sends_per_number_and_day,
        per_user_and_day: limits.sends_per_user_and_day,
        per_organization_and_day: limits.sends_per_organization_and_day,
        per_prefix_and_hour: limits.sends_per_prefix_and_hour,
        prefix_digits: limits.prefix_digits as usize,
        per_country_and_day: limits.sends_per_country_and_day,
        per_day: limits.sends_per_day,
        conversion: conversion_rule(config),
    })
}

/// How the share of verified codes is watched.
pub(super) fn conversion_rule(config: &Config) -> ConversionRule {
    let limits = &config.limits;
    ConversionRule {
        window: limits.conversion_window,
        grace: limits.conversion_grace,
        minimum_sends: limits.conversion_minimum_sends,
        alarm: limits.conversion_alarm,
        stop: limits.conversion_stop,
        stop_for: limits.conversion_stop_for,
    }
}

/// The test numbers; says in the log that there are some.
///
/// # Errors
/// If one does not parse, which the check of the configuration has told before.
pub(super) fn test_numbers(config: &Config, region: Region) -> anyhow::Result<TestNumbers> {
    let mut numbers = TestNumbers::new();
    for test in &config.phone.test_numbers {
        let number = test.normalized(region)?;
        warn!(
            "test number {}: its code is fixed, and nothing is sent to it",
            number.masked()
        );
        numbers.insert(number, PlainCode::from_text(test.code.clone()));
    }
    Ok(numbers)
}
