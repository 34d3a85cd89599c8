//! Belfry SMS provider `file`: appends each message as one JSON line to a file.
//!
//! For development and tests. The file is opened at each send, so it may be moved or removed at any
//! time; a path that cannot be written is [`Failure::Unavailable`] and the message waits.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::PathBuf,
};

use belfry_plugin::{Description, Failure, Host, Message, Provider, Sent};
use serde::{Deserialize, Serialize};

/// The `config` table of the provider.
#[derive(Deserialize)]
pub struct Config {
    /// The file; made when it is missing, readable by its owner only.
    path: PathBuf,
}

/// The provider.
pub struct FileProvider {
    host: Host,
    path: PathBuf,
}

/// One line of the file.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    sender: &'a str,
    locale: &'a str,
    template: &'a str,
    attempt: u32,
    at_unix_ms: i64,
}

impl Provider for FileProvider {
    type Config = Config;

    fn description() -> Description {
        Description::new("file", "File")
            .version(env!("CARGO_PKG_VERSION"))
            .config_schema(serde_json::json!({
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": {
                        "type": "string",
                        "format": "path",
                        "minLength": 1,
                        "title": "File",
                        "description": "Each message is appended as one JSON line",
                    },
                },
            }))
    }

    fn create(host: Host, config: Config) -> Result<Self, Failure> {
        let path = config.path;
        Ok(Self { host, path })
    }

    fn send(&self, message: &Message<'_>) -> Result<Sent, Failure> {
        let line = Line {
            id: message.id,
            to: message.to,
            text: message.text,
            sender: message.sender,
            locale: message.locale,
            template: message.template_name,
            attempt: message.attempt,
            at_unix_ms: self.host.now_unix_ms(),
        };
        let line = serde_json::to_string(&line)
            .map_err(|error| Failure::Internal(error.to_string().into()))?;
        self.append(&line).map_err(|error| {
            let path = self.path.display();
            Failure::Unavailable(format!("cannot append to {path}: {error}").into())
        })?;
        Ok(Sent {
            provider_id: message.id.to_owned(),
            ..Sent::default()
        })
    }
}

impl FileProvider {
    /// Appends in one write under a lock, so that lines of several writers never interleave.
    fn append(&self, line: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        let mut file = match options.clone().read(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                options.open(&self.path)?
            }
            opened => opened?,
        };
        // Another server may write to the same file. Where locks are not offered there is none.
        let _ = file.lock();
        let before = if ends_mid_line(&file) { "\n" } else { "" };
        let bytes = format!("{before}{line}\n");
        match file.write(bytes.as_bytes())? {
            written if written == bytes.len() => Ok(()),
            _ => Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "the disk is full",
            )),
        }
    }
}

/// Whether an earlier line was cut, as on a full disk: the next one must not be glued to it.
fn ends_mid_line(file: &File) -> bool {
    let mut last = [0];
    file.metadata().is_ok_and(|about| {
        about.is_file()
            && about.len() > 0
            && file.read_exact_at(&mut last, about.len() - 1).is_ok()
            && last != *b"\n"
    })
}

belfry_plugin::export!(FileProvider: Send);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use belfry_plugin::FakeHost;

    fn provider(name: &str) -> FileProvider {
        let path = std::env::temp_dir().join(format!("belfry-file-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        FileProvider::create(FakeHost::default().host(), Config { path }).unwrap()
    }

    #[test]
    fn a_cut_line_is_not_continued() {
        let provider = provider("cut");
        std::fs::write(&provider.path, "{\"id\":\"hal").unwrap();
        provider
            .send(&Message {
                id: "m1",
                ..Message::default()
            })
            .unwrap();
        let content = std::fs::read_to_string(&provider.path).unwrap();
        std::fs::remove_file(&provider.path).unwrap();
        let last: serde_json::Value =
            serde_json::from_str(content.lines().last().unwrap()).unwrap();
        assert_eq!(content.lines().count(), 2);
        assert_eq!(last["id"], "m1");
    }

    #[test]
    fn a_path_that_cannot_be_written_is_unavailable() {
        let path = "/nonexistent/sms.jsonl".into();
        let provider = FileProvider::create(FakeHost::default().host(), Config { path }).unwrap();
        let outcome = provider.send(&Message::default());
        assert!(matches!(outcome, Err(Failure::Unavailable(_))));
    }
}
