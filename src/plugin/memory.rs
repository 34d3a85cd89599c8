//! What plugins hold in memory: how much, and how many libraries.
//!
//! A child is looked at from outside, through the system's own figures; a plugin in this process cannot
//! be told from the server, so there the figures are the server's.

use std::{fs, sync::Mutex};

use super::host::lock;

/// Libraries in this process from which on it is worth a warning: none is ever unloaded.
const MANY_LIBRARIES: usize = 8;

/// The hashes of the libraries that stay in this process for ever.
static LOADED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Counts a library that was loaded into this process.
pub(super) fn count_library(sha256: &str) {
    let mut loaded = lock(&LOADED);
    if loaded.iter().any(|other| other == sha256) {
        return;
    }
    loaded.push(sha256.to_owned());
    if loaded.len() > MANY_LIBRARIES {
        log::warn!(
            "{} plugin libraries are in this process and none is ever unloaded; restart the server \
             when it suits, or use isolation = \"process\"",
            loaded.len()
        );
    }
}

/// How many libraries of plugins were loaded into this process, and stay.
pub(super) fn libraries() -> usize {
    lock(&LOADED).len()
}

/// The bytes of memory that a process has resident, `None` being this one; 0 if it is gone.
pub(super) fn resident_bytes(process: Option<u32>) -> u64 {
    let process = process.map_or_else(|| "self".to_owned(), |id| id.to_string());
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    resident(&status).unwrap_or(0)
}

/// The line `VmRSS:  1234 kB` of a process's status, in bytes.
fn resident(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let size = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = size.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_this_process_is_known_and_that_of_a_dead_one_is_nothing() {
        assert!(resident_bytes(None) > 100_000);
        assert_eq!(resident_bytes(Some(u32::MAX)), 0);
        assert_eq!(resident("Name:\tx\nVmRSS:\t    12 kB\n"), Some(12 * 1024));
    }
}
