//! davy as a user runs it: a folder of its own for each test, the real binary, what it printed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// A project in a temporary folder that goes away with it.
pub struct Project {
    folder: tempfile::TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Project {
        let project = Project { folder: tempfile::tempdir().expect("a temporary folder") };
        // The root of the project: without it, what lies beside the folder would count as its context.
        project.write(".git/HEAD", "ref: refs/heads/main\n");
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).expect("a file that can be read")
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).expect("UTF-8")
    }

    /// The command with nothing of the environment that would change what it prints.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_davy"));
        command.args(args).current_dir(self.root());
        for name in
            ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "DAVY_BACKTRACE"]
        {
            command.env_remove(name);
        }
        command
    }

    pub fn davy(&self, args: &[&str]) -> Run {
        run(self.command(args), b"")
    }

    pub fn piped(&self, args: &[&str], input: &[u8]) -> Run {
        run(self.command(args), input)
    }

    /// `davy check --format json` and these arguments.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let run = self.davy(&[&["check", "--format", "json"], args].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}{}", run.out, run.err))
    }

    /// `code line:column` of every finding in `path`.
    pub fn found(&self, path: &str) -> Vec<String> {
        let json = self.json(&[path]);
        let findings = json["findings"].as_array().expect("a list");
        let place = |one: &serde_json::Value| {
            format!("{} {}:{}", text(&one["code"]), one["start"]["line"], one["start"]["column"])
        };
        findings.iter().map(place).collect()
    }
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a string")
}

/// Runs a command; davy never panics, whatever it is given.
pub fn run(mut command: Command, input: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("davy starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A command that does not read its input closes the pipe, which is no failure.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("davy ends");
    feeder.join().expect("the input is written");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("davy prints UTF-8");
    let run = Run { status: output.status, out: text(output.stdout), err: text(output.stderr) };
    for word in ["panicked at", "RUST_BACKTRACE", "stack overflow", "a bug of its own", "bug of davy"] {
        assert!(!run.err.contains(word) && !run.out.contains(word), "{run:#?}");
    }
    run
}

impl Run {
    /// The exit code; a signal is a failure of its own.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by a signal: {self:#?}"))
    }

    /// Asserts the exit code.
    pub fn exits(self, code: i32) -> Run {
        assert_eq!(self.code(), code, "{self:#?}");
        self
    }

    /// Asserts that it says each of these, on either stream, lines unwrapped.
    pub fn says(self, words: &[&str]) -> Run {
        let all = format!("{} {}", self.out, self.err);
        let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(all.contains(word), "`{word}` is not in {self:#?}");
        }
        self
    }

    pub fn silent_about(self, words: &[&str]) -> Run {
        for word in words {
            assert!(!self.out.contains(word) && !self.err.contains(word), "`{word}` is in {self:#?}");
        }
        self
    }
}
