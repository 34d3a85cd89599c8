//! `ListSecretGenerators`, `GetSecretGenerator` and `UpdateSecretGenerator` (contract/providers.md §3).

use std::time::Duration;

use super::{
    Ctx, details,
    lists::{details_v1, page_v1},
    table::{ADMIN, Table},
};
use crate::{
    contract::pb::zitadel::{
        admin::v1::{
            GetSecretGeneratorRequest, GetSecretGeneratorResponse, ListSecretGeneratorsRequest,
            ListSecretGeneratorsResponse, UpdateSecretGeneratorRequest,
            UpdateSecretGeneratorResponse,
        },
        settings::v1::{self as wire, secret_generator_query::Query},
        v1::ObjectDetails,
    },
    domain::{CodePolicy, Event, GeneratorType, List, SecretGenerator},
    error::Error,
    store::StoredGenerator,
};

/// The longest code that can be sent back, and the longest secret.
const LONGEST_CODE: u32 = 20;
const LONGEST_SECRET: u32 = 200;
/// The shortest of both.
const SHORTEST: u32 = 4;
/// What a client secret is worth at least, in bits.
const SECRET_BITS: f64 = 128.0;

/// The rows of these operations.
pub(super) fn register(table: Table<'_>) -> anyhow::Result<Table<'_>> {
    table
        .on(ADMIN, "ListSecretGenerators", list)?
        .on(ADMIN, "GetSecretGenerator", get)?
        .on(ADMIN, "UpdateSecretGenerator", update)
}

/// Shows how one kind of code is made.
async fn get(
    ctx: &Ctx,
    request: GetSecretGeneratorRequest,
) -> Result<GetSecretGeneratorResponse, Error> {
    let kind = kind(request.generator_type)?;
    let stored = ctx.services.store.point(|tx| tx.secret_generators())?;
    Ok(GetSecretGeneratorResponse {
        secret_generator: Some(shown(ctx, kind, &stored)),
    })
}

/// Shows how all kinds of codes, or those asked for, are made.
async fn list(
    ctx: &Ctx,
    request: ListSecretGeneratorsRequest,
) -> Result<ListSecretGeneratorsResponse, Error> {
    let page = page_v1(request.query);
    let (stored, as_of) = ctx
        .services
        .store
        .point(|tx| Ok((tx.secret_generators()?, tx.as_of()?)))?;
    let is_wanted = |kind: GeneratorType| {
        request.queries.iter().all(|query| match &query.query {
            Some(Query::TypeQuery(by)) => by.generator_type == kind as i32,
            None => true,
        })
    };
    let wanted = GeneratorType::ALL
        .into_iter()
        .filter(|kind| is_wanted(*kind));
    let whole = wanted.map(|kind| shown(ctx, kind, &stored)).collect();
    let list = List::cut(whole, page, as_of);
    Ok(ListSecretGeneratorsResponse {
        details: Some(details_v1(&list)),
        result: list.items,
    })
}

/// Makes a kind of code otherwise from now on.
async fn update(
    ctx: &Ctx,
    request: UpdateSecretGeneratorRequest,
) -> Result<UpdateSecretGeneratorResponse, Error> {
    let kind = kind(request.generator_type)?;
    let generator = SecretGenerator {
        length: request.length,
        expiry: expiry(request.expiry)?,
        lower_letters: request.include_lower_letters,
        upper_letters: request.include_upper_letters,
        digits: request.include_digits,
        symbols: request.include_symbols,
    };
    check(kind, generator)?;
    let details = ctx
        .write(move |tx| {
            let stored = tx.secret_generators()?;
            let before = stored.iter().find(|stored| stored.kind == kind);
            let mut instance = tx.instance()?;
            if before.is_some_and(|before| before.generator == generator) {
                return Ok(details::full(&instance.aggregate));
            }
            instance
                .aggregate
                .push(event(kind, generator, before.is_some()));
            tx.save_instance(&mut instance)?;
            tx.save_secret_generator(kind, &generator, instance.aggregate.sequence)?;
            Ok(details::full(&instance.aggregate))
        })
        .await?;
    let services = &ctx.services;
    // What is stored stays in force: an answer that says otherwise would be wrong.
    if let Err(error) = services.codes.policies.follow(&services.store, kind) {
        log::error!("a secret generator is in force after the next change or start only: {error}");
    }
    Ok(UpdateSecretGeneratorResponse {
        details: Some(details),
    })
}

/// The declared limits let no other number through.
fn kind(number: i32) -> Result<GeneratorType, Error> {
    GeneratorType::from_number(number.into())
        .ok_or_else(|| Error::invalid("there is no such type of generators"))
}

/// Zero, or nothing, is for ever.
fn expiry(wire: Option<prost_types::Duration>) -> Result<Option<Duration>, Error> {
    let Some(wire) = wire else {
        return Ok(None);
    };
    let life = Duration::try_from(wire).ok();
    // A hundred years and more say nothing that "for ever" does not.
    let life = life.filter(|life| life.as_secs() <= 100 * 366 * 24 * 3600);
    let life = life.ok_or_else(|| {
        Error::invalid(
            "invalid UpdateSecretGeneratorRequest.Expiry: value must be between 0s and 100 years",
        )
    })?;
    Ok((!life.is_zero()).then_some(life))
}

fn check(kind: GeneratorType, generator: SecretGenerator) -> Result<(), Error> {
    let longest = match kind {
        GeneratorType::AppSecret => LONGEST_SECRET,
        _ => LONGEST_CODE,
    };
    if !(SHORTEST..=longest).contains(&generator.length) {
        return Err(Error::invalid(format!(
            "invalid UpdateSecretGeneratorRequest.Length: value must be between {SHORTEST} and {longest}, inclusive"
        )));
    }
    if !CodePolicy::new(generator).has_alphabet() {
        return Err(Error::invalid(
            "invalid UpdateSecretGeneratorRequest: include at least one group of characters",
        ));
    }
    // A secret is never counted down as a code is: only its size keeps it from being guessed.
    if kind == GeneratorType::AppSecret && CodePolicy::new(generator).entropy_bits() < SECRET_BITS {
        return Err(Error::invalid(
            "invalid UpdateSecretGeneratorRequest: client secrets need at least 128 bits, such as 22 letters and digits",
        ));
    }
    Ok(())
}

fn event(kind: GeneratorType, generator: SecretGenerator, is_change: bool) -> Event {
    let SecretGenerator {
        length,
        expiry,
        lower_letters: include_lower_letters,
        upper_letters: include_upper_letters,
        digits: include_digits,
        symbols: include_symbols,
    } = generator;
    let generator_type = kind as i32;
    if is_change {
        Event::SecretGeneratorChanged {
            generator_type,
            length,
            expiry,
            include_lower_letters,
            include_upper_letters,
            include_digits,
            include_symbols,
        }
    } else {
        Event::SecretGeneratorAdded {
            generator_type,
            length,
            expiry,
            include_lower_letters,
            include_upper_letters,
            include_digits,
            include_symbols,
        }
    }
}

/// One that was never changed has no history, so its details are empty.
fn shown(ctx: &Ctx, kind: GeneratorType, stored: &[StoredGenerator]) -> wire::SecretGenerator {
    let generator = ctx.services.codes.policies.get(kind).generator();
    let stored = stored.iter().find(|stored| stored.kind == kind);
    let details = stored.map(|stored| ObjectDetails {
        sequence: u64::try_from(stored.sequence).unwrap_or(0),
        creation_date: Some(details::wire_time(stored.created_at)),
        change_date: Some(details::wire_time(stored.changed_at)),
        resource_owner: String::new(),
    });
    wire::SecretGenerator {
        generator_type: kind as i32,
        details: Some(details.unwrap_or_default()),
        length: generator.length,
        expiry: generator
            .expiry
            .and_then(|life| prost_types::Duration::try_from(life).ok()),
        include_lower_letters: generator.lower_letters,
        include_upper_letters: generator.upper_letters,
        include_digits: generator.digits,
        include_symbols: generator.symbols,
    }
}
