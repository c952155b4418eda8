//! What several test files share: the built binary, temporary folders, real Pythons, and how to say that something was skipped.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The built binary, with nothing of the caller's colours.
pub fn davy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_davy"));
    command.env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1");
    command
}

/// A new folder that goes away with its guard.
pub fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("davy-test-").tempdir().expect("the temporary folder is writable")
}

/// Copies a folder with all that is in it, but no caches.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the copy is writable");
    for entry in fs::read_dir(from).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            if entry.file_name() != "__pycache__" {
                copy(&entry.path(), &target);
            }
        } else {
            fs::copy(entry.path(), target).expect("the copy is writable");
        }
    }
}

/// Runs a command, which has to start; its output with both streams.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs a command that reads `input`.
pub fn run_with(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("writing does not panic").expect("the command reads its input");
    output
}

/// A file below a folder, with the folders that it lies in.
pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// Both streams, for a message.
pub fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A line that `cargo test` shows though the test passes.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Says that a test could not do its work. With `DAVY_REQUIRE_ORACLES` set, as on a build server, it fails instead.
pub fn skip(test: &str, why: &str) {
    let line = format!("{test}: skipped: offline ({why}); 1 skipped");
    assert!(std::env::var_os("DAVY_REQUIRE_ORACLES").is_none(), "{line}");
    say(&line);
}

/// The Python of a virtual environment with `packages`, under `target/venv`. It is made once; whoever else wants it waits.
pub fn venv(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let place = prepared(&format!("venv/{name}"), &packages.join("\n"), |place| {
        step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place))?;
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"];
        step(Command::new(bin(place).join("python")).args(pip).args(packages))
    })?;
    Ok(bin(&place).join("python"))
}

/// Where a virtual environment keeps its programs.
pub fn bin(place: &Path) -> PathBuf {
    place.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// A folder under `target`, filled once by `make`, by one process at a time. `wanted` tells whether what is there is still right.
pub fn prepared(path: &str, wanted: &str, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder lies in target").join(path);
    fs::create_dir_all(place.parent().expect("the folder lies in target")).map_err(|error| error.to_string())?;
    let ready = place.with_extension("ready");
    let lock = File::create(place.with_extension("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if fs::read_to_string(&ready).is_ok_and(|text| text == wanted) && place.is_dir() {
        return Ok(place);
    }
    let _ = fs::remove_file(&ready);
    make(&place)?;
    fs::write(&ready, wanted).map_err(|error| error.to_string())?;
    Ok(place)
}

/// A command that has to succeed; else its last line.
pub fn step(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = said(&output);
    Err(said.lines().rfind(|line| line.contains("ERROR")).or(said.lines().last()).unwrap_or("no output").to_owned())
}

/// Git as if nobody had configured it, and as if no git around this test had set it up.
pub fn clean_git(command: &mut Command) -> &mut Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    let person = [("NAME", "davy"), ("EMAIL", "davy@example.invalid")];
    for (what, value) in person {
        command.env(format!("GIT_AUTHOR_{what}"), value).env(format!("GIT_COMMITTER_{what}"), value);
    }
    command.env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1").env_remove("SKIP")
}

/// What git prints, which has to succeed.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    clean_git(&mut command).args(["-c", "init.defaultBranch=main"]).args(args).current_dir(folder);
    let output = run(&mut command);
    assert!(output.status.success(), "git {args:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The folder of programs of an npm package, under `target/npm`.
pub fn npm(name: &str, package: &str) -> Result<PathBuf, String> {
    let place = prepared(&format!("npm/{name}"), package, |place| {
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        let options = ["install", "--no-save", "--no-audit", "--no-fund", "--fetch-retries", "1", "--prefix"];
        step(Command::new("npm").args(options).arg(place).arg(package))
    })?;
    Ok(place.join("node_modules"))
}

/// Has cargo, as pip starts it, build in a target folder of its own, as the binary under test must stay where it is, and soon.
pub fn builds(pip: &mut Command) -> &mut Command {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("wheel-target");
    pip.env("CARGO_TARGET_DIR", place).env("MATURIN_PEP517_ARGS", "--profile quick")
}

/// A folder with davy's wheel, built by pip from this package.
pub fn wheel() -> Result<PathBuf, String> {
    let python = venv("wheel", &["pip>=24", "maturin>=1.9,<2"])?;
    let binary = fs::read(env!("CARGO_BIN_EXE_davy")).map_err(|error| error.to_string())?;
    let wanted = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&binary));
    prepared("wheel", &wanted, |place| {
        let _ = fs::remove_dir_all(place);
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]);
        let scripts = python.parent().expect("it lies in a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(scripts.to_owned()).chain(std::env::split_paths(&path));
        pip.env("PATH", std::env::join_paths(paths).map_err(|error| error.to_string())?);
        step(builds(&mut pip).arg("--wheel-dir").arg(place).arg(root()))
    })
}
