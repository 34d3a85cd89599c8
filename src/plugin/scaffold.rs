//! `belfry plugin new`: a folder with a provider that builds at once and passes the checker as it is.
//!
//! The files are those of `plugins/template`, embedded, with the name put in. A provider in C gets the
//! header beside it, one in Rust the SDK's sources, so that neither needs anything but this binary; with
//! a clone of the repository, Rust can take the SDK from there.

mod files;

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The language of a new provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A `cdylib` crate with the SDK.
    Rust,
    /// C99 with a Makefile and the header.
    C,
}

/// The longest name.
const MAX_NAME: usize = 40;
/// Providers that come with Belfry: another one of that name would be taken for it, or it for the other.
const SHIPPED: [&str; 8] = [
    "email", "file", "gammu", "http", "log", "smpp", "twilio", "webhook",
];

/// Why there is no new provider.
#[derive(Debug)]
pub enum ScaffoldError {
    /// The name cannot be one; with the rule that it breaks.
    Name(String),
    /// Something of that name is there.
    Exists(PathBuf),
    /// The folder that should be the SDK is not.
    Sdk(PathBuf),
    /// A file cannot be written.
    Write(PathBuf, io::Error),
}

impl fmt::Display for ScaffoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(rule) => write!(f, "{rule}"),
            Self::Exists(path) => write!(
                f,
                "{} is there already and is left as it is; choose another name or move it away",
                path.display()
            ),
            Self::Sdk(path) => write!(
                f,
                "{} is not Belfry's SDK for Rust: give the folder `plugins/sdk` of a clone, or leave out --sdk \
                 and the sources come with the new folder",
                path.display()
            ),
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ScaffoldError {}

/// What was made.
pub struct Scaffold {
    /// The new folder.
    pub folder: PathBuf,
    /// How many files are in it.
    pub files: usize,
    /// What to type next, one command a line.
    pub next: Vec<String>,
}

/// Makes the folder `parent/NAME`; an SDK of a clone is linked to, else a copy comes along.
///
/// # Errors
/// If the name is no good, something of that name is there, or a file cannot be written.
pub fn scaffold(
    name: &str,
    language: Language,
    parent: &Path,
    sdk: Option<&Path>,
) -> Result<Scaffold, ScaffoldError> {
    check_name(name).map_err(ScaffoldError::Name)?;
    let sdk = sdk.map(sdk_of_clone).transpose()?;
    let folder = parent.join(name);
    fs::create_dir(&folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => ScaffoldError::Exists(folder.clone()),
        _ => ScaffoldError::Write(folder.clone(), error),
    })?;
    let names = Names::of(name, sdk.as_deref());
    let files = match language {
        Language::Rust => files::rust(sdk.is_none()),
        Language::C => files::c(),
    };
    let files: Vec<_> = files
        .iter()
        .map(|(path, content)| (folder.join(names.put_into(path)), names.put_into(content)))
        .collect();
    fill(&folder, &files)?;
    let library = match language {
        Language::Rust => format!("target/release/libbelfry_{}.so", names.ident),
        Language::C => format!("{name}.so"),
    };
    let (test, build) = match language {
        Language::Rust => ("cargo test", "cargo build --release"),
        Language::C => ("make test", "make"),
    };
    Ok(Scaffold {
        files: files.len(),
        next: vec![
            format!("cd {name}"),
            test.into(),
            build.into(),
            format!("belfry plugin check {library} --config config.toml --replay replay.json"),
        ],
        folder,
    })
}

fn check_name(name: &str) -> Result<(), String> {
    if let Some(rest) = name.strip_prefix("belfry-") {
        return Err(format!(
            "leave out \"belfry-\": a provider {rest:?} is the crate belfry-{rest} anyway"
        ));
    }
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(good)
        && !name.ends_with('-')
        && !name.contains("--");
    if !is_good || name.len() > MAX_NAME {
        return Err(format!(
            "{name:?} cannot be a provider's name: it has lower-case letters, digits and single '-' between \
             them, begins with a letter, and has at most {MAX_NAME} characters, such as town-crier"
        ));
    }
    if SHIPPED.contains(&name) {
        return Err(format!(
            "{name:?} comes with Belfry; choose another name, such as my-{name}"
        ));
    }
    if name == "test" {
        return Err("\"test\" is the file of the unit test; choose another name".into());
    }
    if name == "plugin" {
        return Err(
            "\"plugin\" would be the crate belfry-plugin, which is the SDK; choose another name"
                .into(),
        );
    }
    Ok(())
}

fn sdk_of_clone(path: &Path) -> Result<PathBuf, ScaffoldError> {
    let wrong = |_| ScaffoldError::Sdk(path.to_owned());
    let manifest = fs::read_to_string(path.join("Cargo.toml")).map_err(wrong)?;
    match manifest.contains("name = \"belfry-plugin\"") {
        true => path.canonicalize().map_err(wrong),
        false => Err(ScaffoldError::Sdk(path.to_owned())),
    }
}

/// What stands in the templates for the name.
struct Names<'a> {
    name: &'a str,
    ident: String,
    title: String,
    sdk: String,
    sdk_row: &'static str,
}

impl<'a> Names<'a> {
    fn of(name: &'a str, sdk: Option<&Path>) -> Self {
        let words = name.replace('-', " ");
        let (first, rest) = words.split_at(1);
        Self {
            name,
            ident: name.replace('-', "_"),
            title: first.to_uppercase() + rest,
            // A path of a clone may hold anything that TOML would read otherwise.
            sdk: sdk.map_or_else(
                || files::SDK_FOLDER.to_owned(),
                |sdk| {
                    sdk.display()
                        .to_string()
                        .replace('\\', "\\\\")
                        .replace('"', "\\\"")
                },
            ),
            sdk_row: match sdk {
                Some(_) => "",
                None => "| `belfry-plugin/` | the SDK, as the server has it |\n",
            },
        }
    }

    fn put_into(&self, text: &str) -> String {
        text.replace("{{name}}", self.name)
            .replace("{{ident}}", &self.ident)
            .replace("{{title}}", &self.title)
            .replace("{{sdk}}", &self.sdk)
            .replace("{{sdk row}}\n", self.sdk_row)
    }
}

/// Writes the files of a folder that was just made; if one cannot be written, the folder goes again, but
/// for what somebody else has put there meanwhile.
fn fill(folder: &Path, files: &[(PathBuf, String)]) -> Result<(), ScaffoldError> {
    let mut made = vec![folder.to_owned()];
    for (path, content) in files {
        if let Err(error) = write(path, content, &mut made) {
            for path in made.iter().rev() {
                // One that is not there or not empty is left.
                let _ = match path.is_dir() {
                    true => fs::remove_dir(path),
                    false => fs::remove_file(path),
                };
            }
            return Err(ScaffoldError::Write(path.clone(), error));
        }
    }
    Ok(())
}

/// Writes a file with the folders above it, and adds what it makes to `made`.
fn write(path: &Path, content: &str, made: &mut Vec<PathBuf>) -> io::Result<()> {
    let missing: Vec<_> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        made.push(folder.to_owned());
    }
    let mut file = fs::File::create_new(path)?;
    made.push(path.to_owned());
    file.write_all(content.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files_and_crates() {
        for name in ["a", "town", "town-crier", "a1-b2"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in [
            "",
            "-a",
            "a-",
            "a--b",
            "1a",
            "Town",
            "a_b",
            "a/b",
            "..",
            "é",
            "plugin",
            "file",
            "belfry-town",
            &"a".repeat(41),
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_there_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("town")).unwrap();
        let made = scaffold("town", Language::C, parent.path(), None);
        assert!(matches!(made, Err(ScaffoldError::Exists(_))));
        assert_eq!(fs::read_dir(parent.path().join("town")).unwrap().count(), 0);
    }

    #[test]
    fn no_placeholder_is_left_and_the_sdk_comes_along_or_is_linked_to() {
        let parent = tempfile::tempdir().unwrap();
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins/sdk");
        for (name, language, sdk) in [
            ("with-copy", Language::Rust, None),
            ("with-clone", Language::Rust, Some(sdk.as_path())),
            ("in-c", Language::C, None),
        ] {
            let made = scaffold(name, language, parent.path(), sdk).unwrap();
            let mut files = 0;
            let mut folders = vec![made.folder.clone()];
            while let Some(folder) = folders.pop() {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                        continue;
                    }
                    files += 1;
                    let content = fs::read_to_string(&path).unwrap();
                    assert!(!content.contains("{{"), "{}", path.display());
                    assert!(!content.contains("workspace = true"), "{}", path.display());
                }
            }
            assert_eq!(files, made.files);
            let has_copy = made.folder.join("belfry-plugin/src/lib.rs").exists();
            assert_eq!(has_copy, language == Language::Rust && sdk.is_none());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_filled_goes_again_without_what_is_not_ours() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("town");
        let file = |path: &str| (folder.join(path), "text".to_owned());
        // A file cannot be a folder.
        let files = [file("a"), file("b/c/d"), file("a/e")];
        for foreign in [None, Some("b/theirs")] {
            fs::create_dir(&folder).unwrap();
            if let Some(path) = foreign {
                fs::create_dir(folder.join("b")).unwrap();
                fs::write(folder.join(path), "theirs").unwrap();
            }
            let filled = fill(&folder, &files);
            assert!(
                matches!(filled, Err(ScaffoldError::Write(path, _)) if path == folder.join("a/e"))
            );
            assert_eq!(folder.exists(), foreign.is_some());
            if let Some(path) = foreign {
                assert_eq!(fs::read(folder.join(path)).unwrap(), b"theirs");
                assert!(!folder.join("a").exists() && !folder.join("b/c").exists());
            }
        }
    }

    #[test]
    fn what_is_not_the_sdk_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let made = scaffold("town", Language::Rust, parent.path(), Some(parent.path()));
        assert!(matches!(made, Err(ScaffoldError::Sdk(_))));
        assert!(!parent.path().join("town").exists());
    }
}
