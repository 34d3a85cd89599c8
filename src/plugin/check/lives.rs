//! Instances: the first one, those with odd settings, and a hundred in a row.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::bench::{Bench, Fault, Finding, failed};
use crate::plugin::schema;

/// How long `create` may take, as with a server.
pub(super) const CREATION: Duration = Duration::from_secs(10);
/// Instances in a round.
const ROUND: u32 = 100;
/// Rounds that are measured, after one that is not.
const ROUNDS: usize = 6;
/// How often the rounds are measured: an allocator that still finds its size on a busy machine settles,
/// a leak does not.
const MOST_MEASURED: usize = 4;
/// How long all rounds may take; then fewer instances must do.
const PATIENCE: Duration = Duration::from_secs(15);

/// An instance is made without the gateway.
pub(super) fn create(bench: &Bench<'_>) -> Finding {
    let tried = bench.create()?;
    let took = tried.created_in;
    let asked = tried.host.seen(|seen| seen.asked.len());
    if asked > 0 {
        return Err(failed(
            format!("create makes {asked} HTTP requests"),
            "connect in send, not in create: a gateway that is down is no reason to fail at the start",
        ));
    }
    Ok(format!("in {took:.1?}"))
}

/// Whatever the schema lets through is taken, or refused with a reason.
pub(super) fn odd_settings(bench: &Bench<'_>) -> Finding {
    let properties = bench.manifest.config_schema["properties"].as_object();
    let (mut taken, mut refused) = (0, 0);
    for (key, schema) in properties.into_iter().flatten() {
        for value in odd_values(schema) {
            let mut config = bench.setup.config.clone();
            config[key] = value;
            let schema = &bench.manifest.config_schema;
            if schema::complete(schema, &mut config, &bench.setup.base).is_err() {
                continue;
            }
            match bench.create_with(&config) {
                Ok(_) => taken += 1,
                Err(Fault::Failed(reason, _)) if reason.contains("INTERNAL") => {
                    return Err(failed(
                        format!("with an odd `{key}` {reason}"),
                        "refuse a setting with MISCONFIGURED and a detail, or forbid it in the schema",
                    ));
                }
                Err(Fault::Failed(reason, _)) if reason.ends_with("MISCONFIGURED") => {
                    return Err(failed(
                        format!("refuses an odd `{key}` without saying why"),
                        "say it in `detail`, without the value",
                    ));
                }
                Err(_) => refused += 1,
            }
        }
    }
    Ok(match taken + refused {
        0 => "the schema lets none through".into(),
        _ => format!("{taken} taken, {refused} refused with a reason"),
    })
}

fn odd_values(schema: &Value) -> Vec<Value> {
    let number = |key: &str| schema.get(key).cloned();
    let mut values = match schema["type"].as_str() {
        Some("string") => {
            let longest = schema["maxLength"].as_u64().unwrap_or(4096).min(4096);
            vec![
                json!(""),
                json!("x".repeat(usize::try_from(longest).unwrap_or(4096))),
                json!("\u{1f514} \"quoted\" \\ back\nline"),
            ]
        }
        Some("integer" | "number") => {
            vec![json!(0), json!(-1), json!(i64::MAX), json!(i64::MIN)]
        }
        Some("boolean") => vec![json!(true), json!(false)],
        Some("array") => vec![json!([])],
        Some("object") => vec![json!({})],
        _ => Vec::new(),
    };
    values.extend(number("minimum").into_iter().chain(number("maximum")));
    values.extend(schema["enum"].as_array().into_iter().flatten().cloned());
    values
}

/// Nothing of an instance is left behind.
pub(super) fn hundred(bench: &Bench<'_>) -> Finding {
    let host = bench.host(&bench.setup.config);
    let live = |count: u32| {
        (0..count).try_for_each(|_| bench.create_on(host.clone(), &bench.setup.config).map(drop))
    };
    live(1)?;
    let (before, started) = (Footprint::now(), Instant::now());
    // These warm up allocators. Where an instance is slow, fewer must do.
    live(20)?;
    let mut after = Footprint::now();
    // A thread that was joined may be listed for a moment more.
    for _ in 0..50 {
        if after.threads <= before.threads {
            break;
        }
        thread::sleep(Duration::from_millis(10));
        after = Footprint::now();
    }
    for (left, what, hint) in [
        (
            after.threads.saturating_sub(before.threads),
            "threads are left",
            "destroy joins every thread that the instance started",
        ),
        (
            after.descriptors.saturating_sub(before.descriptors),
            "descriptors are left open",
            "close files and sockets in destroy",
        ),
    ] {
        if left > 0 {
            return Err(failed(format!("{left} {what}"), hint));
        }
    }
    let possible = PATIENCE.as_secs_f64() / (started.elapsed().as_secs_f64() / 20.0).max(1e-6);
    let round = ROUND.min((possible / (ROUNDS + 1) as f64) as u32).max(20);
    let lives = round as usize * ROUNDS;
    let mut grown = Vec::new();
    for _ in 0..MOST_MEASURED {
        let mut footprints = vec![Footprint::default(); ROUNDS + 1];
        for footprint in &mut footprints {
            live(round)?;
            *footprint = Footprint::now();
        }
        // An allocator may take a page now and then; what leaks takes some in every round, and goes on.
        let growth = footprints
            .windows(2)
            .map(|pair| pair[1].memory.saturating_sub(pair[0].memory));
        grown = growth.collect();
        if grown.contains(&0) {
            break;
        }
    }
    if !grown.contains(&0) {
        let bytes = grown.iter().sum::<usize>();
        return Err(failed(
            format!(
                "{lives} instances left {} kB behind, about {} bytes each",
                bytes / 1024,
                bytes / lives
            ),
            "free in destroy what create made",
        ));
    }
    Ok(format!("{lives} instances, nothing is left"))
}

/// What the process has.
#[derive(Clone, Copy, Default)]
struct Footprint {
    /// Resident bytes.
    memory: usize,
    threads: usize,
    descriptors: usize,
}

impl Footprint {
    fn now() -> Self {
        let count = |folder| fs::read_dir(folder).map_or(0, Iterator::count);
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Self {
            memory: kilobytes.unwrap_or(0_usize) * 1024,
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
        }
    }
}
