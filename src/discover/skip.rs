//! Folders that hold nobody's own code: virtual environments, installed packages, caches, build output.
//!
//! Names alone decide only where no project would use them; else the folder's contents do.

use super::Options;
use std::path::Path;

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
    let hidden = |folder: &Path| may_hold_settings(folder);
    let above = path.ancestors().skip(1).take_while(|folder| *folder != options.working_directory.as_path());
    path.parent().is_some_and(hidden) || above.into_iter().any(hidden)
}

/// Whether a folder cannot hold first-party code. Looks into it only where its name leaves doubt.
pub fn never_first_party(folder: &Path) -> bool {
    let Some(name) = folder.file_name() else { return false };
    let named = |known: &[&str]| known.iter().any(|known| name == *known);
    named(NAMES)
        || is_environment(folder)
        || named(&["venv", "env", "virtualenv"]) && has_interpreter(folder)
        || named(&["build", "dist"]) && is_build_output(folder)
}

/// `python -m venv` leaves a `pyvenv.cfg`, conda a `conda-meta`.
fn is_environment(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir()
}

/// An environment of the time before `pyvenv.cfg`.
fn has_interpreter(folder: &Path) -> bool {
    let installed = |lib: &str| any_entry(&folder.join(lib), |name| name.starts_with("python"));
    installed("lib") || installed("lib64") || folder.join("Lib/site-packages").is_dir()
}

/// What setuptools leaves beside a manifest; a package called `build` has an `__init__.py`.
fn is_build_output(folder: &Path) -> bool {
    let Some(project) = folder.parent() else { return false };
    let built = |name: &str| {
        name == "lib"
            || ["lib.", "bdist.", "temp.", "scripts-"].iter().any(|start| name.starts_with(start))
            || [".whl", ".egg", ".tar.gz"].iter().any(|end| name.ends_with(end))
    };
    ["setup.py", "pyproject.toml", "setup.cfg"].iter().any(|manifest| project.join(manifest).is_file())
        && !folder.join("__init__.py").is_file()
        && any_entry(folder, built)
}

fn any_entry(folder: &Path, test: impl Fn(&str) -> bool) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(&test))
}
