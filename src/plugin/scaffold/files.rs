//! The files of a new provider: path below its folder, and content with placeholders.
//!
//! Everything is embedded, so that `belfry plugin new` needs neither a clone nor a network.

/// Where the copy of the SDK goes.
pub(super) const SDK_FOLDER: &str = "belfry-plugin";

type Files = Vec<(String, String)>;

macro_rules! template {
    ($($path:literal from $file:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../../plugins/", $file)))),*]
    };
}

macro_rules! sdk {
    ($($file:literal),* $(,)?) => {
        [$(($file, include_str!(concat!("../../../plugins/sdk/src/", $file)))),*]
    };
}

const BOTH: [(&str, &str); 3] = template![
    "config.toml" from "template/both/config.toml",
    "gateway.py" from "template/both/gateway.py",
    "replay.json" from "template/both/replay.json",
];

const RUST: [(&str, &str); 4] = template![
    ".gitignore" from "template/rust/gitignore",
    "Cargo.toml" from "template/rust/Cargo.toml",
    "README.md" from "template/rust/README.md",
    "src/lib.rs" from "template/rust/lib.rs",
];

const C: [(&str, &str); 7] = template![
    ".gitignore" from "template/c/gitignore",
    "Makefile" from "template/c/Makefile",
    "README.md" from "template/c/README.md",
    "belfry_plugin.h" from "include/belfry_plugin.h",
    "json.h" from "template/c/json.h",
    "test.c" from "template/c/test.c",
    "{{name}}.c" from "template/c/plugin.c",
];

const SDK_MANIFEST: &str = include_str!("../../../plugins/sdk/Cargo.toml");

const SDK: [(&str, &str); 12] = sdk![
    "abi.rs",
    "abilities.rs",
    "calls.rs",
    "client.rs",
    "convert.rs",
    "export.rs",
    "fake_host.rs",
    "host.rs",
    "http.rs",
    "lib.rs",
    "provider.rs",
    "public.rs",
];

/// A provider in Rust, with or without a copy of the SDK.
pub(super) fn rust(with_sdk: bool) -> Files {
    let mut files = owned(&[&RUST[..], &BOTH].concat());
    if with_sdk {
        files.push((format!("{SDK_FOLDER}/Cargo.toml"), sdk_manifest()));
        files
            .extend(SDK.iter().map(|(name, content)| {
                (format!("{SDK_FOLDER}/src/{name}"), (*content).to_owned())
            }));
    }
    files
}

/// A provider in C.
pub(super) fn c() -> Files {
    owned(&[&C[..], &BOTH].concat())
}

fn owned(files: &[(&str, &str)]) -> Files {
    files
        .iter()
        .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
        .collect()
}

/// The SDK's manifest without the workspace that it inherits from here.
fn sdk_manifest() -> String {
    SDK_MANIFEST
        .replace(
            "version.workspace = true",
            concat!("version = \"", env!("CARGO_PKG_VERSION"), "\""),
        )
        .replace("edition.workspace = true", "edition = \"2024\"")
        .replace("license.workspace = true", "license = \"Apache-2.0\"")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn the_copy_of_the_sdk_is_whole() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/sdk/src");
        let there: BTreeSet<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let embedded: BTreeSet<_> = SDK.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(embedded, there);
    }
}
