//! The child process that a plugin runs in: what it may use, and when it ends.

use std::{
    cell::RefCell,
    io::{Read, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::ExitStatusExt},
    },
    process::{Command, Stdio},
};

use belfry::plugin::{Isolation, Status};
use serde_json::json;

use crate::bed::{self, Bed, built, start};

#[test]
fn a_plugin_that_closes_every_descriptor_hurts_only_itself() {
    let bed = start("closes", "CLOSES_ALL", Isolation::Process);
    let result = bed.provider.send(&bed::message("m"));
    assert_eq!(result.status, Status::OutcomeUnknown);
    bed.wait_until_available();
    bed.registry.stop();
}

#[test]
fn a_child_has_no_environment_no_cores_and_few_descriptors_and_outlives_signals() {
    let bed = start("report", "REPORT", Isolation::Process);
    assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
    let log = bed::log_of("report");
    let expected = "env 0 cwd / stdin /dev/null core 0 files 512";
    assert!(log.iter().any(|line| line.contains(expected)), "{log:?}");
    bed.registry.stop();
}

#[test]
fn a_child_has_no_more_memory_than_it_may() {
    for (limit, status) in [(None, Status::Ok), (Some(64 << 20), Status::Unavailable)] {
        let (plugin, options) = built("GROWS", &[]);
        let mut config = bed::config("grows", &plugin, Isolation::Process, json!({}));
        config.memory_limit = limit;
        let bed = Bed::start(config, options);
        assert_eq!(bed.provider.send(&bed::message("m")).status, status);
        bed.registry.stop();
    }
}

#[test]
fn a_limit_of_memory_leaves_room_for_the_threads_of_all_calls() {
    let (plugin, options) = built("MANY", &[]);
    let mut config = bed::config("many", &plugin, Isolation::Process, json!({}));
    config.memory_limit = Some(64 << 20);
    let bed = Bed::start(config, options);
    assert_eq!(bed.provider.max_concurrency(), 64);
    assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
    let info = bed.provider.info();
    assert_eq!((info.generation, info.libraries), (1, 1));
    assert!((100_000..64 << 20).contains(&info.resident_bytes));
    bed.registry.stop();
}

/// A frame with one protobuf field that holds bytes.
fn frame(field: u8, content: &[u8]) -> Vec<u8> {
    let body = bytes_field(field, content);
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_le_bytes(), &*body].concat()
}

fn bytes_field(field: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = [
        field << 3 | 2,
        (length & 0x7f) as u8 | 0x80,
        (length >> 7) as u8,
    ];
    [&head, content].concat()
}

#[test]
fn a_child_in_a_call_ends_at_once_when_its_server_is_gone() {
    let library = built("HANG", &[]).1.plugin_dir.unwrap().join("HANG.so");
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let child = Command::new(bed::executable())
        .arg("plugin-host")
        .stdin(OwnedFd::from(theirs))
        .spawn()
        .unwrap();
    let path = library.as_os_str().as_encoded_bytes();
    ours.write_all(&frame(1, &bytes_field(1, path))).unwrap(); // Load
    ours.write_all(&frame(3, &bytes_field(1, b"{}"))).unwrap(); // Create
    ours.write_all(&frame(4, &[8, 1, 0x1a, 0])).unwrap(); // Call 1, Send
    // Hello, Reply 0, and the line that the plugin logs before it hangs.
    for _ in 0..3 {
        let mut length = [0; 4];
        ours.read_exact(&mut length).unwrap();
        let mut body = vec![0; u32::from_le_bytes(length) as usize];
        ours.read_exact(&mut body).unwrap();
    }
    drop(ours);
    let child = RefCell::new(child);
    let status = || child.borrow_mut().try_wait().unwrap();
    bed::wait("the child is gone", || status().is_some());
    assert_eq!(status().unwrap().signal(), Some(9));
}

#[test]
fn the_hidden_command_is_not_for_hands() {
    let output = Command::new(bed::executable())
        .arg("plugin-host")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("started by the server"));
}
