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
    // `cargo bench` passes arguments of the usual harness; none matters here.
    let plan = Plan::from_env();
    bed::build_file_plugin();
    report::machine();

    let bare = bare::start();
    let stocks: Vec<Stock> = plan
        .binaries
        .iter()
        .map(|(name, binary)| Stock::fill(name, binary, plan.users))
        .collect();
    let people: Vec<People> = stocks.iter().map(People::of).collect();
    let mut table = Table::default();

    let quiet = serve(&stocks, Providers::None);
    let mut loads = bare_loads(bare);
    for (server, people) in quiet.iter().zip(&people) {
        loads.extend(quiet_loads(server, people));
    }
    measure(&plan, &loads, &mut table);
    drop(loads);
    end(quiet);

    // Sending goes on between the rounds, so nothing else is measured beside it.
    let sending = serve(&stocks, Providers::File);
    let loads: Vec<Load> = sending
        .iter()
        .zip(&people)
        .map(|(server, people)| change(server, people, 64))
        .collect();
    measure(&plan, &loads, &mut table);
    print!("{table}");
    drop(loads);
    for (server, people) in sending.iter().zip(&people) {
        if !plan.mixed.is_zero() {
            print!("{}", mixed::run(server, people, plan.mixed));
        }
    }
    end(sending);
}

fn serve(stocks: &[Stock], providers: Providers) -> Vec<Server> {
    let servers: Vec<Server> = stocks.iter().map(|stock| stock.serve(providers)).collect();
    for server in &servers {
        println!(
            "{}: ready {:.0} ms after its start, {} MiB resident",
            server.name,
            server.ready_after.as_secs_f64() * 1e3,
            server.resident_mib()
        );
    }
    servers
}

fn end(servers: Vec<Server>) {
    for server in servers {
        println!(
            "{}: {} MiB resident at the end, log of {} MiB",
            server.name,
            server.resident_mib(),
            server.log_mib()
        );
    }
}

fn bare_loads<'a>(address: SocketAddr) -> Vec<Load<'a>> {
    let get = |name: &str, path: &'static str, connections| {
        Load::http(
            format!("actix-web {name}"),
            address,
            connections,
            move |request| {
                people::get(request, path, "none");
            },
        )
    };
    let hello = [1, 16, 64, 256].map(|connections| get("hello", "/hello", connections));
    hello
        .into_iter()
        .chain([get("json", "/json", 64)])
        .collect()
}

fn quiet_loads<'a>(server: &'a Server, people: &'a People) -> Vec<Load<'a>> {
    let read = |connections| {
        let random = RefCell::new(people::random());
        let name = format!("{} user read", server.name);
        Load::http(name, server.address, connections, move |request| {
            people.get_user(request, &mut random.borrow_mut());
        })
    };
    let random = RefCell::new(people::random());
    let rpc = Load {
        name: format!("{} phone change, gRPC", server.name),
        connections: 64,
        run: Box::new(move |length| {
            grpc::run(server.address, 64, length, people.token(), &|| {
                people.phone_message(&mut random.borrow_mut())
            })
        }),
    };
    let changes = [1, 16, 64, 256].map(|connections| change(server, people, connections));
    changes
        .into_iter()
        .chain([rpc, read(1), read(64)])
        .collect()
}

fn change<'a>(server: &'a Server, people: &'a People, connections: usize) -> Load<'a> {
    let random = RefCell::new(people::random());
    let name = format!("{} phone change", server.name);
    Load::http(name, server.address, connections, move |request| {
        people.put_phone(request, &mut random.borrow_mut());
    })
}

impl<'a> Load<'a> {
    fn http(
        name: String,
        address: SocketAddr,
        connections: usize,
        write: impl Fn(&mut Vec<u8>) + 'a,
    ) -> Self {
        Self {
            name,
            connections,
            run: Box::new(move |length| http::run(address, connections, length, &write)),
        }
    }
}

/// Every load in every round, after one short turn of each to warm up.
fn measure(plan: &Plan, loads: &[Load], table: &mut Table) {
    let loads: Vec<_> = loads
        .iter()
        .filter(|load| load.name.contains(&plan.only) || load.name.contains("hello"))
        .collect();
    for load in &loads {
        (load.run)(plan.length / 3);
    }
    for _ in 0..plan.rounds {
        for load in &loads {
            table.add(&load.name, load.connections, (load.run)(plan.length));
        }
    }
}
