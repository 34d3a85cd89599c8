//! Folders that are not there, closed or full. Root may write everywhere, so these mount small disks.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use belfry_plugin::{Failure, Health as _, Provider as _};
use tempfile::TempDir;

use crate::smsd::{Smsd, message, names, provider};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A spool on a disk of its own.
struct Disk(TempDir);

impl Disk {
    /// `None` without the right to mount, as outside of tests/run.sh as root.
    fn mount() -> Option<Self> {
        let disk = Self(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        if !run(
            "mount",
            &["-t", "tmpfs", "-o", "size=64k", "belfry"],
            disk.0.path(),
        ) {
            eprintln!("not tested: mounting a disk takes root");
            return None;
        }
        for name in ["outbox", "sent", "error"] {
            fs::create_dir(disk.0.path().join(name)).unwrap();
        }
        Some(disk)
    }

    fn spool(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &[], self.0.path());
    }
}

fn run(command: &str, arguments: &[&str], folder: &Path) -> bool {
    let outcome = Command::new(command).args(arguments).arg(folder).output();
    outcome.is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_keeps_the_message_with_the_server() {
    let Some(disk) = Disk::mount() else { return };
    let provider = provider(disk.spool(), |_| ());
    let filler = disk.spool().join("filler");
    // Fails at the end of the disk, having filled it.
    fs::write(&filler, vec![b'x'; 1 << 20]).unwrap_err();

    let outcome = provider.send(&message("m1", "hello"));
    assert!(
        matches!(outcome, Err(Failure::Unavailable(_))),
        "{outcome:?}"
    );
    let outcome = provider.health(TIMEOUT);
    assert!(
        matches!(outcome, Err(Failure::Unavailable(_))),
        "{outcome:?}"
    );
    assert_eq!(names(&disk.spool().join("outbox")), [""; 0]);

    fs::remove_file(filler).unwrap();
    provider.health(TIMEOUT).unwrap();
    provider.send(&message("m1", "hello")).unwrap();
    assert_eq!(names(&disk.spool().join("outbox")).len(), 1);
}

#[test]
fn a_spool_that_cannot_be_written_waits_for_the_operator() {
    let Some(disk) = Disk::mount() else { return };
    let provider = provider(disk.spool(), |_| ());
    provider.health(TIMEOUT).unwrap();
    assert!(run("mount", &["-o", "remount,ro"], &disk.spool()));
    let outcome = provider.send(&message("m1", "hello"));
    assert!(
        matches!(outcome, Err(Failure::Misconfigured(_))),
        "{outcome:?}"
    );
    let outcome = provider.health(TIMEOUT);
    assert!(
        matches!(outcome, Err(Failure::Misconfigured(_))),
        "{outcome:?}"
    );
}

#[test]
fn a_folder_that_is_not_there_waits_for_the_operator() {
    for missing in ["outbox", "sent", "error"] {
        let smsd = Smsd::prepare();
        let provider = smsd.provider(|_| ());
        fs::remove_dir(smsd.path(missing)).unwrap();
        let outcome = provider.send(&message("m1", "hello"));
        assert!(
            matches!(outcome, Err(Failure::Misconfigured(_))),
            "{outcome:?}"
        );
        let outcome = provider.health(TIMEOUT);
        assert!(
            matches!(outcome, Err(Failure::Misconfigured(_))),
            "{outcome:?}"
        );
        if missing != "outbox" {
            assert_eq!(names(&smsd.path("outbox")), [""; 0]);
        }
    }
}

#[test]
fn a_draft_of_a_crash_is_replaced_and_links_are_not_followed() {
    let smsd = Smsd::prepare();
    let victim = smsd.path("victim");
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, smsd.path("outbox").join(".belfry-m1")).unwrap();
    fs::write(smsd.path("outbox").join(".belfry-m2"), "half").unwrap();
    let provider = smsd.provider(|_| ());
    provider.send(&message("m1", "hello")).unwrap();
    provider.send(&message("m2", "hello")).unwrap();
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
    let names = names(&smsd.path("outbox"));
    assert_eq!(names.len(), 2);
    for name in names {
        let content = fs::read(smsd.path("outbox").join(name)).unwrap();
        assert_eq!(content, b"\xfe\xff\0h\0e\0l\0l\0o");
    }
}
