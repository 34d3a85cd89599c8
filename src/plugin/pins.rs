//! Which file of a plugin may run: the hashes that the operator pins.
//!
//! A provider may pin the file of its plugin itself. The configuration pins files by their names for all
//! providers, those of the API among them. Every pin that there is for a file must fit it. One table is
//! shared by all providers of a server, and may be replaced while it runs.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use super::host::lock;

/// The pins of a server; clones are the same table.
#[derive(Clone, Default)]
pub struct Pins(Arc<Mutex<PinTable>>);

/// What the operator pins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinTable {
    /// Whether a plugin is refused whose file nobody pins.
    pub required: bool,
    /// SHA-256 in hexadecimal by the name of the file, links resolved, such as `libbelfry_file.so`.
    pub files: BTreeMap<String, String>,
}

impl Pins {
    /// The pins of that table.
    pub fn new(table: PinTable) -> Self {
        Self(Arc::new(Mutex::new(table)))
    }

    /// Puts another table in its place; what runs goes on. The one before.
    pub fn replace(&self, table: PinTable) -> PinTable {
        std::mem::replace(&mut *lock(&self.0), table)
    }

    /// Whether a file with that hash may run for a provider that pins `own`.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub(super) fn check(&self, file: &Path, sha256: &str, own: Option<&str>) -> Result<(), String> {
        let table = lock(&self.0);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let of_file = table.files.get(name.as_ref()).map(String::as_str);
        let path = file.display();
        if own.is_some_and(|pin| !pin.eq_ignore_ascii_case(sha256)) {
            return Err(format!(
                "{path} has sha256 {sha256}, another is pinned by the provider"
            ));
        }
        if of_file.is_some_and(|pin| !pin.eq_ignore_ascii_case(sha256)) {
            return Err(format!(
                "{path} has sha256 {sha256}, another is pinned below [notifications.pins] in the configuration"
            ));
        }
        if table.required && own.or(of_file).is_none() {
            return Err(format!(
                "require_pins is set and {path} is not pinned: write \"{name}\" = \"{sha256}\" below \
                 [notifications.pins] in the configuration, or give the provider sha256 = \"{sha256}\""
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pins(required: bool, files: &[(&str, &str)]) -> Pins {
        let files = files.iter();
        Pins::new(PinTable {
            required,
            files: files
                .map(|(name, pin)| ((*name).to_owned(), (*pin).to_owned()))
                .collect(),
        })
    }

    fn check(pins: &Pins, own: Option<&str>) -> Result<(), String> {
        pins.check(Path::new("/plugins/town.so"), "ab", own)
    }

    #[test]
    fn every_pin_must_fit() {
        let free = pins(false, &[("city.so", "cd")]);
        assert_eq!(check(&free, None), Ok(()));
        assert_eq!(check(&free, Some("AB")), Ok(()));
        assert!(check(&free, Some("cd")).unwrap_err().contains("provider"));
        let pinned = pins(true, &[("town.so", "AB")]);
        assert_eq!(check(&pinned, None), Ok(()));
        assert!(check(&pinned, Some("cd")).is_err());
        let other = pins(false, &[("town.so", "cd")]);
        let reason = check(&other, Some("ab")).unwrap_err();
        assert!(reason.contains("[notifications.pins]"), "{reason}");
    }

    #[test]
    fn what_nobody_pins_is_refused_where_pins_are_obligatory() {
        let required = pins(true, &[("city.so", "ab")]);
        let reason = check(&required, None).unwrap_err();
        assert!(reason.contains("\"town.so\" = \"ab\""), "{reason}");
        assert_eq!(check(&required, Some("ab")), Ok(()));
        required.replace(PinTable::default());
        assert_eq!(check(&required, None), Ok(()));
    }
}
