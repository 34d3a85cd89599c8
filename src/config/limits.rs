//! `[limits]`: what is refused before an SMS with a code is sent, against pumping and toll fraud.
//!
//! The defaults refuse nothing to callers with `user.write`, as ZITADEL does not. Countries are those of
//! the parsed number, never of its calling code. Rules and sources: security-facts, "SMS pumping".

use std::{str::FromStr, time::Duration};

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use validator::Validate;

use super::duration;
use crate::domain::{NumberKind, Region};

/// The longest window that sends are remembered for.
const LONGEST_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// `[limits]`; a number that is 0 is no limit.
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct SendLimits {
    /// The only countries that codes are sent to (ISO 3166-1 alpha-2, "ZZ" is none); empty is all.
    pub allowed_countries: Vec<String>,
    /// Countries that no code is sent to.
    pub blocked_countries: Vec<String>,
    /// Kinds of numbers that no code is sent to.
    pub refused_types: Vec<String>,
    /// Whose sends the limits for one number and one user hold for.
    pub applies_to: AppliesTo,
    /// Sends to one number within an hour that nobody has to wait for.
    #[validate(range(max = 1000))]
    pub free_sends: u32,
    /// The times to wait between the sends after these; the last one stays.
    #[serde(deserialize_with = "duration::list")]
    pub cool_down: Vec<Duration>,
    /// Sends to one number within a rolling day.
    #[validate(range(max = 10_000))]
    pub sends_per_number_and_day: u32,
    /// Sends to one user within a rolling day, to whatever numbers.
    #[validate(range(max = 10_000))]
    pub sends_per_user_and_day: u32,
    /// Sends to the users of one organization within a rolling day, whoever causes them; so are the next.
    pub sends_per_organization_and_day: u32,
    /// Sends to numbers that begin alike within a rolling hour.
    pub sends_per_prefix_and_hour: u32,
    /// How many digits of the number, with its calling code, are its beginning.
    #[validate(range(min = 1, max = 15))]
    pub prefix_digits: u32,
    /// Sends to one country within a rolling day.
    pub sends_per_country_and_day: u32,
    /// Sends in all within a rolling day.
    pub sends_per_day: u32,
    /// The rolling window that the share of verified codes is taken over, for each country.
    #[serde(deserialize_with = "duration::positive")]
    pub conversion_window: Duration,
    /// The time that people get to send a code back before it counts as not verified.
    #[serde(deserialize_with = "duration::any")]
    pub conversion_grace: Duration,
    /// Codes in the window below which their share says nothing.
    #[validate(range(min = 1))]
    pub conversion_minimum_sends: u32,
    /// A share below this is told in the log.
    #[validate(range(min = 0.0, max = 1.0))]
    pub conversion_alarm: f64,
    /// A share below this stops the sends to the country.
    #[validate(range(min = 0.0, max = 1.0))]
    pub conversion_stop: f64,
    /// How long.
    #[serde(deserialize_with = "duration::positive")]
    pub conversion_stop_for: Duration,
}

/// Whose sends the limits for one number and one user hold for.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// Those of users to their own phone who have no `user.write`.
    #[default]
    SelfService,
    /// Everybody's.
    All,
    /// Nobody's.
    None,
}

impl Default for SendLimits {
    fn default() -> Self {
        Self {
            allowed_countries: Vec::new(),
            blocked_countries: Vec::new(),
            refused_types: Vec::new(),
            applies_to: AppliesTo::SelfService,
            free_sends: 3,
            cool_down: [30, 60, 120, 300].map(Duration::from_secs).to_vec(),
            sends_per_number_and_day: 20,
            sends_per_user_and_day: 40,
            sends_per_organization_and_day: 0,
            sends_per_prefix_and_hour: 0,
            prefix_digits: 7,
            sends_per_country_and_day: 0,
            sends_per_day: 0,
            conversion_window: Duration::from_secs(3600),
            conversion_grace: Duration::from_secs(300),
            conversion_minimum_sends: 50,
            conversion_alarm: 0.2,
            conversion_stop: 0.0,
            conversion_stop_for: Duration::from_secs(3600),
        }
    }
}

impl SendLimits {
    /// Checks what no single value shows.
    ///
    /// # Errors
    /// The first fault, with the name of its key.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        words::<Region>(&self.allowed_countries).context("limits.allowed_countries")?;
        words::<Region>(&self.blocked_countries).context("limits.blocked_countries")?;
        words::<NumberKind>(&self.refused_types).context("limits.refused_types")?;
        ensure!(
            self.cool_down.iter().all(|wait| *wait <= LONGEST_WINDOW),
            "limits.cool_down: at most \"1day\" each"
        );
        ensure!(
            self.conversion_window + self.conversion_grace <= LONGEST_WINDOW,
            "limits.conversion_window: at most \"1day\", together with conversion_grace"
        );
        Ok(())
    }
}

/// Countries, or kinds of numbers, as they are written in the file.
///
/// # Errors
/// The first that is none.
pub fn words<T: FromStr<Err = &'static str>>(written: &[String]) -> anyhow::Result<Vec<T>> {
    let read = |word: &String| {
        let read = word.parse();
        read.map_err(|reason| anyhow::anyhow!("{word:?} {reason}"))
    };
    written.iter().map(read).collect()
}
