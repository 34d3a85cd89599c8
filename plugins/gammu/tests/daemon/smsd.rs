//! The real gammu-smsd with its dummy phone, and what its log says that the phone was given.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use belfry_gammu::{Config, Gammu};
use belfry_plugin::{FakeHost, Message, Provider as _};
use tempfile::TempDir;

/// A number that nobody has.
pub const NUMBER: &str = "+41790000001";

/// The daemon's folders, and the daemon itself while it runs.
pub struct Smsd {
    folder: TempDir,
    child: Option<Child>,
}

/// One SMS as the phone got it.
#[derive(Debug, PartialEq)]
pub struct Sms {
    pub number: String,
    pub is_unicode: bool,
    /// Empty, or what joins the parts of a long text.
    pub header: Vec<u8>,
    pub text: String,
}

impl Smsd {
    /// Folders without a daemon.
    pub fn prepare() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = folder.path();
        for name in ["inbox", "outbox", "sent", "error"] {
            fs::create_dir_all(root.join("spool").join(name)).unwrap();
        }
        for name in [
            "sms/1", "sms/2", "sms/3", "sms/4", "sms/5", "pbk/ME", "pbk/SM",
        ] {
            fs::create_dir_all(root.join("phone").join(name)).unwrap();
        }
        for name in ["note", "todo", "calendar", "alarm", "fs", "incoming"] {
            fs::create_dir_all(root.join("phone").join(name)).unwrap();
        }
        let root = root.display();
        let smsdrc = format!(
            "[gammu]\nmodel = dummy\nconnection = none\nport = {root}/phone\ndevice = {root}/phone\n\
             [smsd]\nservice = files\nlogfile = {root}/smsd.log\ndebuglevel = 255\n\
             inboxpath = {root}/spool/inbox/\noutboxpath = {root}/spool/outbox/\n\
             sentsmspath = {root}/spool/sent/\nerrorsmspath = {root}/spool/error/\n\
             transmitformat = auto\ncommtimeout = 1\nloopsleep = 1\n\
             checksecurity = 0\ncheckbattery = 0\nchecksignal = 0\n"
        );
        fs::write(folder.path().join("smsdrc"), smsdrc).unwrap();
        Self {
            folder,
            child: None,
        }
    }

    /// Folders and a daemon that works on them.
    pub fn start() -> Self {
        let mut smsd = Self::prepare();
        smsd.run();
        smsd
    }

    /// Starts the daemon.
    pub fn run(&mut self) {
        let child = Command::new("gammu-smsd")
            .arg("-c")
            .arg(self.folder.path().join("smsdrc"))
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|fault| panic!("gammu-smsd: {fault}; see tests/run.sh"));
        self.child = Some(child);
    }

    /// A provider for the folders, with all defaults but those that `change` changes.
    pub fn provider(&self, change: impl FnOnce(&mut Config)) -> Gammu {
        provider(self.folder.path().join("spool"), change)
    }

    /// A folder of the spool.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("spool").join(name)
    }

    /// Waits until that many files are in `sent`.
    #[track_caller]
    pub fn wait_for_sent(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        while names(&self.path("sent")).len() < count {
            assert!(Instant::now() < end, "the log ends with {}", self.log_end());
            sleep(Duration::from_millis(50));
        }
    }

    /// Whether the daemon said that in its log.
    pub fn has_logged(&self, words: &str) -> bool {
        self.log().contains(words)
    }

    fn log(&self) -> String {
        let log = fs::read(self.folder.path().join("smsd.log")).unwrap_or_default();
        String::from_utf8(log).unwrap()
    }

    fn log_end(&self) -> String {
        let log = self.log();
        log.lines().rev().take(5).collect::<Vec<_>>().join("\n")
    }

    /// Every SMS that the phone was given, in order.
    pub fn phone(&self) -> Vec<Sms> {
        let log = self.log();
        let blocks = log.split("gammu: SMS Submit\n").skip(1);
        blocks.map(|block| read(block.lines())).collect()
    }
}

impl Drop for Smsd {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Not killed: it removes its shared memory.
            let pid = child.id().to_string();
            Command::new("kill").arg(pid).status().ok();
            child.wait().ok();
        }
    }
}

/// A provider for a spool.
pub fn provider(spool: PathBuf, change: impl FnOnce(&mut Config)) -> Gammu {
    let mut config = Config {
        spool,
        outbox: None,
        sent: None,
        error: None,
        priority: 'A',
        delivery_report: false,
        flash: false,
        stalled_after: 300,
    };
    change(&mut config);
    Gammu::create(FakeHost::default().host(), config).unwrap()
}

/// A message to [`NUMBER`].
pub fn message<'a>(id: &'a str, text: &'a str) -> Message<'a> {
    Message {
        id,
        to: NUMBER,
        text,
        ..Message::default()
    }
}

/// All names in a folder, hidden ones too.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Reads what gammu logs of an SMS: number, header and text, the last two as dumps of bytes.
fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Sms {
    let mut sms = Sms {
        number: String::new(),
        is_unicode: false,
        header: Vec::new(),
        text: String::new(),
    };
    let mut lines = lines
        .map_while(|line| line.split_once("]: gammu: "))
        .map(|(_, line)| line);
    while let Some(line) = lines.next() {
        if let Some(number) = line.strip_prefix("Recipient number ") {
            sms.number = number.trim_matches('"').to_owned();
        } else if let Some(length) = line.strip_prefix("UDH, length ") {
            sms.header = dump(&mut lines, length.parse().unwrap());
        } else if let Some(length) = line.strip_prefix("Unicode SMS, length ") {
            let bytes = dump(&mut lines, 2 * length.parse::<usize>().unwrap());
            let units: Vec<_> = bytes
                .chunks(2)
                .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
                .collect();
            sms.is_unicode = true;
            sms.text = String::from_utf16(&units).unwrap();
            return sms;
        } else if line.starts_with("7 bit SMS, length ") {
            sms.text = lines.collect::<Vec<_>>().join("\n");
            return sms;
        }
    }
    panic!("an SMS without a text: {sms:?}");
}

/// Reads a dump: cells of four columns, two hexadecimal digits first, sixteen in a line.
fn dump<'a>(lines: &mut impl Iterator<Item = &'a str>, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let line = lines.next().unwrap().as_bytes();
        let cells = line.chunks(4).take((length - bytes.len()).min(16));
        if line.is_empty() {
            continue;
        }
        bytes.extend(cells.map(|cell| {
            let digits = std::str::from_utf8(&cell[..2]).unwrap();
            u8::from_str_radix(digits, 16).unwrap()
        }));
    }
    bytes
}
