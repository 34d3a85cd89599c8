//! The table: medians over the rounds and each load's ratio to the bare handler.

use std::{fmt, time::Duration};

use super::http::Measured;

/// All loads and what they measured.
#[derive(Default)]
pub struct Table(Vec<Row>);

#[derive(Default)]
struct Row {
    name: String,
    connections: usize,
    rates: Vec<f64>,
    p50: Vec<Duration>,
    p99: Vec<Duration>,
    bad: usize,
}

impl Table {
    /// Adds one round of one load.
    pub fn add(&mut self, name: &str, connections: usize, mut measured: Measured) {
        let is_same = |row: &Row| row.name == name && row.connections == connections;
        let index = self.0.iter().position(is_same).unwrap_or_else(|| {
            self.0.push(Row {
                name: name.to_owned(),
                connections,
                ..Row::default()
            });
            self.0.len() - 1
        });
        let row = &mut self.0[index];
        row.rates.push(measured.rate());
        row.p50.push(measured.quantile(0.5));
        row.p99.push(measured.quantile(0.99));
        row.bad += measured.bad;
    }
}

fn median<T: PartialOrd + Copy>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_by(|a, b| a.partial_cmp(b).expect("a measurement is a number"));
    values[values.len() / 2]
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| load | connections | a second | p50 ms | p99 ms | not 2xx | ÷ hello |"
        )?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for row in &self.0 {
            let rate = median(&row.rates);
            let hello = self
                .0
                .iter()
                .find(|other| other.name.ends_with("hello") && other.connections == row.connections)
                .map_or(f64::NAN, |hello| median(&hello.rates));
            writeln!(
                f,
                "| {} | {} | {rate:.0} | {:.2} | {:.2} | {} | {:.3} |",
                row.name,
                row.connections,
                median(&row.p50).as_secs_f64() * 1e3,
                median(&row.p99).as_secs_f64() * 1e3,
                row.bad,
                rate / hello,
            )?;
        }
        writeln!(f)
    }
}

/// Says what the figures were measured on.
pub fn machine() {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{cores} cores, load average before the run {}",
        load.split(' ').next().unwrap_or("?")
    );
}
