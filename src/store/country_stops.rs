//! The table `country_stops`: countries that no code is sent to for a while.

use rusqlite::params;

use super::transaction::{ReadTx, WriteTx};
use crate::{clock::Timestamp, domain::Region, error::Error};

/// A stop.
#[derive(Clone, Debug)]
pub struct CountryStop {
    /// Which country; `ZZ` for numbers of none.
    pub country: Region,
    /// When it ends.
    pub until: Timestamp,
    /// When it began.
    pub began: Timestamp,
    /// The id of the user who made it; `None` for the server.
    pub stopped_by: Option<String>,
}

impl ReadTx<'_> {
    /// When the stop of a country ends or ended, if there is one.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn country_stop(&self, country: Region) -> Result<Option<Timestamp>, Error> {
        self.row(
            "SELECT until FROM country_stops WHERE country = ?1",
            [country.to_string()],
            |row| row.get(0).map(Timestamp::from_micros),
        )
    }

    /// All stops that end after now.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn country_stops(&self, now: Timestamp) -> Result<Vec<CountryStop>, Error> {
        self.rows(
            "SELECT country, until, began, stopped_by FROM country_stops WHERE until > ?1 ORDER BY country",
            [now.micros()],
            |row| {
                let country: String = row.get(0)?;
                Ok(CountryStop {
                    country: country.parse().unwrap_or(Region::NOWHERE),
                    until: Timestamp::from_micros(row.get(1)?),
                    began: Timestamp::from_micros(row.get(2)?),
                    stopped_by: row.get(3)?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Stops the sends to a country, in place of the stop before.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn stop_country(
        &self,
        country: Region,
        until: Timestamp,
        stopped_by: Option<&str>,
    ) -> Result<(), Error> {
        self.execute(
            "INSERT OR REPLACE INTO country_stops (country, until, began, stopped_by) VALUES (?1, ?2, ?3, ?4)",
            params![
                country.to_string(),
                until.micros(),
                self.stamp.now.micros(),
                stopped_by
            ],
        )?;
        Ok(())
    }

    /// Ends a stop, or forgets one that is over; the share of verified codes is then counted anew, or the
    /// codes of the time before would stop the country again at once.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn lift_country_stop(&self, country: Region) -> Result<(), Error> {
        let country = country.to_string();
        self.execute("DELETE FROM country_stops WHERE country = ?1", [&country])?;
        self.forget_conversion(&country)
    }
}
