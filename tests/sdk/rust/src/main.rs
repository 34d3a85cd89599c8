//! Runs the flows of the crate zitadel over v1 and v2. One JSON line a flow.
//!
//! A flow panics when something is not as it should be. All flows of a version run at the same time,
//! on one connection.

mod expect;
mod v1;
mod v2;
mod world;

use serde_json::json;
use tokio::task::{JoinError, JoinHandle};

/// A name and a flow under way.
type Flow = (&'static str, JoinHandle<()>);

/// Starts flows that share clients.
macro_rules! start {
    ($clients:expr, $($name:literal = $flow:path),* $(,)?) => {
        vec![$(($name, tokio::spawn($flow($clients.clone())))),*]
    };
}
pub(crate) use start;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    report("v1", v1::start().await).await;
    report("v2", v2::start().await).await;
}

async fn report(suite: &str, flows: Vec<Flow>) {
    for (flow, run) in flows {
        let failure = run.await.err().map(explain);
        println!(
            "{}",
            json!({ "client": "crate zitadel", "suite": suite, "flow": flow, "failure": failure })
        );
    }
}

fn explain(fault: JoinError) -> String {
    let panic = fault.into_panic();
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}
