//! The load bench: how many durable phone changes and reads a second, beside a bare actix-web handler.
//!
//!     cargo bench --bench load
//!
//! It starts the release binary on a database of its own, fills it through the API, and lets every
//! load take its turn in every round, so that a slow stretch of the machine hits all of them. Medians
//! are printed; quote the ratios, because rates of a shared machine move by a factor of two. The load
//! comes from one thread of this process and takes its part of the cores. About two minutes.
//!
//! | variable | meaning | default |
//! | --- | --- | --- |
//! | `BELFRY_BENCH_USERS` | users in the database | 100000 |
//! | `BELFRY_BENCH_ROUNDS` | rounds | 3 |
//! | `BELFRY_BENCH_SECONDS` | length of one load in one round | 1.5 |
//! | `BELFRY_BENCH_MIXED_SECONDS` | length of the mixed load with hostile requests | 10 |
//! | `BELFRY_BENCH_LOADS` | only the loads whose name holds this text | all |
//! | `BELFRY_BENCH_AGAINST` | a second server binary, measured in the same rounds | none |
//!
//! With `BELFRY_BENCH_AGAINST` a change is judged: build, copy the binary away, change, measure both.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot go on may only say so"
)]

mod bare;
mod bed;
mod grpc;
mod http;
mod mixed;
mod people;
mod report;

use std::{cell::RefCell, env, net::SocketAddr, path::PathBuf, time::Duration};

use bed::{Providers, Server, Stock};
use people::People;
use report::Table;

/// How much is measured.
struct Plan {
    users: usize,
    rounds: usize,
    length: Duration,
    mixed: Duration,
    only: String,
    binaries: Vec<(String, PathBuf)>,
}

impl Plan {
    fn from_env() -> Self {
        fn read<T: std::str::FromStr>(name: &str, default: T) -> T {
            match env::var(name) {
                Ok(text) => text
                    .parse()
                    .unwrap_or_else(|_| panic!("{name}: cannot read {text:?}")),
                Err(_) => default,
            }
        }
        let own = ("belfry".to_owned(), env!("CARGO_BIN_EXE_belfry").into());
        let other =
            env::var_os("BELFRY_BENCH_AGAINST").map(|path| ("other".to_owned(), path.into()));
        Self {
            users: read("BELFRY_BENCH_USERS", 100_000).max(1),
            rounds: read("BELFRY_BENCH_ROUNDS", 3).max(1),
            length: Duration::from_secs_f64(read("BELFRY_BENCH_SECONDS", 1.5)),
            mixed: Duration::from_secs_f64(read("BELFRY_BENCH_MIXED_SECONDS", 10.0)),
            only: read("BELFRY_BENCH_LOADS", String::new()),
            binaries: [own].into_iter().chain(other).collect(),
        }
    }
}

/// One row of the table: something that can be run for a while.
struct Load<'a> {
    name: String,
    connections: usize,
    run: Box<dyn Fn(Duration) -> http::Measured + 'a>,
}

fn main() {
    // `cargo test --benches` and `cargo bench` pass arguments of the usual harness; none matters here.
    let plan = Plan::from_env();
    bed::build_file_plugin();
    report::machine();

    let stocks: Vec<Stock> = plan
        .binaries
        .iter()
        .map(|(name, binary)| Stock::fill(name, binary, plan.users))
        .collect();
    let bare = bare::start();
    let quiet: Vec<Server> = stocks
        .iter()
        .map(|stock| stock.serve(Providers::None))
        .collect();
    let sending: Vec<Server> = stocks
        .iter()
        .map(|stock| stock.serve(Providers::File))
        .collect();
    for server in &quiet {
        println!(
            "{}: ready {:.0} ms after its start with {} users; {} MiB resident",
            server.name,
            server.ready_after.as_secs_f64() * 1e3,
            plan.users,
            server.resident_mib()
        );
    }

    let people: Vec<People> = stocks.iter().map(People::of).collect();
    let mut loads = bare_loads(bare);
    for ((people, quiet), sending) in people.iter().zip(&quiet).zip(&sending) {
        loads.extend(server_loads(people, quiet, sending));
    }
    loads.retain(|load| load.name.contains(&plan.only) || load.name.contains("hello"));
    let table = measure(&plan, &loads);
    print!("{table}");
    for server in quiet.iter().chain(&sending) {
        println!(
            "{}: {} MiB resident after the changes, log of {} MiB",
            server.name,
            server.resident_mib(),
            server.log_mib()
        );
    }
    if !plan.mixed.is_zero() {
        for (people, server) in people.iter().zip(&sending) {
            println!("{}", mixed::run(server, people, plan.mixed));
        }
    }
}

fn bare_loads<'a>(address: SocketAddr) -> Vec<Load<'a>> {
    let load = |name: &str, path: &'static str, connections| Load {
        name: format!("actix-web {name}"),
        connections,
        run: Box::new(move |length| {
            http::run(address, connections, length, &|request: &mut Vec<u8>| {
                people::get(request, path, "none");
            })
        }),
    };
    let hello = [1, 16, 64, 256].map(|connections| load("hello", "/hello", connections));
    hello
        .into_iter()
        .chain([load("json", "/json", 64)])
        .collect()
}

fn server_loads<'a>(people: &'a People, quiet: &'a Server, sending: &'a Server) -> Vec<Load<'a>> {
    let random = || RefCell::new(people::random());
    let change = |server: &'a Server, connections| {
        let random = random();
        let run = move |length| {
            http::run(server.address, connections, length, &|request: &mut Vec<
                u8,
            >| {
                people.put_phone(request, &mut random.borrow_mut());
            })
        };
        Load {
            name: format!("{} phone change", server.name),
            connections,
            run: Box::new(run),
        }
    };
    let read = |connections| {
        let random = random();
        let run = move |length| {
            http::run(quiet.address, connections, length, &|request: &mut Vec<
                u8,
            >| {
                people.get_user(request, &mut random.borrow_mut());
            })
        };
        Load {
            name: format!("{} user read", quiet.name),
            connections,
            run: Box::new(run),
        }
    };
    let rpc = |connections| {
        let random = random();
        let run = move |length| {
            grpc::run(quiet.address, connections, length, people.token(), &|| {
                people.phone_message(&mut random.borrow_mut())
            })
        };
        Load {
            name: format!("{} phone change, gRPC", quiet.name),
            connections,
            run: Box::new(run),
        }
    };
    let mut loads: Vec<Load> = [1, 16, 64, 256]
        .map(|connections| change(quiet, connections))
        .into();
    loads.extend([change(sending, 64), rpc(64), read(1), read(64)]);
    loads
}

/// Every load in every round, after one short turn of each to warm up.
fn measure(plan: &Plan, loads: &[Load]) -> Table {
    for load in loads {
        (load.run)(plan.length / 3);
    }
    let mut table = Table::new(
        loads
            .iter()
            .map(|load| (load.name.clone(), load.connections)),
    );
    for _ in 0..plan.rounds {
        for (row, load) in loads.iter().enumerate() {
            table.add(row, (load.run)(plan.length));
        }
    }
    table
}
