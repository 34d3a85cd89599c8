//! The daemon's folders: what waits, what was sent, what failed; and how a file gets there whole.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
    time::Duration,
};

use belfry_plugin::Failure;

use crate::name::note_in;

/// The daemon may run as another user: it reads by its group, which the outbox tells.
const MODE: u32 = 0o640;

/// One of the daemon's folders.
#[derive(Clone, Copy)]
pub enum Folder {
    /// What the daemon has not sent yet.
    Outbox,
    /// What the modem took.
    Sent,
    /// What the modem did not take.
    Error,
}

/// The daemon's folders.
pub struct Spool {
    outbox: PathBuf,
    sent: PathBuf,
    error: PathBuf,
    stalled_after: Duration,
}

/// The outgoing files of a folder, by their notes.
pub struct Files(HashMap<String, PathBuf>);

impl Files {
    /// Whether the folder has a file with that note.
    pub fn contains(&self, note: &str) -> bool {
        self.0.contains_key(note)
    }

    /// The file with that note.
    pub fn path(&self, note: &str) -> Option<&Path> {
        self.0.get(note).map(PathBuf::as_path)
    }
}

impl Spool {
    /// The folders; they are looked at when they are used.
    pub fn new(outbox: PathBuf, sent: PathBuf, error: PathBuf, stalled_after: Duration) -> Self {
        Self {
            outbox,
            sent,
            error,
            stalled_after,
        }
    }

    /// The outgoing files of a folder.
    pub fn scan(&self, folder: Folder) -> Result<Files, Failure> {
        let folder = match folder {
            Folder::Outbox => &self.outbox,
            Folder::Sent => &self.sent,
            Folder::Error => &self.error,
        };
        let read = || {
            let mut files = HashMap::new();
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if let Some(note) = entry.file_name().to_str().and_then(note_in) {
                    files.insert(note.to_owned(), entry.path());
                }
            }
            Ok(Files(files))
        };
        read().map_err(|error| failure("read", folder, &error))
    }

    /// Whether the daemon takes files at all: no file waits for longer than it may.
    pub fn check_daemon(&self, waiting: &Files) -> Result<(), Failure> {
        let is_old = |path: &PathBuf| {
            let modified = fs::metadata(path).and_then(|about| about.modified());
            // A file that is gone was taken meanwhile.
            modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > self.stalled_after))
        };
        if !self.stalled_after.is_zero() && waiting.0.values().any(is_old) {
            let seconds = self.stalled_after.as_secs();
            return Err(Failure::Unavailable(
                format!("a file in the outbox waits for more than {seconds} s: does gammu-smsd run, and the modem?").into(),
            ));
        }
        Ok(())
    }

    /// Puts a file into the outbox, all of it or nothing.
    ///
    /// It is written under a name that the daemon passes over, and gets its own name when it is on the disk.
    pub fn put(&self, note: &str, name: &str, content: &[u8]) -> Result<(), Failure> {
        let draft = self.outbox.join(format!(".belfry-{note}"));
        let written = self
            .write(&draft, content)
            .and_then(|()| fs::rename(&draft, self.outbox.join(name)));
        if let Err(error) = written {
            let _ = fs::remove_file(&draft);
            return Err(failure("write to", &self.outbox, &error));
        }
        // The daemon sees the file now; a crash of the machine may still take it away.
        let kept = File::open(&self.outbox).and_then(|folder| folder.sync_all());
        kept.map_err(|error| {
            Failure::OutcomeUnknown(
                format!("cannot keep {}: {error}", self.outbox.display()).into(),
            )
        })
    }

    /// Whether a file can be written to the outbox.
    pub fn check_writable(&self) -> Result<(), Failure> {
        let draft = self.outbox.join(".belfry-health");
        let written = self.write(&draft, b"\n");
        let removed = fs::remove_file(&draft);
        written
            .and(removed)
            .map_err(|error| failure("write to", &self.outbox, &error))
    }

    fn write(&self, draft: &Path, content: &[u8]) -> io::Result<()> {
        // Left over from a crash. A new file, lest a link leads elsewhere.
        match fs::remove_file(draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(MODE)
            .open(draft)?;
        let group = fs::metadata(&self.outbox)?.gid();
        if file.metadata()?.gid() != group {
            // Not a member of that group: then others let us in, and the daemon is let in likewise.
            let _ = fchown(&file, None, Some(group));
        }
        file.set_permissions(Permissions::from_mode(MODE))?;
        file.write_all(content)?;
        file.sync_all()
    }
}

/// When a file was moved to where it is, in milliseconds since 1970; 0 if that cannot be told.
pub fn moved_at(path: &Path) -> i64 {
    fs::metadata(path).map_or(0, |about| {
        about.ctime() * 1000 + about.ctime_nsec() / 1_000_000
    })
}

/// A folder that is not there or closed waits for the operator; anything else, above all a full disk,
/// may pass. In all cases the daemon has seen nothing.
fn failure(verb: &str, folder: &Path, error: &io::Error) -> Failure {
    use io::ErrorKind::{NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let reason = format!("cannot {verb} {}: {error}", folder.display()).into();
    match error.kind() {
        NotFound | PermissionDenied | ReadOnlyFilesystem | NotADirectory => {
            Failure::Misconfigured(reason)
        }
        _ => Failure::Unavailable(reason),
    }
}
