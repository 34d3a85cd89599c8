//! Durations in configuration: text such as "10s", "1h 30m" or "30days".

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

/// Any duration, zero included.
pub(super) fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|_| {
        D::Error::custom(format!(
            "{text:?} is no duration such as \"10s\", \"1h 30m\" or \"30days\""
        ))
    })
}

/// Any number of durations.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
    #[derive(Deserialize)]
    struct Item(#[serde(deserialize_with = "any")] Duration);
    let items = Vec::<Item>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Item(duration)| duration).collect())
}

/// A duration longer than zero.
pub(super) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let duration = any(deserializer)?;
    if duration.is_zero() {
        Err(D::Error::custom("must be longer than zero"))
    } else {
        Ok(duration)
    }
}
