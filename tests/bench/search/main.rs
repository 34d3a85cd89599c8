//! The search bench: how long every kind of user search takes with a thousand, a hundred thousand and a
//! million users.
//!
//!     cargo bench --bench search
//!
//! For each size it makes a database, fills it through the store as the server itself would, starts
//! the release binary on it and asks over HTTP, one request after the other. One table comes out:
//! p50 and p99 in milliseconds by size. Nine of ten users are in the first organization, the others in
//! fifty small ones. About five minutes and two gigabytes for the default sizes.
//!
//! | variable | meaning | default |
//! | --- | --- | --- |
//! | `BELFRY_BENCH_SIZES` | users in each database | 1000,100000,1000000 |
//! | `BELFRY_BENCH_SECONDS` | time for one kind of search at one size | 1.5 |
//! | `BELFRY_BENCH_SEARCHES` | only the searches whose name holds this text | all |

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot go on may only say so"
)]

mod bed;
#[path = "../load/http.rs"]
#[allow(dead_code, reason = "the load bench uses the rest of it")]
mod http;
mod names;
mod population;
mod searches;

use std::{
    env,
    time::{Duration, Instant},
};

use bed::Bed;
use searches::Search;

/// Fewer answers say nothing about a percentile; more than this many nothing new.
const ANSWERS: std::ops::Range<usize> = 20..2000;

/// How long the answers to one kind of search took at one size.
struct Measured {
    p50: Duration,
    p99: Duration,
    /// The total that the last answer told.
    total: String,
}

fn main() {
    let sizes = env::var("BELFRY_BENCH_SIZES").unwrap_or("1000,100000,1000000".to_owned());
    let sizes: Vec<usize> = sizes.split(',').map(|size| size.parse().unwrap()).collect();
    let length: f64 = env::var("BELFRY_BENCH_SECONDS").map_or(1.5, |text| text.parse().unwrap());
    let only = env::var("BELFRY_BENCH_SEARCHES").unwrap_or_default();
    let searches: Vec<Search> = searches::all()
        .into_iter()
        .filter(|search| search.name.contains(&only))
        .collect();
    let mut columns = Vec::new();
    for &size in &sizes {
        let bed = Bed::fill(size);
        let measure = |search| measure(&bed, search, Duration::from_secs_f64(length));
        columns.push(searches.iter().map(measure).collect::<Vec<_>>());
        println!(
            "{size} users: {} MiB resident after all searches",
            bed.resident_mib()
        );
    }
    print!("\n| search |");
    for size in &sizes {
        print!(" {size}: p50 | p99 ms | found |");
    }
    println!("\n| --- |{}", " ---: | ---: | ---: |".repeat(sizes.len()));
    for (row, search) in searches.iter().enumerate() {
        print!("| {} |", search.name);
        for column in &columns {
            let Measured { p50, p99, total } = &column[row];
            let millis = |time: &Duration| time.as_secs_f64() * 1e3;
            print!(" {:.2} | {:.2} | {total} |", millis(p50), millis(p99));
        }
        println!();
    }
}

fn measure(bed: &Bed, search: &Search, length: Duration) -> Measured {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut client = http::Client::connect(bed.address).await;
        let mut measured = http::Measured::default();
        let start = Instant::now();
        for number in 0..ANSWERS.end {
            let request = search.request(bed, number);
            let sent = Instant::now();
            let status = client.ask(&request).await;
            measured.add(status == Some(200), sent.elapsed());
            let body = String::from_utf8_lossy(client.body());
            assert_eq!(status, Some(200), "{}: {body}", search.name);
            if start.elapsed() > length && number + 1 >= ANSWERS.start {
                break;
            }
        }
        let answer: serde_json::Value = serde_json::from_slice(client.body()).unwrap();
        let total = answer["details"]["totalResult"]
            .as_str()
            .unwrap_or("-")
            .to_owned();
        Measured {
            p50: measured.quantile(0.5),
            p99: measured.quantile(0.99),
            total,
        }
    })
}
