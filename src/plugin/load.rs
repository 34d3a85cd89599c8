//! From a plugin's name to its loaded table, with every check made before its code runs.
//!
//! A library's initialisers run as soon as it is opened, so [`check`] decides everything first: the
//! place, owner and mode of the file and of every folder above it, and the hash of its bytes. The
//! bytes that were hashed are then written to a private folder, and that copy is what [`open`] loads,
//! so that nobody can change the file in between. [`open`] runs in the child process or, with
//! in-process isolation, here. A library is never unloaded (plugin-abi §10).

#![allow(unsafe_code)]

use std::{
    ffi::{CStr, c_int},
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW, Symbol};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::{Options, abi, manifest};

/// The largest plugin that is read, in bytes; debug builds with TLS come near a fifth of it.
const MAX_FILE: u64 = 512 * 1024 * 1024;
/// Keeps the library mapped whatever happens; the value on Linux, which libloading does not name.
const RTLD_NODELETE: c_int = 0x1000;

/// The private copy of a plugin whose file passed every check.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    /// The copy; its name is its hash.
    pub path: PathBuf,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Finds a plugin by name, checks it, and makes the private copy.
///
/// # Errors
/// One sentence for the operator.
pub(super) fn check(name: &str, pin: Option<&str>, options: &Options) -> Result<Checked, String> {
    let path = locate(name, options)?;
    check_file(&path, options, |hash| options.pins.check(&path, hash, pin))
}

/// Checks a file, `may_run` its hash too, and makes the private copy.
///
/// # Errors
/// One sentence for the operator.
pub(super) fn check_file(
    path: &Path,
    options: &Options,
    may_run: impl FnOnce(&str) -> Result<(), String>,
) -> Result<Checked, String> {
    let mut file = open_checked(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let hash = hex::encode(Sha256::digest(&bytes));
    may_run(&hash)?;
    let copy = copy(&bytes, &hash, options)
        .map_err(|error| format!("cannot make a private copy of {}: {error}", path.display()))?;
    Ok(Checked {
        path: copy,
        sha256: hash,
    })
}

/// Where plugins are looked for, and whether a place holds nothing but plugins.
pub(super) fn folders(options: &Options) -> Vec<(PathBuf, bool)> {
    let beside = options.executable.parent().unwrap_or(Path::new("/"));
    match &options.plugin_dir {
        Some(folder) => vec![(folder.clone(), true)],
        None => vec![(beside.join("plugins"), true), (beside.to_owned(), false)],
    }
}

/// The file of that name, in the places that the configuration allows, links resolved.
pub(super) fn locate(name: &str, options: &Options) -> Result<PathBuf, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(good) {
        return Err("the plugin's name must be letters, digits, '-', '_' and '.'; no path".into());
    }
    let folders: Vec<_> = folders(options)
        .into_iter()
        .map(|(folder, _)| folder)
        .collect();
    let files = [
        format!("libbelfry_{}.so", name.replace('-', "_")),
        format!("{name}.so"),
    ];
    for folder in &folders {
        for file in &files {
            let Ok(path) = folder.join(file).canonicalize() else {
                continue;
            };
            let inside = folder
                .canonicalize()
                .is_ok_and(|folder| path.starts_with(folder));
            return match inside {
                true => Ok(path),
                false => Err(format!("{file} is a link that leaves {}", folder.display())),
            };
        }
    }
    let places: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    Err(format!(
        "no {} and no {} in {}",
        files[0],
        files[1],
        places.join(" or ")
    ))
}

/// Opens the file without following links and checks it and every folder above it.
fn open_checked(path: &Path) -> Result<File, String> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let about = file.metadata().map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err(format!("{} is not a regular file", path.display()));
    }
    if about.len() > MAX_FILE {
        return Err(format!("{} is larger than 512 MB", path.display()));
    }
    is_safe(&about, path, false)?;
    for folder in path.ancestors().skip(1) {
        let about = fs::symlink_metadata(folder)
            .map_err(|error| format!("cannot look at {}: {error}", folder.display()))?;
        is_safe(&about, folder, true)?;
    }
    Ok(file)
}

/// Whether only root and the server's user can change it. In a sticky folder, such as the one for
/// temporary files, others cannot replace what is not theirs. A group counts as others unless it is
/// root's or the server's own, as with a umask of 002.
fn is_safe(about: &fs::Metadata, path: &Path, is_folder: bool) -> Result<(), String> {
    let user = rustix::process::geteuid().as_raw();
    let group = rustix::process::getegid().as_raw();
    if about.uid() != 0 && about.uid() != user {
        return Err(format!(
            "{} belongs to user {}; it must belong to root or to the server's user {user}",
            path.display(),
            about.uid()
        ));
    }
    let sticky = is_folder && about.mode() & 0o1000 != 0;
    let by_all = about.mode() & 0o002 != 0;
    let by_group = about.mode() & 0o020 != 0 && about.gid() != 0 && about.gid() != group;
    if (by_all || by_group) && !sticky {
        return Err(format!(
            "{} can be written by others (mode {:o})",
            path.display(),
            about.mode() & 0o7777
        ));
    }
    Ok(())
}

/// Writes the bytes to `<hash>.so` in the private folder; a copy that is there already is taken if
/// it is whole.
fn copy(bytes: &[u8], hash: &str, options: &Options) -> io::Result<PathBuf> {
    let folder = private_folder(options)?;
    let path = folder.join(format!("{hash}.so"));
    if fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(path);
    }
    let fresh = folder.join(format!(
        "{hash}.{}.{:x}",
        std::process::id(),
        rand::random::<u64>()
    ));
    let written = File::options()
        .write(true)
        .create_new(true)
        .mode(0o500)
        .open(&fresh)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&fresh, &path));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written.map(|()| path)
}

/// Removes copies that are older than a week, of plugins that were replaced since. Only before any
/// provider is started: a running one may need its copy again.
pub(super) fn remove_old(options: &Options) {
    let Ok(folder) = private_folder(options) else {
        return;
    };
    let week = Duration::from_secs(7 * 24 * 3600);
    let is_old = |about: fs::Metadata| {
        let age = about.modified().ok().and_then(|made| made.elapsed().ok());
        age.is_some_and(|age| age > week)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.metadata().is_ok_and(is_old) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The folder of the copies: ours alone, and no link.
fn private_folder(options: &Options) -> io::Result<PathBuf> {
    let user = rustix::process::geteuid().as_raw();
    let folder = match &options.copies {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("belfry-plugins-{user}")),
    };
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let about = fs::symlink_metadata(&folder)?;
    if !about.is_dir() || about.uid() != user || about.mode() & 0o077 != 0 {
        let message = format!(
            "{} must be a folder of mode 0700 that is ours",
            folder.display()
        );
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(folder)
}

/// A loaded library's table and description. Never unloaded, so the table may be kept for ever.
#[derive(Clone)]
pub(super) struct Loaded {
    pub table: abi::Plugin,
    pub description: String,
}

/// Loads a checked copy: from here on the plugin's code runs.
///
/// # Errors
/// One sentence for the operator: what the loader says, or what is wrong with the table.
pub(super) fn open(path: &Path) -> Result<Loaded, String> {
    // SAFETY: running the library's initialisers is what this is for; `check` decided that we may.
    let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) }
        .map_err(|error| {
            // The loader's own words are the source of libloading's error.
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!(
                "cannot be loaded: {}",
                cause.unwrap_or_else(|| error.to_string())
            )
        })?;
    // SAFETY: the symbol has this type in every version of the interface.
    let entry: Symbol<abi::Entry> = unsafe { library.get(abi::ENTRY) }
        .map_err(|_| format!("has no symbol {}: not a provider", abi::ENTRY))?;
    // SAFETY: the header's promise: pure, and a table of static memory or NULL; `read_table` reads no
    // more of it than the table says that it has.
    let table = unsafe { abi::read_table(entry(abi::ABI_MAJOR)) }?;
    // Leaked on purpose: unloading is unsound with thread-local destructors.
    let _ = library.into_raw();
    let description = complete(&table)?;
    Ok(Loaded { table, description })
}

/// What every table must have; its description.
fn complete(table: &abi::Plugin) -> Result<String, String> {
    let Some(describe) = table.describe else {
        return Err("the plugin has no describe".into());
    };
    if table.create.is_none() || table.destroy.is_none() {
        return Err("the plugin has no create or no destroy".into());
    }
    if table.verify_start.is_some() != table.verify_check.is_some() {
        return Err("the plugin has only one of verify_start and verify_check".into());
    }
    if table.send.is_none() && table.verify_start.is_none() {
        return Err("the plugin can neither send nor verify".into());
    }
    // SAFETY: called once, right after loading, as the header says.
    let description = unsafe { describe() };
    if description.is_null() {
        return Err("the plugin has no description".into());
    }
    // SAFETY: NUL-terminated text for the life of the process, as the header says.
    let description = unsafe { CStr::from_ptr(description) };
    if description.count_bytes() > manifest::MAX_DESCRIPTION {
        return Err("the plugin's description is longer than 64 kB".into());
    }
    let description = description.to_str();
    Ok(description
        .map_err(|_| "the plugin's description is not UTF-8")?
        .to_owned())
}
