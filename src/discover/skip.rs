//! Folders that hold nobody's own code: virtual environments, installed packages, caches, build output.
//!
//! Names alone decide only where no project would use them; else the folder's contents do.

use super::Options;
use std::path::Path;

/// Where folders are looked into: on the disk, or in a commit.
pub trait Look {
    /// Whether a file is there.
    fn is_file(&self, path: &Path) -> bool;
    /// Whether a folder is there.
    fn is_folder(&self, path: &Path) -> bool;
    /// Whether a folder holds something with a name that passes a test.
    fn holds(&self, folder: &Path, test: &dyn Fn(&str) -> bool) -> bool;
}

/// The disk.
pub struct Disk;

impl Look for Disk {
    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn holds(&self, folder: &Path, test: &dyn Fn(&str) -> bool) -> bool {
        let Ok(entries) = folder.read_dir() else { return false };
        entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(test))
    }
}

/// Never first-party, whatever is in them. Most are hidden too, and stand here for ignore files that say `!.tox`.
const NAMES: &[&str] = &[
    "__pycache__",
    "__pypackages__",
    "bower_components",
    "dist-packages",
    "node_modules",
    "site-packages",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
];

/// Hidden folders that hold what a team writes itself, and no Python of its project.
const WITH_SETTINGS: &[&str] = &[
    ".aws",
    ".azure",
    ".circleci",
    ".devcontainer",
    ".docker",
    ".github",
    ".gitlab",
    ".kube",
    ".streamlit",
    ".vscode",
];

/// Whether a hidden folder may hold settings.
pub fn may_hold_settings(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| WITH_SETTINGS.iter().any(|known| name == *known))
}

/// Whether a path lies in a hidden folder, as seen from where the walk began.
pub fn is_in_hidden(path: &Path, options: &Options) -> bool {
    let dotted = |part: &[u8]| matches!(part, [b'/' | b'\\', b'.']);
    if !path.as_os_str().as_encoded_bytes().windows(2).any(dotted) {
        return false;
    }
    let hidden = |folder: &Path| may_hold_settings(folder);
    let above = path.ancestors().skip(1).take_while(|folder| *folder != options.working_directory.as_path());
    path.parent().is_some_and(hidden) || above.into_iter().any(hidden)
}

/// Whether a folder cannot hold first-party code, whatever is in it.
pub fn is_never_first_party_by_name(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known))
}

/// Whether what a folder holds decides whether it holds first-party code, and not its markers alone.
pub fn is_told_by_contents(folder: &Path) -> bool {
    folder
        .file_name()
        .is_some_and(|name| ["venv", "env", "virtualenv", "build", "dist"].iter().any(|known| name == *known))
}

/// Whether a folder cannot hold first-party code. Looks into it only where its name leaves doubt.
pub fn never_first_party(folder: &Path, look: &dyn Look) -> bool {
    let Some(name) = folder.file_name() else { return false };
    let named = |known: &[&str]| known.iter().any(|known| name == *known);
    named(NAMES)
        || is_environment(folder, look)
        || named(&["venv", "env", "virtualenv"]) && has_interpreter(folder, look)
        || named(&["build", "dist"]) && is_build_output(folder, look)
}

/// `python -m venv` leaves a `pyvenv.cfg`, conda a `conda-meta`.
fn is_environment(folder: &Path, look: &dyn Look) -> bool {
    look.is_file(&folder.join("pyvenv.cfg")) || look.is_folder(&folder.join("conda-meta"))
}

/// An environment of the time before `pyvenv.cfg`.
fn has_interpreter(folder: &Path, look: &dyn Look) -> bool {
    let installed = |lib: &str| look.holds(&folder.join(lib), &|name| name.starts_with("python"));
    installed("lib") || installed("lib64") || look.is_folder(&folder.join("Lib/site-packages"))
}

/// What setuptools leaves beside a manifest; a package called `build` has an `__init__.py`.
fn is_build_output(folder: &Path, look: &dyn Look) -> bool {
    let Some(project) = folder.parent() else { return false };
    let built = |name: &str| {
        name == "lib"
            || ["lib.", "bdist.", "temp.", "scripts-"].iter().any(|start| name.starts_with(start))
            || [".whl", ".egg", ".tar.gz"].iter().any(|end| name.ends_with(end))
    };
    ["setup.py", "pyproject.toml", "setup.cfg"].iter().any(|manifest| look.is_file(&project.join(manifest)))
        && !look.is_file(&folder.join("__init__.py"))
        && look.holds(folder, &built)
}
