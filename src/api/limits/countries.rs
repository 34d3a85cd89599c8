//! `ListCountries`, `StopCountry` and `LiftStop`.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    api::{Ctx, details::wire_time},
    contract::pb::belfry::v1 as pb,
    domain::{Conversion, Region},
    error::{self, Error},
    store::CountryStop,
};

/// The longest stop: a longer one says nothing more.
const LONGEST_STOP: Duration = Duration::from_secs(10 * 366 * 24 * 3600);

/// Lists the countries that codes were sent to lately, and those that are stopped.
pub(in crate::api) async fn list(
    ctx: &Ctx,
    _request: pb::ListCountriesRequest,
) -> Result<pb::ListCountriesResponse, Error> {
    let (from, before) = ctx.services.sending.conversion.counted(ctx.now);
    // Codes may have been made a little after the call began.
    let (now, soon) = (ctx.now, ctx.now.plus(Duration::from_secs(60)));
    let read = ctx.services.store.read(move |tx| {
        Ok((
            tx.conversions((from, before))?,
            tx.conversions((before, soon))?,
            tx.country_stops(now)?,
        ))
    });
    let (counted, young, stops) = read.await?;
    let mut countries = BTreeMap::new();
    for conversion in counted {
        row(&mut countries, conversion.country).count(&conversion);
    }
    for conversion in young {
        row(&mut countries, conversion.country).too_young = conversion.sent;
    }
    for stop in stops {
        let country = stop.country;
        row(&mut countries, country).stop = Some(shown(stop));
    }
    Ok(pb::ListCountriesResponse {
        countries: countries.into_values().collect(),
    })
}

/// Stops the sends to a country.
pub(in crate::api) async fn stop(
    ctx: &Ctx,
    request: pb::StopCountryRequest,
) -> Result<pb::StopCountryResponse, Error> {
    let country = country(&request.country)?;
    let lasting = match request.lasting {
        Some(wire) => lasting(wire)?,
        None => ctx.services.sending.conversion.stop_for,
    };
    let stop = CountryStop {
        country,
        until: ctx.now.plus(lasting),
        began: ctx.now,
        stopped_by: Some(ctx.principal()?.user_id.clone()),
    };
    let kept = stop.clone();
    ctx.write(move |tx| Ok(tx.stop_country(country, kept.until, kept.stopped_by.as_deref())?))
        .await?;
    log::info!(
        "no more codes are sent to numbers of {country} for {}: an operator stopped them",
        humantime::format_duration(lasting)
    );
    Ok(pb::StopCountryResponse {
        stop: Some(shown(stop)),
    })
}

/// Ends a stop.
pub(in crate::api) async fn lift(
    ctx: &Ctx,
    request: pb::LiftStopRequest,
) -> Result<pb::LiftStopResponse, Error> {
    let country = country(&request.country)?;
    ctx.write(move |tx| {
        let until = tx.country_stop(country)?;
        until
            .filter(|until| *until > tx.stamp.now)
            .ok_or(error::LIMIT_NOT_STOPPED)?;
        Ok(tx.lift_country_stop(country)?)
    })
    .await?;
    log::info!("codes are sent to numbers of {country} again: an operator lifted the stop");
    Ok(pb::LiftStopResponse {})
}

fn country(letters: &str) -> Result<Region, Error> {
    letters
        .parse()
        .map_err(|_| error::LIMIT_COUNTRY_UNKNOWN.into())
}

fn lasting(wire: prost_types::Duration) -> Result<Duration, Error> {
    let lasting = Duration::try_from(wire).ok();
    let lasting = lasting.filter(|lasting| !lasting.is_zero() && *lasting <= LONGEST_STOP);
    lasting.ok_or_else(|| {
        Error::invalid(
            "invalid StopCountryRequest.Lasting: value must be longer than 0s and 10 years at most",
        )
    })
}

fn row(
    countries: &mut BTreeMap<String, pb::CountryLimit>,
    country: Region,
) -> &mut pb::CountryLimit {
    let name = country.to_string();
    countries
        .entry(name.clone())
        .or_insert_with(|| pb::CountryLimit {
            country: name,
            ..pb::CountryLimit::default()
        })
}

impl pb::CountryLimit {
    fn count(&mut self, conversion: &Conversion) {
        self.sent = conversion.sent;
        self.verified = conversion.verified;
        self.rate = Some(conversion.rate());
    }
}

fn shown(stop: CountryStop) -> pb::CountryStop {
    pb::CountryStop {
        began: Some(wire_time(stop.began)),
        until: Some(wire_time(stop.until)),
        stopped_by: stop.stopped_by.unwrap_or_default(),
    }
}
