//! The example in C, built with the command that it shows.

use belfry::plugin::Status;
use serde_json::json;

use crate::bed::{self, BOTH, Bed};

#[test]
fn the_example_in_c_sends_to_swiss_numbers_only() {
    let folder = bed::folder("example");
    bed::compile("plugins/example-c/example.c", &folder, "example", &["-O2"]);
    for isolation in BOTH {
        let name = format!("example-{isolation:?}");
        let mut options = bed::options();
        options.plugin_dir = Some(folder.clone());
        let bed = Bed::start(bed::config(&name, "example", isolation, json!({})), options);

        let result = bed.provider.send(&bed::message("m-1"));
        assert_eq!(result.status, Status::Ok);
        assert_eq!(
            (result.provider_id.as_str(), result.segments),
            ("c-1", Some(1))
        );
        let mut french = bed::message("m-2");
        french.to = "+33612345678".into();
        let result = bed.provider.send(&french);
        assert_eq!(result.status, Status::Unsupported);
        assert_eq!(result.detail, "only Swiss numbers");
        let log = bed::log_of(&name);
        assert!(
            log.iter()
                .any(|line| line.ends_with("accepted m-1, 1 so far [m-1]")),
            "{log:?}"
        );
        bed.registry.stop();
    }
}
