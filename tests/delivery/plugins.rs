//! Providers for tests: the shipped ones, built, `switch`, which a test breaks and repairs, and `gateway`
//! with every ability.

use std::{fs, path::Path, process::Command, sync::Once};

use crate::app::App;

/// The provider entry for `switch` in the folder of the server.
pub const SWITCH: &str = "[[notifications.providers]]\nname = \"switch\"\nplugin = \"switch\"\nconfig = { folder = \".\" }\n";

/// The provider entry for `gateway` in the folder of the server.
pub const GATEWAY: &str = "[[notifications.providers]]\nname = \"gateway\"\nplugin = \"gateway\"\nconfig = { folder = \".\" }\n";

/// Where plugins are that are not beside the executable.
pub const PLUGINS: &str = "[notifications]\nplugin_dir = \"plugins\"\n";

impl App {
    /// Puts `switch` and the shipped `file` provider into the server's plugin folder.
    pub fn add_plugins(&self, definitions: &[&str]) {
        self.build_switch(definitions);
        self.add_file_plugin();
    }

    /// Puts the shipped `file` provider into the server's plugin folder.
    pub fn add_file_plugin(&self) {
        let folder = self.path("plugins");
        fs::create_dir_all(&folder).unwrap();
        let shipped = Path::new(env!("CARGO_BIN_EXE_belfry")).with_file_name("libbelfry_file.so");
        if !folder.join("file.so").exists() {
            fs::hard_link(shipped, folder.join("file.so")).unwrap();
        }
    }

    /// Builds `switch` and puts it in place in one step.
    pub fn build_switch(&self, definitions: &[&str]) {
        self.build("switch", definitions);
    }

    /// Builds a provider of this folder and puts it in place in one step.
    pub fn build(&self, name: &str, definitions: &[&str]) {
        self.build_from(&format!("tests/delivery/{name}.c"), name, definitions);
    }

    /// Builds a provider from a source of the repository and puts it in place in one step.
    pub fn build_from(&self, source: &str, name: &str, definitions: &[&str]) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(self.path("plugins")).unwrap();
        let fresh = self.path(&format!("plugins/{name}.fresh"));
        let status = Command::new("cc")
            .args(["-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"])
            .args([
                "-Wno-unused-function",
                "-shared",
                "-fPIC",
                "-fvisibility=hidden",
            ])
            .args(definitions.iter().map(|name| format!("-D{name}")))
            .arg("-I")
            .arg(root.join("plugins/include"))
            .arg("-o")
            .arg(&fresh)
            .arg(root.join(source))
            .status()
            .unwrap();
        assert!(status.success(), "{source} does not build");
        fs::rename(fresh, self.path(&format!("plugins/{name}.so"))).unwrap();
    }

    /// Tells `switch` what to do from now on.
    pub fn switch_to(&self, word: &str) {
        fs::write(self.path("word.next"), word).unwrap();
        fs::rename(self.path("word.next"), self.path("word")).unwrap();
    }

    /// When `switch` was called, in milliseconds, and for which message.
    pub fn calls(&self) -> Vec<(i64, String)> {
        let lines = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let complete = lines.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let read = |line: &str| {
            let (at, id) = line.split_once(' ').unwrap();
            (at.parse().unwrap(), id.to_owned())
        };
        complete.lines().map(read).collect()
    }
}

/// A server with `switch` and more configuration, which says a word from the start.
pub fn with_switch(word: &str, providers: &str) -> App {
    build_shipped();
    let app = App::prepare(&format!("{PLUGINS}{providers}"), &[]);
    app.add_plugins(&[]);
    app.switch_to(word);
    app.serve();
    app
}

/// Builds the shipped plugins beside the executable, which `cargo test` alone does not.
pub fn build_shipped() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet"])
            .args(["file", "log", "http", "twilio"].map(|name| format!("--package=belfry-{name}")))
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let executable = Path::new(env!("CARGO_BIN_EXE_belfry"));
        if executable.parent().unwrap().ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo.status().unwrap().success(),
            "the plugins do not build"
        );
    });
}
