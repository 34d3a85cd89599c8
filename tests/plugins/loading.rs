//! What decides whether a file is loaded at all, and the registry around it.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use belfry::plugin::{Isolation, Options, PinTable, Pins, Registry, StartError, Status};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::bed::{self, Bed};

/// A folder of its own with the good plugin as `NAME.so`.
fn good(name: &str) -> (PathBuf, Options) {
    let folder = bed::folder(name);
    let _ = fs::remove_file(folder.join(format!("{name}.so")));
    bed::compile("tests/plugins/bad.c", &folder, name, &["-DCASE=GOOD"]);
    let mut options = bed::options();
    options.plugin_dir = Some(folder.clone());
    (folder, options)
}

fn state_of(plugin: &str, options: &Options) -> String {
    let bed = Bed::start(
        bed::config(plugin, plugin, Isolation::Process, json!({})),
        options.clone(),
    );
    let state = bed.state();
    bed.registry.stop();
    state
}

#[test]
fn a_name_with_a_path_is_refused() {
    let (_, options) = good("plain");
    for name in ["../plain/plain", "/tmp/plain", ".plain", "", "a\0b"] {
        let state = state_of(name, &options);
        assert!(state.contains("no path"), "{name:?}: {state}");
    }
    assert_eq!(state_of("plain", &options), "ready");
    let state = state_of("absent", &options);
    assert!(
        state.contains("no libbelfry_absent.so and no absent.so in"),
        "{state}"
    );
}

#[test]
fn a_plugin_is_found_beside_the_executable() {
    let folder = bed::folder("beside");
    let plugins = folder.join("plugins");
    fs::create_dir_all(&plugins).unwrap();
    let executable = folder.join("belfry");
    let _ = fs::remove_file(&executable);
    fs::copy(bed::executable(), &executable).unwrap();
    let mut options = bed::options();
    options.executable = executable;

    bed::compile(
        "tests/plugins/bad.c",
        &folder,
        "libbelfry_two_words",
        &["-DCASE=GOOD"],
    );
    assert_eq!(state_of("two-words", &options), "ready");
    // The folder `plugins` comes first.
    bed::compile(
        "tests/plugins/bad.c",
        &plugins,
        "two-words",
        &["-DCASE=WRONG_MAGIC"],
    );
    assert!(state_of("two-words", &options).starts_with("failed"));
    fs::remove_file(plugins.join("two-words.so")).unwrap();
}

#[test]
fn a_file_or_folder_that_others_can_write_is_refused() {
    let (folder, options) = good("writable");
    let file = folder.join("writable.so");
    let mode =
        |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    mode(&file, 0o757);
    let state = state_of("writable", &options);
    assert!(
        state.contains("can be written by others (mode 757)"),
        "{state}"
    );
    mode(&file, 0o755);
    mode(&folder, 0o777);
    let state = state_of("writable", &options);
    assert!(
        state.contains("can be written by others (mode 777)"),
        "{state}"
    );
    // As the folder for temporary files: others cannot replace what is not theirs.
    mode(&folder, 0o1777);
    assert_eq!(state_of("writable", &options), "ready");
    mode(&folder, 0o755);
}

#[test]
fn a_link_that_leaves_the_folder_is_refused() {
    let (folder, options) = good("linked");
    let elsewhere = bed::folder("elsewhere").join("linked.so");
    fs::rename(folder.join("linked.so"), &elsewhere).unwrap();
    symlink(&elsewhere, folder.join("linked.so")).unwrap();
    let state = state_of("linked", &options);
    assert!(state.contains("is a link that leaves"), "{state}");
}

#[test]
fn what_is_no_library_is_refused() {
    let (folder, options) = good("text");
    fs::write(folder.join("text.so"), "hello").unwrap();
    assert!(state_of("text", &options).contains("cannot be loaded"));
    fs::remove_file(folder.join("text.so")).unwrap();
    fs::create_dir_all(folder.join("text.so")).unwrap();
    assert!(state_of("text", &options).contains("not a regular file"));
    fs::remove_dir(folder.join("text.so")).unwrap();
}

#[test]
fn a_pin_must_fit() {
    let (folder, mut options) = good("pinned");
    let hash = hex::encode(Sha256::digest(fs::read(folder.join("pinned.so")).unwrap()));
    let mut config = bed::config("pinned", "pinned", Isolation::Process, json!({}));
    let mut state = |pin: Option<String>, required| {
        config.sha256 = pin;
        options.pins = Pins::new(PinTable {
            required,
            ..PinTable::default()
        });
        let bed = Bed::start(config.clone(), options.clone());
        let state = bed.state();
        bed.registry.stop();
        state
    };
    assert_eq!(state(Some(hash.to_uppercase()), true), "ready");
    assert!(state(Some("00".repeat(32)), false).contains(&format!("has sha256 {hash}")));
    assert!(state(None, true).contains(&format!("sha256 = \"{hash}\"")));
    assert_eq!(state(None, false), "ready");
}

#[test]
fn a_configuration_that_breaks_the_schema_is_refused_by_name() {
    let (_, options) = good("schema");
    for (config, reason) in [
        (json!({"key": 7}), "config.key must be of type string"),
        (
            json!({"other": "x"}),
            "config.other is unknown; known are file, key",
        ),
        (json!([]), "config must be a table"),
    ] {
        let config = bed::config("schema", "schema", Isolation::Process, config);
        let bed = Bed::start(config, options.clone());
        assert!(bed.state().ends_with(reason), "{}", bed.state());
        bed.registry.stop();
    }
}

#[test]
fn two_providers_cannot_have_one_name() {
    let config = bed::config("twin", "plain", Isolation::Process, json!({}));
    let started = Registry::start(vec![config.clone(), config], bed::options());
    assert!(matches!(started, Err(StartError::DuplicateName(name)) if name == "twin"));
}

#[test]
fn a_failed_provider_comes_up_when_its_plugin_does_and_tells_so() {
    let (folder, options) = good("repaired");
    let hidden = folder.join("hidden");
    fs::rename(folder.join("repaired.so"), &hidden).unwrap();
    let bed = Bed::start(
        bed::config("repaired", "repaired", Isolation::Process, json!({})),
        options,
    );
    assert!(bed.state().starts_with("failed"));
    let changes = Arc::new(AtomicUsize::new(0));
    bed.registry.on_change({
        let changes = changes.clone();
        move || {
            changes.fetch_add(1, Ordering::SeqCst);
        }
    });
    fs::rename(&hidden, folder.join("repaired.so")).unwrap();
    bed.wait_for_state("ready");
    bed::wait("the change is told", || changes.load(Ordering::SeqCst) > 0);
    let failed = bed::log_of("repaired")
        .iter()
        .filter(|line| line.contains("is failed"))
        .count();
    assert_eq!(failed, 1);
    bed.registry.stop();
}

#[test]
fn a_stopped_registry_sends_nothing() {
    let (_, options) = good("stopped");
    let bed = Bed::start(
        bed::config("stopped", "stopped", Isolation::Process, json!({})),
        options,
    );
    assert_eq!(bed.provider.send(&bed::message("m")).status, Status::Ok);
    bed.registry.stop();
    assert_eq!(
        bed.provider.send(&bed::message("m")).status,
        Status::Unavailable
    );
    assert_eq!(bed.provider.state().to_string(), "stopped");
}
