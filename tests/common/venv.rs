//! Virtual environments for tests that ask a real tool: made once under `target/`, shared by all test binaries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `bin` folder of an environment with these packages; `None`, said aloud, where no registry answers.
pub fn venv(name: &str, packages: &[&str]) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venvs");
    fs::create_dir_all(&folder).expect("target is writable");
    let lock = fs::File::create(folder.join(format!("{name}.lock"))).expect("target is writable");
    lock.lock().expect("no other test holds the lock for ever");
    let (environment, done) = (folder.join(name), folder.join(format!("{name}.done")));
    let wanted = packages.join("\n");
    if fs::read_to_string(&done).ok().as_deref() != Some(wanted.as_str()) {
        let _ = fs::remove_dir_all(&environment);
        let made = Command::new("python3").args(["-m", "venv"]).arg(&environment).output();
        let installed = made.is_ok_and(|made| made.status.success())
            && Command::new(environment.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(packages)
                .output()
                .is_ok_and(|pip| pip.status.success());
        if !installed {
            println!("skipped: offline ({name} needs {})", packages.join(", "));
            return None;
        }
        fs::write(&done, wanted).expect("target is writable");
    }
    Some(environment.join("bin"))
}
